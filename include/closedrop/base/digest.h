/**
 * Digests and what goes with them: SHA-256 and MD5 of a stream, HMACs, base64 and hex.
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

/** Lower-case hex with its NUL. */
#define DIGEST_SHA256_HEX (2 * DIGEST_SHA256_SIZE + 1)
#define DIGEST_MD5_HEX (2 * DIGEST_MD5_SIZE + 1)

struct str;

/** SHA-256 and MD5 of the same bytes, fed piece by piece. */
struct digest;

/** A new, empty pair; NULL when memory is short. */
struct digest *digest_new(void);
void digest_free(struct digest *digest);

/** Begin again from nothing. */
void digest_reset(struct digest *digest);
void digest_update(struct digest *digest, const void *bytes, size_t length);

/** Both results in hex; the pair begins again from nothing afterwards. */
void digest_finish(struct digest *digest, char sha256[DIGEST_SHA256_HEX], char md5[DIGEST_MD5_HEX]);

/** SHA-256 of `length` bytes at once. */
void digest_sha256(const void *bytes, size_t length, uint8_t out[DIGEST_SHA256_SIZE]);

void digest_hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length,
    uint8_t out[DIGEST_SHA256_SIZE]);
void digest_hmac_sha1(const void *key, size_t key_length, const void *bytes, size_t length,
    uint8_t out[DIGEST_SHA1_SIZE]);

/** Add `bytes` as lower-case hex, or as base64 with padding (RFC 4648, section 4). */
void digest_add_hex(struct str *out, const void *bytes, size_t length);
void digest_add_base64(struct str *out, const void *bytes, size_t length);

/** Add what base64 `text` stands for. Returns 0, or -EINVAL where it is no base64. */
int digest_decode_base64(struct str *out, const char *text, size_t length);

/** Read exactly `size` bytes from hex, in any letter case; false where `text` is anything else. */
bool digest_from_hex(const char *text, uint8_t *bytes, size_t size);

#endif
