/** What a person named, or the configuration, and whose file server or disk does not answer. */
#ifndef CLOSEDROP_CLI_UNANSWERED_H
#define CLOSEDROP_CLI_UNANSWERED_H

#include "closedrop/config/tree.h"
#include "closedrop/work/verdict.h"

/** The verdict if apart_run() failed with `error` for what is at `path`: VERDICT_FAIL. */
struct verdict unanswered_verdict(const char *path, int error);

/**
 * Whether all tables of these rules answer, as far as they are where calls may hang: each is read
 * in another process. VERDICT_NEXT, or the verdict on the first that does not.
 */
struct verdict unanswered_tables(struct rule *const *rules, int64_t patience_ms);

#endif
