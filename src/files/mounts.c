/** The file systems that can hang, by their lines in /proc/self/mountinfo (proc(5)). */
#include "closedrop/files/mounts.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/filesystem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define LINKS_MAX 40 /* path_resolution(7) */

/** A file system that can hang. */
struct mount {
    char *point;
    dev_t device;
};

struct mounts {
    int file; /* poll(2) reports a change of the mounts once; -1: no /proc */
    struct mount *list;
    size_t count;
};

static void forget(struct mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++)
        free(mounts->list[i].point);
    free(mounts->list);
    mounts->list = NULL;
    mounts->count = 0;
}

static struct mount *find(const struct mounts *mounts, const char *point)
{
    for (size_t i = 0; i < mounts->count; i++)
        if (strcmp(mounts->list[i].point, point) == 0)
            return &mounts->list[i];
    return NULL;
}

/** What is mounted last at a point hides the others. */
static void add(struct mounts *mounts, const char *point, dev_t device, bool may_hang)
{
    struct mount *known = find(mounts, point);
    if (known && may_hang) {
        known->device = device;
    } else if (known) {
        size_t after = (size_t)(mounts->list + mounts->count - known) - 1;
        free(known->point);
        memmove(known, known + 1, after * sizeof(*known));
        mounts->count--;
    } else if (may_hang) {
        struct mount *list = reallocarray(mounts->list, mounts->count + 1, sizeof(struct mount));
        char *copy = list ? strdup(point) : NULL;
        mounts->list = list ? list : mounts->list;
        if (copy)
            mounts->list[mounts->count++] = (struct mount){copy, device};
    }
}

/** Spaces and the like are written as "\040". */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        unsigned value;
        if (*from == '\\' && sscanf(from + 1, "%3o", &value) == 1) {
            *to++ = (char)value;
            from += 3;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

static void read_line(struct mounts *mounts, char *line)
{
    unsigned major_number, minor_number;
    int point_at = 0;
    if (sscanf(line, "%*d %*d %u:%u %*s %n", &major_number, &minor_number, &point_at) != 2 ||
        !point_at)
        return;
    char *point = line + point_at;
    char *options = strchr(point, ' ');
    const char *type = options ? strstr(options, " - ") : NULL;
    if (!type)
        return;
    *options = '\0';
    unescape(point);
    type += strlen(" - ");
    add(mounts, point, makedev(major_number, minor_number),
        filesystem_may_hang(type, strcspn(type, " ")));
}

static void read_all(struct mounts *mounts)
{
    forget(mounts);
    FILE *file = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t room = 0;
    while (file && getline(&line, &room, file) > 0)
        read_line(mounts, line);
    free(line);
    if (file)
        fclose(file);
}

struct mounts *mounts_new(void)
{
    struct mounts *mounts = calloc(1, sizeof(*mounts));
    if (!mounts)
        return NULL;
    mounts->file = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    read_all(mounts);
    return mounts;
}

void mounts_free(struct mounts *mounts)
{
    if (!mounts)
        return;
    forget(mounts);
    close_fd(&mounts->file);
    free(mounts);
}

void mounts_follow(struct mounts *mounts)
{
    struct pollfd change = {.fd = mounts ? mounts->file : -1, .events = POLLPRI};
    if (change.fd >= 0 && poll(&change, 1, 0) > 0)
        read_all(mounts);
}

/** A path on the way down: `at` has been followed, `rest` has not. */
struct walk {
    char at[PATH_MAX];
    char rest[2 * PATH_MAX];
    int links;
};

/** Take the next name from the rest. */
static void take_name(struct walk *walk, char name[NAME_MAX + 1])
{
    size_t from = strspn(walk->rest, "/");
    size_t length = strcspn(walk->rest + from, "/");
    snprintf(name, NAME_MAX + 1, "%.*s", (int)length, walk->rest + from);
    memmove(walk->rest, walk->rest + from + length, strlen(walk->rest + from + length) + 1);
}

static void ascend(struct walk *walk)
{
    char *slash = strrchr(walk->at, '/');
    if (slash)
        *slash = '\0';
}

/** Where the name is a link, what it says comes before the rest. */
static void follow_link(struct walk *walk)
{
    char target[PATH_MAX], rest[sizeof(walk->rest)];
    ssize_t length = readlink(walk->at, target, sizeof(target) - 1);
    if (length <= 0 || ++walk->links > LINKS_MAX)
        return;
    target[length] = '\0';
    ascend(walk);
    if (*target == '/')
        walk->at[0] = '\0';
    if (snprintf(rest, sizeof(rest), "%s/%s", target, walk->rest) < (int)sizeof(rest))
        memcpy(walk->rest, rest, sizeof(rest));
}

static void descend(struct walk *walk, const char *name)
{
    size_t length = strlen(walk->at);
    snprintf(walk->at + length, sizeof(walk->at) - length, "/%s", name);
}

bool mounts_may_hang(struct mounts *mounts, const char *path, dev_t *ret_device)
{
    struct walk walk;
    char name[NAME_MAX + 1];
    if (!mounts || !mounts->count)
        return false;
    walk.at[0] = '\0';
    walk.links = 0;
    const struct mount *mount = find(mounts, "/");
    snprintf(walk.rest, sizeof(walk.rest), "%s", path);
    while (!mount && (take_name(&walk, name), *name)) {
        if (strcmp(name, "..") == 0) {
            ascend(&walk);
        } else if (strcmp(name, ".") != 0) {
            descend(&walk, name);
            mount = find(mounts, walk.at);
            if (!mount)
                follow_link(&walk);
        }
    }
    if (mount)
        *ret_device = mount->device;
    return mount;
}

bool path_may_hang(const char *path, dev_t *ret_device)
{
    char here[PATH_MAX];
    if (*path != '/' && !getcwd(here, sizeof(here)))
        return false;
    CLEANUP(free_text) char *whole = str_format("%s/%s", *path == '/' ? "" : here, path);
    struct mounts *mounts = mounts_new();
    bool may_hang = whole && mounts_may_hang(mounts, whole, ret_device);
    mounts_free(mounts);
    return may_hang;
}
