/* How wide names are on a terminal, and what is left of those that are too long: whatever a
 * scanner, a Mac or an attacker calls a file, the column next to it stays in its place. */
#include "closedrop/base/array.h"
#include "closedrop/base/cells.h"
#include "closedrop/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *name, *text;
    size_t cells;
} texts[] = {
    {"nothing", "", 0},
    {"ASCII", "a.pdf", 5},
    {"composed", "M\xC3\xBCller", 6},
    {"decomposed, as a Mac writes it", "Mu\xCC\x88ller", 6},
    {"Chinese", "\xE5\x8F\x91\xE7\xA5\xA8.pdf", 8},
    {"Korean", "\xEC\x98\x81\xEC\x88\x98\xEC\xA6\x9D", 6},
    {"emoji", "\xF0\x9F\x93\x84.pdf", 6},
    {"full width letters", "\xEF\xBC\xA1\xEF\xBC\xA2", 4},
    {"a control character", "a\033[2Jb", 9},
    {"a line break", "a\nb", 6},
    {"invalid UTF-8", "a\xFF\xFE", 9},
    {"turned round",
        "a\xE2\x80\xAE"
        "fdp",
        16},
};

static void counts_cells_as_a_terminal_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        if (cells_count(texts[i].text) != texts[i].cells)
            fail_msg("%s: %zu", texts[i].name, cells_count(texts[i].text));
}

static const struct {
    const char *name, *text;
    size_t most;
    const char *cut;
} cuts[] = {
    {"what fits", "a.pdf", 5, "a.pdf"},
    {"no limit", "a.pdf", CELLS_ANY, "a.pdf"},
    {"in the middle", "Scan_0123456789_1.pdf", 11,
        "Scan_\xE2\x80\xA6"
        "1.pdf"},
    {"an even number of cells", "Scan_0123456789.pdf", 8, "Sca\xE2\x80\xA6.pdf"},
    {"one cell", "a.pdf", 1, "\xE2\x80\xA6"},
    {"no cell", "a.pdf", 0, ""},
    {"half a wide character does not fit", "\xE5\x8F\x91\xE7\xA5\xA8\xE5\x8F\x91\xE7\xA5\xA8", 6,
        "\xE5\x8F\x91\xE2\x80\xA6\xE7\xA5\xA8"},
    {"a mark stays with its letter, before the cut", "au\xCC\x88xxxxxxb", 5,
        "au\xCC\x88\xE2\x80\xA6xb"},
    {"and goes with it, behind the cut",
        "aaaaaau\xCC\x88"
        "b",
        4,
        "a\xE2\x80\xA6u\xCC\x88"
        "b"},
    {"and goes with the letter that is cut out",
        "aaaaaau\xCC\x88"
        "b",
        3,
        "a\xE2\x80\xA6"
        "b"},
    {"what would disturb the line", "a\nb", CELLS_ANY, "a\\x0Ab"},
};

static void cuts_names_in_the_middle(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cuts); i++) {
        struct str out = STR_INIT(200);
        cells_add(&out, cuts[i].text, cuts[i].most);
        if (strcmp(str_text(&out), cuts[i].cut) != 0)
            fail_msg("%s: %s", cuts[i].name, str_text(&out));
        str_release(&out);
    }
}

/* every name there is, cut to every width: never wider, and the column is always full */
static void never_takes_more_than_its_column(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        for (size_t width = 0; width <= 20; width++) {
            struct str out = STR_INIT(200);
            cells_add_column(&out, texts[i].text, width, width);
            if (cells_count(str_text(&out)) != width)
                fail_msg("%s in %zu: \"%s\"", texts[i].name, width, str_text(&out));
            str_release(&out);
        }
}

static const struct {
    const char *text;
    size_t used, columns;
    const char *lines;
    size_t last;
} wraps[] = {
    {"one two three", 0, CELLS_ANY, "one two three", 13},
    {"one two three", 0, 13, "one two three", 13},
    {"one two three", 0, 12, "one two\n  three", 7},
    {"one two three", 8, 12, " one\n  two three", 11},
    {"one two three", 10, 12, "\n  one two\n  three", 7},
    {"Donaudampfschiff", 0, 8,
        "Do\xE2\x80\xA6"
        "iff",
        6},
    {"\xE5\x8F\x91\xE7\xA5\xA8 \xE5\x8F\x91", 0, 6, "\xE5\x8F\x91\xE7\xA5\xA8\n  \xE5\x8F\x91", 4},
    {"a\033[2J b", 0, 80, "a\\x1B[2J b", 10},
};

static void breaks_lines_between_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wraps); i++) {
        struct str out = STR_INIT(200);
        size_t last = cells_add_words(&out, wraps[i].text, wraps[i].used, 2, wraps[i].columns);
        if (strcmp(str_text(&out), wraps[i].lines) != 0 || last != wraps[i].last)
            fail_msg("%zu: %zu \"%s\"", i, last, str_text(&out));
        str_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_cells_as_a_terminal_does),
        cmocka_unit_test(cuts_names_in_the_middle),
        cmocka_unit_test(never_takes_more_than_its_column),
        cmocka_unit_test(breaks_lines_between_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
