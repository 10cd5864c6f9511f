/** Creates and removes the probe file, whatever ends the process. */
#include "probe_file.h"

#include "closedrop/base/array.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

/* For the handler: the directory of the file, or -1; and its name, which never changes. */
static volatile sig_atomic_t current = -1;
static char current_name[PROBE_NAME_MAX];

static void remove_and_end(int number)
{
    if (current >= 0)
        (void)unlinkat(current, current_name, 0);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

void probe_file_catch_signals(void)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM};
    probe_file_name(current_name);
    for (size_t i = 0; i < COUNT(ending); i++)
        (void)signal(ending[i], remove_and_end);
}

const char *probe_file_name(char name[PROBE_NAME_MAX])
{
    snprintf(name, PROBE_NAME_MAX, ".closedrop-doctor-%ld", (long)getpid());
    return name;
}

int probe_file_create(int directory)
{
    char name[PROBE_NAME_MAX];
    current = directory; /* before it exists: to remove what is not there does no harm */
    int fd = openat(directory, probe_file_name(name),
        O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int error = errno;
    if (fd >= 0)
        return fd;
    current = -1;
    return -error;
}

int probe_file_remove(int directory)
{
    char name[PROBE_NAME_MAX];
    int result = unlinkat(directory, probe_file_name(name), 0) < 0 ? -errno : 0;
    current = -1;
    return result;
}
