/** Where the problem in a message ends, and its remedy begins. */
#include "closedrop/base/remedy.h"

#include <string.h>

/** The last one: what a problem quotes may contain these words as well. */
static const char *find_last(const char *message)
{
    const char *last = NULL;
    while ((message = strstr(message, REMEDY)) != NULL)
        last = message++;
    return last;
}

const char *remedy_of(const char *message)
{
    const char *at = find_last(message);
    const char *remedy = at ? at + strlen(REMEDY) : NULL;
    return remedy && *remedy ? remedy : NULL; /* a message may have been truncated */
}

size_t remedy_problem_length(const char *message)
{
    const char *at = find_last(message);
    return at ? (size_t)(at - message) : strlen(message);
}
