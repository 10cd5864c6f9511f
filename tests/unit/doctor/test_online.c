/* What is said about Close's answer, the key and the clock. */
#include "closedrop/base/array.h"
#include "doctor/online.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define URL "https://api.close.com/api/v1/"

static void knows_how_it_failed(void **state)
{
    static const struct {
        enum transfer_end end;
        int status;
        bool is_me;
        const char *failure, *message, *remedy;
    } cases[] = {
        {TRANSFER_ANSWERED, 200, true, "", URL " answers after 12 ms", ""},
        {TRANSFER_ANSWERED, 401, false, "", URL " answers after 12 ms", ""},
        {TRANSFER_ANSWERED, 200, false, "", URL " does not answer as Close does: status 200",
            "whether a proxy answers"},
        {TRANSFER_ANSWERED, 503, false, "", URL " does not answer as Close does: status 503",
            "close.api_url"},
        {TRANSFER_UNREACHABLE, 0, false, "Connection refused",
            URL " could not be reached: Connection refused", "the firewall"},
        {TRANSFER_UNTRUSTED, 0, false, "expired",
            URL " presented a certificate that is not trusted: expired", "close.ca_file"},
        {TRANSFER_TIMED_OUT, 0, false, "", URL " made no progress in time", "status.close.com"},
        {TRANSFER_CUT, 0, false, "", URL " broke the connection", "the network"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct online_facts facts = {.url = URL,
            .is_me = cases[i].is_me,
            .took_ms = 12,
            .outcome = {
                .end = cases[i].end, .status = cases[i].status, .failure = cases[i].failure}};
        const struct finding finding = online_judge_server(&facts);
        assert_string_equal(finding.message, cases[i].message);
        assert_int_equal(finding.result, *cases[i].remedy ? FINDING_WRONG : FINDING_OK);
        assert_non_null(strstr(finding.remedy, cases[i].remedy));
    }
}

static void says_who_owns_the_key(void **state)
{
    struct online_facts facts = {.is_me = true,
        .who = "Jane Doe <jane@example.com>",
        .outcome = {.end = TRANSFER_ANSWERED, .status = 200}};
    (void)state;
    struct finding finding = online_judge_key(&facts);
    assert_int_equal(finding.result, FINDING_OK);
    assert_string_equal(
        finding.message, "Close accepts it: it belongs to Jane Doe <jane@example.com>");
    facts.who = "";
    assert_string_equal(online_judge_key(&facts).message, "Close accepts it: it belongs to a user");

    facts.is_me = false;
    facts.outcome.status = 401;
    finding = online_judge_key(&facts);
    assert_int_equal(finding.result, FINDING_WRONG);
    assert_string_equal(finding.message, "Close refuses the API key (status 401)");
    assert_non_null(strstr(finding.remedy, "into the place of the old one, and restart closedrop"));
    facts.key_file = "/etc/closedrop/api-key";
    assert_non_null(strstr(online_judge_key(&facts).remedy,
        "put all of it, including the part after the dot, into /etc/closedrop/api-key"));
}

static void compares_the_clocks(void **state)
{
    static const struct {
        int64_t now_ms;
        enum finding_result result;
        const char *message;
    } cases[] = {
        {1000000, FINDING_OK, "it agrees with Close's"},
        {1010000, FINDING_OK, "it agrees with Close's"},
        {990000, FINDING_OK, "it agrees with Close's"},
        {1011000, FINDING_WARNING, "it is 11 s ahead of Close's"},
        {989000, FINDING_WARNING, "it is 11 s behind Close's"},
        {1600000, FINDING_WARNING, "it is 10 min ahead of Close's"},
        {1601000, FINDING_WRONG,
            "it is 10 min 1 s ahead of Close's: dates in names and archives are wrong, and "
            "certificates may be refused"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct online_facts facts = {.now_ms = cases[i].now_ms, .close_ms = 1000000};
        const struct finding finding = online_judge_clock(&facts);
        assert_string_equal(finding.message, cases[i].message);
        assert_int_equal(finding.result, cases[i].result);
        assert_string_equal(
            finding.remedy, finding.result == FINDING_OK ? "" : "timedatectl set-ntp true");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_how_it_failed),
        cmocka_unit_test(says_who_owns_the_key),
        cmocka_unit_test(compares_the_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
