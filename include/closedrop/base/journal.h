/**
 * The journal of systemd, if standard error goes there: each line with its fields
 * (systemd.journal-fields(7)). With notify.h the only door to libsystemd.
 */
#ifndef CLOSEDROP_BASE_JOURNAL_H
#define CLOSEDROP_BASE_JOURNAL_H

#include <stdbool.h>
#include <sys/uio.h>

/**
 * Whether standard error is connected to the journal: $JOURNAL_STREAM has its device and inode, as
 * systemd has set it (systemd.exec(5)). Found out once.
 */
bool journal_is_stderr(void);

/** Send one line, each of its fields as "NAME=value". Returns 0 or a negative errno. */
int journal_send(const struct iovec *fields, int count);

#endif
