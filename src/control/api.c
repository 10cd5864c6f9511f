/** From an HTTP request to a question, and from its answer to a reply. */
#include "api.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"

#include <string.h>

int api_question(struct exchange *exchange, const char *path, struct question *ret_question)
{
    const char *method = exchange_method(exchange);
    if (strcmp(method, "HEAD") == 0) /* the server leaves out the body */
        method = "GET";
    return question_parse(method, path, exchange_parameter, exchange, ret_question);
}

void api_answer(struct exchange *exchange, struct question *question, answerer *answer,
    void *context, struct reply *reply)
{
    size_t length;
    const char *body = exchange_body(exchange, &length);
    CLEANUP(json_freep) struct json *told = json_parse(body, length);
    question->told = told;
    reply_set_answer(reply, answer(context, question));
}
