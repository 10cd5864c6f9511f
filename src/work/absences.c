/** A small table of leads that are gone, the oldest entry making way for a new one. */
#include "closedrop/work/absences.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS (60LL * 1000)

const int64_t absence_kept_ms[ABSENCE_KINDS] = {
    [ABSENCE_MERGED] = 10 * MINUTE_MS,
    [ABSENCE_DELETED] = 10 * MINUTE_MS,
    [ABSENCE_UNEXPLAINED] = MINUTE_MS,
};

static struct absence *find(const struct absences *absences, const char *lead_id)
{
    for (size_t i = 0; absences->leads && i < ABSENCES_MAX; i++)
        if (strcmp(absences->leads[i].lead_id, lead_id) == 0)
            return &absences->leads[i];
    return NULL;
}

const struct absence *absences_find(
    const struct absences *absences, const char *lead_id, int64_t now_ms)
{
    const struct absence *absence = find(absences, lead_id);
    bool counts = absence && now_ms - absence->found_ms < absence_kept_ms[absence->kind];
    return counts ? absence : NULL;
}

int absences_add(struct absences *absences, const struct absence *absence)
{
    if (!absences->leads)
        absences->leads = calloc(ABSENCES_MAX, sizeof(*absences->leads));
    if (!absences->leads)
        return -ENOMEM;
    struct absence *place = find(absences, absence->lead_id);
    if (!place)
        place = &absences->leads[absences->next++ % ABSENCES_MAX];
    *place = *absence;
    return 0;
}

void absences_release(struct absences *absences)
{
    free(absences->leads);
    merge_list_release(&absences->merges);
    *absences = (struct absences){0};
}
