/** The door to all that watches folders: the watch thread with its mailboxes, the file processes.
 */
#define LOG_MODULE "intake"

#include "closedrop/intake/intake.h"

#include "processes.h"

#include "closedrop/base/clock.h"
#include "closedrop/intake/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MESSAGES_OUT_MAX 64  /* to the work thread */
#define MESSAGES_IN_MAX 1024 /* to the watch thread; more than can ever be unanswered */

struct intake {
    struct config *config;
    struct mailbox *to_watch;
    struct mailbox *to_work;
    struct watch *watch;
    struct processes *processes;
    struct message *new_config; /* prepared */
    int descriptor;             /* epoll(7) of all that can be read */
};

static int open_mailboxes(struct intake *intake)
{
    intake->to_watch = mailbox_new(MESSAGES_IN_MAX);
    intake->to_work = mailbox_new(MESSAGES_OUT_MAX);
    intake->descriptor = epoll_create1(EPOLL_CLOEXEC);
    if (!intake->to_watch || !intake->to_work || intake->descriptor < 0)
        return -ENOMEM;
    struct epoll_event event = {.events = EPOLLIN};
    int box = mailbox_descriptor(intake->to_work);
    return epoll_ctl(intake->descriptor, EPOLL_CTL_ADD, box, &event) < 0 ? -errno : 0;
}

static int open_all(struct intake *intake, int64_t queue)
{
    int result = open_mailboxes(intake);
    if (result < 0)
        return result;
    intake->processes = processes_new(queue, intake->descriptor);
    result = intake->processes ? processes_prepare(intake->processes, intake->config) : -ENOMEM;
    if (result < 0)
        return result;
    processes_switch(intake->processes);
    const struct watch_terms terms = {
        .queue = queue, .crash_guard = crash_guard_open(intake->config->state_dir, NULL, true)};
    return watch_start(intake->config, &terms, intake->to_watch, intake->to_work, &intake->watch);
}

int intake_open(struct config *config, int64_t queue, struct intake **ret_intake)
{
    struct intake *intake = calloc(1, sizeof(*intake));
    if (!intake)
        return -ENOMEM;
    intake->descriptor = -1;
    intake->config = config_hold(config);
    int result = open_all(intake, queue);
    if (result < 0)
        intake_close(intake);
    else
        *ret_intake = intake;
    return result;
}

void intake_close(struct intake *intake)
{
    if (!intake)
        return;
    watch_stop(intake->watch);
    processes_free(intake->processes);
    message_free(intake->new_config);
    mailbox_free(intake->to_watch);
    mailbox_free(intake->to_work);
    if (intake->descriptor >= 0)
        close(intake->descriptor);
    config_release(intake->config);
    free(intake);
}

int intake_prepare(struct intake *intake, struct config *config)
{
    message_free(intake->new_config);
    intake->new_config = message_new(MESSAGE_CONFIG, config, 0, 0);
    return intake->new_config ? processes_prepare(intake->processes, config) : -ENOMEM;
}

void intake_switch(struct intake *intake)
{
    config_release(intake->config);
    intake->config = config_hold(intake->new_config->config);
    processes_switch(intake->processes);
    mailbox_post(intake->to_watch, intake->new_config, true);
    intake->new_config = NULL;
}

int intake_descriptor(const struct intake *intake)
{
    return intake->descriptor;
}

int64_t intake_timeout(const struct intake *intake)
{
    return processes_timeout(intake->processes, clock_steady_ms());
}

static bool is_elsewhere(const struct message *message)
{
    return atomic_load(&message->config->folders[message->folder].is_elsewhere);
}

struct message *intake_take(struct intake *intake)
{
    struct message *message;
    while ((message = mailbox_take(intake->to_work)) != NULL) {
        if (!is_elsewhere(message))
            return message;
        message_free(message); /* it came before the folder went elsewhere */
    }
    return processes_take(intake->processes, clock_steady_ms());
}

bool intake_post(struct intake *intake, struct message *message)
{
    return is_elsewhere(message) ? processes_post(intake->processes, message)
                                 : mailbox_post(intake->to_watch, message, false);
}

void intake_rescan(struct intake *intake)
{
    watch_rescan(intake->watch);
    processes_rescan(intake->processes);
}

void intake_ask(struct intake *intake)
{
    watch_ask(intake->watch);
}

bool intake_is_stuck(const struct intake *intake, int64_t now_ms, int64_t most_ms)
{
    return watch_is_stuck(intake->watch, now_ms, most_ms);
}
