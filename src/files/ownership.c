/** The file of a folder's owner: taken, kept fresh by a beat, given back; and the decision whether
 * another's counts. */
#include "closedrop/files/ownership.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/base/turn.h"
#include "closedrop/files/filesystem.h"
#include "closedrop/files/path.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWNER_NAME "owner"
#define TEXT_MAX 8192
#define TRIES 4

bool ownership_is_refused(const struct ownership_facts *facts)
{
    if (facts->is_ours)
        return false;
    if (facts->is_held)
        return true;
    /* another host's may come through an export of this very file system: only its beat tells */
    if (facts->is_gone || (facts->is_free && facts->is_of_this_host))
        return false;
    return facts->unchanged_ms < OWNERSHIP_EXPIRY_MS;
}

/* ---- the file ---- */

/** The kernel's boot and the process's pid namespace: where both are ours, a pid means what it says
 * here. */
static void read_boot(char boot[80])
{
    char id[40] = "", space[32] = "";
    CLEANUP(close_fd) int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (file >= 0 && read(file, id, sizeof(id) - 1) > 0 &&
        readlink("/proc/self/ns/pid", space, sizeof(space) - 1) > 0)
        snprintf(boot, 80, "%.*s %s", (int)strcspn(id, "\n"), id, space);
}

static void describe_self(struct owner *owner)
{
    *owner = (struct owner){.pid = getpid()};
    if (gethostname(owner->host, sizeof(owner->host) - 1) < 0)
        owner->host[0] = '\0';
    read_boot(owner->boot);
}

static void take_line(struct owner *owner, const char *key, const char *value)
{
    const struct {
        const char *key;
        int64_t *number;
        char *text;
        size_t room;
    } lines[] = {
        {"queue", &owner->queue, NULL, 0},
        {"beat", &owner->beat, NULL, 0},
        {"pid", &owner->pid, NULL, 0},
        {"host", NULL, owner->host, sizeof(owner->host)},
        {"boot", NULL, owner->boot, sizeof(owner->boot)},
        {"state_dir", NULL, owner->state_dir, sizeof(owner->state_dir)},
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        if (strcmp(lines[i].key, key) != 0)
            continue;
        if (lines[i].number)
            *lines[i].number = strtoll(value, NULL, 10);
        else
            snprintf(lines[i].text, lines[i].room, "%s", value);
    }
}

/** Read an open owner file, and the beginning of its text into `seen`. */
static void read_file(int file, struct owner *ret_owner, char seen[OWNERSHIP_SEEN])
{
    struct str text = STR_INIT(TEXT_MAX);
    *ret_owner = (struct owner){0};
    (void)str_add_file(&text, file); /* what cannot be read says nothing */
    snprintf(seen, OWNERSHIP_SEEN, "%s", str_text(&text));
    CLEANUP(free_text) char *lines = str_take(&text);
    char *rest = lines;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        const char *key = strsep(&line, " ");
        if (line)
            take_line(ret_owner, key, line);
    }
    str_release(&text);
}

/* ---- what is known ---- */

static struct ownership_facts facts_of(const struct owner *owner, int64_t queue)
{
    struct owner self;
    describe_self(&self);
    bool is_of_this_host = !*owner->host || strcmp(owner->host, self.host) == 0;
    bool is_of_this_boot = *owner->boot && strcmp(owner->boot, self.boot) == 0;
    return (struct ownership_facts){
        .is_ours = owner->queue == queue,
        .is_of_this_host = is_of_this_host,
        .is_gone = is_of_this_host && is_of_this_boot && owner->pid > 0 &&
                   kill((pid_t)owner->pid, 0) < 0 && errno == ESRCH,
    };
}

/** Lock an owner file, for good (LOCK_EX) or to see whether that can be (LOCK_SH). */
static void try_lock(int file, int kind, struct ownership_facts *facts)
{
    if (!filesystem_of(file).tells_all)
        return;
    facts->is_free = flock(file, kind | LOCK_NB) == 0;
    facts->is_held = !facts->is_free && errno == EWOULDBLOCK;
}

/**
 * For how long another's file has been as it is now. One look adds one beat at most, so that
 * machines that sleep and wake together do not take each other for dead.
 */
static void add_sighting(struct ownership *ownership, const char *seen, int64_t now_ms)
{
    int64_t since = now_ms - ownership->seen_ms;
    ownership->seen_ms = now_ms;
    if (strcmp(ownership->seen, seen) == 0) {
        ownership->unchanged_ms += since < OWNERSHIP_BEAT_MS ? since : OWNERSHIP_BEAT_MS;
        return;
    }
    snprintf(ownership->seen, sizeof(ownership->seen), "%s", seen);
    ownership->unchanged_ms = 0;
}

/* ---- claiming ---- */

struct claim {
    struct ownership *ownership;
    int staging;
    int64_t queue;
    const char *state_dir;
    int64_t now_ms;
};

/** Write the next beat; the counter comes early, for only the beginning is compared. */
static int write_file(const struct claim *claim, int flags)
{
    struct owner self;
    describe_self(&self);
    CLEANUP(free_text)
    char *text = str_format("# the closedrop that watches this folder; see closedrop(1), ONE "
                            "FOLDER, ONE AGENT\nqueue %" PRId64 "\nbeat %" PRId64
                            "\nhost %s\npid %" PRId64 "\nboot %s\nstate_dir %s\n",
        claim->queue, ++claim->ownership->beat, self.host, self.pid, self.boot, claim->state_dir);
    CLEANUP(close_fd)
    int file = openat(
        claim->staging, OWNER_NAME, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
    if (file < 0 || !text)
        return text ? -errno : -ENOMEM;
    ssize_t length = (ssize_t)strlen(text), written = write(file, text, (size_t)length);
    if (written < length)
        return written < 0 ? -errno : -ENOSPC;
    return ftruncate(file, length) < 0 ? -errno : 0; /* an earlier text may be longer */
}

static void drop_lock(struct ownership *ownership)
{
    close_fd(&ownership->file);
    ownership->file = -1;
}

/** The file is ours: keep its lock, where we have it just now, and write the next beat. */
static int keep(const struct claim *claim, int *file, bool is_locked)
{
    struct ownership *ownership = claim->ownership;
    ownership->seen[0] = '\0';
    if (is_locked) {
        drop_lock(ownership);
        ownership->file = TAKE_FD(*file);
    }
    /* not kept open for writing: the file system could not be made read-only */
    int result = write_file(claim, 0);
    return result < 0 ? result : OWNERSHIP_OURS;
}

/** A file of ours, to be claimed by the next try (-EAGAIN), unless another was faster. */
static int make_file(const struct claim *claim)
{
    int result = write_file(claim, O_CREAT | O_EXCL);
    return result < 0 && result != -EEXIST ? result : -EAGAIN;
}

/** Whether the file still has its name: the one that had its lock may have removed it. */
static bool is_named(int directory, const char *name, int file)
{
    struct stat opened, named;
    return fstat(file, &opened) == 0 &&
           fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/** One try; -EAGAIN where the file was exchanged meanwhile. */
static int claim_file(const struct claim *claim, struct owner *ret_owner)
{
    char seen[OWNERSHIP_SEEN];
    CLEANUP(close_fd)
    int file = openat(claim->staging, OWNER_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT ? make_file(claim) : -errno;
    struct ownership_facts lock = {0};
    try_lock(file, LOCK_EX, &lock);
    if (!is_named(claim->staging, OWNER_NAME, file))
        return -EAGAIN;
    read_file(file, ret_owner, seen);
    struct ownership_facts facts = facts_of(ret_owner, claim->queue);
    facts.is_free = lock.is_free;
    facts.is_held = lock.is_held;
    /* a copy of the queue in another process has the lock: ours would be held open here */
    facts.is_ours &= !facts.is_held || claim->ownership->file >= 0;
    if (facts.is_ours)
        return keep(claim, &file, facts.is_free);
    add_sighting(claim->ownership, seen, claim->now_ms);
    facts.unchanged_ms = claim->ownership->unchanged_ms;
    if (ownership_is_refused(&facts))
        return OWNERSHIP_REFUSED;
    /* never written over: it may be anything that has this name */
    return unlinkat(claim->staging, OWNER_NAME, 0) < 0 && errno != ENOENT ? -errno
                                                                          : make_file(claim);
}

/** Whether staging in `directory` is another user's; who, into `ret_owner`. */
static bool is_foreign(int root, const char *directory, struct owner *ret_owner)
{
    struct stat stat;
    CLEANUP(free_text) char *path = path_join(directory, STAGING_NAME);
    CLEANUP(close_fd) int path_fd = path ? safe_open_path(root, path) : -ENOMEM;
    if (path_fd < 0 || fstat(path_fd, &stat) < 0 || !S_ISDIR(stat.st_mode) ||
        stat.st_uid == geteuid())
        return false;
    *ret_owner = (struct owner){.is_foreign = true, .uid = stat.st_uid};
    return true;
}

int ownership_claim(struct ownership *ownership, int root, int64_t queue, const char *state_dir,
    int64_t now_ms, struct owner *ret_owner)
{
    CLEANUP(close_fd) int staging = staging_open(root);
    const struct claim claim = {ownership, staging, queue, state_dir, now_ms};
    int result = staging < 0 ? staging : -EAGAIN;
    *ret_owner = (struct owner){0};
    for (int i = 0; staging >= 0 && result == -EAGAIN && i < TRIES; i++)
        result = claim_file(&claim, ret_owner);
    if (result == -EPERM && is_foreign(root, "", ret_owner))
        result = OWNERSHIP_FOREIGN;
    if (result == -EAGAIN) /* somebody is about to take it */
        result = OWNERSHIP_REFUSED;
    if (result == OWNERSHIP_REFUSED || result == OWNERSHIP_FOREIGN)
        drop_lock(ownership);
    return result;
}

void ownership_release(struct ownership *ownership, int root, int64_t queue)
{
    struct owner owner, self;
    char seen[OWNERSHIP_SEEN];
    CLEANUP(close_fd) int staging = root < 0 ? -1 : safe_open_directory(root, STAGING_NAME);
    CLEANUP(close_fd) int file = staging < 0 ? -1 : safe_open_file(staging, OWNER_NAME);
    if (file >= 0) {
        read_file(file, &owner, seen);
        describe_self(&self);
        if (owner.queue == queue && owner.pid == self.pid && strcmp(owner.boot, self.boot) == 0)
            unlinkat(staging, OWNER_NAME, 0);
    }
    drop_lock(ownership);
}

bool ownership_is_lost(struct ownership *ownership, int root)
{
    if (ownership->file < 0 || turn_is_current(ownership->found))
        return false;
    bool is_there = is_named(root, STAGING_NAME "/" OWNER_NAME, ownership->file);
    ownership->found = is_there ? turn_number() : 0;
    return !is_there;
}

/* ---- looking ---- */

enum ownership_answer ownership_check(
    int root, const char *directory, int64_t queue, struct owner *ret_owner)
{
    char seen[OWNERSHIP_SEEN];
    CLEANUP(free_text) char *path = path_join(directory, STAGING_NAME "/" OWNER_NAME);
    CLEANUP(close_fd) int file = path ? safe_open_file(root, path) : -ENOMEM;
    if (file == -EACCES && is_foreign(root, directory, ret_owner))
        return OWNERSHIP_FOREIGN;
    if (file < 0)
        return OWNERSHIP_OURS;
    read_file(file, ret_owner, seen);
    struct ownership_facts facts = facts_of(ret_owner, queue);
    try_lock(file, LOCK_SH, &facts);
    return ownership_is_refused(&facts) ? OWNERSHIP_REFUSED : OWNERSHIP_OURS;
}

char *ownership_check_above(const char *path, int64_t queue, struct owner *ret_owner)
{
    char *at = path_directory(path);
    while (at && *at) {
        CLEANUP(close_fd) int directory = safe_open_root(at);
        if (directory >= 0 && ownership_check(directory, "", queue, ret_owner) != OWNERSHIP_OURS)
            return at;
        char *above = path_directory(at);
        free(at);
        at = above;
    }
    free(at);
    return NULL;
}

bool owner_is_at(const struct owner *owner, const char *state_dir)
{
    struct owner self;
    describe_self(&self);
    return strcmp(owner->host, self.host) == 0 && strcmp(owner->state_dir, state_dir) == 0;
}

/** Whoever asks need not be the user that closedrop runs as. */
static bool is_another(const struct owner *owner, const char *state_dir)
{
    return !owner->is_foreign && !owner_is_at(owner, state_dir);
}

char *ownership_find_other(const char *path, const char *state_dir, struct owner *ret_owner)
{
    CLEANUP(close_fd) int root = safe_open_root(path);
    CLEANUP(free_text) char *real_path = realpath(path, NULL);
    CLEANUP(free_text)
    char *above = real_path ? ownership_check_above(real_path, 0, ret_owner) : NULL;
    if (above && is_another(ret_owner, state_dir))
        return TAKE_PTR(above);
    if (root >= 0 && ownership_check(root, "", 0, ret_owner) == OWNERSHIP_REFUSED &&
        is_another(ret_owner, state_dir))
        return strdup(path);
    return NULL;
}

const char *owner_words(const struct owner *owner, char text[OWNER_WORDS])
{
    if (owner->is_foreign)
        snprintf(text, OWNER_WORDS,
            "marked by another user's closedrop (uid %u owns " STAGING_NAME " in it)", owner->uid);
    else if (*owner->host)
        snprintf(text, OWNER_WORDS, "watched by another closedrop (host %s, pid %" PRId64 ")",
            owner->host, owner->pid);
    else
        snprintf(text, OWNER_WORDS, "watched by another closedrop");
    return text;
}
