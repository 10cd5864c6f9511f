/** Claims folders for our queue, renews the claim, and leaves folders that another queue has. */
#define LOG_MODULE "watch"

#include "folder_claim.h"
#include "folder_root.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Another queue has it: it is away until a later check finds it free. */
static void refuse(struct watched *folder, const char *where, const struct owner *owner)
{
    char words[OWNER_WORDS];
    char *message = folder->health.message;
    size_t room = sizeof(folder->health.message);
    owner_words(owner, words);
    if (folder->health.healthy)
        folder_root_lose(folder);
    else
        folder_root_leave(folder); /* nothing in it was watched yet */
    folder_drop_messages(folder);
    folder->outgoing.asked = 0;
    folder->health.healthy = false;
    if (!where)
        snprintf(message, room, "is %s", words);
    else if (*where == '/')
        snprintf(message, room, "is inside %.120s, which is %s", where, words);
    else
        snprintf(message, room, "contains %.120s, which is %s", where, words);
}

/** Whether a directory in it was found to belong to another queue, and still does. */
static bool has_conflict(struct watched *folder, struct owner *ret_owner)
{
    if (!folder->claim.conflict)
        return false;
    if (ownership_check(folder->root.fd, folder->claim.conflict, folder->watch->queue, ret_owner) !=
        OWNERSHIP_OURS)
        return true;
    free(folder->claim.conflict);
    folder->claim.conflict = NULL;
    return false;
}

bool folder_yield(struct watched *folder)
{
    struct owner owner;
    if (folder->root.fd < 0 || !has_conflict(folder, &owner))
        return false;
    refuse(folder, folder->claim.conflict, &owner);
    return true;
}

bool folder_yield_to_above(struct watched *folder)
{
    struct owner owner;
    CLEANUP(free_text)
    char *above = ownership_check_above(folder->root.real_path, folder->watch->queue, &owner);
    if (above)
        refuse(folder, above, &owner);
    return above;
}

static void tell_doubt(struct watched *folder, int error)
{
    if (!folder->claim.is_doubtful)
        log_warn(
            "folder %s (%s): cannot mark it as watched: the file .closedrop/owner in it cannot be "
            "written: %s; make sure that no other closedrop watches it",
            folder->folder->name, folder->folder->path, strerror(-error));
    folder->claim.is_doubtful = true;
}

bool folder_claim(struct watched *folder)
{
    struct owner owner;
    int64_t now = clock_steady_ms();
    folder->claim.next_ms = now + OWNERSHIP_BEAT_MS;
    /* the empty mount point of an unmounted folder must stay empty */
    folder->health.is_bare = directory_is_empty(folder->root.fd);
    folder->claim.is_ours = !folder->health.is_bare;
    if (!folder->claim.is_ours)
        return true;
    int result = ownership_claim(&folder->claim.ownership, folder->root.fd, folder->watch->queue,
        folder->watch->config->state_dir, now, &owner);
    if (result == OWNERSHIP_REFUSED || result == OWNERSHIP_FOREIGN) {
        refuse(folder, NULL, &owner);
        return false;
    }
    if (result < 0)
        tell_doubt(folder, result);
    return true;
}

bool folder_is_of_another(struct watched *folder, const char *path)
{
    struct owner owner;
    if (!*path || folder->claim.conflict)
        return folder->claim.conflict;
    if (ownership_check(folder->root.fd, path, folder->watch->queue, &owner) == OWNERSHIP_OURS)
        return false;
    folder->claim.conflict = strdup(path);
    if (!folder->claim.conflict)
        folder_note_error(folder, -ENOMEM);
    return true;
}

bool folder_has(struct watched *folder, const char *path)
{
    if (ownership_is_lost(&folder->claim.ownership, folder->root.fd)) {
        folder->claim.next_ms = 0;
        return false;
    }
    CLEANUP(free_text) char *at = path_directory(path);
    while (at && *at && !folder_is_of_another(folder, at)) {
        char *above = path_directory(at);
        free(at);
        at = above;
    }
    return at && !*at;
}
