/**
 * Close and its bucket for the benchmarks, at the least cost there is: it answers every request as
 * if it were right, and keeps nothing. closedrop-sandbox checks and hashes what comes, which takes
 * more processor time than closedrop itself.
 *
 *     server [DELAY_MS [CERTIFICATE KEY]]
 *
 * Prints its port on 127.0.0.1, and serves until it is killed; with TLS if it has a certificate.
 * Each answer comes DELAY_MS after its request is complete, and a connection is heard that long
 * after it was made, with TLS twice as long: what the handshakes of TCP and TLS take. GET /counts
 * tells how many files were stored, when the last one was (ns since 1970), how many activities were
 * created, and how many connections there were.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
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
    SSL *tls; /* NULL: plain */
    char head[HEAD_MAX + 1];
    size_t kept;
    size_t head_length; /* 0: not complete yet */
    int64_t missing;    /* bytes of the body */
    int64_t due_ms;     /* of the answer, or when it is heard first; 0: none */
    struct connection *next_due;
};

static int epoll;
static int port;
static SSL_CTX *tls;
static int64_t delay_ms;
static unsigned long long tickets, stored, activities, connections, last_ns;

/** What is due at the same delay, in the order in which it is due. */
static struct line {
    struct connection *first, **last;
} answers = {NULL, &answers.first}, arrivals = {NULL, &arrivals.first};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void wait_in(struct line *line, struct connection *connection, int64_t ms)
{
    connection->due_ms = now_ms() + ms;
    connection->next_due = NULL;
    *line->last = connection;
    line->last = &connection->next_due;
}

/** The next one that is due; NULL: none yet. */
static struct connection *take_due(struct line *line)
{
    struct connection *connection = line->first;
    if (!connection || connection->due_ms > now_ms())
        return NULL;
    line->first = connection->next_due;
    if (!line->first)
        line->last = &line->first;
    return connection;
}

static ssize_t receive(const struct connection *connection, char *to, size_t room)
{
    if (!connection->tls)
        return recv(connection->fd, to, room, MSG_DONTWAIT);
    int got = SSL_read(connection->tls, to, (int)room);
    if (got <= 0 && SSL_get_error(connection->tls, got) == SSL_ERROR_WANT_READ) {
        errno = EAGAIN;
        return -1;
    }
    return got > 0 ? got : 0;
}

static void send_all(const struct connection *connection, const char *bytes, size_t length)
{
    ssize_t sent = connection->tls ? SSL_write(connection->tls, bytes, (int)length)
                                   : send(connection->fd, bytes, length, MSG_NOSIGNAL);
    if (sent != (ssize_t)length)
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
        "\"upload\":{\"url\":\"%s://127.0.0.1:%d/bucket/\",\"fields\":{\"AWSAccessKeyId\":\"A\","
        "\"Content-Type\":\"application/octet-stream\",\"key\":\"temporary/user/user_1/%llu/file\","
        "\"policy\":\"e30=\",\"signature\":\"x\",\"success_action_status\":\"201\"}}}",
        tickets, tls ? "https" : "http", port, tickets);
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
        "<?xml version=\"1.0\"?><PostResponse><Location>%s://127.0.0.1:%d/bucket/</Location>"
        "<Bucket>bucket</Bucket><Key>%.*s</Key></PostResponse>",
        tls ? "https" : "http", port, (int)strcspn(key, "\r"), key);
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
    snprintf(body, sizeof(body),
        "{\"uploads\":%llu,\"last_ns\":%llu,\"activities\":%llu,\"connections\":%llu}", stored,
        last_ns, activities, connections);
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
    if (delay_ms)
        wait_in(&answers, connection, delay_ms);
    else
        answer(connection);
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
    ssize_t got = receive(connection, to, room);
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

static void hear(struct connection *connection)
{
    connection->due_ms = 0;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event);
}

static void take_connection(int listener)
{
    const int on = 1;
    struct connection *connection = calloc(1, sizeof(*connection));
    connections++;
    connection->fd = accept4(listener, NULL, NULL, tls ? SOCK_NONBLOCK : 0);
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (tls) {
        connection->tls = SSL_new(tls);
        SSL_set_fd(connection->tls, connection->fd);
        SSL_set_accept_state(connection->tls);
    }
    if (delay_ms)
        wait_in(&arrivals, connection, tls ? 2 * delay_ms : delay_ms);
    else
        hear(connection);
}

static void end_connection(struct connection *connection)
{
    SSL_free(connection->tls);
    close(connection->fd);
    free(connection);
}

/** Read what there is; of TLS, more than the socket has may be left. */
static void read_from(struct connection *connection)
{
    bool is_open;
    do
        is_open = take_bytes(connection);
    while (is_open && connection->tls && SSL_pending(connection->tls) > 0);
    if (!is_open)
        end_connection(connection);
}

static void do_what_is_due(void)
{
    for (struct connection *connection; (connection = take_due(&arrivals)) != NULL;)
        hear(connection);
    for (struct connection *connection; (connection = take_due(&answers)) != NULL;)
        answer(connection);
}

/** In ms; -1: nothing will be. */
static int until_due(void)
{
    int64_t next = -1;
    const struct connection *const first[] = {answers.first, arrivals.first};
    for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++)
        if (first[i] && (next < 0 || first[i]->due_ms < next))
            next = first[i]->due_ms;
    if (next < 0)
        return -1;
    next -= now_ms();
    return next > 0 ? (int)next : 0;
}

static SSL_CTX *load_tls(const char *certificate, const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context || SSL_CTX_use_certificate_file(context, certificate, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        exit(1);
    return context;
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
    int count = epoll_wait(epoll, events, EVENTS_MAX, until_due());
    for (int i = 0; i < count; i++) {
        struct connection *connection = events[i].data.ptr;
        if (connection)
            read_from(connection);
        else
            take_connection(listener);
    }
    do_what_is_due();
}

int main(int argc, char **argv)
{
    delay_ms = argc > 1 ? atoi(argv[1]) : 0;
    tls = argc > 3 ? load_tls(argv[2], argv[3]) : NULL;
    signal(SIGPIPE, SIG_IGN); /* of SSL_write() */
    int listener = listen_somewhere();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    printf("%d\n", port);
    fflush(stdout);
    for (;;)
        serve(listener);
}
