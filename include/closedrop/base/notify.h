/**
 * Reports our state to systemd (sd_notify(3)). With journal.h the only
 * door to libsystemd. Without systemd, these
 * functions do nothing.
 */
#ifndef CLOSEDROP_BASE_NOTIFY_H
#define CLOSEDROP_BASE_NOTIFY_H

#include <stdint.h>

/** What state the service is in; `status` is shown by systemctl(1). Ready also ends a reload. */
void notify_ready(const char *status);
void notify_reloading(void);
void notify_stopping(void);

/** How often systemd expects notify_alive(), in ms; 0: never. */
int64_t notify_watchdog_ms(void);

/** Tell the watchdog of systemd that the service still works. */
void notify_alive(void);

#endif
