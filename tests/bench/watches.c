/**
 * What the calls of inotify alone cost: watches each directory whose path is a line of the input,
 * for what closedrop asks about. Prints how long that took, in ms.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>

#define EVENTS                                                                                     \
    (IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF)

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(void)
{
    char path[4096];
    int fd = inotify_init1(IN_CLOEXEC);
    int64_t spent_ns = 0;
    while (fgets(path, sizeof(path), stdin)) {
        path[strcspn(path, "\n")] = '\0';
        int64_t begin_ns = now_ns();
        if (inotify_add_watch(fd, path, EVENTS | IN_ONLYDIR | IN_DONT_FOLLOW) < 0) {
            perror(path);
            return 1;
        }
        spent_ns += now_ns() - begin_ns;
    }
    printf("%lld\n", (long long)(spent_ns / 1000000));
    return 0;
}
