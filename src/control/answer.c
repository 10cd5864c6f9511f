/** Makes answers: a body, or an error message. */
#include "closedrop/control/answer.h"

#include "closedrop/base/json.h"

struct answer answer_error(int status, const char *message)
{
    struct json *body = json_object();
    if (json_add_text(body, "error", message) < 0) {
        json_free(body);
        body = NULL;
    }
    return (struct answer){status, body};
}

struct answer answer_body(struct json *body, int result)
{
    if (result < 0) {
        json_free(body);
        return answer_error(500, "out of memory");
    }
    return (struct answer){200, body};
}
