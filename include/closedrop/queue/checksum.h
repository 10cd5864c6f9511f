/**
 * A checksum over the contents of a row of the queue, stored with it: it reveals a byte changed by
 * the disk, whereas SQLite's own checks only cover the structure. Pure.
 */
#ifndef CLOSEDROP_QUEUE_CHECKSUM_H
#define CLOSEDROP_QUEUE_CHECKSUM_H

#include "closedrop/base/digest.h"
#include "closedrop/queue/job.h"

#include <stdint.h>

struct filing;
struct query;

/** Never the result of a checksum: marks a row written before checksums existed. */
#define CHECKSUM_NONE 0

/**
 * A change in what is summed makes every row look damaged, so it needs a migration that sets all
 * checksums to CHECKSUM_NONE.
 *
 * The checksum over everything that affects the processing of a job, except `due_ms`, which is set
 * for many jobs at once.
 */
int64_t checksum_job(const struct job *job);

/** The checksum over a token that was posted. */
int64_t checksum_posting(int64_t number, int64_t job, const char *token, const char *lead_id,
    const char *activity, int64_t at_ms);

/** The checksum over an effect, as a query has it (CHANGE_EFFECT). */
int64_t checksum_effect(const struct query *effect);

/** The checksum over what the content memory stores about some filed bytes. */
int64_t checksum_filing(
    const uint8_t sha256[DIGEST_SHA256_SIZE], const char *activity, const struct filing *filing);

#endif
