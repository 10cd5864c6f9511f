/** The variables of templates: which there are, where each is known, and its value for a file.
 * Pure.
 */
#ifndef CLOSEDROP_RULES_VARIABLE_H
#define CLOSEDROP_RULES_VARIABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pattern;
struct str;

/** The variables that a template may use in addition to those of struct template_facts. */
struct template_scope {
    const struct pattern *pattern; /* with its named groups; NULL: none */
    bool row;                      /* {row.COLUMN} */
    bool meta;                     /* {meta.KEY} */
    bool target;                   /* {lead.id} {lead.name} {contact.id} {contact.name}
                                      {contact.email} */
    bool people;                   /* {owner.email} {owner.user_id} */
    bool sha256;                   /* {sha256}, known once the file is uploaded */
};

/**
 * The variables of every file: {name} {stem} {ext} {dir} {folder} {size} {content_type}
 * {mtime:FORMAT} {date:FORMAT} {owner}, and {sha256}. The texts are valid UTF-8.
 */
struct template_facts {
    const char *folder;
    const char *path; /* relative to the folder, cleaned by text_clean_name() */
    const char *content_type;
    const char *owner;  /* of the file; NULL: unknown, expands to "" */
    const char *sha256; /* NULL: not yet known, expands to 64 zeros */
    int64_t size;
    int64_t mtime_ns;  /* for {mtime:FORMAT}, in local time; see identity_seconds() */
    int64_t queued_ms; /* for {date:FORMAT} */
};

/** The most bytes that a format may give when it is checked; no year makes that five times as much.
 */
#define VARIABLE_DATE_MAX 200

/** The value of a variable: `text` points to where it is, or to `room`. */
struct variable_value {
    const char *text;
    size_t length;
    char room[5 * VARIABLE_DATE_MAX];
};

/** What a variable is known from: always, or if the scope says so. */
enum variable_source {
    KNOWN_ALWAYS,
    KNOWN_ONCE_UPLOADED,
    KNOWN_FROM_ROW,
    KNOWN_FROM_SIDECAR,
    KNOWN_FROM_PEOPLE,
    KNOWN_FROM_TARGET
};

struct variable {
    const char *name;
    const char *more; /* what must follow: a format after a colon, or a key */
    enum variable_source source;
    /** Its value among the facts; NULL: it is among the values that a template is given. */
    void (*find)(
        const struct template_facts *facts, const char *format, struct variable_value *ret_value);
};

/** The variable with this name, or whose name with a key this is; NULL if there is none. */
const struct variable *variable_find(const char *name, size_t length);

/** Whether ":FORMAT" must follow the name. */
bool variable_takes_format(const struct variable *variable);

/** Whether a key must follow it, such as the COLUMN of "row.COLUMN". */
bool variable_takes_key(const struct variable *variable);

/** Whether it is known in this scope. */
bool variable_is_known(const struct variable *variable, const struct template_scope *scope);

/** Why one is not that is not; for a message. */
const char *variable_why_unknown(const struct variable *variable);

/** Add all that are known in this scope, each as " {NAME}". */
void variables_print(struct str *out, const struct template_scope *scope);

/** Whether `name` is a variable of every file, which a named group must not hide. */
bool variable_is_of_every_file(const char *name);

/** Whether strftime(3) knows all of `format`, and gives 1 to VARIABLE_DATE_MAX bytes for it. */
bool variable_is_format(const char *format);

#endif
