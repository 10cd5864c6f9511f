/**
 * Verifying whether an activity was created after all: by the token of its upload, in what its lead
 * has; or, if the queue that recorded the token is lost, by
 * the bytes of the file. Asks Close one request at a time.
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

/** A lead on which something may have been created. */
struct verify_place {
    char *lead_id;
    enum activity_kind activity;
};

/** A file that may be attached there, identified by one of the tokens it was posted with. */
struct verify_file {
    char **tokens;
    size_t token_count;
    bool is_unprovable; /* posted without a token: not finding it proves nothing */
    char *filename;     /* as posted; with size and md5, identifies lead files, see verify_read() */
    int64_t size;
    char *md5;
    char *activity_id; /* what was found; NULL: nothing */
    char *created;     /* when that was created; of several, the oldest counts */
};

struct verification {
    struct verify_file *files;
    size_t file_count;
    struct verify_place *places;
    size_t place_count;
    int64_t since_ms; /* time of the first POST, 0: at any time */
    size_t place;     /* index of the one being checked */
    int page;
    bool by_content;   /* among the lead's files, whatever created them */
    bool is_lead_file; /* by content: for one, so that another of the same bytes does no harm */
    struct json *body; /* what was posted, of what can only be known by that; NULL: unknown */
    bool is_doubtful;  /* by content: it may be there, but nothing proves it */
    bool has_lead;     /* the current lead of that place is known */
    struct current_lead current;
};

/** An empty verification of `count` files. Returns 0 or -ENOMEM; must be released in any case. */
int verify_init(struct verification *verification, size_t count);
void verify_release(struct verification *verification);

/**
 * Set up one of the files from what is recorded about its upload; must be called once for each.
 * Returns 0 or -ENOMEM.
 */
int verify_add_file(struct verification *verification, size_t index, const struct job *job);

/**
 * Add a POST with the file's `token`, at Close's time `at_ms` (0: unknown, so everything on the
 * lead is checked). Returns 0 or -ENOMEM.
 */
int verify_add_posting(struct verification *verification, size_t index, const char *token,
    const char *lead_id, enum activity_kind activity, int64_t at_ms);

/**
 * The body of the POST, for an activity in which Close keeps nothing of ours (activity_traits()).
 * The verification owns it.
 */
void verify_by_body(struct verification *verification, struct json *body);

/**
 * Set up a verification by content for one uploaded job whose lead is known. Returns 0 or -ENOMEM;
 * must be released in any case.
 */
int verify_by_content(struct verification *verification, const struct job *job);

/** The next request; NULL if out of memory. */
struct request *verify_ask(struct verification *verification, const struct api *api);

/** Whether an activity is already known to belong to another job. */
typedef bool verify_is_taken(void *context, const char *activity_id);

/**
 * MORE: send another request. NEXT: everything was checked; the activity_id of each file is set if
 * one was found. Any other verdict: the request could not be answered, which says nothing about the
 * files.
 *
 * A lead file with none of our tokens counts as ours if its name, size and MD5 are equal, it is not
 * older than the POST, and it does not belong to another job (`is_taken`; NULL: this cannot be
 * determined, so it does not count as ours). A verification by content accepts any file with the
 * same size and MD5. A text message counts as ours on the same terms if it says what the body does
 * (record_is_sms()); that none does proves nothing.
 */
struct verdict verify_read(struct verification *verification, const struct request *request,
    verify_is_taken *is_taken, void *context);

#endif
