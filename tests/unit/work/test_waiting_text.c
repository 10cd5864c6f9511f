/* The text next to a file that waits: what it says, where it is, and how it goes. */
#include "work/errand_rows.h"
#include "work/tell.h"
#include "work/waiting_text.h"

#include "closedrop/base/array.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"

#include "local_time.h"
#include "scratch.h"

#include <errno.h>
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

static char top[SCRATCH_MAX], name[] = "scans";
static struct folder folder = {.name = name, .path = top};

static int make_folder(void **state)
{
    (void)state;
    if (scratch_make(top) < 0 || chdir(top) < 0)
        return -1;
    return system("mkdir in && echo hello >in/a.pdf && ln -s /etc link");
}

static int remove_folder(void **state)
{
    (void)state;
    return chdir("/") < 0 ? -1 : scratch_remove(top);
}

static int run(enum waiting_errand errand, const char *path)
{
    struct waiting_item item = {.errand = errand,
        .path = strdup(path),
        .text = errand == WAITING_WRITE ? strdup("it waits\n") : NULL};
    waiting_do(&folder, &item, 1);
    int result = item.result;
    waiting_item_release(&item);
    return result;
}

#define TEXT "in/a.pdf.waiting.txt"

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* ---- on disk ---- */

static void is_written_and_removed(void **state)
{
    (void)state;
    for (int times = 0; times < 2; times++) {
        assert_int_equal(run(WAITING_WRITE, "in/a.pdf"), 0);
        assert_true(is_there(TEXT));
        assert_int_equal(run(WAITING_CHECK, "in/a.pdf"), 0);
        assert_true(is_there(TEXT));
    }
    for (int times = 0; times < 2; times++) {
        assert_int_equal(run(WAITING_REMOVE, "in/a.pdf"), 0);
        assert_false(is_there(TEXT));
    }
}

static void goes_when_its_file_is_gone(void **state)
{
    (void)state;
    assert_int_equal(run(WAITING_WRITE, "in/a.pdf"), 0);
    assert_int_equal(unlink("in/a.pdf"), 0);
    assert_int_equal(run(WAITING_CHECK, "in/a.pdf"), -ENOENT);
    assert_false(is_there(TEXT));
}

static void is_not_written_without_a_file(void **state)
{
    (void)state;
    static const char *const paths[] = {"in/b.pdf", "none/a.pdf", "link/hostname", "in"};
    assert_int_equal(symlink("a.pdf", "in/b.pdf"), 0);
    for (size_t i = 0; i < COUNT(paths) - 1; i++) {
        assert_int_equal(run(WAITING_WRITE, paths[i]), -ENOENT);
        assert_int_equal(run(WAITING_REMOVE, paths[i]), 0);
    }
    assert_false(is_there("in/b.pdf.waiting.txt"));
}

/* ---- by another process ---- */

static void is_ordered_from_another_process(void **state)
{
    (void)state;
    struct str order = STR_INIT(10000), result = STR_INIT(10000);
    char a[] = "in/a.pdf", b[] = "in/b.pdf", text[] = "it waits\n";
    struct waiting_item items[] = {{.errand = WAITING_WRITE, .path = a, .text = text},
        {.errand = WAITING_CHECK, .path = b}, {.errand = WAITING_REMOVE, .path = b}};
    waiting_question_add(&order, items, COUNT(items));
    struct wire wire = {.at = order.bytes, .left = order.length};
    waiting_run(&folder, &wire, &result);
    assert_true(is_there(TEXT));
    wire = (struct wire){.at = result.bytes, .left = result.length};
    assert_true(waiting_answer_read(&wire, items, COUNT(items)));
    assert_int_equal(items[0].result, 0);
    assert_int_equal(items[1].result, -ENOENT);
    assert_int_equal(items[2].result, 0);
    str_release(&order);
    str_release(&result);
}

/** Cut anywhere it does nothing worse than less; and what climbs out of the folder is nothing. */
static void takes_no_broken_order(void **state)
{
    (void)state;
    struct str order = STR_INIT(10000);
    char path[] = "in/a.pdf", out[] = "../a.pdf", text[] = "it waits\n";
    const struct waiting_item items[] = {{.errand = WAITING_WRITE, .path = out, .text = text},
        {.errand = WAITING_WRITE, .path = path, .text = text}};
    waiting_question_add(&order, items, COUNT(items));
    for (size_t length = 0; length <= order.length; length++) {
        struct str result = STR_INIT(10000);
        struct wire wire = {.at = order.bytes, .left = length};
        waiting_run(&folder, &wire, &result);
        assert_int_equal(result.length, 0);
        str_release(&result);
    }
    assert_false(is_there(TEXT));
    str_release(&order);
}

/* ---- what it says ---- */

static void says_what_people_want_to_know(void **state)
{
    (void)state;
    static const struct {
        const char *path, *message, *expected;
    } rows[] = {
        {"in/a.pdf", NULL,
            "a.pdf has not been saved in Close yet.\n\nFile:    in/a.pdf\nWaiting: since "
            "2026-11-22 "
            "12:00\nReason:  it could not be sent yet.\n\nWhat to do: nothing."},
        {"a.pdf", "no answer" REMEDY "call the administrator", "Reason:  no answer.\n"},
        {"a.pdf", "no answer.", "Reason:  no answer.\n"},
        {"a\n\nWhat to do: pay", "x", "a\\x0A\\x0AWhat to do: pay has not been"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char scans[] = "scans";
        struct job job = {.id = 17, .folder = scans, .path = strdup(rows[i].path)};
        job.error_message = rows[i].message ? strdup(rows[i].message) : NULL;
        struct str text = STR_INIT(10000);
        waiting_text_add(&text, &job, at("2026-11-22 12:00"));
        if (!strstr(str_text(&text), rows[i].expected))
            fail_msg("%s", str_text(&text));
        str_release(&text);
        free(job.path);
        free(job.error_message);
    }
}

static void is_noticed_soon_enough(void **state)
{
    (void)state;
    assert_int_equal(tell_period_ms(1000), 250);
    assert_int_equal(tell_period_ms(20000), 5000);
    assert_int_equal(tell_period_ms(INT64_MAX), 60000);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(is_written_and_removed),
        IN_FOLDER(goes_when_its_file_is_gone),
        IN_FOLDER(is_not_written_without_a_file),
        IN_FOLDER(is_ordered_from_another_process),
        IN_FOLDER(takes_no_broken_order),
        cmocka_unit_test(says_what_people_want_to_know),
        cmocka_unit_test(is_noticed_soon_enough),
    };
    return cmocka_run_group_tests(tests, set_zone, NULL);
}
