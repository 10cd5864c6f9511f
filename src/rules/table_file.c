/** When a table's file may be read: it is there, whole as far as anybody can see, and nobody writes
 * to it; and when what was read holds no longer. */
#include "table_file.h"
#include "table_far.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/shortage.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"
#include "closedrop/files/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REASON_MAX 65536

/** That a table is away is forgotten where nobody has asked for so much longer than it may be. */
#define FORGET_MS 60000

/** A change is this old at most: what is older was made under another clock. */
#define AGE_MAX_S (400 * 86400)

/** How long ago it changed, in ms; one of the far future changed under another clock, long ago. */
static int64_t age_of(const struct stat *stat)
{
    int64_t now = clock_wall_ms();
    int64_t seconds = stat->st_ctim.tv_sec;
    if (seconds < now / 1000 - AGE_MAX_S || seconds > now / 1000 + 60)
        return INT64_MAX;
    int64_t age = now - (seconds * 1000 + stat->st_ctim.tv_nsec / 1000000);
    return age >= -FILE_YOUNG_MS ? age : INT64_MAX;
}

/** Up to `most` bytes; returns how many there were, or a negative errno. */
static ssize_t read_all(int fd, char *bytes, size_t most)
{
    size_t length = 0;
    for (;;) {
        ssize_t got = read(fd, bytes + length, most - length);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            return (ssize_t)length;
        length += got > 0 ? (size_t)got : 0;
    }
}

int table_refuse(const char *file, struct str *why, const char *words)
{
    utf8_escape(why, file, strlen(file));
    str_printf(why, " %s", words);
    return -EINVAL;
}

/** What a failed call means: -EAGAIN passes, and so does -ENOMEM, for any shortage; anything else
 * makes the file unusable. */
static int refuse_errno(const char *file, struct str *why, int error)
{
    if (error == EAGAIN)
        return -EAGAIN;
    if (is_shortage(error))
        return -ENOMEM;
    table_refuse(file, why, "cannot be read: ");
    str_add(why, strerror(error));
    return -EINVAL;
}

static int check_file(const char *file, const struct stat *found, struct str *why)
{
    if (!S_ISREG(found->st_mode))
        return table_refuse(file, why, "is not a regular file");
    if (found->st_size > TABLE_FILE_MAX)
        return table_refuse(file, why, "is larger than 64 MB");
    return 0;
}

/** Since when it is missing or unreadable. If nobody has asked for a long time, that starts again.
 */
static void note_away(struct table *table, const struct table_patience *patience)
{
    int64_t now = clock_steady_ms();
    if (!table->away_ms || now - table->missed_ms > patience->incomplete_ms + FORGET_MS)
        table->away_ms = now;
    table->missed_ms = now;
}

/** Open it; -EAGAIN where another program holds a lease, because it writes to it. */
static int open_file(struct table *table, const struct table_patience *patience, struct str *why)
{
    CLEANUP(close_fd) int fd = open(table->file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &table->stat) < 0) {
        note_away(table, patience);
        return refuse_errno(table->file, why, errno);
    }
    table->away_ms = 0;
    int result = check_file(table->file, &table->stat, why);
    return result ? result : TAKE_FD(fd);
}

void table_drop(struct table *table)
{
    contents_release(&table->contents);
    free(table->reason);
    table->reason = NULL;
    table->is_cut = false;
}

static int read_bytes(
    const struct table *table, int fd, char **ret_text, size_t *ret_length, struct str *why)
{
    size_t size = (size_t)table->stat.st_size;
    CLEANUP(free_text) char *text = malloc(size + 1);
    if (!text)
        return -ENOMEM;
    ssize_t length = read_all(fd, text, size);
    if (length < 0)
        return refuse_errno(table->file, why, (int)-length);
    *ret_text = TAKE_PTR(text);
    *ret_length = (size_t)length;
    return 0;
}

/**
 * Whether what it is now may be all: 0; -EAGAIN where it is young; or -EBUSY where somebody has it
 * open to write (a lease says so, where there are any) and changed it not long ago.
 */
static int check_settled(const struct table *table, const struct table_patience *patience,
    bool (*is_written)(const void *opened), const void *opened)
{
    int64_t age_ms = age_of(&table->stat);
    int64_t quiet_ms = later(patience->settle_ms, FILE_YOUNG_MS);
    if (patience->takes_young)
        return 0;
    if (age_ms < quiet_ms)
        return -EAGAIN;
    return age_ms < patience->incomplete_ms && is_written(opened) ? -EBUSY : 0;
}

static bool is_leased_out(const void *fd)
{
    return lease_take(*(const int *)fd) == LEASE_REFUSED;
}

/** Whether what was read is one version of the file, which nobody came to write. */
static bool is_one_version(const struct table *table, int fd)
{
    struct stat afterwards;
    return fstat(fd, &afterwards) == 0 && whole_file_same_stat(&table->stat, &afterwards);
}

/**
 * Read the file. The result is final, except if the file is young: it could be written
 * again within the same tick of the file system's clock, and look the same.
 */
static int read_table(struct table *table, const struct table_patience *patience,
    bool *ret_is_settled, struct str *why)
{
    CLEANUP(close_fd) int fd = open_file(table, patience, why);
    if (fd < 0)
        return fd;
    CLEANUP(free_text) char *text = NULL;
    size_t length = 0;
    int result = check_settled(table, patience, is_leased_out, &fd);
    if (result == 0)
        result = read_bytes(table, fd, &text, &length, why);
    if (result)
        return result;
    if (!patience->takes_young && !is_one_version(table, fd))
        return -EAGAIN;
    *ret_is_settled = age_of(&table->stat) >= FILE_YOUNG_MS;
    const struct table_source source = {table->file, table->encoding, table->column};
    return contents_parse(&table->contents, &source, &text, length, &table->is_cut, why);
}

static bool was_written(const void *file)
{
    return ((const struct whole_file *)file)->is_written;
}

/** The same of what another process has read. */
static int read_far_table(struct table *table, const struct table_patience *patience,
    bool *ret_is_settled, struct str *why)
{
    struct whole_file *file = &table->far->file;
    if (file->error) {
        note_away(table, patience);
        return refuse_errno(table->file, why, file->error);
    }
    table->stat = file->stat;
    table->away_ms = 0;
    int result = check_file(table->file, &table->stat, why);
    if (result == 0)
        result = check_settled(table, patience, was_written, file);
    if (result == 0 && !patience->takes_young && !file->is_one_version)
        result = -EAGAIN;
    if (result)
        return result;
    if (!file->bytes) { /* they were used, when the file was too young to be remembered */
        table->far->has_come = false;
        return -EINPROGRESS;
    }
    *ret_is_settled = age_of(&table->stat) >= FILE_YOUNG_MS;
    CLEANUP(free_text) char *text = TAKE_PTR(file->bytes);
    const struct table_source source = {table->file, table->encoding, table->column};
    return contents_parse(&table->contents, &source, &text, file->length, &table->is_cut, why);
}

static bool is_unchanged(const struct table *table)
{
    struct stat found;
    if (!table->is_remembered)
        return false;
    if (table->far)
        return !table->far->file.error &&
               whole_file_same_stat(&table->stat, &table->far->file.stat);
    return stat(table->file, &found) == 0 && whole_file_same_stat(&table->stat, &found);
}

/** Read the file again, and keep its contents, or the reason why it has none. */
static int reread(struct table *table, const struct table_patience *patience)
{
    struct str reason = STR_INIT(REASON_MAX);
    bool is_settled = false;
    table_drop(table);
    int result = table->far ? read_far_table(table, patience, &is_settled, &reason)
                            : read_table(table, patience, &is_settled, &reason);
    bool is_cut = table->is_cut;
    if (result)
        table_drop(table);
    table->is_cut = is_cut;
    if (result == -EINVAL && !(table->reason = str_take(&reason)))
        result = -ENOMEM;
    table->is_remembered = is_settled && (!result || result == -EINVAL);
    str_release(&reason);
    return result;
}

int table_refresh(struct table *table, const struct table_patience *patience, struct str *why)
{
    int result = table->far ? far_table_ask(table, patience, why) : 0;
    if (result)
        return result;
    if (!is_unchanged(table) && !far_table_is_silent(table))
        result = reread(table, patience);
    if (result && result != -EINVAL)
        return result;
    if (!table->reason)
        return 0;
    str_add(why, table->reason);
    return -EINVAL;
}

/** It is away: each file waits for it as long as one waits for a file, and all of them as long as
 * it may be late. */
static bool may_come(const struct table *table, const struct table_patience *patience)
{
    return clock_steady_ms() - table->away_ms < patience->incomplete_ms ||
           (patience->waited_ms >= 0 && patience->waited_ms < patience->incomplete_ms);
}

bool table_may_grow(const struct table *table, const struct table_patience *patience)
{
    if (table->away_ms)
        return may_come(table, patience);
    return table->is_cut && age_of(&table->stat) < patience->incomplete_ms;
}
