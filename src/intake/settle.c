/* The decision, as a row of tests in the order in which they count. */
#include "closedrop/intake/settle.h"

#include "closedrop/base/shortage.h"
#include "closedrop/config/refusal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/** Where no lease proves that nobody writes, nothing younger than this is taken. */
#define YOUNG_MS 2000
/** How often something that may change without an event is looked at. */
#define LOOK_MS 5000

static struct settle_step wait_for(enum settle_wait wait, int64_t until)
{
    return (struct settle_step){.kind = SETTLE_WAIT, .wait = wait, .until = until};
}

static struct settle_step refuse(const char *code, const char *format, const char *detail)
{
    struct settle_step step = {.kind = SETTLE_REFUSE, .code = code};
    snprintf(step.message, sizeof(step.message), format, detail);
    return step;
}

/** Wait until `incomplete` after the last change, looking now and then; then refuse. */
static struct settle_step wait_or_refuse(const struct folder *folder,
    const struct settle_facts *facts, enum settle_wait wait, struct settle_step refusal)
{
    int64_t end = facts->changed + folder->incomplete_ms;
    if (facts->now >= end)
        return refusal;
    bool has_events = wait == SETTLE_GROWTH; /* growth is an event, access may not be */
    int64_t look = facts->now + LOOK_MS;
    return wait_for(wait, has_events || end < look ? end : look);
}

static struct settle_step refuse_as(const struct refusal *refusal)
{
    return refuse(refusal->code, "%s", refusal->message);
}

/** A writer still has it, or its sidecar, open: quiet time begins anew. */
static struct settle_step wait_for_writer(
    const struct folder *folder, const struct settle_facts *facts)
{
    int64_t pause = folder->settle_ms > 100 ? folder->settle_ms : 100;
    return wait_for(SETTLE_QUIET, facts->now + pause);
}

/** Its sidecar is empty or cut off, and may still grow; not every folder has events of that. */
static struct settle_step wait_for_sidecar(
    const struct folder *folder, const struct settle_facts *facts)
{
    bool is_newer = facts->companions_changed > facts->changed;
    int64_t end = (is_newer ? facts->companions_changed : facts->changed) + folder->incomplete_ms;
    int64_t look = facts->now + LOOK_MS;
    if (facts->now >= end)
        return refuse("sidecar",
            "its sidecar is empty or cut off: not all of the JSON is there; %s",
            "the program that writes it may have failed; mend it, then drag the file back");
    return wait_for(SETTLE_GROWTH, end < look ? end : look);
}

struct settle_step settle_before_open(const struct folder *folder, const struct settle_facts *facts)
{
    int64_t quiet_end = facts->changed + folder->settle_ms;
    if (!facts->moved_in && facts->now < quiet_end)
        return wait_for(SETTLE_QUIET, quiet_end);
    if (!facts->has_companions)
        return wait_for(SETTLE_MARKER, INT64_MAX);
    if (facts->companions_busy)
        return wait_for_writer(folder, facts);
    if (facts->companions_cut)
        return wait_for_sidecar(folder, facts);
    if (facts->size == 0 && !facts->judged)
        return wait_or_refuse(folder, facts, SETTLE_GROWTH,
            refuse("empty",
                "the file is empty (0 bytes); the program that wrote it may have failed; %s",
                "if it is to be filed all the same, drag it back into the folder"));
    struct refusal refusal;
    if (refusal_of_links(facts->links, &refusal))
        return wait_or_refuse(folder, facts, SETTLE_ACCESS, refuse_as(&refusal));
    return (struct settle_step){.kind = SETTLE_OPEN};
}

struct settle_step settle_after_look(
    const struct folder *folder, const struct settle_facts *facts, const struct settle_look *look)
{
    if (look->error == -EOWNERDEAD)
        return refuse("crashed",
            "closedrop ended without warning three times while it looked into this file; %s",
            "please report this with the file");
    if (look->error == -EWOULDBLOCK)
        return wait_for_writer(folder, facts);
    if (is_shortage(look->error))
        return wait_for(SETTLE_ACCESS, facts->now + LOOK_MS);
    if (look->error < 0)
        return wait_or_refuse(folder, facts, SETTLE_ACCESS,
            refuse("unreadable",
                "the file cannot be read: %s; make it readable for the user closedrop runs as",
                strerror(-look->error)));
    if (look->lease == LEASE_REFUSED)
        return wait_for_writer(folder, facts);
    bool is_young = facts->age_ms >= 0 && facts->age_ms < YOUNG_MS;
    if (look->lease == LEASE_IMPOSSIBLE && is_young)
        return wait_for(SETTLE_QUIET, facts->now + YOUNG_MS - facts->age_ms);
    int64_t quiet = facts->now - facts->changed; /* a server's clock may be ahead of ours */
    if (look->lease == LEASE_IMPOSSIBLE && !facts->moved_in && quiet < YOUNG_MS)
        return wait_for(SETTLE_QUIET, facts->changed + YOUNG_MS);
    struct refusal refusal;
    /* only now: a writer that has paused may add to it, or cut it */
    if (refusal_of_size(folder, facts->size, &refusal))
        return refuse_as(&refusal);
    if (look->cut && !facts->judged)
        return wait_or_refuse(folder, facts, SETTLE_GROWTH,
            refuse("cut_off",
                "the file looks cut off: %s; if it is whole all the same, drag it back into the "
                "folder and it is taken as it is",
                look->cut));
    return (struct settle_step){.kind = SETTLE_READY};
}
