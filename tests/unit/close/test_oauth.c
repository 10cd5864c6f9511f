/* OAuth with Close: what people paste, and what answers to requests for tokens mean. The shapes are
 * those of the Close API documentation, and of RFC 6749. */
#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/close/oauth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void names_the_address(void **state)
{
    (void)state;
    struct str url = STR_INIT(1000);
    oauth_add_authorize_url(&url, "oa2 client&");
    assert_string_equal(str_text(&url),
        "https://app.close.com/oauth2/authorize/?client_id=oa2%20client%26&response_type=code");
    str_release(&url);
}

static void finds_the_code(void **state)
{
    (void)state;
    static const struct {
        const char *pasted, *code; /* NULL: refused */
    } cases[] = {
        {"abc-123", "abc-123"},
        {"  abc-123 \n", "abc-123"},
        {"https://app.example.com/back?code=abc\n", "abc"},
        {"https://app.example.com/back?state=x&code=a%2Fb%2b&scope=y", "a/b+"},
        {"https://app.example.com/back?code=abc#top", "abc"},
        {"app.example.com/back?code=abc", "abc"},
        {"https://app.example.com/?error=access_denied&code=abc", NULL},
        {"https://app.example.com/?barcode=abc", NULL},
        {"https://app.example.com/", NULL},
        {"https://app.example.com/?code=", NULL},
        {"https://app.example.com/?code=a%2", NULL},
        {"https://app.example.com/?code=a%zz", NULL},
        {"https://app.example.com/?code=a%00b", NULL},
        {"https://app.example.com/?code=a%0Ab", NULL},
        {"", NULL},
        {" \n", NULL},
        {"\xE2\x80\x9C"
         "abc",
            NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str why = STR_INIT(1000);
        char code[OAUTH_CODE];
        int result = oauth_read_code(cases[i].pasted, code, &why);
        assert_int_equal(result == 0, cases[i].code != NULL);
        assert_int_equal(why.length == 0, result == 0);
        if (cases[i].code)
            assert_string_equal(code, cases[i].code);
        str_release(&why);
    }
}

static void refuses_an_endless_code(void **state)
{
    (void)state;
    struct str why = STR_INIT(1000);
    char code[OAUTH_CODE], pasted[OAUTH_CODE + 1];
    memset(pasted, 'c', sizeof(pasted));
    pasted[OAUTH_CODE] = '\0';
    assert_true(oauth_read_code(pasted, code, &why) < 0);
    pasted[OAUTH_CODE - 1] = '\0';
    assert_int_equal(oauth_read_code(pasted, code, &why), 0);
    str_release(&why);
}

static enum oauth_result read(int status, const char *body, struct login *login, struct str *why)
{
    const struct oauth_answer answer = {.end = TRANSFER_ANSWERED,
        .was_sent = true,
        .failure = "",
        .status = status,
        .body = body,
        .length = strlen(body)};
    return oauth_read(&answer, login, why);
}

static void takes_the_tokens_of_the_documentation(void **state)
{
    (void)state;
    struct str why = STR_INIT(1000);
    struct login login = {.user_id = "user_before"};
    assert_int_equal(read(200,
                         "{\"token_type\":\"Bearer\",\"access_token\":\"at\",\"expires_in\":3600,"
                         "\"refresh_token\":\"rt\",\"scope\":\"all.full_access offline_access\","
                         "\"organization_id\":\"orga_1\",\"user_id\":\"user_1\"}",
                         &login, &why),
        OAUTH_GRANTED);
    assert_string_equal(login.access_token, "at");
    assert_string_equal(login.refresh_token, "rt");
    assert_string_equal(login.user_id, "user_1");
    assert_int_equal(login.life_ms, 3600000);
    assert_string_equal(str_text(&why), "");
    str_release(&why);
}

static void what_an_answer_means(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        enum oauth_result result;
        int64_t life_ms;
    } cases[] = {
        {200, "{\"access_token\":\"at\",\"refresh_token\":\"rt\"}", OAUTH_GRANTED, LOGIN_LIFE_MS},
        {200, "{\"access_token\":\"at\",\"refresh_token\":\"rt\",\"expires_in\":-1}", OAUTH_GRANTED,
            LOGIN_LIFE_MS},
        {200, "{\"access_token\":\"at\",\"refresh_token\":\"rt\",\"expires_in\":1e300}",
            OAUTH_GRANTED, LOGIN_LIFE_MS},
        {200, "{\"access_token\":\"at\",\"refresh_token\":\"rt\",\"expires_in\":60}", OAUTH_GRANTED,
            60000},
        {200, "{\"access_token\":\"at\"}", OAUTH_UNCLEAR, 0},
        {200, "{\"access_token\":\"a t\",\"refresh_token\":\"rt\"}", OAUTH_UNCLEAR, 0},
        {200, "{\"access_token\":\"\",\"refresh_token\":\"rt\"}", OAUTH_UNCLEAR, 0},
        {200, "[]", OAUTH_UNCLEAR, 0},
        {200, "", OAUTH_UNCLEAR, 0},
        {200, "<html>", OAUTH_UNCLEAR, 0},
        {400, "{\"error\":\"invalid_grant\"}", OAUTH_ENDED, 0},
        {401, "{\"error\":\"invalid_grant\"}", OAUTH_ENDED, 0},
        {400, "{\"error\":\"invalid_request\"}", OAUTH_REFUSED, 0},
        {401, "{\"error\":\"invalid_client\"}", OAUTH_REFUSED, 0},
        {403, "{\"error\":\"access_denied\"}", OAUTH_REFUSED, 0},
        {400, "{\"error\":\"Somebody's words, rt.secret\"}", OAUTH_UNCLEAR, 0},
        {400, "<html>a proxy</html>", OAUTH_UNCLEAR, 0},
        {404, "{\"error\":\"invalid_grant\"}", OAUTH_UNCLEAR, 0},
        {429, "{\"error\":\"invalid_grant\"}", OAUTH_UNSENT, 0},
        {302, "", OAUTH_UNCLEAR, 0},
        {500, "{\"error\":\"invalid_grant\"}", OAUTH_UNCLEAR, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str why = STR_INIT(1000);
        struct login login = {.access_token = "old", .refresh_token = "old"};
        assert_int_equal(read(cases[i].status, cases[i].body, &login, &why), cases[i].result);
        bool is_granted = cases[i].result == OAUTH_GRANTED;
        assert_string_equal(login.access_token, is_granted ? "at" : "old");
        assert_string_equal(login.refresh_token, is_granted ? "rt" : "old");
        assert_int_equal(login.life_ms, cases[i].life_ms);
        assert_int_equal(why.length == 0, is_granted);
        assert_null(strstr(str_text(&why), "secret"));
        str_release(&why);
    }
}

static void what_was_not_sent_was_not_done(void **state)
{
    (void)state;
    struct str why = STR_INIT(1000);
    struct login login = {.access_token = "old"};
    struct oauth_answer answer = {
        .end = TRANSFER_UNREACHABLE, .failure = "no route", .body = "", .length = 0};
    assert_int_equal(oauth_read(&answer, &login, &why), OAUTH_UNSENT);
    assert_string_equal(str_text(&why), "Close could not be reached: no route");
    answer = (struct oauth_answer){
        .end = TRANSFER_TIMED_OUT, .was_sent = true, .failure = "", .body = "", .length = 0};
    assert_int_equal(oauth_read(&answer, &login, &why), OAUTH_UNCLEAR);
    assert_int_equal(oauth_read_revoked(&answer, &why), OAUTH_UNCLEAR);
    answer.end = TRANSFER_ANSWERED;
    answer.status = 200;
    assert_int_equal(oauth_read_revoked(&answer, &why), OAUTH_GRANTED);
    answer.status = 503;
    assert_int_equal(oauth_read_revoked(&answer, &why), OAUTH_UNCLEAR);
    str_release(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_address),
        cmocka_unit_test(finds_the_code),
        cmocka_unit_test(refuses_an_endless_code),
        cmocka_unit_test(takes_the_tokens_of_the_documentation),
        cmocka_unit_test(what_an_answer_means),
        cmocka_unit_test(what_was_not_sent_was_not_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
