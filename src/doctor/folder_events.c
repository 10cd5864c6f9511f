/** Watches a folder, creates the probe file, and waits for its event. */
#include "folder_events.h"

#include "probe_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/files/filesystem.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/events.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- judgement ---- */

void folder_events_raise_limit(
    struct finding *finding, const struct watch_limit *limit, int64_t value)
{
    finding_remedy(finding,
        "sysctl -w %s=%" PRId64 "; to keep it: echo '%s=%" PRId64
        "' >/etc/sysctl.d/60-closedrop.conf",
        limit->sysctl, value, limit->sysctl, value);
}

#define POLLED_MAX 80

/** "the folder is polled every 10 s" */
static const char *polled(const struct event_facts *facts, char text[POLLED_MAX])
{
    struct str out = STR_INIT(POLLED_MAX - 1);
    str_add(&out, "the folder is polled every ");
    units_print_duration(&out, facts->poll_ms);
    snprintf(text, POLLED_MAX, "%s", str_text(&out));
    str_release(&out);
    return text;
}

/** There should be events, but it cannot be watched. */
static struct finding judge_unwatched(const struct event_facts *facts)
{
    struct finding finding;
    char text[POLLED_MAX];
    if (facts->limit.what) {
        finding = finding_warning("the limit of %" PRId64
                                  " %s is reached, and what is not watched by now is polled",
            facts->limit.value, facts->limit.what);
        folder_events_raise_limit(&finding, &facts->limit, watch_limit_raised(&facts->limit, 1));
        return finding;
    }
    finding = finding_warning(
        "%s, because it cannot be watched: %s", polled(facts, text), strerror(-facts->error));
    finding_remedy(&finding, "if that is intended, set watch = \"poll\" for this folder");
    return finding;
}

static struct finding judge_silent(void)
{
    struct finding finding =
        finding_wrong("no event arrived within %d s of creating a file in it", EVENT_MAX_MS / 1000);
    finding_remedy(&finding, "set watch = \"poll\" for this folder");
    return finding;
}

static struct finding judge_remote(void)
{
    struct finding finding = finding_warning("watch = \"inotify\" is set, but this file system "
                                             "does not report what other machines change");
    finding_remedy(&finding, "set watch = \"auto\" for this folder");
    return finding;
}

struct finding folder_events_judge(const struct event_facts *facts)
{
    char text[POLLED_MAX];
    if (facts->mode == WATCH_POLL)
        return finding_ok("%s, because watch = \"poll\" is set", polled(facts, text));
    if (facts->mode == WATCH_AUTO && !facts->tells_all)
        return finding_ok("%s, because its file system does not report what other machines change",
            polled(facts, text));
    if (facts->error)
        return judge_unwatched(facts);
    if (facts->has_probe && facts->arrived_ms < 0)
        return judge_silent();
    if (!facts->tells_all)
        return judge_remote();
    if (!facts->has_probe)
        return finding_ok("it can be watched");
    return finding_ok("the event for a new file arrived after %" PRId64 " ms", facts->arrived_ms);
}

static struct finding judge_without_leases(bool has_marker)
{
    static const char message[] = "this file system has no leases, so closedrop cannot see whether "
                                  "a file is still open for writing";
    if (has_marker)
        return finding_ok("%s; the marker says when it is finished", message);
    struct finding finding = finding_warning("%s", message);
    finding_remedy(&finding, "if files arrive slowly or with pauses, raise settle above the "
                             "longest pause, or set a marker for this folder");
    return finding;
}

struct finding folder_events_judge_lease(enum lease lease, bool has_marker)
{
    if (lease == LEASE_IMPOSSIBLE)
        return judge_without_leases(has_marker);
    if (lease == LEASE_HELD)
        return finding_ok("closedrop can see whether a file is still open for writing");
    struct finding finding = finding_warning("another program opens every new file for writing");
    finding_remedy(&finding, "exclude the folder from virus scanners and indexers");
    return finding;
}

/* ---- measurement ---- */

/** Wait for the event of the probe file. Returns how long it took, or -1. */
static int64_t await_event(int events)
{
    char name[PROBE_NAME_MAX];
    int64_t start = clock_steady_ms();
    probe_file_name(name);
    for (int64_t now = start; now - start < EVENT_MAX_MS; now = clock_steady_ms()) {
        struct event event;
        while (events_next(&event))
            if (strcmp(event.name, name) == 0)
                return clock_steady_ms() - start;
        struct pollfd wait = {.fd = events, .events = POLLIN};
        (void)poll(&wait, 1, (int)(EVENT_MAX_MS - (now - start)));
    }
    return -1;
}

/** Returns the descriptor of its events, or a negative errno. */
static int watch(const char *path)
{
    CLEANUP(free_text) char *real_path = realpath(path, NULL); /* links are not followed */
    int events = real_path ? events_open() : -errno;
    int result = events < 0 ? events : events_watch(real_path);
    return result < 0 ? result : events;
}

/** With the probe file in place of a document; what is known of leases if there can be none. */
static enum lease try_probe_file(int root, int events, struct event_facts *facts)
{
    CLEANUP(close_fd) int probe = directory_is_empty(root) ? -EPERM : probe_file_create(root);
    facts->has_probe = probe >= 0;
    if (probe < 0)
        return filesystem_of(root).grants_rightly ? LEASE_HELD : LEASE_IMPOSSIBLE;
    facts->arrived_ms = events < 0 ? -1 : await_event(events);
    enum lease lease = lease_take(probe);
    lease_give_up(probe);
    (void)probe_file_remove(root);
    return lease;
}

void folder_events_probe(const struct diagnosis *diagnosis, const struct folder *folder, int root)
{
    struct event_facts facts = {.mode = folder->watch,
        .poll_ms = folder->poll_ms,
        .tells_all = filesystem_of(root).tells_all};
    bool is_polled =
        folder->watch == WATCH_POLL || (folder->watch == WATCH_AUTO && !facts.tells_all);
    int events = is_polled ? -EPERM : watch(folder->path);
    facts.error = !is_polled && events < 0 ? events : 0;
    (void)watch_limit_of(facts.error, &facts.limit);
    enum lease lease = try_probe_file(root, events, &facts);
    events_close();
    diagnosis_add(diagnosis, "events", folder->name, folder_events_judge(&facts));
    diagnosis_add(diagnosis, "leases", folder->name,
        folder_events_judge_lease(lease, *folder->marker != '\0'));
}
