/* URLs, taken apart so strictly that libcurl can never mean another host; and which hosts are ours
 * to send to. */
#include "closedrop/base/array.h"
#include "closedrop/base/url.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text, *host;
    int port;
    bool secure, loopback;
} good[] = {
    {"https://api.close.com/api/v1/", "api.close.com", 443, true, false},
    {"https://close-prd-files.s3.amazonaws.com/", "close-prd-files.s3.amazonaws.com", 443, true,
        false},
    {"HTTPS://API.Close.COM", "api.close.com", 443, true, false},
    {"https://a.b?x=1", "a.b", 443, true, false},
    {"https://a.b#x", "a.b", 443, true, false},
    {"https://a.b:8443/x?y=@z", "a.b", 8443, true, false},
    {"http://localhost:1/", "localhost", 1, false, true},
    {"http://s3.localhost:65535/", "s3.localhost", 65535, false, true},
    {"http://127.0.0.1/", "127.0.0.1", 80, false, true},
    {"http://127.9.9.9:8080", "127.9.9.9", 8080, false, true},
    {"http://[::1]:8080/x", "::1", 8080, false, true},
    {"http://[::1]", "::1", 80, false, true},
    {"http://[fe80::1]/", "fe80::1", 80, false, false},
    {"http://127.0.0.1.evil.com/", "127.0.0.1.evil.com", 80, false, false},
    {"http://127.0.0.1.5/", "127.0.0.1.5", 80, false, false},
    {"http://127.0.0.256/", "127.0.0.256", 80, false, false},
    {"http://127.1/", "127.1", 80, false, false},
    {"http://128.0.0.1/", "128.0.0.1", 80, false, false},
    {"http://notlocalhost/", "notlocalhost", 80, false, false},
    {"http://localhost.evil.com/", "localhost.evil.com", 80, false, false},
    {"http://128.0.0.1/", "128.0.0.1", 80, false, false},
    {"http://0.0.0.0/", "0.0.0.0", 80, false, false},
};

static void reads_what_it_understands(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct url url;
        if (url_parse(good[i].text, &url) != 0)
            fail_msg("%s: refused", good[i].text);
        if (strcmp(url.host, good[i].host) != 0 || url.port != good[i].port ||
            url.secure != good[i].secure)
            fail_msg("%s: %s %d %d", good[i].text, url.host, url.port, url.secure);
        if (url_is_loopback(&url) != good[i].loopback)
            fail_msg("%s: wrong about this machine", good[i].text);
    }
}

static const char *const bad[] = {
    "",
    "api.close.com",
    "ftp://a.b/",
    "file:///etc/passwd",
    "https:/a.b/",
    "https//a.b/",
    "https://",
    "https:///x",
    "https://:443/",
    "https://user@a.b/",
    "https://user:password@a.b/",
    "https://a.b:443@evil.com/",
    "https://a.b\\@evil.com/",
    "https://a.b\\.evil.com/",
    "https://a.b;evil.com/",
    "https://a%2Eb/",
    "https://a b/",
    " https://a.b/",
    "https://a.b /",
    "https://a.b/x y",
    "https://a.b/x\r\nHost: evil",
    "https://a.b/\x7F",
    "https://a.b/x\\y",
    "https://a.b:/",
    "https://a.b:0/",
    "https://a.b:65536/",
    "https://a.b:99999999999999999999/",
    "https://a.b:-1/",
    "https://a.b:8o/",
    "https://a.b:80:80/",
    "https://[::1/",
    "https://[::1]x/",
    "https://[]/",
    "https://[evil.com]/",
    "https://::1/",
    "https://b\xC3\xBC"
    "cher.example/",
};

static void refuses_all_else_and_writes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct url url = {.host = "untouched", .port = 7};
        if (url_parse(bad[i], &url) != -EINVAL)
            fail_msg("taken: %s", bad[i]);
        assert_string_equal(url.host, "untouched");
        assert_int_equal(url.port, 7);
    }
}

static void refuses_a_host_that_is_too_long(void **state)
{
    (void)state;
    char text[400];
    struct url url;
    for (int length = 250; length < 300; length++) {
        snprintf(text, sizeof(text), "https://%0*d/", length, 0);
        assert_int_equal(url_parse(text, &url), length <= 255 ? 0 : -EINVAL);
    }
}

static const struct {
    const char *host, *pattern;
    bool matches;
} hosts[] = {
    {"x.s3.amazonaws.com", "*.amazonaws.com", true},
    {"X.S3.AmazonAWS.com", "*.amazonaws.COM", true},
    {"amazonaws.com", "*.amazonaws.com", false},
    {".amazonaws.com", "*.amazonaws.com", false},
    {"evilamazonaws.com", "*.amazonaws.com", false},
    {"x.amazonaws.com.evil.com", "*.amazonaws.com", false},
    {"x.amazonaws.com.", "*.amazonaws.com", false},
    {"127.0.0.1", "127.0.0.1", true},
    {"127.0.0.11", "127.0.0.1", false},
    {"a.b", "A.B", true},
    {"x.a.b", "a.b", false},
    {"a.b", "*", false},
    {"anything", "*.", false},
};

static void matches_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hosts); i++)
        if (url_host_matches(hosts[i].host, hosts[i].pattern) != hosts[i].matches)
            fail_msg("%s against %s", hosts[i].host, hosts[i].pattern);
}

static void mail_servers_are_read_the_same_way(void **state)
{
    static const struct {
        const char *text, *host;
        bool secure, loopback;
    } rows[] = {
        {"smtp://localhost", "localhost", false, true},
        {"smtp://127.0.0.1:2525", "127.0.0.1", false, true},
        {"smtps://mail.example.com", "mail.example.com", true, false},
        {"smtp://[::1]:25", "::1", false, true},
    };
    static const char *const others[] = {"", "localhost", "http://localhost", "SMTP://localhost",
        "smtp://", "smtp://localhost/", "smtp://user@localhost", "smtp://a:b@localhost",
        "smtp://localhost?x", "smtp://local host", "smtp://localhost\r\n", "smtpx://localhost"};
    struct url url;
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(url_parse_smtp(rows[i].text, &url), 0);
        assert_string_equal(url.host, rows[i].host);
        assert_int_equal(url.secure, rows[i].secure);
        assert_int_equal(url_is_loopback(&url), rows[i].loopback);
    }
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(url_parse_smtp(others[i], &url), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_understands),
        cmocka_unit_test(refuses_all_else_and_writes_nothing),
        cmocka_unit_test(refuses_a_host_that_is_too_long),
        cmocka_unit_test(matches_hosts),
        cmocka_unit_test(mail_servers_are_read_the_same_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
