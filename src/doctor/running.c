/** Judges the agent that is running by its status and by /proc. */
#include "running.h"

#include "closedrop/base/account.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- judgement ---- */

void running_unit(const char *cgroup, char unit[UNIT_MAX])
{
    static const char suffix[] = ".service";
    unit[0] = '\0';
    for (const char *at = cgroup; (at = strstr(at, suffix)) != NULL; at += strlen(suffix)) {
        const char *end = at + strlen(suffix), *start = at;
        while (start > cgroup && start[-1] != '/' && start[-1] != '\n')
            start--;
        if (!*end || *end == '\n' || *end == '/')
            snprintf(unit, UNIT_MAX, "%.*s", (int)(end - start), start);
    }
    if (str_starts_with(unit, "user@")) /* its session's, not its own */
        unit[0] = '\0';
}

static void advise_restart(struct finding *finding, const struct running *running)
{
    if (*running->unit)
        finding_remedy(finding, "systemctl restart %s", running->unit);
    else
        finding_remedy(finding, "kill %" PRId64 ", and start it again", running->pid);
}

/** What was not reloaded would not be now, either. */
static void advise_reload(struct finding *finding, const struct running *running)
{
    const char *first = running->not_reloaded ? "correct it (closedrop check), then " : "";
    if (*running->unit)
        finding_remedy(finding, "%ssystemctl reload %s", first, running->unit);
    else
        finding_remedy(finding, "%skill -HUP %" PRId64, first, running->pid);
}

struct finding running_judge_version(const struct running *running, const char *installed)
{
    bool is_other = strcmp(running->version, installed) != 0;
    struct finding finding;
    if (is_other)
        finding = finding_warning(
            "closedrop %s is running, but closedrop %s is installed", running->version, installed);
    else if (running->is_replaced)
        finding = finding_warning("the program was installed again after closedrop was started, so "
                                  "the old one is still running");
    else
        return finding_ok("closedrop %s is running since %s, as process %" PRId64 " of %s",
            running->version, running->since, running->pid,
            *running->unit ? running->unit : "no unit (started by hand)");
    advise_restart(&finding, running);
    return finding;
}

struct finding running_judge_configuration(const struct running *running)
{
    struct finding finding;
    if (strcmp(running->file, running->expected_file) != 0) {
        finding = finding_warning("closedrop is running with another configuration, %s, than %s, "
                                  "which was checked here",
            running->file, running->expected_file);
        finding_remedy(&finding, "closedrop doctor -c %s", running->file);
        return finding;
    }
    if (running->not_reloaded) {
        finding = finding_wrong("an older configuration is in use: the new one had errors when it "
                                "was reloaded: %.*s",
            (int)strcspn(running->not_reloaded, "\n"), running->not_reloaded);
    } else if (*running->expected_digest &&
               strcmp(running->digest, running->expected_digest) != 0) {
        finding =
            finding_warning("an older configuration is in use: %s was changed after closedrop "
                            "read it",
                running->file);
    } else {
        return finding_ok("it is what closedrop is running with");
    }
    advise_reload(&finding, running);
    return finding;
}

bool running_has_leases(const char *status)
{
    uint64_t effective;
    const char *line = strstr(status, "\nCapEff:");
    return !line || sscanf(line, "\nCapEff: %" SCNx64, &effective) != 1 ||
           effective & (UINT64_C(1) << CAP_LEASE);
}

/* ---- measurement ---- */

/** Add a file of its directory in /proc, as far as it can be read. */
static void add_proc(struct str *out, int64_t pid, const char *name)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%" PRId64 "/%s", pid, name);
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        (void)str_add_file(out, fd);
}

static void read_unit(struct running *running)
{
    struct str cgroup = STR_INIT(16384);
    add_proc(&cgroup, running->pid, "cgroup");
    running_unit(str_text(&cgroup), running->unit);
    str_release(&cgroup);
}

static void check_leases(const struct diagnosis *diagnosis, int64_t pid)
{
    struct str status = STR_INIT(16384);
    add_proc(&status, pid, "status");
    bool has_leases = running_has_leases(str_text(&status));
    str_release(&status);
    if (has_leases)
        return;
    struct finding finding =
        finding_warning("closedrop is running without CAP_LEASE, so it cannot see whether files of "
                        "other users are still open for writing");
    finding_remedy(
        &finding, "start it by its unit, or add AmbientCapabilities=CAP_LEASE to your own");
    diagnosis_add(diagnosis, "agent", NULL, finding);
}

static void read_since(struct running *running, const char *started_at)
{
    struct moment since;
    if (moment_read(started_at, clock_wall_ms(), &since) == 0)
        moment_print(since.from_ms, MOMENT_TO_THE_SECOND, running->since);
}

/** It may not be ours to look at: then nothing is known. */
static bool is_replaced(int64_t pid)
{
    char path[64], program[4096];
    snprintf(path, sizeof(path), "/proc/%" PRId64 "/exe", pid);
    ssize_t length = readlink(path, program, sizeof(program) - 1);
    program[length > 0 ? length : 0] = '\0';
    return str_ends_with(program, " (deleted)");
}

static const char *text_of(const struct json *object, const char *key)
{
    const char *text = json_get_text(object, key);
    return text ? text : "";
}

/** Whether we are who it runs as: else rights are those of somebody else. */
static void compare_users(const struct diagnosis *diagnosis, int64_t pid)
{
    char path[64], its[ACCOUNT_NAME], ours[ACCOUNT_NAME];
    struct stat process;
    snprintf(path, sizeof(path), "/proc/%" PRId64, pid);
    if (stat(path, &process) < 0 || process.st_uid == geteuid())
        return;
    account_user(process.st_uid, its);
    account_user(geteuid(), ours);
    struct finding finding = finding_warning("closedrop is running as %s, but this checks what %s "
                                             "may do",
        its, ours);
    finding_remedy(&finding, "sudo -u %s closedrop doctor", its);
    diagnosis_add(diagnosis, "account", NULL, finding);
}

struct running running_of(const struct json *agent, const struct config *config)
{
    struct running running = {.pid = json_get_int(agent, "pid", 0),
        .version = text_of(agent, "version"),
        .file = text_of(agent, "configuration"),
        .digest = text_of(agent, "configuration_sha256"),
        .not_reloaded = json_get_text(agent, "not_reloaded"),
        .expected_file = config->file,
        .expected_digest = config->digest};
    read_since(&running, text_of(agent, "started_at"));
    read_unit(&running);
    running.is_replaced = is_replaced(running.pid);
    return running;
}

static void report_none(const struct diagnosis *diagnosis)
{
    struct finding finding = finding_warning("closedrop is not running");
    finding_remedy(&finding, "systemctl start closedrop (what it says: journalctl -u closedrop)");
    diagnosis_add(diagnosis, "agent", NULL, finding);
}

void running_probe(const struct diagnosis *diagnosis)
{
    const struct json *agent = diagnosis_agent(diagnosis);
    if (!agent) {
        report_none(diagnosis);
        return;
    }
    struct running running = running_of(agent, diagnosis->config);
    diagnosis_add(diagnosis, "agent", NULL, running_judge_version(&running, CLOSEDROP_VERSION));
    check_leases(diagnosis, running.pid);
    compare_users(diagnosis, running.pid);
    if (*running.file) /* an older version does not say */
        diagnosis_add(diagnosis, "configuration", NULL, running_judge_configuration(&running));
}
