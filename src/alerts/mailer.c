/** Mails: the events of a cause are claimed in one turn and sent in the next, and the server's
 * answer decides whether they are delivered. */
#define LOG_MODULE "alerts"

#include "mailer.h"

#include "mail_message.h"
#include "mail_text.h"
#include "owner_text.h"
#include "summary_text.h"

#include "closedrop/alerts/mail_server.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/http/mail_request.h"
#include "closedrop/queue/backoff.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE_MAX 400000
/** As many events go into one mail. */
#define BATCH_MAX 1000

/** The kinds of events of a channel, the most urgent first: the first of all reports that something
 * is wrong. */
struct kinds {
    size_t count;
    enum notice_kind kinds[NOTICE_KINDS];
};

static const struct kinds kinds_of[CHANNELS] = {
    [CHANNEL_MAIL] = {6, {NOTICE_BLOCKED, NOTICE_HELD, NOTICE_SILENT, NOTICE_RECOVERED,
                             NOTICE_FAILED, NOTICE_SUMMARY}},
    [CHANNEL_OWNER] = {2, {NOTICE_LATE, NOTICE_FAILED}},
};

/** Whether events with the same cause go in one mail, and the next ones wait (MAIL_PAUSE_MS). */
static bool goes_with_others(const struct notice *notice)
{
    return notice->kind == NOTICE_FAILED || notice->kind == NOTICE_LATE;
}

/** Who gets a mail. */
struct recipients {
    char *owner[2]; /* of a file, and NULL */
    char *const *to;
};

/** 0 or -ENOMEM; to be released in any case. */
static int find_recipients(const struct mailer *mailer, const struct config *config,
    const struct notice *notice, struct recipients *ret_recipients)
{
    *ret_recipients = (struct recipients){.to = config->alert.mail};
    if (mailer->channel != CHANNEL_OWNER)
        return 0;
    ret_recipients->owner[0] = notice_owner_address(notice->cause);
    ret_recipients->to = ret_recipients->owner;
    return ret_recipients->owner[0] ? 0 : -ENOMEM;
}

static void release_recipients(struct recipients *recipients)
{
    free(recipients->owner[0]);
}

/** Whether a reload has taken out those who got mail. */
static bool has_nobody(const struct mailer *mailer, const struct config *config)
{
    return mailer->channel == CHANNEL_MAIL && !config->alert.mail[0];
}

const char *mail_host(char name[MAIL_HOST])
{
    if (gethostname(name, MAIL_HOST) < 0 || !*name)
        snprintf(name, MAIL_HOST, "localhost");
    name[MAIL_HOST - 1] = '\0';
    return name;
}

bool mailer_is_busy(const struct mailer *mailer)
{
    return mailer->message || mailer->request;
}

static void forget(struct mailer *mailer)
{
    if (mailer->request) {
        http_stop(mailer->http, mailer->request);
        request_free(mailer->request);
    }
    mailer->request = NULL;
    free(mailer->message);
    mailer->message = NULL;
    notice_release(&mailer->notice);
}

void mailer_stop(struct mailer *mailer)
{
    forget(mailer);
}

/* ---- its end ---- */

static void failed(struct mailer *mailer, struct queue *queue, const char *why)
{
    int64_t due_ms = delivery_due_ms(&mailer->notice, clock_wall_ms(), backoff_chance());
    if (due_ms == INT64_MAX)
        queue_end_delivery(queue, &mailer->batch);
    else
        queue_delay_delivery(queue, &mailer->batch, due_ms);
    trouble_note(&mailer->trouble, mailer->what, why, mailer->notice.id, due_ms);
    forget(mailer);
}

/** The next failures with this cause wait. */
static void note_mailed(struct mailer *mailer, struct queue *queue)
{
    if (goes_with_others(&mailer->notice))
        queue_set_cause(
            queue, &(struct lasting_cause){mailer->notice.cause, "", 0, clock_wall_ms(), 0});
}

static void delivered(struct mailer *mailer, struct queue *queue)
{
    const char *refusal = mail_request_refusal(mailer->request);
    if (*refusal)
        log_warn("%s: the server refuses an address: %s", mailer->what, refusal);
    note_mailed(mailer, queue);
    queue_end_delivery(queue, &mailer->batch);
    trouble_end(&mailer->trouble, mailer->what);
    log_info("event %" PRId64 " was mailed", mailer->notice.id);
    forget(mailer);
}

void mailer_reap(struct mailer *mailer, struct queue *queue)
{
    struct str why = STR_INIT(8192);
    if (!mailer->request)
        return;
    enum transfer_end end = request_end(mailer->request);
    if (end == TRANSFER_ANSWERED) {
        delivered(mailer, queue);
    } else if (end != TRANSFER_RUNNING) {
        mail_server_print_failure(mailer->request, &why);
        failed(mailer, queue, str_text(&why));
    } else if (mailer->end_ms && clock_steady_ms() >= mailer->end_ms) {
        failed(mailer, queue, "closedrop was stopped before the mail server answered");
    }
    str_release(&why);
}

/* ---- its beginning ---- */

static void begin(struct mailer *mailer, const struct config *config, struct str *why)
{
    struct recipients recipients;
    if (find_recipients(mailer, config, &mailer->notice, &recipients) == 0)
        mailer->request = mail_server_request(config, recipients.to, mailer->message, why);
    else
        str_add(why, "out of memory");
    release_recipients(&recipients);
    free(mailer->message);
    mailer->message = NULL;
}

void mailer_start(struct mailer *mailer, const struct config *config, struct queue *queue)
{
    struct str why = STR_INIT(4096);
    if (!mailer->message)
        return;
    if (has_nobody(mailer, config)) {
        queue_end_delivery(queue, &mailer->batch);
        forget(mailer);
        return;
    }
    begin(mailer, config, &why);
    if (!mailer->request)
        failed(mailer, queue, str_text(&why));
    else
        (void)http_start(mailer->http, mailer->request); /* a failure ends it, and is read so */
    str_release(&why);
}

/* ---- claimed ---- */

/** The events of one mail, as they are listed. */
struct gathering {
    struct queue *queue;
    struct notice first; /* a copy */
    int64_t count;
    int64_t last; /* ID */
    struct str files;
    bool is_short;
};

static void add_file(struct gathering *gathering, const struct notice *notice)
{
    CLEANUP(job_freep) struct job *job = queue_load(gathering->queue, notice->job);
    if (job)
        mail_text_add_file(&gathering->files, job->folder, job->path, notice->message);
}

static void gather(void *context, const struct notice *notice)
{
    struct gathering *gathering = context;
    if (gathering->count++ == 0)
        gathering->is_short = notice_copy(&gathering->first, notice) < 0;
    gathering->last = notice->id;
    if (goes_with_others(notice) && gathering->count <= MAIL_FILES_MAX)
        add_file(gathering, notice);
}

static void add_id(struct str *out, int64_t event, struct queue *queue, const char *host)
{
    str_printf(out, "event.%" PRId64 ".%" PRIx64 "@%s", event, (uint64_t)queue_id(queue), host);
}

static void add_words(const struct mailer *mailer, const struct config *config, struct queue *queue,
    const struct mail_about *about, struct str *subject, struct str *text)
{
    if (mailer->channel == CHANNEL_OWNER) {
        owner_text_subject(subject, about);
        owner_text_body(text, about);
        return;
    }
    mail_text_subject(subject, about);
    if (about->notice->kind == NOTICE_SUMMARY)
        summary_text_body(text, config, queue, about->notice, about->host);
    else
        mail_text_body(text, about);
}

/** The whole mail; NULL if out of memory. */
static char *compose(const struct mailer *mailer, const struct config *config, struct queue *queue,
    const struct gathering *gathering)
{
    struct recipients recipients;
    char host[MAIL_HOST];
    const struct notice *notice = &gathering->first;
    const struct mail_about about = {
        notice, gathering->count, mail_host(host), str_text(&gathering->files)};
    struct str subject = STR_INIT(8192), text = STR_INIT(MESSAGE_MAX / 2), id = STR_INIT(512),
               reply = STR_INIT(512), out = STR_INIT(MESSAGE_MAX);
    add_words(mailer, config, queue, &about, &subject, &text);
    add_id(&id, gathering->last, queue, host);
    add_id(&reply, notice->opened_by, queue, host);
    if (find_recipients(mailer, config, notice, &recipients) == 0)
        mail_message_add(&out, &(struct mail_message){.from = config->alert.from,
                                   .to = recipients.to,
                                   .subject = str_text(&subject),
                                   .id = str_text(&id),
                                   .in_reply_to = notice->opened_by ? str_text(&reply) : NULL,
                                   .at_ms = clock_wall_ms(),
                                   .text = str_text(&text)});
    release_recipients(&recipients);
    str_release(&subject);
    str_release(&text);
    str_release(&id);
    str_release(&reply);
    return str_take(&out);
}

/** When a cause was last mailed. */
struct last_mail {
    const char *cause;
    int64_t at_ms;
};

static void find_last(void *context, const struct lasting_cause *cause)
{
    struct last_mail *last = context;
    if (strcmp(cause->name, last->cause) == 0)
        last->at_ms = cause->over_ms;
}

/** Until when further failures of a cause wait; 0: they need not. */
static int64_t paused_until(struct queue *queue, const struct notice *notice)
{
    struct last_mail last = {notice->cause, 0};
    if (!goes_with_others(notice))
        return 0;
    queue_list_causes(queue, find_last, &last);
    int64_t until_ms = last.at_ms + MAIL_PAUSE_MS, now = clock_wall_ms();
    return last.at_ms && until_ms > now && last.at_ms <= now ? until_ms : 0;
}

/** All files with a cause go in one mail; any other event is one of its own. */
static void gather_all(
    const struct mailer *mailer, struct gathering *gathering, const struct notice *notice)
{
    if (goes_with_others(notice))
        queue_list_notices_of_cause(
            gathering->queue, mailer->channel, notice->cause, BATCH_MAX, gather, gathering);
    else
        gather(gathering, notice);
}

static void claim(struct mailer *mailer, const struct config *config, struct queue *queue,
    const struct notice *notice)
{
    struct gathering gathering = {.queue = queue, .files = STR_INIT(MESSAGE_MAX / 4)};
    gather_all(mailer, &gathering, notice);
    mailer->batch = (struct notice_batch){
        mailer->channel, gathering.last, goes_with_others(notice) ? gathering.first.cause : NULL};
    int64_t paused_ms = paused_until(queue, notice);
    if (!gathering.is_short && paused_ms)
        queue_delay_delivery(queue, &mailer->batch, paused_ms);
    else if (!gathering.is_short)
        mailer->message = compose(mailer, config, queue, &gathering);
    if (mailer->message) {
        mailer->notice = gathering.first;
        queue_begin_delivery(queue, &mailer->batch);
    } else {
        notice_release(&gathering.first);
    }
    str_release(&gathering.files);
}

/** The event that is due first. */
struct first_due {
    struct notice notice; /* a copy */
    bool is_there;
};

static void keep_first(void *context, const struct notice *notice)
{
    struct first_due *first = context;
    first->is_there = notice_copy(&first->notice, notice) == 0;
}

static void claim_of_kind(
    struct mailer *mailer, const struct config *config, struct queue *queue, enum notice_kind kind)
{
    struct first_due first = {.is_there = false};
    queue_list_notices(queue, mailer->channel, kind, 1, keep_first, &first);
    if (!first.is_there)
        return;
    const struct notice_batch one = {mailer->channel, first.notice.id, NULL};
    if (has_nobody(mailer, config))
        queue_end_delivery(queue, &one);
    else
        claim(mailer, config, queue, &first.notice);
    notice_release(&first.notice);
}

void mailer_claim(
    struct mailer *mailer, const struct config *config, struct queue *queue, bool is_disk_full)
{
    const struct kinds *kinds = &kinds_of[mailer->channel];
    size_t urgent = mailer->channel == CHANNEL_MAIL, count = is_disk_full ? urgent : kinds->count;
    mailer->due_ms = INT64_MAX;
    for (size_t i = 0; i < count && queue_has_notices(queue); i++) {
        if (!mailer_is_busy(mailer))
            claim_of_kind(mailer, config, queue, kinds->kinds[i]);
        mailer->due_ms =
            earlier(mailer->due_ms, queue_next_notice(queue, mailer->channel, kinds->kinds[i]));
    }
}

int64_t mailer_timeout(const struct mailer *mailer, bool may_claim)
{
    if (mailer->message)
        return 0;
    if (mailer->request)
        return mailer->end_ms ? later(mailer->end_ms - clock_steady_ms(), 0) : INT64_MAX;
    return may_claim && mailer->due_ms != INT64_MAX ? later(mailer->due_ms - clock_wall_ms(), 0)
                                                    : INT64_MAX;
}
