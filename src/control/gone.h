/** Jobs that wait for a folder or a rule that is no longer in the configuration. */
#ifndef CLOSEDROP_CONTROL_GONE_H
#define CLOSEDROP_CONTROL_GONE_H

struct config;
struct job;
struct json;
struct queue;

/**
 * A job as view_job() has it; where its folder or its rule is gone, that is its error, with the
 * code folder_gone or rule_gone. In new memory, NULL where there is none.
 */
struct json *gone_view_job(const struct config *config, const struct job *job);

/** Add the arrays "gone_folders" and "gone_rules" to a status object. Returns 0 or -ENOMEM. */
int gone_add_status(const struct config *config, struct queue *queue, struct json *status);

#endif
