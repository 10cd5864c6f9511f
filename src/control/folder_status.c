/** What the queue knows about each folder: how much waits, since when, and what was done last. */
#include "folder_status.h"
#include "gone.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/moment.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/reading.h"
#include "closedrop/queue/view.h"

static int add_counts(struct queue *queue, const char *folder, struct json *object)
{
    struct queue_counts counts;
    struct moment today = {0, 0};
    queue_count(queue, folder, &counts);
    (void)moment_read("today", clock_wall_ms(), &today);
    int64_t unfinished = counts.by_state[JOB_QUEUED] + counts.by_state[JOB_UPLOADING] +
                         counts.by_state[JOB_UPLOADED] + counts.by_state[JOB_ATTACHING];
    int result = json_add_int(object, "queued", counts.by_state[JOB_QUEUED]);
    result |= json_add_int(object, "unfinished", unfinished);
    result |= json_add_int(object, "failed", counts.by_state[JOB_FAILED]);
    return result |
           json_add_int(object, "done_today", queue_count_done(queue, folder, today.from_ms));
}

static int add_oldest(
    const struct config *config, struct queue *queue, const char *folder, struct json *object)
{
    CLEANUP(job_freep) struct job *oldest = queue_oldest(queue, folder);
    return oldest ? json_add(object, "oldest", gone_view_job(config, oldest))
                  : json_add_null(object, "oldest");
}

/** The list has one job, if any. */
static void add_last(void *context, const struct job *job)
{
    struct json *object = context;
    (void)json_add(object, "last_done", view_job(job)); /* without it, it is null */
}

static struct json *view_folder(
    const struct config *config, struct queue *queue, const struct folder *folder)
{
    const struct job_filter done = {
        .folder = folder->name, .state = job_state_names[JOB_DONE], .all = true};
    struct json *object = json_object();
    int result = json_add_text(object, "name", folder->name);
    result |= json_add_text(object, "path", folder->path);
    result |= add_counts(queue, folder->name, object);
    result |= add_oldest(config, queue, folder->name, object);
    queue_list(queue, &done, &(struct job_page){.limit = 1}, add_last, object);
    if (!json_get(object, "last_done"))
        result |= json_add_null(object, "last_done");
    if (!result)
        return object;
    json_free(object);
    return NULL;
}

int folder_status_add(const struct config *config, struct queue *queue, struct json *status)
{
    struct json *array = json_array();
    int result = 0;
    for (size_t i = 0; i < config->folder_count; i++)
        result |= json_append(array, view_folder(config, queue, &config->folders[i]));
    return result | json_add(status, "folders", array);
}
