/** Walks through the files of a lead, one row for each use or for each content. */
#include "crm/lead_files.h"

#include <string.h>

static bool has_content(const struct attachment *attachment, const struct attachment *other)
{
    return *attachment->sha256 && strcmp(attachment->sha256, other->sha256) == 0;
}

static bool is_of_lead(const struct activity *activity, const char *lead_id)
{
    return !activity->gone && strcmp(activity->lead_id, lead_id) == 0;
}

/** The attachment of an activity that has the same content; NULL: none. */
static const struct attachment *find_in(
    const struct activity *activity, const struct attachment *attachment)
{
    for (size_t i = 0; i < activity->attachment_count; i++)
        if (has_content(&activity->attachments[i], attachment))
            return &activity->attachments[i];
    return NULL;
}

/** Let a row begin with the first use of its content on this lead. */
static void find_first(
    const struct activities *activities, const char *lead_id, struct lead_file *file)
{
    for (size_t i = 0; i < activities->all.count; i++) {
        const struct activity *activity = activities->all.items[i];
        const struct attachment *same =
            is_of_lead(activity, lead_id) ? find_in(activity, file->attachment) : NULL;
        if (!same)
            continue;
        file->first_activity = activity;
        file->first = same;
        return;
    }
}

/** Whether a later activity uses the same content on this lead, or this one again. */
static bool is_used_later(const struct lead_files *walk, const struct lead_file *file)
{
    for (size_t i = walk->left; i < walk->activities->all.count; i++) {
        const struct activity *later = walk->activities->all.items[i];
        if (is_of_lead(later, walk->lead_id) && find_in(later, file->attachment))
            return true;
    }
    return find_in(file->activity, file->attachment) != file->attachment;
}

struct lead_files lead_files_begin(
    const struct activities *activities, const char *lead_id, bool folds)
{
    return (struct lead_files){activities, lead_id, folds, activities->all.count, 0};
}

/** The next use of a file on this lead. */
static bool next_use(struct lead_files *walk, struct lead_file *ret_file)
{
    while (walk->left) {
        const struct activity *activity = walk->activities->all.items[walk->left - 1];
        if (is_of_lead(activity, walk->lead_id) && walk->index < activity->attachment_count) {
            const struct attachment *attachment = &activity->attachments[walk->index++];
            *ret_file = (struct lead_file){activity, attachment, activity, attachment};
            return true;
        }
        walk->left--;
        walk->index = 0;
    }
    return false;
}

bool lead_files_next(struct lead_files *walk, struct lead_file *ret_file)
{
    struct lead_file file;
    do {
        if (!next_use(walk, &file))
            return false;
    } while (walk->folds && is_used_later(walk, &file));
    if (walk->folds)
        find_first(walk->activities, walk->lead_id, &file);
    *ret_file = file;
    return true;
}

struct lead_file lead_file_of(
    const struct activities *activities, const struct activity *activity, bool folds)
{
    const struct attachment *attachment = activity->attachments;
    struct lead_file file = {activity, attachment, activity, attachment};
    if (folds)
        find_first(activities, activity->lead_id, &file);
    return file;
}
