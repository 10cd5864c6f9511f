/**
 * An answer of the API, from request to verdict: Close's own words, what its headers say about
 * asking again, and what it all means.
 */
#ifndef CLOSEDROP_WORK_ANSWER_H
#define CLOSEDROP_WORK_ANSWER_H

#include "closedrop/work/verdict.h"

#include <stdbool.h>
#include <stdint.h>

struct allowance;
struct request;

/** What the end of a question means (verdict_of_read()). `what` was asked, for the message. */
struct verdict answer_read(const struct request *request, const char *what);

/** The same of a POST that creates something (verdict_of_create()). */
struct verdict answer_created(const struct request *request, const char *what);

/** What it says of the requests that its group (request_group()) still has; see rate_limit_read().
 */
bool answer_allowance(const struct request *request, struct allowance *ret_allowance);

/** What time Close says it is; 0 where it is not Close who answers, or it does not say. */
int64_t answer_close_ms(const struct request *request);

/** Whether Close says that what was asked for is not there (404); a page of somebody in between
 * does not. */
bool answer_is_absent(const struct request *request);

/** Whether that is not answered to this key, or at all (400, 403). */
bool answer_is_refused(const struct request *request);

/** An answer that is not what Close answers there: it may not be Close at all. */
struct verdict answer_odd(const char *what);

#endif
