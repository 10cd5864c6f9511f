/** Puts what was uploaded by hand on the queue's list, as far as there is one to be reached. */
#include "listed.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdio.h>

static void say_once(struct session *session, const char *why)
{
    if (!session->said_unlisted)
        fprintf(stderr, "closedrop: this upload is not recorded in the queue: %s\n", why);
    session->said_unlisted = true;
}

int64_t listed_put(struct session *session, const struct json *told)
{
    const struct question question = {.kind = ASK_RECORD, .state = -1, .told = told};
    struct str why = STR_INIT(4096);
    CLEANUP(json_freep) struct json *job = NULL;
    int result = told ? session_ask(session, &question, &job, &why) : -ENOMEM;
    if (result < 0 && result != -ENOENT)
        say_once(session, why.length ? str_text(&why) : "out of memory");
    str_release(&why);
    return json_get_int(job, "id", 0);
}
