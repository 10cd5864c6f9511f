/**
 * What S3's ETag says of the bytes that were sent. It is their MD5 in most buckets; where a key of
 * KMS or of the customer's own encrypts, and on other gateways, it has the same shape and is none
 * (close-api.md 12). So a bucket that never gave an MD5 is not held to one.
 *
 * Judging is pure; what is known of each bucket lasts as long as the process.
 */
#ifndef CLOSEDROP_WORK_ETAGS_H
#define CLOSEDROP_WORK_ETAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum etag_kind {
    ETAGS_UNKNOWN,
    ETAGS_MD5,   /* one was the MD5 of what was sent */
    ETAGS_OPAQUE /* none ever was, and one was seen twice not to be */
};

struct etag_case {
    const char *etag;       /* without quotes */
    const char *md5;        /* of what was sent, in hex */
    const char *encryption; /* x-amz-server-side-encryption of the answer, NULL: none */
    bool has_customer_key;  /* it has x-amz-server-side-encryption-customer-algorithm */
    enum etag_kind kind;    /* what is known of the bucket */
    bool is_second;         /* this file's last one differed, too */
};

enum etag_finding {
    ETAG_SILENT,  /* it is of no kind that says something of the bytes */
    ETAG_SAME,    /* they are what was sent */
    ETAG_DIFFERS, /* it may be damage: once more */
    ETAG_NO_MD5,  /* twice, and nothing shows that this bucket's are MD5s */
    ETAG_DAMAGED, /* twice, in a bucket whose ETags are MD5s */
    ETAG_FINDINGS
};

/** What an ETag says of the bytes that S3 has. */
enum etag_finding etag_judge(const struct etag_case *etag_case);

/** Buckets that are remembered; Close has one. */
#define ETAGS_BUCKETS_MAX 16

/** What is known of the buckets that were sent to; all zero is nothing. Each goes by the URL of its
 * forms, without the query. */
struct etags {
    struct etags_bucket {
        uint8_t name[32]; /* SHA-256 of the URL */
        enum etag_kind kind;
        int damages; /* found one after the other */
    } buckets[ETAGS_BUCKETS_MAX];
    size_t next; /* the place of the next new one */
};

/** What is known of the bucket that `url` names. */
enum etag_kind etags_kind(const struct etags *etags, const char *url);

/** How often damage was found there since an ETag was the MD5 of what was sent. */
int etags_damages(const struct etags *etags, const char *url);

/** Remember what was found of a file that S3 has stored. That ETags are no MD5s is logged, once. */
void etags_learn(struct etags *etags, const char *url, enum etag_finding finding);

#endif
