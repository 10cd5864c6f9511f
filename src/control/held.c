/** Shows, releases and recalls what the send guard holds back. */
#include "held.h"

#include "closedrop/base/json.h"
#include "closedrop/queue/ledger.h"
#include "closedrop/queue/queue.h"

#include <stdio.h>

static void add_held(void *context, const char *rule, int64_t emails)
{
    struct collection *collection = context;
    struct json *one = json_object();
    collection->result |= json_add_text(one, "rule", rule);
    collection->result |= json_add_int(one, "emails", emails);
    collection->result |= json_append(collection->array, one);
}

static void add_paced(void *context, const char *sender, int64_t emails)
{
    struct collection *collection = context;
    struct json *one = json_object();
    collection->result |= json_add_text(one, "sender", *sender ? sender : NULL);
    collection->result |= json_add_int(one, "emails", emails);
    collection->result |= json_append(collection->array, one);
}

int held_add_status(struct queue *queue, struct json *status)
{
    struct collection held = {.array = json_array()}, paced = {.array = json_array()};
    queue_count_held(queue, NULL, add_held, &held);
    queue_count_paced(queue, add_paced, &paced);
    return held.result | paced.result | json_add(status, "held", held.array) |
           json_add(status, "paced", paced.array);
}

/** Nothing matches; say how to list what is held. */
static struct answer none_waits(const char *rule, const char *word)
{
    char message[400];
    if (*rule)
        snprintf(message, sizeof(message),
            "no email of rule \"%s\" waits for %s; \"closedrop list --held\" shows which do", rule,
            word);
    else
        snprintf(message, sizeof(message), "no email waits for %s", word);
    return answer_error(404, message);
}

struct answer held_release(const struct asked *asked)
{
    struct collection held = {.array = json_array()};
    struct json *rules = json_array();
    int result = 0;
    queue_count_held(asked->queue, name_or_any(asked->question->rule), add_held, &held);
    for (const struct json *one = json_first(held.array); one; one = json_next(one)) {
        const char *rule = json_get_text(one, "rule");
        if (!rule)
            continue;
        queue_release_rule(asked->queue, rule);
        result |= json_append(rules, json_copy(one));
    }
    json_free(held.array);
    if (!json_first(rules) && !result && !held.result) {
        json_free(rules);
        return none_waits(asked->question->rule, "release");
    }
    struct json *body = json_object();
    result |= json_add(body, "rules", rules);
    return answer_body(body, result | held.result);
}

struct answer held_recall(const struct asked *asked)
{
    bool has_more;
    int64_t files = queue_recall_rule(asked->queue, asked->question->rule, &has_more);
    if (!files && !has_more)
        return none_waits(asked->question->rule, "release, or for limits.sends");
    struct json *body = json_object();
    int result = json_add_text(body, "rule", asked->question->rule);
    result |= json_add_bool(body, "more", has_more);
    return answer_body(body, result | json_add_int(body, "files", files));
}
