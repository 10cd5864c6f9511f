/** Says that something does not answer, and asks tables in another process whether they do. */
#include "unanswered.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/apart.h"
#include "closedrop/files/mounts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct verdict unanswered_verdict(const char *path, int error)
{
    CLEANUP(free_text) char *words = apart_words(path, error);
    return verdict_make(VERDICT_FAIL, "unanswered", "%.600s; nothing was examined there; %s",
        words ? words : path, apart_remedy(error));
}

static void read_table(const void *subject)
{
    char piece[65536];
    CLEANUP(close_fd) int fd = open(subject, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    while (fd >= 0 && read(fd, piece, sizeof(piece)) > 0)
        apart_show_life();
}

static int ask_table(const char *table, int64_t patience_ms)
{
    dev_t device;
    const struct apart apart = {
        .path = table, .examine = read_table, .subject = table, .patience_ms = patience_ms};
    return path_may_hang(table, &device) ? apart_run(&apart) : 0;
}

struct verdict unanswered_tables(struct rule *const *rules, int64_t patience_ms)
{
    for (; *rules; rules++) {
        const char *table = (*rules)->table;
        int result = table ? ask_table(table, patience_ms) : 0;
        if (result < 0)
            return unanswered_verdict(table, result);
    }
    return verdict_make(VERDICT_NEXT, NULL, "all answer");
}
