/* When a file is finished: every decision, with time as a value. */
#include "closedrop/base/array.h"
#include "closedrop/intake/settle.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* a row says what is different from a quiet file: the later initializer wins */
#pragma GCC diagnostic ignored "-Woverride-init"

#define T 1000000 /* last seen changed */
#define SETTLE 5000
#define INCOMPLETE 900000
#define CUT "the end of the file is missing"

static const struct folder folder = {
    .settle_ms = SETTLE, .incomplete_ms = INCOMPLETE, .min_size = 10, .max_size = 1000};

static const struct folder from_nothing = {
    .settle_ms = SETTLE, .incomplete_ms = INCOMPLETE, .min_size = 0, .max_size = 1000};

static const struct folder patient = {.settle_ms = 86400000, .min_size = 1, .max_size = 1000};

static const struct folder impatient = {.min_size = 1, .max_size = 1000};

struct wanted {
    enum settle_kind kind;
    enum settle_wait wait;
    int64_t until;
    const char *code;
};

#define WAITS(what, when)                                                                          \
    {                                                                                              \
        SETTLE_WAIT, SETTLE_##what, when, NULL                                                     \
    }
#define REFUSES(code)                                                                              \
    {                                                                                              \
        SETTLE_REFUSE, SETTLE_QUIET, 0, code                                                       \
    }
#define OPENS                                                                                      \
    {                                                                                              \
        SETTLE_OPEN, SETTLE_QUIET, 0, NULL                                                         \
    }
#define READY                                                                                      \
    {                                                                                              \
        SETTLE_READY, SETTLE_QUIET, 0, NULL                                                        \
    }

static void expect_step(
    const char *name, const struct settle_step *step, const struct wanted *wanted)
{
    if (step->kind != wanted->kind)
        fail_msg("%s: kind %d, not %d", name, step->kind, wanted->kind);
    if (step->kind == SETTLE_WAIT && (step->wait != wanted->wait || step->until != wanted->until))
        fail_msg("%s: waits for %d until %lld", name, step->wait, (long long)step->until);
    if (step->kind != SETTLE_REFUSE)
        return;
    if (strcmp(step->code, wanted->code) != 0 || !*step->message)
        fail_msg("%s: %s (%s)", name, step->code, step->message);
}

/* ---- before the file is opened ---- */

/* a quiet file of good size with its marker, its sidecar and one name; rows name what is different
 */
#define QUIET .now = T + SETTLE, .quiet = {T, T}, .size = 100, .links = 1, .has_companions = true

static const struct {
    const char *name;
    const struct folder *folder;
    struct settle_facts facts;
    struct wanted wanted;
} before[] = {
    {"quiet", &folder, {QUIET}, OPENS},
    {"just seen", &folder, {QUIET, .now = T}, WAITS(QUIET, T + SETTLE)},
    {"just seen, no events", &folder, {QUIET, .now = T, .polls = true},
        WAITS(QUIET, T + SETTLE / 5)},
    {"almost quiet, no events", &folder, {QUIET, .now = T + SETTLE - 1, .polls = true},
        WAITS(QUIET, T + SETTLE)},
    {"just seen, no events, quiet for a day", &patient, {QUIET, .now = T, .polls = true},
        WAITS(QUIET, T + 5000)},
    {"almost quiet", &folder, {QUIET, .now = T + SETTLE - 1}, WAITS(QUIET, T + SETTLE)},
    {"long quiet", &folder, {QUIET, .now = T + 100 * SETTLE}, OPENS},
    {"moved in", &folder, {QUIET, .now = T, .moved_in = true}, OPENS},
    {"no quiet time asked for", &impatient, {QUIET, .now = T}, OPENS},
    {"its sidecar is still written", &folder, {QUIET, .companions_busy = true},
        WAITS(QUIET, T + 2 * SETTLE)},
    {"its sidecar was written just now", &folder,
        {QUIET, .companions_busy = true, .companions_changed = T + 1000},
        WAITS(QUIET, T + 1000 + SETTLE)},
    {"moved in, its sidecar is still written", &folder,
        {QUIET, .now = T, .moved_in = true, .companions_busy = true}, WAITS(QUIET, T + SETTLE)},
    {"its sidecar is written for a year", &folder,
        {QUIET, .now = T + 31536000000, .companions_busy = true},
        WAITS(QUIET, T + 31536000000 + SETTLE)},
    {"its sidecar is still written, and no quiet time asked for", &impatient,
        {QUIET, .now = T, .companions_busy = true}, WAITS(QUIET, T + 100)},
    {"not quiet itself, nor its sidecar", &folder, {QUIET, .now = T + 1, .companions_busy = true},
        WAITS(QUIET, T + SETTLE)},
    {"no marker yet, and its sidecar is still written", &folder,
        {QUIET, .has_companions = false, .companions_busy = true}, WAITS(MARKER, INT64_MAX)},
    {"too large, and its sidecar is still written", &folder,
        {QUIET, .size = 1001, .companions_busy = true}, WAITS(QUIET, T + 2 * SETTLE)},
    {"empty for good, and its sidecar is still written", &folder,
        {QUIET, .size = 0, .now = T + INCOMPLETE, .companions_busy = true},
        WAITS(QUIET, T + INCOMPLETE + SETTLE)},
    {"its sidecar is incomplete", &folder, {QUIET, .companions_cut = true, .companions_changed = T},
        WAITS(GROWTH, T + SETTLE + 5000)},
    {"its sidecar was cut off much later", &folder,
        {QUIET, .now = T + 10 * INCOMPLETE, .companions_cut = true,
            .companions_changed = T + 9 * INCOMPLETE + 1},
        WAITS(GROWTH, T + 10 * INCOMPLETE + 1)},
    {"its sidecar is cut off for good", &folder,
        {QUIET, .now = T + INCOMPLETE, .companions_cut = true, .companions_changed = T},
        REFUSES("sidecar")},
    {"no marker yet", &folder, {QUIET, .has_companions = false}, WAITS(MARKER, INT64_MAX)},
    {"moved in, no marker yet", &folder, {QUIET, .moved_in = true, .has_companions = false},
        WAITS(MARKER, INT64_MAX)},
    {"no marker for a year", &folder, {QUIET, .now = T + 31536000000, .has_companions = false},
        WAITS(MARKER, INT64_MAX)},
    {"empty, no marker yet", &folder, {QUIET, .size = 0, .has_companions = false},
        WAITS(MARKER, INT64_MAX)},
    {"empty", &folder, {QUIET, .size = 0}, WAITS(GROWTH, T + INCOMPLETE)},
    {"empty, no events", &folder, {QUIET, .size = 0, .polls = true},
        WAITS(GROWTH, T + SETTLE + 5000)},
    {"empty, moved in", &folder, {QUIET, .now = T, .size = 0, .moved_in = true},
        WAITS(GROWTH, T + INCOMPLETE)},
    {"empty, the last moment", &folder, {QUIET, .size = 0, .now = T + INCOMPLETE - 1},
        WAITS(GROWTH, T + INCOMPLETE)},
    {"empty for good", &folder, {QUIET, .size = 0, .now = T + INCOMPLETE}, REFUSES("empty")},
    {"empty, and no wait", &impatient, {QUIET, .size = 0}, REFUSES("empty")},
    {"empty where nothing is too small", &from_nothing, {QUIET, .size = 0, .now = T + INCOMPLETE},
        REFUSES("empty")},
    {"empty, but judged", &impatient, {QUIET, .size = 0, .judged = true}, OPENS},
    {"empty, judged, not quiet yet", &folder, {QUIET, .now = T, .size = 0, .judged = true},
        WAITS(QUIET, T + SETTLE)},
    {"two names, judged", &folder, {QUIET, .links = 2, .judged = true, .now = T + INCOMPLETE},
        REFUSES("links")},
    {"smallest", &folder, {QUIET, .size = 10}, OPENS},
    {"largest", &folder, {QUIET, .size = 1000}, OPENS},
    {"too large", &folder, {QUIET, .size = 1001}, OPENS},
    {"too large, moved in", &folder, {QUIET, .now = T, .size = 1001, .moved_in = true}, OPENS},
    {"too large, with two names", &folder, {QUIET, .size = 1001, .links = 2},
        WAITS(ACCESS, T + SETTLE + 5000)},
    {"too large, still written", &folder, {QUIET, .now = T + 1, .size = 1001},
        WAITS(QUIET, T + SETTLE)},
    {"two names", &folder, {QUIET, .links = 2}, WAITS(ACCESS, T + SETTLE + 5000)},
    {"two names, near the end", &folder, {QUIET, .links = 2, .now = T + INCOMPLETE - 1000},
        WAITS(ACCESS, T + INCOMPLETE)},
    {"two names for good", &folder, {QUIET, .links = 2, .now = T + INCOMPLETE}, REFUSES("links")},
};

static void decides_before_the_file_is_opened(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(before); i++) {
        struct settle_step step = settle_before_open(before[i].folder, &before[i].facts);
        expect_step(before[i].name, &step, &before[i].wanted);
    }
}

/* ---- after the look ---- */

static const struct {
    const char *name;
    struct settle_facts facts;
    struct settle_findings findings;
    struct wanted wanted;
} after[] = {
    {"leased and whole", {QUIET}, {0, LEASE_HELD, NULL}, READY},
    {"leased, young", {QUIET, .age_ms = 0}, {0, LEASE_HELD, NULL}, READY},
    {"a writer", {QUIET}, {0, LEASE_REFUSED, NULL}, WAITS(QUIET, T + 2 * SETTLE)},
    {"a writer, cut off", {QUIET, .now = T + INCOMPLETE}, {0, LEASE_REFUSED, CUT},
        WAITS(QUIET, T + INCOMPLETE + SETTLE)},
    {"a writer, judged", {QUIET, .judged = true}, {0, LEASE_REFUSED, NULL},
        WAITS(QUIET, T + 2 * SETTLE)},
    {"a lease against us", {QUIET}, {-EWOULDBLOCK, LEASE_HELD, NULL}, WAITS(QUIET, T + 2 * SETTLE)},
    {"no leases, old", {QUIET, .age_ms = 2000}, {0, LEASE_IMPOSSIBLE, NULL}, READY},
    {"no leases, young", {QUIET, .age_ms = 500}, {0, LEASE_IMPOSSIBLE, NULL},
        WAITS(QUIET, T + SETTLE + 1500)},
    {"no leases, almost old", {QUIET, .age_ms = 1999}, {0, LEASE_IMPOSSIBLE, NULL},
        WAITS(QUIET, T + SETTLE + 1)},
    {"no leases, from the future", {QUIET, .age_ms = -5000}, {0, LEASE_IMPOSSIBLE, NULL}, READY},
    {"no leases, from the future, just seen", {QUIET, .now = T, .age_ms = -5000},
        {0, LEASE_IMPOSSIBLE, NULL}, WAITS(QUIET, T + SETTLE)},
    {"no leases, from the near future, almost quiet", {QUIET, .now = T + SETTLE - 1, .age_ms = -1},
        {0, LEASE_IMPOSSIBLE, NULL}, WAITS(QUIET, T + SETTLE)},
    {"no leases, from the near future, quiet", {QUIET, .age_ms = -1}, {0, LEASE_IMPOSSIBLE, NULL},
        READY},
    {"no leases, its times were set: that may hide a write",
        {QUIET, .quiet = {T, T + 3000}, .age_ms = 2000}, {0, LEASE_IMPOSSIBLE, NULL},
        WAITS(QUIET, T + 3000 + SETTLE)},
    {"leased, its times were set", {QUIET, .quiet = {T, T + 3000}, .age_ms = 2000},
        {0, LEASE_HELD, NULL}, READY},
    {"a writer, no events", {QUIET, .polls = true}, {0, LEASE_REFUSED, NULL},
        WAITS(QUIET, T + SETTLE + SETTLE / 5)},
    {"no leases, from the future, moved in", {QUIET, .now = T, .age_ms = -5000, .moved_in = true},
        {0, LEASE_IMPOSSIBLE, NULL}, READY},
    {"leased, from the future, just seen", {QUIET, .now = T, .age_ms = -5000},
        {0, LEASE_HELD, NULL}, READY},
    {"no leases, moved in young", {QUIET, .age_ms = 0, .moved_in = true},
        {0, LEASE_IMPOSSIBLE, NULL}, WAITS(QUIET, T + SETTLE + 2000)},
    {"cut off", {QUIET}, {0, LEASE_HELD, CUT}, WAITS(GROWTH, T + INCOMPLETE)},
    {"cut off, moved in", {QUIET, .moved_in = true}, {0, LEASE_HELD, CUT},
        WAITS(GROWTH, T + INCOMPLETE)},
    {"cut off, the last moment", {QUIET, .now = T + INCOMPLETE - 1}, {0, LEASE_HELD, CUT},
        WAITS(GROWTH, T + INCOMPLETE)},
    {"cut off for good", {QUIET, .now = T + INCOMPLETE}, {0, LEASE_HELD, CUT}, REFUSES("cut_off")},
    {"cut off, but judged", {QUIET, .judged = true}, {0, LEASE_HELD, CUT}, READY},
    {"cut off, judged, no lease", {QUIET, .judged = true, .age_ms = 2000},
        {0, LEASE_IMPOSSIBLE, CUT}, READY},
    {"not ours to read", {QUIET}, {-EACCES, LEASE_HELD, NULL}, WAITS(ACCESS, T + SETTLE + 5000)},
    {"not ours to read, near the end", {QUIET, .now = T + INCOMPLETE - 1},
        {-EACCES, LEASE_HELD, NULL}, WAITS(ACCESS, T + INCOMPLETE)},
    {"no descriptor is left, for long", {QUIET, .now = T + INCOMPLETE}, {-EMFILE, LEASE_HELD, NULL},
        WAITS(ACCESS, T + INCOMPLETE + 5000)},
    {"not ours to read, for good", {QUIET, .now = T + INCOMPLETE}, {-EACCES, LEASE_HELD, NULL},
        REFUSES("unreadable")},
};

static void decides_after_it_is_opened(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(after); i++) {
        struct settle_step step = settle_after_open(&folder, &after[i].facts, &after[i].findings);
        expect_step(after[i].name, &step, &after[i].wanted);
    }
}

static void knows_that_a_writer_has_the_file_itself(void **state)
{
    (void)state;
    static const struct settle_facts written = {QUIET}, sidecar = {QUIET, .companions_busy = true};
    static const struct settle_findings refused = {0, LEASE_REFUSED, NULL};
    static const struct settle_findings leased = {-EWOULDBLOCK, LEASE_HELD, NULL};
    assert_true(settle_after_open(&folder, &written, &refused).is_written);
    assert_true(settle_after_open(&folder, &written, &leased).is_written);
    assert_false(settle_before_open(&folder, &sidecar).is_written);
}

/* ---- since when it is quiet ---- */

#define LATER (T + 3000)
#define S INT64_C(1000000000) /* ns */
#define STATE(id, length, mtime, ctime, ...)                                                       \
    {                                                                                              \
        .identity = {.handle = id, .handle_length = 1, .size = length, .mtime_ns = mtime},         \
        .ctime_ns = ctime, .links = 1, .mode = 0100644, __VA_ARGS__                                \
    }
#define FILE(...) STATE("a", __VA_ARGS__)
#define OTHER_FILE(...) STATE("b", __VA_ARGS__)

static const struct file_state before_it = FILE(100, 5 * S, 5 * S);

static const struct {
    const char *name;
    enum settle_hint hint;
    struct file_state after;
    struct settle_quiet wanted;
} notes[] = {
    {"closed after writing", HINT_WRITTEN, FILE(200, 8 * S, 8 * S), {LATER, LATER}},
    {"closed, and nothing is new: who knows", HINT_WRITTEN, FILE(100, 5 * S, 5 * S),
        {LATER, LATER}},
    {"written, then its time set back", HINT_WRITTEN, FILE(100, 1 * S, 8 * S), {LATER, LATER}},
    {"moved in", HINT_MOVED_IN, OTHER_FILE(100, 5 * S, 8 * S), {LATER, LATER}},
    {"chmod", HINT_STAMPED, FILE(100, 5 * S, 8 * S, .mode = 0100600), {T, T}},
    {"chown", HINT_STAMPED, FILE(100, 5 * S, 8 * S, .uid = 7), {T, T}},
    {"chgrp", HINT_STAMPED, FILE(100, 5 * S, 8 * S, .gid = 7), {T, T}},
    {"time set back", HINT_STAMPED, FILE(100, 1 * S, 8 * S), {T, LATER}},
    {"time set to the future", HINT_STAMPED, FILE(100, 99 * S, 8 * S), {T, LATER}},
    {"extended attribute", HINT_STAMPED, FILE(100, 5 * S, 8 * S), {T, LATER}},
    {"known already", HINT_STAMPED, FILE(100, 5 * S, 5 * S), {T, T}},
    {"time set, and it has grown", HINT_STAMPED, FILE(101, 1 * S, 8 * S), {LATER, LATER}},
    {"time set, of another file", HINT_STAMPED, OTHER_FILE(100, 5 * S, 8 * S), {LATER, LATER}},
    {"looked at", HINT_INSPECTED, FILE(100, 5 * S, 5 * S), {T, T}},
    {"looked at: grown", HINT_INSPECTED, FILE(101, 8 * S, 8 * S), {LATER, LATER}},
    {"looked at: written", HINT_INSPECTED, FILE(100, 8 * S, 8 * S), {LATER, LATER}},
    {"looked at: by a clock that was set back", HINT_INSPECTED, FILE(100, 2 * S, 2 * S),
        {LATER, LATER}},
    {"looked at: a time was set, or it was written before", HINT_INSPECTED, FILE(100, 1 * S, 8 * S),
        {LATER, LATER}},
    {"looked at: written, and the old time set again", HINT_INSPECTED, FILE(100, 5 * S, 8 * S),
        {LATER, LATER}},
    {"looked at: chmod", HINT_INSPECTED, FILE(100, 5 * S, 8 * S, .mode = 0100600), {T, T}},
    {"looked at: another name", HINT_INSPECTED, FILE(100, 5 * S, 8 * S, .links = 2), {T, T}},
};

static void counts_from_the_last_change_of_content(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(notes); i++) {
        struct settle_quiet quiet = {T, T};
        settle_note(&quiet, notes[i].hint, &before_it, &notes[i].after, LATER);
        if (quiet.changed != notes[i].wanted.changed || quiet.stamped != notes[i].wanted.stamped)
            fail_msg("%s: %lld, %lld", notes[i].name, (long long)quiet.changed - T,
                (long long)quiet.stamped - T);
    }
}

/* ---- a writer, step by step, by a clock of the test's own ---- */

/** What Samba, vsftpd and others do to a file, and when; and when the file is to be taken. */
static const struct {
    const char *name;
    struct {
        int64_t at;
        enum settle_hint hint;
        struct file_state after;
    } does[4];
    int64_t taken;
} writers[] = {
    {"created, closed a moment later",
        {{0, HINT_WRITTEN, FILE(0, 1 * S, 1 * S)}, {10, HINT_WRITTEN, FILE(300, 2 * S, 2 * S)}},
        10 + SETTLE},
    {"Samba: times set at the close",
        {{0, HINT_WRITTEN, FILE(0, 1 * S, 1 * S)}, {9, HINT_STAMPED, FILE(300, 2 * S, 2 * S)},
            {10, HINT_WRITTEN, FILE(300, 2 * S, 2 * S)}},
        10 + SETTLE},
    {"Samba: times set by the client two seconds later",
        {{0, HINT_WRITTEN, FILE(0, 1 * S, 1 * S)}, {10, HINT_WRITTEN, FILE(300, 2 * S, 2 * S)},
            {2000, HINT_STAMPED, FILE(300, 1 * S, 3 * S)}},
        10 + SETTLE},
    {"vsftpd: a slow transfer",
        {{0, HINT_WRITTEN, FILE(0, 1 * S, 1 * S)}, {4300, HINT_WRITTEN, FILE(300, 5 * S, 5 * S)}},
        4300 + SETTLE},
    {"rsync --inplace: an old time while it still writes",
        {{0, HINT_WRITTEN, FILE(300, 1 * S, 1 * S)}, {2000, HINT_WRITTEN, FILE(300, 1 * S, 3 * S)},
            {4000, HINT_WRITTEN, FILE(300, 1 * S, 5 * S)},
            {4001, HINT_STAMPED, FILE(300, 1 * S, 6 * S)}},
        4000 + SETTLE},
};

static void takes_a_file_once_after_its_last_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(writers); i++) {
        struct settle_facts facts = {QUIET, .now = T};
        struct file_state seen = writers[i].does[0].after;
        for (size_t j = 0; j < 4 && (j == 0 || writers[i].does[j].at); j++) {
            const struct file_state *done = &writers[i].does[j].after;
            facts.now = T + writers[i].does[j].at;
            settle_note(&facts.quiet, writers[i].does[j].hint, &seen, done, facts.now);
            seen = *done;
            assert_int_equal(settle_before_open(&folder, &facts).kind, SETTLE_WAIT);
        }
        struct settle_step step = settle_before_open(&folder, &facts);
        if (step.until != T + writers[i].taken)
            fail_msg("%s: %lld", writers[i].name, (long long)step.until - T);
        facts.now = step.until;
        settle_note(&facts.quiet, HINT_INSPECTED, &seen, &seen, facts.now);
        assert_int_equal(settle_before_open(&folder, &facts).kind, SETTLE_OPEN);
    }
}

/* ---- both together, as the watch thread asks ---- */

static const struct {
    const char *name;
    struct settle_facts facts;
    struct settle_findings findings;
    struct wanted wanted;
} together[] = {
    {"too small", {QUIET, .size = 9}, {0, LEASE_HELD, NULL}, REFUSES("too_small")},
    {"the program dies of it", {QUIET}, {-EOWNERDEAD, LEASE_HELD, NULL}, REFUSES("crashed")},
    {"too small, and a writer has it open", {QUIET, .size = 9}, {0, LEASE_REFUSED, NULL},
        WAITS(QUIET, T + 2 * SETTLE)},
    {"too large", {QUIET, .size = 1001}, {0, LEASE_HELD, NULL}, REFUSES("too_large")},
    {"too large, and a writer has it open", {QUIET, .size = 1001}, {0, LEASE_REFUSED, NULL},
        WAITS(QUIET, T + 2 * SETTLE)},
    {"too large, moved in, and a writer has it open",
        {QUIET, .now = T, .size = 1001, .moved_in = true}, {0, LEASE_REFUSED, NULL},
        WAITS(QUIET, T + SETTLE)},
    {"too large, no leases, young", {QUIET, .size = 1001, .age_ms = 500},
        {0, LEASE_IMPOSSIBLE, NULL}, WAITS(QUIET, T + SETTLE + 1500)},
    {"too large, no leases, old", {QUIET, .size = 1001, .age_ms = 2000},
        {0, LEASE_IMPOSSIBLE, NULL}, REFUSES("too_large")},
    {"too large, and cut off", {QUIET, .size = 1001}, {0, LEASE_HELD, CUT}, REFUSES("too_large")},
    {"too large, judged", {QUIET, .size = 1001, .judged = true}, {0, LEASE_HELD, CUT},
        REFUSES("too_large")},
    {"empty, judged, where min_size is 10", {QUIET, .size = 0, .judged = true},
        {0, LEASE_HELD, NULL}, REFUSES("too_small")},
    {"good", {QUIET}, {0, LEASE_HELD, NULL}, READY},
};

static struct settle_step decide(
    const struct settle_facts *facts, const struct settle_findings *findings)
{
    struct settle_step step = settle_before_open(&folder, facts);
    return step.kind == SETTLE_OPEN ? settle_after_open(&folder, facts, findings) : step;
}

static void refuses_only_what_nobody_writes_any_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(together); i++) {
        struct settle_step step = decide(&together[i].facts, &together[i].findings);
        expect_step(together[i].name, &step, &together[i].wanted);
    }
}

static void never_turns_in_circles_at_once(void **state)
{
    (void)state;
    static const struct settle_facts facts = {QUIET};
    static const struct settle_findings written = {0, LEASE_REFUSED, NULL};
    struct settle_step step = settle_after_open(&impatient, &facts, &written);
    assert_int_equal(step.kind, SETTLE_WAIT);
    assert_true(step.until >= facts.now + 100);
}

/* no wait may be in the past: the candidate would be inspected again and again */
static void waits_for_the_future_only(void **state)
{
    (void)state;
    for (int64_t now = T; now < T + INCOMPLETE + 10000; now += 997)
        for (int what = 0; what < 32; what++) {
            struct settle_facts facts = {QUIET};
            struct settle_findings findings = {what & 1 ? -EACCES : 0,
                what & 2 ? LEASE_IMPOSSIBLE : LEASE_HELD, what & 4 ? CUT : NULL};
            facts.now = now;
            facts.links = what & 1 ? 2 : 1;
            facts.size = what & 2 ? 0 : 100;
            facts.companions_busy = what & 8;
            facts.age_ms = now - T;
            facts.polls = what & 16;
            struct settle_step step = settle_before_open(&folder, &facts);
            assert_true(step.kind != SETTLE_WAIT || step.until > now);
            step = settle_after_open(&folder, &facts, &findings);
            assert_true(step.kind != SETTLE_WAIT || step.until > now);
        }
}

static void says_why_in_words(void **state)
{
    (void)state;
    struct settle_facts facts = {QUIET, .size = 9};
    struct settle_findings findings = {0, LEASE_HELD, NULL};
    struct settle_step step = decide(&facts, &findings);
    assert_non_null(strstr(step.message, "9 bytes"));
    assert_non_null(strstr(step.message, "10 bytes"));
    facts = (struct settle_facts){QUIET, .now = T + INCOMPLETE};
    findings = (struct settle_findings){-EACCES, LEASE_IMPOSSIBLE, NULL};
    step = settle_after_open(&folder, &facts, &findings);
    assert_non_null(strstr(step.message, strerror(EACCES)));
    facts.now = T + SETTLE; /* a wait says what it will be refused as */
    step = settle_after_open(&folder, &facts, &findings);
    assert_int_equal(step.kind, SETTLE_WAIT);
    assert_string_equal(step.code, "unreadable");
    assert_non_null(strstr(step.message, strerror(EACCES)));
    findings = (struct settle_findings){0, LEASE_HELD, CUT};
    step = settle_after_open(&folder, &facts, &findings);
    assert_non_null(strstr(step.message, "drag it back"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_before_the_file_is_opened),
        cmocka_unit_test(decides_after_it_is_opened),
        cmocka_unit_test(knows_that_a_writer_has_the_file_itself),
        cmocka_unit_test(counts_from_the_last_change_of_content),
        cmocka_unit_test(takes_a_file_once_after_its_last_write),
        cmocka_unit_test(refuses_only_what_nobody_writes_any_more),
        cmocka_unit_test(never_turns_in_circles_at_once),
        cmocka_unit_test(waits_for_the_future_only),
        cmocka_unit_test(says_why_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
