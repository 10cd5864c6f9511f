/**
 * A batch: the files of one directory that arrived before its end marker ("{dir}/READY").
 *
 * The order is decided by the clock of the file system alone: the ctime of a file when it was first
 * seen is compared with the current ctime of the marker. After a restart, the file's ctime at that
 * time is used instead. It can only be later, so a file of the next batch is never mistaken for one
 * of this batch. If both ctimes are equal (the clock ticks every few ms, or every 2 s on FAT), the
 * file is the last of the batch, unless it was changed again since.
 */
#ifndef CLOSEDROP_INTAKE_BATCH_H
#define CLOSEDROP_INTAKE_BATCH_H

#include "closedrop/config/config.h"
#include "closedrop/files/identity.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * Whether the marker, in its current state, covers a file that had `first_ctime_ns` when it was
 * first seen and has `ctime_ns` now.
 */
bool batch_covers(const struct file_state *marker, int64_t first_ctime_ns, int64_t ctime_ns);

/** What the queue knows about a file next to a marker. */
enum batch_file {
    BATCH_UNKNOWN, /* nothing: it counts if the marker covers it */
    BATCH_LEFT,    /* it stays where it is, and no marker waits for it */
    BATCH_QUEUED /* its marker was there, whatever happened to it since: the marker waits for it */
};

/** Asks the queue about the file at `path`, which is in this state now. */
typedef enum batch_file batch_ask(void *context, const char *path, const struct file_state *state);

/**
 * Whether a document that the marker at `path` covers, or that is queued, is still next to it; also
 * true if this cannot be determined. Once there is none, the marker can be put away. For any
 * thread.
 */
bool batch_is_awaited(const struct config *config, const struct folder *folder, const char *path,
    const struct file_state *marker, batch_ask *ask, void *context);

#endif
