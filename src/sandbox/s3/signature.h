/**
 * The two ways AWS signs a form's policy, and whether a form was. Pure.
 */
#ifndef CLOSEDROP_SANDBOX_S3_SIGNATURE_H
#define CLOSEDROP_SANDBOX_S3_SIGNATURE_H

struct form;
struct refusal;
struct signer;
struct str;

#define SIGNATURE_V4_ALGORITHM "AWS4-HMAC-SHA256"

/** Add the old style's signature of a base64 policy: base64 of its HMAC-SHA1. */
void signature_old(struct str *out, const struct signer *signer, const char *policy);

/** Add the new style's signature: hex of an HMAC-SHA256 under the key of `day` (YYYYMMDD). */
void signature_v4(
    struct str *out, const struct signer *signer, const char *day, const char *policy);

/** Add the x-amz-credential of that day. */
void signature_credential(struct str *out, const struct signer *signer, const char *day);

/** Check a form's signature, of whichever style it carries; what is wrong goes to `refusal`. */
void signature_check(const struct form *form, const struct signer *signer, struct refusal *refusal);

#endif
