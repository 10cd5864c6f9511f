/* What is said about jobs that wait after an error. */
#include "closedrop/base/json.h"
#include "doctor/waiting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static bool judge(const char *text, struct finding *ret_finding)
{
    struct json *pages = json_parse(text, strlen(text));
    assert_non_null(pages);
    bool result = waiting_judge(pages, ret_finding);
    json_free(pages);
    return result;
}

#define GOOD                                                                                       \
    "{\"id\":1,\"path\":\"g.pdf\",\"folder\":\"f\",\"queued_at\":\"2026-01-01\",\"error\":null}"
#define NEWER                                                                                      \
    "{\"id\":3,\"path\":\"n.pdf\",\"folder\":\"f\",\"queued_at\":\"2026-01-03\","                  \
    "\"error\":{\"code\":\"c\",\"message\":\"no\"}}"
#define OLDER                                                                                      \
    "{\"id\":2,\"path\":\"o.pdf\",\"folder\":\"f\",\"queued_at\":\"2026-01-02\","                  \
    "\"error\":{\"code\":\"c\",\"message\":\"it is full; free some space\"}}"

static void says_nothing_without_an_error(void **state)
{
    struct finding finding;
    (void)state;
    assert_false(judge("[]", &finding));
    assert_false(judge("[{\"jobs\":[]},{\"jobs\":[" GOOD "]}]", &finding));
    assert_false(waiting_judge(NULL, &finding));
}

static void names_the_oldest(void **state)
{
    struct finding finding;
    (void)state;
    assert_true(judge("[{\"jobs\":[" NEWER "]},{\"jobs\":[" GOOD "," OLDER "]}]", &finding));
    assert_int_equal(finding.result, FINDING_WARNING);
    assert_string_equal(finding.message, "2 files are tried again after an error; the oldest, "
                                         "o.pdf in folder f: it is full");
    assert_string_equal(finding.remedy, "free some space; its history: closedrop show 2");

    assert_true(judge("[{\"jobs\":[" NEWER "]}]", &finding));
    assert_string_equal(
        finding.message, "1 file is tried again after an error; the oldest, n.pdf in folder f: no");
    assert_string_equal(finding.remedy, "closedrop show 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_nothing_without_an_error),
        cmocka_unit_test(names_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
