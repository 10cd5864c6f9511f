/** A strict parser of the one form of date that HTTP still writes. */
#include "closedrop/http/date.h"

#include <time.h>

bool date_read(const char *text, int64_t *ret_wall_ms)
{
    struct tm date = {0};
    if (!strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &date))
        return false;
    *ret_wall_ms = (int64_t)timegm(&date) * 1000;
    return true;
}
