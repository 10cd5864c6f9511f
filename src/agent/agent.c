/** Starts the stages from left to right, runs them, and stops them in reverse. */
#define LOG_MODULE "agent"

#include "closedrop/agent/agent.h"

#include "agent_state.h"
#include "control.h"
#include "figures.h"
#include "loop.h"
#include "recover.h"
#include "requests.h"
#include "signals.h"

#include "closedrop/base/account.h"
#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/core_file.h"
#include "closedrop/base/exit_codes.h"
#include "closedrop/base/log.h"
#include "closedrop/base/notify.h"
#include "closedrop/base/shortage.h"
#include "closedrop/config/load.h"
#include "closedrop/queue/job_log.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUEUE_PATIENCE_MS 3000
#define QUEUE_PAUSE_US 20000
#define HEAP_KEPT (4 * 1024 * 1024)

/** The machine does not provide what a start needs; `errno` says why. */
static int refuse_to_start(const char *what)
{
    log_error("%s: %s; nothing was started", what, strerror(errno));
    return EXIT_NOT_DONE;
}

/** Log why a stage cannot start. An empty reason means that there was no memory to write it. */
static void tell_why(const struct str *why)
{
    log_error("%s", why->length ? str_text(why) : "out of memory; nothing was started");
}

/** The exit status of a start: only if the machine is to blame is another attempt worthwhile. */
static int exit_code_of(int result)
{
    return result == 0 ? EXIT_DONE : is_shortage(result) ? EXIT_NOT_DONE : EXIT_CONFIG;
}

static int load_config(struct agent *agent)
{
    struct str problems = STR_INIT(256 * 1024);
    int result = config_load(agent->file, CONFIG_COMPARE_INODES, &agent->config, &problems);
    if (result < 0) {
        fputs(str_text(&problems), stderr);
        fprintf(stderr, "closedrop: %s; nothing was started\n",
            is_shortage(result) ? strerror(-result) : "the configuration is wrong");
    }
    str_release(&problems);
    return exit_code_of(result);
}

/** Wait for a command that has the queue open for a moment; another agent never closes it. */
static int open_when_free(struct agent *agent, struct str *why)
{
    int64_t end = clock_steady_ms() + QUEUE_PATIENCE_MS;
    int problem;
    while ((problem = queue_open(agent->config->state_dir, true, &agent->queue, why)) ==
               STORE_IN_USE &&
           clock_steady_ms() < end) {
        str_clear(why);
        usleep(QUEUE_PAUSE_US);
    }
    return problem;
}

static int open_queue(struct agent *agent)
{
    struct str why = STR_INIT(4096);
    CLEANUP(free_text) char *aside = NULL;
    int problem = open_when_free(agent, &why);
    if (problem == STORE_DAMAGED && queue_set_aside(agent->config->state_dir, &aside) == 0) {
        log_error("%s; it was set aside as %s", str_text(&why), aside);
        str_clear(&why);
        problem = queue_open(agent->config->state_dir, true, &agent->queue, &why);
    }
    if (problem)
        tell_why(&why);
    str_release(&why);
    bool is_configuration = problem == STORE_NEWER || problem == STORE_UNWRITABLE;
    return !problem ? EXIT_DONE : is_configuration ? EXIT_CONFIG : EXIT_NOT_DONE;
}

/** A job has moved. Whoever moves it logs that with the reason, but for these two, which have none.
 */
static void note_move(void *context, const struct job *job, enum job_state before)
{
    figures_count_move(context, job, before);
    if (job->state == JOB_UPLOADING || job->state == JOB_ATTACHING)
        job_log(LOG_LEVEL_DEBUG, LOG_MODULE, job, job_state_names[job->state], NULL);
}

static int open_metrics(struct agent *agent)
{
    agent->metrics = metrics_new();
    if (!agent->metrics)
        return refuse_to_start("cannot prepare metrics");
    queue_observe(agent->queue, note_move, agent);
    return EXIT_DONE;
}

static int open_owners(struct agent *agent)
{
    agent->owners = account_names_new();
    return agent->owners ? EXIT_DONE : refuse_to_start("cannot remember the owners of files");
}

static int open_worker(struct agent *agent)
{
    struct str why = STR_INIT(4096);
    agent->http = http_new();
    agent->worker = agent->http ? worker_new(agent->queue, agent->http, agent->config,
                                      request_resettle, request_scan, request_order, agent)
                                : NULL;
    int result = agent->worker ? worker_configure(agent->worker, agent->config, &why) : -ENOMEM;
    if (result < 0)
        tell_why(&why);
    str_release(&why);
    return exit_code_of(result);
}

static int open_alerts(struct agent *agent)
{
    agent->alerts = alerts_new(agent->queue, agent->http, agent->config);
    if (!agent->alerts)
        return refuse_to_start("cannot prepare alerts");
    if (alerts_has_reported(agent->alerts, NOTICE_BLOCKED, "key_refused") ||
        alerts_has_reported(agent->alerts, NOTICE_BLOCKED, "no_answer"))
        worker_check_health(agent->worker); /* it may be over, and nothing else may ask */
    return EXIT_DONE;
}

static int open_control(struct agent *agent)
{
    struct str why = STR_INIT(4096);
    agent->control.answer = control_answer;
    agent->control.context = agent;
    int result = control_socket_open(&agent->control, agent->config->control_socket, &why);
    if (result < 0)
        tell_why(&why);
    str_release(&why);
    return exit_code_of(result);
}

static int open_web(struct agent *agent)
{
    const struct http_settings *http = &agent->config->http;
    const struct web_source source = {control_answer, figures_print, figures_judge_health, agent};
    struct str why = STR_INIT(4096);
    struct tokens tokens;
    int result = tokens_load(agent->config, &tokens, &why);
    if (result == 0 && *http->listen)
        result = web_open(http->listen, &tokens, &source, &agent->web, &why);
    if (result < 0)
        tell_why(&why);
    else if (agent->web)
        log_info("the page is at %s", http->listen);
    tokens_erase(&tokens);
    str_release(&why);
    return exit_code_of(result);
}

static int open_folders(struct agent *agent)
{
    agent->folders = agent_folders_new(agent->config);
    if (!agent->folders)
        return refuse_to_start("cannot allocate the folder state");
    return EXIT_DONE;
}

static int open_intake(struct agent *agent)
{
    int result = intake_open(agent->config, queue_id(agent->queue), &agent->intake);
    if (result < 0)
        log_error("cannot start to watch the folders: %s", strerror(-result));
    return result < 0 ? EXIT_NOT_DONE : EXIT_DONE;
}

/** Start the stages from left to right, up to the first one that cannot start. */
static int start(struct agent *agent)
{
    static int (*const steps[])(struct agent * agent) = {load_config, open_queue, open_metrics,
        open_owners, open_worker, open_folders, open_alerts, recover, open_control, open_web,
        open_intake};
    core_file_forbid();
    /* transfers allocate and free buffers all the time: keep that memory instead of returning it */
    mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
    agent->started_ms = clock_wall_ms();
    agent->signals = signals_open();
    if (agent->signals < 0)
        return refuse_to_start("cannot open the signal descriptor");
    for (size_t i = 0; i < COUNT(steps); i++) {
        int code = steps[i](agent);
        if (code)
            return code;
        if (i == 0)
            log_configure(agent->config->log_level, agent->config->log_format);
    }
    return EXIT_DONE;
}

static void stop(struct agent *agent)
{
    intake_close(agent->intake);
    web_close(agent->web);
    server_close(agent->control.server);
    alerts_free(agent->alerts);
    worker_free(agent->worker);
    http_free(agent->http);
    queue_close(agent->queue);
    metrics_free(agent->metrics);
    account_names_free(agent->owners);
    message_free(agent->progress);
    free(agent->folders);
    str_release(&agent->disk_why);
    str_release(&agent->mistakes);
    config_release(agent->config);
    if (agent->signals >= 0)
        close(agent->signals);
}

int agent_run(const char *config_file, bool once)
{
    struct agent agent = {.file = strdup(config_file),
        .once = once,
        .signals = -1,
        .disk_why = STR_INIT(8192),
        .mistakes = STR_INIT(256 * 1024)};
    int code = agent.file ? start(&agent) : refuse_to_start("cannot copy the file name");
    if (code == EXIT_DONE) {
        log_info("closedrop %s started with %s", CLOSEDROP_VERSION, agent.file);
        notify_ready("running");
        loop_run(&agent);
        code = agent.exit_code;
        log_info("ended");
    }
    stop(&agent);
    free(agent.file);
    return code;
}
