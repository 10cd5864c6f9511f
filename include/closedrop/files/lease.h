/**
 * Read leases (fcntl(2), F_SETLEASE): the kernel's own word that nobody has a file open for
 * writing, not even through a mapping or another name.
 *
 * Whoever opens the file for writing while we hold the lease waits until we give it up, and SIGIO
 * rings; that signal must be blocked in every thread. Closing the descriptor gives the lease up.
 */
#ifndef CLOSEDROP_FILES_LEASE_H
#define CLOSEDROP_FILES_LEASE_H

#include <stdbool.h>

enum lease {
    LEASE_HELD,      /* nobody writes, and nobody can begin without our knowing */
    LEASE_REFUSED,   /* somebody has the file open for writing: try again later */
    LEASE_IMPOSSIBLE /* not our file and no CAP_LEASE, or the file system has none that can be
                        trusted (filesystem.h): look at the stat */
};

/** Ask for a read lease on `fd`, opened O_RDONLY. */
enum lease lease_take(int fd);

/** Whether a writer is waiting for us to give up the lease on `fd`. */
bool lease_is_called_back(int fd);

/** Give the lease on `fd` up; harmless where there is none. */
void lease_give_up(int fd);

#endif
