/**
 * What the queue looks like from outside: jobs as JSON, in the one format that `--json`, receipts
 * and the control socket share (closedrop(1), "JSON OUTPUT"). Pure.
 */
#ifndef CLOSEDROP_QUEUE_VIEW_H
#define CLOSEDROP_QUEUE_VIEW_H

struct job;
struct json;

/** One job as an object; NULL if out of memory. */
struct json *view_job(const struct job *job);

#endif
