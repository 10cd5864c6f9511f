/** The names of files that were rejected since the last one that went through, and what they
 * prove. */
#include "closedrop/work/rejections.h"

/** What is known of a job, NULL: nothing. */
static struct rejection *find(struct rejections *rejections, int64_t job)
{
    for (size_t i = 0; i < REJECTIONS_MAX; i++)
        if (rejections->files[i].job == job)
            return &rejections->files[i];
    return NULL;
}

static struct rejection *add(struct rejections *rejections, int64_t job)
{
    struct rejection *rejection = &rejections->files[rejections->next++ % REJECTIONS_MAX];
    *rejection = (struct rejection){.job = job, .first_at = rejections->successes};
    return rejection;
}

/** How many different files were rejected since the last success. */
static int count_in_row(const struct rejections *rejections)
{
    int count = 0;
    for (size_t i = 0; i < REJECTIONS_MAX; i++)
        count += rejections->files[i].job && rejections->files[i].last_at == rejections->successes;
    return count;
}

enum blame rejections_add(struct rejections *rejections, int64_t job, int *ret_times)
{
    struct rejection *rejection = find(rejections, job);
    if (!rejection)
        rejection = add(rejections, job);
    rejection->last_at = rejections->successes;
    *ret_times = ++rejection->times;
    const int in_row = count_in_row(rejections);
    if (in_row >= REJECTIONS_OF_PLACE)
        return BLAME_PLACE;
    return in_row == 1 && rejection->first_at < rejections->successes ? BLAME_FILE : BLAME_UNKNOWN;
}

void rejections_end(struct rejections *rejections, int64_t job)
{
    struct rejection *rejection = find(rejections, job);
    if (rejection)
        *rejection = (struct rejection){0};
    rejections->successes++;
}
