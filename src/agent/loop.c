/** The loop of the work thread: one turn, one transaction. */
#define LOG_MODULE "agent"

#include "loop.h"
#include "arrivals.h"
#include "conditions.h"
#include "once.h"
#include "once_bar.h"
#include "pruning.h"
#include "signals.h"
#include "upkeep.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/notify.h"
#include "closedrop/base/turn.h"
#include "closedrop/queue/ballast.h"

#include <stdlib.h>

#define CLOCK_STEP_MS 5000 /* smaller steps are corrections of the clock */
#define DISK_POLL_MS 1000  /* while the disk is full */

static int64_t loop_timeout(struct agent *agent)
{
    int64_t now = clock_steady_ms();
    int64_t timeout = earlier(worker_timeout(agent->worker), server_timeout(agent->control.server));
    timeout = earlier(timeout, web_timeout(agent->web));
    timeout = earlier(timeout, intake_timeout(agent->intake));
    timeout = earlier(timeout, alerts_timeout(agent->alerts));
    timeout = earlier(timeout, upkeep_timeout(agent));
    if (agent->stopping)
        timeout = earlier(timeout, later(agent->stop_ms - now, 0));
    if (agent->alive_ms)
        timeout = earlier(timeout, later(agent->alive_ms - now, 0));
    if (agent->disk_short)
        timeout = earlier(timeout, DISK_POLL_MS);
    timeout = earlier(timeout, pruning_timeout(agent));
    return earlier(timeout, once_bar_timeout(agent));
}

/** How often the watch thread is asked for a sign of life: as often as systemd, the alerts or the
 * ping are to hear of one; INT64_MAX: none is. */
static int64_t pulse_ms(const struct agent *agent)
{
    int64_t watchdog = notify_watchdog_ms();
    return earlier(watchdog ? watchdog : INT64_MAX, alerts_pulse_ms(agent->alerts));
}

static void tell_stuck(void)
{
    log_error("the watch thread hangs because the file system of a drop folder does not answer; "
              "check its disk or file server%s",
        notify_watchdog_ms() ? "; if it still does not answer, systemd restarts closedrop" : "");
}

/** Notify systemd as long as both threads make progress; otherwise it restarts the agent. */
static void stay_alive(struct agent *agent)
{
    int64_t period = pulse_ms(agent), now = clock_steady_ms();
    if (period == INT64_MAX)
        agent->alive_ms = 0;
    if (period == INT64_MAX || now < agent->alive_ms)
        return;
    bool was_stuck = agent->watch_stuck;
    agent->watch_stuck = intake_is_stuck(agent->intake, now, 2 * period);
    if (!agent->watch_stuck)
        notify_alive();
    else if (!was_stuck)
        tell_stuck();
    intake_ask(agent->intake);
    agent->alive_ms = now + period;
}

static void tell_room(struct agent *agent, const struct room *room)
{
    room_print(room, agent->config->state_dir, &agent->disk_why);
    str_add(&agent->disk_why,
        "; nothing is lost: new files stay where they are, and closedrop continues by itself once "
        "there is enough space");
}

/**
 * If the disk is full, transfers in progress finish with the help of the ballast, and no new ones
 * start.
 */
static void check_disk(struct agent *agent)
{
    bool was_short = agent->disk_short;
    struct room room;
    agent->disk_short = queue_is_short(agent->queue, &room);
    str_clear(&agent->disk_why);
    if (agent->disk_short)
        tell_room(agent, &room);
    worker_set_disk_short(agent->worker, agent->disk_short ? str_text(&agent->disk_why) : NULL);
    if (agent->disk_short && !was_short) {
        log_error("%s", str_text(&agent->disk_why));
    } else if (was_short && !agent->disk_short) {
        log_info("there is enough free space in %s again", agent->config->state_dir);
        intake_rescan(agent->intake);
    }
}

/** Due times are in wall-clock time, to survive restarts: if the clock is set, shift them. */
static void follow_clock(struct agent *agent)
{
    int64_t lead = clock_lead_ms(), by = lead - agent->clock_lead_ms;
    agent->clock_lead_ms = lead;
    if (llabs(by) < CLOCK_STEP_MS)
        return;
    log_warn("the clock jumped %s by %lld s; this does not change how long files still wait",
        by > 0 ? "forward" : "backward", llabs(by) / 1000);
    queue_begin(agent->queue);
    queue_follow_clock(agent->queue, by);
    (void)agent_commit(agent);
}

/**
 * One turn: what has ended, what has arrived, what is next. Nothing is started before the commit.
 */
static void turn(struct agent *agent)
{
    check_disk(agent);
    queue_begin(agent->queue);
    worker_reap(agent->worker);
    worker_take_tables(agent->worker);
    arrivals_take(agent);
    worker_claim(agent->worker);
    conditions_report(agent);
    if (agent_commit(agent) == 0)
        worker_start(agent->worker);
}

static bool is_finished(const struct agent *agent)
{
    if (!agent->stopping)
        return false;
    bool is_idle = worker_count_claimed(agent->worker) == 0 &&
                   alerts_count_running(agent->alerts) == 0 && !worker_is_renewing(agent->worker);
    return agent->broken || is_idle || clock_steady_ms() >= agent->stop_ms;
}

void loop_run(struct agent *agent)
{
    once_bar_begin(agent);
    while (!is_finished(agent)) {
        const int fds[] = {agent->signals, intake_descriptor(agent->intake),
            server_descriptor(agent->control.server), web_descriptor(agent->web),
            alerts_descriptor(agent->alerts), worker_descriptor(agent->worker)};
        http_wait(agent->http, fds, COUNT(fds), loop_timeout(agent));
        turn_begin();
        follow_clock(agent); /* before the new time makes anything due */
        if (!agent->broken)
            signals_take(agent); /* a reload writes to the queue */
        if (!agent->broken)
            server_run(agent->control.server);
        if (!agent->broken)
            web_run(agent->web);
        if (!agent->broken)
            turn(agent);
        if (!agent->broken)
            pruning_turn(agent);
        if (!agent->broken)
            web_publish(agent->web);
        if (!agent->stopping)
            upkeep_run(agent);
        once_stop_if_done(agent);
        stay_alive(agent);
        once_bar_show(agent);
    }
    once_bar_end(agent);
    if (agent->broken)
        return;
    queue_begin(agent->queue);
    worker_abandon(agent->worker);
    queue_set_stopped(agent->queue);
    (void)agent_commit(agent);
}
