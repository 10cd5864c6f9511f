/**
 * A template: text with variables in braces, such as `Scan: {stem}` (closedrop.conf(5), TEMPLATES).
 *
 * It is parsed once, when the configuration is loaded, and every variable must be known at that
 * point. It is expanded in one pass: values are never searched for further variables. Pure.
 */
#ifndef CLOSEDROP_RULES_TEMPLATE_H
#define CLOSEDROP_RULES_TEMPLATE_H

#include "closedrop/rules/variable.h"

#include <stdbool.h>

struct json;
struct str;

struct template;

/** How values are inserted; the template's own text stays unchanged. */
enum template_manner {
    TEMPLATE_PLAIN,
    TEMPLATE_LINE, /* cleaned by text_clean(): newlines and tabs become spaces */
    TEMPLATE_HTML  /* & < > " ' as entities; characters not allowed in XML 1.0 as spaces */
};

/**
 * Parse `text`. `{{` stands for a brace, and so does a single `}`. A COLUMN or KEY may contain
 * anything but braces.
 *
 * Returns 0, -ENOMEM, or -EINVAL with the error and what would be right added to `why`: an unknown
 * variable (with a list of the known ones), a variable that is not yet known at this point, an
 * unbalanced brace, a format for which strftime(3) returns nothing or more than 200 bytes, or
 * invalid UTF-8.
 */
int template_new(const char *text, const struct template_scope *scope,
    struct template **ret_template, struct str *why);
void template_free(struct template *template);

/** Whether it uses a variable that starts with `prefix`, such as "meta.". */
bool template_uses(const struct template *template, const char *prefix);

/** Add the COLUMN of each {row.COLUMN} to the array `columns`, once. Returns 0 or -ENOMEM. */
int template_add_columns(const struct template *template, struct json *columns);

/**
 * Add the expanded text to `out`. Values other than the facts come from the object `values`
 * ("row.city", "meta.customer", "lead.id", a named group); a missing value is "". Returns
 * str_error(out).
 */
int template_expand(const struct template *template, const struct template_facts *facts,
    const struct json *values, enum template_manner manner, struct str *out);

#endif
