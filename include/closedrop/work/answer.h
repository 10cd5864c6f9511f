/**
 * From an API request to a verdict: Close's own error text, what its headers say about retrying,
 * and what it all means.
 */
#ifndef CLOSEDROP_WORK_ANSWER_H
#define CLOSEDROP_WORK_ANSWER_H

#include "closedrop/work/verdict.h"

#include <stdbool.h>
#include <stdint.h>

struct allowance;
struct request;

/**
 * What the outcome of a read request means (verdict_of_read()). `what` says what was requested, for
 * the message.
 */
struct verdict answer_read(const struct request *request, const char *what);

/** The same for a POST that creates something (verdict_of_create()). */
struct verdict answer_created(const struct request *request, const char *what);

/**
 * How many requests the answer still allows in its group (request_group()); see rate_limit_read().
 */
bool answer_allowance(const struct request *request, struct allowance *ret_allowance);

/**
 * Close's current time according to the answer; 0 if Close did not send the answer, or gave no
 * time.
 */
int64_t answer_close_ms(const struct request *request);

/**
 * Whether Close reports that the requested object does not exist (404). An error page from a proxy
 * in between does not count.
 */
bool answer_is_absent(const struct request *request);

/** Whether this request is refused for this key, or in general (400, 403). */
bool answer_is_refused(const struct request *request);

/**
 * The verdict on an answer that Close would not give to this request: it may not have come from
 * Close at all.
 */
struct verdict answer_odd(const char *what);

#endif
