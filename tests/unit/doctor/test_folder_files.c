/* What is said about the files of a folder. */
#include "closedrop/base/array.h"
#include "doctor/folder_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void counts_what_can_be_read(void **state)
{
    struct files_facts facts = {.directories = 1, .documents = 1};
    (void)state;
    struct finding finding = folder_files_judge_readable(&facts);
    assert_int_equal(finding.result, FINDING_OK);
    assert_string_equal(finding.message, "1 document in 1 directory, all readable");

    facts = (struct files_facts){.directories = 3, .documents = 2, .is_part = true};
    finding = folder_files_judge_readable(&facts);
    assert_string_equal(finding.message, "at least 2 documents in 3 directories, all readable");

    facts.unreadable = (struct bad_files){2, "/srv/in/a.pdf", "it belongs to anna; chmod g+r"};
    finding = folder_files_judge_readable(&facts);
    assert_int_equal(finding.result, FINDING_WRONG);
    assert_string_equal(finding.message, "2 files and directories cannot be read; the first is "
                                         "/srv/in/a.pdf: it belongs to anna");
    assert_string_equal(finding.remedy, "for /srv/in/a.pdf: chmod g+r");
}

static void names_the_first_bad_sidecar(void **state)
{
    struct files_facts facts = {.documents = 4, .sidecars = 3};
    (void)state;
    struct finding finding = folder_files_judge_sidecars(&facts);
    assert_int_equal(finding.result, FINDING_OK);
    assert_string_equal(finding.message, "3 of 4 documents have one, all readable");

    facts.bad_sidecars = (struct bad_files){1, "/srv/in/a.pdf.json", "it is not JSON"};
    finding = folder_files_judge_sidecars(&facts);
    assert_int_equal(finding.result, FINDING_WRONG);
    assert_string_equal(finding.message,
        "1 sidecar cannot be read; the first is /srv/in/a.pdf.json: it is not JSON");
    assert_string_equal(finding.remedy, "for /srv/in/a.pdf.json: have it written again");
}

static void knows_a_file_server_that_writes_as_one_user(void **state)
{
    static const struct {
        int64_t documents;
        bool has_one_owner, is_said;
    } cases[] = {{5, true, true}, {4, true, false}, {5, false, false}, {0, true, false}};
    struct finding finding;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct files_facts facts = {.documents = cases[i].documents,
            .has_one_owner = cases[i].has_one_owner,
            .owner = "smbuser"};
        assert_int_equal(folder_files_judge_owner(&facts, &finding), cases[i].is_said);
    }
    assert_int_equal(folder_files_judge_owner(
                         &(struct files_facts){.documents = 9, .has_one_owner = true}, &finding),
        true);
    assert_int_equal(finding.result, FINDING_OK);
    assert_non_null(strstr(finding.message, "\"force user\" in smb.conf"));
}

static void warns_before_the_watches_run_out(void **state)
{
    static const struct {
        int64_t directories, limit;
        bool is_said;
    } cases[] = {{75, 100, false}, {76, 100, true}, {200, 100, true}, {200, -1, false}};
    struct finding finding;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct watch_limit limit = {.sysctl = "x.y", .value = cases[i].limit};
        const struct files_facts facts = {.directories = cases[i].directories};
        assert_int_equal(folder_files_judge_watches(&facts, &limit, &finding), cases[i].is_said);
    }
    assert_int_equal(finding.result, FINDING_WARNING);
    assert_string_equal(finding.message, "200 directories to watch, and the limit is 100 watches "
                                         "for all programs of a user: what exceeds it is polled");
    assert_string_equal(finding.remedy,
        "sysctl -w x.y=512; to keep it: echo 'x.y=512' >/etc/sysctl.d/60-closedrop.conf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_can_be_read),
        cmocka_unit_test(names_the_first_bad_sidecar),
        cmocka_unit_test(knows_a_file_server_that_writes_as_one_user),
        cmocka_unit_test(warns_before_the_watches_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
