/* What `status` says about the files that settle: how many wait for what, and which is the first.
 */
#include "intake/waits.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOUR_MS 3600000

static char marker[] = "{name}.done", nothing[] = "";
static struct folder folders[] = {{.marker = marker}, {.marker = nothing}};
static struct config config = {.folders = folders, .folder_count = 2};
static struct watched watched[2];
static struct watch watch = {.config = &config, .folders = watched};

static int begin(void **state)
{
    (void)state;
    memset(watched, 0, sizeof(watched));
    for (size_t i = 0; i < 2; i++) {
        watched[i].watch = &watch;
        watched[i].folder = &folders[i];
        watched[i].index = i;
    }
    watch.candidates = candidates_new(16);
    return watch.candidates ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    candidates_free(watch.candidates);
    return 0;
}

static struct candidate *add(size_t folder, const char *path, enum settle_wait wait, int64_t in_ms)
{
    struct candidate *candidate = candidates_add(watch.candidates, folder, path);
    assert_non_null(candidate);
    candidate->wait = wait;
    candidates_delay(watch.candidates, candidate, clock_steady_ms() + in_ms);
    return candidate;
}

static void counts_each_folder_by_itself(void **state)
{
    (void)state;
    add(0, "a.pdf", SETTLE_QUIET, HOUR_MS);
    add(0, "b.pdf", SETTLE_MARKER, HOUR_MS);
    add(0, "c.pdf", SETTLE_MARKER, HOUR_MS);
    add(1, "a.pdf", SETTLE_GROWTH, HOUR_MS);
    waits_count(&watch);
    assert_int_equal(watched[0].health.waiting[SETTLE_QUIET], 1);
    assert_int_equal(watched[0].health.waiting[SETTLE_MARKER], 2);
    assert_int_equal(watched[0].health.waiting[SETTLE_GROWTH], 0);
    assert_int_equal(watched[1].health.waiting[SETTLE_GROWTH], 1);
    assert_int_equal(watched[1].health.waiting[SETTLE_MARKER], 0);
    waits_count(&watch); /* not twice */
    assert_int_equal(watched[0].health.waiting[SETTLE_MARKER], 2);
}

/* what ends by itself within a minute is in progress; so is a scan, and what the queue is asked */
static void settling_is_what_ends_soon(void **state)
{
    (void)state;
    waits_count(&watch);
    assert_int_equal(watched[0].health.settling, 0);
    add(0, "quiet.pdf", SETTLE_QUIET, HOUR_MS);
    add(0, "soon.pdf", SETTLE_GROWTH, 1000);
    add(0, "later.pdf", SETTLE_GROWTH, HOUR_MS);
    waits_count(&watch);
    assert_int_equal(watched[0].health.settling, 2);
    watched[0].outgoing.asked = 3;
    watched[0].schedule.is_wanted = true;
    waits_count(&watch);
    assert_int_equal(watched[0].health.settling, 2 + 3 + 1);
    assert_int_equal(watched[1].health.settling, 0);
}

static void leaves_out_what_is_no_document(void **state)
{
    (void)state;
    add(0, "gone.pdf", SETTLE_QUIET, 0)->is_gone = true;
    add(0, "READY", SETTLE_QUIET, HOUR_MS)->ends_batch = true;
    waits_count(&watch);
    assert_int_equal(watched[0].health.waiting[SETTLE_QUIET], 0);
    assert_int_equal(watched[0].health.settling, 1); /* the marker itself */
}

static void names_the_first_that_waits_and_for_which_file(void **state)
{
    (void)state;
    static const struct {
        enum companion wants;
        enum settle_wait wait;
        const char *words;
    } rows[] = {
        {COMPANION_MARKER, SETTLE_MARKER, "in/a.pdf waits for its marker a.pdf.done"},
        {COMPANION_SIDECAR, SETTLE_MARKER, "in/a.pdf waits for its sidecar a.pdf.json"},
        {COMPANION_SIDECAR, SETTLE_GROWTH,
            "in/a.pdf waits for its sidecar a.pdf.json, which is empty or truncated"},
        {COMPANION_NEXT_MARKER, SETTLE_MARKER,
            "in/a.pdf came after its marker a.pdf.done and waits for the next one"},
    };
    struct candidate *first = add(0, "in/a.pdf", SETTLE_MARKER, HOUR_MS);
    add(0, "in/b.pdf", SETTLE_MARKER, HOUR_MS)->wants = COMPANION_MARKER;
    add(0, "in/0.pdf", SETTLE_QUIET, HOUR_MS);
    for (size_t i = 0; i < COUNT(rows); i++) {
        first->wants = rows[i].wants;
        first->wait = rows[i].wait;
        waits_count(&watch);
        assert_string_equal(watched[0].health.waits_for, rows[i].words);
    }
    candidates_remove(watch.candidates, first);
    waits_count(&watch);
    assert_string_equal(watched[0].health.waits_for, "in/b.pdf waits for its marker b.pdf.done");
    assert_string_equal(watched[1].health.waits_for, "");
}

static void names_the_first_that_cannot_be_read_and_how_many_more(void **state)
{
    (void)state;
    add(0, "0.pdf", SETTLE_ACCESS, HOUR_MS);
    waits_count(&watch);
    assert_string_equal(watched[0].health.unreadable, "");
    add(0, "b.pdf", SETTLE_ACCESS, HOUR_MS)->unreadable = strdup("it is locked");
    waits_count(&watch);
    assert_string_equal(watched[0].health.unreadable, "b.pdf: it is locked");
    add(0, "a.pdf", SETTLE_ACCESS, HOUR_MS)->unreadable = strdup("it is private");
    waits_count(&watch);
    assert_string_equal(watched[0].health.unreadable, "a.pdf: it is private (and 1 more)");
}

static void names_the_one_that_came_first(void **state)
{
    (void)state;
    waits_count(&watch);
    assert_string_equal(watched[0].health.longest_waiter, "");
    add(0, "new.pdf", SETTLE_QUIET, HOUR_MS); /* not seen yet */
    add(0, "old.pdf", SETTLE_MARKER, HOUR_MS)->first_ctime_ns = 2500000000;
    waits_count(&watch);
    assert_int_equal(watched[0].health.waits_since_ms, 2500);
    assert_int_equal(watched[0].health.unsettled_since_ms, 0);
    add(0, "b.pdf", SETTLE_GROWTH, HOUR_MS)->first_ctime_ns = 2000000000;
    add(0, "a.pdf", SETTLE_MARKER, HOUR_MS)->first_ctime_ns = 2000000000;
    add(0, "z.pdf", SETTLE_QUIET, HOUR_MS)->first_ctime_ns = 3000000000;
    add(1, "other.pdf", SETTLE_QUIET, HOUR_MS)->first_ctime_ns = 1000000000;
    struct candidate *end_marker = add(0, "READY", SETTLE_QUIET, HOUR_MS);
    end_marker->first_ctime_ns = 1000000000;
    end_marker->ends_batch = true;
    waits_count(&watch);
    assert_string_equal(watched[0].health.longest_waiter, "a.pdf");
    assert_int_equal(watched[0].health.longest_wait, SETTLE_MARKER);
    assert_int_equal(watched[0].health.waits_since_ms, 2000);
    assert_int_equal(watched[0].health.unsettled_since_ms, 2000); /* b.pdf */
    assert_string_equal(watched[1].health.longest_waiter, "other.pdf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_each_folder_by_itself, begin, end),
        cmocka_unit_test_setup_teardown(settling_is_what_ends_soon, begin, end),
        cmocka_unit_test_setup_teardown(leaves_out_what_is_no_document, begin, end),
        cmocka_unit_test_setup_teardown(names_the_first_that_waits_and_for_which_file, begin, end),
        cmocka_unit_test_setup_teardown(
            names_the_first_that_cannot_be_read_and_how_many_more, begin, end),
        cmocka_unit_test_setup_teardown(names_the_one_that_came_first, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
