/* Which texts are plain email addresses. */
#include "closedrop/config/mail_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void addresses_are_recognised(void **state)
{
    static const char *const good[] = {"a@b", "office@example.com",
        "first.last+tag@sub.example.com", "o'neil@example.com", "root@localhost",
        "a_b-c@1.example"};
    static const char *const bad[] = {"", "@", "a@", "@b", "a", "a b@c", "a@b c", "a@b\r\nBcc: x@y",
        "a\n@b", "a@b@c", "<a@b>", "Name <a@b>", "a@b,c@d", "a@.b", "a@b.", "a@b..c", ".a@b",
        "a.@b", "a..b@c", "\"a b\"@c", "a@-b", "a@[127.0.0.1]", "\xC3\xBC@b", "a@\xC3\xBC.de",
        "a@b>"};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        if (!mail_address_is_valid(good[i]))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (mail_address_is_valid(bad[i]))
            fail_msg("%s", bad[i]);
}

static void long_ones_are_refused(void **state)
{
    char text[400];
    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text + 65, "@b", 3);
    assert_false(mail_address_is_valid(text));
    assert_true(mail_address_is_valid(text + 1));
    memset(text, 'a', sizeof(text));
    text[1] = '@';
    text[66] = '\0';
    assert_false(mail_address_is_valid(text));
    text[65] = '\0';
    assert_true(mail_address_is_valid(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_recognised),
        cmocka_unit_test(long_ones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
