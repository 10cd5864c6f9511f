/**
 * Decides when a file is finished. The checks, in the order in which they count:
 *
 *                                                   if it fails
 *     settle_before_open()
 *       unchanged for `settle`, or moved in         wait QUIET
 *       its marker and its sidecar exist            wait MARKER, indefinitely
 *       nobody writes the sidecar                   wait QUIET
 *       the sidecar is complete                     wait GROWTH, then refuse: sidecar
 *       it is not empty, or a person approved it    wait GROWTH, then refuse: empty
 *       it has one name only                        wait ACCESS, then refuse: links
 *                        |
 *                        v
 *     SETTLE_OPEN: the caller opens it, takes a read lease, and checks its format's end
 *                        |
 *                        v
 *     settle_after_open()
 *       it did not crash three processes            refuse: crashed
 *       nobody holds a lease that keeps us out      wait QUIET, from now on
 *       memory and descriptors sufficed             wait ACCESS
 *       it is readable                              wait ACCESS, then refuse: unreadable
 *       the lease was granted: nobody writes        wait QUIET, from now on
 *       without leases: it is older than 2 s, and   wait QUIET
 *         its times are unchanged, or moved in
 *       its size is within min_size and max_size    refuse: too_small, too_large
 *       it has its end, or a person approved it     wait GROWTH, then refuse: cut_off
 *                        |
 *                        v
 *     SETTLE_READY
 *
 * "Then" is `incomplete` after its last change. A wait ends early when an event arrives; where
 * none may arrive, the file is inspected again every few seconds.
 */
#include "closedrop/intake/settle.h"

#include "closedrop/base/array.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/shortage.h"
#include "closedrop/config/refusal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/** How often a file is inspected that may change without an event. */
#define POLL_MS 5000
/** How often within its quiet time, which may end late by one of these intervals. */
#define POLLS_IN_QUIET 5

static struct settle_step wait_for(enum settle_wait wait, int64_t until)
{
    return (struct settle_step){.kind = SETTLE_WAIT, .wait = wait, .until = until};
}

/** Wait for quiet; if no event reports a change, inspect the file in between. */
static struct settle_step wait_for_quiet(
    const struct folder *folder, const struct settle_facts *facts, int64_t until)
{
    int64_t pause = folder->settle_ms / POLLS_IN_QUIET;
    pause = pause < 100 ? 100 : pause > POLL_MS ? POLL_MS : pause;
    bool is_early = facts->polls && facts->now + pause < until;
    return wait_for(SETTLE_QUIET, is_early ? facts->now + pause : until);
}

const char *settle_code(const char *text)
{
    static const char *const codes[] = {
        "sidecar", "empty", "links", "crashed", "unreadable", "too_small", "too_large", "cut_off"};
    for (size_t i = 0; text && i < COUNT(codes); i++)
        if (strcmp(codes[i], text) == 0)
            return codes[i];
    return NULL;
}

static struct settle_step refuse(const char *code, const char *format, const char *detail)
{
    struct settle_step step = {.kind = SETTLE_REFUSE, .code = settle_code(code)};
    snprintf(step.message, sizeof(step.message), format, detail);
    return step;
}

/** Wait until `incomplete` after the last change, inspecting the file in between; then refuse. */
static struct settle_step wait_or_refuse(const struct folder *folder,
    const struct settle_facts *facts, enum settle_wait wait, struct settle_step refusal)
{
    int64_t end = facts->quiet.changed + folder->incomplete_ms;
    if (facts->now >= end)
        return refusal;
    bool has_events =
        wait == SETTLE_GROWTH && !facts->polls; /* changed permissions may have none */
    int64_t next_poll = facts->now + POLL_MS;
    refusal.kind = SETTLE_WAIT;
    refusal.wait = wait;
    refusal.until = has_events || end < next_poll ? end : next_poll;
    return refusal;
}

static struct settle_step refuse_as(const struct refusal *refusal)
{
    return refuse(refusal->code, "%s", refusal->message);
}

/** A writer has the file or its sidecar open: the quiet time starts again. */
static struct settle_step wait_for_writer(
    const struct folder *folder, const struct settle_facts *facts)
{
    int64_t pause = folder->settle_ms > 100 ? folder->settle_ms : 100;
    return wait_for_quiet(folder, facts, facts->now + pause);
}

/** The same for the file itself. */
static struct settle_step wait_for_its_writer(
    const struct folder *folder, const struct settle_facts *facts)
{
    struct settle_step step = wait_for_writer(folder, facts);
    step.is_written = true;
    return step;
}

/** Its sidecar is being written, or was a moment ago: it has its own quiet time. */
static struct settle_step wait_for_companions(
    const struct folder *folder, const struct settle_facts *facts)
{
    int64_t quiet_end = facts->companions_changed + folder->settle_ms;
    return facts->now < quiet_end ? wait_for_quiet(folder, facts, quiet_end)
                                  : wait_for_writer(folder, facts);
}

/** Its sidecar is empty or truncated, and may still grow; not every folder has events for that. */
static struct settle_step wait_for_sidecar(
    const struct folder *folder, const struct settle_facts *facts)
{
    int64_t changed = facts->quiet.changed;
    bool is_newer = facts->companions_changed > changed;
    int64_t end = (is_newer ? facts->companions_changed : changed) + folder->incomplete_ms;
    int64_t next_poll = facts->now + POLL_MS;
    if (facts->now >= end)
        return refuse("sidecar",
            "its sidecar is empty or incomplete: part of the JSON is missing" REMEDY "%s",
            "have the program that writes it write it again");
    return wait_for(SETTLE_GROWTH, end < next_poll ? end : next_poll);
}

/** Whether the file was replaced, or has another length: it was certainly written. */
static bool is_rewritten(const struct identity *before, const struct identity *after)
{
    struct identity with_time_of_before = *after;
    with_time_of_before.mtime_ns = before->mtime_ns;
    return !identity_equal(before, &with_time_of_before);
}

/** Whether a change of mode, owner or number of names explains its new ctime. */
static bool is_other_of_attributes(const struct file_state *before, const struct file_state *after)
{
    return identity_equal(&before->identity, &after->identity) &&
           (before->mode != after->mode || before->uid != after->uid || before->gid != after->gid ||
               before->links != after->links);
}

void settle_note(struct settle_quiet *quiet, enum settle_hint hint, const struct file_state *before,
    const struct file_state *after, int64_t now)
{
    bool is_event_of_content = hint == HINT_WRITTEN || hint == HINT_MOVED_IN;
    bool is_stamped = !file_state_equal(before, after) && !is_other_of_attributes(before, after);
    if (is_event_of_content || is_stamped)
        quiet->stamped = now;
    if (is_event_of_content || is_rewritten(&before->identity, &after->identity) ||
        (is_stamped && hint == HINT_INSPECTED))
        quiet->changed = now;
}

struct settle_step settle_before_open(const struct folder *folder, const struct settle_facts *facts)
{
    int64_t quiet_end = facts->quiet.changed + folder->settle_ms;
    if (!facts->moved_in && facts->now < quiet_end)
        return wait_for_quiet(folder, facts, quiet_end);
    if (!facts->has_companions)
        return wait_for(SETTLE_MARKER, INT64_MAX);
    if (facts->companions_busy)
        return wait_for_companions(folder, facts);
    if (facts->companions_cut)
        return wait_for_sidecar(folder, facts);
    if (facts->size == 0 && !facts->judged)
        return wait_or_refuse(folder, facts, SETTLE_GROWTH,
            refuse("empty",
                "the file is empty (0 bytes), perhaps because writing it failed" REMEDY "%s",
                "write it again, or drag it back to file it as it is"));
    struct refusal refusal;
    if (refusal_of_links(facts->links, &refusal))
        return wait_or_refuse(folder, facts, SETTLE_ACCESS, refuse_as(&refusal));
    return (struct settle_step){.kind = SETTLE_OPEN};
}

struct settle_step settle_after_open(const struct folder *folder, const struct settle_facts *facts,
    const struct settle_findings *findings)
{
    if (findings->error == -EOWNERDEAD)
        return refuse("crashed",
            "closedrop crashed three times while it was inspecting this file" REMEDY "%s",
            "please report this together with the file");
    if (findings->error == -EWOULDBLOCK)
        return wait_for_its_writer(folder, facts);
    if (is_shortage(findings->error))
        return wait_for(SETTLE_ACCESS, facts->now + POLL_MS);
    if (findings->error < 0)
        return wait_or_refuse(folder, facts, SETTLE_ACCESS,
            refuse("unreadable",
                "the file cannot be read: %s" REMEDY
                "make it readable for the user closedrop runs as",
                strerror(-findings->error)));
    if (findings->lease == LEASE_REFUSED)
        return wait_for_its_writer(folder, facts);
    bool is_young = facts->age_ms >= 0 && facts->age_ms < FILE_YOUNG_MS;
    if (findings->lease == LEASE_IMPOSSIBLE && is_young)
        return wait_for(SETTLE_QUIET, facts->now + FILE_YOUNG_MS - facts->age_ms);
    /* a server's clock may be ahead of ours, and setting times may hide a write */
    int64_t pause = folder->settle_ms > FILE_YOUNG_MS ? folder->settle_ms : FILE_YOUNG_MS;
    int64_t quiet_end = facts->quiet.stamped + pause;
    if (findings->lease == LEASE_IMPOSSIBLE && !facts->moved_in && facts->now < quiet_end)
        return wait_for_quiet(folder, facts, quiet_end);
    struct refusal refusal;
    /* only now: a writer that paused may still change the size */
    if (refusal_of_size(folder, facts->size, &refusal))
        return refuse_as(&refusal);
    if (findings->cut && !facts->judged)
        return wait_or_refuse(folder, facts, SETTLE_GROWTH,
            refuse("cut_off",
                "the file looks incomplete: %s" REMEDY
                "send it again, or drag it back to file it as it is",
                findings->cut));
    return (struct settle_step){.kind = SETTLE_READY};
}
