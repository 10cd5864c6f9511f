/* What a ping says is wrong. */
#include "alerts/ping_line.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HOUR 3600000LL
#define NOW (1000 * HOUR)
#define HANGS "the watch thread hangs: the file system of a drop folder does not answer"

static void says_what_is_wrong_in_one_line(void **state)
{
    static const struct {
        struct ping_facts facts;
        const char *line; /* "": nothing is */
    } rows[] = {
        {{.blocked = "key_refused", .is_paused = true}, ""}, /* nothing waits too long */
        {{.disk_full_ms = 4 * HOUR, .away_ms = 4 * HOUR}, ""},
        {{.late = {1, NOW - 5 * HOUR}}, "1 file has waited longer than 4 h, the first for 5 h"},
        {{.late = {2, NOW - 5 * HOUR}, .blocked = "no_answer", .is_paused = true},
            "2 files have waited longer than 4 h, the first for 5 h; Close does not answer"},
        {{.late = {JOBS_AHEAD_MAX, NOW - 5 * HOUR}, .blocked = "disk_full", .is_paused = true},
            "at least 10000 files have waited longer than 4 h, the first for 5 h; closedrop is "
            "paused"},
        {{.late = {2, NOW - 5 * HOUR}, .blocked = "s3_refused"},
            "2 files have waited longer than 4 h, the first for 5 h; S3 refuses the uploads"},
        {{.is_watch_stuck = true}, HANGS},
        {{.is_watch_stuck = true,
             .late = {1, NOW - 5 * HOUR},
             .away_ms = 6 * HOUR,
             .disk_full_ms = 4 * HOUR + 1,
             .unsettled_ms = 7 * HOUR},
            HANGS "; 1 file has waited longer than 4 h, the first for 5 h; a file in a drop folder "
                  "has not been finished, or could not be read, for 7 h; a drop folder has been "
                  "away for 6 h; the disk has been full for 4 h"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str line = STR_INIT(1000);
        struct ping_facts facts = rows[i].facts;
        facts.now_ms = NOW;
        facts.late_ms = 4 * HOUR;
        assert_int_equal(ping_line(&line, &facts), *rows[i].line != '\0');
        assert_string_equal(str_text(&line), rows[i].line);
        str_release(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_what_is_wrong_in_one_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
