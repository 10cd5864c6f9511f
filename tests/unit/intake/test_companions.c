/* What must lie next to a document before it is taken: its marker, and its sidecar when it is
 * whole. */
#include "intake/companions.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"

#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SETTLE_MS 60000

static char top[SCRATCH_MAX];
static char nothing[] = "", by_name[] = "{name}.done", of_batch[] = "{dir}/READY";
static char path[] = "a.pdf";
static struct rule rule;
static struct rule *one_rule[] = {&rule, NULL}, *no_rules[] = {NULL};
static struct folder folder;
static struct watched watched = {.folder = &folder};
static struct candidate candidate = {.path = path};
static struct settle_facts facts;

static int begin(void **state)
{
    (void)state;
    if (scratch_make(top) < 0 || chdir(top) < 0)
        return -1;
    folder = (struct folder){.marker = nothing, .rules = one_rule, .settle_ms = 0};
    watched.root.fd = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return watched.root.fd < 0;
}

static int end(void **state)
{
    (void)state;
    close(watched.root.fd);
    return chdir("/") < 0 ? -1 : scratch_remove(top);
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(name, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static enum companion check(void)
{
    facts = (struct settle_facts){.now = clock_steady_ms()};
    return companions_check(&watched, &candidate, &facts);
}

static void waits_for_nothing_where_nothing_is_configured(void **state)
{
    (void)state;
    assert_int_equal(check(), COMPANION_NONE);
    assert_true(facts.has_companions);
}

static void waits_for_its_marker(void **state)
{
    (void)state;
    folder.marker = by_name;
    assert_int_equal(check(), COMPANION_MARKER);
    assert_false(facts.has_companions);
    put("b.pdf.done", "");
    assert_int_equal(check(), COMPANION_MARKER);
    put("a.pdf.done", "");
    assert_int_equal(check(), COMPANION_NONE);
    assert_true(facts.has_companions);
}

static void takes_only_a_file_for_a_marker(void **state)
{
    (void)state;
    folder.marker = by_name;
    assert_int_equal(mkdir("a.pdf.done", 0700), 0);
    assert_int_equal(check(), COMPANION_MARKER);
}

/* what came after the marker of a batch belongs to the next one */
static void waits_for_the_marker_of_its_own_batch(void **state)
{
    (void)state;
    struct stat stat_of;
    folder.marker = of_batch;
    assert_int_equal(check(), COMPANION_MARKER);
    put("READY", "");
    assert_int_equal(stat("READY", &stat_of), 0);
    int64_t ctime_ns = stat_of.st_ctim.tv_sec * 1000000000LL + stat_of.st_ctim.tv_nsec;
    candidate.first_ctime_ns = candidate.state.ctime_ns = ctime_ns - 1;
    assert_int_equal(check(), COMPANION_NONE);
    candidate.first_ctime_ns = candidate.state.ctime_ns = ctime_ns + 1;
    assert_int_equal(check(), COMPANION_NEXT_MARKER);
    candidate.first_ctime_ns = candidate.state.ctime_ns = 0;
}

static void waits_for_its_sidecar_and_for_all_of_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_cut;
    } rows[] = {
        {"", true},
        {"{\"lead\":", true},
        {"{\"lead\": \"lead_1\"", true},
        {"{\"lead\": \"lead_1\"}", false},
        {"{\"lead\" \"lead_1\"}", false}, /* wrong, but whole: reported when it is used */
        {"no JSON", false},
    };
    folder.sidecar = true;
    assert_int_equal(check(), COMPANION_SIDECAR);
    assert_false(facts.has_companions);
    for (size_t i = 0; i < COUNT(rows); i++) {
        put("a.pdf.json", rows[i].text);
        enum companion missing = check();
        if (facts.companions_cut != rows[i].is_cut || !facts.has_companions ||
            (missing == COMPANION_SIDECAR) != rows[i].is_cut)
            fail_msg("%s", rows[i].text);
        assert_false(facts.companions_busy);
    }
}

/* without rules nobody reads it, so its contents do not matter */
static void takes_any_sidecar_without_rules(void **state)
{
    (void)state;
    folder.sidecar = true;
    folder.rules = no_rules;
    put("a.pdf.json", "{");
    assert_int_equal(check(), COMPANION_NONE);
    assert_false(facts.companions_cut);
}

static void waits_for_the_writer_of_its_sidecar(void **state)
{
    (void)state;
    folder.sidecar = true;
    put("a.pdf.json", "{}");
    int fd = open("a.pdf.json", O_WRONLY | O_CLOEXEC);
    assert_int_equal(check(), COMPANION_NONE);
    assert_true(facts.companions_busy);
    close(fd);
    assert_int_equal(check(), COMPANION_NONE);
    assert_false(facts.companions_busy);
}

static void a_sidecar_has_a_quiet_time_of_its_own(void **state)
{
    (void)state;
    folder.sidecar = true;
    folder.settle_ms = SETTLE_MS;
    put("a.pdf.json", "{");
    assert_int_equal(check(), COMPANION_NONE);
    assert_true(facts.companions_busy);
    assert_false(facts.companions_cut); /* not yet to be judged */
    assert_true(facts.companions_changed > facts.now - SETTLE_MS);
}

static void asks_for_the_marker_first(void **state)
{
    (void)state;
    folder.marker = by_name;
    folder.sidecar = true;
    assert_int_equal(check(), COMPANION_MARKER);
    put("a.pdf.json", "{}");
    assert_int_equal(check(), COMPANION_MARKER);
    put("a.pdf.done", "");
    assert_int_equal(check(), COMPANION_NONE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(waits_for_nothing_where_nothing_is_configured),
        TEST(waits_for_its_marker),
        TEST(takes_only_a_file_for_a_marker),
        TEST(waits_for_the_marker_of_its_own_batch),
        TEST(waits_for_its_sidecar_and_for_all_of_it),
        TEST(takes_any_sidecar_without_rules),
        TEST(waits_for_the_writer_of_its_sidecar),
        TEST(a_sidecar_has_a_quiet_time_of_its_own),
        TEST(asks_for_the_marker_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
