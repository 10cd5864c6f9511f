/**
 * Signs of life from within a long piece of work on files, so that whoever supervises the thread
 * can tell it from a call that hangs.
 */
#ifndef CLOSEDROP_FILES_LIFE_H
#define CLOSEDROP_FILES_LIFE_H

#include <stdatomic.h>

/** Count the signs of life of this thread here, by two each, from now on. */
void life_count(atomic_long *pulse);

/** Give one; nothing if nobody counts them. */
void life_show(void);

#endif
