/** The table of what a folder refuses: a size, a kind, a name; its code and its words. */
#include "closedrop/config/refusal.h"

#include "closedrop/base/str.h"
#include "closedrop/base/units.h"

#include <stdio.h>

bool refusal_of_size(const struct folder *folder, int64_t size, struct refusal *ret_refusal)
{
    bool is_just_empty = size == 0 && folder->min_size <= 1;
    bool is_small = size < folder->min_size && !is_just_empty;
    if (!is_small && size <= folder->max_size)
        return false;
    struct str has = STR_INIT(64), limit = STR_INIT(64);
    units_print_size(&has, size);
    units_print_size(&limit, is_small ? folder->min_size : folder->max_size);
    ret_refusal->code = is_small ? "too_small" : "too_large";
    snprintf(ret_refusal->message, sizeof(ret_refusal->message),
        is_small ? "the file has only %s, which is less than min_size, %s"
                 : "the file has %s, which is more than %s, the maximum here",
        str_text(&has), str_text(&limit));
    str_release(&has);
    str_release(&limit);
    return true;
}

bool refusal_of_links(uint64_t links, struct refusal *ret_refusal)
{
    if (links <= 1)
        return false;
    *ret_refusal = (struct refusal){"links",
        "the file has more than one name (hard link); copy it into the folder instead of linking "
        "it"};
    return true;
}
