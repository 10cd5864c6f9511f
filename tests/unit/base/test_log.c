/* A line of the log: its fields as text, as JSON, and in the journal. */
#include "closedrop/base/log.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/journal.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define LOG_MODULE "test"

static const struct log_about whole = {.job = 17,
    .folder = "scans",
    .file = "in/a \"b\"\n\xFF.pdf",
    .state = "failed",
    .code = "no_target",
    .message_id = "7e6cc9f9f8cf438cb08ebc8901b1cb8c"};

/* ---- the journal that is there, or not ---- */

static bool has_journal;
static int journal_result;
static struct str journal = STR_INIT(1000000);

bool __wrap_journal_is_stderr(void);
bool __wrap_journal_is_stderr(void)
{
    return has_journal;
}

int __wrap_journal_send(const struct iovec *fields, int count);
int __wrap_journal_send(const struct iovec *fields, int count)
{
    for (int i = 0; i < count; i++) {
        str_add_bytes(&journal, fields[i].iov_base, fields[i].iov_len);
        str_add(&journal, "\n");
    }
    return journal_result;
}

static int64_t own_clock(void)
{
    return 1795341600000;
}

static const struct clock_source own_source = {own_clock, own_clock};

/* ---- what is written on standard error ---- */

static char *logged(const struct log_about *about, const char *message)
{
    struct str text = STR_INIT(1000000);
    int file = memfd_create("log", MFD_CLOEXEC), before = dup(STDERR_FILENO);
    assert_true(file >= 0 && before >= 0 && dup2(file, STDERR_FILENO) >= 0);
    log_about(LOG_LEVEL_WARN, about, "%s", message);
    log_debug("not this one");
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    assert_true(lseek(file, 0, SEEK_SET) == 0 && str_add_file(&text, file) == 0);
    close(file);
    return str_take(&text);
}

static void says(const struct log_about *about, const char *message, const char *line)
{
    char *text = logged(about, message);
    assert_string_equal(text ? text : "", line);
    free(text);
}

static void a_line_of_text_ends_with_its_fields(void **state)
{
    (void)state;
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    says(NULL, "it\nworks", "2026-11-22T10:00:00.000Z warn  test: it\\x0Aworks\n");
    says(&(struct log_about){.folder = "scans"}, "m",
        "2026-11-22T10:00:00.000Z warn  test: m folder=scans\n");
    says(&(struct log_about){.job = 1, .file = ""}, "m",
        "2026-11-22T10:00:00.000Z warn  test: m job=1 file=\"\"\n");
    says(&whole, "m",
        "2026-11-22T10:00:00.000Z warn  test: m job=17 folder=scans"
        " file=\"in/a \\\"b\\\"\\\\x0A\\\\xFF.pdf\" state=failed code=no_target\n");
}

static void a_line_of_json_has_them_as_members(void **state)
{
    (void)state;
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
    says(NULL, "it \"works\"",
        "{\"time\":\"2026-11-22T10:00:00.000Z\",\"level\":\"warn\",\"module\":\"test\","
        "\"message\":\"it \\\"works\\\"\"}\n");
    says(&whole, "m",
        "{\"time\":\"2026-11-22T10:00:00.000Z\",\"level\":\"warn\",\"module\":\"test\","
        "\"message\":\"m\",\"job\":17,\"folder\":\"scans\",\"file\":\"in/a "
        "\\\"b\\\"\\\\x0A\\\\xFF.pdf\","
        "\"state\":\"failed\",\"code\":\"no_target\",\"message_id\":"
        "\"7e6cc9f9f8cf438cb08ebc8901b1cb8c\"}\n");
}

static void the_journal_gets_them_as_fields_whatever_the_format(void **state)
{
    static const char fields[] = "MESSAGE=test: m=1\nPRIORITY=4\nSYSLOG_IDENTIFIER=closedrop\n"
                                 "JOB=17\nFOLDER=scans\nFILE=in/a \"b\"\\x0A\\xFF.pdf\n"
                                 "STATE=failed\nCODE=no_target\n"
                                 "MESSAGE_ID=7e6cc9f9f8cf438cb08ebc8901b1cb8c\n";
    (void)state;
    has_journal = true;
    for (int format = 0; format < LOG_FORMATS; format++) {
        log_configure(LOG_LEVEL_INFO, (enum log_format)format);
        says(&whole, "m=1", "");
        assert_string_equal(str_text(&journal), fields);
        str_clear(&journal);
    }
    has_journal = false;
}

static void what_the_journal_does_not_take_goes_to_standard_error(void **state)
{
    (void)state;
    has_journal = true;
    journal_result = -ENOBUFS;
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    says(NULL, "m", "2026-11-22T10:00:00.000Z warn  test: m\n");
    has_journal = false;
    str_release(&journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_text_ends_with_its_fields),
        cmocka_unit_test(a_line_of_json_has_them_as_members),
        cmocka_unit_test(the_journal_gets_them_as_fields_whatever_the_format),
        cmocka_unit_test(what_the_journal_does_not_take_goes_to_standard_error),
    };
    clock_source = &own_source;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
