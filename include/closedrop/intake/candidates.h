/**
 * The files that are settling: found by folder and path, ordered by when to inspect them next.
 * Bounded, because a later scan finds whatever did not fit.
 */
#ifndef CLOSEDROP_INTAKE_CANDIDATES_H
#define CLOSEDROP_INTAKE_CANDIDATES_H

#include "closedrop/files/identity.h"
#include "closedrop/intake/document.h"
#include "closedrop/intake/settle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct candidate {
    size_t folder; /* index in the configuration */
    char *path;
    struct file_state state;   /* as last seen */
    struct settle_quiet quiet; /* on the steady clock */
    int64_t first_ctime_ns;    /* its ctime when first seen; decides its batch (batch.h) */
    int64_t due_ms; /* when to inspect it, on the steady clock; set by candidates_delay() only */
    bool moved_in;
    bool judged;
    bool ends_batch; /* not a document but the end marker of a batch */
    enum settle_wait wait;
    bool is_written;          /* somebody had it open for writing when it was last inspected */
    enum companion wants;     /* it waits for this, or for the rest of it */
    struct document document; /* the last finished one seen under this name */
    bool is_remembered;       /* that is the file's present content */
    bool is_gone;             /* it was deleted; kept for a while to recognise what replaces it */
    int64_t replaced;         /* number of documents that others replaced while they settled */
    int64_t replaced_size;    /* size in bytes of the last of them */
    char *unreadable;         /* why it could not be read when last inspected; NULL: it could */
    int64_t unreadable_since; /* its ctime then, in ns */
    size_t position;          /* in the heap */
};

struct candidates;

/** An empty set for at most `most` candidates; NULL if out of memory. */
struct candidates *candidates_new(size_t most);
void candidates_free(struct candidates *set);

/** How many there are, and whether there is no room for more. */
size_t candidates_count(const struct candidates *set);
bool candidates_are_full(const struct candidates *set);

/** The candidate at `path` (relative to its folder); NULL if there is none. */
struct candidate *candidates_find(const struct candidates *set, size_t folder, const char *path);

/** Add a candidate that is due at once; NULL if the set is full, or if out of memory. */
struct candidate *candidates_add(struct candidates *set, size_t folder, const char *path);

/** The candidate that is due first; NULL if the set is empty. */
struct candidate *candidates_first(const struct candidates *set);

/** The `i`-th candidate in no particular order, to iterate over all of them. */
struct candidate *candidates_at(const struct candidates *set, size_t i);

/** Inspect it at `due_ms`, on the steady clock, be it later or sooner than before. */
void candidates_delay(struct candidates *set, struct candidate *candidate, int64_t due_ms);

/** Remove and free it. */
void candidates_remove(struct candidates *set, struct candidate *candidate);

#endif
