/** Answers `closedrop prune`, a slice at a time: the command asks again until all is done. */
#include "prune.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/prune.h"

/** As long may an answer take, and a page more. */
#define SLICE_MS 10

static struct prune_walk walk_of(const struct question *question)
{
    return (struct prune_walk){
        question->state < 0 ? 0 : question->state, question->at_ms, question->below};
}

static int add_next(struct json *body, const struct prune_walk *walk)
{
    if (prune_is_over(walk))
        return json_add_null(body, "next");
    struct json *next = json_object();
    int result = json_add_text(next, "state", job_state_names[walk->state]);
    result |= json_add_int(next, "at", walk->at_ms);
    result |= json_add_int(next, "below", walk->id);
    return result | json_add(body, "next", next);
}

struct answer prune_jobs(const struct asked *asked)
{
    struct prune_walk walk = walk_of(asked->question);
    int64_t history_ms = asked->config->history_ms, pruned = 0;
    int64_t end_ms = clock_steady_ms() + SLICE_MS;
    if (asked->config->is_partial)
        return answer_error(
            409, "the configuration has errors, so it is not known how long history is kept");
    if (!history_ms)
        walk.state = JOB_STATES;
    while (!prune_is_over(&walk) && clock_steady_ms() < end_ms)
        pruned +=
            queue_prune(asked->queue, clock_wall_ms() - history_ms, asked->question->count, &walk);
    struct json *body = json_object();
    int result = json_add_int(body, "history_ms", history_ms);
    result |= json_add_int(body, "pruned", pruned);
    return answer_body(body, result | add_next(body, &walk));
}
