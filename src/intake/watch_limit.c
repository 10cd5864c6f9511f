/** Reads the limits of inotify, and says how far to raise them. */
#include "closedrop/intake/watch_limit.h"

#include "closedrop/base/array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int error;
    const char *what;
    const char *of_system;
    const char *of_namespace;
} limits[] = {
    {-ENOSPC, "watches", "fs.inotify.max_user_watches", "user.max_inotify_watches"},
    {-EMFILE, "inotify instances (or of open files)", "fs.inotify.max_user_instances",
        "user.max_inotify_instances"},
};

static int64_t read_sysctl(const char *name)
{
    char path[64];
    int64_t value = -1;
    snprintf(path, sizeof(path), "/proc/sys/%s", name);
    for (char *dot = path; (dot = strchr(dot, '.')) != NULL;)
        *dot = '/';
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%" SCNd64, &value) != 1)
        value = -1;
    if (file)
        fclose(file);
    return value;
}

bool watch_limit_of(int error, struct watch_limit *ret_limit)
{
    for (size_t i = 0; i < COUNT(limits); i++) {
        if (limits[i].error != error)
            continue;
        int64_t of_system = read_sysctl(limits[i].of_system);
        int64_t of_namespace = read_sysctl(limits[i].of_namespace);
        bool is_lower = of_namespace >= 0 && of_namespace < of_system; /* equal outside of one */
        *ret_limit = (struct watch_limit){.what = limits[i].what,
            .sysctl = is_lower ? limits[i].of_namespace : limits[i].of_system,
            .value = is_lower ? of_namespace : of_system,
            .is_of_namespace = is_lower};
        return true;
    }
    return false;
}

int64_t watch_limit_raised(const struct watch_limit *limit, int64_t missing)
{
    int64_t power = 1;
    while (power < limit->value + 2 * missing)
        power *= 2;
    return power;
}
