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

/** Whether the marker waits for a file next to it that is in this state now. Once it waits for
 * none, it can be put away. */
bool batch_awaits(
    const struct file_state *marker, const struct file_state *state, enum batch_file file);

/** As many documents are listed at once: while a batch is being put away, one that is awaited is
 * found early. */
#define BATCH_PAGE 64

struct batch_entry {
    char *path;
    struct file_state state;
};

/** Some of the documents next to a marker, by their names. */
struct batch_page {
    struct batch_entry files[BATCH_PAGE];
    size_t count;
    bool is_last; /* there are no more */
};

/**
 * List the documents next to the marker at `marker`, from that after the path `after` on (NULL:
 * from the first). Returns 0, or a negative errno: this cannot be determined now. The page is to be
 * released. For any thread.
 */
int batch_list(const struct config *config, const struct folder *folder, const char *marker,
    const char *after, struct batch_page *ret_page);
void batch_page_release(struct batch_page *page);

#endif
