/**
 * What a rule can have done in Close: kinds of activity, which carry the file, are created; or a
 * template gets it; next to
 * one of them or alone, a task is created and custom fields are set. Pure.
 */
#ifndef CLOSEDROP_CLOSE_ACTIVITY_KIND_H
#define CLOSEDROP_CLOSE_ACTIVITY_KIND_H

enum activity_kind {
    ACTIVITY_NONE,
    ACTIVITY_EMAIL,
    ACTIVITY_NOTE,
    ACTIVITY_LEAD_FILE,
    ACTIVITY_OPPORTUNITY,
    ACTIVITY_WHATSAPP,
    ACTIVITY_SMS,
    ACTIVITY_EMAIL_TEMPLATE,
    ACTIVITY_SMS_TEMPLATE,
    ACTIVITY_TASK,
    ACTIVITY_SET,
    ACTIVITY_KINDS
};

/** "", and what a rule calls them: "email", "lead_file" ... */
extern const char *const activity_kind_names[ACTIVITY_KINDS];

/** All of them for a message: "email, note, lead_file ... and set". Static. */
extern const char activity_kinds_text[];

/** Those that carry a file, in the same way. */
extern const char activity_carriers_text[];

/** The kind called `name`; ACTIVITY_NONE if there is none, or `name` is NULL. */
enum activity_kind activity_kind_from_name(const char *name);

#endif
