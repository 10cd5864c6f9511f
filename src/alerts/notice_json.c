/** An event as one line of JSON, with its job as `show --json` has it. */
#include "notice_json.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/job_history.h"
#include "closedrop/queue/reading.h"
#include "closedrop/queue/view.h"

/** Null if it is not about a job, or if that has been forgotten since. */
static int add_job(struct json *object, struct queue *queue, int64_t id)
{
    CLEANUP(job_freep) struct job *job = id ? queue_load(queue, id) : NULL;
    if (!job)
        return json_add_null(object, "job");
    struct json *view = view_job(job);
    int result = json_add(view, "history", job_history(queue, id));
    return result | json_add(object, "job", view);
}

static int add_number(struct json *object, const char *key, int64_t number)
{
    return number ? json_add_int(object, key, number) : json_add_null(object, key);
}

static int add_time(struct json *object, const char *key, int64_t wall_ms)
{
    char text[CLOCK_TEXT];
    return json_add_text(object, key, wall_ms ? clock_rfc3339(wall_ms, text) : NULL);
}

char *notice_json(struct queue *queue, const struct notice *event)
{
    CLEANUP(json_freep) struct json *object = json_object();
    int result = json_add_int(object, "event", event->id);
    result |= json_add_text(object, "kind", notice_kind_names[event->kind]);
    result |= add_time(object, "at", event->at_ms);
    result |= json_add_text(object, "cause", *event->cause ? event->cause : NULL);
    result |= json_add_text(object, "message", *event->message ? event->message : NULL);
    result |= add_time(object, "since", event->since_ms);
    result |= add_number(object, "recovered_from", event->opened_by);
    result |= add_job(object, queue, event->job);
    CLEANUP(free_text) char *line = result ? NULL : json_print(object);
    return line ? str_format("%s\n", line) : NULL;
}
