/**
 * What S3's ETag reveals about the bytes that were sent. In most buckets it is their MD5. With
 * encryption by a KMS key or a customer-provided key, and on other gateways, it looks like an MD5
 * but is not one (Amazon S3 API Reference, "Object"). So a bucket that has never returned an MD5
 * need not do so.
 *
 * Judging is pure; what is known about each bucket is kept for the lifetime of the process.
 */
#ifndef CLOSEDROP_WORK_ETAGS_H
#define CLOSEDROP_WORK_ETAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum etag_kind {
    ETAGS_UNKNOWN,
    ETAGS_MD5,   /* at least one was the MD5 of what was sent */
    ETAGS_OPAQUE /* none was, and for one file it was not twice */
};

struct etag_case {
    const char *etag;       /* without quotes */
    const char *md5;        /* of the bytes sent, in hex */
    const char *encryption; /* x-amz-server-side-encryption of the answer; NULL: none */
    bool has_customer_key;  /* the answer has x-amz-server-side-encryption-customer-algorithm */
    enum etag_kind kind;    /* what is known about the bucket */
    bool is_second;         /* the previous ETag for this file differed, too */
};

enum etag_finding {
    ETAG_SILENT,  /* this kind of ETag reveals nothing about the bytes */
    ETAG_SAME,    /* the stored bytes are those that were sent */
    ETAG_DIFFERS, /* possibly damaged: send it again */
    ETAG_NO_MD5, /* differed again, or in an opaque bucket: nothing shows that its ETags are MD5s */
    ETAG_DAMAGED, /* differed again, in a bucket whose ETags are MD5s */
    ETAG_FINDINGS
};

/** What an ETag reveals about the bytes that S3 has stored. */
enum etag_finding etag_judge(const struct etag_case *etag_case);

/** Maximum number of remembered buckets; Close uses one. */
#define ETAGS_BUCKETS_MAX 16

/**
 * What is known about the buckets that files were sent to; all zero: nothing. A bucket is
 * identified by the URL of its forms, without the query.
 */
struct etags {
    struct etags_bucket {
        uint8_t name[32]; /* SHA-256 of the URL */
        enum etag_kind kind;
        int damages; /* findings of damage in a row */
    } buckets[ETAGS_BUCKETS_MAX];
    size_t next; /* where the next new one goes */
};

/** What is known about the bucket of this URL. */
enum etag_kind etags_kind(const struct etags *etags, const char *url);

/** How often damage was found there since an ETag was last the MD5 of what was sent. */
int etags_damages(const struct etags *etags, const char *url);

/**
 * Remember the finding for a file that S3 has stored. The first time a bucket's ETags turn out not
 * to be MD5s is logged.
 */
void etags_learn(struct etags *etags, const char *url, enum etag_finding finding);

#endif
