/** How the last use of the store ended: written next to it, and judged before it is opened. */
#include "store_end.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX 100

bool end_is_sound(const char *written, const struct end_facts *now)
{
    int64_t first = 0, second = 0;
    if (sscanf(written, "open %" SCNd64, &first) == 1)
        return first && first == now->boot;
    return sscanf(written, "closed %" SCNd64 " %" SCNd64, &first, &second) == 2 &&
           first == now->size && second == now->mtime_ns && !now->has_log;
}

/** Size and time of the database; false if there is none. */
static bool look(const char *path, struct end_facts *facts)
{
    struct stat stat_;
    if (stat(path, &stat_) < 0)
        return false;
    facts->size = stat_.st_size;
    facts->mtime_ns = (int64_t)stat_.st_mtim.tv_sec * 1000000000 + stat_.st_mtim.tv_nsec;
    return true;
}

static bool has_log(const char *path)
{
    CLEANUP(free_text) char *log = str_format("%s-wal", path);
    struct stat stat_;
    return !log || (stat(log, &stat_) == 0 && stat_.st_size > 0);
}

bool end_was_sound(const char *path)
{
    char written[TEXT_MAX + 1] = "";
    struct end_facts facts = {.boot = clock_boot(), .has_log = has_log(path)};
    CLEANUP(free_text) char *name = str_format("%s" END_SUFFIX, path);
    CLEANUP(close_fd) int fd = name ? open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    return fd >= 0 && read(fd, written, TEXT_MAX) > 0 && look(path, &facts) &&
           end_is_sound(written, &facts);
}

/**
 * In place, as a command that root runs must leave it to whoever owns it. Half of it is a doubt,
 * and so is none.
 */
static void write_down(const char *path, int flags, const char *text)
{
    CLEANUP(free_text) char *name = str_format("%s" END_SUFFIX, path);
    CLEANUP(close_fd)
    int fd = name ? open(name, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | flags, 0600) : -1;
    bool is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (name && (!is_written || fsync(fd) < 0))
        (void)unlink(name);
}

void end_note_open(const char *path, bool create)
{
    char text[TEXT_MAX];
    snprintf(text, sizeof(text), "open %" PRId64 "\n", clock_boot());
    write_down(path, create ? O_CREAT : 0, text);
}

void end_note_closed(const char *path)
{
    char text[TEXT_MAX];
    struct end_facts facts = {.boot = 0};
    if (!look(path, &facts) || has_log(path))
        return;
    snprintf(text, sizeof(text), "closed %" PRId64 " %" PRId64 "\n", facts.size, facts.mtime_ns);
    write_down(path, 0, text);
}

void end_note_doubt(const char *path)
{
    write_down(path, 0, "doubt\n");
}
