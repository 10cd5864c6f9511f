/** Applies a changed configuration to the jobs in the queue. */
#define LOG_MODULE "agent"

#include "config_changes.h"

#include "closedrop/base/log.h"
#include "closedrop/queue/reading.h"

/** The rules may have changed: wake the jobs that wait for that. */
static void wake_for_rules(struct agent *agent)
{
    queue_wake(agent->queue, "rule_gone");
    if (!agent->config->limits.guard.ask_above)
        queue_wake(agent->queue, "held");
    for (size_t i = 0; i < agent->config->folder_count; i++)
        queue_wake_changed(
            agent->queue, agent->config->folders[i].name, agent->config->folders[i].rules_digest);
}

/** The configurations in which the folders of jobs are looked up. */
struct lost_folders {
    const struct config *now;
    const struct config *before; /* NULL at the start */
};

static void warn_of_lost_folder(void *context, const char *folder, int64_t jobs, int64_t waiting)
{
    const struct lost_folders *lost = context;
    bool is_news = lost->before ? config_folder(lost->before, folder) != NULL : waiting > 0;
    if (!config_folder(lost->now, folder) && is_news)
        log_warn("the folder \"%s\" is no longer in the configuration, but the queue has jobs of "
                 "it: %lld, of which %lld wait; if it was only moved or renamed, keep its name: "
                 "name = \"%s\";",
            folder, (long long)jobs, (long long)waiting, folder);
}

void config_changes_apply(struct agent *agent, const struct config *before)
{
    struct lost_folders lost = {agent->config, before};
    wake_for_rules(agent);
    queue_count_by_folder(agent->queue, warn_of_lost_folder, &lost);
}
