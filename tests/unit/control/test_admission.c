/* Who may ask the HTTP server what: by token, by the name it is called by, and by the page that
 * asks. */
#include "control/admission.h"

#include "closedrop/base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define TCP .port = 8674, .listen = "127.0.0.1:8674", .host = "127.0.0.1:8674"
#define WITH_TOKENS TCP, .has_tokens = true
#define SHOWN .shown = "Bearer x"
#define OTHERS "https://evil.example"

static const struct {
    const char *what;
    struct visitor visitor;
    int status[NEEDS]; /* for nothing, the page, reading, writing; 0: admitted */
} cases[] = {
    {"no token configured", {TCP}, {0, 403, 403, 403}},
    {"no token shown", {WITH_TOKENS}, {0, 0, 401, 401}},
    {"a wrong token", {WITH_TOKENS, SHOWN}, {0, 0, 401, 401}},
    {"a token to read", {WITH_TOKENS, SHOWN, .access = ACCESS_READ}, {0, 0, 0, 403}},
    {"a token to write", {WITH_TOKENS, SHOWN, .access = ACCESS_WRITE}, {0, 0, 0, 0}},
    {"a Unix socket", {.host = "x"}, {0, 0, 0, 0}},
    {"a Unix socket, a page of others", {.host = "x", .origin = OTHERS}, {0, 0, 0, 403}},
    {"a Unix socket behind a proxy", {.host = "x", .origin = "https://x"}, {0, 0, 0, 0}},
    {"our own page", {WITH_TOKENS, .access = ACCESS_WRITE, .origin = "http://127.0.0.1:8674"},
        {0, 0, 0, 0}},
    {"a page of others", {WITH_TOKENS, .access = ACCESS_WRITE, .origin = OTHERS}, {0, 0, 0, 403}},
    {"a page on another port",
        {WITH_TOKENS, .access = ACCESS_WRITE, .origin = "http://127.0.0.1:86740"}, {0, 0, 0, 403}},
    {"a page without an origin", {WITH_TOKENS, .access = ACCESS_WRITE, .origin = "null"},
        {0, 0, 0, 403}},
    {"behind a proxy",
        {WITH_TOKENS, .access = ACCESS_WRITE, .origin = "https://files.example.com",
            .forwarded_host = "files.example.com"},
        {0, 0, 0, 0}},
};

static const struct {
    const char *host;
    int port;
    const char *listen;
    bool is_ours;
} hosts[] = {
    {"127.0.0.1:8674", 8674, "127.0.0.1:8674", true},
    {"localhost:8674", 8674, "127.0.0.1:8674", true},
    {"LocalHost:8674", 8674, "127.0.0.1:8674", true},
    {"[::1]:8674", 8674, "127.0.0.1:8674", true},
    {"127.0.0.2:8674", 8674, "127.0.0.2:8674", true},
    {"127.0.0.2:8674", 8674, "127.0.0.1:8674", false},
    {"127.0.0.1", 80, "127.0.0.1:80", true},
    {"localhost:80", 80, "127.0.0.1:80", true},
    {"127.0.0.1", 8674, "127.0.0.1:8674", false},
    {"localhost:8675", 8674, "127.0.0.1:8674", false},
    {"evil.example:8674", 8674, "127.0.0.1:8674", false},
    {"127.0.0.1:8674.evil.example", 8674, "127.0.0.1:8674", false},
    {"", 8674, "127.0.0.1:8674", false},
    {NULL, 8674, "127.0.0.1:8674", false},
};

static int status_of(const struct visitor *visitor, enum need need)
{
    const struct refusal *refusal = admission_refuse(visitor, need);
    return refusal ? refusal->status : 0;
}

static void decides_by_token_and_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int need = 0; need < NEEDS; need++) {
            int status = status_of(&cases[i].visitor, (enum need)need);
            if (status != cases[i].status[need])
                fail_msg("%s, need %d: %d", cases[i].what, need, status);
        }
}

static void has_its_own_names_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hosts); i++) {
        const struct visitor visitor = {.port = hosts[i].port,
            .listen = hosts[i].listen,
            .host = hosts[i].host,
            .has_tokens = true,
            .access = ACCESS_WRITE};
        for (int need = 0; need < NEEDS; need++)
            if ((status_of(&visitor, (enum need)need) == 0) != hosts[i].is_ours)
                fail_msg("%s, need %d", hosts[i].host ? hosts[i].host : "none", need);
    }
}

static void slows_down_wrong_tokens_only(void **state)
{
    (void)state;
    const struct visitor wrong = {WITH_TOKENS, SHOWN}, none = {WITH_TOKENS};
    assert_true(admission_refuse(&wrong, NEED_READ)->is_slowed);
    assert_false(admission_refuse(&none, NEED_READ)->is_slowed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_by_token_and_page),
        cmocka_unit_test(has_its_own_names_only),
        cmocka_unit_test(slows_down_wrong_tokens_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
