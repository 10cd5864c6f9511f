/* Names as people see them: what holds of any two texts and a pattern; three texts, NUL between. */
#include "fuzz.h"

#include "closedrop/base/array.h"
#include "closedrop/base/text.h"

/** It may be sent: one line, valid, with something visible, and cleaning it again changes nothing.
 */
static void check_clean(const char *text)
{
    static const char *const disturbing[] = {
        "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xEF\xBF\xBE"};
    char *clean = text_clean_name(text);
    assert(clean && fuzz_is_utf8(clean) && fuzz_is_one_line(clean) && clean[strspn(clean, " ")]);
    for (size_t i = 0; i < COUNT(disturbing); i++)
        assert(!strstr(clean, disturbing[i]));
    char *again = text_clean_name(clean);
    assert(again && strcmp(again, clean) == 0);
    free(again);
    free(clean);
}

/** What has been made of a text is its own. */
static void check_settled(const char *text, char *(*make)(const char *text))
{
    char *made = make(text);
    char *again = made ? make(made) : NULL;
    assert(made && again && strcmp(made, again) == 0);
    assert(fuzz_is_utf8(made) || !fuzz_is_utf8(text));
    free(again);
    free(made);
}

static void check_pair(const char *a, const char *b)
{
    char *key_a = text_key(a);
    char *key_b = text_key(b);
    enum text_likeness likeness = text_compare(a, b);
    assert(key_a && key_b && likeness == text_compare(b, a));
    assert(text_compare(a, a) == TEXT_EQUAL && text_compare(a, key_a) >= TEXT_BUT_FOR_CASE);
    assert((strcmp(key_a, key_b) == 0) == (likeness >= TEXT_BUT_FOR_CASE));
    free(key_a);
    free(key_b);
}

/** A name fits in all its spellings, or in none. */
static void check_pattern(const char *pattern, const char *name)
{
    char *normal = text_normal_copy(name);
    assert(normal && text_fits("*", name));
    assert(text_fits(pattern, normal) == text_fits(pattern, name));
    free(normal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    char *name = fuzz_text(&input);
    char *other = fuzz_text(&input);
    char *pattern = fuzz_text(&input);
    check_clean(name);
    check_settled(name, text_normal_copy);
    check_settled(name, text_words);
    check_settled(name, text_key);
    check_pair(name, other);
    check_pattern(pattern, name);
    free(name);
    free(other);
    free(pattern);
    return 0;
}
