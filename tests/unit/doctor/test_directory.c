/* What is said about directories that closedrop cannot use. */
#include "closedrop/base/array.h"
#include "doctor/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

static void says_what_fails_where_and_why(void **state)
{
    static const struct {
        enum directory_need need;
        int error;
        const char *missing, *rights, *message, *remedy;
    } cases[] = {
        {DIRECTORY_OPEN, -ENOENT, NULL, "", "cannot open /srv/in: No such file or directory",
            "create /srv/in, mount it, or correct its path"},
        {DIRECTORY_OPEN, -ENOTDIR, NULL, "", "cannot open /srv/in: Not a directory",
            "put a directory there, or name another one"},
        {DIRECTORY_CREATE, -EACCES, NULL, "belongs to anna; chmod g+w",
            "files cannot be created in /srv/in: Permission denied; it belongs to anna",
            "for /srv/in: chmod g+w"},
        {DIRECTORY_CREATE, -EROFS, NULL, "",
            "files cannot be created in /srv/in: Read-only file system",
            "mount the file system of /srv/in writable"},
        {DIRECTORY_CREATE, -EDQUOT, NULL, "",
            "files cannot be created in /srv/in: Disk quota exceeded", "free some space there"},
        {DIRECTORY_REMOVE, -EIO, NULL, "",
            "files can be created, but not removed, in /srv/in: Input/output error",
            "check the disk, or the file server, of /srv/in"},
        {DIRECTORY_TAKE, -EPERM, NULL, "",
            "files of other users cannot be moved out of /srv/in: "
            "Operation not permitted",
            "for /srv/in: check its permissions"},
        {DIRECTORY_CREATE, -EACCES, "/srv/in/b", "belongs to anna; chmod g+w",
            "/srv/in/b does not exist, and cannot be created in /srv/in: Permission denied; it "
            "belongs to anna",
            "create /srv/in/b and give it to the user that closedrop runs as, mount it, or correct "
            "its path"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct directory_facts facts = {.path = "/srv/in",
            .missing = cases[i].missing,
            .need = cases[i].need,
            .error = cases[i].error};
        snprintf(facts.rights, sizeof(facts.rights), "%s", cases[i].rights);
        const struct finding finding = directory_judge(&facts);
        assert_int_equal(finding.result, FINDING_WRONG);
        assert_string_equal(finding.message, cases[i].message);
        assert_string_equal(finding.remedy, cases[i].remedy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_fails_where_and_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
