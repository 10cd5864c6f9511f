/**
 * What `closedrop upload` reports about a file, as a job that belongs to no folder: it already has
 * its outcome, and the agent never processes it. Pure.
 */
#ifndef CLOSEDROP_QUEUE_BY_HAND_H
#define CLOSEDROP_QUEUE_BY_HAND_H

#include <stdint.h>

struct job;
struct json;
struct str;

/**
 * Read a report, which anyone who may use the control socket can send: an object with `name` (the
 * file's own), `place` (where the file is), `size`, `mtime_ms`, `state` ("done" or "failed"),
 * `attempts`, `queued_ms` and, if known, `uploaded_ms`, `sha256`, `content_type`, `download_url`,
 * `rule`, `lead_id`, `contact_id`, `lead_name`, `contact_name`, `template_id`, `template_name`,
 * `activity`, `activity_id` and `error`. Times are on the wall clock; `now_ms` is when the upload
 * ended. With `id`, the object is the outcome of that job, which was added as failed with "unclear"
 * before its activity was posted. Returns the job, which the caller frees. If the report is not
 * valid, returns NULL and appends to `why` what is wrong and what is expected; `why` stays empty if
 * out of memory.
 */
struct job *by_hand_read(const struct json *told, int64_t now_ms, struct str *why);

#endif
