/** An event as hooks read it (closedrop(1), "HOOKS"). */
#ifndef CLOSEDROP_ALERTS_NOTICE_JSON_H
#define CLOSEDROP_ALERTS_NOTICE_JSON_H

#include "closedrop/queue/notices.h"

/** One line of JSON with its line break, which the caller frees; NULL if out of memory. */
char *notice_json(struct queue *queue, const struct notice *event);

#endif
