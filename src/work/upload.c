/** The two requests of an upload, made and read. */
#include "closedrop/work/upload.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/close/s3_reply.h"
#include "closedrop/close/ticket.h"
#include "closedrop/files/remote.h"
#include "closedrop/work/answer.h"

#include <stdlib.h>
#include <string.h>

#define TICKET_AGE_MAX_MS 45000

void upload_init(struct upload *upload, struct source *source, const char *name)
{
    *upload = (struct upload){.source = source, .name = strdup(name)};
    content_type_guess(name, source->fd, upload->content_type);
}

void upload_release(struct upload *upload)
{
    source_close(upload->source);
    free(upload->name);
    ticket_release(&upload->ticket);
    *upload = (struct upload){0};
}

struct request *upload_ask_ticket(struct upload *upload, const struct api *api)
{
    if (!upload->name)
        return NULL;
    upload->tickets++;
    upload->asked_ms = clock_steady_ms();
    return api_ticket(api, upload->name, upload->content_type);
}

struct verdict upload_read_ticket(
    struct upload *upload, const struct request *request, char *const *upload_hosts)
{
    struct str words = STR_INIT(16384);
    struct verdict verdict = answer_read(request, "files/upload/");
    if (verdict.kind == VERDICT_NEXT) {
        size_t length;
        const char *body = request_reply(request, &length);
        ticket_release(&upload->ticket);
        enum ticket_problem problem =
            ticket_read(body, length, upload_hosts, &upload->ticket, &words);
        if (problem == TICKET_GARBAGE)
            verdict = verdict_make(VERDICT_DOUBT, "bad_form", "%s", str_text(&words));
        else if (problem == TICKET_FOREIGN_HOST)
            verdict = verdict_make(VERDICT_RETRY, "foreign_host", "%s", str_text(&words));
    }
    str_release(&words);
    return verdict;
}

static int64_t read_for_form(void *context, char *buffer, size_t room)
{
    struct upload *upload = context;
    return source_read(upload->source, buffer, room);
}

static int rewind_for_form(void *context)
{
    struct upload *upload = context;
    source_rewind(upload->source);
    return 0;
}

struct request *upload_send_form(struct upload *upload, const struct api *api)
{
    struct body_source body = {read_for_form, rewind_for_form, upload};
    source_rewind(upload->source);
    return api_form(
        api, &upload->ticket, upload->source->before.identity.size, upload->content_type, &body);
}

/** Our own side of a form: NEXT where the bytes that went out are one version of the file. */
static struct verdict read_source_end(struct upload *upload)
{
    struct source *source = upload->source;
    if (source->read_error)
        return verdict_make(VERDICT_RETRY, "unreadable", "the file cannot be read: %s",
            strerror(source->read_error));
    bool sent_all = source->offset == source->before.identity.size;
    if (!sent_all && source->remote &&
        source->remote->is_lost) /* it is claimed again when its folder is back */
        return verdict_make(VERDICT_WAIT, "folder_away", "its folder does not answer");
    bool one_version = sent_all && source_finish(source, upload->sha256, upload->md5);
    if (sent_all ? !one_version : source_yield(source))
        return verdict_make(VERDICT_CHANGED, "changed", "the file changed while it was sent");
    return verdict_make(VERDICT_NEXT, NULL, "sent");
}

static enum etag_finding judge_etag(const struct upload *upload, const struct request *request,
    const char *etag, const struct etags *etags)
{
    const bool has_customer_key =
        request_reply_header(request, "x-amz-server-side-encryption-customer-algorithm");
    const struct etag_case etag_case = {.etag = etag,
        .md5 = upload->md5,
        .encryption = request_reply_header(request, "x-amz-server-side-encryption"),
        .has_customer_key = has_customer_key,
        .kind = etags_kind(etags, upload->ticket.upload_url),
        .is_second = upload->disagreed};
    return etag_judge(&etag_case);
}

struct verdict upload_read_form(
    struct upload *upload, const struct request *request, struct etags *etags)
{
    struct verdict verdict = read_source_end(upload);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    struct s3_reply reply;
    size_t length;
    const char *body = request_reply(request, &length);
    s3_reply_read(body, request_reply_header(request, "ETag"), &reply);
    struct form_outcome outcome = {.end = request_end(request),
        .status = request_status(request),
        .success = ticket_success_status(&upload->ticket),
        .failure = request_failure(request),
        .reply = &reply,
        .has_body = length > 0,
        .names_key = ticket_is_for(&upload->ticket, reply.key),
        .sent_all = upload->source->offset == upload->source->before.identity.size,
        .md5 = upload->md5,
        .tickets = upload->tickets};
    if (outcome.status == outcome.success)
        outcome.etag = judge_etag(upload, request, reply.etag, etags);
    verdict = verdict_of_form(&outcome);
    upload->disagreed |= outcome.etag == ETAG_DIFFERS;
    if (verdict.kind == VERDICT_NEXT || verdict.kind == VERDICT_DAMAGED)
        etags_learn(etags, upload->ticket.upload_url, outcome.etag);
    return verdict;
}

void upload_start_over(struct upload *upload)
{
    upload->tickets = 0;
    upload->disagreed = false;
}

bool upload_ticket_is_stale(const struct upload *upload)
{
    return clock_steady_ms() - upload->asked_ms > TICKET_AGE_MAX_MS;
}
