#include "closedrop/config/own_files.h"

#include "closedrop/base/shortage.h"
#include "closedrop/files/inode.h"
#include "closedrop/files/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* ---- files ---- */

static bool is_at(const char *path, const struct inode *inode)
{
    struct inode there;
    return path && *path && inode_at(AT_FDCWD, path, &there) == 0 && inode_equal(&there, inode);
}

/** All that lies directly in state_dir is the queue's. */
static int is_in_state_dir(const struct config *config, const struct inode *inode)
{
    DIR *entries = opendir(config->state_dir);
    if (!entries)
        return is_shortage(errno) ? -errno : 0;
    const struct dirent *entry;
    bool found = false;
    while (!found && (entry = readdir(entries)) != NULL) {
        struct inode there;
        found = inode_at(dirfd(entries), entry->d_name, &there) == 0 && inode_equal(&there, inode);
    }
    closedir(entries);
    return found;
}

int own_file(const struct config *config, int fd)
{
    const char *const files[] = {config->file, config->close.api_key_file, config->close.ca_file};
    struct inode inode;
    int result = inode_of(fd, &inode);
    if (result < 0)
        return result;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        if (is_at(files[i], &inode))
            return 1;
    for (size_t i = 0; i < config->rule_count; i++)
        if (is_at(config->rules[i].table, &inode))
            return 1;
    return is_in_state_dir(config, &inode);
}

/* ---- directories ---- */

/** A place up to the first part that changes: "/srv/Uploaded" of "/srv/Uploaded/%Y-%m". */
static bool begins_at(const struct folder *folder, const char *place, const struct inode *inode)
{
    char path[2 * PATH_LENGTH_MOST];
    size_t fixed = strcspn(place, "%");
    while (place[fixed] && fixed && place[fixed - 1] != '/')
        fixed--;
    bool is_absolute = *place == '/';
    snprintf(path, sizeof(path), "%s%s%.*s", is_absolute ? "" : folder->path,
        is_absolute ? "" : "/", (int)fixed, place);
    return is_at(path, inode);
}

/** What of `other` begins at this directory, which lies in `folder` or is its root; or NULL. */
static const char *role_in(
    const struct folder *other, const struct folder *folder, const struct inode *inode)
{
    if (begins_at(other, other->archive, inode))
        return "the archive";
    if (begins_at(other, other->failed, inode))
        return "the place for failed files";
    bool is_itself = other == folder || (other > folder && is_at(folder->path, inode));
    return !is_itself && is_at(other->path, inode) ? "the root" : NULL;
}

bool own_directory(const struct config *config, const struct folder *folder, int fd,
    char words[OWN_DIRECTORY_MOST])
{
    struct inode inode;
    if (inode_of(fd, &inode) < 0)
        return false;
    for (size_t i = 0; i < config->folder_count; i++) {
        const struct folder *other = &config->folders[i];
        const char *role = role_in(other, folder, &inode);
        if (role) {
            snprintf(words, OWN_DIRECTORY_MOST, "%s of the folder \"%s\"", role, other->name);
            return true;
        }
    }
    snprintf(words, OWN_DIRECTORY_MOST, "state_dir");
    return is_at(config->state_dir, &inode);
}
