/* A table that another process reads: it comes, it does not come, and what was read before stays.
 */
#include "rules/table_far.h"
#include "rules/table_file.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/files/own_program.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define TIMEOUT_MS 60000

static char top[SCRATCH_MAX], path[2 * SCRATCH_MAX], column[] = "key";
static struct table table;
static int epoll;
static int64_t ahead_ms; /* of the true time */

static int64_t shifted(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + ahead_ms;
}

static const struct clock_source source = {shifted, shifted};

static int setup(void **state)
{
    (void)state;
    ahead_ms = 3600 * 1000; /* nothing that is written is young */
    clock_source = &source;
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (scratch_make(top) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/table.csv", top);
    table = (struct table){.file = path, .column = column};
    return far_table_begin(&table, epoll);
}

static int teardown(void **state)
{
    (void)state;
    far_table_end(&table);
    table_drop(&table);
    close(epoll);
    return scratch_remove(top);
}

static void write_table(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/** As somebody who has waited so long. */
static int refresh(int64_t waited_ms, struct str *why)
{
    const struct table_patience patience = {.waited_ms = waited_ms};
    return table_refresh(&table, &patience, why);
}

static void expect(int64_t waited_ms, int result)
{
    struct str why = STR_INIT(4096);
    int is = refresh(waited_ms, &why);
    if (is != result)
        fail_msg("%d, not %d: %s", is, result, str_text(&why));
    str_release(&why);
}

/** Whether news comes within the timeout. */
static void take(void)
{
    struct pollfd wait = {.fd = epoll, .events = POLLIN};
    while (!far_table_take(&table, TIMEOUT_MS))
        assert_int_equal(poll(&wait, 1, TIMEOUT_MS), 1);
}

static void is_read_by_another_process(void **state)
{
    (void)state;
    write_table("key,lead_id\n1,lead_a\n");
    expect(0, -EINPROGRESS);
    expect(0, -EINPROGRESS); /* once is enough */
    take();
    expect(1000, 0);
    assert_int_equal(table.contents.count, 1);
    assert_true(table.is_remembered);
    siginfo_t ended;
    while (waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) == 0) /* it may have ended already */
        assert_false(far_table_take(&table, TIMEOUT_MS));
    assert_int_equal(errno, ECHILD); /* nothing is left of it */
    assert_true(far_table_next(&table, TIMEOUT_MS) == INT64_MAX);
}

static void an_answer_counts_for_who_has_waited_longer_than_it_took(void **state)
{
    (void)state;
    write_table("key,lead_id\n1,lead_a\n");
    expect(0, -EINPROGRESS);
    take();
    expect(1000, 0);
    write_table("key,lead_id\n1,lead_a\n2,lead_b\n");
    expect(0, -EINPROGRESS); /* it may have changed: it has */
    take();
    expect(1000, 0);
    assert_int_equal(table.contents.count, 2);
    expect(0, -EINPROGRESS);
    take(); /* nothing has changed: no bytes come */
    assert_null(table.far->file.bytes);
    expect(1000, 0);
    assert_int_equal(table.contents.count, 2);
    ahead_ms += 2 * FAR_TABLE_AGAIN_MS;
    expect(3600 * 1000, -EINPROGRESS); /* that was long ago */
}

static void one_that_does_not_answer_is_silent_until_it_does(void **state)
{
    (void)state;
    struct str why = STR_INIT(4096);
    snprintf(path, sizeof(path), "%s/hangs.csv", top);
    far_table_end(&table);
    assert_int_equal(far_table_begin(&table, epoll), 0);
    expect(0, -EINPROGRESS);
    assert_false(far_table_take(&table, TIMEOUT_MS));
    assert_false(far_table_is_silent(&table));
    ahead_ms += TIMEOUT_MS;
    assert_true(far_table_take(&table, TIMEOUT_MS));
    assert_true(far_table_is_silent(&table));
    assert_int_equal(refresh(0, &why), -ETIMEDOUT);
    assert_non_null(strstr(str_text(&why), "hangs.csv does not answer since "));
    str_release(&why);
    assert_false(far_table_take(&table, TIMEOUT_MS)); /* not yet again */
    ahead_ms += FAR_TABLE_AGAIN_MS;
    assert_false(far_table_take(&table, TIMEOUT_MS));
    assert_true(far_file_is_asked(table.far->process));
}

static void what_was_read_before_stays_in_use(void **state)
{
    (void)state;
    write_table("key,lead_id\n1,lead_a\n");
    expect(0, -EINPROGRESS);
    take();
    expect(1000, 0);
    far_file_free(table.far->process);
    snprintf(path, sizeof(path), "%s/hangs.csv", top);
    table.far->process = far_file_new(path, TABLE_FILE_MAX, epoll);
    expect(0, -EINPROGRESS);
    ahead_ms += TIMEOUT_MS;
    assert_true(far_table_take(&table, TIMEOUT_MS));
    expect(0, 0);
    assert_int_equal(table.contents.count, 1);
}

static void one_that_is_missing_is_so_as_any_other(void **state)
{
    (void)state;
    expect(0, -EINPROGRESS);
    take();
    expect(1000, -EINVAL);
    write_table("key,lead_id\n1,lead_a\n");
    expect(0, -EINPROGRESS);
    take();
    expect(1000, 0);
}

static void one_that_is_young_is_not_used_yet(void **state)
{
    (void)state;
    ahead_ms = 0;
    write_table("key,lead_id\n1,lead_a\n");
    expect(0, -EINPROGRESS);
    take();
    expect(1000, -EAGAIN);
    ahead_ms = 3600 * 1000;
    expect(1000, -EINPROGRESS);
    take(); /* its bytes have come before */
    expect(1000, 0);
    assert_int_equal(table.contents.count, 1);
}

static void a_process_that_fails_is_an_error(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "%s/fails.csv", top);
    far_table_end(&table);
    assert_int_equal(far_table_begin(&table, epoll), 0);
    expect(0, -EINPROGRESS);
    take();
    expect(1000, -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(is_read_by_another_process),
        TEST(an_answer_counts_for_who_has_waited_longer_than_it_took),
        TEST(one_that_does_not_answer_is_silent_until_it_does),
        TEST(what_was_read_before_stays_in_use),
        TEST(one_that_is_missing_is_so_as_any_other),
        TEST(one_that_is_young_is_not_used_yet),
        TEST(a_process_that_fails_is_an_error),
    };
    if (!own_program_is(FAR_FILE_COMMAND, argc, argv))
        return cmocka_run_group_tests(tests, NULL, NULL);
    while (strstr(argv[2], "hangs"))
        pause();
    return strstr(argv[2], "fails") ? EXIT_FAILURE : far_file_run(argv[2]);
}
