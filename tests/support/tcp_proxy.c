/**
 * A TCP proxy on the loopback interface that is slow, or breaks off where it is told to.
 *
 *     tcp_proxy --port-file FILE [OPTION...]
 *
 *     --to PORT         where it passes connections on to; without it, it is an HTTP proxy that
 *                       knows CONNECT and looks for every host on this machine
 *     --listen PORT     0, a free one, by default; written to FILE when it listens
 *     --delay MS        each piece is passed on this much later
 *     --rate N          bytes a second of a connection
 *     --fault WAY:N:DO  after N bytes of WAY, "up" to the server or "down" to the client, DO
 *                       "reset", "close" or "stall" the connection, let it "drip" from there on,
 *                       or "answer" --answer's file (of several each the next one)
 *     --match TEXT      the fault is for requests with this text, and N is counted from there on;
 *                       without it, it is for connections
 *     --step N          each further one suffers it N bytes later
 *     --times N         only the first N of them; all by default
 *     --heard FILE      all that clients say is written there, after a line for each connection
 *
 * Runs until it is killed. A thread a connection, so that to wait is to sleep.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_MAX 65536
#define HEAD_MAX 8192
#define DRIPS 10 /* bytes a second */
#define PIECES_A_SECOND 20
#define ANSWERS_MAX 32

static struct {
    int port, listen, delay_ms, rate;
    const char *port_file, *match, *heard, *answers[ANSWERS_MAX];
    int answer_count;
    bool up; /* the fault's way */
    char what[8];
    long after, step, times;
} options = {.times = -1};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long turns; /* faults that have been given out */
static int heard = -1;

enum { CLIENT, SERVER, SIDES };

struct link {
    int fds[SIDES];
    bool ended[SIDES], stalled[SIDES], drips[SIDES]; /* what comes from that side */
    long left;          /* bytes of the fault's way until it strikes; -1: never */
    const char *answer; /* what it answers then */
};

/** Returns whether all of it could be written. */
static bool say(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = send(fd, bytes, length, MSG_NOSIGNAL);
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static void hear(const char *bytes, size_t length)
{
    pthread_mutex_lock(&lock);
    if (heard >= 0 && write(heard, bytes, length) < 0)
        perror("tcp_proxy: heard");
    pthread_mutex_unlock(&lock);
}

/** The next fault is this connection's, unless all have been given out. */
static void take_fault(struct link *link)
{
    pthread_mutex_lock(&lock);
    bool is_over = !options.what[0] || turns == options.times;
    link->left = is_over ? -1 : options.after + options.step * turns;
    link->answer =
        options.answer_count ? options.answers[turns % options.answer_count] : "/dev/null";
    turns += !is_over;
    pthread_mutex_unlock(&lock);
}

static void answer(int fd, const char *path)
{
    static const struct linger gently = {.l_onoff = 1, .l_linger = 5};
    char bytes[PIECE_MAX];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    while ((got = read(file, bytes, sizeof(bytes))) > 0 && say(fd, bytes, (size_t)got))
        ;
    close(file);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &gently, sizeof(gently));
}

/** Returns whether the connection stays open. */
static bool strike(struct link *link, int from)
{
    static const struct linger hard = {.l_onoff = 1, .l_linger = 0};
    link->left = -1;
    if (strcmp(options.what, "stall") == 0) {
        link->stalled[from] = true;
        return true;
    }
    if (strcmp(options.what, "drip") == 0) {
        link->drips[from] = true;
        return true;
    }
    if (strcmp(options.what, "answer") == 0)
        answer(link->fds[CLIENT], link->answer);
    for (int i = 0; i < SIDES && strcmp(options.what, "reset") == 0; i++)
        setsockopt(link->fds[i], SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    return false;
}

/** Bytes from one side to the other, no faster than they may go. Returns whether they went. */
static bool deliver(const struct link *link, int from, const char *bytes, size_t length)
{
    const int rate = link->drips[from] ? DRIPS : options.rate;
    const size_t most = rate ? (size_t)rate / PIECES_A_SECOND + 1 : length;
    usleep((useconds_t)options.delay_ms * 1000);
    while (length > 0) {
        size_t piece = length < most ? length : most;
        if (rate)
            usleep((useconds_t)((double)piece * 1e6 / rate));
        if (!say(link->fds[!from], bytes, piece))
            return false;
        bytes += piece;
        length -= piece;
    }
    return true;
}

/** What a side sent goes to the other one. Returns whether the connection stays open. */
static bool pass(struct link *link, int from, const char *bytes, size_t length)
{
    const char *match = NULL;
    if (from == CLIENT && options.match)
        match = memmem(bytes, length, options.match, strlen(options.match));
    if (match)
        take_fault(link);
    bool counts = link->left >= 0 && options.up == (from == CLIENT);
    size_t begin = match ? (size_t)(match - bytes) : 0; /* from here on it counts */
    bool strikes = counts && (size_t)link->left <= length - begin;
    size_t first = strikes ? begin + (size_t)link->left : length;
    if (counts)
        link->left -= (long)(first - begin);
    if (!deliver(link, from, bytes, first))
        return false;
    if (strikes && !strike(link, from))
        return false;
    return link->stalled[from] || deliver(link, from, bytes + first, length - first);
}

/** Pass on what a side sends. Returns whether the connection stays open. */
static bool serve_side(struct link *link, int from)
{
    char bytes[PIECE_MAX];
    ssize_t got = read(link->fds[from], bytes, sizeof(bytes));
    if (got > 0 && from == CLIENT)
        hear(bytes, (size_t)got);
    if (got > 0)
        return pass(link, from, bytes, (size_t)got);
    link->ended[from] = true;
    shutdown(link->fds[!from], SHUT_WR);
    return got == 0 && !link->ended[!from];
}

static void serve(struct link *link)
{
    bool goes_on = true;
    while (goes_on) {
        struct pollfd polls[SIDES];
        for (int i = 0; i < SIDES; i++) {
            short events = link->stalled[i] ? POLLRDHUP : POLLIN;
            polls[i] = (struct pollfd){link->ended[i] ? -1 : link->fds[i], events, 0};
        }
        if (poll(polls, SIDES, -1) < 0)
            continue;
        for (int i = 0; i < SIDES && goes_on; i++)
            if (polls[i].revents)
                goes_on = !link->stalled[i] && serve_side(link, i);
    }
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

/** What CONNECT asks for. Returns the connection to it, -1 where there is none. */
static int tunnel(int client)
{
    char head[HEAD_MAX + 1] = "";
    size_t length = 0;
    int port = 0;
    while (!strstr(head, "\r\n\r\n") && length < HEAD_MAX) {
        ssize_t got = read(client, head + length, HEAD_MAX - length);
        if (got <= 0)
            return -1;
        length += (size_t)got;
        head[length] = '\0';
    }
    hear(head, length);
    if (sscanf(head, "CONNECT %*[^:]:%d", &port) != 1)
        return -1;
    int server = connect_to(port);
    const char *reply = server < 0 ? "HTTP/1.1 502 Bad Gateway\r\n\r\n" : "HTTP/1.1 200 OK\r\n\r\n";
    say(client, reply, strlen(reply));
    return server;
}

static void *take(void *context)
{
    int client = (int)(intptr_t)context, yes = 1;
    hear("connection\n", 11);
    struct link link = {.left = -1};
    if (!options.match)
        take_fault(&link);
    bool answers = link.left == 0 && options.answer_count;
    link.fds[CLIENT] = client;
    link.ended[SERVER] = answers; /* nobody is asked */
    link.fds[SERVER] = answers        ? open("/dev/null", O_RDWR | O_CLOEXEC)
                       : options.port ? connect_to(options.port)
                                      : tunnel(client);
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    setsockopt(link.fds[SERVER], IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (link.fds[SERVER] >= 0)
        serve(&link);
    for (int i = 0; i < SIDES; i++)
        close(link.fds[i]);
    return NULL;
}

static int listen_on(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    FILE *file = fopen(options.port_file, "we");
    if (bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, 1024) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0 || !file) {
        perror("tcp_proxy");
        exit(1);
    }
    fprintf(file, "%d\n", ntohs(address.sin_port));
    fclose(file);
    return fd;
}

static void read_options(int count, char **arguments)
{
    enum { PORT_FILE, TO, LISTEN, DELAY, RATE, FAULT, MATCH, STEP, TIMES, ANSWER, HEARD, NAMES };
    static const char *const names[NAMES] = {"port-file", "to", "listen", "delay", "rate", "fault",
        "match", "step", "times", "answer", "heard"};
    struct option known[NAMES + 1] = {0};
    char way[8] = "";
    for (int i = 0; i < NAMES; i++)
        known[i] = (struct option){names[i], required_argument, NULL, i};
    for (int option; (option = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        long number = optarg ? strtol(optarg, NULL, 10) : 0;
        switch (option) {
        case PORT_FILE:
            options.port_file = optarg;
            break;
        case TO:
            options.port = (int)number;
            break;
        case LISTEN:
            options.listen = (int)number;
            break;
        case DELAY:
            options.delay_ms = (int)number;
            break;
        case RATE:
            options.rate = (int)number;
            break;
        case FAULT:
            if (sscanf(optarg, "%7[a-z]:%ld:%7[a-z]", way, &options.after, options.what) != 3)
                exit(2);
            options.up = strcmp(way, "up") == 0;
            break;
        case MATCH:
            options.match = optarg;
            break;
        case STEP:
            options.step = number;
            break;
        case TIMES:
            options.times = number;
            break;
        case ANSWER:
            if (options.answer_count < ANSWERS_MAX)
                options.answers[options.answer_count++] = optarg;
            break;
        case HEARD:
            options.heard = optarg;
            break;
        default:
            exit(2);
        }
    }
    if (!options.port_file)
        exit(2);
}

int main(int count, char **arguments)
{
    signal(SIGPIPE, SIG_IGN);
    read_options(count, arguments);
    if (options.heard)
        heard = open(options.heard, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int listener = listen_on(options.listen);
    for (;;) {
        pthread_t thread;
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0 || pthread_create(&thread, NULL, take, (void *)(intptr_t)client) != 0)
            continue;
        pthread_detach(thread);
    }
}
