/**
 * Remembers across crashes which file was being inspected: a mapped page in STATE_DIR/looking, and
 * another one for each file process.
 *
 *     process                              page: inspected | crashes of a.pdf
 *     1  begin(a.pdf)                             a.pdf    |  0
 *        crashes
 *     2  open                                     -        |  1
 *        begin(a.pdf), crashes; so does process 3
 *     4  open                                     -        |  3
 *        begin(a.pdf): false, it is refused       -        |  3, refused
 *        begin(a.pdf): true, it was brought back  a.pdf    |  0
 *        end                                      -        |  0
 *
 * If process 4 crashes on another file after it has refused a.pdf, process 5 refuses a.pdf again:
 * the refusal may not have reached the queue.
 */
#include "closedrop/intake/crash_guard.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"
#include "closedrop/files/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

/** How many processes may crash on a file. */
#define CRASHES_MAX 3
/** How many such files are counted separately. */
#define CRASHERS_MAX 8
/** How many bytes of its digest stand for the name of a folder. */
#define NAME_DIGEST 8
/** A folder's name and a path. */
#define NAME_LENGTH_MAX (PATH_LENGTH_MAX + 256)

/** A file that processes have crashed on. */
struct crasher {
    char name[NAME_LENGTH_MAX];
    int crashes; /* since it was last inspected without a crash */
    int refused; /* 1: by this process, or by the last one */
};

/** The contents of the page. */
struct page {
    char inspected[NAME_LENGTH_MAX]; /* "" while no file is being inspected */
    struct crasher crashers[CRASHERS_MAX];
};

struct crash_guard {
    struct page *page;
    int file; /* locked */
};

static struct crasher *find_crasher(struct page *page, const char *name)
{
    for (size_t i = 0; i < CRASHERS_MAX; i++)
        if (strcmp(page->crashers[i].name, name) == 0)
            return &page->crashers[i];
    return NULL;
}

/** If there is no room for another file, the one with the fewest crashes is forgotten. */
static struct crasher *take_crasher(struct page *page, const char *name)
{
    struct crasher *crasher = find_crasher(page, name), *least = page->crashers;
    if (crasher)
        return crasher;
    for (size_t i = 1; i < CRASHERS_MAX; i++)
        if (page->crashers[i].crashes < least->crashes)
            least = &page->crashers[i];
    *least = (struct crasher){.crashes = 0};
    memcpy(least->name, name, strlen(name) + 1);
    return least;
}

/** What was refused stays so if that process crashed, too: the queue may not know of it. */
static void count_crash(struct page *page)
{
    page->inspected[NAME_LENGTH_MAX - 1] = '\0';
    bool has_crashed = page->inspected[0];
    for (size_t i = 0; i < CRASHERS_MAX; i++) {
        struct crasher *crasher = &page->crashers[i];
        crasher->name[NAME_LENGTH_MAX - 1] = '\0';
        if (crasher->refused && !has_crashed)
            crasher->crashes = 0;
        crasher->refused = 0;
    }
    struct crasher *crasher = has_crashed ? take_crasher(page, page->inspected) : NULL;
    if (crasher && crasher->crashes < CRASHES_MAX)
        crasher->crashes++;
    page->inspected[0] = '\0';
}

/** The file of a page: named after the folder of a file process, as a digest, for any name. */
static int open_file(const char *state_dir, const char *folder)
{
    uint8_t digest[DIGEST_SHA256_SIZE];
    struct str path = STR_INIT(PATH_LENGTH_MAX);
    str_printf(&path, "%s/looking", state_dir);
    if (folder) {
        digest_sha256(folder, strlen(folder), digest);
        str_add_char(&path, '.');
        digest_add_hex(&path, digest, NAME_DIGEST);
    }
    CLEANUP(close_fd) int fd = open(str_text(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    str_release(&path);
    /* one that hangs has it still; and writing to a hole on a full disk would raise a signal */
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 ||
        posix_fallocate(fd, 0, sizeof(struct page)) != 0)
        return -1;
    return TAKE_FD(fd);
}

struct crash_guard *crash_guard_open(
    const char *state_dir, const char *folder, bool may_have_crashed)
{
    CLEANUP(close_fd) int file = open_file(state_dir, folder);
    struct crash_guard *guard = file < 0 ? NULL : calloc(1, sizeof(*guard));
    if (!guard)
        return NULL;
    void *page = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) {
        free(guard);
        return NULL;
    }
    guard->page = page;
    guard->file = TAKE_FD(file);
    if (!may_have_crashed)
        guard->page->inspected[0] = '\0';
    count_crash(guard->page);
    return guard;
}

void crash_guard_close(struct crash_guard *guard)
{
    if (!guard)
        return;
    munmap(guard->page, sizeof(*guard->page));
    close(guard->file);
    free(guard);
}

/** "FOLDER/PATH", or "" if that is too long: then nothing is remembered about the file. */
static void make_name(const char *folder, const char *path, char name[NAME_LENGTH_MAX])
{
    int length = snprintf(name, NAME_LENGTH_MAX, "%s/%s", folder, path);
    if (length < 0 || length >= NAME_LENGTH_MAX)
        *name = '\0';
}

bool crash_guard_begin(struct crash_guard *guard, const char *folder, const char *path)
{
    char name[NAME_LENGTH_MAX];
    if (!guard)
        return true;
    make_name(folder, path, name);
    struct crasher *crasher = find_crasher(guard->page, name);
    bool is_refused = crasher && crasher->crashes >= CRASHES_MAX && !crasher->refused;
    if (crasher && crasher->refused) /* it was brought back */
        crasher->crashes = 0;
    if (crasher)
        crasher->refused = is_refused;
    if (!is_refused)
        strcpy(guard->page->inspected, name);
    return !is_refused;
}

void crash_guard_end(struct crash_guard *guard)
{
    if (!guard)
        return;
    struct page *page = guard->page;
    struct crasher *crasher = page->inspected[0] ? find_crasher(page, page->inspected) : NULL;
    if (crasher)
        crasher->crashes = 0;
    page->inspected[0] = '\0';
}

bool crash_guard_begin_sample(struct crash_guard *guard, const char *folder, const char *path)
{
    char name[NAME_LENGTH_MAX];
    if (!guard)
        return true;
    make_name(folder, path, name);
    const struct crasher *crasher = find_crasher(guard->page, name);
    if (crasher && crasher->crashes >= CRASHES_MAX)
        return false;
    strcpy(guard->page->inspected, name);
    return true;
}

void crash_guard_end_sample(struct crash_guard *guard)
{
    if (guard)
        guard->page->inspected[0] = '\0';
}
