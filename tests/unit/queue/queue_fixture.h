/** What the tests of the queue share: a queue in memory, a clock of their own, and short words for
 * long calls. */
#ifndef TESTS_UNIT_QUEUE_QUEUE_FIXTURE_H
#define TESTS_UNIT_QUEUE_QUEUE_FIXTURE_H

#include "queue/due.h"
#include "queue/queue_state.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/groups.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** `limits.doubt`: how long an unclear POST waits before it is verified. */
#define DOUBT 120000

static int64_t now = 1795341600000;

static inline int64_t own_clock(void)
{
    return now;
}

static const struct clock_source own_source = {own_clock, own_clock};

static inline struct identity file(int number)
{
    struct identity identity = {.handle_length = 12, .size = 1000 + number, .mtime_ns = 77};
    memset(identity.handle, number, identity.handle_length);
    return identity;
}

static inline int open_queue(void **state)
{
    struct str why = STR_INIT(1000);
    struct queue *queue = NULL;
    clock_source = &own_source;
    int problem = queue_open(":memory:", true, &queue, &why);
    str_release(&why);
    *state = queue;
    return problem;
}

static inline int close_queue(void **state)
{
    queue_close(*state);
    return 0;
}

/* whatever a test does, what is known of due times beforehand stays right */
static inline void begin(struct queue *queue)
{
    queue_begin(queue);
    assert_non_null(queue_due(queue, "scans"));
    due_learn(queue);
}

static inline void expect_due_times_are_right(struct queue *queue)
{
    due_learn(queue);
    for (size_t i = 0; i < queue->due_count; i++) {
        const struct due_times known = queue->dues[i]->times;
        due_forget(queue, queue->dues[i]->folder);
        due_learn(queue);
        assert_memory_equal(&known, &queue->dues[i]->times, sizeof(known));
    }
}

static inline void commit(struct queue *queue)
{
    expect_due_times_are_right(queue);
    assert_int_equal(queue_commit(queue), 0);
}

static inline int64_t add(struct queue *queue, const char *path, struct identity identity)
{
    struct arrival arrival = {.folder = "scans", .path = path, .identity = identity};
    return queue_add(queue, &arrival);
}

static inline enum known known_as(struct queue *queue, const char *folder, struct identity identity,
    const char *path, bool by_path)
{
    struct seen seen = {.folder = folder,
        .path = path,
        .identity = &identity,
        .by_path = by_path,
        .is_one_name = true};
    assert_int_equal(queue_known(queue, &seen, 1), 1);
    return seen.known;
}

static inline enum known known(struct queue *queue, struct identity identity)
{
    return known_as(queue, "scans", identity, "anywhere", false);
}

static inline struct job *claim_of(
    struct queue *queue, const char *folder, unsigned lanes, bool suspects)
{
    return queue_claim(queue, queue_due(queue, folder), lanes, suspects);
}

static inline struct job *claim(struct queue *queue)
{
    return claim_of(queue, "scans", LANE_ALL, false);
}

/* for suspects or for the others, whichever comes first */
static inline int64_t next_due(struct queue *queue, const char *folder, unsigned lanes)
{
    struct due *due = queue_due(queue, folder);
    int64_t suspects = queue_next_due(queue, due, lanes, true);
    int64_t others = queue_next_due(queue, due, lanes, false);
    return suspects < others ? suspects : others;
}

static inline struct job *load(struct queue *queue, int64_t id)
{
    struct job *job = queue_load(queue, id);
    assert_non_null(job);
    return job;
}

/* claim the next job and take it all the way; `location` as for queue_set_put_away() */
static inline void finish_next(struct queue *queue, const char *location)
{
    struct job *job = claim(queue);
    assert_non_null(job);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_done(queue, job, "done");
    queue_set_put_away(queue, job, location, "put away");
    job_free(job);
}

static inline void fail_next(struct queue *queue, const char *code, const char *location)
{
    struct job *job = claim(queue);
    assert_non_null(job);
    queue_fail(queue, job, code, "in words");
    if (location)
        queue_set_put_away(queue, job, location, "moved");
    job_free(job);
}

/* ---- what it says, as text ---- */

struct lines {
    char text[2000];
};

static inline void add_history(void *context, int64_t at_ms, const char *state, const char *why)
{
    struct lines *lines = context;
    size_t length = strlen(lines->text);
    assert_true(at_ms == now);
    snprintf(lines->text + length, sizeof(lines->text) - length, "%s: %s\n", state, why);
}

static inline void add_posting(void *context, const char *token, const char *lead_id,
    enum activity_kind activity, int64_t at_ms)
{
    struct lines *lines = context;
    size_t length = strlen(lines->text);
    snprintf(lines->text + length, sizeof(lines->text) - length, "%s %s %s %lld\n", token, lead_id,
        activity_kind_names[activity], (long long)(at_ms - now));
}

static inline void expect_postings(struct queue *queue, int64_t id, const char *text)
{
    struct lines lines = {""};
    queue_postings(queue, id, add_posting, &lines);
    assert_string_equal(lines.text, text);
}

/* what a `retry` of many says, as "QUEUED CODE NUMBER ..." */
static inline void expect_retried(struct queue *queue, struct job_filter filter, const char *wanted)
{
    struct retried retried;
    char text[200];
    queue_retry_all(queue, &filter, false, &retried);
    int length = snprintf(text, sizeof(text), "%d", (int)retried.queued);
    for (int i = 0; i < JOB_JUDGED; i++)
        if (retried.left_out[i])
            length += snprintf(text + length, sizeof(text) - (size_t)length, " %s %d",
                job_judged_codes[i], (int)retried.left_out[i]);
    assert_string_equal(text, wanted);
}

static inline void add_id(void *context, const struct job *job)
{
    struct lines *lines = context;
    size_t length = strlen(lines->text);
    snprintf(lines->text + length, sizeof(lines->text) - length, "%d ", (int)job->id);
}

#define ON_MEMORY(test) cmocka_unit_test_setup_teardown(test, open_queue, close_queue)

#endif
