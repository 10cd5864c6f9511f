/** Remembers and reports the directories of a folder that cannot be listed or entered. */
#define LOG_MODULE "watch"

#include "closed.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/files/rights.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CLOSED_MAX 256 /* per folder; later scans find the others */

struct closed {
    char *path;
    char *why;
    struct closed *next; /* sorted by name, so that `status` always names the same one first */
};

static void closed_free(struct closed *closed)
{
    free(closed->path);
    free(closed->why);
    free(closed);
}

static struct closed *closed_new(int root, const char *path)
{
    char words[RIGHTS_WORDS];
    CLEANUP(close_fd) int path_fd = safe_open_path(root, path);
    struct closed *closed = path_fd < 0 ? NULL : calloc(1, sizeof(*closed));
    if (!closed)
        return NULL;
    closed->path = strdup(path);
    closed->why = str_format("the directory cannot be listed and entered: it %s",
        rights_words(path_fd, RIGHTS_LIST_DIRECTORY, words));
    if (closed->path && closed->why)
        return closed;
    closed_free(closed);
    return NULL;
}

static size_t count(const struct watched *folder)
{
    size_t count = 0;
    for (const struct closed *closed = folder->closed; closed; closed = closed->next)
        count++;
    return count;
}

/** Replace the one at `at` if the reason has changed. Returns whether it has. */
static bool renew(struct closed **at, struct closed *closed)
{
    if (strcmp((*at)->why, closed->why) == 0) {
        closed_free(closed);
        return false;
    }
    closed->next = (*at)->next;
    closed_free(*at);
    *at = closed;
    return true;
}

static bool insert(struct watched *folder, struct closed *closed)
{
    struct closed **at = &folder->closed;
    while (*at && strcmp((*at)->path, closed->path) < 0)
        at = &(*at)->next;
    if (*at && strcmp((*at)->path, closed->path) == 0)
        return renew(at, closed);
    closed->next = *at;
    *at = closed;
    return true;
}

void closed_add(void *context, const char *path)
{
    struct watched *folder = context;
    struct closed *closed = *path ? closed_new(folder->root.fd, path) : NULL;
    if (!*path)
        folder_request_check(folder); /* the folder itself: it is away */
    if (closed && count(folder) >= CLOSED_MAX)
        closed_free(TAKE_PTR(closed));
    if (closed && insert(folder, closed))
        log_warn("%s/%s: %s; files in it are not seen", folder->folder->name, path, closed->why);
}

static bool is_closed(const struct watched *folder, const char *path, int *ret_error)
{
    CLEANUP(close_fd) int fd = safe_open_tree(folder->root.fd, path);
    *ret_error = fd < 0 ? fd : 0;
    return fd == -EACCES;
}

/** Remove the one at `at`, and request a scan of it if it can be opened now. */
static void let_go(struct watched *folder, struct closed **at, bool is_open)
{
    struct closed *closed = *at;
    *at = closed->next;
    if (is_open)
        folder_request_subtree(folder, closed->path);
    closed_free(closed);
}

void closed_recheck(struct watched *folder)
{
    int error;
    struct closed **at = &folder->closed;
    while (*at && folder->root.fd >= 0) {
        if (is_closed(folder, (*at)->path, &error))
            at = &(*at)->next;
        else
            let_go(folder, at, error == 0);
    }
}

void closed_name(struct watched *folder)
{
    const struct closed *first = folder->closed;
    folder_name_first(folder->health.closed, sizeof(folder->health.closed),
        first ? first->path : NULL, first ? first->why : NULL, count(folder));
}

void closed_forget(struct watched *folder)
{
    while (folder->closed)
        let_go(folder, &folder->closed, false);
}
