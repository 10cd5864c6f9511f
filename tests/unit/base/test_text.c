/* Names as people see them: which spellings are one name, what may be sent and shown, and which
 * names fit a pattern. */
#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"

#include "failing_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BAD "\xEF\xBF\xBD"
#define NBSP "\xC2\xA0"
#define NARROW_NBSP "\xE2\x80\xAF"
/* a letter, and the mark that a Mac writes behind it */
#define UE_APART "u\xCC\x88"
#define OE_APART "o\xCC\x88"
#define UE_CAPITAL_APART "U\xCC\x88"

FAILING_CALL(void *, realloc, NULL, (void *bytes, size_t size), (bytes, size))
FAILING_CALL(char *, strdup, NULL, (const char *text), (text))
static const struct {
    const char *name, *text, *normal;
} normals[] = {
    {"nothing", "", ""},
    {"ASCII stays", "A.pdf", "A.pdf"},
    {"as Windows writes it", "Müller", "Müller"},
    {"as a Mac writes it", "M" UE_APART "ller", "Müller"},
    {"two marks", "e\xCC\x81\xCC\xA3", "ẹ\xCC\x81"},
    {"Korean", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "한"},
    {"what has no composed form", "q\xCC\x88", "q\xCC\x88"},
    {"case and blanks stay", "A" NBSP "B", "A" NBSP "B"},
    {"bytes stay, and text beside them is text", "M\xFC-" OE_APART, "M\xFC-ö"},
};

static void writes_in_normal_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(normals); i++) {
        char *normal = text_normal_copy(normals[i].text);
        if (!normal || strcmp(normal, normals[i].normal) != 0)
            fail_msg("%s: %s", normals[i].name, normal ? normal : "no memory");
        free(normal);
    }
}

static const struct {
    const char *name, *text, *clean;
} names[] = {
    {"plain", "Rechnung 10452.pdf", "Rechnung 10452.pdf"},
    {"a Mac's", "M" UE_APART "ller.pdf", "Müller.pdf"},
    {"line ends and tabs", "a\r\nb\tc.pdf", "a  b c.pdf"},
    {"bell, escape, delete", "a\a\x1B[31m\x7F.pdf", "a  [31m .pdf"},
    {"C1, with its next line", "a\xC2\x85\xC2\x9B.pdf", "a  .pdf"},
    {"ends of line and paragraph", "a\xE2\x80\xA8\xE2\x80\xA9.pdf", "a  .pdf"},
    {"an override of direction",
        "a\xE2\x80\xAE"
        "fdp.exe",
        "a" BAD "fdp.exe"},
    {"embeddings and their end", "\xE2\x80\xAA\xE2\x80\xAB\xE2\x80\xAC\xE2\x80\xAD.a",
        BAD BAD BAD BAD ".a"},
    {"isolates and their end", "\xE2\x81\xA6\xE2\x81\xA7\xE2\x81\xA8\xE2\x81\xA9.a",
        BAD BAD BAD BAD ".a"},
    {"marks of direction are part of names", "\xE2\x80\x8F.a", "\xE2\x80\x8F.a"},
    {"a noncharacter", "a\xEF\xBF\xBE.a", "a" BAD ".a"},
    {"not UTF-8", "M\xFCller.pdf", "M" BAD "ller.pdf"},
    {"kinds of blanks", "a" NBSP "b" NARROW_NBSP "c", "a b c"},
    {"emoji of several characters", "👩‍👧.pdf", "👩‍👧.pdf"},
    {"nothing to be seen", "\r\n", BAD},
    {"a path", "a\n/b\n.pdf", "a /b .pdf"},
};

static void cleans_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char *clean = text_clean_name(names[i].text);
        if (!clean || strcmp(clean, names[i].clean) != 0)
            fail_msg("%s: %s", names[i].name, clean ? clean : "no memory");
        free(clean);
    }
}

static const struct {
    const char *name, *a, *b;
    enum text_likeness likeness;
} pairs[] = {
    {"equal", "Müller GmbH", "Müller GmbH", TEXT_EQUAL},
    {"not UTF-8, but equal", "M\xFCller", "M\xFCller", TEXT_EQUAL},
    {"a Mac's", "M" UE_APART "ller", "Müller", TEXT_LOOKS_SAME},
    {"a blank that does not break", "Müller" NBSP "GmbH", "Müller GmbH", TEXT_LOOKS_SAME},
    {"a narrow one, at the end", "GmbH" NARROW_NBSP, "GmbH", TEXT_LOOKS_SAME},
    {"two blanks", "Müller  GmbH", " Müller\tGmbH ", TEXT_LOOKS_SAME},
    {"capitals", "MÜLLER GMBH", "Müller GmbH", TEXT_BUT_FOR_CASE},
    {"a Mac's capitals", "M" UE_CAPITAL_APART "LLER", "Müller", TEXT_BUT_FOR_CASE},
    {"sharp s has a capital", "WEIẞ", "Weiß", TEXT_BUT_FOR_CASE},
    {"and is not two", "Weiß", "Weiss", TEXT_OTHER},
    {"Greek has two small ones", "ΑΣ", "ας", TEXT_BUT_FOR_CASE},
    {"Cyrillic", "ЖУК", "жук", TEXT_BUT_FOR_CASE},
    {"Turkish has two of i", "ı", "i", TEXT_OTHER},
    {"and its capital with a dot is neither", "İ", "i", TEXT_OTHER},
    {"a capital that is only composed when small", "J\xCC\x8C", "ǰ", TEXT_BUT_FOR_CASE},
    {"a ligature is no two letters", "ﬁ", "fi", TEXT_OTHER},
    {"accents count", "Muller", "Müller", TEXT_OTHER},
    {"not UTF-8 folds its ASCII", "M\xFCLLER", "m\xFCller", TEXT_BUT_FOR_CASE},
    {"and nothing else", "M\xFCller", "M\xDCller", TEXT_OTHER},
    {"no blank is none", "MüllerGmbH", "Müller GmbH", TEXT_OTHER},
};

static void compares_what_people_see(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++)
        if (text_compare(pairs[i].a, pairs[i].b) != pairs[i].likeness ||
            text_compare(pairs[i].b, pairs[i].a) != pairs[i].likeness)
            fail_msg("%s: %d", pairs[i].name, (int)text_compare(pairs[i].a, pairs[i].b));
}

static const struct {
    const char *name, *pattern, *text;
    bool fits;
} patterns[] = {
    {"case is ignored", "*.PDF", "a.pdf", true},
    {"of all letters", "übergabe*", "ÜBERGABE 1.pdf", true},
    {"a Mac's name", "übergabe*", UE_CAPITAL_APART "bergabe 1.pdf", true},
    {"a Mac's pattern", UE_APART "bergabe*", "Übergabe 1.pdf", true},
    {"? is one character", "M?ller.pdf", "Müller.pdf", true},
    {"also of a Mac's name", "M?ller.pdf", "M" UE_APART "ller.pdf", true},
    {"and not two", "M??ller.pdf", "Müller.pdf", false},
    {"each blank is one", "a??b", "a" NBSP " b", true},
    {"kinds of blanks are alike", "a b*", "a" NBSP "b.pdf", true},
    {"a bracket takes characters", "[äöü]*", "Ö1.pdf", true},
    {"and only these", "[äöü]*", "A1.pdf", false},
    {"a name that is not UTF-8", "*.pdf", "M\xFCller.PDF", true},
    {"each byte of it is one", "M?ller.pdf", "M\xFCller.pdf", true},
    {"a pattern that is not", "M\xFCller*", "m\xFCller.pdf", true},
    {"something else", "*.tif", "a.pdf", false},
};

static void fits_patterns(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(patterns); i++)
        if (text_fits(patterns[i].pattern, patterns[i].text) != patterns[i].fits)
            fail_msg("%s", patterns[i].name);
}

/** Run `work` with each of its calls failing in turn; it says whether it was done all the same. */
static const struct {
    const char *text, *part;
    bool has;
} parts[] = {
    {"scan 0413.pdf", "0413", true}, {"scan 0413.PDF", ".pdf", true},
    {"scan 0413.pdf", "414", false}, {"", "a", false}, {"M\xC3\x9CLLER.pdf", "m\xC3\xBCller", true},
    {"Mu\xCC\x88ller.pdf", "m\xC3\xBCller", true},                         /* as a Mac writes it */
    {"Muller.pdf", "m\xC3\xBCller", false}, {"\xE4 old.pdf", "OLD", true}, /* not UTF-8 */
};

static void finds_a_part(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++)
        if (text_contains(parts[i].text, parts[i].part) != parts[i].has)
            fail_msg("%s, %s", parts[i].text, parts[i].part);
}

/* what an index of it finds */
static void has_the_part_in_what_is_searched(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++) {
        char *searched = text_searched(parts[i].text), *key = text_key(parts[i].part);
        if ((strstr(searched, key) != NULL) != parts[i].has)
            fail_msg("%s is searched as %s", parts[i].text, searched);
        free(searched);
        free(key);
    }
    char *searched = text_searched("\xC3\xA9\xA9\xE4.PDF");
    assert_string_equal(searched, "\xC3\xA9" BAD BAD ".pdf");
    free(searched);
}

static void survives(bool (*work)(void))
{
    bool done = false;
    for (int i = 0; !done; i++) {
        calls_left = i;
        done = work();
        done = done && calls_left >= 0;
        calls_left = NEVER;
    }
}

static bool copies(void)
{
    char *normal = text_normal_copy("M" UE_APART "ller \xFF");
    char *clean = text_clean_name("\r");
    char *other = text_clean_name("M" UE_APART "ller");
    char *key = text_key("ΜÜLLER");
    bool done = normal && clean && other && key;
    if (normal)
        assert_string_equal(normal, "Müller \xFF");
    if (clean)
        assert_string_equal(clean, BAD);
    if (other)
        assert_string_equal(other, "Müller");
    free(normal);
    free(clean);
    free(other);
    free(key);
    return done;
}

/** What is equal stays so, and ASCII's letters are folded, however short memory is. */
static bool compares(void)
{
    assert_int_equal(text_compare("Müller", "Müller"), TEXT_EQUAL);
    assert_true(text_compare("MILLER", "Miller") >= TEXT_BUT_FOR_CASE);
    assert_int_equal(text_compare("Miller", "Moller"), TEXT_OTHER);
    assert_true(text_fits("*.PDF", "a.pdf"));
    assert_false(text_fits("*.PDF", "a.tif"));
    (void)text_fits("M?ller", "Müller");
    assert_true(text_contains("Müller.PDF", ".pdf"));
    return true;
}

static void gives_nothing_wrong_where_memory_is_short(void **state)
{
    (void)state;
    survives(copies);
    survives(compares);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_in_normal_form),
        cmocka_unit_test(cleans_names),
        cmocka_unit_test(compares_what_people_see),
        cmocka_unit_test(fits_patterns),
        cmocka_unit_test(finds_a_part),
        cmocka_unit_test(has_the_part_in_what_is_searched),
        cmocka_unit_test(gives_nothing_wrong_where_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
