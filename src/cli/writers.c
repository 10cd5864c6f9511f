/** Searches the open files of all processes in /proc for those that write to a file. */
#include "writers.h"

#include "closedrop/base/account.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/inode.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITERS_NAMED_MAX 3
#define PROC_PATH 64

static bool is_number(const char *name)
{
    return *name && strspn(name, "0123456789") == strlen(name);
}

/** A shell may have handed its open files down to us, who write to none. */
static bool is_other_process(const char *name)
{
    return is_number(name) && atoi(name) != getpid();
}

static DIR *open_below_proc(const char *process, const char *what)
{
    char path[PROC_PATH];
    snprintf(path, sizeof(path), "/proc/%.20s/%s", process, what);
    return opendir(path);
}

/** The text of a small file of a process, cut at its first line. */
static void read_line(const char *process, const char *what, char *line, size_t size)
{
    char path[PROC_PATH];
    snprintf(path, sizeof(path), "/proc/%.20s/%.30s", process, what);
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, line, size - 1);
    line[length > 0 ? length : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

/** Whether a descriptor is open for writing: the second line of its fdinfo has its flags. */
static bool is_for_writing(const char *process, const char *descriptor)
{
    char path[PROC_PATH];
    unsigned flags = O_RDONLY;
    snprintf(path, sizeof(path), "/proc/%.20s/fdinfo/%.20s", process, descriptor);
    FILE *info = fopen(path, "re");
    if (!info)
        return false;
    bool is_read = fscanf(info, "pos: %*s flags: %o", &flags) == 1;
    fclose(info);
    return is_read && (flags & O_ACCMODE) != O_RDONLY;
}

static bool writes_to(const char *process, const struct inode *file)
{
    bool found = false;
    DIR *descriptors = open_below_proc(process, "fd");
    const struct dirent *entry;
    while (descriptors && !found && (entry = readdir(descriptors)) != NULL) {
        struct inode its;
        found = is_number(entry->d_name) &&
                inode_at(dirfd(descriptors), entry->d_name, &its) == 0 && inode_equal(&its, file) &&
                is_for_writing(process, entry->d_name);
    }
    if (descriptors)
        closedir(descriptors);
    return found;
}

static void add_writer(const char *process, struct str *out)
{
    char name[32], path[PROC_PATH], user[ACCOUNT_NAME] = "?";
    struct stat owner;
    read_line(process, "comm", name, sizeof(name));
    snprintf(path, sizeof(path), "/proc/%.20s", process);
    if (stat(path, &owner) == 0)
        account_user(owner.st_uid, user);
    str_printf(out, "%s%s (process %s of %s)", out->length ? ", " : "", name, process, user);
}

char *writers_find(const struct inode *file)
{
    struct str out = STR_INIT(1000);
    DIR *processes = opendir("/proc");
    const struct dirent *entry;
    int count = 0;
    while (processes && count < WRITERS_NAMED_MAX && (entry = readdir(processes)) != NULL) {
        if (!is_other_process(entry->d_name) || !writes_to(entry->d_name, file))
            continue;
        add_writer(entry->d_name, &out);
        count++;
    }
    if (processes)
        closedir(processes);
    return count ? str_take(&out) : NULL;
}
