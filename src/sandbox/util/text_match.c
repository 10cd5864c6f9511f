/** Compares texts word by word and without regard to case, in UTF-8, as a search index does. */
#include "util/text_match.h"

#include "closedrop/base/utf8.h"

#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <wctype.h>

/** What letters there are, and which is which in lower case. */
static locale_t unicode;

static void open_unicode(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    if (!unicode) /* then only ASCII has letters */
        unicode = newlocale(LC_CTYPE_MASK, "C", NULL);
}

/** The next character in lower case, 0 at the end. What is not UTF-8 counts byte by byte. */
static wint_t next_letter(const char **at)
{
    unsigned char first = (unsigned char)**at;
    if (first && first < 0x80) { /* nearly always, and far quicker */
        ++*at;
        return first >= 'A' && first <= 'Z' ? first - 'A' + 'a' : first;
    }
    const unsigned char *bytes = (const unsigned char *)*at;
    size_t length = utf8_length(bytes, strnlen(*at, 4));
    static const unsigned char payload[] = {0xff, 0x7f, 0x1f, 0x0f, 0x07};
    wint_t letter = bytes[0] & payload[length];
    for (size_t i = 1; i < length; i++)
        letter = letter << 6 | (bytes[i] & 0x3f);
    *at += length || !bytes[0] ? length : 1;
    return towlower_l(letter, unicode);
}

static bool is_letter(wint_t letter)
{
    if (letter < 0x80)
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
    return iswalnum_l(letter, unicode);
}

/** Skip to where the next word begins; false where there is none. */
static bool skip_to_word(const char **at)
{
    for (const char *next = *at; *next; *at = next)
        if (is_letter(next_letter(&next)))
            return true;
    return false;
}

/** Skip the word that begins here. */
static void skip_word(const char **at)
{
    for (const char *next = *at; *next && is_letter(next_letter(&next));)
        *at = next;
}

/** Whether the words that begin at both places are the same; then both are skipped. */
static bool skip_same_word(const char **one, const char **other)
{
    const char *one_end = *one, *other_end = *other, *at = *one, *other_at = *other;
    skip_word(&one_end);
    skip_word(&other_end);
    while (at < one_end && other_at < other_end)
        if (next_letter(&at) != next_letter(&other_at))
            return false;
    if (at != one_end || other_at != other_end)
        return false;
    *one = one_end;
    *other = other_end;
    return true;
}

/** Whether the words of `wanted` all follow from here on. */
static bool goes_on_with(const char *text, const char *wanted)
{
    while (skip_to_word(&wanted))
        if (!skip_to_word(&text) || !skip_same_word(&text, &wanted))
            return false;
    return true;
}

static void need_unicode(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_unicode);
}

bool text_matches_phrase(const char *text, const char *wanted)
{
    need_unicode();
    if (!skip_to_word(&wanted))
        return false;
    for (; skip_to_word(&text); skip_word(&text))
        if (goes_on_with(text, wanted))
            return true;
    return false;
}

static bool has_word(const char *text, const char *word)
{
    for (; skip_to_word(&text); skip_word(&text)) {
        const char *here = text, *there = word;
        if (skip_same_word(&here, &there))
            return true;
    }
    return false;
}

bool text_matches_words(const char *text, const char *wanted)
{
    need_unicode();
    if (!skip_to_word(&wanted))
        return false;
    for (; skip_to_word(&wanted); skip_word(&wanted))
        if (!has_word(text, wanted))
            return false;
    return true;
}

bool text_matches_whole(const char *text, const char *wanted)
{
    need_unicode();
    while (*text && *wanted)
        if (next_letter(&text) != next_letter(&wanted))
            return false;
    return !*text && !*wanted;
}
