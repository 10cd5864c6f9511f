/** A job as people read it: one line of list and report, and the pieces that show has as well. */
#ifndef CLOSEDROP_CLI_JOB_ROW_H
#define CLOSEDROP_CLI_JOB_ROW_H

#include "closedrop/base/moment.h"

struct json;
struct str;

/** One of a job's times (a key such as "queued_at"), in local time; "" if it has none. */
char *job_time(const struct json *job, const char *key, const char *format, char text[MOMENT_TEXT]);

/** Append an ID, behind the name if that is known: "ACME (lead_4tX9)". */
void job_add_named(struct str *out, const struct json *job, const char *id, const char *name);

/** Where its file is, in words; NULL if it is at its path. */
const char *job_whereabouts(const struct json *job);

/** Print the headings; `when` is the one of the time. */
void job_print_heading(const char *when);

/** Print the row of a job, with a word for its state and one of its times. */
void job_print_row(const struct json *job, const char *state, const char *when_key);

/** Append why it waits, if its folder is away: "its folder is away: does not answer since 10:14".
 */
void job_add_away(struct str *out, const struct json *job);

#endif
