/** Watches directories with libinotifytools, using only what is safe. */
#include "closedrop/intake/events.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/destination.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inotifytools/inotify.h>
#include <inotifytools/inotifytools.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <unistd.h>

/*
 * IN_MASK_CREATE: a directory that was watched under another name must not enter the library's
 * table a second time, because it would never be freed
 */
#define WATCHED                                                                                    \
    (IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_ATTRIB | IN_DELETE |            \
        IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK |             \
        IN_MASK_CREATE)
#define LOST (IN_Q_OVERFLOW | IN_IGNORED | IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF)

static int descriptor = -1;

/** The library does not reveal its descriptor: it is the inotify descriptor that is new. */
static int find_descriptor(void)
{
    DIR *fds = opendir("/proc/self/fd");
    const struct dirent *entry;
    int found = fds ? -ENOENT : -errno;
    while (fds && (entry = readdir(fds)) != NULL) {
        char target[64] = "";
        if (readlinkat(dirfd(fds), entry->d_name, target, sizeof(target) - 1) > 0 &&
            strcmp(target, "anon_inode:inotify") == 0)
            sscanf(entry->d_name, "%d", &found);
    }
    if (fds)
        closedir(fds);
    return found;
}

int events_open(void)
{
    if (!inotifytools_initialize())
        return -(inotifytools_error() > 0 ? inotifytools_error() : EMFILE);
    descriptor = find_descriptor();
    if (descriptor < 0 || descriptor >= FD_SETSIZE) { /* its select(2) would abort the process */
        int error = descriptor < 0 ? descriptor : -EMFILE;
        inotifytools_cleanup();
        descriptor = -1;
        return error;
    }
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    return descriptor;
}

void events_close(void)
{
    if (descriptor >= 0)
        inotifytools_cleanup();
    descriptor = -1;
}

int events_watch(const char *directory)
{
    /*
     * adding a path again would leak, so ask first; the library recognises directories by a slash
     */
    CLEANUP(free_text) char *known_as = str_format("%s/", directory);
    if (!known_as)
        return -ENOMEM;
    if (inotifytools_wd_from_filename(known_as) >= 0)
        return EVENTS_WATCHED;
    if (inotifytools_watch_file(directory, WATCHED))
        return 0;
    /*
     * it is watched under its old name: its rename is among the pending events, as EVENT_LOST,
     * after which it is watched under the new one
     */
    if (inotifytools_error() == EEXIST)
        return 0;
    return inotifytools_error() > 0 ? -inotifytools_error() : -EIO;
}

static enum event_kind kind_of(uint32_t mask, const char *name)
{
    if (mask & LOST)
        return EVENT_LOST;
    if (mask & IN_ISDIR && mask & IN_MOVED_FROM && strcmp(name, DESTINATION_NEW) != 0)
        return EVENT_LOST; /* its watches would continue under a stale path */
    if (mask & IN_ISDIR && !(mask & (IN_DELETE | IN_MOVED_FROM)))
        return EVENT_DIRECTORY;
    if (mask & (IN_MOVED_FROM | IN_DELETE))
        return mask & IN_DELETE ? EVENT_DELETED : EVENT_LEFT;
    if (mask & IN_MOVED_TO)
        return EVENT_MOVED_IN;
    return mask & IN_ATTRIB ? EVENT_STAMPED : EVENT_WRITTEN;
}

int events_next(struct event *ret_event)
{
    if (descriptor < 0)
        return 0;
    struct inotify_event *event = inotifytools_next_events(0, 1);
    while (!event && inotifytools_error() == EINTR)
        event = inotifytools_next_events(0, 1);
    if (!event)
        return 0;
    const char *directory = inotifytools_filename_from_wd(event->wd);
    ret_event->directory = directory ? directory : "";
    ret_event->name = event->len ? event->name : "";
    ret_event->kind = kind_of(event->mask, ret_event->name);
    if (!*ret_event->directory) /* an unknown watch, whose path is lost */
        ret_event->kind = EVENT_LOST;
    return 1;
}

int events_restart(void)
{
    /*
     * replace the library's descriptor by one that is never readable, which frees the old instance
     * before a new one is requested; then empty its own buffer, too
     */
    CLEANUP(close_fd) int silent = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (silent < 0 || dup2(silent, descriptor) < 0) {
        int error = -errno;
        events_close();
        return error;
    }
    while (inotifytools_next_events(0, 1))
        ;
    events_close();
    return events_open();
}
