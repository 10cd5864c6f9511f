/* The work thread: wires the stages, runs them a turn at a time, one transaction each, and stops
 * them in reverse. */
#define LOG_MODULE "agent"

#include "closedrop/agent.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/exit_codes.h"
#include "closedrop/base/json.h"
#include "closedrop/base/log.h"
#include "closedrop/base/notify.h"
#include "closedrop/base/shortage.h"
#include "closedrop/base/str.h"
#include "closedrop/config/config.h"
#include "closedrop/config/load.h"
#include "closedrop/control/server.h"
#include "closedrop/files/ownership.h"
#include "closedrop/files/path.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/batch.h"
#include "closedrop/intake/mailbox.h"
#include "closedrop/intake/watch.h"
#include "closedrop/queue/ballast.h"
#include "closedrop/queue/queue.h"
#include "closedrop/work/end_marker.h"
#include "closedrop/work/staging.h"
#include "closedrop/work/worker.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LETTERS_OUT_MAX 64  /* to the work thread */
#define LETTERS_IN_MAX 1024 /* to the watch thread: more than can ever wait for an answer */
#define MESSAGES_A_TURN 64
#define STOP_MAX_MS 25000 /* transfers get this long to end; 30 s are promised */
#define ONCE_PATIENCE_MS 60000
#define QUEUE_PATIENCE_MS 3000
#define QUEUE_PAUSE_US 20000
#define CLOCK_STEP_MS 5000  /* less than this is a clock that is being corrected */
#define DISK_LOOK_MS 1000   /* how often a full disk is looked at */
#define WAITING_TOLD_MAX 20 /* jobs of each state, at the end of --once */
#define HEAP_KEPT (4 * 1024 * 1024)

struct agent {
    char *file;
    bool once;
    struct config *config;
    struct queue *queue;
    struct http *http;
    struct worker *worker;
    struct mailbox *to_watch;
    struct mailbox *to_work;
    struct watch *watch;
    struct server *server;
    int signals;
    struct folder_health *health; /* by folder of `config` */
    bool *recovered;              /* by folder: its staging was looked at */
    int64_t scans;                /* asked for so far */
    int64_t end_scan;             /* the first that looks for spent end markers, 0: none yet */
    int64_t started_ms;
    int64_t clock_ms; /* how far the wall clock is ahead of the steady one */
    int64_t alive_ms; /* steady clock: when systemd is told next */
    bool watch_stuck; /* a file system does not answer */
    bool stopping;
    int64_t stop_ms; /* steady clock: when what is in hand is given up */
    int exit_code;
    bool disk_short;     /* no room for anything new under state_dir */
    struct str disk_why; /* and how much is missing, for people */
    struct str mistakes; /* of the configuration, for which it was not reloaded; "" where it was */
    bool broken;         /* the queue cannot be written: end without another word to it */
};

/* ---- messages from the watch thread ---- */

static bool by_path(const struct folder *folder)
{
    return folder->after_upload == AFTER_KEEP;
}

/** Send a message back with the first `kept` of its sightings, which are to be settled. */
static void answer_seen(struct agent *agent, struct message *message, size_t kept)
{
    message->asked = message->count;
    message->count = kept;
    message->kind = MESSAGE_UNKNOWN;
    if (!mailbox_post(agent->to_watch, message, false))
        watch_rescan(agent->watch);
}

/** Keep the sightings the queue does not know, and send the message back with them. */
static void take_seen(struct agent *agent, struct message *message)
{
    const struct folder *folder = &agent->config->folders[message->folder];
    size_t kept = 0;
    for (size_t i = 0; i < message->count; i++) {
        struct sighting *sighting = &message->sightings[i];
        const struct seen seen = {.folder = folder->name,
            .path = sighting->path,
            .identity = &sighting->state.identity,
            .by_path = by_path(folder),
            .is_one_name = sighting->state.links == 1};
        int64_t job = 0;
        enum known known = queue_known(agent->queue, &seen, &job);
        if (known == KNOWN_RENAMED)
            worker_follow(agent->worker, job, sighting->path);
        if (known == KNOWN_JUDGED && worker_came_with_failed(agent->worker, job, sighting->path))
            known = KNOWN_YES;
        if (known == KNOWN_YES || known == KNOWN_RENAMED) {
            free(sighting->path);
            continue;
        }
        sighting->judged = known == KNOWN_JUDGED;
        message->sightings[kept++] = *sighting;
    }
    answer_seen(agent, message, kept);
}

static void take_settled(struct agent *agent, const struct message *message)
{
    const struct folder *folder = &agent->config->folders[message->folder];
    for (size_t i = 0; i < message->count; i++) {
        const struct sighting *sighting = &message->sightings[i];
        struct arrival arrival = {.folder = folder->name,
            .path = sighting->path,
            .identity = sighting->state.identity,
            .changed_ms = sighting->state.ctime_ns / 1000000,
            .by_path = by_path(folder),
            .error_code = sighting->error_code,
            .error_message = sighting->error_message,
            .note = sighting->note};
        int64_t id = queue_add(agent->queue, &arrival);
        if (id && !arrival.error_code)
            log_info("job %lld queued: %s/%s", (long long)id, folder->name, sighting->path);
        else if (id)
            log_warn("job %lld failed: %s/%s: %s", (long long)id, folder->name, sighting->path,
                arrival.error_message);
    }
}

static void take_left(struct agent *agent, const struct message *message)
{
    for (size_t i = 0; i < message->count; i++)
        queue_left(
            agent->queue, agent->config->folders[message->folder].name, message->sightings[i].path);
}

/** What an end marker goes by, beside the disk. */
struct end {
    struct agent *agent;
    const struct folder *folder;
};

static enum batch_file ask_of_batch(void *context, const char *path, const struct file_state *state)
{
    bool waits;
    const struct end *end = context;
    const struct seen seen = {.folder = end->folder->name,
        .path = path,
        .identity = &state->identity,
        .by_path = by_path(end->folder)};
    bool is_left = queue_leaves_alone(end->agent->queue, &seen, &waits);
    return waits ? BATCH_QUEUED : is_left ? BATCH_LEFT : BATCH_UNKNOWN;
}

static void take_spent(struct agent *agent, const struct message *message)
{
    struct end end = {agent, &agent->config->folders[message->folder]};
    for (size_t i = 0; i < message->count; i++) {
        const struct sighting *marker = &message->sightings[i];
        if (!batch_is_awaited(
                agent->config, end.folder, marker->path, &marker->state, ask_of_batch, &end))
            end_marker_put_away(end.folder, marker->path, &marker->state);
    }
}

static void take_empty(struct agent *agent, const struct message *message)
{
    for (size_t i = 0; i < message->count; i++)
        worker_remove_emptied(agent->worker, message->folder, message->sightings[i].path,
            &message->sightings[i].state);
}

static void recover_staging(struct agent *agent, size_t index)
{
    const struct folder *folder = &agent->config->folders[index];
    agent->recovered[index] = true;
    if (folder->after_upload == AFTER_KEEP)
        return;
    int result = staging_recover(folder, agent->queue);
    if (result < 0)
        log_warn("%s: files cannot be put away: %s/.closedrop cannot be used: %s; make the folder "
                 "writable for this user, or set after_upload = \"keep\"",
            folder->name, folder->path, strerror(-result));
}

static int64_t waiting_jobs(const struct store_counts *counts)
{
    return counts->by_state[JOB_QUEUED] + counts->by_state[JOB_UPLOADED] +
           counts->by_state[JOB_ATTACHING] + counts->unfiled;
}

/**
 * A directory with nothing in it, not even our own, though jobs wait for files in it: the bare
 * mount point of something that is not there. Nothing is decided about it.
 */
static bool looks_unmounted(struct agent *agent, const struct folder *folder)
{
    struct store_counts counts;
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    if (root < 0 || !directory_is_empty(root))
        return false;
    store_count(queue_store(agent->queue), folder->name, &counts);
    return waiting_jobs(&counts) > 0;
}

static void take_health(struct agent *agent, const struct message *message)
{
    const struct folder *folder = &agent->config->folders[message->folder];
    struct folder_health *health = &agent->health[message->folder];
    struct folder_health before = *health;
    *health = message->health;
    if (health->healthy && looks_unmounted(agent, folder)) {
        health->healthy = false;
        snprintf(health->message, sizeof(health->message),
            "is empty though files of it wait in the queue: it looks unmounted");
    }
    bool was_healthy = before.healthy;
    bool is_news = strcmp(health->message, before.message) != 0;
    if (health->healthy && !agent->recovered[message->folder])
        recover_staging(agent, message->folder);
    const struct folder_state state = {
        health->healthy, health->device, health->inode, health->scanned_for, health->rounds};
    worker_set_folder(agent->worker, folder->name, &state);
    if (*health->message && is_news)
        log_warn("folder %s (%s): %s", folder->name, folder->path, health->message);
    else if (health->healthy && !was_healthy)
        log_info("folder %s (%s) is watched%s", folder->name, folder->path,
            health->polls ? ", by looking every poll_interval" : "");
}

/**
 * While the disk is short nothing new is promised: the files lie in their folders, and are looked
 * at again when there is room.
 */
static void drop_message(struct agent *agent, struct message *message)
{
    if (message->kind == MESSAGE_SEEN) {
        for (size_t i = 0; i < message->count; i++)
            free(message->sightings[i].path);
        answer_seen(agent, message, 0);
        return;
    }
    message_free(message);
}

static void take_message(struct agent *agent, struct message *message)
{
    if (message->config != agent->config) {
        message_free(message); /* about folders as they were before a reload; all is seen again */
        return;
    }
    if (agent->disk_short && message->kind != MESSAGE_HEALTH) {
        drop_message(agent, message);
        return;
    }
    switch (message->kind) {
    case MESSAGE_SEEN:
        take_seen(agent, message);
        return;
    case MESSAGE_SETTLED:
        take_settled(agent, message);
        break;
    case MESSAGE_LEFT:
        take_left(agent, message);
        break;
    case MESSAGE_SPENT:
        take_spent(agent, message);
        break;
    case MESSAGE_EMPTY:
        take_empty(agent, message);
        break;
    default:
        take_health(agent, message);
    }
    message_free(message);
}

static void take_messages(struct agent *agent)
{
    struct message *message;
    for (int i = 0; i < MESSAGES_A_TURN && (message = mailbox_take(agent->to_work)) != NULL; i++)
        take_message(agent, message);
}

/** The worker's word to the left: settle this file anew. */
static void resettle(void *context, const char *folder_name, const char *path)
{
    struct agent *agent = context;
    for (size_t i = 0; i < agent->config->folder_count; i++) {
        if (strcmp(agent->config->folders[i].name, folder_name) != 0)
            continue;
        struct message *message = message_new(MESSAGE_RESETTLE, agent->config, i, 1);
        if (message && (message->sightings[0].path = strdup(path)) != NULL)
            message->count = 1;
        if (!message || !mailbox_post(agent->to_watch, message, false))
            watch_rescan(agent->watch);
    }
}

/** The worker's other word to the left: scan all of this folder. Answered in its health. */
static int64_t scan(void *context, const char *folder_name)
{
    struct agent *agent = context;
    for (size_t i = 0; i < agent->config->folder_count; i++) {
        if (strcmp(agent->config->folders[i].name, folder_name) != 0)
            continue;
        struct message *message = message_new(MESSAGE_SCAN, agent->config, i, 0);
        if (!message)
            return 0;
        message->scan = agent->scans + 1;
        return mailbox_post(agent->to_watch, message, false) ? ++agent->scans : 0;
    }
    return 0;
}

/* ---- questions from the control socket ---- */

static int add_folder(const struct agent *agent, size_t index, struct json *folders)
{
    static const char *const waits[] = {
        "waiting_quiet", "waiting_marker", "waiting_incomplete", "waiting_access"};
    const struct folder *folder = &agent->config->folders[index];
    const struct folder_health *health = &agent->health[index];
    struct store_counts counts;
    store_count(queue_store(agent->queue), folder->name, &counts);
    struct json *one = json_object();
    int result = json_add_text(one, "name", folder->name);
    result |= json_add_text(one, "path", folder->path);
    result |= json_add_bool(one, "healthy", health->healthy);
    result |= json_add_text(one, "message", *health->message ? health->message : NULL);
    result |= json_add_text(one, "waits_for", *health->waits_for ? health->waits_for : NULL);
    result |= json_add_text(one, "unreadable", *health->unreadable ? health->unreadable : NULL);
    result |= json_add_text(one, "closed", *health->closed ? health->closed : NULL);
    result |= json_add_text(one, "watch", health->polls ? "poll" : "inotify");
    result |= json_add_bool(one, "leases", !health->without_leases);
    result |= json_add_int(one, "settling", health->settling);
    for (int i = 0; i < SETTLE_WAITS; i++)
        result |= json_add_int(one, waits[i], health->waiting[i]);
    result |= json_add_int(one, "queued", counts.by_state[JOB_QUEUED]);
    result |= json_add_int(one, "failed", counts.by_state[JOB_FAILED]);
    return result | json_append(folders, one);
}

/** What only a running agent knows, added to the queue's own answer. */
static int add_status(const struct agent *agent, struct json *status)
{
    char started[CLOCK_TEXT];
    struct json *one = json_object();
    struct json *folders = json_array();
    int result = json_add_int(one, "pid", getpid());
    result |= json_add_text(one, "version", CLOSEDROP_VERSION);
    result |= json_add_text(one, "started_at", clock_rfc3339(agent->started_ms, started));
    if (agent->mistakes.length)
        result |= json_add_text(one, "not_reloaded", str_text(&agent->mistakes));
    result |= json_add(status, "agent", one);
    result |= worker_add_status(agent->worker, status);
    for (size_t i = 0; i < agent->config->folder_count; i++)
        result |= add_folder(agent, i, folders);
    return result | json_add(status, "folders", folders);
}

static int commit(struct agent *agent)
{
    int result = queue_commit(agent->queue);
    if (result == 0)
        return 0;
    log_error("the queue in %s cannot be written: %s; ending, the next start goes on from what is "
              "on disk",
        agent->config->state_dir,
        result == -ENOSPC   ? "the disk is full, free some space"
        : result == -ENOMEM ? "no memory left"
                            : "I/O error or damage");
    agent->broken = true;
    agent->stopping = true;
    agent->exit_code = EXIT_NOT_DONE;
    return result;
}

static bool is_about_status(enum question_kind kind)
{
    return kind == ASK_STATUS || kind == ASK_PAUSE || kind == ASK_RESUME;
}

static struct answer answer(void *context, const struct question *question)
{
    struct agent *agent = context;
    if (agent->broken)
        return answer_error(500, "the queue cannot be written");
    queue_begin(agent->queue);
    struct answer reply = question_answer(agent->queue, agent->config, question);
    if (is_about_status(question->kind) && reply.status == 200 &&
        add_status(agent, reply.body) < 0) {
        json_free(reply.body);
        reply = answer_error(500, "no memory left");
    }
    worker_set_paused(agent->worker, queue_is_paused(agent->queue));
    if (commit(agent) < 0) {
        json_free(reply.body);
        reply = answer_error(500, "the queue cannot be written");
    }
    return reply;
}

/* ---- signals ---- */

static void begin_stop(struct agent *agent)
{
    notify_stopping();
    worker_stop_claiming(agent->worker);
    /* a second signal does not wait */
    agent->stop_ms = agent->stopping ? 0 : clock_steady_ms() + STOP_MAX_MS;
    agent->stopping = true;
    log_info("stopping: %zu jobs in hand", worker_in_hand(agent->worker));
}

/** What a reload cannot change. */
static void warn_of_fixed(const struct config *old, const struct config *new)
{
    if (strcmp(old->state_dir, new->state_dir) != 0)
        log_warn("state_dir is changed by a restart only; %s stays", old->state_dir);
    if (strcmp(old->control_socket, new->control_socket) != 0)
        log_warn("control_socket is changed by a restart only; %s stays", old->control_socket);
}

static int swap_config(struct agent *agent, struct config *config, struct str *why)
{
    struct folder_health *health = calloc(config->folder_count + 1, sizeof(*health));
    bool *recovered = calloc(config->folder_count + 1, sizeof(*recovered));
    struct message *message = message_new(MESSAGE_CONFIG, config, 0, 0);
    char *state_dir = strdup(agent->config->state_dir);
    int result = health && recovered && message && state_dir ? 0 : -ENOMEM;
    if (result == 0)
        result = worker_configure(agent->worker, config, why);
    if (result < 0) {
        free(health);
        free(recovered);
        free(state_dir);
        message_free(message);
        return result;
    }
    warn_of_fixed(agent->config, config);
    free(config->state_dir); /* where the queue stays is what own_directory() must know */
    config->state_dir = state_dir;
    free(agent->health);
    free(agent->recovered);
    agent->health = health;
    agent->recovered = recovered;
    config_release(agent->config);
    agent->config = config_hold(config);
    log_configure(config->log_level, config->log_format);
    mailbox_post(agent->to_watch, message, true);
    return 0;
}

/** The rules may be others than they were: what waits for their sake looks again. */
static void wake_for_rules(struct agent *agent)
{
    queue_wake(agent->queue, "rule_gone");
    if (!agent->config->limits.guard.ask_above)
        queue_wake(agent->queue, "held");
    for (size_t i = 0; i < agent->config->folder_count; i++)
        queue_wake_changed(
            agent->queue, agent->config->folders[i].name, agent->config->folders[i].mark);
}

/** The folders that the queue has jobs of, held against the configuration. */
struct lost_folders {
    const struct config *now;
    const struct config *before; /* NULL at the start */
};

static void warn_of_lost_folder(void *context, const char *folder, int64_t jobs, int64_t waiting)
{
    const struct lost_folders *lost = context;
    bool is_news = lost->before ? config_folder(lost->before, folder) != NULL : waiting > 0;
    if (!config_folder(lost->now, folder) && is_news)
        log_warn("the queue has %lld jobs (%lld of them wait) of a folder \"%s\" that is no longer "
                 "there; if it was only renamed, keep its name: name = \"%s\";",
            (long long)jobs, (long long)waiting, folder, folder);
}

/** Tell each line of a list of problems on its own. */
static void log_problems(const struct str *problems)
{
    char *text = strdup(str_text(problems));
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*line)
            log_error("%s", line);
    free(text);
}

static void reload(struct agent *agent)
{
    struct config *config = NULL;
    struct str problems = STR_INIT(256 * 1024);
    notify_reloading();
    struct config *before = config_hold(agent->config);
    int result = config_load(agent->file, CONFIG_PLACES_FOUND, &config, &problems);
    if (result == 0)
        result = swap_config(agent, config, &problems);
    str_clear(&agent->mistakes);
    if (result < 0) {
        str_add(&agent->mistakes, str_text(&problems));
        log_problems(&problems);
        log_error("the configuration has mistakes and was not reloaded; the old one goes on");
    } else {
        queue_begin(agent->queue);
        wake_for_rules(agent);
        struct lost_folders lost = {agent->config, before};
        store_folders(queue_store(agent->queue), warn_of_lost_folder, &lost);
        if (commit(agent) == 0)
            log_info("reloaded %s", agent->file);
    }
    config_release(before);
    config_release(config);
    str_release(&problems);
    notify_ready("running");
}

static void take_signals(struct agent *agent)
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

static int open_signals(void)
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

/* ---- the loop ---- */

static int64_t sooner(int64_t a, int64_t b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static int64_t loop_timeout(struct agent *agent)
{
    int64_t now = clock_steady_ms();
    int64_t timeout = worker_timeout(agent->worker);
    timeout = sooner(timeout, server_timeout(agent->server));
    if (agent->stopping)
        timeout = sooner(timeout, agent->stop_ms > now ? agent->stop_ms - now : 0);
    if (agent->alive_ms)
        timeout = sooner(timeout, agent->alive_ms > now ? agent->alive_ms - now : 0);
    if (agent->disk_short)
        timeout = sooner(timeout, DISK_LOOK_MS);
    return timeout;
}

/** systemd is told as long as both threads get on; else it ends us, and starts us anew. */
static void stay_alive(struct agent *agent)
{
    int64_t period = notify_watchdog_ms();
    int64_t now = clock_steady_ms();
    if (!period || now < agent->alive_ms)
        return;
    bool was_stuck = agent->watch_stuck;
    agent->watch_stuck = watch_is_stuck(agent->watch, now, 2 * period);
    if (!agent->watch_stuck)
        notify_alive();
    else if (!was_stuck)
        log_error("the watch thread hangs: a file system does not answer; systemd is no longer "
                  "told that all is well");
    agent->alive_ms = now + period;
}

static void tell_room(struct agent *agent, const struct room *room)
{
    room_print(room, agent->config->state_dir, &agent->disk_why);
    str_add(&agent->disk_why, "; nothing new is taken until then, and files stay where they are");
}

/** A full disk: what is under way ends, with the help of the ballast, and nothing new begins. */
static void look_at_disk(struct agent *agent)
{
    bool was_short = agent->disk_short;
    struct room room;
    agent->disk_short = store_is_short(queue_store(agent->queue), &room);
    str_clear(&agent->disk_why);
    if (agent->disk_short)
        tell_room(agent, &room);
    worker_set_disk_short(agent->worker, agent->disk_short ? str_text(&agent->disk_why) : NULL);
    if (agent->disk_short && !was_short) {
        log_error("%s", str_text(&agent->disk_why));
    } else if (was_short && !agent->disk_short) {
        log_info("there is room in %s again", agent->config->state_dir);
        watch_rescan(agent->watch);
    }
}

static int64_t clock_lead(void)
{
    return clock_wall_ms() - clock_steady_ms();
}

/** Due times are kept by the wall clock, over restarts; when it is set, they go with it. */
static void follow_clock(struct agent *agent)
{
    int64_t lead = clock_lead(), by = lead - agent->clock_ms;
    agent->clock_ms = lead;
    if (llabs(by) < CLOCK_STEP_MS)
        return;
    log_warn("the clock was set %s by %lld s; what waits, waits as long as it was to",
        by > 0 ? "on" : "back", llabs(by) / 1000);
    queue_begin(agent->queue);
    queue_follow_clock(agent->queue, by);
    (void)commit(agent);
}

/** One turn: what ended, what came, what is next; then the commit, and only then the deeds. */
static void turn(struct agent *agent)
{
    look_at_disk(agent);
    queue_begin(agent->queue);
    worker_reap(agent->worker);
    take_messages(agent);
    worker_claim(agent->worker);
    if (commit(agent) == 0)
        worker_start(agent->worker);
}

static bool is_everything_scanned(const struct agent *agent, bool *ret_waiting)
{
    for (size_t i = 0; i < agent->config->folder_count; i++) {
        const struct folder_health *health = &agent->health[i];
        bool is_away = !health->healthy && *health->message;
        if (!is_away && (!health->scanned || health->settling > 0))
            return false;
        for (int wait = 0; wait < SETTLE_WAITS; wait++)
            *ret_waiting |= health->waiting[wait] > 0;
        *ret_waiting |= is_away || health->missed;
    }
    return true;
}

/** `--once`: the last file of a batch may just be put away. Whether its end marker is looked for.
 */
static bool looks_for_end_markers(struct agent *agent)
{
    int64_t first = agent->end_scan;
    bool is_awaited = false;
    for (size_t i = 0; i < agent->config->folder_count; i++) {
        const struct folder *folder = &agent->config->folders[i];
        if (!agent->health[i].healthy || folder->after_upload == AFTER_KEEP ||
            !path_marker_is_of_batch(folder->marker))
            continue;
        int64_t asked = first ? first : scan(agent, folder->name);
        if (!agent->end_scan)
            agent->end_scan = asked;
        is_awaited |= agent->health[i].scanned_for < asked;
    }
    return is_awaited;
}

/** Why one job still waits; what is held has been told. */
static void tell_waiting_job(void *context, const struct job *job)
{
    const struct agent *agent = context;
    char due[CLOCK_TEXT];
    bool has_due = job->due_ms != JOB_DUE_NEVER && job->due_ms > clock_wall_ms();
    const char *why =
        !config_folder(agent->config, job->folder) ? "its folder is no longer in the configuration"
        : job->error_message                       ? job->error_message
        : job->group && job->state == JOB_UPLOADED ? "waits for the others of its group"
                                                   : job_state_names[job->state];
    if (!job_has_error(job, "held"))
        log_info("job %lld waits%s%s: %s/%s: %s", (long long)job->id, has_due ? " until " : "",
            has_due ? clock_rfc3339(job->due_ms, due) : "", job->folder, job->path, why);
}

static void tell_waiting(struct agent *agent)
{
    static const enum job_state states[] = {JOB_QUEUED, JOB_UPLOADED, JOB_ATTACHING};
    worker_tell_held(agent->worker);
    for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
        const struct store_filter filter = {.state = states[i], .limit = WAITING_TOLD_MAX};
        store_list(queue_store(agent->queue), &filter, tell_waiting_job, agent);
    }
    log_info("ends although files still wait: closedrop list and status show them");
}

/** `--once`: end when nothing is in hand or settling, and nothing is due soon. */
static void end_once(struct agent *agent)
{
    bool waiting = false;
    bool is_at_work = worker_in_hand(agent->worker) > 0 || worker_is_asking(agent->worker);
    if (!agent->once || agent->stopping || is_at_work)
        return;
    bool key_refused = worker_blocked(agent->worker) == BREAKER_KEY_REFUSED;
    bool is_blocked = key_refused || agent->disk_short;
    if (!is_everything_scanned(agent, &waiting) && !is_blocked)
        return;
    int64_t wait = worker_timeout(agent->worker);
    if (!is_blocked && wait >= 0 && wait <= ONCE_PATIENCE_MS)
        return;
    if (!is_blocked && looks_for_end_markers(agent))
        return;
    waiting |= agent->disk_short;
    struct store_counts counts;
    store_count(queue_store(agent->queue), NULL, &counts);
    waiting |= waiting_jobs(&counts) > 0;
    bool good = !waiting && worker_failures(agent->worker) == 0;
    if (waiting && !key_refused)
        tell_waiting(agent);
    agent->exit_code = key_refused ? EXIT_KEY_REFUSED : good ? EXIT_DONE : EXIT_NOT_DONE;
    agent->stopping = true;
}

static bool is_finished(const struct agent *agent)
{
    if (!agent->stopping)
        return false;
    return agent->broken || worker_in_hand(agent->worker) == 0 ||
           clock_steady_ms() >= agent->stop_ms;
}

static void loop(struct agent *agent)
{
    while (!is_finished(agent)) {
        const int fds[] = {
            agent->signals, mailbox_descriptor(agent->to_work), server_descriptor(agent->server)};
        http_wait(agent->http, fds, sizeof(fds) / sizeof(*fds), loop_timeout(agent));
        follow_clock(agent); /* before anything is made due by the new one */
        if (!agent->broken)
            take_signals(agent); /* a reload writes to the queue */
        if (!agent->broken)
            server_run(agent->server);
        if (!agent->broken)
            turn(agent);
        end_once(agent);
        stay_alive(agent);
    }
    if (agent->broken)
        return;
    queue_begin(agent->queue);
    worker_abandon(agent->worker);
    (void)commit(agent);
}

/* ---- start and end ---- */

/** The machine does not give what a start needs; `errno` says what. */
static int refuse_to_start(const char *what)
{
    log_error("%s: %s; nothing was started", what, strerror(errno));
    return EXIT_NOT_DONE;
}

/** Say what is in the way; without memory to put it into words there is only one thing that can be.
 */
static void tell_why(const struct str *why)
{
    log_error("%s", why->length ? str_text(why) : "no memory left; nothing was started");
}

/** A start that did not work is worth another try where the machine is to blame, and only there. */
static int exit_code_of(int result)
{
    return result == 0 ? EXIT_DONE : is_shortage(result) ? EXIT_NOT_DONE : EXIT_CONFIG;
}

/** A command may have the queue open for a moment; another agent has it for good. */
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
    if (problem == STORE_DAMAGED && store_set_aside(agent->config->state_dir, &aside) == 0) {
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

/** Whether another queue puts files away in the folder: they are not ours to give back. */
static bool is_of_another(const struct agent *agent, const struct folder *folder)
{
    struct owner owner;
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    return root >= 0 && ownership_look(root, "", queue_id(agent->queue), &owner) != OWNERSHIP_OURS;
}

/** A folder that is there now gives back what an unclean end left, before anything is looked at. */
static void recover_folder(struct agent *agent, size_t index)
{
    const struct folder *folder = &agent->config->folders[index];
    if (access(folder->path, F_OK) == 0 && !looks_unmounted(agent, folder) &&
        !is_of_another(agent, folder))
        recover_staging(agent, index);
}

/** Whether an agent with another queue has put files away in a folder that is there now. */
static bool was_used_before(const struct agent *agent)
{
    for (size_t i = 0; i < agent->config->folder_count; i++) {
        CLEANUP(free_text)
        char *staging = str_format("%s/" STAGING_NAME, agent->config->folders[i].path);
        if (staging && access(staging, F_OK) == 0)
            return true;
    }
    return false;
}

/** A queue that begins anew where there had been one knows nothing of what was filed. */
static void look_for_lost_queue(struct agent *agent)
{
    enum queue_birth birth = queue_birth(agent->queue);
    if (birth == QUEUE_WAS_THERE)
        return;
    queue_is_begun(agent->queue);
    if (birth == QUEUE_IS_NEW && !was_used_before(agent))
        return;
    queue_follows_lost(agent->queue);
    log_warn("the queue begins anew, and what an earlier one filed is not known: what lies in the "
             "folders now is looked for in Close before it is filed");
}

static int recover(struct agent *agent)
{
    size_t count = agent->config->folder_count + 1;
    agent->health = calloc(count, sizeof(*agent->health));
    agent->recovered = calloc(count, sizeof(*agent->recovered));
    if (!agent->health || !agent->recovered)
        return refuse_to_start("the folders cannot be kept in mind");
    queue_begin(agent->queue);
    look_for_lost_queue(agent);
    agent->clock_ms = clock_lead();
    int64_t in_hand = queue_recover(agent->queue, agent->config->limits.doubt_ms);
    wake_for_rules(agent);
    struct lost_folders lost = {.now = agent->config};
    store_folders(queue_store(agent->queue), warn_of_lost_folder, &lost);
    bool paused = queue_is_paused(agent->queue);
    for (size_t i = 0; i < agent->config->folder_count; i++)
        recover_folder(agent, i);
    if (commit(agent) < 0)
        return EXIT_NOT_DONE;
    if (in_hand)
        log_warn("%lld jobs were in hand at an unclean end; they go first, one at a time",
            (long long)in_hand);
    if (paused)
        log_warn("paused: files are queued, none is sent; closedrop resume goes on");
    worker_set_paused(agent->worker, paused);
    worker_tell_held(agent->worker);
    return EXIT_DONE;
}

static int open_worker(struct agent *agent)
{
    struct str why = STR_INIT(4096);
    agent->http = http_new();
    agent->worker =
        agent->http ? worker_new(agent->queue, agent->http, agent->config, resettle, scan, agent)
                    : NULL;
    int result = agent->worker ? worker_configure(agent->worker, agent->config, &why) : -ENOMEM;
    if (result < 0)
        tell_why(&why);
    str_release(&why);
    return exit_code_of(result);
}

static int open_intake(struct agent *agent)
{
    agent->to_watch = mailbox_new(LETTERS_IN_MAX);
    agent->to_work = mailbox_new(LETTERS_OUT_MAX);
    if (!agent->to_watch || !agent->to_work)
        return refuse_to_start("the two threads cannot talk");
    int result = watch_start(
        agent->config, queue_id(agent->queue), agent->to_watch, agent->to_work, &agent->watch);
    if (result < 0)
        log_error("the watch thread cannot start: %s", strerror(-result));
    return result < 0 ? EXIT_NOT_DONE : EXIT_DONE;
}

static int open_control(struct agent *agent)
{
    struct str why = STR_INIT(4096);
    int result = server_open(agent->config->control_socket, answer, agent, &agent->server, &why);
    if (result < 0)
        tell_why(&why);
    str_release(&why);
    return exit_code_of(result);
}

static int load_config(struct agent *agent)
{
    struct str problems = STR_INIT(256 * 1024);
    int result = config_load(agent->file, CONFIG_PLACES_FOUND, &agent->config, &problems);
    if (result < 0) {
        fputs(str_text(&problems), stderr);
        fprintf(stderr, "closedrop: %s; nothing was started\n",
            is_shortage(result) ? strerror(-result) : "the configuration is wrong");
    }
    str_release(&problems);
    return exit_code_of(result);
}

/** The key is never to be found in a core file. */
static void forbid_core_files(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* its leak check must be able to look into the process */
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

/** The stages, from left to right; the first that cannot start ends it. */
static int start(struct agent *agent)
{
    static int (*const steps[])(struct agent * agent) = {
        load_config, open_queue, open_worker, recover, open_control, open_intake};
    forbid_core_files();
    /* a transfer's buffers come and go: without this each one is given back to the kernel and
     * fetched again */
    mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
    agent->started_ms = clock_wall_ms();
    agent->signals = open_signals();
    if (agent->signals < 0)
        return refuse_to_start("signals cannot be heard");
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
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
    watch_stop(agent->watch);
    server_close(agent->server);
    worker_free(agent->worker);
    http_free(agent->http);
    queue_close(agent->queue);
    mailbox_free(agent->to_watch);
    mailbox_free(agent->to_work);
    free(agent->health);
    free(agent->recovered);
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
    int code = agent.file ? start(&agent) : refuse_to_start("its name cannot be kept");
    if (code == EXIT_DONE) {
        log_info("closedrop %s runs with %s", CLOSEDROP_VERSION, agent.file);
        notify_ready("running");
        loop(&agent);
        code = agent.exit_code;
        log_info("ended");
    }
    stop(&agent);
    free(agent.file);
    return code;
}
