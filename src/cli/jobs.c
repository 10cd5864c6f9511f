/** What list, show, retry, forget, release and recall share. */
#include "jobs.h"

#include "names.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *job_member(const struct json *object, const char *key)
{
    const char *text = json_get_text(object, key);
    return text ? text : "";
}

const char *job_folder(const struct json *job)
{
    const char *folder = json_get_text(job, "folder");
    return folder ? folder : "by hand";
}

const char *job_error(const struct json *job)
{
    const struct json *error = json_get(job, "error");
    const char *code = json_get_text(error, "code");
    return code && strcmp(code, "not_put_away") == 0 ? NULL : json_get_text(error, "message");
}

int desk_open_narrowed(
    const struct options *options, struct question *question, struct desk *ret_desk)
{
    int code = cli_desk_open(options, ret_desk);
    if (code != EXIT_DONE)
        return code;
    code = names_check(ret_desk, options->folder, options->rule);
    if (code != EXIT_DONE) {
        cli_desk_close(ret_desk);
        return code;
    }
    snprintf(
        question->folder, sizeof(question->folder), "%s", options->folder ? options->folder : "");
    snprintf(question->rule, sizeof(question->rule), "%s", options->rule ? options->rule : "");
    return EXIT_DONE;
}

int desk_change_job(
    const struct desk *desk, enum question_kind kind, const char *id, const char *what_was_done)
{
    struct question question = {.kind = kind};
    if (!cli_job_id(id, &question.id))
        return EXIT_USAGE;
    CLEANUP(json_freep) struct json *job = cli_ask(desk, &question);
    if (!job)
        return EXIT_NOT_DONE;
    printf("job %" PRId64 " %s: ", question.id, what_was_done);
    cli_print_text(job_member(job, "path"));
    putchar('\n');
    return EXIT_DONE;
}
