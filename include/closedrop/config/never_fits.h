/**
 * Patterns of include and exclude that can never match, most of them written as other programs want
 * them. Pure.
 */
#ifndef CLOSEDROP_CONFIG_NEVER_FITS_H
#define CLOSEDROP_CONFIG_NEVER_FITS_H

#include <stdbool.h>

struct str;

/**
 * Whether `pattern` can match no file of the folder at the path `folder`: several in one text,
 * braces, a path from the root on; for include also a word without a wildcard and a dot, and a name
 * that begins with a dot. Then why, and what would be right, is added to `why`.
 */
bool never_fits(const char *folder, const char *pattern, bool is_include, struct str *why);

#endif
