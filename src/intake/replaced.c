/** Reports when another document took the name of one that was still settling. */
#define LOG_MODULE "watch"

#include "replaced.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>

#define REPLACED                                                                                   \
    "replaced before it was taken: an earlier document of this name, %lld bytes, was replaced by " \
    "another one while closedrop waited for it to be finished"

/** Whether nobody writes to the file, by a lease; without leases, the caller decides. */
static bool is_finished(int fd, bool seems_finished)
{
    enum lease lease = lease_take(fd);
    lease_give_up(fd);
    return lease == LEASE_HELD || (lease == LEASE_IMPOSSIBLE && seems_finished);
}

static void say(const struct watched *folder, struct candidate *candidate)
{
    candidate->replaced_size = candidate->document.size;
    candidate->replaced++;
    candidate->first_ctime_ns =
        candidate->state.ctime_ns; /* nothing that arrived before it covers it */
    const struct log_about about = {.folder = folder->folder->name, .file = candidate->path};
    log_about(LOG_LEVEL_WARN, &about,
        "%s/%s: " REPLACED "; if both are wanted, give them different names", folder->folder->name,
        candidate->path, (long long)candidate->replaced_size);
}

void replaced_note(
    const struct watched *folder, struct candidate *candidate, int path_fd, bool seems_finished)
{
    int64_t size = candidate->state.identity.size;
    CLEANUP(close_fd) int fd = size ? safe_reopen_file(path_fd) : -ENODATA;
    if (fd < 0 || !is_finished(fd, seems_finished))
        return;
    if (candidate->document.size && !document_continues(&candidate->document, fd, size))
        say(folder, candidate);
    candidate->is_remembered = document_read(fd, size, &candidate->document) == 0;
}

char *replaced_text(const struct candidate *candidate)
{
    if (candidate->replaced > 1)
        return str_format("replaced before they were taken: %lld earlier documents of this name, "
                          "the last of %lld bytes, were each replaced by another one while "
                          "closedrop waited for them to be finished",
            (long long)candidate->replaced, (long long)candidate->replaced_size);
    return candidate->replaced ? str_format(REPLACED, (long long)candidate->replaced_size) : NULL;
}
