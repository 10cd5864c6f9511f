/* Which files are documents and which directories are gone into (product.md 5). */
#include "closedrop/intake/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static char *none[] = {NULL};
static char text_marker_name[] = "{name}.done";
static char text_marker_front[] = "ready-{name}", text_none[] = "";
static char text_archive[] = "Uploaded/%Y-%m", text_failed[] = "Failed", text_absolute[] = "/srv/x";

static struct folder plain_folder(void)
{
    return (struct folder){.include = none,
        .exclude = none,
        .marker = text_none,
        .archive = text_archive,
        .failed = text_failed};
}

struct row {
    const char *path;
    bool takes;
};

static void expect_takes(const struct folder *folder, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (filter_takes(folder, rows[i].path) != rows[i].takes)
            fail_msg("%s", rows[i].path);
}

static const struct row usual[] = {
    {"a.pdf", true},
    {"in/a.pdf", true},
    {"a", true},
    {"a b.pdf", true},
    {"tmp", true},
    {"a.tmp.pdf", true},
    {"part.pdf", true},
    {"error.txt", true},
    {"a~b.pdf", true},
    {"$a.pdf", true},
    {"\xE4.pdf", true},
    {"a.json", true},
    {"a.txt", true},
    {"a.done", true},
    {".a.pdf", false},
    {"in/.a.pdf", false},
    {"~$a.docx", false},
    {"._a.pdf", false},
    {"a.tmp", false},
    {"a.TMP", false},
    {"a.part", false},
    {"a.filepart", false},
    {"a.pdf.crdownload", false},
    {"a.swp", false},
    {"a.pdf~", false},
    {"Thumbs.db", false},
    {"thumbs.DB", false},
    {"in/desktop.ini", false},
    {"a.pdf.error.txt", false},
    {"a.pdf.close.json", false},
    {"in/a.pdf.close.json", false},
};

static void leaves_out_the_usual_names(void **state)
{
    (void)state;
    struct folder folder = plain_folder();
    expect_takes(&folder, usual, COUNT(usual));
}

static const struct row chosen[] = {
    {"a.pdf", true},
    {"A.PDF", true},
    {"in/a.pdf", true},
    {"fax/1.tif", true},
    {"1.tif", false},
    {"a.doc", false},
    {"draft-a.pdf", false},
    {"in/draft-a.pdf", false},
    {"old/a.pdf", false},
    {"in/old/a.pdf", true},
    {".a.pdf", false},
};

static void goes_by_include_and_exclude(void **state)
{
    (void)state;
    char pdf[] = "*.pdf", fax[] = "fax/*", draft[] = "draft-*", old[] = "old/*";
    char *include[] = {pdf, fax, NULL}, *exclude[] = {draft, old, NULL};
    struct folder folder = plain_folder();
    folder.include = include;
    folder.exclude = exclude;
    expect_takes(&folder, chosen, COUNT(chosen));
}

static void never_takes_a_marker(void **state)
{
    (void)state;
    static const struct row by_name[] = {{"a.pdf", true}, {"a.pdf.done", false},
        {"in/a.done", false}, {".done", false}, {"done", true}};
    static const struct row by_front[] = {
        {"a.pdf", true}, {"ready-a.pdf", false}, {"ready-", true}, {"already-a.pdf", true}};
    struct folder folder = plain_folder();
    folder.marker = text_marker_name;
    expect_takes(&folder, by_name, COUNT(by_name));
    folder.marker = text_marker_front;
    expect_takes(&folder, by_front, COUNT(by_front));
}

/* whether its document is there or not: a sidecar may come first */
static const struct row beside_sidecars[] = {
    {"a.pdf", true},
    {"a.pdf.json", false},
    {"a.json", false},
    {"in/a.pdf.JSON", false},
    {"a.json.json", false},
    {"a.json.pdf", true},
    {"ajson", true},
    {"json", true},
    {"a.json5", true},
    {".json", false},
};

static void never_takes_a_sidecar(void **state)
{
    (void)state;
    char all[] = "*", json[] = "*.json";
    char *include[] = {all, json, NULL};
    struct folder folder = plain_folder();
    folder.sidecar = true;
    expect_takes(&folder, beside_sidecars, COUNT(beside_sidecars));
    folder.include = include; /* not even where it is asked for */
    expect_takes(&folder, beside_sidecars, COUNT(beside_sidecars));
    folder.include = none;
    folder.marker = text_marker_name;
    expect_takes(&folder, beside_sidecars, COUNT(beside_sidecars));
}

static const struct {
    const char *path;
    bool enters;
} directories[] = {
    {"in", true},
    {"in/deep", true},
    {"Uploaded", false},
    {"Failed", false},
    {"in/Uploaded", true},
    {"in/Failed", true},
    {"Uploaded2", true},
    {"Upload", true},
    {"Fail", true},
    {".closedrop", false},
    {".git", false},
    {"in/.hidden", false},
};

static void enters_all_but_its_own_directories(void **state)
{
    (void)state;
    struct folder folder = plain_folder();
    for (size_t i = 0; i < COUNT(directories); i++)
        if (filter_enters(&folder, directories[i].path) != directories[i].enters)
            fail_msg("%s", directories[i].path);
    folder.archive = text_absolute; /* lies elsewhere: no name in the folder is taken by it */
    assert_true(filter_enters(&folder, "srv"));
    assert_true(filter_enters(&folder, "Uploaded"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_out_the_usual_names),
        cmocka_unit_test(goes_by_include_and_exclude),
        cmocka_unit_test(never_takes_a_marker),
        cmocka_unit_test(never_takes_a_sidecar),
        cmocka_unit_test(enters_all_but_its_own_directories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
