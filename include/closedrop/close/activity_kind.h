/**
 * The kinds of activity that a rule can have created in Close, and their names. Pure.
 */
#ifndef CLOSEDROP_CLOSE_ACTIVITY_KIND_H
#define CLOSEDROP_CLOSE_ACTIVITY_KIND_H

enum activity_kind {
    ACTIVITY_NONE,
    ACTIVITY_EMAIL,
    ACTIVITY_NOTE,
    ACTIVITY_LEAD_FILE,
    ACTIVITY_KINDS
};

/** "", "email", "note", "lead_file". */
extern const char *const activity_kind_names[ACTIVITY_KINDS];

/** The kind called `name`; ACTIVITY_NONE if there is none, or `name` is NULL. */
enum activity_kind activity_kind_from_name(const char *name);

#endif
