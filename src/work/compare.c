/**
 * A file that appears in a `keep` folder, if one of its size was filed under its handle or path:
 * is it that one, touched or restored with another time? Its bytes decide.
 */
#include "bring_back.h"
#include "stages.h"
#include "task_file.h"

#include <string.h>

#define SLICE (4 * 1024 * 1024)

struct verdict compare_start(struct task *task, const struct stage_tools *tools)
{
    struct source *source;
    struct verdict verdict = task_open_source(task, tools, &source);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    task_read(task, source);
    return verdict_make(VERDICT_RUNNING, NULL, "reading");
}

static struct verdict compare(struct task *task)
{
    char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX];
    if (!source_finish(task->step.source, sha256, md5))
        return verdict_make(VERDICT_CHANGED, "changed", "the file changed while it was read");
    task->is_kept = strcmp(sha256, task->kept_sha256) == 0;
    return verdict_make(VERDICT_NEXT, NULL, "read");
}

/** Read one more slice of the file. */
static struct verdict read_slice(struct task *task)
{
    static char buffer[256 * 1024];
    struct source *source = task->step.source;
    int64_t end = source->offset + SLICE;
    while (source->offset < source->before.identity.size && source->offset < end)
        if (source_read(source, buffer, sizeof(buffer)) < 0)
            return source->read_error
                       ? verdict_make(VERDICT_RETRY, "unreadable", "the file cannot be read: %s",
                             strerror(source->read_error))
                       : compare(task);
    return source->offset < source->before.identity.size
               ? verdict_make(VERDICT_RUNNING, NULL, "reading")
               : compare(task);
}

struct verdict compare_step(struct task *task)
{
    return task->step.kind == STEP_COPYING ? bring_back_step(task) : read_slice(task);
}
