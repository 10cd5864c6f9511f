/**
 * Everything that was made, for GET /admin/activities: a JSON array, written as it is sent.
 */
#ifndef CLOSEDROP_SANDBOX_ADMIN_READOUT_H
#define CLOSEDROP_SANDBOX_ADMIN_READOUT_H

struct crm;
struct reply;

/** Takes the lock for each piece of it, while it is sent. */
void readout_activities(struct crm *crm, struct reply *reply);

#endif
