/** Jobs that wait for a folder or a rule that is no longer in the configuration. */
#ifndef CLOSEDROP_CONTROL_GONE_H
#define CLOSEDROP_CONTROL_GONE_H

struct config;
struct job;
struct json;
struct queue;

/**
 * A job as view_job() returns it; if its folder or rule is no longer configured, its error is
 * folder_gone or rule_gone. The caller frees it; NULL if memory is short.
 */
struct json *gone_view_job(const struct config *config, const struct job *job);

/** Add the arrays "gone_folders" and "gone_rules" to a status object. Returns 0 or -ENOMEM. */
int gone_add_status(const struct config *config, struct queue *queue, struct json *status);

#endif
