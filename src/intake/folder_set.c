/** Keeps the folders of the configuration, and those of earlier ones that jobs still use. */
#include "folder_set.h"
#include "folder_root.h"

#include "closedrop/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** Still claimed, because a job may be working on a file in them. */
struct left {
    struct config *config;
    struct watched *folders;
    struct left *next;
};

static void leave_folders(struct config *config, struct watched *folders)
{
    for (size_t i = 0; config && i < config->folder_count; i++) {
        folder_root_leave(&folders[i]);
        free(folders[i].claim.conflict);
        folder_drop_messages(&folders[i]);
    }
    free(folders);
    config_release(config);
}

/** Leave earlier folders that no job uses any more, or all of them. */
static void leave_earlier(struct watch *watch, bool all)
{
    for (struct left **at = &watch->left; *at;) {
        struct left *left = *at;
        if (!all && config_is_shared(left->config)) {
            at = &left->next;
            continue;
        }
        *at = left->next;
        leave_folders(left->config, left->folders);
        free(left);
    }
}

/** Stop watching the folders of this configuration; they are left once no job uses them. */
static void put_aside(struct watch *watch)
{
    struct left *left = watch->config ? malloc(sizeof(*left)) : NULL;
    if (left) {
        *left = (struct left){watch->config, watch->folders, watch->left};
        watch->left = left;
    } else {
        leave_folders(watch->config, watch->folders);
    }
    candidates_free(watch->candidates);
    watch->config = NULL;
    watch->folders = NULL;
    watch->candidates = NULL;
}

static void take_over_from(
    const struct config *config, struct watched *folders, struct watched *folder)
{
    for (size_t i = 0; config && i < config->folder_count; i++) {
        struct watched *old = &folders[i];
        if (!old->claim.is_ours || strcmp(old->folder->path, folder->folder->path) != 0)
            continue;
        folder->claim.ownership = old->claim.ownership;
        old->claim.ownership = (struct ownership)OWNERSHIP_INIT;
        old->claim.is_ours = false;
    }
}

/** A folder that stays is never given up in between, because another queue could claim it. */
static void take_over(struct watched *folder)
{
    const struct watch *watch = folder->watch;
    take_over_from(watch->config, watch->folders, folder);
    for (const struct left *left = watch->left; left; left = left->next)
        take_over_from(left->config, left->folders, folder);
}

int folder_set_enter(struct watch *watch, struct config *config)
{
    struct watched *folders = calloc(config->folder_count + 1, sizeof(*folders));
    struct candidates *candidates = candidates_new(CANDIDATES_MAX);
    if (!folders || !candidates) {
        free(folders);
        candidates_free(candidates);
        return -ENOMEM;
    }
    for (size_t i = 0; i < config->folder_count; i++) {
        folders[i] = (struct watched){.watch = watch,
            .folder = &config->folders[i],
            .index = i,
            .root = {.fd = -1},
            .claim = {.ownership = OWNERSHIP_INIT}};
        take_over(&folders[i]);
    }
    put_aside(watch);
    watch->folders = folders;
    watch->candidates = candidates;
    watch->config = config_hold(config);
    watch->batches_out = 0;
    watch->restart_ms = watch->events >= 0 ? clock_steady_ms() : 0;
    return 0;
}

void folder_set_leave_unused(struct watch *watch)
{
    leave_earlier(watch, false);
}

void folder_set_leave_all(struct watch *watch)
{
    put_aside(watch);
    leave_earlier(watch, true);
}
