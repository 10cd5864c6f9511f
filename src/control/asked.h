/** What an answer is made of, for those who answer. */
#ifndef CLOSEDROP_CONTROL_ASKED_H
#define CLOSEDROP_CONTROL_ASKED_H

#include "closedrop/control/question.h"

struct config;
struct queue;

/** A question, and what it is asked of. */
struct asked {
    struct queue *queue; /* inside a transaction */
    const struct config *config;
    const struct question *question;
};

/** An array of JSON while a store's callback adds to it. */
struct collection {
    struct json *array;
    int result; /* 0 or -ENOMEM */
};

/** A name to narrow by; NULL where the question has none. */
static inline const char *name_or_any(const char *name)
{
    return *name ? name : NULL;
}

#endif
