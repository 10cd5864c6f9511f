/** What the answering functions share. */
#ifndef CLOSEDROP_CONTROL_ASKED_H
#define CLOSEDROP_CONTROL_ASKED_H

#include "closedrop/control/question.h"

struct config;
struct queue;

/** A question, and the queue and configuration that answer it. */
struct asked {
    struct queue *queue; /* inside a transaction */
    const struct config *config;
    const struct question *question;
};

/** A JSON array to which a store's callback adds. */
struct collection {
    struct json *array;
    int result; /* 0 or -ENOMEM */
};

/** A name to filter by; NULL if the question has none. */
static inline const char *name_or_any(const char *name)
{
    return *name ? name : NULL;
}

#endif
