#include "effect.h"

#include "refusal.h"
#include "reply.h"
#include "server.h"

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

bool effect_instead(const struct fault *fault, struct reply *reply)
{
    if (effect_kind(fault) != FAULT_ANSWER)
        return false;
    if (fault->code)
        refusal_reply_code(reply, fault->status, fault->code);
    else
        reply_text(
            reply, fault->status, "text/plain; charset=utf-8", fault->body ? fault->body : "");
    reply_because(reply, fault->code, "fault rule");
    for (size_t i = 0; i < fault->header_count; i++)
        reply_header(reply, fault->headers[i].name, "%s", fault->headers[i].value);
    return true;
}

static void spoil_body(struct reply *reply)
{
    if (reply->status < 300)
        reply_text(reply, reply->status == 204 ? 200 : reply->status, "text/html",
            "<html><body>{\"<h1>It works!");
}

void effect_after(const struct fault *fault, struct reply *reply)
{
    switch (effect_kind(fault)) {
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
}
