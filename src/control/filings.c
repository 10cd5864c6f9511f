/** Answers what was filed before, and records what a person is about to file by hand. */
#include "filings.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/filed_memory.h"
#include "closedrop/queue/guard.h"
#include "closedrop/queue/ledger.h"
#include "closedrop/queue/queue.h"

static void add_filing(void *context, const struct filing *filing)
{
    struct collection *collection = context;
    char time[CLOCK_TEXT];
    struct json *one = json_object();
    collection->result |= json_add_text(one, "lead_id", filing->lead_id);
    collection->result |= json_add_text(one, "rule", *filing->rule ? filing->rule : NULL);
    collection->result |= json_add_text(one, "filed_at", clock_rfc3339(filing->at_ms, time));
    collection->result |= json_append(collection->array, one);
}

struct answer filings_get(const struct asked *asked)
{
    struct collection filings = {.array = json_array()};
    struct queue *queue = asked->queue;
    queue_filings(queue, asked->question->sha256, asked->question->activity,
        asked->question->lead_id, add_filing, &filings);
    struct json *body = json_object();
    filings.result |= json_add(body, "filings", filings.array);
    filings.result |= json_add_bool(body, "unclear",
        queue_is_unclear_by_hand(queue, asked->question->sha256, asked->question->lead_id));
    filings.result |= json_add_bool(body, "elsewhere",
        queue_is_filed_elsewhere(
            queue, asked->question->sha256, asked->question->activity, asked->question->lead_id));
    return answer_body(body, filings.result);
}

/** Ask the guard whether an email without a job may be sent now; if so, it is recorded as sent. */
static int ask_guard(const struct asked *asked, struct json *body)
{
    static const char *const answers[] = {
        [GUARD_ASKS] = "asks", [GUARD_PACES] = "paces", [GUARD_RECALLED] = "asks"};
    const struct question *question = asked->question;
    char time[CLOCK_TEXT];
    int64_t at_ms = 0;
    const struct leaver leaver = {.id = question->id,
        .rule = question->rule,
        .sender = question->sender,
        .oldest = INT64_MAX, /* a person sends it, now */
        .newest = INT64_MAX,
        .is_released = question->yes};
    enum guard_answer answer =
        guard_ask(asked->queue, &asked->config->limits.guard, &leaver, &at_ms);
    if (answer == GUARD_LETS_GO) {
        queue_add_leaving(asked->queue, question->id, question->rule, question->sender);
        return json_add_null(body, "guard");
    }
    return json_add_text(body, "guard", answers[answer]) |
           json_add_text(body, "leaves_at", at_ms ? clock_rfc3339(at_ms, time) : NULL);
}

/** In one transaction, so that the second of two simultaneous requests knows about the first. */
struct answer filings_intend(const struct asked *asked)
{
    struct answer answer = filings_get(asked);
    const struct filing filing = {.lead_id = asked->question->lead_id,
        .rule = asked->question->rule,
        .at_ms = clock_wall_ms(),
        .job = asked->question->id};
    if (answer.status != 200)
        return answer;
    queue_remember(asked->queue, asked->question->sha256, asked->question->activity, &filing);
    return answer_body(answer.body, asked->question->leaves ? ask_guard(asked, answer.body) : 0);
}

struct answer filings_withdraw(const struct asked *asked)
{
    queue_unremember(asked->queue, asked->question->sha256, asked->question->activity,
        asked->question->lead_id, asked->question->id);
    queue_stay(asked->queue, asked->question->id);
    return filings_get(asked);
}

struct answer filings_left(const struct asked *asked)
{
    queue_left_again(asked->queue, asked->question->id, clock_wall_ms());
    return filings_get(asked);
}
