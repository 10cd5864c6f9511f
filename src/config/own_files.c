/** The program's own files and directories, looked up each time and compared by device and inode.
 */
#include "closedrop/config/own_files.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/files/entries.h"
#include "closedrop/files/identity.h"
#include "closedrop/files/inode.h"
#include "closedrop/files/mounts.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- files ---- */

/** A file that the configuration names, as it was when it was last seen there. */
struct own {
    const char *path; /* the configuration's */
    struct file_state state;
};

struct own_files {
    pthread_mutex_t lock; /* both threads look */
    struct mounts *mounts;
    struct entries state_dir; /* all that lies directly there is the queue's */
    size_t count;
    struct own files[];
};

static void add_file(struct own_files *own_files, const char *path)
{
    if (path && *path)
        own_files->files[own_files->count++].path = path;
}

int own_files_make(struct config *config)
{
    const char *const named[] = {config->file, config->close.api_key_file,
        config->close.access_token_file, config->close.client_secret_file, config->close.ca_file,
        config->alert.login_file, config->alert.ping_file, config->http.token_file,
        config->http.read_token_file, config->people.file};
    size_t most = COUNT(named) + config->rule_count;
    struct own_files *own_files =
        calloc(1, sizeof(*own_files) + most * sizeof(own_files->files[0]));
    if (!own_files)
        return -ENOMEM;
    pthread_mutex_init(&own_files->lock, NULL);
    own_files->mounts = mounts_new();
    if (!own_files->mounts) {
        own_files_free(own_files);
        return -ENOMEM;
    }
    for (size_t i = 0; i < COUNT(named); i++)
        add_file(own_files, named[i]);
    for (size_t i = 0; i < config->rule_count; i++)
        add_file(own_files, config->rules[i].table);
    config->own_files = own_files;
    return 0;
}

void own_files_free(struct own_files *own_files)
{
    if (!own_files)
        return;
    mounts_free(own_files->mounts);
    entries_release(&own_files->state_dir);
    pthread_mutex_destroy(&own_files->lock);
    free(own_files);
}

/** Whether a path must not be touched: it is on a file system that can hang. No file on `device` is
 * there. Call it with the lock. */
static bool is_out_of_reach(struct own_files *own_files, const char *path, dev_t device)
{
    dev_t other;
    return mounts_may_hang(own_files->mounts, path, &other) && other != device;
}

/** Find out what is at its path now; 0 or a negative errno. */
static int see(struct own *own)
{
    struct inode inode;
    int result = inode_at(AT_FDCWD, own->path, &inode);
    if (result < 0 || inode_equal(&inode, &own->state.inode))
        return result;
    CLEANUP(close_fd) int path_fd = open(own->path, O_PATH | O_CLOEXEC);
    if (path_fd >= 0)
        (void)file_state_read(path_fd, &own->state);
    return 0;
}

void own_files_see(const struct config *config)
{
    struct own_files *own_files = config->own_files;
    pthread_mutex_lock(&own_files->lock);
    mounts_follow(own_files->mounts);
    for (size_t i = 0; i < own_files->count; i++)
        if (!is_out_of_reach(own_files, own_files->files[i].path, 0))
            (void)see(&own_files->files[i]);
    pthread_mutex_unlock(&own_files->lock);
}

/** Whether it is the file at its path, or one that was moved from there with nothing in its
 * place. */
static bool is_named_file(
    struct own_files *own_files, const struct inode *inode, const struct identity *identity)
{
    bool found = false;
    pthread_mutex_lock(&own_files->lock);
    mounts_follow(own_files->mounts);
    for (size_t i = 0; i < own_files->count && !found; i++) {
        struct own *own = &own_files->files[i];
        if (!is_out_of_reach(own_files, own->path, inode->device))
            found = see(own) == 0 ? inode_equal(&own->state.inode, inode)
                                  : identity_same_file(&own->state.identity, identity);
    }
    pthread_mutex_unlock(&own_files->lock);
    return found;
}

static void follow_mounts(struct own_files *own_files)
{
    pthread_mutex_lock(&own_files->lock);
    mounts_follow(own_files->mounts);
    pthread_mutex_unlock(&own_files->lock);
}

static bool is_at(const struct config *config, const char *path, const struct inode *inode)
{
    struct inode there;
    struct own_files *own_files = config->own_files;
    if (!path || !*path)
        return false;
    pthread_mutex_lock(&own_files->lock);
    bool is_elsewhere = is_out_of_reach(own_files, path, inode->device);
    pthread_mutex_unlock(&own_files->lock);
    return !is_elsewhere && inode_at(AT_FDCWD, path, &there) == 0 && inode_equal(&there, inode);
}

static int is_in_state_dir(const struct config *config, const struct inode *inode)
{
    struct own_files *own_files = config->own_files;
    pthread_mutex_lock(&own_files->lock);
    int result = entries_hold(&own_files->state_dir, config->state_dir, inode);
    pthread_mutex_unlock(&own_files->lock);
    return result;
}

int own_file(const struct config *config, const struct file_state *state)
{
    if (is_named_file(config->own_files, &state->inode, &state->identity))
        return 1;
    return is_in_state_dir(config, &state->inode);
}

/* ---- directories ---- */

/** A place up to the first part that changes: "/srv/Uploaded" of "/srv/Uploaded/%Y-%m". */
static bool begins_at(const struct config *config, const struct folder *folder, const char *place,
    const struct inode *inode)
{
    char path[2 * PATH_LENGTH_MAX];
    size_t fixed = strcspn(place, "%");
    while (place[fixed] && fixed && place[fixed - 1] != '/')
        fixed--;
    bool is_absolute = *place == '/';
    snprintf(path, sizeof(path), "%s%s%.*s", is_absolute ? "" : folder->path,
        is_absolute ? "" : "/", (int)fixed, place);
    return is_at(config, path, inode);
}

/** What of `other` begins at this directory, which is in `folder` or is its root; or NULL. */
static const char *role_in(const struct config *config, const struct folder *other,
    const struct folder *folder, const struct inode *inode)
{
    if (begins_at(config, other, other->archive, inode))
        return "the archive";
    if (begins_at(config, other, other->failed, inode))
        return "the directory for failed files";
    bool is_itself = other == folder || (other > folder && is_at(config, folder->path, inode));
    return !is_itself && is_at(config, other->path, inode) ? "the root" : NULL;
}

bool own_directory(
    const struct config *config, const struct folder *folder, int fd, char words[OWN_DIRECTORY_MAX])
{
    struct inode inode;
    if (inode_of(fd, &inode) < 0)
        return false;
    follow_mounts(config->own_files);
    for (size_t i = 0; i < config->folder_count; i++) {
        const struct folder *other = &config->folders[i];
        const char *role = role_in(config, other, folder, &inode);
        if (role) {
            snprintf(words, OWN_DIRECTORY_MAX, "%s of the folder \"%s\"", role, other->name);
            return true;
        }
    }
    snprintf(words, OWN_DIRECTORY_MAX, "state_dir");
    return is_at(config, config->state_dir, &inode);
}
