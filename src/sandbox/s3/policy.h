/**
 * The document that says what a signed form may be used for. Pure.
 */
#ifndef CLOSEDROP_SANDBOX_S3_POLICY_H
#define CLOSEDROP_SANDBOX_S3_POLICY_H

#include <stdint.h>

struct form;
struct json;
struct refusal;
struct str;

/** S3 takes no more than this in one request. */
#define POLICY_SIZE_MAX (5LL << 30)

/** The sizes that the file may have. */
struct policy_range {
    int64_t min, max;
};

/**
 * Add, in base64, the policy of a form for `bucket` that ends at `expires_ms` (wall time): each
 * member of `fields` exactly as it is, and a file of up to POLICY_SIZE_MAX.
 * Returns 0 or -ENOMEM.
 */
int policy_write(
    struct str *out, const char *bucket, int64_t expires_ms, const struct json *fields);

/**
 * Hold the form against the policy it carries. What it breaks goes to `refusal`; else the sizes
 * allowed go to `ret_range`, for they can only be checked once the file is in.
 */
void policy_check(const struct form *form, const char *bucket, int64_t now_ms,
    struct policy_range *ret_range, struct refusal *refusal);

#endif
