/* Which scan delays the restart of events: one for which they would have to be restarted. */
#include "intake/scanning.h"

#include "closedrop/base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int any;
#define SCAN ((struct scan *)&any) /* it is not scanned */

static const struct {
    const char *name;
    struct watched folder;
    size_t batches_out;
    bool in_progress;
} rows[] = {
    {"nothing", {.schedule = {.kind = SCAN_WHOLE}}, 0, false},
    {"all of it", {.schedule = {.scan = SCAN, .kind = SCAN_WHOLE}}, 0, true},
    {"all of it, that waits for answers", {.schedule = {.scan = SCAN, .kind = SCAN_WHOLE}},
        BATCHES_OUT_MAX, false},
    {"all of one that is polled",
        {.schedule = {.scan = SCAN, .kind = SCAN_WHOLE}, .coverage = {.polls = true}}, 0, false},
    {"a new directory", {.schedule = {.scan = SCAN, .kind = SCAN_SUBTREE}}, 0, false},
};

static void is_held_up_by_a_folder_with_events_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct watched folders[] = {
            {.schedule = {.scan = SCAN, .kind = SCAN_WHOLE}, .coverage = {.polls = true}},
            rows[i].folder};
        struct config config = {.folder_count = COUNT(folders)};
        struct watch watch = {
            .config = &config, .folders = folders, .batches_out = rows[i].batches_out};
        watch.candidates = candidates_new(CANDIDATES_MAX);
        assert_non_null(watch.candidates);
        bool in_progress = scanning_is_running(&watch);
        candidates_free(watch.candidates);
        if (in_progress != rows[i].in_progress)
            fail_msg("%s", rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_held_up_by_a_folder_with_events_only)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
