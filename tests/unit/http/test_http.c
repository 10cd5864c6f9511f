/* Requests to a server of our own: which connection they use, and what becomes of one that breaks
 * it. */
#include "closedrop/http/http.h"
#include "closedrop/http/request.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY 40

/* ---- the server: one connection after the other, until it is told to end ---- */

static struct {
    pthread_t thread;
    int listener;
    int port;
    atomic_int connections;
    atomic_int bodies;  /* that came whole */
    atomic_int dies_at; /* the body after which it closes the connection without an answer */
    atomic_int takes;   /* so many bytes are all it reads of a connection; 0: all */
    atomic_bool closes; /* each connection, after its first answer */
} server;

/** Read one request; false: the connection is over. */
static bool read_request(int connection, int *left)
{
    static char text[1 << 20];
    size_t length = 0, whole = SIZE_MAX;
    while (length < whole) {
        size_t room = sizeof(text) - 1 - length;
        if (server.takes && *left < (int)room)
            room = (size_t)*left;
        ssize_t got = room ? recv(connection, text + length, room, 0) : 0;
        if (got <= 0)
            return false;
        *left -= (int)got;
        length += (size_t)got;
        text[length] = '\0';
        const char *end = strstr(text, "\r\n\r\n"), *told = strcasestr(text, "Content-Length: ");
        if (end)
            whole = (size_t)(end + 4 - text) + (told ? strtoul(told + 16, NULL, 10) : 0);
    }
    server.bodies++;
    return server.bodies != server.dies_at;
}

static void *serve(void *unused)
{
    static const char kept[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    static const char closed[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    int connection;
    (void)unused;
    while ((connection = accept(server.listener, NULL, NULL)) >= 0) {
        int left = server.takes;
        server.connections++;
        const char *answer = server.closes ? closed : kept;
        while (read_request(connection, &left) &&
               send(connection, answer, strlen(answer), MSG_NOSIGNAL) > 0 && !server.closes)
            continue;
        close(connection);
    }
    return NULL;
}

static struct http *http;

static int start(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    server.connections = server.bodies = server.dies_at = server.takes = 0;
    server.closes = false;
    server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server.listener, (struct sockaddr *)&address, length) < 0 ||
        listen(server.listener, MANY) < 0 ||
        getsockname(server.listener, (struct sockaddr *)&address, &length) < 0)
        return -1;
    server.port = ntohs(address.sin_port);
    http = http_new();
    return http ? -pthread_create(&server.thread, NULL, serve, NULL) : -1;
}

static int stop(void **state)
{
    (void)state;
    http_free(http);
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    close(server.listener);
    return 0;
}

static struct request *new_request(void)
{
    char url[64];
    const struct request_options options = {.timeout_ms = 10000};
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", server.port);
    return request_new(url, &options);
}

static enum transfer_end post(
    void (*add_body)(struct request *request, const char *json), const char *json)
{
    struct request *request = new_request();
    add_body(request, json);
    http_run(http, request);
    enum transfer_end end = request_end(request);
    assert_true(request_was_sent(request));
    request_free(request);
    return end;
}

/* ---- what is posted once ---- */

static void posts_on_a_kept_connection(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(post(request_post_json_once, "{}"), TRANSFER_ANSWERED);
    assert_int_equal(server.connections, 1);
    assert_int_equal(server.bodies, 3);
}

/* Why that takes care: libcurl by itself sends it again where the connection was kept. */
static void repeats_what_may_be_repeated(void **state)
{
    (void)state;
    assert_int_equal(post(request_post_json, "{}"), TRANSFER_ANSWERED);
    server.dies_at = 2;
    assert_int_equal(post(request_post_json, "{}"), TRANSFER_ANSWERED);
    assert_int_equal(server.connections, 2);
    assert_int_equal(server.bodies, 3);
}

static void posts_once_where_a_kept_connection_dies(void **state)
{
    (void)state;
    assert_int_equal(post(request_post_json_once, "{}"), TRANSFER_ANSWERED);
    server.dies_at = 2;
    assert_int_equal(post(request_post_json_once, "{}"), TRANSFER_CUT);
    assert_int_equal(server.bodies, 2);
    assert_int_equal(post(request_post_json_once, "{}"), TRANSFER_ANSWERED);
    assert_int_equal(server.bodies, 3);
}

static void posts_once_where_a_new_connection_dies(void **state)
{
    (void)state;
    server.dies_at = 1;
    assert_int_equal(post(request_post_json_once, "{}"), TRANSFER_CUT);
    assert_int_equal(server.bodies, 1);
}

/* in the middle of a body that is larger than the sockets' buffers */
static void posts_once_where_a_body_breaks_off(void **state)
{
    (void)state;
    size_t length = 8 << 20;
    char *json = malloc(length + 1);
    memset(json, '1', length);
    json[length] = '\0';
    server.takes = 400000;
    assert_int_equal(post(request_post_json_once, "{}"), TRANSFER_ANSWERED);
    assert_int_not_equal(post(request_post_json_once, json), TRANSFER_ANSWERED);
    assert_int_equal(server.bodies, 1);
    free(json);
}

/* ---- many at once ---- */

static void runs_many_at_once(void **state)
{
    (void)state;
    int answered = 0;
    server.closes = true; /* then the next one is accepted */
    for (int i = 0; i < MANY; i++) {
        struct request *request = new_request();
        request_post_json(request, "{}");
        assert_int_equal(http_start(http, request), 0);
    }
    while (answered < MANY) {
        struct request *ended;
        http_wait(http, NULL, 0, INT64_MAX);
        while ((ended = http_next_ended(http)) != NULL) {
            assert_int_equal(request_end(ended), TRANSFER_ANSWERED);
            answered++;
            request_free(ended);
        }
    }
    assert_int_equal(server.bodies, MANY);
}

static void returns_when_a_descriptor_is_readable(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    http_wait(http, ends, 1, INT64_MAX);
    http_wait(http, NULL, 0, 0);
    close(ends[0]);
    close(ends[1]);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(posts_on_a_kept_connection),
        WITH_SERVER(repeats_what_may_be_repeated),
        WITH_SERVER(posts_once_where_a_kept_connection_dies),
        WITH_SERVER(posts_once_where_a_new_connection_dies),
        WITH_SERVER(posts_once_where_a_body_breaks_off),
        WITH_SERVER(runs_many_at_once),
        WITH_SERVER(returns_when_a_descriptor_is_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
