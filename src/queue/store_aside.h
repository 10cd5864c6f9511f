/** What is left next to the queue if a damaged one was set aside (store_set_aside()). */
#ifndef CLOSEDROP_QUEUE_STORE_ASIDE_H
#define CLOSEDROP_QUEUE_STORE_ASIDE_H

#include <stdbool.h>

/** Whether one was, in this directory. */
bool store_was_set_aside(const char *directory);

#endif
