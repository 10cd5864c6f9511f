/** Examines a file for `closedrop match`, in another process if it is where calls may hang. */
#include "match.h"
#include "unanswered.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/wire.h"
#include "closedrop/files/apart.h"
#include "closedrop/files/mounts.h"
#include "closedrop/intake/filter.h"
#include "closedrop/rules/sidecar.h"

#include <stdlib.h>

/** Where the agent would not take it: that is all there is to say. */
static struct verdict decided(struct match *match, struct verdict verdict)
{
    match->is_left_out = true;
    return verdict;
}

static struct verdict examine(struct match *match)
{
    char words[FILTER_WORDS_MAX];
    struct verdict verdict = match_open_file(match);
    if (verdict.kind == VERDICT_NEXT)
        verdict = match_find_folder(match);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    const struct filtered judged = filter_judge(match->folder, match->path);
    if (judged.reason)
        return decided(match, verdict_make(VERDICT_NEXT, NULL, "nothing: it is ignored; %s",
                                  filter_words(&judged, match->path, words)));
    const char *why = match_leaves_out(match);
    if (why)
        return decided(match, verdict_make(VERDICT_NEXT, NULL, "nothing: %s", why));
    return match_read_file(match);
}

/* ---- in another process ---- */

struct examination {
    struct match *match;
    struct verdict verdict;
};

static void examine_apart(const void *subject)
{
    const struct examination *examination = subject;
    struct match *match = examination->match;
    const struct verdict verdict = examine(match);
    struct str message = STR_INIT(APART_MESSAGE_MAX);
    wire_add_bytes(&message, &verdict, sizeof(verdict));
    wire_add_bytes(&message, match, sizeof(*match));
    wire_add_text(&message, match->path);
    wire_add_bytes(&message, str_text(&match->sidecar), match->sidecar.length);
    apart_tell(str_text(&message), message.length);
}

/** What the other process has in memory of its own is read into ours. */
static void take(void *context, const void *message, size_t length)
{
    struct examination *examination = context;
    struct match *match = examination->match;
    struct wire wire = {.at = message, .left = length};
    (void)wire_bytes(&wire, &examination->verdict, sizeof(examination->verdict));
    (void)wire_bytes(&wire, match, sizeof(*match));
    match->fd = -1;
    match->path = wire_text(&wire);
    match->sidecar = (struct str)STR_INIT(SIDECAR_MAX);
    CLEANUP(free_text) char *sidecar = wire_copy_bytes(&wire, &length);
    if (sidecar)
        str_add_bytes(&match->sidecar, sidecar, length);
    if (!wire_is_read(&wire))
        examination->verdict = verdict_no_memory();
}

struct verdict match_examine(struct match *match)
{
    dev_t device;
    struct examination examination = {match, verdict_no_memory()};
    const struct apart apart = {.path = match->given,
        .examine = examine_apart,
        .subject = &examination,
        .take = take,
        .context = &examination,
        .patience_ms = match->session->config->limits.timeout_ms};
    if (!path_may_hang(match->given, &device))
        return examine(match);
    int result = apart_run(&apart);
    return result < 0 ? unanswered_verdict(match->given, result) : examination.verdict;
}
