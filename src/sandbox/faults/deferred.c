/** One thread that carries out deferred acts when they are due, in that order. */
#include "faults/deferred.h"

#include "util/rows.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct task {
    struct timespec due;
    struct deferred_act act;
};

struct deferred {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* tasks or stopping; waits on the monotonic clock */
    struct rows tasks;
    size_t in_progress; /* taken out of the list, being done: 0 or 1 */
    bool stopping;
    pthread_t thread;
};

static bool is_before(const struct timespec *one, const struct timespec *other)
{
    if (one->tv_sec != other->tv_sec)
        return one->tv_sec < other->tv_sec;
    return one->tv_nsec < other->tv_nsec;
}

static struct timespec in_ms(int64_t ms)
{
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    due.tv_sec += (time_t)(ms / 1000);
    due.tv_nsec += (long)(ms % 1000) * 1000000;
    if (due.tv_nsec >= 1000000000) {
        due.tv_nsec -= 1000000000;
        due.tv_sec++;
    }
    return due;
}

static void free_task(void *row)
{
    struct task *task = row;
    task->act.end(task->act.context);
    free(task);
}

/** Where the task that is due first stands; of equal ones the one that was added first. */
static size_t find_first(const struct rows *tasks)
{
    size_t first = 0;
    for (size_t i = 1; i < tasks->count; i++) {
        const struct task *task = tasks->items[i], *best = tasks->items[first];
        if (is_before(&task->due, &best->due))
            first = i;
    }
    return first;
}

static struct task *take_out(struct rows *tasks, size_t index)
{
    struct task *task = tasks->items[index];
    tasks->count--;
    for (size_t i = index; i < tasks->count; i++)
        tasks->items[i] = tasks->items[i + 1];
    return task;
}

/** Wait for the next task that is due; NULL when it is time to stop. With the lock held. */
static struct task *wait_for_task(struct deferred *deferred)
{
    while (!deferred->stopping) {
        if (deferred->tasks.count == 0) {
            pthread_cond_wait(&deferred->changed, &deferred->lock);
            continue;
        }
        size_t first = find_first(&deferred->tasks);
        const struct task *task = deferred->tasks.items[first];
        struct timespec now = in_ms(0);
        if (!is_before(&now, &task->due))
            return take_out(&deferred->tasks, first);
        pthread_cond_timedwait(&deferred->changed, &deferred->lock, &task->due);
    }
    return NULL;
}

static void *run(void *context)
{
    struct deferred *deferred = context;
    struct task *task;
    pthread_mutex_lock(&deferred->lock);
    while ((task = wait_for_task(deferred)) != NULL) {
        deferred->in_progress = 1;
        pthread_mutex_unlock(&deferred->lock);
        task->act.act(task->act.context);
        free_task(task);
        pthread_mutex_lock(&deferred->lock);
        deferred->in_progress = 0;
    }
    pthread_mutex_unlock(&deferred->lock);
    return NULL;
}

int deferred_start(struct deferred **ret_deferred)
{
    struct deferred *deferred = calloc(1, sizeof(*deferred));
    if (!deferred)
        return -ENOMEM;
    pthread_mutex_init(&deferred->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&deferred->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int error = pthread_create(&deferred->thread, NULL, run, deferred);
    if (error) {
        pthread_cond_destroy(&deferred->changed);
        pthread_mutex_destroy(&deferred->lock);
        free(deferred);
        return -error;
    }
    *ret_deferred = deferred;
    return 0;
}

void deferred_add(struct deferred *deferred, int64_t delay_ms, const struct deferred_act *act)
{
    struct task *task = calloc(1, sizeof(*task));
    if (!task) {
        act->end(act->context);
        return;
    }
    *task = (struct task){in_ms(delay_ms), *act};
    pthread_mutex_lock(&deferred->lock);
    int result = rows_add(&deferred->tasks, task);
    pthread_cond_signal(&deferred->changed);
    pthread_mutex_unlock(&deferred->lock);
    if (result < 0)
        free_task(task);
}

size_t deferred_count(struct deferred *deferred)
{
    pthread_mutex_lock(&deferred->lock);
    size_t count = deferred->tasks.count + deferred->in_progress;
    pthread_mutex_unlock(&deferred->lock);
    return count;
}

void deferred_clear(struct deferred *deferred)
{
    pthread_mutex_lock(&deferred->lock);
    rows_release(&deferred->tasks, free_task);
    pthread_mutex_unlock(&deferred->lock);
}

void deferred_stop(struct deferred *deferred)
{
    if (!deferred)
        return;
    pthread_mutex_lock(&deferred->lock);
    deferred->stopping = true;
    pthread_cond_signal(&deferred->changed);
    pthread_mutex_unlock(&deferred->lock);
    pthread_join(deferred->thread, NULL);
    rows_release(&deferred->tasks, free_task);
    pthread_cond_destroy(&deferred->changed);
    pthread_mutex_destroy(&deferred->lock);
    free(deferred);
}
