/** Loads the configuration, and becomes who runs with it. */
#include "configuration.h"

#include "apart_check.h"

#include "closedrop/base/account.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/config/load.h"
#include "closedrop/config/service_account.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PROBLEMS_MAX (256 * 1024)

/** What root may do says nothing about what the service may do. */
static void become_service(const struct diagnosis *diagnosis)
{
    const char *what;
    char user[ACCOUNT_NAME], ours[ACCOUNT_NAME];
    uid_t uid = service_account(diagnosis->config, &what);
    struct finding finding;
    account_user(uid, user);
    account_user(geteuid(), ours);
    if (geteuid() != 0 || uid == 0) {
        finding = finding_ok("this checks what the user %s may do", ours);
    } else if (account_become(uid) == 0) {
        finding = finding_ok("this checks what the user %s may do, who owns %s", user, what);
    } else {
        finding = finding_warning(
            "this checks what root may do: the owner of %s, %s, cannot be used", what, user);
        finding_remedy(&finding, "sudo -u closedrop closedrop doctor");
    }
    diagnosis_add(diagnosis, "account", NULL, finding);
}

/** Root could read it; who runs with it must be able to, too. */
static void check_readable(const struct diagnosis *diagnosis)
{
    char user[ACCOUNT_NAME];
    if (access(diagnosis->file, R_OK) == 0 || errno != EACCES)
        return;
    account_user(geteuid(), user);
    struct finding finding = finding_wrong("%s cannot be read by %s", diagnosis->file, user);
    finding_remedy(&finding, "chgrp %s %s; chmod g+r %s", user, diagnosis->file, diagnosis->file);
    diagnosis_add(diagnosis, "configuration", NULL, finding);
}

/** One finding for each line. */
static void report_problems(const struct diagnosis *diagnosis, const struct str *problems)
{
    CLEANUP(free_text) char *text = strdup(str_text(problems));
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (!*line)
            continue;
        struct finding finding = finding_of_message(FINDING_WRONG, line);
        if (!*finding.remedy)
            finding_remedy(&finding, "correct it there, and try \"closedrop check\"");
        diagnosis_add(diagnosis, "configuration", NULL, finding);
    }
}

/** An apart_check: directories that are the same by another path. */
static void compare_directories(const struct diagnosis *diagnosis, const void *subject)
{
    struct config *config = NULL;
    struct str problems = STR_INIT(PROBLEMS_MAX);
    (void)subject;
    if (config_load(diagnosis->file, CONFIG_COMPARE_INODES, &config, &problems) < 0)
        report_problems(diagnosis, &problems);
    config_release(config);
    str_release(&problems);
}

static void report_valid(const struct diagnosis *diagnosis)
{
    const struct config *config = diagnosis->config;
    if (apart_check_run(diagnosis, NULL, compare_directories, NULL) > 0)
        return;
    diagnosis_add(diagnosis, "configuration", NULL,
        finding_ok("%s is valid: %zu folder%s, %zu rule%s", config->file, config->folder_count,
            config->folder_count == 1 ? "" : "s", config->rule_count,
            config->rule_count == 1 ? "" : "s"));
}

int configuration_load(struct diagnosis *diagnosis)
{
    struct str problems = STR_INIT(PROBLEMS_MAX);
    int result = config_load(diagnosis->file, CONFIG_COMPARE_PATHS, &diagnosis->config, &problems);
    if (result < 0) {
        report_problems(diagnosis, &problems);
        diagnosis->config = config_load_socket(diagnosis->file);
        diagnosis->is_partial = true;
    } else {
        report_valid(diagnosis);
    }
    str_release(&problems);
    if (!diagnosis->config)
        return -ENOMEM;
    become_service(diagnosis);
    check_readable(diagnosis);
    return 0;
}
