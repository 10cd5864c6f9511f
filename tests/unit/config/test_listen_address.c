/* Where the HTTP server may listen: on this machine alone. */
#include "closedrop/config/listen_address.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LONG "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char *shown(const struct listen_address *address, char text[200])
{
    const struct sockaddr_in *ipv4 = (const void *)&address->any;
    const struct sockaddr_in6 *ipv6 = (const void *)&address->any;
    if (address->generic.sa_family == AF_UNIX)
        strcpy(text, address->local.sun_path);
    else if (address->generic.sa_family == AF_INET)
        inet_ntop(AF_INET, &ipv4->sin_addr, text, 200);
    else
        inet_ntop(AF_INET6, &ipv6->sin6_addr, text, 200);
    return text;
}

static void reads_addresses_of_this_machine(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *address;
        int port;
    } cases[] = {
        {"127.0.0.1:8674", "127.0.0.1", 8674},
        {"127.0.0.2:80", "127.0.0.2", 80},
        {"localhost:65535", "127.0.0.1", 65535},
        {"[::1]:8674", "::1", 8674},
        {"unix:/run/closedrop/http.sock", "/run/closedrop/http.sock", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct listen_address address;
        struct str why = STR_INIT(1000);
        char text[200];
        assert_int_equal(listen_address_parse(cases[i].text, &address, &why), 0);
        assert_string_equal(shown(&address, text), cases[i].address);
        assert_int_equal(address.port, cases[i].port);
        assert_int_equal(why.length, 0);
    }
}

static void refuses_all_others(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        {"0.0.0.0:8674", "can be reached from outside"},
        {"[::]:8674", "can be reached from outside"},
        {"192.168.1.5:8674", "write \"127.0.0.1:8674\" and let a reverse proxy with TLS"},
        {"127.0.0.1.example.com:8674", "can be reached from outside"},
        {"127.1:8674", "can be reached from outside"},
        {"intranet.localhost:8674", "can be reached from outside"},
        {"127.0.0.1", "is not an address with a port"},
        {"[::1]", "is not an address with a port"},
        {"::1:8674", "is not an address with a port"},
        {":8674", "is not an address with a port"},
        {"*:8674", "is not an address with a port"},
        {"8674", "is not an address with a port"},
        {"127.0.0.1:0", "is not an address with a port"},
        {"127.0.0.1:65536", "is not an address with a port"},
        {"http://127.0.0.1:8674", "is not an address with a port"},
        {"me@127.0.0.1:8674", "is not an address with a port"},
        {"127.0.0.1:8674/x", "is not an address with a port"},
        {"unix:", "has no path"},
        {"unix:" LONG LONG, "longer than the 107 bytes"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct listen_address address;
        struct str why = STR_INIT(1000);
        if (listen_address_parse(cases[i].text, &address, &why) == 0 ||
            !strstr(str_text(&why), cases[i].why))
            fail_msg("%s: %s", cases[i].text, str_text(&why));
        str_release(&why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_addresses_of_this_machine),
        cmocka_unit_test(refuses_all_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
