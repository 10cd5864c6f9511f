/**
 * A worker with a queue in memory, a folder on disk, a Close in memory (fake_close.h) and a clock
 * of ours, which stands still until nothing is left to do, and then jumps to when something is.
 */
#ifndef TESTS_UNIT_WORK_WORLD_H
#define TESTS_UNIT_WORK_WORLD_H

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/config/load.h"
#include "closedrop/files/identity.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"
#include "closedrop/work/worker.h"
#include "scratch.h"
#include "work/fake_close.h"
#include "work/worker_state.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND_MS 1000LL
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)

/* a folder's key, the rule of that name for files that say their lead, and what it may create */
#define RULES "rules = [ \"r\" ];"
#define RULE(more)                                                                                 \
    "{ name = \"r\"; match = { path = \"(?<l>lead_[a-z]+)\"; }; lead_id = \"{l}\"; " more " }"
#define EMAIL "email = { status = \"draft\"; subject = \"{stem}\"; };"

struct world {
    char root[SCRATCH_MAX]; /* with the folder "in" */
    struct config *config;
    struct queue *queue;
    struct worker *worker;
    struct folder_state folder;
    int64_t scan;     /* the last that was asked for */
    bool cannot_scan; /* none can be asked for */
    bool never_scans; /* none ends */
    int resettled;    /* files that must be settled again */
};

static int64_t world_ms;

static int64_t world_clock(void)
{
    return world_ms;
}

static const struct clock_source world_clock_source = {world_clock, world_clock};

/** What a world is made of; texts that are NULL add nothing. */
struct world_setting {
    const char *folder; /* keys of the folder, "rules = [ \"r\" ];" among them */
    const char *rules;  /* as in "{ name = \"r\"; ... }" */
    const char *limits;
};

static inline char *world_path(const struct world *world, const char *path)
{
    return str_format("%s/in/%s", world->root, path);
}

static inline void world_resettle(void *context, const char *folder, const char *path)
{
    struct world *world = context;
    (void)folder;
    (void)path;
    world->resettled++;
}

/** A scan that ends by the next turn. */
static inline int64_t world_scan(void *context, const char *folder)
{
    struct world *world = context;
    (void)folder;
    return world->cannot_scan ? 0 : ++world->scan;
}

static inline struct config *world_config(
    const struct world *world, const struct world_setting *setting)
{
    char *file = str_format("%s/conf", world->root);
    FILE *out = fopen(file, "w");
    struct config *config = NULL;
    struct str problems = STR_INIT(8192);
    assert_non_null(out);
    fprintf(out,
        "state_dir = \"%s/state\"; control_socket = \"%s/socket\";\n"
        "close = { api_url = \"" FAKE_API "\"; upload_hosts = [ \"127.0.0.1\" ]; };\n"
        "limits = { retry_first = \"1s\"; retry_max = \"10s\"; doubt = \"30s\"; %s };\n"
        "folders = ( { path = \"%s/in\"; name = \"in\"; archive = \"Uploaded\"; %s } );\n"
        "rules = ( %s );\n",
        world->root, world->root, setting->limits ? setting->limits : "", world->root,
        setting->folder ? setting->folder : "", setting->rules ? setting->rules : "");
    fclose(out);
    if (config_load(file, CONFIG_COMPARE_PATHS, &config, &problems) < 0)
        fail_msg("%s", str_text(&problems));
    str_release(&problems);
    free(file);
    return config;
}

static inline void world_tell_folder(struct world *world)
{
    if (!world->never_scans)
        world->folder.scanned = world->scan;
    worker_set_folder(world->worker, 0, &world->folder);
}

static inline void world_open(struct world *world, const struct world_setting *setting)
{
    struct str why = STR_INIT(4096);
    struct stat stat_of;
    *world = (struct world){.folder = {.healthy = true, .complete_scans = 1}};
    signal(
        SIGIO, SIG_IGN); /* somebody writes to a file that is leased: the worker is asked instead */
    /* nothing that the tests write is young */
    world_ms = (int64_t)time(NULL) * 1000 + 60000;
    clock_source = &world_clock_source;
    fake.now = world_clock;
    assert_int_equal(setenv("CLOSE_API_KEY", "api_key", 1), 0);
    snprintf(world->root, sizeof(world->root),
        "/dev/shm/closedrop-XXXXXX"); /* fsync(2) is cheap there */
    assert_non_null(mkdtemp(world->root));
    char *staging = world_path(world, ".closedrop");
    char *folder = str_format("%s/in", world->root);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkdir(staging, 0700), 0);
    assert_int_equal(stat(folder, &stat_of), 0);
    free(staging);
    free(folder);
    world->folder.device = stat_of.st_dev;
    world->folder.inode = stat_of.st_ino;
    world->config = world_config(world, setting);
    assert_int_equal(queue_open(":memory:", true, &world->queue, &why), 0);
    world->worker =
        worker_new(world->queue, NULL, world->config, world_resettle, world_scan, NULL, world);
    assert_non_null(world->worker);
    if (worker_configure(world->worker, world->config, &why) < 0)
        fail_msg("%s", str_text(&why));
    str_release(&why);
    queue_begin(world->queue);
    world_tell_folder(world);
    assert_int_equal(queue_commit(world->queue), 0);
}

static inline void world_close(struct world *world)
{
    worker_free(world->worker);
    queue_close(world->queue);
    config_release(world->config);
    scratch_remove(world->root);
    str_release(&fake.log);
    str_release(&fake.posted);
    fake.log = fake.posted = (struct str){0};
    clock_source = &world_clock_source;
}

/* ---- files ---- */

static inline void world_write(const struct world *world, const char *path, const char *content)
{
    char *full = world_path(world, path);
    FILE *out = fopen(full, "w");
    assert_non_null(out);
    fputs(content, out);
    fclose(out);
    free(full);
}

static inline bool world_has(const struct world *world, const char *path)
{
    char *full = world_path(world, path);
    bool is_there = access(full, F_OK) == 0;
    free(full);
    return is_there;
}

static inline void world_remove(const struct world *world, const char *path)
{
    char *full = world_path(world, path);
    assert_int_equal(unlink(full), 0);
    free(full);
}

static inline void world_rename(const struct world *world, const char *from, const char *to)
{
    char *old = world_path(world, from), *new = world_path(world, to);
    assert_int_equal(rename(old, new), 0);
    free(old);
    free(new);
}

static inline bool world_text_has(const struct world *world, const char *path, const char *words)
{
    char text[8192] = "";
    char *full = world_path(world, path);
    FILE *in = fopen(full, "r");
    if (in)
        text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
    if (in)
        fclose(in);
    free(full);
    return strstr(text, words) != NULL;
}

/** Queue a file that is there, as the watch thread does. Its job's ID. */
static inline int64_t world_add(struct world *world, const char *path)
{
    struct file_state state;
    char *full = world_path(world, path);
    int fd = open(full, O_PATH | O_CLOEXEC);
    assert_int_equal(file_state_read(fd, &state), 0);
    close(fd);
    free(full);
    const struct arrival arrival = {.folder = "in",
        .path = path,
        .identity = state.identity,
        .changed_ms = state.ctime_ns / 1000000};
    queue_begin(world->queue);
    int64_t id = queue_add(world->queue, &arrival);
    assert_int_equal(queue_commit(world->queue), 0);
    return id;
}

static inline int64_t world_drop(struct world *world, const char *path, const char *content)
{
    world_write(world, path, content);
    return world_add(world, path);
}

/* ---- turns ---- */

/** As a turn of the agent. False where the queue could not keep it: the agent would end then. */
static inline bool world_try_turn(struct world *world)
{
    queue_begin(world->queue);
    worker_reap(world->worker);
    world_tell_folder(world);
    worker_claim(world->worker);
    if (queue_commit(world->queue) < 0)
        return false;
    worker_start(world->worker);
    return true;
}

static inline void world_turn(struct world *world)
{
    assert_true(world_try_turn(world));
}

/** Turn for so long by its clock, whenever there is something to do. As world_try_turn(). */
static inline bool world_try_run(struct world *world, int64_t for_ms)
{
    const int64_t end_ms = world_ms + for_ms;
    for (int turns = 0; turns < 20000; turns++) {
        if (!world_try_turn(world))
            return false;
        int64_t wait_ms = fake_has_ended() ? 0 : worker_timeout(world->worker);
        if (wait_ms > end_ms - world_ms) {
            world_ms = end_ms;
            return true;
        }
        world_ms += wait_ms;
    }
    fail_msg("it goes on and on");
    return false;
}

static inline void world_run(struct world *world, int64_t for_ms)
{
    assert_true(world_try_run(world, for_ms));
}

static inline struct job *world_job(struct world *world, int64_t id)
{
    struct job *job = queue_load(world->queue, id);
    assert_non_null(job);
    return job;
}

/** Do something to the queue, as a command does: CALL is made inside a transaction. */
#define IN_QUEUE(world, call)                                                                      \
    do {                                                                                           \
        queue_begin((world)->queue);                                                               \
        call;                                                                                      \
        assert_int_equal(queue_commit((world)->queue), 0);                                         \
    } while (0)

/** "done", "failed no_target", "queued", "dropped" ... */
static inline const char *world_state(struct world *world, int64_t id)
{
    static char text[256];
    struct job *job = world_job(world, id);
    const char *state = job->ending ? job_ending_names[job->ending] : job_state_names[job->state];
    snprintf(text, sizeof(text), "%s%s%s", state, job->error_code ? " " : "",
        job->error_code ? job->error_code : "");
    job_free(job);
    return text;
}

static inline void world_expect(struct world *world, int64_t id, const char *state)
{
    if (strcmp(world_state(world, id), state) != 0) {
        struct job *job = world_job(world, id);
        fail_msg("job %lld is %s (%s), not %s\n%s", (long long)id, world_state(world, id),
            job->error_message ? job->error_message : "", state, str_text(&fake.log));
    }
}

static inline void world_expect_requests(const char *url, int times)
{
    if (fake_count(url) != times)
        fail_msg("%d times %s, not %d\n%s", fake_count(url), url, times, str_text(&fake.log));
}

#endif
