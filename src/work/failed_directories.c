/**
 * The directories that failed files were ever put into, by their handles: to rename one as a whole
 * is housekeeping, and says nothing of the files in it, while one that is dragged out of it has a
 * person's word.
 */
#define LOG_MODULE "worker"

#include "failed_directories.h"
#include "worker_state.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** What the queue calls one: 0 with NULL where it has no handle that lasts, or a negative errno. */
static int name_of(const char *folder, int directory, char **ret_name)
{
    struct file_state state;
    int result = file_state_read(directory, &state);
    if (result < 0 || !state.identity.handle_length)
        return result;
    struct str name = STR_INIT(1024);
    str_printf(&name, "failed %s ", folder);
    digest_add_hex(&name, state.identity.handle, state.identity.handle_length);
    *ret_name = str_take(&name);
    return *ret_name ? 0 : -ENOMEM;
}

static void add_name(struct failed_names *names, const struct folder *folder, int directory)
{
    char *name = NULL;
    if (directory >= 0 && name_of(folder->name, directory, &name) == 0 && name)
        names->text[names->count++] = name;
}

void failed_directories_name(struct failed_names *names, const struct folder *folder, int root)
{
    const char *failed = folder->failed;
    CLEANUP(close_fd)
    int directory = *failed == '/' ? safe_open_root(failed) : safe_open_path(root, failed);
    CLEANUP(free_text) char *first = strndup(failed, strcspn(failed, "/"));
    CLEANUP(close_fd) int top = first && *first ? safe_open_path(root, first) : -ENOENT;
    failed_names_release(names);
    add_name(names, folder, directory);
    add_name(names, folder, top);
}

void failed_names_release(struct failed_names *names)
{
    while (names->count)
        free(names->text[--names->count]);
}

void failed_directories_keep(struct queue *queue, const struct failed_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (!queue_number(queue, names->text[i]))
            queue_set_number(queue, names->text[i], clock_wall_ms());
}

void failed_directories_note(struct queue *queue, const struct folder *folder, int root)
{
    struct failed_names names = {.count = 0};
    failed_directories_name(&names, folder, root);
    failed_directories_keep(queue, &names);
    failed_names_release(&names);
}

bool failed_name_is_of(const char *name, const struct folder *folder)
{
    static const char begin[] = "failed ";
    size_t length = strlen(folder->name);
    return str_starts_with(name, begin) &&
           strncmp(name + strlen(begin), folder->name, length) == 0 &&
           name[strlen(begin) + length] == ' ';
}

/** Whether a directory was noted: 1, 0, or a negative errno. */
static int is_noted(struct queue *queue, const char *folder, int root, const char *path)
{
    CLEANUP(free_text) char *name = NULL;
    CLEANUP(close_fd) int directory = safe_open_path(root, path);
    int result = directory < 0 ? directory : name_of(folder, directory, &name);
    return result < 0 ? result : name && queue_number(queue, name);
}

int failed_directories_have(struct queue *queue, const char *folder, int root, const char *path)
{
    CLEANUP(free_text) char *at = path_directory(path);
    int result = 0;
    while (result == 0 && at && *at) {
        result = is_noted(queue, folder, root, at);
        char *above = path_directory(at);
        free(at);
        at = above;
    }
    return at ? result : -ENOMEM;
}

bool worker_came_with_failed(struct worker *worker, int64_t id, const char *path)
{
    struct queue *queue = worker->queue;
    CLEANUP(job_freep) struct job *job = queue_load(queue, id);
    const struct folder *folder = job ? config_folder(worker->config, job->folder) : NULL;
    CLEANUP(close_fd) int root = folder ? safe_open_root(folder->path) : -ENOENT;
    int result = root < 0 ? root : failed_directories_have(queue, folder->name, root, path);
    if (result > 0) {
        const struct log_about about = {.job = id, .folder = folder->name, .file = path};
        log_about(LOG_LEVEL_INFO, &about,
            "job %lld: %s/%s was renamed together with the directory for failed files and is "
            "ignored; to try it again, drag it out of there",
            (long long)id, folder->name, path);
        queue_set_location_in_failed(worker->queue, job, path);
    }
    return result != 0; /* what cannot be told now is asked again by the next scan */
}
