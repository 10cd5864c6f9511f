/**
 * Text as people see it: one name has many spellings in bytes. A Mac writes "u" and two dots where
 * others write "ü", a web page leaves blanks that do not break, a customer is written in capitals.
 * Here they become one, and names become fit to be shown. The only door to libunistring.
 *
 * Names on disk stay as they are: what is made here is only compared, or sent. Bytes that are no
 * UTF-8 stay as they are, too, but in what is sent. Pure.
 */
#ifndef CLOSEDROP_BASE_TEXT_H
#define CLOSEDROP_BASE_TEXT_H

#include <stdbool.h>

struct str;

/** Add `text` to `out` in Unicode's normal form C: "u" and two dots become "ü". */
void text_normalise(struct str *out, const char *text);

/**
 * Add `text` to `out` as it may be sent and shown, on one line, as valid UTF-8 in normal form C:
 * blanks of any kind, ends of lines and control characters become spaces; bytes that are no UTF-8,
 * noncharacters, and controls that turn the reading direction round become U+FFFD.
 */
void text_clean(struct str *out, const char *text);

/** text_normalise() into new memory, the caller's; NULL when memory is short. */
char *text_normal_copy(const char *text);

/** text_clean() of a name or path, the same way; U+FFFD where nothing but blanks would be left. */
char *text_clean_name(const char *name);

/** A text in normal form C, with one space for blanks of any kind and number between its words, and
 * none around them. In new memory, the caller's; NULL when memory is short. */
char *text_words(const char *text);

/**
 * What all spellings of a name have in common, to find it by: its words in small letters, by
 * Unicode's simple case folding ("WEIẞ" is "weiß", and not "weiss"). In new memory, the caller's;
 * NULL when memory is short.
 */
char *text_key(const char *text);

/** How like two texts are; more is better. */
enum text_likeness {
    TEXT_OTHER,
    TEXT_BUT_FOR_CASE, /* they have the same key */
    TEXT_LOOKS_SAME,   /* only their normal forms and blanks differ: nobody sees it */
    TEXT_EQUAL         /* byte by byte */
};

/** Where memory is short, only ASCII's letters are folded. */
enum text_likeness text_compare(const char *a, const char *b);

/**
 * Whether `text` fits the shell pattern `pattern` (fnmatch(3)), whatever the normal form, the case
 * of letters and the kind of blanks of either; "?" and a bracket stand for one character, or for
 * one byte where one of the two is not UTF-8.
 */
bool text_fits(const char *pattern, const char *text);

#endif
