/** upload: send files now, in this process, without queue or folder. */
#include "filed.h"
#include "listed.h"
#include "named_file.h"
#include "names.h"
#include "session.h"

#include "closedrop/work/upload.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/close/record.h"
#include "closedrop/files/path.h"
#include "closedrop/queue/backoff.h"
#include "closedrop/work/attach.h"
#include "closedrop/work/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** Somebody waits at the terminal: give up sooner than the agent does. */
#define ATTEMPTS_MAX 4
#define LOOKS_MAX 2
#define WAIT_MAX_MS 3600000

/** One file on its way. */
struct errand {
    struct session *session;
    const char *path;
    const struct rule *rule; /* NULL: upload only */
    struct upload upload;
    struct resolution resolution;
    struct filed filed;
    char *sender; /* of an email that leaves the house */
    char *activity_id;
    int64_t begun_ms;    /* wall clock */
    int64_t uploaded_ms; /* the same; 0: not yet */
    int attempts;
    int64_t listed; /* its job on the queue's list, 0: none yet */
};

/* ---- the upload ---- */

static struct verdict send_once(struct session *session, struct upload *upload)
{
    struct verdict verdict;
    upload_try_anew(upload);
    do {
        struct request *request = upload_ask_ticket(upload, &session->api);
        if (!request)
            return verdict_no_memory();
        session_run(session, request, NULL);
        verdict = upload_read_ticket(upload, request, session->config->close.upload_hosts);
        request_free(request);
        if (verdict.kind != VERDICT_NEXT)
            return verdict;
        request = upload_send_form(upload, &session->api);
        if (!request)
            return verdict_no_memory();
        session_run(session, request, upload);
        verdict = upload_read_form(upload, request, &session->etags);
        request_free(request);
    } while (verdict.kind == VERDICT_AGAIN);
    return verdict;
}

static bool is_worth_another_try(const struct verdict *verdict)
{
    if (session_key_refused(verdict))
        return false;
    return verdict->kind == VERDICT_RETRY || verdict->kind == VERDICT_WAIT ||
           verdict->kind == VERDICT_DAMAGED || verdict->kind == VERDICT_DOUBT ||
           verdict->kind == VERDICT_TROUBLE || verdict->kind == VERDICT_REJECTED;
}

static void pause_for(struct session *session, int64_t ms, const char *why)
{
    session_leave_queue(session);
    fprintf(stderr, "closedrop: %s; trying again in %" PRId64 " ms\n", why, ms);
    usleep((useconds_t)(ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS) * 1000);
}

/** Take a step until it is through, or no further try is worth it. */
static struct verdict with_patience(
    struct errand *errand, struct verdict (*step)(struct errand *errand))
{
    const struct limits *limits = &errand->session->config->limits;
    struct verdict verdict = step(errand);
    for (int attempt = 1; attempt < ATTEMPTS_MAX && is_worth_another_try(&verdict); attempt++) {
        pause_for(errand->session,
            verdict.kind == VERDICT_WAIT ? verdict.wait_ms
                                         : backoff_delay(attempt, limits->retry_first_ms,
                                               limits->retry_max_ms, backoff_chance()),
            verdict.message);
        errand->attempts++;
        verdict = step(errand);
    }
    return verdict;
}

static struct verdict send_step(struct errand *errand)
{
    struct verdict verdict = send_once(errand->session, &errand->upload);
    if (verdict.kind == VERDICT_NEXT)
        errand->uploaded_ms = clock_wall_ms();
    return verdict;
}

static struct verdict open_file(const char *path, struct upload *upload)
{
    struct source *source = NULL;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return named_file_missing(path, errno);
    int result = source_open(fd, false, &source);
    if (result < 0 || !source)
        return verdict_make(
            VERDICT_FAIL, "unreadable", "the file cannot be opened: %s", strerror(-result));
    if (!S_ISREG(source->before.mode)) {
        bool is_directory = S_ISDIR(source->before.mode);
        source_close(source);
        return verdict_make(VERDICT_FAIL, "unreadable", "%s",
            is_directory ? "this is a directory; name the files in it" : "this is no regular file");
    }
    const int64_t size = source->before.identity.size;
    if (size == 0 || size > FILE_SIZE_MAX) {
        source_close(source);
        return verdict_make(VERDICT_FAIL, size ? "too_large" : "empty", "%s",
            size ? "the file is larger than the 5 GiB that can be uploaded" : "the file is empty");
    }
    upload_init(upload, source, path_name(path));
    return verdict_make(VERDICT_NEXT, NULL, "open");
}

/* ---- filing it ---- */

/** Where `--lead` puts a file: straight on the lead; `--contact`: in a note of that contact. */
static struct rule on_lead = {
    .name = (char[]){"--lead"}, .content_type = (char[]){""}, .activity = ACTIVITY_LEAD_FILE};
static struct rule with_contact = {
    .name = (char[]){"--contact"}, .content_type = (char[]){""}, .activity = ACTIVITY_NOTE};

static const struct rule *rule_of(const struct session *session)
{
    const struct options *options = session->options;
    if (options->rule)
        return config_rule(session->config, options->rule);
    return options->lead ? &on_lead : options->contact ? &with_contact : NULL;
}

/** Sort by the one rule that was named; a rule is for the files it takes. */
static struct verdict sort_by_rule(struct errand *errand)
{
    const struct file_state *state = &errand->upload.source->before;
    const struct resolve_file file = {.folder = "",
        .path = path_name(errand->path),
        .content_type = errand->upload.content_type,
        .size = state->identity.size,
        .mtime_ns = state->identity.mtime_ns,
        .queued_ms = clock_wall_ms()};
    struct rule *rules[] = {(struct rule *)(uintptr_t)errand->rule, NULL};
    return resolution_classify(&errand->resolution, &file, rules, true, errand->session->tables);
}

static struct verdict resolve_step(struct errand *errand)
{
    const struct options *options = errand->session->options;
    resolution_release(&errand->resolution);
    struct verdict verdict = sort_by_rule(errand);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    errand->resolution.absences = &errand->session->absences;
    verdict = options->rule ? resolution_begin(&errand->resolution)
                            : resolution_aim(&errand->resolution, options->lead, options->contact);
    return verdict.kind == VERDICT_NEXT ? session_resolve(errand->session, &errand->resolution)
                                        : verdict;
}

/** The file as a job, for what is made of jobs; its texts stay the errand's. */
static struct job job_of(const struct errand *errand, char *values)
{
    const struct upload *upload = &errand->upload;
    return (struct job){.folder = (char *)(uintptr_t) "",
        .path = (char *)(uintptr_t)path_name(errand->path),
        .identity = upload->source->before.identity,
        .content_type = (char *)(uintptr_t)upload->content_type,
        .sha256 = (char *)(uintptr_t)upload->sha256,
        .md5 = (char *)(uintptr_t)upload->md5,
        .download_url = upload->ticket.download_url,
        .token = upload->ticket.token,
        .queued_ms = errand->resolution.facts.queued_ms,
        .values = values,
        .activity = errand->rule->activity,
        .lead_id = errand->resolution.lead_id,
        .contact_id = errand->resolution.contact_id};
}

static struct verdict verify_once(struct errand *errand, struct verification *verification)
{
    struct verdict verdict;
    do {
        struct request *request = verify_ask(verification, &errand->session->api);
        if (!request)
            return verdict_no_memory();
        session_run(errand->session, request, NULL);
        verdict = verify_read(verification, request, NULL, NULL);
        request_free(request);
    } while (verdict.kind == VERDICT_MORE);
    return verdict;
}

/** Whether it was created after all: NEXT and its id, or UNCLEAR. Nothing is posted again. */
static struct verdict look_for_it(struct errand *errand, int64_t posted_ms)
{
    const struct limits *limits = &errand->session->config->limits;
    struct verdict verdict = verdict_make(VERDICT_UNCLEAR, "unclear", "not looked yet");
    for (int i = 0; i < LOOKS_MAX && !errand->activity_id; i++) {
        struct verification verification;
        const struct job job = job_of(errand, NULL);
        pause_for(errand->session, i ? limits->doubt_ms / 4 : limits->doubt_ms,
            "whether Close created the activity is not known; looks for it");
        int result = verify_init(&verification, 1);
        if (result == 0)
            result = verify_add_file(&verification, 0, &job) |
                     verify_add_posting(
                         &verification, 0, job.token, job.lead_id, job.activity, posted_ms);
        verdict = result ? verdict_no_memory() : verify_once(errand, &verification);
        if (verdict.kind == VERDICT_NEXT)
            errand->activity_id = TAKE_PTR(verification.files[0].activity_id);
        verify_release(&verification);
    }
    if (errand->activity_id)
        return verdict;
    return verdict_make(VERDICT_FAIL, "unclear",
        "whether its activity was created on %s is not known (%s); look at the lead in Close "
        "before "
        "you try again",
        errand->resolution.lead_id,
        verdict.kind == VERDICT_NEXT ? "it is not there yet" : verdict.message);
}

static struct verdict create_step(struct errand *errand)
{
    CLEANUP(free_text) char *values = json_print(errand->resolution.values);
    CLEANUP(json_freep) struct json *body = NULL;
    struct job job = job_of(errand, values);
    struct job *const jobs[] = {&job};
    struct verdict verdict =
        attach_body(errand->rule, &errand->session->config->limits, jobs, 1, &body);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    int64_t posted_ms =
        close_clock_now(&errand->session->close_clock, clock_wall_ms(), clock_steady_ms());
    struct request *request = api_create(&errand->session->api, job.activity, job.lead_id, body);
    if (!request)
        return verdict_no_memory();
    session_run(errand->session, request, NULL);
    verdict = attach_read(request, job.activity, &errand->activity_id);
    request_free(request);
    return verdict.kind == VERDICT_UNCLEAR ? look_for_it(errand, posted_ms) : verdict;
}

/** By whom its email leaves the house, if it does. */
static struct verdict find_sender(struct errand *errand)
{
    CLEANUP(free_text) char *values = json_print(errand->resolution.values);
    const struct job job = job_of(errand, values);
    if (!errand->rule->is_sent || errand->sender)
        return verdict_make(VERDICT_NEXT, NULL, "known");
    return attach_sender(errand->rule, &job, &errand->sender);
}

static struct verdict intend_step(struct errand *errand)
{
    const struct options *options = errand->session->options;
    struct verdict verdict = find_sender(errand);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    errand->filed = (struct filed){.sha256 = errand->upload.sha256,
        .activity = errand->rule->activity,
        .lead_id = errand->resolution.lead_id,
        .rule = options->rule ? options->rule : "",
        .leaves = errand->rule->is_sent,
        .sender = errand->sender ? errand->sender : ""};
    return filed_intend(errand->session, &errand->filed, options->again);
}

/* ---- what came of it ---- */

static int add_filing(struct json *object, const struct errand *errand)
{
    const struct resolution *resolution = &errand->resolution;
    const struct rule *rule = errand->rule;
    int result = json_add_text(object, "rule", errand->session->options->rule);
    result |= json_add_text(object, "lead_id", resolution->lead_id);
    result |= json_add_text(object, "contact_id", resolution->contact_id);
    result |= json_add_text(object, "activity", rule ? activity_kind_names[rule->activity] : NULL);
    return result | json_add_text(object, "activity_id", errand->activity_id);
}

static int add_error(struct json *object, const struct verdict *verdict)
{
    if (verdict->kind == VERDICT_NEXT)
        return json_add_null(object, "error");
    struct json *error = json_object();
    int result = json_add_text(error, "code", verdict->code);
    result |= json_add_text(error, "message", verdict->message);
    return result | json_add(object, "error", error);
}

static int add_result(
    struct json *object, const struct errand *errand, const struct verdict *verdict)
{
    const struct upload *upload = &errand->upload;
    bool is_sent = errand->uploaded_ms != 0;
    int result = json_add_text(object, "state", verdict->kind == VERDICT_NEXT ? "done" : "failed");
    result |=
        json_add_int(object, "size", upload->source ? upload->source->before.identity.size : 0);
    result |= json_add_text(object, "sha256", is_sent ? upload->sha256 : NULL);
    result |= json_add_text(object, "content_type", is_sent ? upload->content_type : NULL);
    result |= json_add_text(object, "download_url", is_sent ? upload->ticket.download_url : NULL);
    result |= add_filing(object, errand);
    return result | add_error(object, verdict);
}

/** For the queue's list (queue/by_hand.h). */
static struct json *told_of(const struct errand *errand, const struct verdict *verdict)
{
    CLEANUP(free_text) char *place = named_file_place(errand->path);
    struct json *told = json_object();
    int result = json_add_text(told, "name", path_name(errand->path));
    result |= json_add_text(told, "place", place);
    result |= json_add_int(told, "id", errand->listed);
    result |=
        json_add_int(told, "mtime_ms", errand->upload.source->before.identity.mtime_ns / 1000000);
    result |= json_add_int(told, "attempts", errand->attempts);
    result |= json_add_int(told, "queued_ms", errand->begun_ms);
    result |= json_add_int(told, "uploaded_ms", errand->uploaded_ms);
    if ((result | add_result(told, errand, verdict)) == 0)
        return told;
    json_free(told);
    return NULL;
}

/** What was never opened is not listed: most often it is a name that was mistyped. */
static void list_it(struct errand *errand, const struct verdict *verdict)
{
    if (!errand->upload.source)
        return;
    CLEANUP(json_freep) struct json *told = told_of(errand, verdict);
    errand->listed = listed_put(errand->session, told);
}

static int print_json(const struct errand *errand, const struct verdict *verdict)
{
    CLEANUP(json_freep) struct json *object = json_object();
    int result = json_add_text(object, "path", errand->path);
    result |= add_result(object, errand, verdict);
    cli_print_json(result ? NULL : object);
    return verdict->kind == VERDICT_NEXT ? EXIT_DONE : EXIT_NOT_DONE;
}

static int print_result(const struct errand *errand, const struct verdict *verdict)
{
    if (errand->session->options->json)
        return print_json(errand, verdict);
    if (verdict->kind != VERDICT_NEXT) {
        fprintf(stderr, "closedrop: %s: %s\n", errand->path, verdict->message);
        return EXIT_NOT_DONE;
    }
    puts(errand->upload.ticket.download_url);
    if (errand->rule)
        fprintf(stderr, "closedrop: %s: %s %s on %s\n", errand->path,
            activity_kind_names[errand->rule->activity], errand->activity_id,
            errand->resolution.lead_id);
    return EXIT_DONE;
}

/* ---- one file ---- */

/** Should this process end before it knows what came of the POST, the list says so. */
static void list_intent(struct errand *errand)
{
    const struct verdict unclear = verdict_make(VERDICT_FAIL, "unclear",
        "its activity was about to be created, and closedrop upload has not said what came of it; "
        "look at %s in Close before you try again",
        errand->resolution.lead_id);
    list_it(errand, &unclear);
}

/** Create its activity, where the same bytes were not filed before; what is unclear counts. */
static struct verdict file_it(struct errand *errand)
{
    struct verdict verdict = with_patience(errand, intend_step);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    list_intent(errand);
    verdict = with_patience(errand, create_step);
    bool is_unclear = verdict.code && strcmp(verdict.code, "unclear") == 0;
    if (verdict.kind == VERDICT_NEXT)
        filed_left(errand->session, &errand->filed);
    else if (!is_unclear)
        filed_withdraw(errand->session, &errand->filed);
    return verdict;
}

static int upload_one(struct session *session, const char *path)
{
    struct errand errand = {.session = session,
        .path = path,
        .rule = rule_of(session),
        .begun_ms = clock_wall_ms(),
        .attempts = 1};
    struct verdict verdict = open_file(path, &errand.upload);
    if (verdict.kind == VERDICT_NEXT && errand.rule)
        verdict = with_patience(&errand, resolve_step);
    if (verdict.kind == VERDICT_NEXT)
        verdict = with_patience(&errand, send_step);
    if (verdict.kind == VERDICT_NEXT && errand.rule)
        verdict = file_it(&errand);
    list_it(&errand, &verdict);
    int code = print_result(&errand, &verdict);
    upload_release(&errand.upload);
    resolution_release(&errand.resolution);
    free(errand.sender);
    free(errand.activity_id);
    return session_key_refused(&verdict) ? EXIT_KEY_REFUSED : code;
}

/* ---- the command ---- */

static int check_options(const struct session *session)
{
    const struct options *options = session->options;
    if ((options->rule != NULL) + (options->lead != NULL) + (options->contact != NULL) > 1) {
        fprintf(
            stderr, "closedrop upload: only one of --rule, --lead and --contact can be given\n");
        return EXIT_USAGE;
    }
    const char *wrong = options->lead && !record_is_id(options->lead, "lead_") ? options->lead
                        : options->contact && !record_is_id(options->contact, "cont_")
                            ? options->contact
                            : NULL;
    if (wrong) {
        fprintf(stderr, "closedrop upload: \"%s\" is no id of a %s in Close; one begins with %s\n",
            wrong, options->lead ? "lead" : "contact", options->lead ? "lead_" : "cont_");
        return EXIT_USAGE;
    }
    const struct desk nobody = {.config = session->config}; /* the queue files by no rule */
    return names_check(&nobody, NULL, options->rule);
}

static int upload(const struct options *options)
{
    struct session session;
    int code = session_open(options, &session);
    if (code == EXIT_DONE)
        code = check_options(&session);
    bool usable = code == EXIT_DONE;
    for (int i = 0; usable && i < options->count && code != EXIT_KEY_REFUSED; i++) {
        int one = upload_one(&session, options->arguments[i]);
        code = one ? one : code;
    }
    session_close(&session);
    return code;
}

const struct command command_upload = {
    .name = "upload",
    .allowed = "cjrltgy",
    .least = 1,
    .most = -1,
    .arguments = "PATH...",
    .summary = "upload files now, without a drop folder",
    .help =
        "Uploads each file and prints its download URL (good for 24 hours), with --json one\n"
        "object a line. Needs no running agent and never moves the file.\n\n"
        "With --rule it is filed as that rule says (the rule sees the file's name without its\n"
        "directories); with --lead it is put straight on that lead, with --contact it goes into\n"
        "a note with that contact. The same bytes are not filed on the same lead a second time,\n"
        "unless --again says so. An email that really leaves the house counts with those of the\n"
        "agent: above limits.ask_above it is refused unless --yes is given, and none is sent "
        "while\n"
        "no queue can be asked. What is uploaded is listed (closedrop list), by hand, where there "
        "is\n"
        "a queue that may be used.",
    .run = upload,
};
