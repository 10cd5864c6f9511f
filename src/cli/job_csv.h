/** Jobs as a table for spreadsheets: local times, and the names that --json has. */
#ifndef CLOSEDROP_CLI_JOB_CSV_H
#define CLOSEDROP_CLI_JOB_CSV_H

struct json;

/** Print the mark and the headings. */
void job_csv_begin(void);

/** Print a job, with a word for its state. */
void job_csv_print(const struct json *job, const char *state);

#endif
