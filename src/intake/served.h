/**
 * A folder that is elsewhere, and its file process: started, asked whether it answers, left behind,
 * and replaced.
 *
 *                        pong                          crashed
 *        start ──> WAITING ──> ANSWERS ──────────────────────> none, until the next start
 *                    │            │  limits.timeout without a pong
 *                    └──> AWAY <──┘
 *                          │ every poll_interval, while there are fewer than three
 *                          └──> left behind, and another one is started: still AWAY until its pong
 *
 * Private to processes.c, which has all of them.
 */
#ifndef CLOSEDROP_INTAKE_SERVED_H
#define CLOSEDROP_INTAKE_SERVED_H

#include "process.h"
#include "pulse.h"

#include "closedrop/config/config.h"
#include "closedrop/intake/mailbox.h"

/** A folder that is elsewhere. */
struct served {
    size_t index;
    struct process *process;     /* NULL: none, or it could not be started */
    struct folder_health health; /* as the process has reported it */
    bool is_away;                /* the process does not answer */
    bool has_news;               /* the health is to be reported, or that it is away */
    bool has_crashed;            /* the last process did */
    bool must_rescan;            /* a message for it found no room */
    struct pulse pulse;          /* of the process */
    int64_t next_start_ms;       /* steady clock: when another process may be started */
    int64_t silent_since_ms;     /* wall clock */
};

struct processes {
    int64_t queue;
    int epoll;
    struct config *config;
    int64_t number;             /* of the configuration */
    struct served *served;      /* one for each folder, in the order of config->folders */
    size_t turn;                /* the folder that had its turn last */
    struct process *left;       /* closed or left behind, until they have ended */
    struct config *next_config; /* prepared */
    struct served *next_served;
};

/** Its configuration. */
const struct folder *served_folder(const struct processes *processes, const struct served *served);

/** Tell its process which configuration counts from now on. Returns 0 or a negative errno. */
int served_brief(struct processes *processes, struct served *served);

/** Post a message to its process, as intake_post(); the caller keeps it. Returns 0 or a negative
 * errno. */
int served_send(struct processes *processes, struct served *served, const struct message *message);

/** The process is on its own now, in the list of those that are left. */
void served_leave(struct processes *processes, struct served *served);

/** What the folder has to say, as intake_take(), at `now` on the steady clock; what is due for it
 * is done. */
struct message *served_take(struct processes *processes, struct served *served, int64_t now);

/** When it has something to say or to do by itself, on the steady clock. */
int64_t served_next(const struct processes *processes, const struct served *served);

#endif
