/** What the queue knows about each folder of the configuration, for status. */
#ifndef CLOSEDROP_CONTROL_FOLDER_STATUS_H
#define CLOSEDROP_CONTROL_FOLDER_STATUS_H

struct config;
struct json;
struct queue;

/** Add "folders", in the order of the configuration. Returns 0 or -ENOMEM. */
int folder_status_add(const struct config *config, struct queue *queue, struct json *status);

#endif
