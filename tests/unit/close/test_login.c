/* A login: how long its tokens are good, whatever the clock says, and what of a file can be read.
 */
#include "closedrop/base/array.h"
#include "closedrop/close/login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct login made = {.access_token = "at.1",
    .refresh_token = "rt.1",
    .client_id = "app",
    .user_id = "user_A",
    .steady_ms = 100000,
    .boot = 7,
    .life_ms = 3600000,
    .asked_ms = 5};

static void is_renewed_while_a_sixth_of_its_life_is_left(void **state)
{
    (void)state;
    static const struct {
        struct login_now now;
        int64_t renew_in_ms, ends_in_ms;
    } cases[] = {
        {{100000, 7}, 3000000, 3600000}, {{100000 + 2999999, 7}, 1, 600001},
        {{100000 + 3600000, 7}, -600000, 0}, {{100000 + 36000000, 7}, -600000, 0},
        {{100000, 8}, -600000, 0}, /* another boot: nobody knows how old it is */
        {{99999, 7}, -600000, 0},  /* a clock that went back cannot be */
        {{99999, 0}, -600000, 0},  /* the boot cannot be told */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct login_now *now = &cases[i].now;
        assert_int_equal(login_renew_at(&made, now) - now->steady_ms, cases[i].renew_in_ms);
        assert_int_equal(login_ends_at(&made, now) - now->steady_ms, cases[i].ends_in_ms);
    }
}

static void is_there_for_its_app_only(void **state)
{
    (void)state;
    struct login login = made;
    assert_true(login_is_there(&login, "app"));
    assert_false(login_is_there(&login, "another"));
    login_end(&login);
    assert_false(login_is_there(&login, "app"));
    assert_string_equal(login.user_id, "user_A");
    assert_string_equal(login.refresh_token, "");
}

static void reads_what_it_wrote(void **state)
{
    (void)state;
    struct login login = made, read = {.boot = 1};
    char text[LOGIN_PRINTED];
    size_t length = login_print(&login, text);
    assert_int_equal(length, strlen(text));
    assert_int_equal(login_parse(text, &read), 0);
    assert_memory_equal(&read, &login, sizeof(login));
    login_end(&login);
    login_print(&login, text);
    assert_int_equal(login_parse(text, &read), 0);
    assert_string_equal(read.access_token, "");
}

static void the_longest_tokens_fit(void **state)
{
    (void)state;
    static struct login login, read;
    char text[LOGIN_PRINTED];
    login = made;
    memset(login.access_token, 'a', LOGIN_TOKEN_MAX);
    memset(login.refresh_token, 'r', LOGIN_TOKEN_MAX);
    memset(login.client_id, 'c', LOGIN_TEXT_MAX);
    memset(login.user_id, 'u', LOGIN_TEXT_MAX);
    assert_true(login_print(&login, text) < sizeof(text));
    assert_int_equal(login_parse(text, &read), 0);
    assert_memory_equal(&read, &login, sizeof(login));
}

/** Cut anywhere, or with any byte another one, it is read as what was written, or not at all. */
static void does_not_read_what_is_damaged(void **state)
{
    (void)state;
    char text[LOGIN_PRINTED], cut[LOGIN_PRINTED];
    struct login read;
    size_t length = login_print(&made, text);
    for (size_t i = 0; i < length; i++) {
        snprintf(cut, sizeof(cut), "%.*s", (int)i, text);
        assert_int_not_equal(login_parse(cut, &read), 0);
        memcpy(cut, text, length + 1);
        cut[i] = '\x01';
        assert_int_not_equal(login_parse(cut, &read), 0);
    }
    memcpy(cut, text, length + 1);
    memcpy(cut + length, "more\n", sizeof("more\n"));
    assert_int_not_equal(login_parse(cut, &read), 0);
}

static void knows_what_can_be_a_token(void **state)
{
    (void)state;
    assert_true(login_is_token("a.b-c_d~1:2/+=", 20));
    assert_true(login_is_token("12345", 5));
    assert_false(login_is_token("123456", 5));
    assert_false(login_is_token("", 5));
    assert_false(login_is_token("a b", 5));
    assert_false(login_is_token("a\nb", 5));
    assert_false(login_is_token("\xC3\xA4", 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_renewed_while_a_sixth_of_its_life_is_left),
        cmocka_unit_test(is_there_for_its_app_only),
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(the_longest_tokens_fit),
        cmocka_unit_test(does_not_read_what_is_damaged),
        cmocka_unit_test(knows_what_can_be_a_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
