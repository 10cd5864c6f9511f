/**
 * A number made of what a row of the queue says, kept beside it: a disk that changes a byte of a
 * row is noticed, where SQLite's own checks see only its structure (reliability.md 4.3). Pure.
 */
#ifndef CLOSEDROP_QUEUE_CHECKSUM_H
#define CLOSEDROP_QUEUE_CHECKSUM_H

#include "closedrop/base/digest.h"
#include "closedrop/queue/job.h"

#include <stdint.h>

struct filing;

/** Never what a checksum is: means a row that was written before there were any. */
#define CHECKSUM_NONE 0

/**
 * A change of what is summed makes every row look damaged: it needs a migration that sets all
 * checksums to CHECKSUM_NONE.
 *
 * Of all that decides about a job; not of `due_ms`, which many jobs get at once. CHECKSUM_NONE when
 * memory is short.
 */
int64_t checksum_job(const struct job *job);

/** Of a token that was posted. */
int64_t checksum_posting(int64_t number, int64_t job, const char *token, const char *lead_id,
    const char *activity, int64_t at_ms);

/** Of what the memory keeps of some bytes that were filed. */
int64_t checksum_filing(
    const uint8_t sha256[DIGEST_SHA256_SIZE], const char *activity, const struct filing *filing);

#endif
