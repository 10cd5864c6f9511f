/**
 * The list of a lead's files: what was added to it directly, and what its activities brought. There
 * is a row for each, or if they are folded, one for each content: it keeps its ID, and says who
 * used the content last. Close does not say which of these it does.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_LEAD_FILES_H
#define CLOSEDROP_SANDBOX_CRM_LEAD_FILES_H

#include "crm/activity.h"

#include <stdbool.h>
#include <stddef.h>

/** A row. What is in it belongs to the activities. */
struct lead_file {
    const struct activity *activity; /* that used it last, */
    const struct attachment *attachment;
    const struct activity *first_activity; /* and first: the same if they are not folded */
    const struct attachment *first;
};

/** A walk through the rows of one lead, newest first. */
struct lead_files {
    const struct activities *activities;
    const char *lead_id;
    bool folds;
    size_t left;  /* activities that are still to come */
    size_t index; /* the attachment of the current one that is next */
};

/** Before the first row. */
struct lead_files lead_files_begin(
    const struct activities *activities, const char *lead_id, bool folds);

/** The next row; false after the last. */
bool lead_files_next(struct lead_files *walk, struct lead_file *ret_file);

/** The row of an activity's first attachment, which has just been created. */
struct lead_file lead_file_of(
    const struct activities *activities, const struct activity *activity, bool folds);

#endif
