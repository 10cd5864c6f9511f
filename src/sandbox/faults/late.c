#include "faults/late.h"

#include "util/rows.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct task {
    struct timespec due;
    struct late_act act;
};

struct late {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* tasks or stopping; waits on the monotonic clock */
    struct rows tasks;
    size_t in_hand; /* taken out of the list, being done: 0 or 1 */
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
    task->act.end(task->act.self);
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

static struct task *take_out(struct rows *tasks, size_t place)
{
    struct task *task = tasks->items[place];
    tasks->count--;
    for (size_t i = place; i < tasks->count; i++)
        tasks->items[i] = tasks->items[i + 1];
    return task;
}

/** Wait for the next task that is due; NULL when it is time to stop. With the lock held. */
static struct task *wait_for_task(struct late *late)
{
    while (!late->stopping) {
        if (late->tasks.count == 0) {
            pthread_cond_wait(&late->changed, &late->lock);
            continue;
        }
        size_t first = find_first(&late->tasks);
        const struct task *task = late->tasks.items[first];
        struct timespec now = in_ms(0);
        if (!is_before(&now, &task->due))
            return take_out(&late->tasks, first);
        pthread_cond_timedwait(&late->changed, &late->lock, &task->due);
    }
    return NULL;
}

static void *run(void *self)
{
    struct late *late = self;
    struct task *task;
    pthread_mutex_lock(&late->lock);
    while ((task = wait_for_task(late)) != NULL) {
        late->in_hand = 1;
        pthread_mutex_unlock(&late->lock);
        task->act.act(task->act.self);
        free_task(task);
        pthread_mutex_lock(&late->lock);
        late->in_hand = 0;
    }
    pthread_mutex_unlock(&late->lock);
    return NULL;
}

int late_start(struct late **ret_late)
{
    struct late *late = calloc(1, sizeof(*late));
    if (!late)
        return -ENOMEM;
    pthread_mutex_init(&late->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&late->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int error = pthread_create(&late->thread, NULL, run, late);
    if (error) {
        pthread_cond_destroy(&late->changed);
        pthread_mutex_destroy(&late->lock);
        free(late);
        return -error;
    }
    *ret_late = late;
    return 0;
}

void late_add(struct late *late, int64_t delay_ms, const struct late_act *act)
{
    struct task *task = calloc(1, sizeof(*task));
    if (!task) {
        act->end(act->self);
        return;
    }
    *task = (struct task){in_ms(delay_ms), *act};
    pthread_mutex_lock(&late->lock);
    int error = rows_add(&late->tasks, task);
    pthread_cond_signal(&late->changed);
    pthread_mutex_unlock(&late->lock);
    if (error)
        free_task(task);
}

size_t late_count(struct late *late)
{
    pthread_mutex_lock(&late->lock);
    size_t count = late->tasks.count + late->in_hand;
    pthread_mutex_unlock(&late->lock);
    return count;
}

void late_clear(struct late *late)
{
    pthread_mutex_lock(&late->lock);
    rows_release(&late->tasks, free_task);
    pthread_mutex_unlock(&late->lock);
}

void late_stop(struct late *late)
{
    if (!late)
        return;
    pthread_mutex_lock(&late->lock);
    late->stopping = true;
    pthread_cond_signal(&late->changed);
    pthread_mutex_unlock(&late->lock);
    pthread_join(late->thread, NULL);
    rows_release(&late->tasks, free_task);
    pthread_cond_destroy(&late->changed);
    pthread_mutex_destroy(&late->lock);
    free(late);
}
