/**
 * Digests and their encodings: SHA-256 and MD5 of a stream, HMACs, base64 and hex.
 * The only door to nettle.
 */
#ifndef CLOSEDROP_BASE_DIGEST_H
#define CLOSEDROP_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_SHA256_SIZE 32
#define DIGEST_SHA1_SIZE 20
#define DIGEST_MD5_SIZE 16

/** Size of a digest in lower-case hex, with the NUL. */
#define DIGEST_SHA256_HEX (2 * DIGEST_SHA256_SIZE + 1)
#define DIGEST_MD5_HEX (2 * DIGEST_MD5_SIZE + 1)

struct str;

/** SHA-256 and MD5 of the same bytes, which are fed piece by piece. */
struct digest;

/** A new digest of no bytes; NULL if out of memory. */
struct digest *digest_new(void);

/** Free it; NULL is ignored. */
void digest_free(struct digest *digest);

/** Start again with no bytes. */
void digest_reset(struct digest *digest);

/** Feed the next `length` bytes. */
void digest_update(struct digest *digest, const void *bytes, size_t length);

/** Write both results in hex, and start again with no bytes. */
void digest_finish(struct digest *digest, char sha256[DIGEST_SHA256_HEX], char md5[DIGEST_MD5_HEX]);

/** SHA-256 of `length` bytes at once. */
void digest_sha256(const void *bytes, size_t length, uint8_t out[DIGEST_SHA256_SIZE]);

/** The same of bytes that are fed piece by piece: a value, which needs no memory of its own. */
struct digest_sha256 {
    uint64_t context[14]; /* nettle's */
};

/** Begin with no bytes. */
void digest_sha256_begin(struct digest_sha256 *digest);

/** Feed the next `length` bytes. */
void digest_sha256_add(struct digest_sha256 *digest, const void *bytes, size_t length);

/** Write the result. */
void digest_sha256_end(struct digest_sha256 *digest, uint8_t out[DIGEST_SHA256_SIZE]);

/** HMAC (RFC 2104) of `length` bytes at once. */
void digest_hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length,
    uint8_t out[DIGEST_SHA256_SIZE]);
void digest_hmac_sha1(const void *key, size_t key_length, const void *bytes, size_t length,
    uint8_t out[DIGEST_SHA1_SIZE]);

/** Append `bytes` as lower-case hex, or as base64 with padding (RFC 4648, section 4). */
void digest_add_hex(struct str *out, const void *bytes, size_t length);
void digest_add_base64(struct str *out, const void *bytes, size_t length);

/** Append the decoded bytes of `text`. Returns 0, or -EINVAL if it is not base64. */
int digest_decode_base64(struct str *out, const char *text, size_t length);

/** Read exactly `size` bytes from hex, in any letter case; false if `text` is anything else. */
bool digest_from_hex(const char *text, uint8_t *bytes, size_t size);

#endif
