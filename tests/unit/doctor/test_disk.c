/* What is said about the space on a disk. */
#include "closedrop/base/array.h"
#include "doctor/disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MIB (1024LL * 1024)
#define GIB (1024LL * MIB)

static void knows_full_disks(void **state)
{
    static const struct {
        struct disk_facts facts;
        enum finding_result result;
        const char *message, *remedy;
    } cases[] = {
        {{"/srv", 100 * GIB, 50 * GIB, MIB, false}, FINDING_OK,
            "50 GB of 100 GB are free on the disk of /srv", ""},
        {{"/srv", 20 * GIB, GIB, MIB, false}, FINDING_OK,
            "1 GB of 20 GB are free on the disk of /srv", ""},
        {{"/srv", 100 * MIB, 5 * MIB, MIB, false}, FINDING_OK,
            "5 MB of 100 MB are free on the disk of /srv", ""},
        {{"/srv", 100 * MIB, 4 * MIB, MIB, false}, FINDING_WARNING,
            "the disk of /srv will soon be full: only 4 MB of 100 MB are free",
            "free some space there; see df -h /srv"},
        {{"/srv", 100 * MIB, 11 * MIB, 12 * MIB, false}, FINDING_WRONG,
            "the disk of /srv is nearly full: 11 MB of 100 MB are free, and closedrop needs 12 "
            "MB",
            "free some space there; see df -h /srv"},
        {{"/srv", 100 * GIB, 50 * GIB, MIB, true}, FINDING_WRONG,
            "no files can be created on the disk of /srv: it has no inodes left",
            "free some space there; see df -i /srv"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct finding finding = disk_judge(&cases[i].facts);
        assert_string_equal(finding.message, cases[i].message);
        assert_string_equal(finding.remedy, cases[i].remedy);
        assert_int_equal(finding.result, cases[i].result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_full_disks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
