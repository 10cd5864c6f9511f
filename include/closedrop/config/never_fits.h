/**
 * Finds patterns of include and exclude that can never match; most are written in the syntax of
 * another program. Pure.
 */
#ifndef CLOSEDROP_CONFIG_NEVER_FITS_H
#define CLOSEDROP_CONFIG_NEVER_FITS_H

#include <stdbool.h>

struct str;

/**
 * Whether `pattern` cannot match any file of the folder at the path `folder`: several patterns in
 * one text, braces, an absolute path; for include also a word with neither a wildcard nor a dot,
 * and a name that starts with a dot. If so, the reason and what would be right are added to `why`.
 */
bool never_fits(const char *folder, const char *pattern, bool is_include, struct str *why);

#endif
