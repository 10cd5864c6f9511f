/** Handles signals in the work thread: stop, reload, and leases that are being broken. */
#define LOG_MODULE "agent"

#include "signals.h"
#include "reload.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/notify.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define STOP_MAX_MS 25000 /* for transfers to finish; the documentation promises 30 s */

int signals_open(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGIO);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

static void begin_stop(struct agent *agent)
{
    notify_stopping();
    worker_stop_claiming(agent->worker);
    alerts_stop(agent->alerts);
    /* a second signal does not wait */
    agent->stop_ms = agent->stopping ? 0 : clock_steady_ms() + STOP_MAX_MS;
    agent->stopping = true;
    log_info("stopping: %zu jobs in progress", worker_count_claimed(agent->worker));
}

void signals_take(struct agent *agent)
{
    struct signalfd_siginfo info;
    while (read(agent->signals, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGHUP)
            reload(agent);
        else if (info.ssi_signo == SIGIO)
            worker_check_leases(agent->worker);
        else
            begin_stop(agent);
    }
}
