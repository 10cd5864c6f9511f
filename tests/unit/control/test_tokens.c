/* Tokens: which files are accepted, and what a client may do with which. */
#include "closedrop/control/tokens.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/config/tree.h"

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

#define GOOD "0123456789abcdef"

static char path[] = "/tmp/test_tokens.XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_token(const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static int load(struct tokens *tokens, char why[1000])
{
    char name[] = "x.conf";
    const struct config config = {
        .file = name, .http = {.read_token_file = path, .read_token_line = 7}};
    struct str text = STR_INIT(999);
    int result = tokens_load(&config, tokens, &text);
    strcpy(why, str_text(&text));
    str_release(&text);
    return result;
}

static void accepts_one_token_that_nobody_else_can_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mode_t mode;
        const char *problem; /* NULL: none */
    } cases[] = {
        {GOOD, 0600, NULL},
        {GOOD "\n", 0600, NULL},
        {"\xEF\xBB\xBF" GOOD " \r\n", 0400, NULL},
        {GOOD, 0640, "can be read by others; make it private: chmod 600"},
        {GOOD, 0604, "can be read by others"},
        {"", 0600, "must contain one token of 16 to 256"},
        {"0123456789abcde\n", 0600, "must contain one token"},
        {GOOD "\n" GOOD, 0600, "must contain one token"},
        {"token=\"" GOOD "\"", 0600, "must contain one token"},
        {GOOD "\xC3\xA4", 0600, "must contain one token"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tokens tokens = {"", ""};
        char why[1000];
        write_token(cases[i].text, cases[i].mode);
        int result = load(&tokens, why);
        if (cases[i].problem && !(result < 0 && strstr(why, cases[i].problem) &&
                                    strstr(why, "x.conf:7: http.read_token_file: ")))
            fail_msg("%s: %d %s", cases[i].text, result, why);
        if (!cases[i].problem && (result < 0 || *why || strcmp(tokens.read, GOOD) != 0))
            fail_msg("%s: %s", cases[i].text, why);
    }
}

static void accepts_no_longer_token(void **state)
{
    (void)state;
    struct tokens tokens = {"", ""};
    char text[TOKEN_MAX + 100], why[1000];
    memset(text, 'a', sizeof(text));
    text[TOKEN_MAX] = '\0';
    write_token(text, 0600);
    assert_int_equal(load(&tokens, why), 0);
    text[TOKEN_MAX] = 'a';
    text[sizeof(text) - 1] = '\0';
    write_token(text, 0600);
    assert_true(load(&tokens, why) < 0);
}

static void allows_what_the_token_is_for(void **state)
{
    (void)state;
    static const struct {
        const char *shown;
        enum access access;
    } cases[] = {
        {"Bearer " GOOD, ACCESS_WRITE},
        {"bearer " GOOD, ACCESS_WRITE},
        {"Bearer fedcba9876543210", ACCESS_READ},
        {"Bearer " GOOD "0", ACCESS_NONE},
        {"Bearer 0123456789abcde", ACCESS_NONE},
        {"Bearer ", ACCESS_NONE},
        {"Basic " GOOD, ACCESS_NONE},
        {GOOD, ACCESS_NONE},
        {"", ACCESS_NONE},
        {NULL, ACCESS_NONE},
    };
    const struct tokens tokens = {.write = GOOD, .read = "fedcba9876543210"};
    for (size_t i = 0; i < COUNT(cases); i++)
        if (tokens_judge(&tokens, cases[i].shown) != cases[i].access)
            fail_msg("%s", cases[i].shown ? cases[i].shown : "nothing");
}

static void nothing_opens_where_there_is_no_token(void **state)
{
    (void)state;
    const struct tokens none = {"", ""};
    assert_false(tokens_exist(&none));
    assert_int_equal(tokens_judge(&none, "Bearer "), ACCESS_NONE);
    assert_int_equal(tokens_judge(&none, "Bearer " GOOD), ACCESS_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_one_token_that_nobody_else_can_read),
        cmocka_unit_test(accepts_no_longer_token),
        cmocka_unit_test(allows_what_the_token_is_for),
        cmocka_unit_test(nothing_opens_where_there_is_no_token),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
