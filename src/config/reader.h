/** Helpers for the readers of several sections of the configuration. */
#ifndef CLOSEDROP_CONFIG_READER_H
#define CLOSEDROP_CONFIG_READER_H

#include "closedrop/config/setting.h"
#include "closedrop/config/tree.h"

/**
 * Make `path` absolute; it is relative to the configuration `file`. Frees `path` and returns a new
 * text. "" and NULL are returned unchanged; NULL also if memory is short, which is recorded.
 */
char *reader_absolute(struct settings *settings, const char *file, char *path);

/** The state while one rule is read. */
struct rule_reader {
    struct settings *settings;
    struct setting *group; /* the rule */
    struct rule *rule;
    struct template_scope early; /* known when the row, then the target, is looked up */
    struct template_scope late;  /* known when its activity is created */
};

/** Record an error in a key, if `result` is one. */
void reader_note_problem(struct rule_reader *reader, struct setting *group, const char *key,
    int result, const struct str *why);

/** The template of `text`; NULL if it has an error, which is recorded. */
struct template *reader_make_template(struct rule_reader *reader, struct setting *group,
    const char *key, const char *text, const struct template_scope *scope);

/** The template `key`; NULL if it is unset, or has an error, which is recorded. */
struct template *reader_read_template(struct rule_reader *reader, struct setting *group,
    const char *key, const struct template_scope *scope);

#endif
