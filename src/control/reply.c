/** Replies of the servers: made from a text, an answer, or constant bytes. */
#include "closedrop/control/reply.h"

#include "closedrop/base/json.h"

#include <stdlib.h>
#include <string.h>

void reply_set_text(struct reply *reply, int status, const char *type, char *text)
{
    reply->status = text ? status : 0;
    reply->type = type;
    reply->text = text;
    reply->length = text ? strlen(text) : 0;
}

void reply_set_answer(struct reply *reply, struct answer answer)
{
    char *text = answer.body ? json_print(answer.body) : NULL;
    json_free(answer.body);
    reply_set_text(reply, answer.status, "application/json", text);
}

void reply_set_bytes(struct reply *reply, const char *type, const void *bytes, size_t length)
{
    reply->status = 200;
    reply->type = type;
    reply->bytes = bytes;
    reply->length = length;
}

void reply_release(struct reply *reply)
{
    if (reply->stream.end)
        reply->stream.end(reply->stream.stream);
    free(reply->text);
    *reply = (struct reply){0};
}
