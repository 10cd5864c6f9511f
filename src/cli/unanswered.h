/** What a person named, or the configuration, and whose file server or disk does not answer. */
#ifndef CLOSEDROP_CLI_UNANSWERED_H
#define CLOSEDROP_CLI_UNANSWERED_H

#include "closedrop/config/tree.h"
#include "closedrop/work/verdict.h"

/** The verdict if apart_run() failed with `error` for what is at `path`: VERDICT_FAIL. */
struct verdict unanswered_verdict(const char *path, int error);

/**
 * Whether the file at `path` answers, if it is where calls may hang: it is opened, and its first
 * and last bytes are read, in another process. VERDICT_NEXT also if there is no such file.
 */
struct verdict unanswered_file(const char *path, int64_t patience_ms);

/** The same for the table of a rule, and for that of people if the rule uses it, which are read to
 * their ends; NEXT also if it has none. */
struct verdict unanswered_table(const struct rule *rule, const struct config *config);

#endif
