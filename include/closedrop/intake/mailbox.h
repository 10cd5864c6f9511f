/**
 * The messages between the work thread and whoever watches folders: the watch thread and the file
 * processes (intake.h); and the mailboxes of the threads, the only locks in the program.
 *
 * A mailbox holds a bounded number of messages, in order, and a descriptor that is readable while
 * there are any. Messages to the work thread may wait for room, because a later scan finds
 * everything again. Messages to the watch thread never wait: if there is no room, mailbox_post()
 * returns false, and the sender sets the flag that causes a full rescan.
 */
#ifndef CLOSEDROP_INTAKE_MAILBOX_H
#define CLOSEDROP_INTAKE_MAILBOX_H

#include "closedrop/config/config.h"
#include "closedrop/files/identity.h"
#include "closedrop/intake/folder_health.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum message_kind {
    /* to the work thread, in the order in which they are sent */
    MESSAGE_SETTLED,  /* these are finished, or can never be sent */
    MESSAGE_SEEN,     /* which of these are unknown? answered by MESSAGE_UNKNOWN */
    MESSAGE_LEFT,     /* these are no longer where they were */
    MESSAGE_SPENT,    /* these end markers are unchanged: put away those of finished batches */
    MESSAGE_EMPTY,    /* these directories have been empty for a while: remove the emptied ones */
    MESSAGE_HEALTH,   /* the health of a folder */
    MESSAGE_PROGRESS, /* how far a file has settled; answers MESSAGE_ASK */
    MESSAGE_RESULT,   /* of a MESSAGE_ASSIGN: between processes only, like the rest of these */
    MESSAGE_BLOCK,    /* the answer to MESSAGE_READ */
    MESSAGE_PONG,     /* the answer to MESSAGE_PING */
    /* to the watch thread */
    MESSAGE_UNKNOWN,  /* those of MESSAGE_SEEN that are to be settled */
    MESSAGE_RESETTLE, /* inspect this path again */
    MESSAGE_ASK,      /* how far has this file settled? */
    MESSAGE_SCAN,     /* scan the folder; its health shows when the scan has ended */
    MESSAGE_CONFIG,   /* watch these folders from now on */
    MESSAGE_ASSIGN,   /* do this with a file (work/assignment.h): between processes only, like the
                         rest of these */
    MESSAGE_PUT_AWAY, /* the same, by a thread of its own: it opens no file */
    MESSAGE_READ,     /* read this part of the file that an assignment has opened */
    MESSAGE_CLOSE,    /* close that file */
    MESSAGE_PING,     /* answer it */
    MESSAGE_RESCAN,   /* scan everything again: there was no room for a message */
};

/** One file as it was seen. */
struct sighting {
    char *path;
    struct file_state state;
    bool moved_in;
    bool judged;            /* in MESSAGE_UNKNOWN: KNOWN_JUDGED */
    const char *error_code; /* in MESSAGE_SETTLED: why it can never be sent */
    char *error_message;
    char *note; /* in MESSAGE_SETTLED: another line for its history, or NULL */
};

struct message {
    enum message_kind kind;
    struct config *config; /* holds a reference; folder indices refer to it */
    size_t folder;
    struct sighting *sightings;
    size_t count;
    size_t asked;     /* in MESSAGE_UNKNOWN: number seen, including known ones */
    int64_t scan;     /* in MESSAGE_SCAN: its number */
    int64_t question; /* in MESSAGE_ASK and in assignments, what is about the file that this has
                         opened, and their answers: its number */
    char *body;       /* in assignments, MESSAGE_READ, and their answers */
    size_t body_length;
    struct settle_progress progress; /* why it is unreadable is the error_message of its sighting */
    struct folder_health health;
    struct message *next;
};

/** A new message about a folder, with room for `room` sightings; NULL if out of memory. */
struct message *message_new(
    enum message_kind kind, struct config *config, size_t folder, size_t room);
void message_free(struct message *message);

struct mailbox;

/** An empty one, for at most `most` messages. NULL if it cannot be made. */
struct mailbox *mailbox_new(size_t most);
void mailbox_free(struct mailbox *box);

/** Readable while there are messages. */
int mailbox_descriptor(const struct mailbox *box);

/**
 * Post a message. If the box is full, wait for room if `wait`, else free the message and return
 * false. Also returns false once the box is closed.
 */
bool mailbox_post(struct mailbox *box, struct message *message, bool wait);

/** The next message, which the caller frees; NULL if there is none. Never waits. */
struct message *mailbox_take(struct mailbox *box);

/** Wake whoever polls the descriptor, without a message. */
void mailbox_wake(struct mailbox *box);

/** Refuse further messages, and wake whoever waits for room. */
void mailbox_close(struct mailbox *box);
bool mailbox_is_closed(struct mailbox *box);

#endif
