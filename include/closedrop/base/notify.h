/**
 * Telling systemd how we are (sd_notify(3)). The only door to libsystemd. Everywhere else than
 * under systemd these do nothing.
 */
#ifndef CLOSEDROP_BASE_NOTIFY_H
#define CLOSEDROP_BASE_NOTIFY_H

#include <stdint.h>

void notify_ready(const char *status);
void notify_reloading(void);
void notify_stopping(void);

/** How often notify_alive() is expected, in ms; 0 for never. */
int64_t notify_watchdog_ms(void);
void notify_alive(void);

#endif
