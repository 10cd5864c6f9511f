/** Sends requests to the watch thread: settle a file again, scan a folder. */
#include "requests.h"
#include "agent_state.h"

#include <stdlib.h>
#include <string.h>

static struct message *new_request(
    const struct agent *agent, enum message_kind kind, const struct folder *folder, size_t room)
{
    return message_new(kind, agent->config, (size_t)(folder - agent->config->folders), room);
}

void request_resettle(void *context, const char *name, const char *path)
{
    struct agent *agent = context;
    const struct folder *folder = config_folder(agent->config, name);
    if (!folder)
        return;
    struct message *message = new_request(agent, MESSAGE_RESETTLE, folder, 1);
    if (message && (message->sightings[0].path = strdup(path)) != NULL)
        message->count = 1;
    if (!message || !intake_post(agent->intake, message))
        intake_rescan(agent->intake);
}

int64_t request_progress(struct agent *agent, const struct folder *folder, const char *path)
{
    struct message *message = new_request(agent, MESSAGE_ASK, folder, 1);
    if (!message)
        return 0;
    message->question = agent->questions + 1;
    message->sightings[0].path = strdup(path);
    message->count = message->sightings[0].path != NULL;
    return intake_post(agent->intake, message) ? ++agent->questions : 0;
}

int64_t request_scan(void *context, const char *name)
{
    struct agent *agent = context;
    const struct folder *folder = config_folder(agent->config, name);
    struct message *message = folder ? new_request(agent, MESSAGE_SCAN, folder, 0) : NULL;
    if (!message)
        return 0;
    message->scan = agent->scans + 1;
    return intake_post(agent->intake, message) ? ++agent->scans : 0;
}

bool request_order(void *context, const char *name, enum order order, int64_t number,
    const char *bytes, size_t length)
{
    static const enum message_kind kinds[] = {[ORDER_STAGE] = MESSAGE_ASSIGN,
        [ORDER_PUT_AWAY] = MESSAGE_PUT_AWAY,
        [ORDER_READ] = MESSAGE_READ,
        [ORDER_CLOSE] = MESSAGE_CLOSE};
    struct agent *agent = context;
    const struct folder *folder = config_folder(agent->config, name);
    bool has_process = folder && atomic_load(&folder->is_elsewhere);
    struct message *message = has_process ? new_request(agent, kinds[order], folder, 0) : NULL;
    if (!message || (message->body = malloc(length + 1)) == NULL) {
        message_free(message);
        return false;
    }
    memcpy(message->body, bytes, length);
    message->body_length = length;
    message->question = number;
    return intake_post(agent->intake, message);
}
