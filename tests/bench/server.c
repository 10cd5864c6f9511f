/**
 * Close and its bucket for the benchmarks, at the least cost there is: it answers every request as
 * if it were right, and keeps nothing. closedrop-sandbox checks and hashes what comes, which takes
 * more processor time than closedrop itself.
 *
 *     server [DELAY_MS]
 *
 * Prints its port on 127.0.0.1, and serves until it is killed. Each answer comes DELAY_MS after its
 * request is complete. GET /counts tells how many files were stored, when the last one was (ns
 * since 1970), and how many activities were created.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX 32768 /* of a request, with the fields of its form */
#define PIECE (256 * 1024)
#define EVENTS_MAX 256

/* a bucket with a key of its own has no MD5 there */
#define ETAG                                                                                       \
    "ETag: \"0123456789abcdef0123456789abcdef-1\"\r\nx-amz-server-side-encryption: aws:kms\r\n"

/** A request on its way: its beginning is kept, the rest is only counted. */
struct connection {
    int fd;
    char head[HEAD_MAX + 1];
    size_t kept;
    size_t head_length; /* 0: not complete yet */
    int64_t missing;    /* bytes of the body */
    int64_t due_ms;     /* of the answer; 0: none */
    struct connection *next_due;
};

static int epoll;
static int port;
static int64_t delay_ms;
static unsigned long long tickets, stored, activities, last_ns;
static struct connection *first_due, **last_due = &first_due;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void send_all(const struct connection *connection, const char *bytes, size_t length)
{
    if (send(connection->fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length)
        fprintf(stderr, "server: an answer was cut off\n");
}

static void reply(const struct connection *connection, const char *status, const char *body)
{
    char text[8192];
    const bool is_xml = *body == '<';
    const char *type = is_xml ? "application/xml" : "application/json";
    int length = snprintf(text, sizeof(text),
        "HTTP/1.1 %s\r\nContent-Type: %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, type,
        is_xml ? ETAG : "", strlen(body), body);
    send_all(connection, text, (size_t)length);
}

static void reply_ticket(const struct connection *connection)
{
    char body[2048];
    tickets++;
    snprintf(body, sizeof(body),
        "{\"download\":{\"url\":\"https://app.close.com/go/file/temporary/user_1/%llu/file/\"},"
        "\"upload\":{\"url\":\"http://127.0.0.1:%d/bucket/\",\"fields\":{\"AWSAccessKeyId\":\"A\","
        "\"Content-Type\":\"application/octet-stream\",\"key\":\"temporary/user/user_1/%llu/file\","
        "\"policy\":\"e30=\",\"signature\":\"x\",\"success_action_status\":\"201\"}}}",
        tickets, port, tickets);
    reply(connection, "200 OK", body);
}

static void reply_stored(const struct connection *connection)
{
    static const char field[] = "name=\"key\"\r\n\r\n";
    char body[2048];
    const char *key = strstr(connection->head + connection->head_length, field);
    key = key ? key + sizeof(field) - 1 : "";
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    last_ns = (unsigned long long)now.tv_sec * 1000000000 + (unsigned long long)now.tv_nsec;
    stored++;
    snprintf(body, sizeof(body),
        "<?xml version=\"1.0\"?><PostResponse><Location>http://127.0.0.1:%d/bucket/</Location>"
        "<Bucket>bucket</Bucket><Key>%.*s</Key></PostResponse>",
        port, (int)strcspn(key, "\r"), key);
    reply(connection, "201 Created", body);
}

static void reply_activity(const struct connection *connection)
{
    char body[256];
    activities++;
    snprintf(body, sizeof(body), "{\"id\":\"acti_%llu\",\"lead_id\":\"lead_1\"}", activities);
    reply(connection, "200 OK", body);
}

static void reply_counts(const struct connection *connection)
{
    char body[128];
    snprintf(body, sizeof(body), "{\"uploads\":%llu,\"last_ns\":%llu,\"activities\":%llu}", stored,
        last_ns, activities);
    reply(connection, "200 OK", body);
}

static void reply_user(const struct connection *connection)
{
    reply(connection, "200 OK", "{\"id\":\"user_1\",\"email\":\"a@example.com\"}");
}

static void reply_lead(const struct connection *connection)
{
    reply(connection, "200 OK",
        "{\"id\":\"lead_1\",\"display_name\":\"One\",\"name\":\"One\",\"contacts\":[]}");
}

static void answer(struct connection *connection)
{
    static const struct {
        const char *line;
        void (*reply)(const struct connection *connection);
    } routes[] = {
        {"POST /api/v1/files/upload/", reply_ticket},
        {"POST /bucket/", reply_stored},
        {"POST /api/v1/activity/", reply_activity},
        {"GET /api/v1/me/", reply_user},
        {"GET /api/v1/lead/", reply_lead},
        {"GET /counts", reply_counts},
    };
    size_t i = 0, count = sizeof(routes) / sizeof(*routes);
    while (i < count && strncmp(connection->head, routes[i].line, strlen(routes[i].line)) != 0)
        i++;
    if (i < count)
        routes[i].reply(connection);
    else
        reply(connection, "404 Not Found", "{\"error\":\"not here\"}");
    connection->kept = connection->head_length = 0;
    connection->due_ms = 0;
}

/** The request is complete. */
static void take_request(struct connection *connection)
{
    if (!delay_ms) {
        answer(connection);
        return;
    }
    connection->due_ms = now_ms() + delay_ms;
    connection->next_due = NULL;
    *last_due = connection;
    last_due = &connection->next_due;
}

static void answer_due(void)
{
    while (first_due && first_due->due_ms <= now_ms()) {
        struct connection *connection = first_due;
        first_due = connection->next_due;
        if (!first_due)
            last_due = &first_due;
        answer(connection);
    }
}

static void read_head(struct connection *connection)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    connection->head[connection->kept] = '\0';
    const char *end = strstr(connection->head, "\r\n\r\n");
    if (!end)
        return;
    connection->head_length = (size_t)(end + 4 - connection->head);
    const char *length = strcasestr(connection->head, "\r\ncontent-length:");
    bool has_body = length && length < end;
    connection->missing = has_body ? atoll(length + sizeof("\r\ncontent-length:") - 1) : 0;
    connection->missing -= (int64_t)(connection->kept - connection->head_length);
    if (connection->missing > 0 && strcasestr(connection->head, "\r\nexpect: 100"))
        send_all(connection, go_on, sizeof(go_on) - 1);
}

/** Returns false where the connection has ended. */
static bool take_bytes(struct connection *connection)
{
    static char piece[PIECE];
    bool is_kept = connection->kept < HEAD_MAX;
    char *to = is_kept ? connection->head + connection->kept : piece;
    size_t room = is_kept ? HEAD_MAX - connection->kept : sizeof(piece);
    ssize_t got = recv(connection->fd, to, room, MSG_DONTWAIT);
    if (got <= 0)
        return got < 0 && errno == EAGAIN;
    connection->kept += is_kept ? (size_t)got : 0;
    if (connection->head_length)
        connection->missing -= got;
    else
        read_head(connection);
    connection->head[connection->kept] = '\0';
    if (connection->head_length && connection->missing <= 0)
        take_request(connection);
    return true;
}

static void take_connection(int listener)
{
    const int on = 1;
    struct connection *connection = calloc(1, sizeof(*connection));
    connection->fd = accept(listener, NULL, NULL);
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event);
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 ||
        listen(listener, 1024) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        exit(1);
    port = ntohs(address.sin_port);
    return listener;
}

static void serve(int listener)
{
    struct epoll_event events[EVENTS_MAX];
    int64_t wait = first_due ? first_due->due_ms - now_ms() : -1;
    int count = epoll_wait(epoll, events, EVENTS_MAX, first_due && wait < 0 ? 0 : (int)wait);
    for (int i = 0; i < count; i++) {
        struct connection *connection = events[i].data.ptr;
        if (!connection) {
            take_connection(listener);
        } else if (!take_bytes(connection)) {
            close(connection->fd);
            free(connection);
        }
    }
    answer_due();
}

int main(int argc, char **argv)
{
    delay_ms = argc > 1 ? atoi(argv[1]) : 0;
    int listener = listen_somewhere();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    printf("%d\n", port);
    fflush(stdout);
    for (;;)
        serve(listener);
}
