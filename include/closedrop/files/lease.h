/**
 * Read leases (fcntl(2), F_SETLEASE): a guarantee by the kernel that nobody has a file open for
 * writing, not even through a mapping or another name.
 *
 * If a process opens the file for writing while we hold the lease, it waits until we give the lease
 * up, and we receive SIGIO, which must be blocked in every thread. Closing the descriptor gives the
 * lease up.
 */
#ifndef CLOSEDROP_FILES_LEASE_H
#define CLOSEDROP_FILES_LEASE_H

#include "closedrop/files/identity.h"

#include <stdbool.h>
#include <sys/types.h>

/** A file that changed less than this ago may still be written, unless a lease proves otherwise. */
#define FILE_YOUNG_MS 2000

enum lease {
    LEASE_HELD,      /* nobody is writing, and nobody can start to without our noticing */
    LEASE_REFUSED,   /* somebody has the file open for writing: try again later */
    LEASE_IMPOSSIBLE /* not our file and no CAP_LEASE, or a file system whose leases cannot be
                        trusted (filesystem.h): compare stat results instead */
};

/** Ask for a read lease on `fd`, opened O_RDONLY. */
enum lease lease_take(int fd);

/** The same for an `fd` on `device`: what its leases are worth is asked once a turn (filesystem.h).
 */
enum lease lease_take_on(int fd, dev_t device);

/** Whether a writer is waiting for us to give up the lease on `fd`. */
bool lease_is_called_back(int fd);

/** Give up the lease on `fd`; harmless if there is none. */
void lease_give_up(int fd);

/** A file that is open under a lease: no other can have its inode, and nobody has written to it
 * since its state was read. All zero: none. */
struct leased_file {
    bool is_held;
    int fd; /* only if it is held */
    struct file_state state;
};

/** Whether it has this name now in an open directory, is unchanged, and no writer is waiting. */
bool leased_file_is_at(const struct leased_file *file, int directory, const char *name);

/** Let go of it if a writer is waiting. */
void leased_file_yield(struct leased_file *file);

/** Close it, which gives up the lease; harmless if none is held. */
void leased_file_close(struct leased_file *file);

#endif
