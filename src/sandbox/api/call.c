/** Refusals that several calls share. */
#include "api/call.h"

#include "crm/schema.h"
#include "http/reply.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <stdlib.h>

bool call_refuse_fields(const struct call *call, struct json *wrong, int result)
{
    if (result == 0 && wrong && !json_first(wrong)) {
        json_free(wrong);
        return false;
    }
    if (result < 0) {
        json_free(wrong);
        wrong = NULL;
    }
    CLEANUP(free_text) char *text = json_print(wrong);
    reply_json(call->reply, 400, schema_complaint(wrong));
    reply_because(call->reply, "field-errors", text);
    return true;
}

void call_missing(const struct call *call, const char *what)
{
    struct str message = STR_INIT(256);
    str_printf(&message, "Empty query: %s matching query does not exist.", what);
    reply_error(call->reply, 404, str_text(&message));
    str_release(&message);
}
