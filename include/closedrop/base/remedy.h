/**
 * The two parts of a message: the problem and, if somebody can solve it, the remedy. They are
 * written where the problem is found, as "PROBLEM" REMEDY "what to do". A log line has both; the
 * text next to a failed file shows them apart.
 */
#ifndef CLOSEDROP_BASE_REMEDY_H
#define CLOSEDROP_BASE_REMEDY_H

#include <stddef.h>

#define REMEDY "; what to do: "

/** The remedy in a message, or NULL. */
const char *remedy_of(const char *message);

/** The length in bytes of the problem in a message. */
size_t remedy_problem_length(const char *message);

#endif
