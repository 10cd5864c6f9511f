/* Patterns that can never match, and what is proposed instead. */
#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/config/never_fits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "/srv/scans"

static const struct {
    const char *pattern, *right; /* NULL: it may match */
    bool also_exclude;
} patterns[] = {
    {"*.pdf", NULL, false},
    {"scan-*", NULL, false},
    {"scan.pdf", NULL, false},
    {"a;b*.pdf", NULL, false},
    {"Brief, *", NULL, false},
    {"Rechnung *.pdf", NULL, false},
    {"Scan *.*", NULL, false},
    {"sub/Scan *.pdf", NULL, false},
    {"Müller, *.pdf", NULL, false},
    {"a|*.pdf", NULL, false},
    {"{guid}*.pdf", NULL, false},
    {"{a*b}", NULL, false},
    {"[0-9]", NULL, false},
    {"sub/*", NULL, false},
    {".d/*", NULL, false},
    {"*.pdf;*.tif", "[ \"*.pdf\", \"*.tif\" ]", true},
    {"*.pdf; *.tif ;*.jpg;", "[ \"*.pdf\", \"*.tif\", \"*.jpg\" ]", true},
    {"*.pdf,*.tif", "[ \"*.pdf\", \"*.tif\" ]", true},
    {"*.pdf|*.tif", "[ \"*.pdf\", \"*.tif\" ]", true},
    {"*.pdf *.tif", "[ \"*.pdf\", \"*.tif\" ]", true},
    {"*.{pdf,tif}", "[ \"*.pdf\", \"*.tif\" ]", true},
    {"a{,b,c}*", "[ \"a*\", \"ab*\", \"ac*\" ]", true},
    {"{a,b}{c,d}", "[ \"a{c,d}\", \"b{c,d}\" ]", true},
    {"/srv/scans/*.pdf", "[ \"*.pdf\" ]", true},
    {"/srv/scans/a/*.pdf", "[ \"a/*.pdf\" ]", true},
    {"/srv/scans", "[ \"srv/scans\" ]", true},
    {"/srv/scansion/*", "[ \"srv/scansion/*\" ]", true},
    {"/", "[ \"*\" ]", true},
    {"pdf", "[ \"*.pdf\" ]", false},
    {".pdf", "[ \"*.pdf\" ]", false},
    {"invoices", "[ \"invoices/*\" ]", false},
    {"invoices/", "[ \"invoices/*\" ]", false},
    {"a/b", "[ \"a/b/*\" ]", false},
};

static void expect(const char *pattern, bool is_include, const char *right)
{
    struct str why = STR_INIT(1000);
    bool never = never_fits(FOLDER, pattern, is_include, &why);
    if (never != (right != NULL) || (never ? !strstr(str_text(&why), right) : why.length > 0))
        fail_msg("%s (include: %d): %s", pattern, is_include, str_text(&why));
    str_release(&why);
}

static void proposes_what_would_match(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(patterns); i++) {
        expect(patterns[i].pattern, true, patterns[i].right);
        expect(patterns[i].pattern, false, patterns[i].also_exclude ? patterns[i].right : NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(proposes_what_would_match)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
