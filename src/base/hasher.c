/** Digests made by a thread of its own, from a ring of bytes; one thread adds, one takes away. */
#include "closedrop/base/hasher.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RING (1024 * 1024)

struct hasher {
    struct digest *digest;
    unsigned char *ring; /* NULL: it has no thread, nor what follows */
    pthread_t thread;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t changed;
    uint64_t added, hashed; /* bytes so far; their positions in the ring are modulo its size */
    bool is_ending;
};

static atomic_int threads; /* of all hashers */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/** The bytes between the two are nobody else's meanwhile, so the digest needs no lock. */
static void hash_next(struct hasher *hasher)
{
    const size_t at = hasher->hashed % RING;
    const size_t length = least(hasher->added - hasher->hashed, RING - at);
    pthread_mutex_unlock(&hasher->mutex);
    digest_update(hasher->digest, hasher->ring + at, length);
    pthread_mutex_lock(&hasher->mutex);
    hasher->hashed += length;
    pthread_cond_signal(&hasher->changed);
}

static void *run(void *context)
{
    struct hasher *hasher = context;
    pthread_mutex_lock(&hasher->mutex);
    while (!hasher->is_ending) {
        if (hasher->hashed != hasher->added)
            hash_next(hasher);
        else
            pthread_cond_wait(&hasher->changed, &hasher->mutex);
    }
    pthread_mutex_unlock(&hasher->mutex);
    return NULL;
}

static bool start_thread(struct hasher *hasher)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const int error = pthread_create(&hasher->thread, NULL, run, hasher);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0;
}

/** What cannot be had is done without. */
static void get_thread(struct hasher *hasher)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    hasher->ring = atomic_fetch_add(&threads, 1) < processors ? malloc(RING) : NULL;
    if (hasher->ring) {
        pthread_mutex_init(&hasher->mutex, NULL);
        pthread_cond_init(&hasher->changed, NULL);
        if (start_thread(hasher))
            return;
        pthread_cond_destroy(&hasher->changed);
        pthread_mutex_destroy(&hasher->mutex);
        free(hasher->ring);
        hasher->ring = NULL;
    }
    atomic_fetch_sub(&threads, 1);
}

struct hasher *hasher_new(int64_t size)
{
    struct hasher *hasher = calloc(1, sizeof(*hasher));
    if (!hasher)
        return NULL;
    hasher->digest = digest_new();
    if (!hasher->digest) {
        free(hasher);
        return NULL;
    }
    if (size >= HASHER_LARGE)
        get_thread(hasher);
    return hasher;
}

static void end_thread(struct hasher *hasher)
{
    pthread_mutex_lock(&hasher->mutex);
    hasher->is_ending = true;
    pthread_cond_signal(&hasher->changed);
    pthread_mutex_unlock(&hasher->mutex);
    pthread_join(hasher->thread, NULL);
    atomic_fetch_sub(&threads, 1);
    pthread_cond_destroy(&hasher->changed);
    pthread_mutex_destroy(&hasher->mutex);
    free(hasher->ring);
}

void hasher_free(struct hasher *hasher)
{
    if (!hasher)
        return;
    if (hasher->ring)
        end_thread(hasher);
    digest_free(hasher->digest);
    free(hasher);
}

/** After it, the thread leaves the digest alone until bytes are added. */
static void wait_for_thread(struct hasher *hasher)
{
    if (!hasher->ring)
        return;
    pthread_mutex_lock(&hasher->mutex);
    while (hasher->hashed != hasher->added)
        pthread_cond_wait(&hasher->changed, &hasher->mutex);
    pthread_mutex_unlock(&hasher->mutex);
}

void hasher_reset(struct hasher *hasher)
{
    wait_for_thread(hasher);
    digest_reset(hasher->digest);
}

/** Add what there is room for, at least one byte. Returns how many. */
static size_t add(struct hasher *hasher, const unsigned char *bytes, size_t length)
{
    pthread_mutex_lock(&hasher->mutex);
    while (hasher->added - hasher->hashed == RING)
        pthread_cond_wait(&hasher->changed, &hasher->mutex);
    const size_t at = hasher->added % RING;
    const size_t room = least(RING - (hasher->added - hasher->hashed), RING - at);
    length = least(length, room);
    memcpy(hasher->ring + at, bytes, length);
    hasher->added += length;
    pthread_cond_signal(&hasher->changed);
    pthread_mutex_unlock(&hasher->mutex);
    return length;
}

void hasher_update(struct hasher *hasher, const void *bytes, size_t length)
{
    const unsigned char *next = bytes;
    if (!hasher->ring) {
        digest_update(hasher->digest, bytes, length);
        return;
    }
    for (const unsigned char *end = next + length; next < end;)
        next += add(hasher, next, (size_t)(end - next));
}

void hasher_finish(struct hasher *hasher, char sha256[DIGEST_SHA256_HEX], char md5[DIGEST_MD5_HEX])
{
    wait_for_thread(hasher);
    digest_finish(hasher->digest, sha256, md5);
}
