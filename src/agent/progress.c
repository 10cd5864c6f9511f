/** Passes questions about one file on to the watch thread, and its answers back. */
#include "progress.h"
#include "requests.h"

#include "closedrop/base/json.h"

static const char *const waits[SETTLE_WAITS] = {
    [SETTLE_QUIET] = "quiet",
    [SETTLE_MARKER] = "companion",
    [SETTLE_GROWTH] = "growth",
    [SETTLE_ACCESS] = "access",
};

static const char *const companions[COMPANIONS] = {
    [COMPANION_MARKER] = "marker",
    [COMPANION_NEXT_MARKER] = "next_marker",
    [COMPANION_SIDECAR] = "sidecar",
};

static struct answer answer_progress(const struct message *message)
{
    const struct settle_progress *progress = &message->progress;
    bool is_settling = progress->is_settling;
    struct json *body = json_object();
    int result = json_add_bool(body, "settling", is_settling);
    if (!is_settling)
        return answer_body(body, result);
    result |= json_add_text(body, "waits", waits[progress->wait]);
    result |= json_add_text(body, "wants", companions[progress->wants]);
    result |= json_add_bool(body, "written", progress->is_written);
    result |= json_add_int(body, "unchanged_ms", progress->unchanged_ms);
    result |= progress->next_ms == INT64_MAX ? json_add_null(body, "next_ms")
                                             : json_add_int(body, "next_ms", progress->next_ms);
    result |= json_add_text(body, "unreadable", message->sightings[0].error_message);
    return answer_body(body, result);
}

/** It is still on its way, unless the answer to a later question has taken its place. */
static bool is_pending(const struct agent *agent, int64_t asked)
{
    return asked > 0 && asked <= agent->questions &&
           (!agent->progress || agent->progress->question < asked);
}

struct answer progress_answer(struct agent *agent, const struct question *question)
{
    const struct folder *folder = config_folder(agent->config, question->folder);
    const struct message *last = agent->progress;
    if (question->asked && last && last->question == question->asked)
        return answer_progress(last);
    int64_t asked = is_pending(agent, question->asked) ? question->asked
                    : folder ? request_progress(agent, folder, question->path)
                             : 0;
    struct json *body = json_object();
    return answer_body(body, asked ? json_add_int(body, "asked", asked) : 0);
}

void progress_keep(struct agent *agent, struct message *message)
{
    message_free(agent->progress);
    agent->progress = message;
    config_release(message->config); /* it must not keep an earlier configuration in use */
    message->config = NULL;
}
