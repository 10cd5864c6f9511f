/**
 * A template: text with variables in braces, `Scan: {stem}` (closedrop.conf(5), "Templates").
 *
 * It is taken apart once, when the configuration is read, and every variable it names must be known
 * where it stands. Expanding is one pass: a value is never looked at for further variables. Pure.
 */
#ifndef CLOSEDROP_RULES_TEMPLATE_H
#define CLOSEDROP_RULES_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;
struct pattern;
struct str;

struct template;

/** What is known where a template stands, on top of what is always known of a file. */
struct template_scope {
    const struct pattern *pattern; /* its named groups; NULL: none */
    bool row;                      /* {row.COLUMN} */
    bool meta;                     /* {meta.KEY} */
    bool target;                   /* {lead.id} {lead.name} {contact.id} {contact.name}
                                      {contact.email} */
    bool sha256;                   /* {sha256}: known once the file is uploaded */
};

/** What is always known of a file: {name} {stem} {ext} {dir} {folder} {size} {content_type}
 * {mtime:FORMAT} {date:FORMAT}, and {sha256}. The texts are valid UTF-8. */
struct template_facts {
    const char *folder;
    const char *path; /* relative to the folder, as text_clean_name() makes it */
    const char *content_type;
    const char *sha256; /* NULL: not known yet, stands as 64 zeros */
    int64_t size;
    int64_t mtime_ns;  /* {mtime:FORMAT}: see identity_seconds(), shown in local time */
    int64_t queued_ms; /* {date:FORMAT} */
};

/** How values are put in; the template's own text is left as it is. */
enum template_manner {
    TEMPLATE_PLAIN,
    TEMPLATE_LINE, /* as text_clean() makes it: a newline, a tab become blanks */
    TEMPLATE_HTML  /* & < > " ' as entities, and what XML 1.0 has no place for as a space */
};

/**
 * Take `text` apart. Returns 0, -ENOMEM, or -EINVAL with what is wrong, and what would be right,
 * added to `why`: an unknown variable (with those that are known), one that is not known yet where
 * this stands, a brace without its other half, a format that strftime(3) makes nothing of or more
 * than 200 bytes, text that is no UTF-8. `{{` is a brace; a `}` by itself is one too. A COLUMN or
 * KEY may hold anything but braces.
 */
int template_new(const char *text, const struct template_scope *scope,
    struct template **ret_template, struct str *why);
void template_free(struct template *template);

/** Whether `name` is one that a template may always use, so that a named group would hide it. */
bool template_is_variable(const char *name);

/** Whether it uses a variable that begins with `prefix`, e.g. "meta.". */
bool template_uses(const struct template *template, const char *prefix);

/** Add each COLUMN of its {row.COLUMN} to the array `columns`, once. Returns 0 or -ENOMEM. */
int template_add_columns(const struct template *template, struct json *columns);

/**
 * Add the expanded text to `out`. Values beyond the facts come from the object `values`
 * ("row.city", "meta.customer", "lead.id", a named group), a missing one is "". Returns
 * str_error(out).
 */
int template_expand(const struct template *template, const struct template_facts *facts,
    const struct json *values, enum template_manner manner, struct str *out);

#endif
