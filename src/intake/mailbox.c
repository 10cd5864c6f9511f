/** A bounded queue of messages with a lock, and an eventfd that is readable while there are any. */
#include "closedrop/intake/mailbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct mailbox {
    pthread_mutex_t lock;
    pthread_cond_t room;
    struct message *first;
    struct message **end;
    size_t count;
    size_t most;
    bool closed;
    int bell;     /* an eventfd, readable while there are messages */
    bool is_rung; /* and not heard yet */
};

struct message *message_new(
    enum message_kind kind, struct config *config, size_t folder, size_t room)
{
    struct message *message = calloc(1, sizeof(*message));
    if (!message)
        return NULL;
    message->kind = kind;
    message->folder = folder;
    message->sightings = room ? calloc(room, sizeof(*message->sightings)) : NULL;
    if (room && !message->sightings) {
        free(message);
        return NULL;
    }
    message->config = config_hold(config);
    return message;
}

void message_free(struct message *message)
{
    if (!message)
        return;
    for (size_t i = 0; i < message->count; i++) {
        free(message->sightings[i].path);
        free(message->sightings[i].error_message);
        free(message->sightings[i].note);
    }
    free(message->sightings);
    free(message->body);
    config_release(message->config);
    free(message);
}

struct mailbox *mailbox_new(size_t most)
{
    struct mailbox *box = calloc(1, sizeof(*box));
    if (!box)
        return NULL;
    box->most = most;
    box->end = &box->first;
    pthread_mutex_init(&box->lock, NULL);
    pthread_cond_init(&box->room, NULL);
    box->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (box->bell < 0) {
        mailbox_free(box);
        return NULL;
    }
    return box;
}

void mailbox_free(struct mailbox *box)
{
    struct message *message;
    if (!box)
        return;
    while ((message = mailbox_take(box)) != NULL)
        message_free(message);
    if (box->bell >= 0)
        close(box->bell);
    pthread_cond_destroy(&box->room);
    pthread_mutex_destroy(&box->lock);
    free(box);
}

int mailbox_descriptor(const struct mailbox *box)
{
    return box->bell;
}

/** Under the lock, as silence(). One that rings already needs no call for it. */
static void ring(struct mailbox *box)
{
    if (!box->is_rung)
        eventfd_write(box->bell, 1);
    box->is_rung = true;
}

static void silence(struct mailbox *box)
{
    eventfd_t rings;
    if (box->is_rung)
        eventfd_read(box->bell, &rings);
    box->is_rung = false;
}

bool mailbox_post(struct mailbox *box, struct message *message, bool wait)
{
    pthread_mutex_lock(&box->lock);
    while (wait && !box->closed && box->count >= box->most)
        pthread_cond_wait(&box->room, &box->lock);
    bool taken = !box->closed && box->count < box->most;
    if (taken) {
        message->next = NULL;
        *box->end = message;
        box->end = &message->next;
        box->count++;
        ring(box);
    }
    pthread_mutex_unlock(&box->lock);
    if (!taken)
        message_free(message);
    return taken;
}

struct message *mailbox_take(struct mailbox *box)
{
    pthread_mutex_lock(&box->lock);
    struct message *message = box->first;
    if (message) {
        box->first = message->next;
        if (!box->first)
            box->end = &box->first;
        message->next = NULL;
        box->count--;
        pthread_cond_signal(&box->room);
    }
    if (!box->first && !box->closed)
        silence(box);
    pthread_mutex_unlock(&box->lock);
    return message;
}

void mailbox_wake(struct mailbox *box)
{
    pthread_mutex_lock(&box->lock);
    ring(box);
    pthread_mutex_unlock(&box->lock);
}

void mailbox_close(struct mailbox *box)
{
    pthread_mutex_lock(&box->lock);
    box->closed = true;
    ring(box);
    pthread_cond_broadcast(&box->room);
    pthread_mutex_unlock(&box->lock);
}

bool mailbox_is_closed(struct mailbox *box)
{
    pthread_mutex_lock(&box->lock);
    bool closed = box->closed;
    pthread_mutex_unlock(&box->lock);
    return closed;
}
