/** The table of what a folder refuses: a size, a kind, a name; its code and its words. */
#include "closedrop/config/refusal.h"

#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"

#include <stdio.h>

#define SMALL                                                                                      \
    "the file is too small: %s; the minimum of this folder is %s" REMEDY                           \
    "put the complete file into the folder, or lower its min_size"
#define LARGE                                                                                      \
    "the file is too large: %s; the limit of this folder is %s" REMEDY                             \
    "put a smaller file into the folder, or raise its max_size"
#define LARGE_FOR_S3                                                                               \
    "the file is too large: %s; the limit of Close is %s" REMEDY                                   \
    "put a smaller file into the folder"

bool refusal_of_size(const struct folder *folder, int64_t size, struct refusal *ret_refusal)
{
    bool is_just_empty = size == 0 && folder->min_size <= 1;
    bool is_small = size < folder->min_size && !is_just_empty;
    bool is_for_s3 = folder->max_size == FILE_SIZE_MAX;
    if (!is_small && size <= folder->max_size)
        return false;
    struct str has = STR_INIT(64), limit = STR_INIT(64);
    units_spell_size(&has, size);
    units_spell_size(&limit, is_small ? folder->min_size : folder->max_size);
    ret_refusal->code = is_small ? "too_small" : "too_large";
    snprintf(ret_refusal->message, sizeof(ret_refusal->message),
        is_small    ? SMALL
        : is_for_s3 ? LARGE_FOR_S3
                    : LARGE,
        str_text(&has), str_text(&limit));
    str_release(&has);
    str_release(&limit);
    return true;
}

bool refusal_of_links(uint64_t links, struct refusal *ret_refusal)
{
    if (links <= 1)
        return false;
    *ret_refusal = (struct refusal){"links", "the file has more than one name (hard link)" REMEDY
                                             "copy it into the folder instead of linking it"};
    return true;
}
