/**
 * What the two threads say to each other, and the only locks there are.
 *
 * A mailbox holds a bounded number of messages, in order, and a descriptor that can be read while
 * there are any. Messages to the work thread may wait for room (the disk remembers); messages to
 * the watch thread never wait: when there is no room, mailbox_post() says so and the sender sets
 * the one flag that makes everything be looked at again.
 */
#ifndef CLOSEDROP_INTAKE_MAILBOX_H
#define CLOSEDROP_INTAKE_MAILBOX_H

#include "closedrop/config/config.h"
#include "closedrop/files/identity.h"
#include "closedrop/intake/settle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum message_kind {
    /* to the work thread */
    MESSAGE_SEEN,    /* is any of these unknown? answered by MESSAGE_UNKNOWN */
    MESSAGE_SETTLED, /* these are finished, or can never be sent */
    MESSAGE_LEFT,    /* these are no longer where they were */
    MESSAGE_SPENT,   /* these end markers are quiet: put away those whose batch is */
    MESSAGE_EMPTY,  /* nothing has been in these directories for a while: remove the emptied ones */
    MESSAGE_HEALTH, /* how a folder is */
    /* to the watch thread */
    MESSAGE_UNKNOWN,  /* of a batch that was seen: the ones to settle */
    MESSAGE_RESETTLE, /* look at this path again */
    MESSAGE_SCAN,     /* scan the folder; its health says when that has ended */
    MESSAGE_CONFIG,   /* watch these folders from now on */
};

/** One file as it was seen. */
struct sighting {
    char *path;
    struct file_state state;
    bool moved_in;
    bool judged;            /* in MESSAGE_UNKNOWN: KNOWN_JUDGED */
    const char *error_code; /* in MESSAGE_SETTLED: it can never be sent, and why */
    char *error_message;
    char *note; /* in MESSAGE_SETTLED: what else its history is to say, or NULL */
};

/** How a folder is, as the watch thread knows it. */
struct folder_health {
    bool healthy;
    bool scanned;        /* wholly, at least once since this configuration */
    int64_t scanned_for; /* the last MESSAGE_SCAN that came before a scan which has ended */
    int64_t rounds;      /* how many scans of all of it have ended with nothing missed */
    bool polls;          /* by looking every poll_interval, without events */
    bool without_leases; /* the last file could not be leased */
    int64_t settling;    /* files that wait for quiet, or are being asked about */
    int64_t waiting[SETTLE_WAITS];
    int missed; /* 0, or a negative errno: something in it could not be looked at, for now */
    bool has_unreachable; /* something in it lies too deep, or its path is too long */
    uint64_t device;
    uint64_t inode;
    char waits_for[640]; /* the first file that waits for its marker or sidecar, and which; or "" */
    char unreadable[1280]; /* the first file that cannot be read yet, why, and how many more; or ""
                            */
    char closed[1280];     /* the same of directories that we may not list or enter */
    char message[1024];    /* why it is away or degraded; "" where there is nothing to say */
};

struct message {
    enum message_kind kind;
    struct config *config; /* held: folder indices are of this one */
    size_t folder;
    struct sighting *sightings;
    size_t count;
    size_t asked; /* in MESSAGE_UNKNOWN: how many were seen, known ones included */
    int64_t scan; /* in MESSAGE_SCAN: its number */
    struct folder_health health;
    struct message *next;
};

/** A new message about a folder with room for `room` sightings; NULL when memory is short. */
struct message *message_new(
    enum message_kind kind, struct config *config, size_t folder, size_t room);
void message_free(struct message *message);

struct mailbox;

struct mailbox *mailbox_new(size_t most);
void mailbox_free(struct mailbox *box);

/** Readable while there are messages. */
int mailbox_descriptor(const struct mailbox *box);

/**
 * Put a message in. Where the box is full: waits for room if `wait`, else returns false and the
 * message is freed. False also once the box is closed.
 */
bool mailbox_post(struct mailbox *box, struct message *message, bool wait);

/** The next message, the caller's to free; NULL where there is none. Never waits. */
struct message *mailbox_take(struct mailbox *box);

/** Wake who waits at the descriptor, without a message. */
void mailbox_wake(struct mailbox *box);

/** Refuse further messages, and wake whoever waits for room. */
void mailbox_close(struct mailbox *box);
bool mailbox_is_closed(struct mailbox *box);

#endif
