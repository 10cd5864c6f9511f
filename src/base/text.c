/** Folding, comparing and showing of names, by libunistring. */
#include "closedrop/base/text.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <errno.h>
#include <fnmatch.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/** Normal forms and other cases are at most this much longer than a text, in bytes. */
#define GROWTH_MAX 12

#define REPLACEMENT 0xFFFD

/** What becomes of one character. */
typedef ucs4_t character_change(ucs4_t character);

/* ---- characters ---- */

static ucs4_t keep(ucs4_t c)
{
    return c;
}

static ucs4_t unify_blank(ucs4_t c)
{
    return uc_is_property_white_space(c) ? ' ' : c;
}

/**
 * Simple case folding, which the library does not offer by itself: its full one where that is one
 * character; where it is several ("ss" for "ß"), Unicode's simple one is the small letter. (The one
 * exception, "İ", never comes here whole.)
 */
static ucs4_t fold(ucs4_t c)
{
    ucs4_t folded[8];
    size_t count = COUNT(folded);
    if (!u32_casefold(&c, 1, NULL, NULL, folded, &count))
        return c;
    return count == 1 ? folded[0] : uc_tolower(c);
}

static ucs4_t fold_or_unify(ucs4_t c)
{
    ucs4_t unified = unify_blank(c);
    return unified < 0x80 ? (ucs4_t)(unified >= 'A' && unified <= 'Z' ? unified | 0x20 : unified)
                          : fold(unified);
}

/** The embeddings, overrides and isolates of bidirectional text, and what ends them. */
static bool turns_direction(ucs4_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static ucs4_t clean(ucs4_t c)
{
    if (uc_is_property_white_space(c) || uc_is_general_category(c, UC_CATEGORY_Cc))
        return ' '; /* ends of lines and paragraphs are white, too */
    return turns_direction(c) || uc_is_property_not_a_character(c) ? REPLACEMENT : c;
}

/* ---- texts ---- */

static size_t ascii_length(const char *text)
{
    size_t length = 0;
    while (text[length] && (unsigned char)text[length] < 0x80)
        length++;
    return length;
}

/** How much at the start of `text` is valid UTF-8. */
static size_t valid_length(const char *text)
{
    size_t length = 0, step;
    while (text[length] &&
           (step = utf8_length((const unsigned char *)text + length, strnlen(text + length, 4))))
        length += step;
    return length;
}

static void free_points(uint32_t **points)
{
    free(*points);
}

/** Changed in normal form D, where a letter stands apart from its marks; then put together. */
static void add_changed(struct str *out, const char *text, size_t length, character_change *change)
{
    size_t count, composed_count, bytes_count;
    CLEANUP(free_points)
    uint32_t *points = u8_to_u32((const uint8_t *)text, length, NULL, &count);
    CLEANUP(free_points)
    uint32_t *apart = points ? u32_normalize(UNINORM_NFD, points, count, NULL, &count) : NULL;
    for (size_t i = 0; apart && i < count; i++)
        apart[i] = change(apart[i]);
    CLEANUP(free_points)
    uint32_t *composed =
        apart ? u32_normalize(UNINORM_NFC, apart, count, NULL, &composed_count) : NULL;
    CLEANUP(free_text)
    char *bytes = composed ? (char *)u32_to_u8(composed, composed_count, NULL, &bytes_count) : NULL;
    if (bytes)
        str_add_bytes(out, bytes, bytes_count);
    else if (!out->error)
        out->error = -ENOMEM;
}

static void add_text(struct str *out, const char *text, character_change *change)
{
    while (*text) {
        size_t length = valid_length(text);
        if (length && ascii_length(text) == length)
            for (size_t i = 0; i < length; i++)
                str_add_char(out, (char)change((unsigned char)text[i]));
        else if (length)
            add_changed(out, text, length, change);
        text += length;
        if (*text)
            str_add_char(out, *text++); /* no UTF-8 */
    }
}

void text_normalise(struct str *out, const char *text)
{
    add_text(out, text, keep);
}

void text_clean(struct str *out, const char *text)
{
    CLEANUP(free_text) char *valid = utf8_clean_copy(text);
    if (valid)
        add_text(out, valid, clean);
    else if (!out->error)
        out->error = -ENOMEM;
}

static char *copy_of(const char *text, void (*add)(struct str *out, const char *text))
{
    struct str out = STR_INIT(GROWTH_MAX * strlen(text) + 1);
    add(&out, text);
    return str_take(&out);
}

char *text_normal_copy(const char *text)
{
    return copy_of(text, text_normalise);
}

char *text_clean_name(const char *name)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    char *clean = copy_of(name, text_clean);
    if (!clean || clean[strspn(clean, " ")])
        return clean;
    free(clean);
    return strdup(replacement);
}

/* ---- comparing ---- */

/** One space between words, and none around them. */
static void drop_spare_spaces(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++)
        if (*from != ' ' || (to > text && to[-1] != ' '))
            *to++ = *from;
    to -= to > text && to[-1] == ' ';
    *to = '\0';
}

static char *spelling_of(const char *text, character_change *change)
{
    struct str out = STR_INIT(GROWTH_MAX * strlen(text) + 1);
    add_text(&out, text, change);
    char *words = str_take(&out);
    if (words)
        drop_spare_spaces(words);
    return words;
}

char *text_words(const char *text)
{
    return spelling_of(text, unify_blank);
}

char *text_key(const char *text)
{
    return spelling_of(text, fold_or_unify);
}

enum text_likeness text_compare(const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        return TEXT_EQUAL;
    CLEANUP(free_text) char *seen_a = text_words(a);
    CLEANUP(free_text) char *seen_b = text_words(b);
    if (seen_a && seen_b && strcmp(seen_a, seen_b) == 0)
        return TEXT_LOOKS_SAME;
    CLEANUP(free_text) char *key_a = text_key(a);
    CLEANUP(free_text) char *key_b = text_key(b);
    bool same = key_a && key_b ? strcmp(key_a, key_b) == 0 : strcasecmp(a, b) == 0;
    return same ? TEXT_BUT_FOR_CASE : TEXT_OTHER;
}

/* ---- patterns ---- */

static locale_t utf8_locale;

static void make_locale(void)
{
    utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/**
 * fnmatch() goes by characters where the locale has any; but what does not fit by them, glibc then
 * tries by bytes. An end that only a character fits keeps it from that.
 */
static bool fits_by_characters(const char *pattern, const char *text)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    CLEANUP(free_text) char *ended_pattern = str_format("%s\001?", pattern);
    CLEANUP(free_text) char *ended_text = str_format("%s\001é", text);
    pthread_once(&once, make_locale);
    locale_t before = uselocale(utf8_locale);
    bool fits = ended_pattern && ended_text && fnmatch(ended_pattern, ended_text, 0) == 0;
    uselocale(before);
    return fits;
}

static bool is_valid(const char *text)
{
    return text[valid_length(text)] == '\0';
}

static bool is_ascii(const char *text)
{
    return text[ascii_length(text)] == '\0';
}

static void add_folded(struct str *out, const char *text)
{
    add_text(out, text, fold_or_unify);
}

bool text_contains(const char *text, const char *part)
{
    if (is_ascii(text)) /* nothing to unify, and by far the most names */
        return strcasestr(text, part) != NULL;
    CLEANUP(free_text) char *key = text_key(text);
    return strcasestr(key ? key : text, part) != NULL;
}

char *text_searched(const char *text)
{
    CLEANUP(free_text) char *key = is_ascii(text) ? copy_of(text, add_folded) : text_key(text);
    return key ? utf8_clean_copy(key) : NULL;
}

bool text_fits(const char *pattern, const char *text)
{
    CLEANUP(free_text) char *pattern_key = copy_of(pattern, add_folded);
    CLEANUP(free_text) char *key = copy_of(text, add_folded);
    if (!pattern_key || !key)
        return fnmatch(pattern, text, FNM_CASEFOLD) == 0;
    bool are_ascii = is_ascii(key) && is_ascii(pattern_key);
    bool by_bytes = are_ascii || !is_valid(key) || !is_valid(pattern_key);
    return by_bytes ? fnmatch(pattern_key, key, 0) == 0 : fits_by_characters(pattern_key, key);
}
