/** Digests and HMACs by nettle, base64 and hex. */
#include "closedrop/base/digest.h"

#include "closedrop/base/str.h"

#include <errno.h>
#include <nettle/base16.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

struct digest {
    struct sha256_ctx sha256;
    struct md5_ctx md5;
};

struct digest *digest_new(void)
{
    struct digest *digest = malloc(sizeof(*digest));
    if (digest)
        digest_reset(digest);
    return digest;
}

void digest_free(struct digest *digest)
{
    free(digest);
}

void digest_reset(struct digest *digest)
{
    sha256_init(&digest->sha256);
    md5_init(&digest->md5);
}

void digest_update(struct digest *digest, const void *bytes, size_t length)
{
    sha256_update(&digest->sha256, length, bytes);
    md5_update(&digest->md5, length, bytes);
}

static void to_hex(char *text, const uint8_t *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        *text++ = digits[bytes[i] >> 4];
        *text++ = digits[bytes[i] & 15];
    }
    *text = '\0';
}

void digest_finish(struct digest *digest, char sha256[DIGEST_SHA256_HEX], char md5[DIGEST_MD5_HEX])
{
    uint8_t long_hash[DIGEST_SHA256_SIZE];
    uint8_t short_hash[DIGEST_MD5_SIZE];
    sha256_digest(&digest->sha256, sizeof(long_hash), long_hash);
    md5_digest(&digest->md5, sizeof(short_hash), short_hash);
    to_hex(sha256, long_hash, sizeof(long_hash));
    to_hex(md5, short_hash, sizeof(short_hash));
}

_Static_assert(sizeof(struct digest_sha256) >= sizeof(struct sha256_ctx) &&
                   _Alignof(struct digest_sha256) >= _Alignof(struct sha256_ctx),
    "room for nettle's context");

static struct sha256_ctx *context_of(struct digest_sha256 *digest)
{
    return (struct sha256_ctx *)(void *)digest->context;
}

void digest_sha256_begin(struct digest_sha256 *digest)
{
    sha256_init(context_of(digest));
}

void digest_sha256_add(struct digest_sha256 *digest, const void *bytes, size_t length)
{
    sha256_update(context_of(digest), length, bytes);
}

void digest_sha256_end(struct digest_sha256 *digest, uint8_t out[DIGEST_SHA256_SIZE])
{
    sha256_digest(context_of(digest), DIGEST_SHA256_SIZE, out);
}

void digest_sha256(const void *bytes, size_t length, uint8_t out[DIGEST_SHA256_SIZE])
{
    struct digest_sha256 digest;
    digest_sha256_begin(&digest);
    digest_sha256_add(&digest, bytes, length);
    digest_sha256_end(&digest, out);
}

void digest_hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length,
    uint8_t out[DIGEST_SHA256_SIZE])
{
    struct hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, key_length, key);
    hmac_sha256_update(&context, length, bytes);
    hmac_sha256_digest(&context, DIGEST_SHA256_SIZE, out);
}

void digest_hmac_sha1(const void *key, size_t key_length, const void *bytes, size_t length,
    uint8_t out[DIGEST_SHA1_SIZE])
{
    struct hmac_sha1_ctx context;
    hmac_sha1_set_key(&context, key_length, key);
    hmac_sha1_update(&context, length, bytes);
    hmac_sha1_digest(&context, DIGEST_SHA1_SIZE, out);
}

void digest_add_hex(struct str *out, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < length; i++)
        str_printf(out, "%02x", at[i]);
}

void digest_add_base64(struct str *out, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    while (length) {
        size_t step = length < 3 ? length : 3;
        char four[BASE64_ENCODE_RAW_LENGTH(3)];
        base64_encode_raw(four, step, at);
        str_add_bytes(out, four, sizeof(four));
        at += step;
        length -= step;
    }
}

int digest_decode_base64(struct str *out, const char *text, size_t length)
{
    struct base64_decode_ctx context;
    base64_decode_init(&context);
    size_t size = BASE64_DECODE_LENGTH(length);
    uint8_t *bytes = malloc(size + 1);
    if (!bytes)
        return -ENOMEM;
    int good =
        base64_decode_update(&context, &size, bytes, length, text) && base64_decode_final(&context);
    if (good)
        str_add_bytes(out, bytes, size);
    free(bytes);
    return good ? str_error(out) : -EINVAL;
}

bool digest_from_hex(const char *text, uint8_t *bytes, size_t size)
{
    struct base16_decode_ctx context;
    size_t length = strlen(text), decoded = size;
    if (length != 2 * size)
        return false;
    base16_decode_init(&context);
    return base16_decode_update(&context, &decoded, bytes, length, text) &&
           base16_decode_final(&context) && decoded == size; /* white space counts for nothing */
}
