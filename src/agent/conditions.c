/** What holds up files now: each server, the disk, the watch thread, each folder, each rule. */
#include "conditions.h"

#include "closedrop/base/clock.h"
#include "closedrop/queue/ledger.h"
#include "closedrop/queue/notices.h"

#include <stdlib.h>
#include <string.h>

#define COMMON_MAX 5 /* conditions that are about all folders */

struct conditions {
    struct condition *list;
    size_t count;
};

static enum condition_state state_of(bool is_known, bool is_present)
{
    return is_present ? CONDITION_PRESENT : !is_known ? CONDITION_UNKNOWN : CONDITION_ABSENT;
}

static void add_blocked(struct conditions *conditions, const char *code, const char *folder,
    enum condition_state state, const char *message)
{
    conditions->list[conditions->count++] = (struct condition){.kind = NOTICE_BLOCKED,
        .parts = {.code = code, .folder = folder},
        .state = state,
        .message = message};
}

/** A key that is refused is refused by a Close that answers; the reverse is unknown. */
static void add_servers(struct conditions *conditions, const struct worker_health *health)
{
    bool is_outage = health->api_code && strcmp(health->api_code, "no_answer") == 0;
    bool is_key = health->api_code && !is_outage;
    add_blocked(conditions, is_key ? health->api_code : "key_refused", NULL,
        state_of(health->is_key_known && !is_outage, is_key), health->api_message);
    add_blocked(conditions, "no_answer", NULL, state_of(health->is_key_known, is_outage),
        health->api_message);
    add_blocked(conditions, health->s3_code ? health->s3_code : "s3_down", NULL,
        state_of(health->is_s3_known, health->s3_code != NULL), health->s3_message);
}

static void add_machine(struct conditions *conditions, const struct agent *agent)
{
    add_blocked(conditions, "disk_full", NULL, state_of(true, agent->disk_short),
        str_text(&agent->disk_why));
    add_blocked(conditions, "watch_stuck", NULL, state_of(true, agent->watch_stuck),
        "the watch thread hangs because the file system of a drop folder does not answer");
}

/** Nothing is known about a folder that was not checked yet. */
static void add_folder(
    struct conditions *conditions, const struct folder *folder, const struct folder_health *health)
{
    bool is_away = !health->healthy && *health->message;
    add_blocked(conditions, "folder_away", folder->name,
        state_of(health->healthy || is_away, is_away), health->message);
}

/** All that is in the folder has been queued, so that it is known when the last file came. */
static bool is_searched(const struct folder_health *health)
{
    return health->healthy && health->complete_scans > 0 && health->settling == 0 &&
           health->waiting[SETTLE_QUIET] == 0;
}

static void add_silence(
    struct conditions *conditions, const struct folder *folder, const struct folder_health *health)
{
    if (!folder->expect.days && !folder->silent_ms)
        return;
    conditions->list[conditions->count++] = (struct condition){.kind = NOTICE_SILENT,
        .parts = {.folder = folder->name},
        .state = is_searched(health) ? CONDITION_ABSENT : CONDITION_UNKNOWN,
        .message = ""};
}

static void add_rule(struct conditions *conditions, struct queue *queue, const struct rule *rule)
{
    int64_t id;
    bool is_held = queue_list_held(queue, rule->name, HELD_FOR_WORD, 0, &id, 1) > 0;
    conditions->list[conditions->count++] = (struct condition){.kind = NOTICE_HELD,
        .parts = {.rule = rule->name},
        .state = state_of(true, is_held),
        .message = "emails of this rule wait for your approval; \"closedrop list --held\" shows "
                   "them, \"closedrop release\" sends and \"closedrop recall\" cancels them"};
}

static bool is_heard_of(const struct agent *agent, enum notice_kind kind)
{
    return queue_has_listeners(agent->queue, kind) ||
           queue_has_listeners(agent->queue, NOTICE_RECOVERED);
}

/** Since when the file has waited that is still in its folder, and not for a marker. */
static int64_t unsettled_since_ms(const struct agent *agent)
{
    int64_t first_ms = INT64_MAX;
    for (size_t i = 0; i < agent->config->folder_count; i++) {
        const struct folder_health *health = &agent->folders[i].health;
        if (health->healthy && health->unsettled_since_ms)
            first_ms = earlier(first_ms, health->unsettled_since_ms);
    }
    return first_ms == INT64_MAX ? 0 : first_ms;
}

void conditions_report(struct agent *agent)
{
    const struct config *config = agent->config;
    struct conditions conditions = {
        calloc(
            COMMON_MAX + 2 * config->folder_count + config->rule_count, sizeof(struct condition)),
        0};
    const struct worker_health health = worker_health(agent->worker);
    if (!conditions.list) /* no memory: in the next turn */
        return;
    add_servers(&conditions, &health);
    add_machine(&conditions, agent);
    for (size_t i = 0; i < config->folder_count; i++) {
        add_folder(&conditions, &config->folders[i], &agent->folders[i].health);
        if (is_heard_of(agent, NOTICE_SILENT))
            add_silence(&conditions, &config->folders[i], &agent->folders[i].health);
    }
    for (size_t i = 0; is_heard_of(agent, NOTICE_HELD) && i < config->rule_count; i++)
        add_rule(&conditions, agent->queue, &config->rules[i]);
    alerts_turn(agent->alerts, conditions.list, conditions.count, unsettled_since_ms(agent));
    free(conditions.list);
}
