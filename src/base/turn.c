/** Turns: one counter for all threads, and the number that each thread has drawn from it. */
#include "closedrop/base/turn.h"

#include <stdatomic.h>

static atomic_uint_fast64_t last;
static _Thread_local uint64_t current;

void turn_begin(void)
{
    current = atomic_fetch_add(&last, 1) + 1;
}

uint64_t turn_number(void)
{
    return current;
}

bool turn_is_current(uint64_t number)
{
    return current && number >= current;
}
