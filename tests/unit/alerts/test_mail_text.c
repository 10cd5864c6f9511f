/* What a mail says about its events. */
#include "alerts/mail_text.h"
#include "alerts/owner_text.h"

#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define FOOT "\n-- \nclosedrop on host, event 7; \"closedrop status\" shows more\n"

static int set_zone(void **state)
{
    (void)state;
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    return 0;
}

static void expect(const struct notice *notice, int64_t count, const char *files,
    const char *subject, const char *body)
{
    struct str got = STR_INIT(10000);
    const struct mail_about about = {notice, count, "host", files};
    mail_text_subject(&got, &about);
    assert_string_equal(str_text(&got), subject);
    str_clear(&got);
    mail_text_body(&got, &about);
    assert_string_equal(str_text(&got), body);
    str_release(&got);
}

static struct notice of(enum notice_kind kind, const char *message)
{
    return (struct notice){.id = 7,
        .kind = kind,
        .message = message,
        .at_ms = 1795342200000,
        .since_ms = 1795338600000};
}

static void what_begins_and_what_is_over(void **state)
{
    const struct notice blocked = of(NOTICE_BLOCKED, "the disk is full" REMEDY "free some space");
    const struct notice over = of(NOTICE_RECOVERED, "the disk is full" REMEDY "free some space");
    (void)state;
    expect(&blocked, 1, "", "closedrop on host: the disk is full",
        "the disk is full\nWhat to do: free some space\n\n"
        "You will get a mail when it is over.\n\nTime: 2026-11-22 11:10\n" FOOT);
    expect(&over, 1, "", "closedrop on host: resolved: the disk is full",
        "This is over:\n\nthe disk is full\n\nSince 2026-11-22 10:10, for 1 h.\n" FOOT);
}

static void files_are_listed(void **state)
{
    const struct notice failed = of(NOTICE_FAILED, "is empty");
    struct str files = STR_INIT(10000);
    (void)state;
    mail_text_add_file(&files, "scans", "a\nb.pdf", "is empty" REMEDY "scan it again");
    assert_string_equal(
        str_text(&files), "scans/a\\x0Ab.pdf\n  is empty\n  What to do: scan it again\n\n");
    expect(&failed, 1, str_text(&files), "closedrop on host: scans/a\\x0Ab.pdf: is empty",
        "A file has failed:\n\nscans/a\\x0Ab.pdf\n  is empty\n  What to do: scan it again\n\n"
        "\"closedrop list --state failed\" shows all that have failed.\n"
        "\nTime: 2026-11-22 11:10\n" FOOT);
    expect(&failed, 400, "", "closedrop on host: 400 files have failed",
        "Files have failed:\n\nand 380 more with the same error.\n\n"
        "\"closedrop list --state failed\" shows all that have failed.\n"
        "\nTime: 2026-11-22 11:10\n" FOOT);
    str_release(&files);
}

static void expect_owner(const struct notice *notice, int64_t count, const char *files,
    const char *subject, const char *body)
{
    struct str got = STR_INIT(10000);
    const struct mail_about about = {notice, count, "host", files};
    owner_text_subject(&got, &about);
    assert_string_equal(str_text(&got), subject);
    str_clear(&got);
    owner_text_body(&got, &about);
    assert_string_equal(str_text(&got), body);
    str_release(&got);
}

#define OWNER_FOOT "\n-- \nclosedrop on host, event 7\n"
#define NOTHING_TO_DO                                                                              \
    "You need not do anything: leave files where they are, and each is added as soon as that is "  \
    "possible. If that is urgent, ask your administrator.\n" OWNER_FOOT

static void owners_are_told_what_concerns_them(void **state)
{
    const struct notice late = of(NOTICE_LATE, ""), failed = of(NOTICE_FAILED, "");
    (void)state;
    expect_owner(&late, 1, "scans/a.pdf\n  waiting\n\n", "scans/a.pdf: not in Close yet",
        "This file of yours has not been added to Close yet:\n\nscans/a.pdf\n  "
        "waiting\n\n" NOTHING_TO_DO);
    expect_owner(&late, 21, "...\n\n", "21 of your files are not in Close yet",
        "These files of yours have not been added to Close yet:\n\n...\n\nand 1 "
        "more.\n\n" NOTHING_TO_DO);
    expect_owner(&failed, 1, "scans/a.pdf\n  empty\n\n", "scans/a.pdf: could not be added to Close",
        "This file of yours could not be added to Close:\n\nscans/a.pdf\n  empty\n\nEach was moved "
        "to the directory for failed files, with a text next to it that says what to "
        "do.\n" OWNER_FOOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_begins_and_what_is_over),
        cmocka_unit_test(owners_are_told_what_concerns_them),
        cmocka_unit_test(files_are_listed),
    };
    return cmocka_run_group_tests(tests, set_zone, NULL);
}
