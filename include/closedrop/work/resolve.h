/**
 * Which lead a file belongs to: from a rule to a lead (or contact) that exists in Close; or to a
 * template, which gets the file.
 *
 * The first part needs no network: which rule takes the file, what its sidecar and a table contain,
 * which group it belongs to. The second part asks Close one request at a time; between
 * resolution_ask() and resolution_read(), the caller runs the request. The agent, `closedrop match`
 * and `closedrop upload` all use this module.
 */
#ifndef CLOSEDROP_WORK_RESOLVE_H
#define CLOSEDROP_WORK_RESOLVE_H

#include "closedrop/close/api.h"
#include "closedrop/close/search.h"
#include "closedrop/rules/people.h"
#include "closedrop/rules/rule.h"
#include "closedrop/rules/table.h"
#include "closedrop/work/close_template.h"
#include "closedrop/work/current_lead.h"
#include "closedrop/work/verdict.h"

#include <stdbool.h>
#include <stdint.h>

struct json;
struct str;

/** The file to resolve. The texts remain the caller's. */
struct resolve_file {
    const char *folder; /* its name */
    const char *path;   /* relative to the folder, as bytes */
    const char *content_type;
    const char *owner;           /* its user; NULL: unknown */
    const struct people *people; /* where that is looked up */
    const char *sidecar;         /* its contents; NULL: the folder has no sidecars */
    size_t sidecar_length;
    int64_t size;
    int64_t mtime_ns;
    int64_t queued_ms;
    int64_t settle_ms; /* how long the folder waits for a table that is being written (table.h); 0:
                          not at all */
    int64_t incomplete_ms;
};

enum resolve_step { RESOLVE_SEARCH, RESOLVE_CONTACT, RESOLVE_LEAD, RESOLVE_TEMPLATE };

struct resolution {
    const struct rule *rule; /* NULL: no rule takes it, so it is only uploaded */
    struct json *values;     /* values for the templates; in the end also "lead.id" and so on */
    char *group;             /* the key of its group, NULL: it goes alone */
    char *lead_id;           /* or the ID of a template; "": one that is to be created */
    char *contact_id;        /* NULL: the lead as a whole */

    struct template_facts facts; /* its texts are the next two fields, and the caller's */
    char *path;
    char *content_type;
    enum resolve_step step;
    char *search_value;
    struct json *candidates;
    char *cursor;
    int page;
    bool wants_less;    /* Close has rejected a page of the usual size */
    char *contact_lead; /* the contact's lead */
    struct current_lead current;
    struct close_template close_template; /* of a rule that fills one */
    struct absences *absences;            /* the caller's, set before resolution_begin(); or NULL */
};

/**
 * The part that needs no network, for a file and the rules of its folder (which end with NULL).
 * NEXT: `rule`, `values` and `group` are set as far as known. WAIT: a table is being written. FAIL:
 * no rule takes the file although one must, or a table or sidecar cannot be used. The resolution
 * must be released in any case.
 */
struct verdict resolution_classify(struct resolution *resolution, const struct resolve_file *file,
    struct rule *const *rules, bool fails_unmatched, struct tables *tables);
void resolution_release(struct resolution *resolution);

/**
 * Begin to ask Close, after resolution_classify() found a rule: with what the rule specifies or, in
 * resolution_aim(), with the given target instead. NEXT: send a request. FAIL: what the rule
 * specifies is not a valid target, or is known not to exist. WAIT: see current_lead_begin().
 */
struct verdict resolution_begin(struct resolution *resolution);
struct verdict resolution_aim(
    struct resolution *resolution, const char *lead_id, const char *contact_id);

/**
 * Append a description of what Close is searched for, for people to read. Returns false if no
 * search is needed.
 */
bool resolution_add_search(const struct resolution *resolution, struct str *out);

/** The next request to Close; NULL if out of memory. */
struct request *resolution_ask(struct resolution *resolution, const struct api *api);

/**
 * MORE: send another request. NEXT: the target is known, so the activity can be created. Otherwise,
 * why not.
 */
struct verdict resolution_read(struct resolution *resolution, const struct request *request);

#endif
