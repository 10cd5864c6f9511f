/* A queue whose file was damaged: four bytes for each byte that is wrong, where it lies and what it
 * is now; before them one that tells how many pages are missing. What is left of the queue is used,
 * or is set aside and a new one made, and nothing given out is unsound. Where one byte is wrong and
 * the queue is used, no job is missing or says anything else than before. */
#include "fuzz.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/groups.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"
#include "closedrop/queue/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
#define JOBS 6
#define FOLDER "scans"
#define RULES_DIGEST "5ca9"

static int64_t noon(void)
{
    return INT64_C(1795521600000);
}

static const struct clock_source still_clock = {noon, noon};

/* ---- a queue in memory, and its bytes while they were sound ---- */

static char directory[] = "/dev/shm/closedrop-fuzz-XXXXXX";

static struct {
    char *bytes;
    size_t length;
    size_t *written; /* where it is not zero */
    size_t count;
    struct job *jobs[JOBS + 1]; /* by id */
} sound;

static void file_of(const char *name, char path[100])
{
    snprintf(path, 100, "%s/%s", directory, name);
}

static void remove_all(void)
{
    char command[100];
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    (void)!system(command);
}

static int64_t add(struct queue *queue, const char *path)
{
    struct arrival arrival = {.folder = FOLDER, .path = path};
    arrival.identity = (struct identity){.handle_length = 12, .size = 1000, .mtime_ns = 5};
    snprintf((char *)arrival.identity.handle, sizeof(arrival.identity.handle), "%s", path);
    return queue_add(queue, &arrival);
}

static struct job *claim(struct queue *queue, unsigned lanes)
{
    struct job *job = queue_claim(queue, queue_due(queue, FOLDER), lanes, false);
    assert(job);
    return job;
}

static void sort_and_send(struct queue *queue, struct job *job, const char *group)
{
    assert(str_assign(&job->rules_digest, RULES_DIGEST) == 0 && str_assign(&job->rule, "fax") == 0);
    assert(str_assign(&job->group, group) == 0 && str_assign(&job->lead_id, "lead_a") == 0);
    assert(str_assign(&job->token, "t0k") == 0 && str_assign(&job->values, "{\"a\":1}") == 0);
    assert(str_assign(&job->download_url, "https://app.close.com/go/file/t/u/t0k/a/") == 0);
    job->activity = ACTIVITY_EMAIL;
    job->uploaded_ms = noon();
    queue_advance(queue, job, JOB_UPLOADED, "sent");
}

/** One job of every kind. */
static void fill(struct queue *queue)
{
    static const char *const paths[JOBS] = {"a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf", "f.pdf"};
    struct job *jobs[5];
    queue_begin(queue);
    for (size_t i = 0; i < JOBS; i++) {
        int64_t id = add(queue, paths[i]);
        assert(id > 0);
    }
    for (size_t i = 0; i < 5; i++)
        jobs[i] = claim(queue, LANE_SEND);
    queue_fail(queue, jobs[0], "cut_off", "looks incomplete");
    queue_retry(queue, jobs[1], noon(), true, "the connection was lost");
    for (size_t i = 2; i < 5; i++)
        sort_and_send(queue, jobs[i], "g");
    queue_retry(queue, jobs[2], noon(), false, "waits for its group");
    queue_intend(queue, &jobs[3], 2, clock_wall_ms());
    assert(str_assign(&jobs[4]->activity_id, "acti_a") == 0);
    queue_done(queue, jobs[4], "filed");
    queue_set_put_away(queue, jobs[4], "Uploaded/2026-11/e.pdf", "moved");
    queue_set_paused(queue, false);
    assert(queue_commit(queue) == 0);
    for (size_t i = 0; i < 5; i++)
        job_free(jobs[i]);
}

static void keep_bytes(const char *path)
{
    struct str text = STR_INIT(1024 * 1024);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert(fd >= 0 && str_add_file(&text, fd) == 0);
    close(fd);
    sound.length = text.length;
    sound.bytes = str_take(&text);
    sound.written = calloc(sound.length, sizeof(*sound.written));
    assert(sound.written);
    for (size_t i = 0; i < sound.length; i++)
        if (sound.bytes[i])
            sound.written[sound.count++] = i;
}

static void make_sound_queue(void)
{
    struct queue *queue = NULL;
    struct str why = STR_INIT(1000);
    char path[100];
    clock_source = &still_clock;
    assert(mkdtemp(directory) && atexit(remove_all) == 0);
    assert(queue_open(directory, true, &queue, &why) == 0);
    fill(queue);
    for (int64_t id = 1; id <= JOBS; id++)
        assert((sound.jobs[id] = queue_load(queue, id)) != NULL);
    queue_close(queue);
    str_release(&why);
    file_of("queue.db", path);
    keep_bytes(path);
}

/* ---- damage ---- */

/** Returns how many bytes are wrong. */
static size_t write_damaged(struct fuzz_input *input)
{
    size_t wrong = 0;
    static const char *const others[] = {"queue.db-wal", "queue.db-shm", "queue.db-journal"};
    char path[100];
    for (size_t i = 0; i < 3; i++) {
        file_of(others[i], path);
        unlink(path);
    }
    size_t missing = fuzz_byte(input) * (size_t)PAGE;
    size_t length = missing < sound.length ? sound.length - missing : 0;
    char *bytes = malloc(sound.length);
    assert(bytes);
    memcpy(bytes, sound.bytes, sound.length);
    while (input->left >= 4) {
        size_t at = (size_t)fuzz_byte(input) << 16 | (size_t)fuzz_byte(input) << 8;
        at |= fuzz_byte(input);
        bytes[sound.written[at % sound.count]] = (char)fuzz_byte(input);
        wrong++;
    }
    file_of("queue.db", path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
    close(fd);
    free(bytes);
    return wrong + missing;
}

/* ---- what is left of it ---- */

static void check_job(const struct job *job)
{
    assert(job->folder && job->path && job->state < JOB_STATES && job->ending < JOB_ENDINGS);
    assert(job->activity < ACTIVITY_KINDS && job->identity.handle_length <= IDENTITY_HANDLE_MAX);
    assert(job->attempts >= 0 && job->crashes >= 0 && job->verifications >= 0);
    struct json *view = view_job(job);
    char *printed = json_print(view);
    assert(printed && fuzz_is_utf8(printed));
    free(printed);
    json_free(view);
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/** What may make a file be filed again, or elsewhere, or forgotten. */
static void check_unchanged(const struct job *job, const struct job *before)
{
    assert(job && is_same_text(job->folder, before->folder));
    assert(is_same_text(job->path, before->path) && is_same_text(job->location, before->location));
    assert(identity_equal(&job->identity, &before->identity));
    assert(job->state == before->state && job->ending == before->ending);
    assert(job->claimed == before->claimed && job->put_away == before->put_away);
    assert(is_same_text(job->token, before->token));
    assert(is_same_text(job->download_url, before->download_url));
    assert(is_same_text(job->rule, before->rule) && is_same_text(job->group, before->group));
    assert(is_same_text(job->lead_id, before->lead_id));
    assert(is_same_text(job->activity_id, before->activity_id));
    assert(job->activity == before->activity && job->posting == before->posting);
}

static void check_nothing_changed(struct queue *queue)
{
    for (int64_t id = 1; id <= JOBS; id++) {
        struct job *job = queue_load(queue, id);
        check_unchanged(job, sound.jobs[id]);
        job_free(job);
    }
}

static void see_job(void *context, const struct job *job)
{
    int64_t *last = context;
    check_job(job);
    *last = job->id;
}

static void see_history(void *context, int64_t at_ms, const char *state, const char *why)
{
    (void)context;
    (void)at_ms;
    assert(state && why);
}

static void see_posting(void *context, const char *token, const char *lead_id,
    enum activity_kind activity, int64_t at_ms)
{
    (void)context;
    (void)at_ms;
    assert(token && lead_id && activity < ACTIVITY_KINDS);
}

/** What the commands ask. */
static void read_all(struct queue *queue)
{
    struct queue_counts counts;
    int64_t last = 0, failed[10];
    queue_begin(queue);
    queue_list(queue, &(struct job_filter){0}, &(struct job_page){.limit = 100}, see_job, &last);
    queue_count(queue, NULL, &counts);
    (void)queue_list_in_failed(queue, FOLDER, 0, failed, 10);
    for (int64_t id = 1; id <= JOBS; id++) {
        struct job *job = queue_load(queue, id);
        if (job)
            check_job(job);
        job_free(job);
        queue_history(queue, id, see_history, NULL);
        queue_postings(queue, id, see_posting, NULL);
    }
    (void)queue_commit(queue);
}

/** One claim of what is due, and what follows it. */
static void work_once(struct queue *queue, int round)
{
    queue_begin(queue);
    struct job *job = queue_claim(queue, queue_due(queue, FOLDER), LANE_ALL, round % 2);
    if (job) {
        struct job *members[4];
        struct queue_group group;
        check_job(job);
        queue_group(queue, job, &group);
        size_t count = queue_group_members(queue, job, members, 4);
        for (size_t i = 0; i < count; i++)
            check_job(members[i]);
        for (size_t i = 0; i < count; i++)
            job_free(members[i]);
        queue_delay_group(queue, job, noon());
        if (job->state == JOB_DONE || job->state == JOB_FAILED)
            queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
        else if (round < 6)
            queue_retry(queue, job, noon(), true, "again");
        else
            queue_fail(queue, job, "code", "message");
    }
    job_free(job);
    (void)queue_commit(queue);
}

/** What the agent does with it. */
static void work(struct queue *queue)
{
    struct retried retried;
    queue_begin(queue);
    (void)queue_recover(queue, 1000);
    queue_wake(queue, "no_lead");
    queue_wake_changed(queue, FOLDER, RULES_DIGEST);
    struct job *unclassified;
    if (queue_list_unclassified(queue, FOLDER, RULES_DIGEST, &unclassified, 1))
        job_free(unclassified);
    (void)add(queue, "a.pdf");
    (void)add(queue, "new.pdf");
    queue_retry_all(queue, &(struct job_filter){.folder = FOLDER}, false, &retried);
    (void)queue_forget(queue, 2, false);
    (void)queue_commit(queue);
    for (int round = 0; round < 12; round++)
        work_once(queue, round);
}

/** A damaged queue makes way for a new one. */
static void begin_anew(struct str *why)
{
    struct queue *queue = NULL;
    char *aside = NULL;
    assert(queue_set_aside(directory, &aside) == 0);
    assert(queue_open(directory, true, &queue, why) == 0);
    queue_close(queue);
    unlink(aside);
    free(aside);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    struct queue *queue = NULL;
    struct str why = STR_INIT(10000);
    if (!sound.bytes)
        make_sound_queue();
    size_t wrong = write_damaged(&input);
    int problem = queue_open(directory, true, &queue, &why);
    assert((problem == 0) == (queue != NULL) && (problem == 0) == (why.length == 0));
    if (queue) {
        if (wrong <= 1)
            check_nothing_changed(queue);
        read_all(queue);
        work(queue);
        read_all(queue);
    }
    queue_close(queue);
    if (problem)
        begin_anew(&why);
    str_release(&why);
    return 0;
}
