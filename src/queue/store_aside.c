/** A damaged store is set aside with all that belongs to it, and the next start knows that. */
#include "store_aside.h"

#include "store.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** What a store that is set aside has behind its name, and then the time. */
#define ASIDE ".damaged-"

bool store_was_set_aside(const char *directory)
{
    static const char prefix[] = "queue.db" ASIDE;
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    bool found = false;
    while (entries && !found && (entry = readdir(entries)) != NULL)
        found = strncmp(entry->d_name, prefix, sizeof(prefix) - 1) == 0;
    if (entries)
        closedir(entries);
    return found;
}

/** A name next to the store under which no earlier one was set aside. */
static char *free_aside_name(const char *path)
{
    for (int64_t at = clock_wall_ms();; at++) {
        char *aside = str_format("%s" ASIDE "%lld", path, (long long)at);
        if (!aside || access(aside, F_OK) < 0)
            return aside;
        free(aside);
    }
}

int store_set_aside(const char *directory, char **ret_aside)
{
    /* the database first: a log without it is nothing, but it without its log is an older one */
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    CLEANUP(free_text) char *path = str_format("%s/queue.db", directory);
    CLEANUP(free_text) char *aside = path ? free_aside_name(path) : NULL;
    if (!aside)
        return -ENOMEM;
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        CLEANUP(free_text) char *from = str_format("%s%s", path, suffixes[i]);
        CLEANUP(free_text) char *to = str_format("%s%s", aside, suffixes[i]);
        if (!from || !to)
            return -ENOMEM;
        if (rename(from, to) < 0 && errno != ENOENT)
            return -errno;
    }
    CLEANUP(close_fd) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        return -errno;
    *ret_aside = TAKE_PTR(aside);
    return 0;
}
