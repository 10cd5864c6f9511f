/** Lines with fields for the journal of systemd. */
#include "closedrop/base/journal.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

enum answer { NOT_ASKED, IT_IS, IT_IS_NOT };

static bool find_out(void)
{
    struct stat stat_of;
    unsigned long long device, inode;
    const char *stream = getenv("JOURNAL_STREAM");
    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &stat_of) == 0 && stat_of.st_dev == device &&
           stat_of.st_ino == inode;
}

bool journal_is_stderr(void)
{
    static atomic_int known = NOT_ASKED;
    int answer = atomic_load(&known);
    if (answer == NOT_ASKED) {
        answer = find_out() ? IT_IS : IT_IS_NOT; /* both threads find the same */
        atomic_store(&known, answer);
    }
    return answer == IT_IS;
}

int journal_send(const struct iovec *fields, int count)
{
    return sd_journal_sendv(fields, count);
}
