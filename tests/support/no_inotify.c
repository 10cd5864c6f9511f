/**
 * A library to preload: a kernel without inotify.
 *
 *     cc -shared -fPIC -o no_inotify.so no_inotify.c; LD_PRELOAD=no_inotify.so closedrop run
 */
#include <errno.h>
#include <sys/inotify.h>

int inotify_init(void)
{
    errno = ENOSYS;
    return -1;
}

int inotify_init1(int flags)
{
    (void)flags;
    return inotify_init();
}
