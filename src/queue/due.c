/**
 * When the jobs of a folder are due. Each turn asks that about every folder, several times; with
 * many folders, nearly nothing of it has changed since the turn before.
 */
#include "due.h"
#include "queue_state.h"

#include <stdlib.h>
#include <string.h>

/** Not asked for since something was written; no job has such a time. */
#define UNKNOWN INT64_MIN

const struct due_place due_places[DUE_PLACES] = {
    {LANE_PUT_AWAY, JOB_DONE},
    {LANE_PUT_AWAY, JOB_FAILED},
    {LANE_ATTACH, JOB_ATTACHING},
    {LANE_ATTACH, JOB_UPLOADED},
    {LANE_SEND, JOB_QUEUED},
};

/* ---- one for each folder, sorted by name ---- */

/** Where the one of a folder is, or belongs. */
static size_t find(const struct queue *queue, const char *folder)
{
    size_t first = 0, beyond = queue->due_count;
    while (first < beyond) {
        size_t middle = (first + beyond) / 2;
        if (strcmp(queue->dues[middle]->folder, folder) < 0)
            first = middle + 1;
        else
            beyond = middle;
    }
    return first;
}

static bool is_at(const struct queue *queue, size_t at, const char *folder)
{
    return at < queue->due_count && strcmp(queue->dues[at]->folder, folder) == 0;
}

static void forget(struct queue *queue, struct due *due)
{
    for (size_t i = 0; i < DUE_PLACES; i++)
        due->times.at_ms[i][0] = due->times.at_ms[i][1] = UNKNOWN;
    queue->has_unknown_due = true;
}

static struct due *due_new(const char *folder)
{
    size_t size = strlen(folder) + 1;
    struct due *due = malloc(sizeof(*due) + size);
    if (due)
        memcpy(due->folder, folder, size);
    return due;
}

struct due *queue_due(struct queue *queue, const char *folder)
{
    size_t at = find(queue, folder);
    if (is_at(queue, at, folder))
        return queue->dues[at];
    struct due **dues = reallocarray(queue->dues, queue->due_count + 1, sizeof(struct due *));
    queue->dues = dues ? dues : queue->dues;
    struct due *due = dues ? due_new(folder) : NULL;
    if (!due)
        return NULL;
    memmove(&dues[at + 1], &dues[at], (queue->due_count - at) * sizeof(struct due *));
    dues[at] = due;
    queue->due_count++;
    forget(queue, due);
    return due;
}

void due_free(struct queue *queue)
{
    for (size_t i = 0; i < queue->due_count; i++)
        free(queue->dues[i]);
    free(queue->dues);
}

/* ---- what is forgotten, and asked for again ---- */

void due_forget(struct queue *queue, const char *folder)
{
    size_t at = find(queue, folder);
    if (is_at(queue, at, folder))
        forget(queue, queue->dues[at]);
}

void due_forget_all(struct queue *queue)
{
    for (size_t i = 0; i < queue->due_count; i++)
        forget(queue, queue->dues[i]);
}

void due_forget_place(struct queue *queue, struct due *due, const struct due_times *before,
    size_t place, bool suspect)
{
    due->times = *before;
    due->times.at_ms[place][suspect] = UNKNOWN;
    queue->has_unknown_due = true;
}

/** Questions that are asked together, and where their answers belong. */
struct asking {
    struct lookup lookups[LOOKUPS_MAX];
    int64_t *answers[LOOKUPS_MAX];
    size_t count;
};

static void ask(struct queue *queue, struct asking *asking)
{
    store_look_up(queue->store, asking->lookups, asking->count);
    for (size_t i = 0; i < asking->count; i++)
        *asking->answers[i] = asking->lookups[i].number;
    asking->count = 0;
}

static void ask_for(
    struct queue *queue, struct asking *asking, struct due *due, size_t place, bool suspect)
{
    if (due->times.at_ms[place][suspect] != UNKNOWN)
        return;
    if (asking->count == LOOKUPS_MAX)
        ask(queue, asking);
    asking->answers[asking->count] = &due->times.at_ms[place][suspect];
    asking->lookups[asking->count++] = (struct lookup){.kind = QUERY_NEXT_DUE,
        .query = {.folder = due->folder,
            .state = job_state_names[due_places[place].state],
            .suspect = suspect},
        .number = INT64_MAX};
}

void due_learn(struct queue *queue)
{
    struct asking asking;
    if (!queue->has_unknown_due)
        return;
    asking.count = 0;
    for (size_t i = 0; i < queue->due_count; i++)
        for (size_t place = 0; place < DUE_PLACES; place++) {
            ask_for(queue, &asking, queue->dues[i], place, false);
            ask_for(queue, &asking, queue->dues[i], place, true);
        }
    ask(queue, &asking);
    queue->has_unknown_due = false;
}

int64_t queue_next_due(struct queue *queue, struct due *due, unsigned lanes, bool suspects)
{
    int64_t next = INT64_MAX;
    due_learn(queue);
    for (size_t i = 0; i < DUE_PLACES; i++)
        if ((due_places[i].lane & lanes) && due->times.at_ms[i][suspects] < next)
            next = due->times.at_ms[i][suspects];
    return next;
}
