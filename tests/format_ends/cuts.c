/**
 * A real document, and what is left of it where it is cut.
 *
 *     cuts FILE BEHIND [FROM TO]
 *
 * Says what is wrong, and ends with 1, where the whole file has no end, with or without bytes after
 * it; or where it still has one though it was cut. That it may only where no more than its last
 * BEHIND bytes are missing, or where the cut lies from FROM to TO. Cuts at every byte; of a file
 * larger than 16 KiB at every byte of its first and last 128, and 200 times between.
 */
#include "closedrop/intake/complete.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALL (16 * 1024)
#define EDGE 128
#define AFTER 512

static int64_t read_memory(void *context, int64_t offset, void *buffer, size_t length)
{
    memcpy(buffer, (const char *)context + offset, length);
    return (int64_t)length;
}

static bool is_whole(const char *name, char *content, int64_t size)
{
    const struct bytes bytes = {size, read_memory, content, NULL};
    return !complete_find_cut(&bytes, name);
}

static char *read_file(const char *path, int64_t *ret_size)
{
    struct stat stat;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) < 0)
        return NULL;
    char *content = calloc(1, (size_t)stat.st_size + AFTER);
    if (content && read(fd, content, (size_t)stat.st_size) != stat.st_size)
        return NULL;
    close(fd);
    *ret_size = stat.st_size;
    return content;
}

static int64_t next_cut(int64_t cut, int64_t size)
{
    bool is_between = size > SMALL && cut > EDGE && cut < size - EDGE;
    return cut + (is_between ? 1 + size / 200 : 1);
}

static int check(const char *path, int64_t behind, int64_t from, int64_t to)
{
    int64_t size, first = 0, last = 0;
    char *content = read_file(path, &size);
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (!content) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 2;
    }
    if (!is_whole(name, content, size) || !is_whole(name, content, size + AFTER)) {
        printf("%s (%lld bytes) is whole, but looks incomplete\n", path, (long long)size);
        free(content);
        return 1;
    }
    for (int64_t cut = 1; cut < size - behind; cut = next_cut(cut, size)) {
        bool is_excused = to && cut >= from && cut <= to;
        if (is_excused || !is_whole(name, content, cut))
            continue;
        first = first ? first : cut;
        last = cut;
    }
    free(content);
    if (last)
        printf("%s (%lld bytes) looks whole when it is cut at %lld to %lld\n", path,
            (long long)size, (long long)first, (long long)last);
    return last != 0;
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 5)
        return 2;
    return check(
        argv[1], atoll(argv[2]), argc == 5 ? atoll(argv[3]) : 0, argc == 5 ? atoll(argv[4]) : 0);
}
