/**
 * The files that are being settled: found by folder and path, ordered by when to look next.
 * Bounded, since the disk remembers what does not fit.
 */
#ifndef CLOSEDROP_INTAKE_CANDIDATES_H
#define CLOSEDROP_INTAKE_CANDIDATES_H

#include "closedrop/files/identity.h"
#include "closedrop/intake/document.h"
#include "closedrop/intake/settle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What must lie beside a file before it is taken. */
enum companion {
    COMPANION_NONE,
    COMPANION_MARKER,
    COMPANION_NEXT_MARKER, /* the marker of a batch is there, but the file came after it */
    COMPANION_SIDECAR
};

struct candidate {
    size_t folder; /* index in the configuration */
    char *path;
    struct file_state state;   /* as last seen */
    struct settle_quiet quiet; /* steady clock */
    int64_t first_ctime_ns; /* its ctime when it was first seen: what a batch goes by (batch.h) */
    int64_t due_ms;         /* steady clock: look again; change it by candidates_delay() only */
    bool moved_in;
    bool judged;
    bool ends_batch; /* no document, but the end marker of a batch: is it spent */
    enum settle_wait wait;
    enum companion wants;     /* it waits for this one, or for the rest of it */
    struct document document; /* the last one that was seen finished under this name */
    bool is_remembered;       /* that is what lies there now */
    bool is_gone;             /* it was deleted: kept for a while, to know what replaces it */
    int64_t replaced;         /* documents that others have replaced while they settled */
    int64_t replaced_size;    /* bytes of the last of them */
    char *unreadable;         /* why it cannot be read, as of the last look into it; NULL: it can */
    int64_t unreadable_since; /* its ctime then, ns */
    size_t position;          /* in the heap */
};

struct candidates;

/** An empty set that takes `most`; NULL when memory is short. */
struct candidates *candidates_new(size_t most);
void candidates_free(struct candidates *set);

size_t candidates_count(const struct candidates *set);
bool candidates_are_full(const struct candidates *set);

struct candidate *candidates_find(const struct candidates *set, size_t folder, const char *path);

/** A new one, due at once; NULL where the set is full or memory is short. */
struct candidate *candidates_add(struct candidates *set, size_t folder, const char *path);

/** The one that is due first, NULL in an empty set. */
struct candidate *candidates_first(const struct candidates *set);

/** The `i`-th in no order, for walking over all of them. */
struct candidate *candidates_at(const struct candidates *set, size_t i);

void candidates_delay(struct candidates *set, struct candidate *candidate, int64_t due_ms);

/** Take it out and free it. */
void candidates_remove(struct candidates *set, struct candidate *candidate);

#endif
