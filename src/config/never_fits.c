/** Why a pattern can never fit any name, by a table of the mistakes that people make. */
#include "closedrop/config/never_fits.h"

#include "closedrop/base/str.h"
#include "closedrop/files/path.h"

#include <string.h>

/** Longer than any suffix that people know: what has no dot is a directory then. */
#define SUFFIX_MAX 5

#define BLANKS " \t"

/** Begin a complaint, the caller adds what would be right. */
static void complain(struct str *why, const char *pattern, const char *words)
{
    str_printf(why, "\"%s\" can never match: %s; write [ ", pattern, words);
}

static void propose(
    struct str *why, const char *before, const char *text, size_t length, const char *after)
{
    bool is_first = str_ends_with(str_text(why), "[ ");
    str_printf(why, "%s\"%s%.*s%s\"", is_first ? "" : ", ", before, (int)length, text, after);
}

/** The next of several patterns in one text, as other programs have them: "*.pdf;*.tif". */
static const char *next_in_list(const char *pattern)
{
    for (const char *at = pattern; (at = strpbrk(at, ";,|" BLANKS)) != NULL;) {
        at += strspn(at, ";,|" BLANKS);
        if (str_starts_with(at, "*."))
            return at;
    }
    return NULL;
}

static bool is_list(const char *pattern, struct str *why)
{
    /* "Scan 1; *.pdf" may be a name: only suffixes side by side are surely meant as several */
    if (!str_starts_with(pattern, "*.") || !next_in_list(pattern))
        return false;
    complain(why, pattern, "each pattern is a separate string");
    for (const char *next; pattern; pattern = next) {
        next = next_in_list(pattern);
        size_t length = next ? (size_t)(next - pattern) : strlen(pattern);
        while (length && strchr(";,|" BLANKS, pattern[length - 1]))
            length--;
        propose(why, "", pattern, length, "");
    }
    return true;
}

/** A shell's "*.{pdf,tif}", which fnmatch(3) does not know. */
static bool has_braces(const char *pattern, struct str *why)
{
    const char *open = strchr(pattern, '{');
    const char *close = open ? strchr(open, '}') : NULL;
    if (!close || !memchr(open, ',', (size_t)(close - open)))
        return false;
    complain(why, pattern, "braces are not a wildcard here");
    for (const char *at = open + 1; at <= close; at++) {
        size_t length = strcspn(at, ",}");
        str_add(why, str_ends_with(str_text(why), "[ ") ? "\"" : ", \"");
        str_add_bytes(why, pattern, (size_t)(open - pattern));
        str_add_bytes(why, at, length);
        str_printf(why, "%s\"", close + 1);
        at += length;
    }
    return true;
}

static bool is_absolute(const char *folder, const char *pattern, struct str *why)
{
    if (*pattern != '/')
        return false;
    bool is_below = path_is_within(pattern, folder) && pattern[strlen(folder)] == '/';
    const char *rest = is_below ? pattern + strlen(folder) : pattern;
    rest += strspn(rest, "/");
    complain(why, pattern,
        "a pattern is relative to the folder and neither begins nor ends with a slash");
    propose(why, "", *rest ? rest : "*", strlen(*rest ? rest : "*"), "");
    return true;
}

static bool is_word(const char *pattern, struct str *why)
{
    size_t length = strlen(pattern);
    while (length && pattern[length - 1] == '/')
        length--;
    if (*pattern == '.' && !strchr(pattern, '/')) {
        complain(why, pattern, "files whose name begins with a dot are never taken");
        propose(why, "*", pattern, length, "");
        return true;
    }
    if (strpbrk(pattern, "*?[."))
        return false;
    bool is_suffix = length <= SUFFIX_MAX && !strchr(pattern, '/');
    complain(why, pattern, is_suffix ? "it has no wildcard" : "no file can have this name");
    propose(why, is_suffix ? "*." : "", pattern, length, is_suffix ? "" : "/*");
    return true;
}

bool never_fits(const char *folder, const char *pattern, bool is_include, struct str *why)
{
    bool never = is_list(pattern, why) || has_braces(pattern, why) ||
                 is_absolute(folder, pattern, why) || (is_include && is_word(pattern, why));
    if (never)
        str_add(why, " ]");
    return never;
}
