/**
 * Whose file is this: from a rule to a lead (or contact) that Close knows.
 *
 * The first part needs no network: which rule takes the file, what a sidecar and a table say, which
 * group it belongs to. The second part asks Close, one request after the other; between
 * resolution_ask() and resolution_read() the caller runs the request. The agent, `closedrop match`
 * and `closedrop upload` all go through here.
 */
#ifndef CLOSEDROP_WORK_RESOLVE_H
#define CLOSEDROP_WORK_RESOLVE_H

#include "closedrop/close/api.h"
#include "closedrop/close/search.h"
#include "closedrop/rules/rule.h"
#include "closedrop/rules/table.h"
#include "closedrop/work/current_lead.h"
#include "closedrop/work/verdict.h"

#include <stdbool.h>
#include <stdint.h>

struct json;
struct str;

/** What is asked about. The texts stay the caller's. */
struct resolve_file {
    const char *folder; /* its name */
    const char *path;   /* relative to the folder, bytes */
    const char *content_type;
    const char *sidecar; /* its text; NULL: the folder has none */
    size_t sidecar_length;
    int64_t size;
    int64_t mtime_ns;
    int64_t queued_ms;
    int64_t settle_ms; /* the folder's patience with a table that is written (table.h); 0: none */
    int64_t incomplete_ms;
};

enum resolve_step { RESOLVE_SEARCH, RESOLVE_CONTACT, RESOLVE_LEAD };

struct resolution {
    const struct rule *rule; /* NULL: no rule takes it, it is only uploaded */
    struct json *values;     /* what templates may use; "lead.id" and so on at the end */
    char *group;             /* the key of its group, NULL: it goes alone */
    char *lead_id;
    char *contact_id; /* NULL: the lead as a whole */

    struct template_facts facts; /* its texts are the two below, and the caller's */
    char *path;
    char *content_type;
    enum resolve_step step;
    char *search_value;
    struct json *candidates;
    char *cursor;
    int page;
    bool wants_less;    /* Close has refused a page of the usual size */
    char *contact_lead; /* the lead the contact is of */
    struct current_lead current;
    struct absences *absences; /* the caller's, to be set before resolution_begin(); or NULL */
};

/**
 * The part that needs no network, for a file and the rules of its folder (ends with NULL).
 * NEXT: `rule`, `values` and `group` say what there is to know. WAIT: a table is being written.
 * FAIL: no rule although one is wanted, a table or sidecar that cannot be used.
 * To be released in any case.
 */
struct verdict resolution_classify(struct resolution *resolution, const struct resolve_file *file,
    struct rule *const *rules, bool fails_unmatched, struct tables *tables);
void resolution_release(struct resolution *resolution);

/**
 * Begin to ask, after resolution_classify() found a rule: with what the rule says, or with a target
 * that is given in its place. NEXT: ask. FAIL: what the rule gives is no target, or known to be
 * none. WAIT: current_lead_begin().
 */
struct verdict resolution_begin(struct resolution *resolution);
struct verdict resolution_aim(
    struct resolution *resolution, const char *lead_id, const char *contact_id);

/** Add what Close is searched for, for people; false: it is not searched. */
bool resolution_add_search(const struct resolution *resolution, struct str *out);

/** The next question to Close; NULL when memory is short. */
struct request *resolution_ask(struct resolution *resolution, const struct api *api);

/** MORE: ask on. NEXT: the target is known, and the activity can be made of it. Or why not. */
struct verdict resolution_read(struct resolution *resolution, const struct request *request);

#endif
