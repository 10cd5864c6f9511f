/** Forks, and passes on what the child finds until it ends or takes too long. */
#include "apart.h"

#include "probe_file.h"

#include "closedrop/base/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static_assert(sizeof(struct finding) <= PIPE_BUF, "a finding goes through a pipe in one piece");

static struct finding judge_stuck(const char *path)
{
    struct finding finding =
        finding_wrong("%s does not respond within %d s", path, APART_MAX_MS / 1000);
    finding_remedy(&finding, "check the file server and the network; if that does not help, "
                             "unmount it (umount -l) and mount it again");
    return finding;
}

struct finding apart_judge_failure(const char *path, int error)
{
    struct finding finding;
    if (error == -ETIMEDOUT)
        return judge_stuck(path);
    if (error == -ECHILD) {
        finding = finding_wrong("the check of %s crashed", path);
        finding_remedy(&finding, "report this, with \"closedrop --version\"");
    } else {
        finding = finding_wrong("%s cannot be checked: %s", path, strerror(-error));
        finding_remedy(&finding, "try again when fewer programs are running");
    }
    return finding;
}

/* ---- in the process of the check ---- */

/** A finding_report. The finding's pointers mean the same in both processes. */
static void send_finding(void *context, const struct finding *finding)
{
    const int *output = context;
    if (write(*output, finding, sizeof(*finding)) != sizeof(*finding))
        _exit(EXIT_FAILURE); /* nobody is waiting for it any more */
}

/** Whoever reads our output must not wait for a process that is left behind. */
static void leave_output(void)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDIN_FILENO; nowhere >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(nowhere, fd);
}

static void run_child(
    const struct diagnosis *diagnosis, apart_check check, const void *subject, int output)
{
    struct diagnosis own = *diagnosis;
    own.report = send_finding;
    own.context = &output;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)signal(SIGIO, SIG_IGN); /* a lease that is broken meanwhile */
    probe_file_catch_signals();
    leave_output();
    check(&own, subject);
    _exit(EXIT_SUCCESS);
}

/* ---- in the process of the doctor ---- */

/** Until the pipe is closed. Returns how many there were, or -ETIMEDOUT. */
static int pass_on(const struct diagnosis *diagnosis, int input)
{
    struct finding finding;
    int count = 0;
    int64_t now, end = clock_steady_ms() + APART_MAX_MS;
    while ((now = clock_steady_ms()) < end) {
        struct pollfd wait = {.fd = input, .events = POLLIN};
        if (poll(&wait, 1, (int)(end - now)) <= 0)
            continue;
        if (read(input, &finding, sizeof(finding)) != sizeof(finding))
            return count;
        diagnosis->report(diagnosis->context, &finding);
        count++;
    }
    return -ETIMEDOUT;
}

int apart_run(const struct diagnosis *diagnosis, apart_check check, const void *subject)
{
    int ends[2], how = 0;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    pid_t child = fork();
    int error = -errno;
    if (child == 0)
        run_child(diagnosis, check, subject, ends[1]);
    close(ends[1]);
    int count = child < 0 ? error : pass_on(diagnosis, ends[0]);
    close(ends[0]);
    bool is_stuck = count == -ETIMEDOUT;
    if (is_stuck)
        (void)kill(child, SIGKILL);
    if (child > 0) /* one that hangs cannot even be killed, so do not wait for that one */
        (void)waitpid(child, &how, is_stuck ? WNOHANG : 0);
    return how && !is_stuck ? -ECHILD : count;
}
