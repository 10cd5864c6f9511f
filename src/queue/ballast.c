/* The file that holds the room: made while there is plenty, given up when there is none. */
#include "closedrop/queue/ballast.h"

#include "closedrop/base/str.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BALLAST_SIZE (4LL * 1024 * 1024)
/** Less than this is short: more than one turn of the work thread ever writes. */
#define SHORT_BELOW (8LL * 1024 * 1024)
/** With so much the ballast is made again; the gap keeps it from coming and going. */
#define ENOUGH_FROM (SHORT_BELOW + 2 * BALLAST_SIZE)

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

/** Bytes that this user may still write; INT64_MAX where nobody can tell. */
static int64_t room_of(const char *directory)
{
    struct statvfs disk;
    if (statvfs(directory, &disk) < 0)
        return INT64_MAX;
    uint64_t blocks = geteuid() == 0 ? disk.f_bfree : disk.f_bavail;
    uint64_t most = INT64_MAX / (disk.f_frsize ? disk.f_frsize : 1);
    return (int64_t)((blocks < most ? blocks : most) * disk.f_frsize);
}

static void make(struct ballast *ballast)
{
    if (ballast->is_made)
        return;
    ballast->is_made = true;
    int fd = open(ballast->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (posix_fallocate(fd, 0, BALLAST_SIZE) != 0)
        unlink(ballast->path);
    close(fd);
}

bool ballast_is_needed(struct ballast *ballast)
{
    int64_t room = room_of(ballast->directory);
    if (room < SHORT_BELOW) {
        ballast->is_short = true;
        ballast_give_up(ballast);
    } else if (room >= ENOUGH_FROM) {
        ballast->is_short = false;
        make(ballast);
    }
    return ballast->is_short;
}

void ballast_give_up(struct ballast *ballast)
{
    ballast->is_made = false;
    unlink(ballast->path);
}
