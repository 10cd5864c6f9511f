/* A bounded ring of letters, a lock, and an eventfd that is readable while there are some. */
#include "closedrop/intake/mailbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct mailbox {
    pthread_mutex_t lock;
    pthread_cond_t room;
    struct letter *first;
    struct letter **end;
    size_t count;
    size_t most;
    bool closed;
    int bell; /* an eventfd: rung while there are letters */
};

struct letter *letter_new(enum letter_kind kind, struct config *config, size_t folder, size_t room)
{
    struct letter *letter = calloc(1, sizeof(*letter));
    if (!letter)
        return NULL;
    letter->kind = kind;
    letter->folder = folder;
    letter->sightings = room ? calloc(room, sizeof(*letter->sightings)) : NULL;
    if (room && !letter->sightings) {
        free(letter);
        return NULL;
    }
    letter->config = config_hold(config);
    return letter;
}

void letter_free(struct letter *letter)
{
    if (!letter)
        return;
    for (size_t i = 0; i < letter->count; i++) {
        free(letter->sightings[i].path);
        free(letter->sightings[i].error_message);
        free(letter->sightings[i].note);
    }
    free(letter->sightings);
    config_release(letter->config);
    free(letter);
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
    struct letter *letter;
    if (!box)
        return;
    while ((letter = mailbox_take(box)) != NULL)
        letter_free(letter);
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

static void ring(const struct mailbox *box)
{
    eventfd_write(box->bell, 1);
}

bool mailbox_post(struct mailbox *box, struct letter *letter, bool wait)
{
    pthread_mutex_lock(&box->lock);
    while (wait && !box->closed && box->count >= box->most)
        pthread_cond_wait(&box->room, &box->lock);
    bool taken = !box->closed && box->count < box->most;
    if (taken) {
        letter->next = NULL;
        *box->end = letter;
        box->end = &letter->next;
        box->count++;
        ring(box);
    }
    pthread_mutex_unlock(&box->lock);
    if (!taken)
        letter_free(letter);
    return taken;
}

struct letter *mailbox_take(struct mailbox *box)
{
    pthread_mutex_lock(&box->lock);
    struct letter *letter = box->first;
    if (letter) {
        box->first = letter->next;
        if (!box->first)
            box->end = &box->first;
        letter->next = NULL;
        box->count--;
        pthread_cond_signal(&box->room);
    }
    if (!box->first && box->bell >= 0 && !box->closed) {
        eventfd_t rings;
        eventfd_read(box->bell, &rings);
    }
    pthread_mutex_unlock(&box->lock);
    return letter;
}

void mailbox_wake(struct mailbox *box)
{
    ring(box);
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
