/** Hooks: runs a program for each event of its kind, a few at a time. */
#ifndef CLOSEDROP_ALERTS_HOOKS_H
#define CLOSEDROP_ALERTS_HOOKS_H

#include "child.h"
#include "delivery.h"

#include "closedrop/config/config.h"

#define HOOKS_MAX 2 /* of one kind at a time: one that hangs delays no other */

enum hook_state { HOOK_FREE, HOOK_CLAIMED, HOOK_RUNNING };

struct hook {
    enum hook_state state;
    struct notice event; /* a copy */
    char *json;          /* for its standard input */
    struct child child;
};

/** All hooks, by kind of event. */
struct hooks {
    struct hook slots[CONFIG_HOOKS][HOOKS_MAX];
    int64_t due_ms[CONFIG_HOOKS]; /* when the next event is due, on the wall clock */
    struct trouble troubles[CONFIG_HOOKS];
};

struct json;

/** Start what the last turn claimed; its commit has returned. Adds descriptors to `epoll`. */
void hooks_start(struct hooks *hooks, const struct config *config, int epoll, struct queue *queue);

/** Record what has ended. */
void hooks_reap(struct hooks *hooks, struct queue *queue);

/** Claim events that are due; while the disk is full only those that report what is wrong. */
void hooks_claim(
    struct hooks *hooks, const struct config *config, struct queue *queue, bool is_disk_full);

/** Kill what still runs at this time, on the steady clock. */
void hooks_end_by(struct hooks *hooks, int64_t end_ms);

/** Kill what runs. */
void hooks_stop(struct hooks *hooks);

/** How many run or are about to. */
size_t hooks_count_running(const struct hooks *hooks);

/** Time in ms until one has to be claimed (if `may_claim`), started or killed; INT64_MAX for never.
 */
int64_t hooks_timeout(const struct hooks *hooks, bool may_claim);

/** Append what does not work to an array. Returns 0 or -ENOMEM. */
int hooks_add_troubles(const struct hooks *hooks, struct json *array);

#endif
