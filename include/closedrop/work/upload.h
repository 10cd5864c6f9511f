/**
 * The two steps that bring a file to Close: the ticket (files/upload/), then the form (S3). For
 * each step, one call makes the request and another reads the answer; in between, the caller runs
 * the request.
 */
#ifndef CLOSEDROP_WORK_UPLOAD_H
#define CLOSEDROP_WORK_UPLOAD_H

#include "closedrop/base/magic.h"
#include "closedrop/close/api.h"
#include "closedrop/files/source.h"
#include "closedrop/work/etags.h"
#include "closedrop/work/verdict.h"

struct upload {
    struct source *source; /* owned */
    char *name;            /* the file's own name, as bytes; NULL if out of memory */
    char content_type[CONTENT_TYPE_MAX];
    struct ticket ticket;
    int tickets;      /* number of tickets requested so far */
    bool disagreed;   /* S3's ETag was not the MD5 of the bytes sent */
    int64_t asked_ms; /* when the current one was requested, on the steady clock */
    char sha256[DIGEST_SHA256_HEX];
    char md5[DIGEST_MD5_HEX];
};

/** Begin with an open source; takes ownership of it. */
void upload_init(struct upload *upload, struct source *source, const char *name);
void upload_release(struct upload *upload);

/** Step one; NULL if out of memory. */
struct request *upload_ask_ticket(struct upload *upload, const struct api *api);
struct verdict upload_read_ticket(
    struct upload *upload, const struct request *request, char *const *upload_hosts);

/** Step two, with the ticket from step one; NULL if out of memory. */
struct request *upload_send_form(struct upload *upload, const struct api *api);
/** `etags` is what is known about the buckets; it is updated. */
struct verdict upload_read_form(
    struct upload *upload, const struct request *request, struct etags *etags);

/**
 * Begin again after a pause: the full number of tickets is available again, and an earlier ETag
 * mismatch is forgotten.
 */
void upload_start_over(struct upload *upload);

/**
 * Whether the ticket is too old to start sending: S3 accepts it for 60 seconds.
 */
bool upload_ticket_is_stale(const struct upload *upload);

#endif
