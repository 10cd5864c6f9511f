/**
 * The bytes of a test that writes frames (wire.h): empty when it begins, released when it has
 * ended.
 */
#ifndef TESTS_UNIT_FRAME_BYTES_H
#define TESTS_UNIT_FRAME_BYTES_H

#include "closedrop/base/str.h"
#include "closedrop/base/wire.h"

static struct str bytes = STR_INIT(2 * FRAME_MAX);

static inline int setup(void **state)
{
    (void)state;
    str_clear(&bytes);
    return 0;
}

static inline int release(void **state)
{
    (void)state;
    str_release(&bytes);
    return 0;
}

#endif
