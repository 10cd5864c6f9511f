/** The HTTP server on the control socket: reads whole requests, and returns their answers. */
#include "closedrop/control/server.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/control/questions.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX 32
#define IDLE_MAX_S 10

struct server {
    struct MHD_Daemon *daemon;
    char *path;
    server_answer *answer;
    void *context;
};

static const char *read_parameter(void *context, const char *name)
{
    return MHD_lookup_connection_value(context, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct answer answer)
{
    char *text = json_print(answer.body);
    json_free(answer.body);
    if (!text)
        return MHD_NO;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        free(text);
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)answer.status, response);
    MHD_destroy_response(response);
    return result;
}

/** Answer a complete request, with its body. */
static enum MHD_Result answer_request(struct server *server, struct MHD_Connection *connection,
    const char *method, const char *url, const struct str *body)
{
    struct question question;
    if (str_error(body))
        return send_answer(connection, answer_error(413, "the request is too long"));
    if (question_parse(method, url, read_parameter, connection, &question) < 0)
        return send_answer(connection, answer_error(404, "unknown request"));
    CLEANUP(json_freep) struct json *told = json_parse(str_text(body), body->length);
    question.told = told;
    return send_answer(connection, server->answer(server->context, &question));
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size,
    void **request)
{
    struct str *body = *request;
    (void)version;
    if (!body) { /* only the head has arrived, the body will follow */
        *request = body = malloc(sizeof(*body));
        if (body)
            *body = (struct str)STR_INIT(QUESTION_TOLD_MAX);
        return body ? MHD_YES : MHD_NO;
    }
    if (*upload_size) {
        str_add_bytes(body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    return answer_request(context, connection, method, url, body);
}

static void forget_request(void *context, struct MHD_Connection *connection, void **request,
    enum MHD_RequestTerminationCode code)
{
    struct str *body = *request;
    (void)context, (void)connection, (void)code;
    if (body)
        str_release(body);
    free(body);
    *request = NULL;
}

static bool somebody_listens(const struct sockaddr_un *address)
{
    CLEANUP(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    CLEANUP(free_text) char *directory = path_directory(path);
    if (!directory || strlen(path) >= sizeof(address.sun_path))
        return directory ? -ENAMETOOLONG : -ENOMEM;
    strcpy(address.sun_path, path);
    if (mkdir(directory, 0750) < 0 && errno != EEXIST)
        return -errno;
    if (somebody_listens(&address))
        return -EADDRINUSE;
    unlink(path);
    CLEANUP(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    mode_t before = umask(0117);
    int bound = bind(fd, (const struct sockaddr *)&address, sizeof(address));
    int error = errno;
    umask(before);
    if (bound < 0)
        return -error;
    return listen(fd, CONNECTIONS_MAX) < 0 ? -errno : TAKE_FD(fd);
}

int server_open(const char *path, server_answer *answer, void *context, struct server **ret_server,
    struct str *why)
{
    int fd = listen_at(path);
    if (fd < 0) {
        str_printf(why, "control_socket %s cannot be used: %s", path,
            fd == -EADDRINUSE
                ? "another agent is listening there; stop that one, or set another control_socket"
                : strerror(-fd));
        return fd;
    }
    struct server *server = calloc(1, sizeof(*server));
    if (server) {
        server->answer = answer;
        server->context = context;
        server->path = strdup(path);
        server->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, handle, server,
            MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_MAX_S, MHD_OPTION_NOTIFY_COMPLETED,
            forget_request, NULL, MHD_OPTION_END);
    }
    if (!server || !server->daemon || !server->path) {
        str_printf(why, "cannot serve control_socket %s", path);
        if (!server || !server->daemon)
            close(fd);
        server_close(server);
        return -ENOMEM; /* or out of descriptors */
    }
    *ret_server = server;
    return 0;
}

void server_close(struct server *server)
{
    if (!server)
        return;
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    if (server->path)
        unlink(server->path);
    free(server->path);
    free(server);
}

int server_descriptor(const struct server *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

void server_run(struct server *server)
{
    MHD_run(server->daemon);
}

int64_t server_timeout(const struct server *server)
{
    MHD_UNSIGNED_LONG_LONG ms;
    return MHD_get_timeout(server->daemon, &ms) == MHD_YES ? (int64_t)ms : INT64_MAX;
}
