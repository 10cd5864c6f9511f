/* Where a failure is reported. */
#include "alerts/ping_url.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void follows_the_two_conventions(void **state)
{
    static const struct {
        const char *url, *failure;
        bool is_posted;
    } rows[] = {
        {"https://hc-ping.com/uuid", "https://hc-ping.com/uuid/fail", true},
        {"https://hc-ping.com/uuid/", "https://hc-ping.com/uuid/fail", true},
        {"https://hc-ping.com/key/slug?create=1", "https://hc-ping.com/key/slug/fail?create=1",
            true},
        {"https://host", "https://host/fail", true},
        {"https://kuma/api/push/token?status=up&msg=OK&ping=",
            "https://kuma/api/push/token?status=down&msg=2%20files%20%26%20%C3%BC", false},
        {"https://kuma/api/push/token",
            "https://kuma/api/push/token?status=down&msg=2%20files%20%26%20%C3%BC", false},
        {"https://kuma/below/api/push/token?a=b&&status=up&status",
            "https://kuma/below/api/push/token?a=b&&status&status=down&msg="
            "2%20files%20%26%20%C3%BC",
            false},
        {"https://other/x?id=7&status=up",
            "https://other/x?id=7&status=down&msg=2%20files%20%26%20%C3%BC", false},
        {"https://other/x?statuses=up", "https://other/x/fail?statuses=up", true},
        {"https://other/x?to=/api/push/y", "https://other/x/fail?to=/api/push/y", true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str out = STR_INIT(1000);
        assert_int_equal(
            ping_url_of_failure(&out, rows[i].url, "2 files & \xC3\xBC"), rows[i].is_posted);
        assert_string_equal(str_text(&out), rows[i].failure);
        str_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(follows_the_two_conventions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
