/** Starts this program again, and has it stand alone. */
#include "closedrop/files/own_program.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/** The environment without what is the agent's alone: its key, and its service manager. */
static char **make_environment(void)
{
    static const char *const secret[] = {"CLOSE_", "CREDENTIALS_", "NOTIFY_", "WATCHDOG_"};
    size_t count = 0, kept = 0;
    while (environ[count])
        count++;
    char **environment = calloc(count + 1, sizeof(char *));
    for (size_t i = 0; environment && i < count; i++) {
        bool is_secret = false;
        for (size_t j = 0; j < COUNT(secret); j++)
            is_secret = is_secret || str_starts_with(environ[i], secret[j]);
        if (!is_secret)
            environment[kept++] = environ[i];
    }
    return environment;
}

int own_program_start(const char *command, const char *what, int socket, pid_t *ret_pid)
{
    char program[] = "closedrop";
    CLEANUP(free_text) char *first = strdup(command);
    CLEANUP(free_text) char *second = strdup(what);
    char *arguments[] = {program, first, second, NULL};
    CLEANUP(free_text) char **environment = make_environment();
    posix_spawn_file_actions_t actions;
    if (!first || !second || !environment || posix_spawn_file_actions_init(&actions) != 0)
        return -ENOMEM;
    int result = posix_spawn_file_actions_adddup2(&actions, socket, OWN_PROGRAM_SOCKET);
    if (result == 0)
        result = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (result == 0)
        result = posix_spawn_file_actions_adddup2(&actions, 2, 1);
    if (result == 0)
        result = posix_spawn(ret_pid, "/proc/self/exe", &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    return -result;
}

bool own_program_is(const char *command, int argc, char **argv)
{
    struct stat stat;
    return argc == 3 && strcmp(argv[1], command) == 0 && fstat(OWN_PROGRAM_SOCKET, &stat) == 0 &&
           S_ISSOCK(stat.st_mode);
}

void own_program_stand_alone(void)
{
    const struct rlimit none = {0, 0};
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_NAME, "closedrop"); /* and not "exe" */
    close_range(OWN_PROGRAM_SOCKET + 1, ~0U, 0);
    setrlimit(RLIMIT_CORE, &none);
}
