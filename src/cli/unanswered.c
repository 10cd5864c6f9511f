/** Says that something does not answer, and asks files and tables in another process whether they
 * do. */
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

#define PIECE_SIZE 65536

static void read_ends(const void *subject)
{
    char piece[PIECE_SIZE];
    CLEANUP(close_fd) int fd = open(subject, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    if (size > 0 && pread(fd, piece, sizeof(piece), 0) > 0 && size > PIECE_SIZE)
        (void)pread(fd, piece, sizeof(piece), size - PIECE_SIZE);
}

static void read_all(const void *subject)
{
    char piece[PIECE_SIZE];
    CLEANUP(close_fd) int fd = open(subject, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    while (fd >= 0 && read(fd, piece, sizeof(piece)) > 0)
        apart_show_life();
}

static struct verdict ask(const char *path, void (*examine)(const void *path), int64_t patience_ms)
{
    dev_t device;
    const struct apart apart = {
        .path = path, .examine = examine, .subject = path, .patience_ms = patience_ms};
    int result = path_may_hang(path, &device) ? apart_run(&apart) : 0;
    return result < 0 ? unanswered_verdict(path, result)
                      : verdict_make(VERDICT_NEXT, NULL, "it answers");
}

struct verdict unanswered_file(const char *path, int64_t patience_ms)
{
    return ask(path, read_ends, patience_ms);
}

struct verdict unanswered_table(const struct rule *rule, const struct config *config)
{
    int64_t patience_ms = config->limits.timeout_ms;
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "there is none");
    if (rule->table)
        verdict = ask(rule->table, read_all, patience_ms);
    if (verdict.kind == VERDICT_NEXT && rule_uses(rule, "owner."))
        verdict = ask(config->people.file, read_all, patience_ms);
    return verdict;
}
