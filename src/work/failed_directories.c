/**
 * The directories that failed files were ever put into, by their handles: to rename one as a whole
 * is housekeeping, and says nothing of the files in it, while one that is dragged out of it has a
 * person's word.
 */
#include "failed_directories.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** As the kernel's. */
#define ERRNO_MAX 4095

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

/** The name of the directory at `path`, added to the text. 0 or a negative errno. */
static int add_name_of(struct str *names, const char *folder, int root, const char *path)
{
    CLEANUP(free_text) char *name = NULL;
    CLEANUP(close_fd) int directory = safe_open_path(root, path);
    int result = directory < 0 ? directory : name_of(folder, directory, &name);
    if (name)
        wire_add_text(names, name);
    return result;
}

void failed_directories_list_above(struct str *out, const char *folder, int root, const char *path)
{
    struct str names = STR_INIT(FRAME_MAX / 4);
    CLEANUP(free_text) char *at = path_directory(path);
    int result = root < 0 ? root : 0;
    while (result == 0 && at && *at) {
        result = add_name_of(&names, folder, root, at);
        char *above = path_directory(at);
        free(at);
        at = above;
    }
    result = at ? result : -ENOMEM;
    wire_add_number(out, str_error(&names) ? -ENOMEM : result);
    str_add_bytes(out, str_text(&names), names.length);
    str_release(&names);
}

int failed_directories_know(struct queue *queue, const struct folder *folder, struct wire *wire)
{
    int result = (int)wire_number_in(wire, -ERRNO_MAX, 0);
    while (wire->left && !wire->broken) {
        CLEANUP(free_text) char *name = wire_whole_text(wire);
        bool is_one = name && failed_name_is_of(name, folder) && queue_number(queue, name);
        result = is_one && result == 0 ? 1 : result;
    }
    return wire->broken ? -EPROTO : result;
}
