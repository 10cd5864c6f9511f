/** upload: send files now, in this process, without queue or folder. */
#include "errand.h"
#include "named_file.h"
#include "names.h"
#include "unanswered.h"
#include "upload_effects.h"
#include "upload_filing.h"
#include "upload_result.h"

#include "closedrop/base/clock.h"
#include "closedrop/close/record.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct verdict send_once(struct session *session, struct upload *upload)
{
    struct verdict verdict;
    upload_start_over(upload);
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
    int result = source_open(fd, NULL, &source);
    if (result < 0 || !source)
        return verdict_make(
            VERDICT_FAIL, "unreadable", "the file cannot be opened: %s", strerror(-result));
    if (!S_ISREG(source->before.mode)) {
        bool is_directory = S_ISDIR(source->before.mode);
        source_close(source);
        return verdict_make(VERDICT_FAIL, "unreadable", "%s",
            is_directory ? "this is a directory; name the files in it"
                         : "this is not a regular file");
    }
    const int64_t size = source->before.identity.size;
    if (size == 0 || size > FILE_SIZE_MAX) {
        source_close(source);
        return verdict_make(VERDICT_FAIL, size ? "too_large" : "empty", "%s",
            size ? "the file is larger than the 5 GB that can be uploaded" : "the file is empty");
    }
    upload_init(upload, source, path_name(path));
    return verdict_make(VERDICT_NEXT, NULL, "open");
}

static int upload_one(struct session *session, const char *path)
{
    struct errand errand = {.session = session,
        .path = path,
        .rule = filing_rule(session),
        .begun_ms = clock_wall_ms(),
        .attempts = 1};
    const int64_t patience_ms = session->config->limits.timeout_ms;
    struct verdict verdict = unanswered_file(path, patience_ms);
    if (verdict.kind == VERDICT_NEXT && errand.rule)
        verdict = unanswered_table(errand.rule, session->config);
    if (verdict.kind == VERDICT_NEXT)
        verdict = open_file(path, &errand.upload);
    if (verdict.kind == VERDICT_NEXT && errand.rule)
        verdict = errand_try(&errand, filing_resolve);
    if (verdict.kind == VERDICT_NEXT)
        verdict = errand_try(&errand, send_step);
    if (verdict.kind == VERDICT_NEXT && errand.rule)
        verdict = filing_create(&errand);
    if (verdict.kind == VERDICT_NEXT && errand.rule)
        upload_effects(&errand);
    result_list(&errand, &verdict);
    int code = result_print(&errand, &verdict);
    upload_release(&errand.upload);
    resolution_release(&errand.resolution);
    free(errand.sender);
    free(errand.activity_id);
    free(errand.lacks_code);
    free(errand.lacks);
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
        fprintf(stderr, "closedrop upload: \"%s\" is not a %s ID of Close; those begin with %s\n",
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
    .values = VALUE_FILE,
    .summary = "upload files now, without a drop folder",
    .help = "Uploads each file and prints its download URL (valid for 24 hours); with --json, one\n"
            "object per line. Needs no running agent and never moves the file.\n"
            "\n"
            "With --rule it is filed as that rule says (the rule sees the file name without its\n"
            "directories); with --lead it is added straight to that lead, with --contact to a\n"
            "note on that contact. The same bytes are not filed on the same lead twice unless\n"
            "--again is given. An email that is really sent counts together with the agent's:\n"
            "above limits.ask_above it is refused unless --yes is given, and none is sent while\n"
            "no queue is available. Where a queue is available, the upload is listed there\n"
            "(closedrop list), in the folder \"by hand\".",
    .run = upload,
};
