/** Keeps some of a disk's room back, and says when the disk has too little of it, and how much. */
#include "closedrop/queue/ballast.h"

#include "closedrop/base/str.h"
#include "closedrop/base/units.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/** What must be free: the ballast, and more than one turn of the work thread ever writes. */
#define ROOM_NEEDED (12LL * 1024 * 1024)
/** A disk that is small has this much of itself free once it is emptied. */
#define PART_OF_DISK 2
/** The ballast is this part of what must be free. */
#define PART_HELD_BACK 3
/** Space that may be missing before the disk is short: what the ballast takes in addition to its
 * size must not make it come and go. */
#define PART_SPARED 16

struct ballast {
    char *directory;
    char *path;
    bool was_there;
    bool is_made; /* or could not be: a quota has no sign of its own */
    bool is_short;
};

struct ballast *ballast_new(const char *directory)
{
    struct ballast *ballast = calloc(1, sizeof(*ballast));
    if (!ballast)
        return NULL;
    ballast->directory = strdup(directory);
    ballast->path = str_format("%s/ballast", directory);
    if (ballast->directory && ballast->path) {
        ballast->was_there = access(ballast->path, F_OK) == 0;
        return ballast;
    }
    ballast_free(ballast);
    return NULL;
}

bool ballast_was_there(const struct ballast *ballast)
{
    return ballast->was_there;
}

void ballast_free(struct ballast *ballast)
{
    if (!ballast)
        return;
    free(ballast->directory);
    free(ballast->path);
    free(ballast);
}

static int64_t bytes_of(const struct statvfs *disk, uint64_t blocks)
{
    uint64_t most = INT64_MAX / (disk->f_frsize ? disk->f_frsize : 1);
    return (int64_t)((blocks < most ? blocks : most) * disk->f_frsize);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/** What the ballast holds now is room, too: it is given up when that is needed. */
static int64_t held_by(const char *path)
{
    struct stat file;
    return lstat(path, &file) == 0 ? (int64_t)file.st_blocks * 512 : 0;
}

struct room ballast_room(const struct ballast *ballast)
{
    struct statvfs disk;
    if (statvfs(ballast->directory, &disk) < 0)
        return (struct room){INT64_MAX, 0};
    int64_t unused = bytes_of(&disk, geteuid() == 0 ? disk.f_bfree : disk.f_bavail);
    int64_t held = held_by(ballast->path);
    return (struct room){.unused = unused < INT64_MAX - held ? unused + held : INT64_MAX,
        .needed = smaller(ROOM_NEEDED, bytes_of(&disk, disk.f_blocks) / PART_OF_DISK)};
}

static void make(struct ballast *ballast, int64_t size)
{
    if (ballast->is_made || !size)
        return;
    ballast->is_made = true;
    int fd = open(ballast->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (posix_fallocate(fd, 0, size) != 0)
        unlink(ballast->path);
    close(fd);
}

bool ballast_is_needed(struct ballast *ballast, struct room *ret_room)
{
    struct room room = ballast_room(ballast);
    if (room.unused < room.needed - room.needed / PART_SPARED) {
        ballast->is_short = true;
        ballast_give_up(ballast);
    } else if (room.unused >= room.needed) {
        ballast->is_short = false;
        make(ballast, room.needed / PART_HELD_BACK);
    }
    *ret_room = room;
    return ballast->is_short;
}

void room_print(const struct room *room, const char *directory, struct str *out)
{
    int64_t missing = room->needed - room->unused;
    str_printf(out, "the disk that holds %s is nearly full: ", directory);
    units_print_size(out, room->unused);
    str_add(out, " are free, and closedrop needs ");
    units_print_size(out, room->needed);
    str_add(out, "; free at least ");
    units_print_size(out, missing > 0 ? missing : 0);
}

void ballast_give_up(struct ballast *ballast)
{
    ballast->is_made = false;
    unlink(ballast->path);
}
