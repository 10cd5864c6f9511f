/** Files that contain one secret, such as the API key: who may own and read them. */
#ifndef CLOSEDROP_FILES_SECRET_FILE_H
#define CLOSEDROP_FILES_SECRET_FILE_H

#include <stddef.h>
#include <stdint.h>

struct str;

/** What the file and its contents are called in messages. */
struct secret_words {
    const char *file;   /* "key file" */
    const char *secret; /* "API key" */
};

/**
 * Read the file into `text`, at most `size` - 1 bytes of it, without the white space at its end and
 * a byte order mark. It must be a regular file that belongs to root or to us, and that only its
 * owner may read.
 * Returns 0, or a negative errno with what is wrong, and what would be right, added to `why`.
 */
int secret_file_read(const char *path, const struct secret_words *words, char *text, size_t size,
    int64_t *ret_changed_ns, struct str *why);

/** Its ctime in ns, as secret_file_read() returned it; -1 if it is missing. */
int64_t secret_file_changed_ns(const char *path);

#endif
