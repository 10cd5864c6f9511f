/**
 * Verifying whether an activity was created after all: by the token of its upload, in what its lead
 * has (design.md 6; close-api.md 1.5, 8.1); or, where the queue that knew the token is lost, by the
 * bytes of the file. Asks Close, one request after the other.
 */
#ifndef CLOSEDROP_WORK_VERIFY_H
#define CLOSEDROP_WORK_VERIFY_H

#include "closedrop/close/api.h"
#include "closedrop/queue/job.h"
#include "closedrop/work/current_lead.h"
#include "closedrop/work/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A lead where something may have been created. */
struct verify_place {
    char *lead_id;
    enum activity_kind activity;
};

/** A file that may be attached there, by one of the tokens it was posted with. */
struct verify_file {
    char **tokens;
    size_t token_count;
    bool is_unprovable; /* posted without a token: not to find it proves nothing */
    char *filename;     /* as it was posted; with size and md5 for lead files, see verify_read() */
    int64_t size;
    char *md5;
    char *activity_id; /* what was found, NULL: nothing */
    char *created;     /* when that was created; of several the oldest counts */
};

struct verification {
    struct verify_file *files;
    size_t file_count;
    struct verify_place *places;
    size_t place_count;
    int64_t since_ms; /* the first POST, 0: at any time */
    size_t place;     /* the one that is looked at */
    int page;
    bool by_content;  /* in the lead's files, whatever created them (close-api.md 8.2) */
    bool is_doubtful; /* by content: there is one of that name and size, its bytes are not known */
    bool has_lead;    /* who the lead of that place is now is known */
    struct current_lead current;
};

/** An empty verification of `count` files. Returns 0 or -ENOMEM; to be released in any case. */
int verify_init(struct verification *verification, size_t count);
void verify_release(struct verification *verification);

/** A file's own part: to be called once for each, with what is kept of its upload. */
int verify_add_file(struct verification *verification, size_t index, const struct job *job);

/** A POST with the file's `token`, at Close's time `at_ms` (0: not known, so all that the lead has
 * is looked at). Returns 0 or -ENOMEM. */
int verify_add_posting(struct verification *verification, size_t index, const char *token,
    const char *lead_id, enum activity_kind activity, int64_t at_ms);

/** A verification by content for one uploaded job, whose lead is known. Returns 0 or -ENOMEM; to be
 * released in any case. */
int verify_by_content(struct verification *verification, const struct job *job);

/** The next question; NULL when memory is short. */
struct request *verify_ask(struct verification *verification, const struct api *api);

/** Whether an activity is already known to be another job's. */
typedef bool verify_is_taken(void *context, const char *activity_id);

/**
 * MORE: ask on. NEXT: all was looked at; each file has its activity_id, or none. Anything else: the
 * question could not be answered, which says nothing about any file.
 *
 * A lead file that has none of our tokens is taken for ours where name, size and MD5 are equal, it
 * is not older than the POST, and nobody else's (`is_taken`; NULL: that cannot be known, so it is
 * not taken). A verification by content takes whatever has size and MD5.
 */
struct verdict verify_read(struct verification *verification, const struct request *request,
    verify_is_taken *is_taken, void *context);

#endif
