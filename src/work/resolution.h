/** What the files from a rule to its lead share: resolve_rule.c, resolve_target.c, candidates.c,
 * resolve.c. */
#ifndef CLOSEDROP_WORK_RESOLUTION_H
#define CLOSEDROP_WORK_RESOLUTION_H

#include "closedrop/work/resolve.h"

/** How many characters long what a template gives may be, be it an id, a key or what is searched
 * for. */
#define RESOLUTION_TEXT_MAX 1000

/** A step is done: NEXT. */
struct verdict resolution_known(void);

/** A failure for the reason in `why`, which is released; -ENOMEM waits. */
struct verdict resolution_failed(const char *code, int result, struct str *why);

/** Expand a text of the rule that must not come out empty; `what` is its key. NEXT and the text,
 * the caller's; or FAIL. */
struct verdict resolution_expand(const struct resolution *resolution,
    const struct template *template, const char *what, char **ret_text);

/** What Close is searched for, of a resolution that searches. */
struct search resolution_search(const struct resolution *resolution);
bool resolution_is_searched(const struct resolution *resolution);

/** The lead is known: next, see that it is there, and who it is. As current_lead_begin(). */
struct verdict resolution_go_to_lead(struct resolution *resolution);

#endif
