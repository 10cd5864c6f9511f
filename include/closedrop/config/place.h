/**
 * Finds the folder that a file on this machine belongs to, and its path there, wherever closedrop
 * has put it since it was dropped.
 */
#ifndef CLOSEDROP_CONFIG_PLACE_H
#define CLOSEDROP_CONFIG_PLACE_H

#include "closedrop/config/tree.h"

#include <stdbool.h>

/** Where in its folder a file is: where it was dropped, or where it was put. */
enum whereabouts { AMONG_TAKEN, AMONG_FAILED, AMONG_DROPPED };

/** All zero: it is in no folder. */
struct place {
    const struct folder *folder;
    char *path; /* in its folder, without the archive or the directory for failed files */
    enum whereabouts whereabouts;
    bool is_behind_link; /* in its folder as its path is spelled, but actually elsewhere */
};

/**
 * Whether `given`, which need not exist, is in the folder; where it really is counts, and only then
 * how it is spelled. Touches the file, and the folder unless it is out of reach. Returns 1, 0, or
 * -ENOMEM; `ret_place` is written for 1 only.
 */
int place_find_in(const struct folder *folder, const char *given, struct place *ret_place);

/** The same for all folders; with 0, `ret_place` is all zero. */
int place_find(const struct config *config, const char *given, struct place *ret_place);

/** The same, but only by how the path is spelled: nothing on the disk is touched. */
int place_find_as_spelled(const struct config *config, const char *given, struct place *ret_place);

/**
 * Whether the folder is on a file system that can hang (files/mounts.h) and the file is not on that
 * one: whether the file is in the folder can be said, and has to be, without touching the folder.
 */
bool place_is_out_of_reach(const struct folder *folder, const char *given);

/** Free what it owns. */
void place_release(struct place *place);

/**
 * Where the file itself is, as an absolute path in new memory: what leads there is resolved (links,
 * ".."), its last part is not. NULL if that is not possible, or if out of memory.
 */
char *place_resolve(const char *path);

#endif
