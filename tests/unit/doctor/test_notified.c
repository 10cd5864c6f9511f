/* What is said about the programs of hooks. */
#include "doctor/notified.h"

#include "closedrop/base/array.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void says_why_a_hook_cannot_be_run(void **state)
{
    static const struct {
        int error;
        const char *message, *remedy;
    } rows[] = {
        {0, "hooks.done: /bin/a can be run", ""},
        {EACCES, "hooks.done: /bin/a cannot be run: Permission denied",
            "let the user anna run it, and enter the directories on its way: chmod a+rx /bin/a"},
        {ENOENT, "hooks.done: /bin/a cannot be run: No such file or directory",
            "install the program, or correct its path (hooks.done)"},
        {EISDIR, "hooks.done: /bin/a cannot be run: Is a directory",
            "install the program, or correct its path (hooks.done)"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct hook_facts facts = {"done", "/bin/a", "anna", rows[i].error};
        const struct finding finding = notified_judge_hook(&facts);
        assert_string_equal(finding.message, rows[i].message);
        assert_string_equal(finding.remedy, rows[i].remedy);
        assert_int_equal(finding.result, rows[i].error ? FINDING_WRONG : FINDING_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_why_a_hook_cannot_be_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
