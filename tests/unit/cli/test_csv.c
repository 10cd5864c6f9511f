/* Rows for spreadsheets: each cell as it is written, and nothing that would be calculated. */
#include "cli/csv.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
    const char *text, *cell;
} cells[] = {
    {NULL, "\"\""},
    {"", "\"\""},
    {"a.pdf", "\"a.pdf\""},
    {"5\" disk, new.pdf", "\"5\"\" disk, new.pdf\""},
    {"two\r\nlines;", "\"two\r\nlines;\""},
    {"\xC3\xA4", "\"\xC3\xA4\""},
    /* formulas */
    {"=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""},
    {"+49301234567-1.tif", "\"'+49301234567-1.tif\""},
    {"-1", "\"'-1\""},
    {"@SUM(A1)", "\"'@SUM(A1)\""},
    {"\t=1", "\"'\t=1\""},
    {"\r=1", "\"'\r=1\""},
    {"\n=1", "\"'\n=1\""},
    {"1=1", "\"1=1\""},
    {"'=1", "\"'=1\""},
};

static void writes_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cells); i++) {
        struct str row = STR_INIT(1000);
        char wanted[200];
        csv_add_row(&row, ',', &cells[i].text, 1);
        snprintf(wanted, sizeof(wanted), "%s\r\n", cells[i].cell);
        assert_string_equal(str_text(&row), wanted);
        str_release(&row);
    }
}

static void separates_cells(void **state)
{
    (void)state;
    const char *const row_cells[] = {"a", NULL, "c"};
    struct str row = STR_INIT(1000);
    csv_add_row(&row, ';', row_cells, COUNT(row_cells));
    csv_add_row(&row, ',', row_cells, 1);
    assert_string_equal(str_text(&row), "\"a\";\"\";\"c\"\r\n\"a\"\r\n");
    str_release(&row);
}

static void separates_by_the_locale(void **state)
{
    (void)state;
    setenv("LC_ALL", "C", 1);
    assert_int_equal(csv_separator(), ',');
    setenv("LC_ALL", "there is no such locale", 1);
    assert_int_equal(csv_separator(), ',');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_cells),
        cmocka_unit_test(separates_cells),
        cmocka_unit_test(separates_by_the_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
