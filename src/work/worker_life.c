/** A worker begins, takes another configuration, and ends. */
#define LOG_MODULE "worker"

#include "elsewhere.h"
#include "errand_rows.h"
#include "folder_view.h"
#include "held_news.h"
#include "moves.h"
#include "paced.h"
#include "pacing.h"
#include "tell.h"
#include "worker_key.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdlib.h>

/** A table that cannot be used holds up every file that needs it, and then fails them: said before
 * the first one comes. */
static void warn_of_table(struct worker *worker, const char *what, const char *name,
    const struct table_ask *ask, bool are_apart)
{
    struct str why = STR_INIT(4096);
    bool is_meant = !are_apart || tables_are_apart(worker->tables, ask);
    int result = is_meant ? tables_check(worker->tables, ask, &why) : 0;
    if (result == -EINPROGRESS)
        worker->has_tables_to_check = true;
    else if (result < 0)
        log_warn("%s \"%s\": %s; files that need it wait for it as long as their folder's setting "
                 "incomplete allows, and then fail",
            what, name, str_text(&why));
    str_release(&why);
}

static void warn_of_tables(struct worker *worker, bool are_apart)
{
    worker->has_tables_to_check = false;
    for (size_t i = 0; i < worker->config->folder_count; i++)
        for (struct rule **rule = worker->config->folders[i].rules; *rule; rule++) {
            CLEANUP(json_freep) struct json *columns = rule_columns(*rule);
            const struct table_ask ask = rule_table_ask(*rule, columns);
            if ((*rule)->table)
                warn_of_table(worker, "rule", (*rule)->name, &ask, are_apart);
        }
    const struct people *people = &worker->config->people;
    const struct people_columns used = config_people_columns(worker->config);
    CLEANUP(json_freep) struct json *columns = people_columns(&used);
    const struct table_ask ask = people_ask(people, columns);
    if (people->file)
        warn_of_table(worker, "table", "people", &ask, are_apart);
}

/** The folders are watched from the start: nobody answers earlier questions. */
static void ask_again(struct worker *worker)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->step.kind == STEP_SEARCH)
            task_continue(task, task->stage);
    elsewhere_begin_again(worker);
}

int worker_configure(struct worker *worker, struct config *config, struct str *why)
{
    struct key key;
    int result = config_key(config, &key, why);
    if (result == -ENOKEY && worker->key.text[0] && !worker->key.file) {
        /* it came by the environment, which is gone since: it stays */
        key = worker->key;
        str_clear(why);
        result = 0;
    }
    if (result < 0)
        return result;
    struct folder_view *views = folder_views_new(worker, config);
    if (!views)
        return -ENOMEM;
    if (key.file || worker->key.file)
        key_release(&worker->key);
    worker->key = key;
    worker->key_unusable = false;
    worker_key_begin(worker);
    absences_release(&worker->absences); /* it may be the key of another organisation */
    tell_end(worker);
    free(worker->folders);
    worker->folders = views;
    config_release(worker->config);
    worker->config = config_hold(config);
    worker->turn = 0;
    ask_again(worker);
    http_set_bandwidth(worker->http, config->limits.bandwidth);
    window_forget(&worker->windows[API_ME]);
    breaker_ask_now(&worker->api_breaker, clock_steady_ms());
    breaker_ask_now(&worker->s3_breaker, clock_steady_ms());
    paced_ask_again(worker);
    if (tables_read_apart(worker->tables, config->limits.timeout_ms) < 0)
        return -ENOMEM;
    warn_of_tables(worker, false);
    return 0;
}

void worker_take_tables(struct worker *worker)
{
    if (!tables_take(worker->tables))
        return;
    queue_wake(worker->queue, "table");
    for (size_t i = 0; i < worker->config->folder_count; i++)
        worker->folders[i].classify_again_ms = 0;
    if (worker->has_tables_to_check)
        warn_of_tables(worker, true);
}

int worker_descriptor(const struct worker *worker)
{
    return tables_descriptor(worker->tables);
}

struct worker *worker_new(struct queue *queue, struct http *http, struct config *config,
    worker_resettle *resettle, worker_scan *scan, worker_order *order, void *context)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    if (!worker)
        return NULL;
    worker->errand_rows = errand_rows;
    worker->queue = queue;
    worker->http = http;
    worker->resettle = resettle;
    worker->scan = scan;
    worker->order = order;
    worker->watch_context = context;
    worker->has_suspects = true;                        /* the first claim looks */
    worker->windows[API_FORMS].limit = WINDOW_NO_LIMIT; /* S3's, and a file may take hours */
    worker->folders = folder_views_new(worker, config);
    worker->config = config_hold(config);
    worker->tables = tables_new();
    if (worker->tables && worker->folders)
        return worker;
    worker_free(worker);
    return NULL;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    while (worker->tasks)
        moves_end_task(worker, worker->tasks);
    pacing_drop_request(worker, &worker->question);
    if (worker->renewal.request)
        http_stop(worker->http, worker->renewal.request);
    renewal_release(&worker->renewal);
    key_release(&worker->key);
    held_news_free(worker);
    tables_free(worker->tables);
    absences_release(&worker->absences);
    tell_end(worker);
    free(worker->folders);
    config_release(worker->config);
    free(worker);
}
