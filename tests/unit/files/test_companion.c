/* What is next to a file: its suffix in upper or lower case, the name before it exactly.
 */
#include "closedrop/base/array.h"
#include "closedrop/files/companion.h"

#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    const char *name, *pattern, *beside, *path, *found;
} rows[] = {
    {"as the pattern has it", "{name}.done", "A.PDF.done", "A.PDF", "A.PDF.done"},
    {"in capitals", "{name}.done", "A.PDF.DONE", "A.PDF", "A.PDF.DONE"},
    {"with one capital", "{name}.done", "A.PDF.Done", "A.PDF", "A.PDF.Done"},
    {"in small letters", "{stem}.OK", "A.ok", "A.PDF", "A.ok"},
    {"a sidecar", "{name}.json", "A.PDF.JSON", "A.PDF", "A.PDF.JSON"},
    {"the name is to the letter", "{name}.done", "a.pdf.DONE", "A.PDF", "A.PDF.done"},
    {"and so is what stands before it", "ok-{name}", "OK-A.PDF", "A.PDF", "ok-A.PDF"},
    {"nothing is there", "{name}.done", "B", "A.PDF", "A.PDF.done"},
    {"nothing is looked for", "", "B", "A.PDF", NULL},
};

static void finds_what_lies_beside(void **state)
{
    (void)state;
    char directory[SCRATCH_MAX];
    assert_int_equal(scratch_make(directory), 0);
    int root = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(root >= 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        close(openat(root, rows[i].beside, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        char *found = companion_path(root, rows[i].pattern, rows[i].path);
        if (!found != !rows[i].found || (found && strcmp(found, rows[i].found) != 0))
            fail_msg("%s: %s", rows[i].name, found);
        free(found);
        unlinkat(root, rows[i].beside, 0);
    }
    close(root);
    scratch_remove(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_what_lies_beside)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
