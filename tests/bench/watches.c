/**
 * The least that it costs to watch a directory with all that are below it: reads each, and watches
 * it for what closedrop asks about.
 *
 *     watches DIRECTORY
 *
 * Prints, in ms: the calls of inotify alone, all of it, and the processor time of all.
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>

#define EVENTS                                                                                     \
    (IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF)

static int inotify;
static int64_t calls_ns;

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void die(const char *path)
{
    perror(path);
    exit(1);
}

static void watch(const char *path)
{
    int64_t begin_ns = read_clock(CLOCK_MONOTONIC);
    if (inotify_add_watch(inotify, path, EVENTS | IN_ONLYDIR | IN_DONT_FOLLOW) < 0)
        die(path);
    calls_ns += read_clock(CLOCK_MONOTONIC) - begin_ns;
}

static void watch_all(char path[PATH_MAX])
{
    size_t length = strlen(path);
    watch(path);
    DIR *stream = opendir(path);
    if (!stream)
        die(path);
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
            snprintf(path + length, PATH_MAX - length, "/%s", entry->d_name);
            watch_all(path);
            path[length] = '\0';
        }
    closedir(stream);
}

int main(int count, char **arguments)
{
    static char path[PATH_MAX];
    int64_t begin_ns = read_clock(CLOCK_MONOTONIC);
    inotify = inotify_init1(IN_CLOEXEC);
    snprintf(path, sizeof(path), "%s", count > 1 ? arguments[1] : ".");
    watch_all(path);
    printf("%lld %lld %lld\n", (long long)(calls_ns / 1000000),
        (long long)((read_clock(CLOCK_MONOTONIC) - begin_ns) / 1000000),
        (long long)(read_clock(CLOCK_PROCESS_CPUTIME_ID) / 1000000));
    return 0;
}
