/** Carries out a fault rule on a request and its reply. */
#include "faults/effect.h"

#include "http/refusal.h"
#include "http/reply.h"
#include "http/server.h"

#include <errno.h>

enum fault_kind effect_kind(const struct fault *fault)
{
    return fault ? fault->kind : FAULT_NONE;
}

int effect_before(const struct fault *fault, struct request *request)
{
    if (fault && fault->delay_ms && request_wait(request, fault->delay_ms) != 0)
        return -ECONNABORTED;
    switch (effect_kind(fault)) {
    case FAULT_RESET_BEFORE:
        request_reset(request);
        return -ECONNABORTED;
    case FAULT_HANG:
        request_wait_gone(request);
        return -ECONNABORTED;
    default:
        return 0;
    }
}

enum effect_act effect_act(const struct fault *fault)
{
    switch (effect_kind(fault)) {
    case FAULT_ANSWER:
        return EFFECT_ACT_NEVER;
    case FAULT_LATE:
        return EFFECT_ACT_DEFERRED;
    default:
        return EFFECT_ACT;
    }
}

/** The rule's own answer, in place of whatever there was. */
static void answer(const struct fault *fault, struct reply *reply)
{
    reply_drop_header(reply, "Location"); /* S3's, of what was stored */
    reply_drop_header(reply, "ETag");
    reply_drop_header(reply, "x-amz-server-side-encryption");
    if (fault->code)
        refusal_reply_code(reply, fault->status, fault->code);
    else
        reply_text(
            reply, fault->status, "text/plain; charset=utf-8", fault->body ? fault->body : "");
    reply_because(reply, fault->code, "fault rule");
    for (size_t i = 0; i < fault->header_count; i++)
        reply_header(reply, fault->headers[i].name, "%s", fault->headers[i].value);
}

static void spoil_body(struct reply *reply)
{
    if (reply->status < 300)
        reply_text(reply, reply->status == 204 ? 200 : reply->status, "text/html",
            "<html><body>{\"<h1>It works!");
}

int effect_after(const struct fault *fault, const struct request *request, struct reply *reply)
{
    switch (effect_kind(fault)) {
    case FAULT_HANG_AFTER:
        request_wait_gone(request);
        return -ECONNABORTED;
    case FAULT_ANSWER:
    case FAULT_ANSWER_AFTER:
        answer(fault, reply);
        break;
    case FAULT_LATE:
        if (fault->status)
            answer(fault, reply);
        else
            reply->end = REPLY_NOTHING;
        break;
    case FAULT_RESET_AFTER:
        reply->end = REPLY_NOTHING;
        break;
    case FAULT_TRUNCATED:
        reply->end = REPLY_HALF;
        break;
    case FAULT_GARBAGE:
        spoil_body(reply);
        break;
    default:
        break;
    }
    return 0;
}
