/**
 * The API key: read once from where the configuration says, kept in memory, given to the API alone.
 */
#ifndef CLOSEDROP_CLOSE_KEY_H
#define CLOSEDROP_CLOSE_KEY_H

#include <stdbool.h>
#include <stdint.h>

struct str;

struct key {
    char text[1024];
    char *file;         /* where it was read, NULL for the environment */
    int64_t changed_ns; /* the file's ctime when it was read */
};

/**
 * Read the key from `file`, or where that is NULL from the systemd credential "close-api-key", or
 * from $CLOSE_API_KEY, which is then removed from the environment.
 * Returns 0, or a negative errno with what is wrong, and what would be right, added to `why`: the
 * file must belong to root or to us, be readable by its owner alone, and hold one line.
 */
int key_load(const char *file, struct key *ret_key, struct str *why);

/** Whether the file looks different from when it was read, or is not there any more. */
bool key_has_changed(const struct key *key);

/** Wipe the key. */
void key_release(struct key *key);

#endif
