/** What list, show, retry, forget, release and recall share. */
#include "jobs.h"

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

int jobs_change_each(
    const struct options *options, enum question_kind kind, const char *what_was_done)
{
    struct desk desk;
    int code = cli_desk_open(options, &desk);
    if (code != EXIT_DONE)
        return code;
    for (int i = 0; i < options->count; i++) {
        int one = desk_change_job(&desk, kind, options->arguments[i], what_was_done);
        code = one ? one : code;
    }
    cli_desk_close(&desk);
    return code;
}
