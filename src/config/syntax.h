/** What is wrong with the text of a configuration file, beyond what libconfig says about it. Pure.
 */
#ifndef CLOSEDROP_CONFIG_SYNTAX_H
#define CLOSEDROP_CONFIG_SYNTAX_H

struct str;

/**
 * Find what libconfig must not see: a character outside of texts that is not ASCII, an @include, a
 * number that it would truncate. Returns the line of the first and adds to `what` what is wrong
 * with it and what would be right; 0 if there is none.
 */
unsigned syntax_check(const char *text, struct str *what);

/** Find what made libconfig refuse a text: a curly quote that was to end one. As syntax_check(). */
unsigned syntax_explain(const char *text, struct str *what);

#endif
