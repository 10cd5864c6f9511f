/** What the readers of several sections of the configuration share. */
#ifndef CLOSEDROP_CONFIG_READER_H
#define CLOSEDROP_CONFIG_READER_H

#include "closedrop/config/setting.h"
#include "closedrop/config/tree.h"

/**
 * Make a path absolute, which is relative to the configuration `file`. Takes `path`, gives new
 * memory; "" and NULL stay what they are, and NULL comes where memory is short, which is noted.
 */
char *reader_absolute(struct settings *settings, const char *file, char *path);

/** What reading one rule needs at every step. */
struct rule_reader {
    struct settings *settings;
    struct setting *group; /* the rule */
    struct rule *rule;
    struct template_scope
        early;                  /* what is known when the row, and then the target, is looked for */
    struct template_scope late; /* and when its activity is made */
};

/** Note what is wrong with a key where `result` says so. */
void reader_note_problem(struct rule_reader *reader, struct setting *group, const char *key,
    int result, const struct str *why);

/** The template of `text`, NULL where it is wrong, which is noted. */
struct template *reader_make_template(struct rule_reader *reader, struct setting *group,
    const char *key, const char *text, const struct template_scope *scope);

/** The template `key`, NULL where it is unset (or wrong, which is noted). */
struct template *reader_read_template(struct rule_reader *reader, struct setting *group,
    const char *key, const struct template_scope *scope);

#endif
