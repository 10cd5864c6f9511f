/**
 * How the queue looks from outside: jobs as JSON, the one form that `--json`, receipts and the
 * control socket share (product.md 3). Pure.
 */
#ifndef CLOSEDROP_QUEUE_VIEW_H
#define CLOSEDROP_QUEUE_VIEW_H

struct job;
struct json;

/** One job as an object; NULL when memory is short. */
struct json *view_job(const struct job *job);

#endif
