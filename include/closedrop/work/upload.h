/**
 * One file's two steps to Close: the ticket (files/upload/), then the form (S3). Each step is asked
 * for, and its answer read, by one call; between them the caller runs the request.
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
    char *name;            /* the file's own name, bytes; NULL when memory was short */
    char content_type[CONTENT_TYPE_MAX];
    struct ticket ticket;
    int tickets;      /* asked for so far */
    bool disagreed;   /* S3's ETag was not the MD5 of what was sent */
    int64_t asked_ms; /* steady clock: when the current one was */
    char sha256[DIGEST_SHA256_HEX];
    char md5[DIGEST_MD5_HEX];
};

/** Begin with an open source, which it owns from now on. */
void upload_init(struct upload *upload, struct source *source, const char *name);
void upload_release(struct upload *upload);

/** Step one; NULL when memory is short. */
struct request *upload_ask_ticket(struct upload *upload, const struct api *api);
struct verdict upload_read_ticket(
    struct upload *upload, const struct request *request, char *const *upload_hosts);

/** Step two, with the ticket of step one; NULL when memory is short. */
struct request *upload_send_form(struct upload *upload, const struct api *api);
/** `etags` is what is known of the buckets; it learns. */
struct verdict upload_read_form(
    struct upload *upload, const struct request *request, struct etags *etags);

/** Begin anew after a pause: with all tickets, and as if nothing had disagreed. */
void upload_try_anew(struct upload *upload);

/** Whether the ticket is too old to begin with: S3 takes it for 60 seconds (close-api.md 1.2). */
bool upload_ticket_is_stale(const struct upload *upload);

#endif
