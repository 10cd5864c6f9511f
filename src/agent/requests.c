/** Messages to the watch thread: settle a file again, scan a folder. */
#include "requests.h"
#include "agent_state.h"

#include <stdlib.h>
#include <string.h>

void request_resettle(void *context, const char *folder, const char *path)
{
    struct agent *agent = context;
    for (size_t i = 0; i < agent->config->folder_count; i++) {
        if (strcmp(agent->config->folders[i].name, folder) != 0)
            continue;
        struct message *message = message_new(MESSAGE_RESETTLE, agent->config, i, 1);
        if (message && (message->sightings[0].path = strdup(path)) != NULL)
            message->count = 1;
        if (!message || !mailbox_post(agent->to_watch, message, false))
            watch_rescan(agent->watch);
    }
}

int64_t request_scan(void *context, const char *folder)
{
    struct agent *agent = context;
    for (size_t i = 0; i < agent->config->folder_count; i++) {
        if (strcmp(agent->config->folders[i].name, folder) != 0)
            continue;
        struct message *message = message_new(MESSAGE_SCAN, agent->config, i, 0);
        if (!message)
            return 0;
        message->scan = agent->scans + 1;
        return mailbox_post(agent->to_watch, message, false) ? ++agent->scans : 0;
    }
    return 0;
}
