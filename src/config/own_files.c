/** The program's own files and directories, looked up each time and compared by device and inode.
 */
#include "closedrop/config/own_files.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/turn.h"
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

/** When something was found out, and for files on which device: what is out of reach depends on it.
 */
struct finding {
    uint64_t turn;
    dev_t device;
};

/** A file that the configuration names, as it was when it was last seen there. */
struct own {
    const char *path; /* the configuration's */
    struct file_state state;
    enum { OWN_IS_THERE, OWN_IS_AWAY, OWN_IS_OUT_OF_REACH } where;
};

/** A directory that is not a folder's own. */
struct place {
    bool is_there; /* and can be reached */
    struct inode inode;
};

/** What begins in a directory, for each folder. */
enum role { ROLE_ARCHIVE, ROLE_FAILED, ROLE_ROOT, ROLES };

struct own_files {
    pthread_mutex_t lock; /* both threads look */
    struct mounts *mounts;
    struct finding files_found;
    struct entries state_dir; /* all that lies directly there is the queue's */
    struct finding places_found;
    struct place *places; /* ROLES of each folder, and state_dir */
    size_t count;
    struct own files[];
};

static bool is_current(const struct finding *finding, dev_t device)
{
    return turn_is_current(finding->turn) && finding->device == device;
}

/** Whether a path must not be touched: it is on a file system that can hang. No file on `device` is
 * there. */
static bool is_out_of_reach(struct own_files *own_files, const char *path, dev_t device)
{
    dev_t other;
    return mounts_may_hang(own_files->mounts, path, &other) && other != device;
}

/* ---- made and freed ---- */

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
    own_files->places = calloc(ROLES * config->folder_count + 1, sizeof(struct place));
    if (!own_files->mounts || !own_files->places) {
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
    free(own_files->places);
    pthread_mutex_destroy(&own_files->lock);
    free(own_files);
}

/* ---- files ---- */

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

static void see_all(struct own_files *own_files, dev_t device)
{
    mounts_follow(own_files->mounts);
    for (size_t i = 0; i < own_files->count; i++) {
        struct own *own = &own_files->files[i];
        if (is_out_of_reach(own_files, own->path, device))
            own->where = OWN_IS_OUT_OF_REACH;
        else
            own->where = see(own) == 0 ? OWN_IS_THERE : OWN_IS_AWAY;
    }
}

void own_files_see(const struct config *config)
{
    struct own_files *own_files = config->own_files;
    pthread_mutex_lock(&own_files->lock);
    own_files->files_found.turn = 0;
    see_all(own_files, 0);
    pthread_mutex_unlock(&own_files->lock);
}

/** Look once a turn; 0 or a negative errno. */
static int find_files(struct own_files *own_files, const char *state_dir, dev_t device)
{
    if (is_current(&own_files->files_found, device))
        return 0;
    see_all(own_files, device);
    int result = entries_follow(&own_files->state_dir, state_dir);
    own_files->files_found = (struct finding){result < 0 ? 0 : turn_number(), device};
    return result;
}

/** Whether it is the file at its path, or one that was moved from there with nothing in its
 * place. */
static bool is_named_file(const struct own_files *own_files, const struct file_state *state)
{
    for (size_t i = 0; i < own_files->count; i++) {
        const struct own *own = &own_files->files[i];
        bool is_it = own->where == OWN_IS_THERE
                         ? inode_equal(&own->state.inode, &state->inode)
                         : own->where == OWN_IS_AWAY &&
                               identity_same_file(&own->state.identity, &state->identity);
        if (is_it)
            return true;
    }
    return false;
}

int own_file(const struct config *config, const struct file_state *state)
{
    struct own_files *own_files = config->own_files;
    pthread_mutex_lock(&own_files->lock);
    int result = find_files(own_files, config->state_dir, state->inode.device);
    if (is_named_file(own_files, state))
        result = 1;
    else if (result == 0)
        result = entries_hold(&own_files->state_dir, &state->inode);
    pthread_mutex_unlock(&own_files->lock);
    return result;
}

/* ---- directories ---- */

static struct place look_at(struct own_files *own_files, const char *path, dev_t device)
{
    struct place place = {.is_there = false};
    if (path && *path && !is_out_of_reach(own_files, path, device))
        place.is_there = inode_at(AT_FDCWD, path, &place.inode) == 0;
    return place;
}

/** A place up to the first part that changes: "/srv/Uploaded" of "/srv/Uploaded/%Y-%m". */
static struct place look_where_begins(
    struct own_files *own_files, const struct folder *folder, const char *place, dev_t device)
{
    char path[2 * PATH_LENGTH_MAX];
    size_t fixed = strcspn(place, "%");
    while (place[fixed] && fixed && place[fixed - 1] != '/')
        fixed--;
    bool is_absolute = *place == '/';
    snprintf(path, sizeof(path), "%s%s%.*s", is_absolute ? "" : folder->path,
        is_absolute ? "" : "/", (int)fixed, place);
    return look_at(own_files, path, device);
}

/** Look once a turn: there may be hundreds of folders, and this is asked about each directory. */
static void find_places(const struct config *config, dev_t device)
{
    struct own_files *own_files = config->own_files;
    struct place *places = own_files->places;
    if (is_current(&own_files->places_found, device))
        return;
    mounts_follow(own_files->mounts);
    for (size_t i = 0; i < config->folder_count; i++, places += ROLES) {
        const struct folder *folder = &config->folders[i];
        places[ROLE_ARCHIVE] = look_where_begins(own_files, folder, folder->archive, device);
        places[ROLE_FAILED] = look_where_begins(own_files, folder, folder->failed, device);
        places[ROLE_ROOT] = look_at(own_files, folder->path, device);
    }
    *places = look_at(own_files, config->state_dir, device);
    own_files->places_found = (struct finding){turn_number(), device};
}

static bool is_at(const struct place *place, const struct inode *inode)
{
    return place->is_there && inode_equal(&place->inode, inode);
}

/** What of a folder begins at the directory; or NULL. Of a root that two folders share, only the
 * second finds the first's. */
static const char *role_at(const struct place *places, const struct inode *inode, bool is_itself)
{
    if (is_at(&places[ROLE_ARCHIVE], inode))
        return "the archive";
    if (is_at(&places[ROLE_FAILED], inode))
        return "the directory for failed files";
    return !is_itself && is_at(&places[ROLE_ROOT], inode) ? "the root" : NULL;
}

/** The same for all folders, and state_dir. */
static bool describe(const struct config *config, const struct folder *folder,
    const struct inode *inode, char words[OWN_DIRECTORY_MAX])
{
    const struct place *places = config->own_files->places;
    const struct place *own = &places[ROLES * (size_t)(folder - config->folders)];
    bool is_own_root = is_at(&own[ROLE_ROOT], inode);
    for (size_t i = 0; i < config->folder_count; i++, places += ROLES) {
        const struct folder *other = &config->folders[i];
        bool is_itself = other == folder || (other > folder && is_own_root);
        const char *role = role_at(places, inode, is_itself);
        if (role) {
            snprintf(words, OWN_DIRECTORY_MAX, "%s of the folder \"%s\"", role, other->name);
            return true;
        }
    }
    snprintf(words, OWN_DIRECTORY_MAX, "state_dir");
    return is_at(places, inode);
}

bool own_directory(
    const struct config *config, const struct folder *folder, int fd, char words[OWN_DIRECTORY_MAX])
{
    struct inode inode;
    if (inode_of(fd, &inode) < 0)
        return false;
    struct own_files *own_files = config->own_files;
    pthread_mutex_lock(&own_files->lock);
    find_places(config, inode.device);
    bool is_own = describe(config, folder, &inode, words);
    pthread_mutex_unlock(&own_files->lock);
    return is_own;
}
