/** Passes the findings of a check in another process on, and judges how that process ended. */
#include "apart_check.h"

#include "probe_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/apart.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>

static_assert(sizeof(struct finding) <= APART_MESSAGE_MAX, "a finding is one message");

struct finding apart_check_judge_failure(const char *path, int error)
{
    CLEANUP(free_text) char *words = apart_words(path, error);
    struct finding finding = finding_wrong("%s", words ? words : path);
    finding_remedy(&finding, "%s", apart_remedy(error));
    return finding;
}

struct work {
    const struct diagnosis *diagnosis;
    apart_check check;
    const void *subject;
    int count;
};

/* ---- in the process of the check ---- */

/** A finding_report. The finding's pointers mean the same in both processes. */
static void send_finding(void *context, const struct finding *finding)
{
    (void)context;
    apart_tell(finding, sizeof(*finding));
}

static void examine(const void *subject)
{
    const struct work *work = subject;
    struct diagnosis own = *work->diagnosis;
    own.report = send_finding;
    (void)signal(SIGIO, SIG_IGN); /* a lease that is broken meanwhile */
    probe_file_catch_signals();
    work->check(&own, work->subject);
}

/* ---- in the process of the doctor ---- */

static void take(void *context, const void *message, size_t length)
{
    struct work *work = context;
    (void)length;
    work->diagnosis->report(work->diagnosis->context, message);
    work->count++;
}

int apart_check_run(
    const struct diagnosis *diagnosis, const char *path, apart_check check, const void *subject)
{
    struct work work = {diagnosis, check, subject, 0};
    const struct config *config = diagnosis->config;
    const struct apart apart = {.path = path,
        .examine = examine,
        .subject = &work,
        .take = take,
        .context = &work,
        .patience_ms = config ? config->limits.timeout_ms : 0};
    int result = apart_run(&apart);
    return result < 0 ? result : work.count;
}
