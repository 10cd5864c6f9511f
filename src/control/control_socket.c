/** Serves every question on the control socket: whoever can reach it may ask. */
#include "closedrop/control/control_socket.h"

#include "api.h"
#include "listening.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/config/listen_address.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CONNECTIONS_MAX 32

static void answer(void *context, struct exchange *exchange, struct reply *reply)
{
    const struct control_socket *control = context;
    struct question question;
    if (api_question(exchange, exchange_path(exchange), &question) < 0)
        reply_set_answer(reply, answer_error(404, "unknown request"));
    else
        api_answer(exchange, &question, control->answer, control->context, reply);
}

static const struct service service = {
    .connections_max = CONNECTIONS_MAX, .body_max = QUESTION_TOLD_MAX, .answer = answer};

static int listen_at(const char *path)
{
    struct str why = STR_INIT(1000); /* the configuration has been checked */
    struct listen_address address;
    CLEANUP(free_text) char *text = str_format(LISTEN_UNIX "%s", path);
    if (!text)
        return -ENOMEM;
    int result = listen_address_parse(text, &address, &why);
    str_release(&why);
    return result < 0 ? result : listening_open(&address);
}

int control_socket_open(struct control_socket *control, const char *path, struct str *why)
{
    int fd = listen_at(path);
    if (fd < 0) {
        str_printf(why, "control_socket %s cannot be used: %s", path,
            fd == -EADDRINUSE
                ? "another agent is listening there; stop that one, or set another control_socket"
                : strerror(-fd));
        return fd;
    }
    int result = server_open(fd, path, &service, control, &control->server);
    if (result < 0) {
        str_printf(why, "cannot serve control_socket %s", path);
        close(fd);
    }
    return result;
}
