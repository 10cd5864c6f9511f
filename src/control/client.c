/** Sends one question to the agent or, if none is running, to the queue. */
#include "closedrop/control/client.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/control/questions.h"
#include "closedrop/http/http.h"
#include "closedrop/http/request.h"
#include "closedrop/queue/prune.h"
#include "closedrop/queue/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 10000
#define START_MS 3000
#define PAUSE_US 20000

struct client {
    const struct config *config;
    struct http *http;
    struct queue *queue; /* if no agent answers, else NULL */
};

static struct answer ask_agent(struct client *client, const struct question *question)
{
    char path[QUESTION_URL_MAX];
    question_url(question, path);
    char *url = str_format("http://localhost%s", path);
    CLEANUP(free_text) char *told = question->told ? json_print(question->told) : strdup("");
    const struct request_options options = {
        .unix_socket = client->config->control_socket, .timeout_ms = PATIENCE_MS};
    struct request *request = url && told ? request_new(url, &options) : NULL;
    struct answer answer = {0, NULL};
    free(url);
    if (!request)
        return answer;
    if (question_method(question)[0] == 'P')
        request_post_json(request, told);
    http_run(client->http, request);
    if (request_end(request) == TRANSFER_ANSWERED) {
        size_t length;
        const char *body = request_reply(request, &length);
        answer.status = request_status(request);
        answer.body = json_parse(body, length);
    }
    request_free(request);
    return answer;
}

static bool agent_answers(struct client *client)
{
    const struct question cheapest = {.kind = ASK_LIST, .state = -1, .limit = 1};
    struct answer answer = ask_agent(client, &cheapest);
    json_free(answer.body);
    return answer.status == 200;
}

/**
 * Find the agent, else the queue. An agent that is still starting has the queue open but does not
 * answer yet.
 */
static int find_somebody(struct client *client, struct str *why)
{
    int64_t end = clock_steady_ms() + START_MS;
    for (;;) {
        if (agent_answers(client))
            return 0;
        int problem = queue_open(client->config->state_dir, false, &client->queue, why);
        if (problem != STORE_IN_USE)
            return problem == STORE_MISSING ? -ENOENT : problem ? -1 : 0;
        if (clock_steady_ms() >= end)
            break;
        str_clear(why);
        usleep(PAUSE_US);
    }
    str_printf(why, ", but no agent answers on %s; is it running with another configuration?",
        client->config->control_socket);
    return -1;
}

static struct client *client_new(const struct config *config)
{
    struct client *client = calloc(1, sizeof(*client));
    if (!client)
        return NULL;
    client->config = config;
    client->http = http_new();
    if (client->http)
        return client;
    client_close(client);
    return NULL;
}

int client_open(const struct config *config, struct client **ret_client, struct str *why)
{
    struct client *client = client_new(config);
    int result = client ? find_somebody(client, why) : -1;
    if (result < 0)
        client_close(client);
    else
        *ret_client = client;
    return result;
}

int client_open_agent(const struct config *config, struct client **ret_client)
{
    struct client *client = client_new(config);
    int result = client && agent_answers(client) ? 0 : -1;
    if (result < 0)
        client_close(client);
    else
        *ret_client = client;
    return result;
}

void client_close(struct client *client)
{
    if (!client)
        return;
    http_free(client->http);
    queue_close(client->queue);
    free(client);
}

bool client_is_without_agent(
    struct client *client, int64_t *ret_started_ms, int64_t *ret_stopped_ms)
{
    if (!client->queue)
        return false;
    *ret_started_ms = queue_started_ms(client->queue);
    *ret_stopped_ms = queue_stopped_ms(client->queue);
    return true;
}

int client_check_queue(struct client *client, struct str *why)
{
    return client->queue ? queue_check(client->queue, why) : 0;
}

int client_shrink_queue(struct client *client, int64_t *ret_bytes)
{
    *ret_bytes = 0;
    return client->queue ? queue_shrink(client->queue, ret_bytes) : 0;
}

struct answer client_ask(struct client *client, const struct question *question)
{
    if (!client->queue)
        return ask_agent(client, question);
    queue_begin(client->queue);
    struct answer answer = question_answer(client->queue, client->config, question);
    int result = queue_commit(client->queue);
    if (result < 0) {
        json_free(answer.body);
        return answer_error(500, result == -ENOSPC
                                     ? "the disk of state_dir is full"
                                     : "the queue cannot be read or written; see closedrop doctor");
    }
    return answer;
}
