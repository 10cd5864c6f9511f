/**
 * What `closedrop upload` tells of a file, as a job that belongs to no folder: it has its outcome,
 * and the agent never does anything about it. Pure.
 */
#ifndef CLOSEDROP_QUEUE_BY_HAND_H
#define CLOSEDROP_QUEUE_BY_HAND_H

#include <stdint.h>

struct job;
struct json;
struct str;

/**
 * Read what is told, by whoever may use the control socket: an object with `name` (the file's own),
 * `place` (where it lies), `size`, `mtime_ms`, `state` ("done" or "failed"), `attempts`,
 * `queued_ms`, and where they are known `uploaded_ms`, `sha256`, `content_type`, `download_url`,
 * `rule`, `lead_id`, `contact_id`, `activity`, `activity_id` and `error`. Times are by the wall
 * clock; `now_ms` is when it ended. With `id` it is what came of that job, which had failed as
 * "unclear" so far: it was listed before its activity was posted.
 * Returns the job, the caller's; or NULL with what is wrong, and what would be right, added to
 * `why`, which stays empty where memory was short.
 */
struct job *by_hand_read(const struct json *told, int64_t now_ms, struct str *why);

#endif
