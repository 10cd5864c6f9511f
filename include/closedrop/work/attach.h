/**
 * Creating an activity exactly once: one POST, and if its outcome is unclear, a check of what the
 * lead has before anything is posted again (closedrop(1), "Nothing is filed twice").
 */
#ifndef CLOSEDROP_WORK_ATTACH_H
#define CLOSEDROP_WORK_ATTACH_H

#include "closedrop/close/api.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/job.h"
#include "closedrop/work/close_template.h"
#include "closedrop/work/verdict.h"

#include <stddef.h>
#include <stdint.h>

/**
 * Close lets an upload be used for at most 24 hours (Close API documentation, "Files"); once it is
 * this old, it is repeated.
 */
#define UPLOAD_AGE_MAX_MS (20LL * 3600 * 1000)

/**
 * The request that creates the activity for `count` uploaded jobs, in the order of their
 * attachments; templates use the values of the first job. NEXT sets `ret_post`, which the caller
 * releases. FAIL: Close would not take the attachments, too many, too large or of a wrong type; or
 * there is no contact where one is needed; or a template's result cannot be used.
 */
struct verdict attach_post(const struct rule *rule, const struct limits *limits,
    struct job *const *jobs, size_t count, struct activity_post *ret_post);

/**
 * The request of an effect of the rule for a job, for a group the first of its jobs. As
 * attach_post().
 */
struct verdict attach_effect(const struct rule *rule, const struct rule_effect *effect,
    struct job *job, struct activity_post *ret_post);

/**
 * Ask again for the template that gets a job's file, immediately before the PUT: begin, ask and
 * read as in close_template.h, then say whether it takes the file. NEXT: it does. RETRY: the target
 * of the job is not the right one any more, and must be looked up again.
 */
struct verdict attach_template(
    const struct rule *rule, const struct job *job, struct close_template *template);
struct verdict attach_template_takes(const struct close_template *template, const struct job *job,
    close_template_is_ours *is_ours, void *context);

/**
 * The sender address of the job's email, in lower case, or the number its text message comes from;
 * "" if the rule names none. NEXT sets `ret_sender`, which the caller frees; otherwise as
 * attach_post().
 */
struct verdict attach_sender(const struct rule *rule, const struct job *job, char **ret_sender);

/**
 * Read the answer to the POST. NEXT sets `ret_activity_id`, the ID of what was created, which the
 * caller frees. UNCLEAR: it may have been created. Otherwise it was not, or can be repeated
 * (activity_traits()).
 */
struct verdict attach_read(
    const struct request *request, enum activity_kind activity, char **ret_activity_id);

/**
 * Sort jobs by their file names in natural order ("Seite 2" before "Seite 10"): the order of their
 * attachments.
 */
void attach_sort(struct job **jobs, size_t count);

/** The first of them in that order. */
struct job *attach_first(struct job *const *jobs, size_t count);

#endif
