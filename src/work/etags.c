/** What is known of each bucket's ETags, in a small table. */
#define LOG_MODULE "upload"

#include "closedrop/work/etags.h"

#include "closedrop/base/digest.h"
#include "closedrop/base/log.h"

#include <string.h>
#include <strings.h>

/* ---- judging ---- */

static bool has_md5_shape(const char *etag)
{
    return strlen(etag) == 32 && strspn(etag, "0123456789abcdefABCDEF") == 32;
}

/** Whether the answer names a key with which the ETag is not an MD5. */
static bool is_encrypted(const struct etag_case *etag_case)
{
    const char *encryption = etag_case->encryption;
    return etag_case->has_customer_key || (encryption && strcmp(encryption, "AES256") != 0);
}

enum etag_finding etag_judge(const struct etag_case *etag_case)
{
    if (!has_md5_shape(etag_case->etag) || is_encrypted(etag_case))
        return ETAG_SILENT;
    if (strcasecmp(etag_case->etag, etag_case->md5) == 0)
        return ETAG_SAME;
    if (etag_case->kind == ETAGS_OPAQUE)
        return ETAG_NO_MD5;
    if (!etag_case->is_second)
        return ETAG_DIFFERS;
    return etag_case->kind == ETAGS_MD5 ? ETAG_DAMAGED : ETAG_NO_MD5;
}

/* ---- remembering ---- */

static size_t name_length(const char *url)
{
    return strcspn(url, "?#");
}

/** The bucket of a URL, NULL where nothing is known of it. */
static const struct etags_bucket *find(const struct etags *etags, const char *url)
{
    uint8_t name[DIGEST_SHA256_SIZE];
    digest_sha256(url, name_length(url), name);
    for (size_t i = 0; i < ETAGS_BUCKETS_MAX; i++)
        if (memcmp(etags->buckets[i].name, name, sizeof(name)) == 0)
            return &etags->buckets[i];
    return NULL;
}

static struct etags_bucket *add(struct etags *etags, const char *url)
{
    struct etags_bucket *bucket = &etags->buckets[etags->next++ % ETAGS_BUCKETS_MAX];
    *bucket = (struct etags_bucket){.kind = ETAGS_UNKNOWN};
    digest_sha256(url, name_length(url), bucket->name);
    return bucket;
}

enum etag_kind etags_kind(const struct etags *etags, const char *url)
{
    const struct etags_bucket *bucket = find(etags, url);
    return bucket ? bucket->kind : ETAGS_UNKNOWN;
}

int etags_damages(const struct etags *etags, const char *url)
{
    const struct etags_bucket *bucket = find(etags, url);
    return bucket ? bucket->damages : 0;
}

void etags_learn(struct etags *etags, const char *url, enum etag_finding finding)
{
    if (finding == ETAG_SILENT || finding == ETAG_DIFFERS)
        return;
    struct etags_bucket *bucket = (struct etags_bucket *)(uintptr_t)find(etags, url);
    if (!bucket)
        bucket = add(etags, url);
    bucket->damages = finding == ETAG_DAMAGED ? bucket->damages + 1 : 0;
    if (finding == ETAG_SAME)
        bucket->kind = ETAGS_MD5;
    if (finding != ETAG_NO_MD5 || bucket->kind == ETAGS_OPAQUE)
        return;
    bucket->kind = ETAGS_OPAQUE;
    log_warn("the ETags of %.*s are not MD5 sums of what was sent and are no longer compared; this "
             "is normal where the bucket encrypts with its own key",
        (int)name_length(url), url);
}
