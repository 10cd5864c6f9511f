/** Reads what a rule creates. */
#ifndef CLOSEDROP_CONFIG_READ_ACTIVITY_H
#define CLOSEDROP_CONFIG_READ_ACTIVITY_H

struct rule_reader;

/** Read the rule's one activity. Errors are recorded. */
void read_activity(struct rule_reader *reader);

#endif
