/** Local times in a time zone whose clocks change. */
#ifndef LOCAL_TIME_H
#define LOCAL_TIME_H

#include "closedrop/base/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

/** As the setup of a group of tests. */
static int set_zone(void **state)
{
    (void)state;
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    return 0;
}

/** "2026-11-27 14:00" in ms of the wall clock; 0 for "". */
static int64_t at(const char *local)
{
    struct moment moment;
    if (!*local)
        return 0;
    assert_int_equal(moment_read(local, 0, &moment), 0);
    return moment.from_ms;
}

#endif
