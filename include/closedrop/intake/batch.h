/**
 * A batch: the files of one directory that came before its end marker ("{dir}/READY").
 *
 * What came before what is told by the file system's own clock alone: by the ctime that a file had
 * when it was first seen, and the ctime that the marker has now. After a restart the ctime it has
 * then stands in for the former: it can only be later, so no file of the next batch is ever taken
 * for one of this. Where the marker's ctime equals the file's (the clock's tick is some ms, or 2 s
 * on FAT), they are a last file and its marker; but not if the file was changed again since.
 */
#ifndef CLOSEDROP_INTAKE_BATCH_H
#define CLOSEDROP_INTAKE_BATCH_H

#include "closedrop/config/config.h"
#include "closedrop/files/identity.h"

#include <stdbool.h>
#include <stdint.h>

/** Whether the marker, as it is now, covers a file that had the one ctime when it was first seen,
 * and has the other now. */
bool batch_covers(const struct file_state *marker, int64_t first_ctime_ns, int64_t ctime_ns);

/** What the queue says of a file beside a marker. */
enum batch_file {
    BATCH_UNKNOWN, /* nothing: what counts is whether the marker covers it */
    BATCH_LEFT,    /* it is left where it is for good, and no marker waits for it */
    BATCH_QUEUED   /* its marker was there, whatever has happened to it since: it is awaited */
};

typedef enum batch_file batch_ask(void *context, const char *path, const struct file_state *state);

/**
 * Whether a document that the marker at `path` covers, or that is queued, still lies beside it;
 * true also where that cannot be told. The marker has done its work once none does. For any thread.
 */
bool batch_is_awaited(const struct config *config, const struct folder *folder, const char *path,
    const struct file_state *marker, batch_ask *ask, void *context);

#endif
