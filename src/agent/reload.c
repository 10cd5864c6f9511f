/** Reloads the configuration on SIGHUP; if it has errors, the old one stays in effect. */
#define LOG_MODULE "agent"

#include "reload.h"
#include "config_changes.h"

#include "closedrop/base/log.h"
#include "closedrop/base/notify.h"
#include "closedrop/config/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** Warn about settings that a reload cannot change. */
static void warn_of_fixed(const struct config *old, const struct config *new)
{
    if (strcmp(old->state_dir, new->state_dir) != 0)
        log_warn("state_dir only changes on a restart; %s stays in use", old->state_dir);
    if (strcmp(old->control_socket, new->control_socket) != 0)
        log_warn("control_socket only changes on a restart; %s stays in use", old->control_socket);
    if (strcmp(old->http.listen, new->http.listen) != 0)
        log_warn("http.listen only changes on a restart; %s stays in use",
            *old->http.listen ? old->http.listen : "no server");
}

static int swap_config(struct agent *agent, struct config *config, struct str *why)
{
    struct tokens tokens = {"", ""};
    struct agent_folder *folders = agent_folders_new(config);
    char *state_dir = strdup(agent->config->state_dir);
    int result = folders && state_dir ? tokens_load(config, &tokens, why) : -ENOMEM;
    if (result == 0)
        result = intake_prepare(agent->intake, config);
    if (result == 0)
        result = worker_configure(agent->worker, config, why);
    if (result < 0) {
        free(folders);
        free(state_dir);
        return result;
    }
    web_set_tokens(agent->web, &tokens);
    tokens_erase(&tokens);
    warn_of_fixed(agent->config, config);
    free(config->state_dir); /* own_directory() must know where the queue still is */
    config->state_dir = state_dir;
    free(agent->folders);
    agent->folders = folders;
    agent->is_first_queue = false;
    config_release(agent->config);
    agent->config = config_hold(config);
    alerts_configure(agent->alerts, config);
    log_configure(config->log_level, config->log_format);
    intake_switch(agent->intake);
    return 0;
}

/** Log each line of a list of problems separately. */
static void log_problems(const struct str *problems)
{
    char *text = strdup(str_text(problems));
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*line)
            log_error("%s", line);
    free(text);
}

void reload(struct agent *agent)
{
    struct config *config = NULL;
    struct str problems = STR_INIT(256 * 1024);
    notify_reloading();
    struct config *before = config_hold(agent->config);
    int result = config_load(agent->file, CONFIG_COMPARE_INODES, &config, &problems);
    if (result == 0)
        result = swap_config(agent, config, &problems);
    str_clear(&agent->mistakes);
    if (result < 0) {
        str_add(&agent->mistakes, str_text(&problems));
        log_problems(&problems);
        log_error("reload failed: the new configuration has errors; keeping the old one");
    } else {
        queue_begin(agent->queue);
        config_changes_apply(agent, before);
        if (agent_commit(agent) == 0)
            log_info("reloaded %s", agent->file);
    }
    config_release(before);
    config_release(config);
    str_release(&problems);
    notify_ready("running");
}
