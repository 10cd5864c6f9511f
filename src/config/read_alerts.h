/** Reads who is to hear of what: the groups `hooks` and `alert`. */
#ifndef CLOSEDROP_CONFIG_READ_ALERTS_H
#define CLOSEDROP_CONFIG_READ_ALERTS_H

struct config;
struct settings;

/** Read it into `config`; what is wrong is recorded. */
void read_alerts(struct settings *settings, struct config *config);

#endif
