/* A mail as it is sent: nothing in it can become a header of its own. */
#include "alerts/mail_message.h"

#include "closedrop/base/array.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static char *compose(const char *subject, const char *text)
{
    char one[] = "a@example.com", other[] = "b@example.com";
    char *const to[] = {one, other, NULL};
    struct str out = STR_INIT(100000);
    mail_message_add(&out, &(struct mail_message){.from = "closedrop@host",
                               .to = to,
                               .subject = subject,
                               .id = "event.2.ab@host",
                               .in_reply_to = "event.1.ab@host",
                               .at_ms = 1795342200000,
                               .text = text});
    return str_take(&out);
}

static int set_zone(void **state)
{
    (void)state;
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    return 0;
}

static void a_mail_is_complete(void **state)
{
    (void)state;
    char *mail = compose("two files", "Zwei Dateien\nübrig\n");
    assert_string_equal(mail, "From: closedrop <closedrop@host>\r\n"
                              "To: a@example.com,\r\n"
                              " b@example.com\r\n"
                              "Subject: two files\r\n"
                              "Date: Sun, 22 Nov 2026 11:10:00 +0100\r\n"
                              "Message-ID: <event.2.ab@host>\r\n"
                              "In-Reply-To: <event.1.ab@host>\r\n"
                              "References: <event.1.ab@host>\r\n"
                              "Auto-Submitted: auto-generated\r\n"
                              "MIME-Version: 1.0\r\n"
                              "Content-Type: text/plain; charset=UTF-8\r\n"
                              "Content-Transfer-Encoding: base64\r\n"
                              "\r\n"
                              "WndlaSBEYXRlaWVuDQrDvGJyaWcNCg==\r\n");
    free(mail);
}

/* the header Subject, with its further lines */
static char *subject_of(const char *mail)
{
    const char *begin = strstr(mail, "\r\nSubject:") + 2;
    const char *end = strstr(begin, "\r\nDate: ");
    assert_non_null(end);
    return strndup(begin, (size_t)(end - begin));
}

static void a_subject_is_encoded_where_it_is_not_plain(void **state)
{
    static const struct {
        const char *subject, *header;
    } rows[] = {
        {"plain", "Subject: plain"},
        {"Müller.pdf", "Subject: =?UTF-8?B?TcO8bGxlci5wZGY=?="},
        {"=?UTF-8?B?YQ==?=", "Subject: =?UTF-8?B?PT9VVEYtOD9CP1lRPT0/PQ==?="},
        {"a\r\nBcc: b@example.com", "Subject: a\\x0D\\x0ABcc: b@example.com"},
        {"a\nb\xFF", "Subject: a\\x0Ab\\xFF"},
        {"", "Subject: "},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *mail = compose(rows[i].subject, "");
        char *header = subject_of(mail);
        assert_string_equal(header, rows[i].header);
        free(header);
        free(mail);
    }
}

/* no line is longer than 76 characters, no character is cut, and together they are the subject */
static void a_long_subject_is_folded(void **state)
{
    struct str subject = STR_INIT(10000), back = STR_INIT(10000);
    (void)state;
    for (int i = 0; i < 60; i++)
        str_add(&subject, i % 7 ? "ü" : "€x");
    char *mail = compose(str_text(&subject), "");
    char *header = subject_of(mail);
    for (const char *line = header; line;) {
        const char *end = strstr(line, "\r\n"), *word = strstr(line, "=?UTF-8?B?") + 10;
        size_t length = end ? (size_t)(end - line) : strlen(line);
        assert_true(length <= 78);
        assert_int_equal(digest_decode_base64(&back, word, (size_t)(strstr(word, "?=") - word)), 0);
        line = end ? end + 2 : NULL;
        assert_true(!line || *line == ' ');
    }
    assert_string_equal(str_text(&back), str_text(&subject));
    free(header);
    free(mail);
    str_release(&subject);
    str_release(&back);
}

static void lines_of_a_long_text_are_short(void **state)
{
    (void)state;
    char text[5000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    char *mail = compose("a", text);
    for (const char *line = mail; *line;) {
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_true(end - line <= 76);
        line = end + 2;
    }
    free(mail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_is_complete),
        cmocka_unit_test(a_subject_is_encoded_where_it_is_not_plain),
        cmocka_unit_test(a_long_subject_is_folded),
        cmocka_unit_test(lines_of_a_long_text_are_short),
    };
    return cmocka_run_group_tests(tests, set_zone, NULL);
}
