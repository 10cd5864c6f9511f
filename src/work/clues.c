/** The content type and the sidecar of a file, read; and what the rules make of them. */
#include "clues.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/magic.h"
#include "closedrop/base/shortage.h"
#include "closedrop/base/str.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/rules/sidecar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** The sidecar of a file, as text. */
static struct verdict load_sidecar(int root, const char *path, struct str *text)
{
    CLEANUP(free_text) char *sidecar = companion_path(root, SIDECAR_PATTERN, path);
    CLEANUP(close_fd) int fd = sidecar ? safe_open_file(root, sidecar) : -ENOMEM;
    int result = fd < 0 ? fd : str_add_file(text, fd);
    if (result == -E2BIG)
        return verdict_make(VERDICT_FAIL, "sidecar",
            "the sidecar %s is larger than the maximum of %d KB", path_name(sidecar),
            SIDECAR_MAX / 1024);
    if (is_shortage(result))
        return verdict_shortage(result);
    if (result < 0)
        return verdict_make(VERDICT_FAIL, "sidecar", "the sidecar %s cannot be read: %s",
            sidecar ? path_name(sidecar) : "", strerror(-result));
    return verdict_make(VERDICT_NEXT, NULL, "read");
}

/** Whose sidecar it is: of a file that was renamed without it, that of the name it was queued
 * under. */
static const char *sidecar_owner(int root, const struct job *job)
{
    CLEANUP(free_text) char *sidecar = companion_path(root, SIDECAR_PATTERN, job->path);
    CLEANUP(close_fd) int path_fd = sidecar ? safe_open_path(root, sidecar) : -ENOMEM;
    return path_fd == -ENOENT && job->queued_path ? job->queued_path : job->path;
}

struct verdict clues_read(
    struct clues *clues, const struct job *job, const struct folder *folder, int root, int fd)
{
    char guessed[CONTENT_TYPE_MAX];
    const char *content_type = job->content_type;
    struct str sidecar = STR_INIT(SIDECAR_MAX);
    bool has_sidecar = folder->sidecar && folder->rules[0];
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "none");
    if (fd >= 0 || !content_type) {
        content_type_guess(path_name(job->path), fd, guessed);
        content_type = guessed;
    }
    if (has_sidecar)
        verdict = load_sidecar(root, sidecar_owner(root, job), &sidecar);
    clues_release(clues);
    clues->are_known = true;
    clues->sidecar_length = sidecar.length;
    clues->sidecar = has_sidecar ? str_take(&sidecar) : NULL;
    clues->content_type = strdup(content_type);
    if (verdict.kind == VERDICT_NEXT && (!clues->content_type || (has_sidecar && !clues->sidecar)))
        verdict = verdict_no_memory();
    if (verdict.kind != VERDICT_NEXT)
        clues_release(clues);
    return verdict;
}

struct verdict clues_judge(const struct clues *clues, const struct job *job,
    const struct folder *folder, const struct people *people, struct tables *tables,
    struct resolution *resolution)
{
    const struct resolve_file file = {.folder = folder->name,
        .path = job->path,
        .content_type = clues->content_type,
        .owner = job->owner,
        .people = people,
        .sidecar = clues->sidecar,
        .sidecar_length = clues->sidecar_length,
        .size = job->identity.size,
        .mtime_ns = job->identity.mtime_ns,
        .queued_ms = job->queued_ms,
        .settle_ms = folder->settle_ms,
        .incomplete_ms = folder->incomplete_ms};
    return resolution_classify(resolution, &file, folder->rules, folder->fails_unmatched, tables);
}

void clues_release(struct clues *clues)
{
    free(clues->content_type);
    free(clues->sidecar);
    *clues = (struct clues){.are_known = false};
}
