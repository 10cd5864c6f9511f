/** The ledger of emails that were sent, and what waits for the send guard, as queries of the store.
 */
#include "closedrop/queue/ledger.h"

#include "queue_state.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"

/** Nothing that left longer ago is in any window (guard.h). */
#define LEDGER_MS (25LL * 3600 * 1000)

void queue_add_leaving(struct queue *queue, int64_t id, const char *rule, const char *sender)
{
    const struct query query = {.id = id, .rule = rule, .sender = sender, .at_ms = clock_wall_ms()};
    store_change(queue->store, CHANGE_LEAVE, &query);
    queue_forget_left(queue, query.at_ms - LEDGER_MS);
}

void queue_stay(struct queue *queue, int64_t job)
{
    store_change(queue->store, CHANGE_STAY, &(struct query){.id = job});
}

void queue_leave_as(struct queue *queue, int64_t job, int64_t other)
{
    store_change(queue->store, CHANGE_LEAVE_AS, &(struct query){.id = job, .other = other});
}

void queue_left_again(struct queue *queue, int64_t job, int64_t at_ms)
{
    store_change(queue->store, CHANGE_LEFT_AGAIN, &(struct query){.id = job, .at_ms = at_ms});
}

void queue_forget_left(struct queue *queue, int64_t before_ms)
{
    store_change(queue->store, CHANGE_LEFT_FORGET, &(struct query){.at_ms = before_ms});
}

bool queue_has_left(struct queue *queue, int64_t job, const char *rule, int64_t since_ms)
{
    const struct query query = {.id = job, .rule = rule, .at_ms = since_ms};
    return store_number(queue->store, QUERY_HAS_LEFT, &query, 0) > 0;
}

int64_t queue_left_by_rule(struct queue *queue, const char *rule, int64_t but, int64_t nth)
{
    const struct query query = {.rule = rule, .id = but, .nth = nth};
    return store_number(queue->store, QUERY_LEFT_BY_RULE, &query, INT64_MIN);
}

int64_t queue_left_by_sender(struct queue *queue, const char *sender, int64_t but, int64_t nth)
{
    const struct query query = {.sender = sender, .id = but, .nth = nth};
    return store_number(queue->store, QUERY_LEFT_BY_SENDER, &query, INT64_MIN);
}

bool queue_is_leaving(struct queue *queue, const char *sender, int64_t but)
{
    const struct query query = {.sender = sender, .id = but};
    return store_number(queue->store, QUERY_IS_LEAVING, &query, 0) > 0;
}

/* ---- what is too much, and what a person decides about it ---- */

static void keep_marks(void *context, const struct row *row)
{
    struct guard_marks *marks = context;
    *marks = (struct guard_marks){.over = row->numbers[0],
        .released = row->numbers[1],
        .recalled = row->numbers[2],
        .recalled_held = row->numbers[3]};
}

static struct query of_marks(const char *rule, const struct guard_marks *marks)
{
    return (struct query){.rule = rule,
        .over = marks->over,
        .released = marks->released,
        .recalled = marks->recalled,
        .recalled_held = marks->recalled_held};
}

void queue_guard_marks(struct queue *queue, const char *rule, struct guard_marks *ret_marks)
{
    *ret_marks = (struct guard_marks){0};
    store_rows(queue->store, QUERY_GUARD, &(struct query){.rule = rule}, keep_marks, ret_marks);
}

void queue_set_guard_marks(struct queue *queue, const char *rule, const struct guard_marks *marks)
{
    const struct query query = of_marks(rule, marks);
    store_change(queue->store, CHANGE_GUARD, &query);
}

bool queue_is_undecided(struct queue *queue, const char *rule, const struct guard_marks *marks)
{
    const struct query query = of_marks(rule, marks);
    return store_number(queue->store, QUERY_IS_UNDECIDED, &query, 0) != 0;
}

/* ---- what waits ---- */

void queue_count_held(struct queue *queue, const char *rule, queue_number_of *each, void *context)
{
    store_named_numbers(queue->store, QUERY_HELD, &(struct query){.rule = rule}, each, context);
}

void queue_count_paced(struct queue *queue, queue_number_of *each, void *context)
{
    store_named_numbers(queue->store, QUERY_COUNT_PACED, &(struct query){0}, each, context);
}

size_t queue_list_held(struct queue *queue, const char *rule, enum job_held held, int64_t after,
    int64_t *ids, size_t most)
{
    const struct query query = {.rule = rule, .held = held, .id = after, .limit = (int64_t)most};
    return store_numbers(queue->store, QUERY_HELD_OF_RULE, &query, ids, most);
}

struct job *queue_find_held(struct queue *queue, const char *folder, const char *path)
{
    return store_job(queue->store, QUERY_HELD_AT, &(struct query){.folder = folder, .path = path});
}

struct sender {
    struct queue *queue;
    char *name;
};

static void keep_sender(void *context, const struct row *row)
{
    struct sender *sender = context;
    queue_keep_text(sender->queue, &sender->name, row->texts[0]);
}

char *queue_next_paced_sender(struct queue *queue, const char *after)
{
    struct sender sender = {.queue = queue};
    store_rows(
        queue->store, QUERY_PACED_SENDER, &(struct query){.sender = after}, keep_sender, &sender);
    return sender.name;
}

struct paced {
    int64_t id;
    int64_t *entered;
};

static void keep_paced(void *context, const struct row *row)
{
    struct paced *paced = context;
    paced->id = row->numbers[0];
    *paced->entered = row->numbers[1];
}

int64_t queue_next_paced(
    struct queue *queue, const char *sender, const char *folder, int64_t *ret_entered)
{
    struct paced paced = {0, ret_entered};
    const struct query query = {.sender = sender, .folder = folder};
    store_rows(queue->store, QUERY_PACED, &query, keep_paced, &paced);
    return paced.id;
}
