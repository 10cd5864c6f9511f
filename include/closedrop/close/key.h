/**
 * The API key: read once from its configured source, kept in memory, sent only to the API.
 */
#ifndef CLOSEDROP_CLOSE_KEY_H
#define CLOSEDROP_CLOSE_KEY_H

#include <stdbool.h>
#include <stdint.h>

struct str;

struct key {
    char text[1024];
    char *file;         /* where it was read from; NULL: the environment */
    int64_t changed_ns; /* the file's ctime when it was read */
};

/**
 * Read the key from `file`; if that is NULL, from the systemd credential "close-api-key", or else
 * from $CLOSE_API_KEY, which is then removed from the environment. The file must belong to root or
 * to us, be readable only by its owner, and contain one line.
 * Returns 0, or a negative errno with what is wrong, and what would be right, appended to `why`.
 */
int key_load(const char *file, struct key *ret_key, struct str *why);

/** Whether the file has changed since it was read, or is missing. */
bool key_has_changed(const struct key *key);

/** Erase the key from memory. */
void key_release(struct key *key);

#endif
