/**
 * Text as people see it. The same name has many spellings in bytes: a Mac writes "u" and two dots
 * where others write "ü", a web page contains non-breaking spaces, a customer is in capitals. These
 * functions unify the spellings for comparison, and clean names for display and for Close. The only
 * door to libunistring.
 *
 * Names on disk never change: the results are only compared or sent. Bytes that are not UTF-8 stay
 * as they are, except in what is sent. Pure.
 */
#ifndef CLOSEDROP_BASE_TEXT_H
#define CLOSEDROP_BASE_TEXT_H

#include <stdbool.h>

struct str;

/** Append `text` in Unicode's normal form C: "u" and two dots become "ü". */
void text_normalise(struct str *out, const char *text);

/**
 * Append `text` as it can be sent and shown: on one line, as valid UTF-8 in normal form C. White
 * space of any kind, line breaks and control characters become spaces. Bytes that are not UTF-8,
 * noncharacters, and controls that change the reading direction become U+FFFD.
 */
void text_clean(struct str *out, const char *text);

/** text_normalise() into new memory, which the caller frees; NULL if out of memory. */
char *text_normal_copy(const char *text);

/** text_clean() of a name or path, the same way; U+FFFD if only white space would remain. */
char *text_clean_name(const char *name);

/** The text in normal form C, with exactly one space between its words and none around them. The
 * caller frees it; NULL if out of memory. */
char *text_words(const char *text);

/**
 * A key that is the same for all spellings of a name, for looking it up: its text_words() after
 * Unicode's simple case folding ("WEIẞ" becomes "weiß", not "weiss"). The caller frees it;
 * NULL if out of memory.
 */
char *text_key(const char *text);

/** How similar two texts are, in increasing order. */
enum text_likeness {
    TEXT_OTHER,
    TEXT_BUT_FOR_CASE, /* the keys are the same */
    TEXT_LOOKS_SAME,   /* only normal form and white space differ, which nobody sees */
    TEXT_EQUAL         /* byte for byte */
};

/** If out of memory, ignores the case of ASCII letters only. */
enum text_likeness text_compare(const char *a, const char *b);

/**
 * Whether `text` contains `part`, which must be a text_key(). Normal form and case make no
 * difference; if out of memory, the case of ASCII letters only.
 */
bool text_contains(const char *text, const char *part);

/**
 * What text_contains() looks through, as valid UTF-8: a part that is valid UTF-8 is in it byte for
 * byte wherever `text` contains it. The caller frees it; NULL if out of memory.
 */
char *text_searched(const char *text);

/**
 * Whether `text` matches the shell pattern `pattern` (fnmatch(3)). Normal form, case and the kind
 * of white space make no difference. "?" and a bracket match one character, or one byte if either
 * text is not UTF-8.
 */
bool text_fits(const char *pattern, const char *text);

#endif
