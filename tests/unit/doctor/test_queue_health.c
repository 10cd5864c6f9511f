/* What a status says about the queue and the folders. */
#include "closedrop/base/json.h"
#include "doctor/queue_health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static int judge(const char *text, struct finding *findings)
{
    struct json *status = json_parse(text, strlen(text));
    assert_non_null(status);
    int count = queue_health_judge(status, findings);
    json_free(status);
    return count;
}

static void is_content_with_a_quiet_queue(void **state)
{
    struct finding findings[QUEUE_FINDINGS];
    (void)state;
    assert_int_equal(judge("{\"paused\":false,\"blocked\":null,\"held\":[],\"not_put_away\":0,"
                           "\"first_not_put_away\":null,\"jobs\":{\"queued\":2,\"done\":40}}",
                         findings),
        1);
    assert_int_equal(findings[0].result, FINDING_OK);
    assert_string_equal(findings[0].message, "it can be read: 42 jobs, 2 of them queued");
    assert_int_equal(judge("{\"jobs\":{\"done\":1}}", findings), 1);
    assert_string_equal(findings[0].message, "it can be read: 1 job, 0 of them queued");
}

static void says_everything_that_needs_a_person(void **state)
{
    static const struct {
        enum finding_result result;
        const char *message, *remedy;
    } expected[] = {
        {FINDING_WRONG, "Close refuses the API key (401)", "create a new one"},
        {FINDING_WARNING, "paused: files are queued but not sent", "closedrop resume"},
        {FINDING_WRONG,
            "1 file cannot be put away; the first, a.pdf in folder scans: Permission denied",
            "closedrop show 9"},
        {FINDING_WARNING, "412 emails of the rule \"statements\" wait for your approval",
            "see them with closedrop list --held; then closedrop release statements, or closedrop "
            "recall statements"},
        {FINDING_WARNING, "3 files failed", "closedrop list --state failed"},
    };
    struct finding findings[QUEUE_FINDINGS];
    (void)state;
    int count =
        judge("{\"paused\":true,\"blocked\":{\"code\":\"key_refused\",\"message\":\"Close refuses "
              "the API "
              "key (401); create a new one\"},\"held\":[{\"rule\":\"statements\",\"emails\":412}],"
              "\"not_put_away\":1,\"first_not_put_away\":{\"id\":9,\"folder\":\"scans\",\"path\":"
              "\"a.pdf\",\"message\":\"Permission denied\"},\"jobs\":{\"failed\":3}}",
            findings);
    assert_int_equal(count, sizeof(expected) / sizeof(*expected));
    for (int i = 0; i < count; i++) {
        assert_int_equal(findings[i].result, expected[i].result);
        assert_string_equal(findings[i].message, expected[i].message);
        assert_string_equal(findings[i].remedy, expected[i].remedy);
    }
}

static struct finding judge_folder(const char *text)
{
    struct json *folder = json_parse(text, strlen(text));
    assert_non_null(folder);
    struct finding finding = queue_health_judge_folder(folder);
    json_free(folder);
    return finding;
}

static void repeats_what_the_agent_says_about_a_folder(void **state)
{
    (void)state;
    struct finding finding = judge_folder("{\"healthy\":true,\"watch\":\"inotify\"}");
    assert_int_equal(finding.result, FINDING_OK);
    assert_string_equal(finding.message, "the agent watches it by events");

    finding = judge_folder("{\"healthy\":true,\"watch\":\"poll\",\"message\":\"degraded: polled; "
                           "sysctl -w x=1\"}");
    assert_int_equal(finding.result, FINDING_WARNING);
    assert_string_equal(finding.message, "the agent reports: degraded: polled");
    assert_string_equal(finding.remedy, "sysctl -w x=1");

    finding =
        judge_folder("{\"healthy\":false,\"watch\":\"poll\",\"message\":\"Permission denied; it "
                     "belongs to anna; what to do: chmod g+rx\"}");
    assert_string_equal(
        finding.message, "the agent reports: Permission denied; it belongs to anna");
    assert_string_equal(finding.remedy, "chmod g+rx");

    finding =
        judge_folder("{\"healthy\":false,\"watch\":\"poll\",\"message\":\"cannot be opened\"}");
    assert_int_equal(finding.result, FINDING_WRONG);
    assert_string_equal(finding.remedy, "see what follows about the rights of this folder");

    finding = judge_folder("{\"healthy\":false,\"watch\":\"poll\"}");
    assert_int_equal(finding.result, FINDING_WARNING);
    assert_string_equal(finding.message, "the agent has not checked it yet");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_content_with_a_quiet_queue),
        cmocka_unit_test(says_everything_that_needs_a_person),
        cmocka_unit_test(repeats_what_the_agent_says_about_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
