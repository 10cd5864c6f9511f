/** The directories of a configuration against each other: none may be inside another. */
#include "nesting.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/config/listen_address.h"
#include "closedrop/config/setting.h"
#include "closedrop/config/tree.h"
#include "closedrop/files/inode.h"
#include "closedrop/files/mounts.h"
#include "closedrop/files/path.h"

#include <string.h>

/** What the checks go by. */
struct nesting {
    struct settings *settings;
    const struct config *config;
    struct mounts *mounts; /* NULL: nothing is found on the disk */
};

/**
 * Whether `path` is found in `directory`. What is on a file system that can hang is not touched: it
 * can only be in a directory there, and its file process finds that out.
 */
static bool is_found_in(const struct nesting *nesting, const char *path, const char *directory)
{
    dev_t device;
    return nesting->mounts && !mounts_may_hang(nesting->mounts, path, &device) &&
           !mounts_may_hang(nesting->mounts, directory, &device) && inode_holds(directory, path);
}

/** Whether `path` is in `directory`: as it is spelled, or as it is found on the disk. */
static bool is_within(const struct nesting *nesting, const char *path, const char *directory)
{
    bool is_spelled_out = !strstr(path, "/..");
    return (is_spelled_out && path_is_within(path, directory)) ||
           is_found_in(nesting, path, directory);
}

/** The first of `count` folders that is in this one, or this one in it. */
static const struct folder *overlapping(
    const struct nesting *nesting, const char *path, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct folder *other = &nesting->config->folders[i];
        if (*other->path &&
            (is_within(nesting, path, other->path) || is_within(nesting, other->path, path)))
            return other;
    }
    return NULL;
}

static void check_against_earlier(
    const struct nesting *nesting, struct setting *group, size_t index)
{
    const struct config *config = nesting->config;
    const struct folder *folder = &config->folders[index];
    const struct folder *other = *folder->path ? overlapping(nesting, folder->path, index) : NULL;
    if (other)
        setting_problem(nesting->settings, group, "path",
            "\"%s\" and \"%s\" are one inside the other; drop folders must not be nested",
            folder->path, other->path);
    for (size_t i = 0; i < index; i++)
        if (*folder->path && strcmp(folder->name, config->folders[i].name) == 0)
            setting_problem(nesting->settings, group, "name",
                "\"%s\" is already the name of another folder; each needs its own, e.g. name = "
                "\"%s-2\";",
                folder->name, folder->name);
}

static void tell_inside(const struct nesting *nesting, struct setting *group, const char *key,
    const char *path, const struct folder *folder)
{
    setting_problem(nesting->settings, group, key,
        "\"%s\" is inside the drop folder \"%s\"; put it elsewhere", path, folder->path);
}

/** A path of ours, NULL or "" for none, must not be in any folder. */
static void check_outside(
    const struct nesting *nesting, struct setting *group, const char *key, const char *path)
{
    for (size_t i = 0; path && *path && i < nesting->config->folder_count; i++) {
        const struct folder *folder = &nesting->config->folders[i];
        if (*folder->path && is_within(nesting, path, folder->path))
            tell_inside(nesting, group, key, path, folder);
    }
}

/** Whether the directory below `folder` is, or is in, another folder that is mounted there. */
static bool leads_into(const struct nesting *nesting, const struct folder *folder,
    const char *destination, const struct folder *other)
{
    CLEANUP(free_text) char *path = path_join(folder->path, destination);
    return path && !is_found_in(nesting, folder->path, other->path) &&
           is_found_in(nesting, path, other->path);
}

/** Where finished files go: an absolute path in no folder, a relative one in no other. */
static void check_destination(const struct nesting *nesting, struct setting *group, const char *key,
    const struct folder *folder, const char *destination)
{
    if (*destination == '/')
        check_outside(nesting, group, key, destination);
    else
        for (size_t i = 0; i < nesting->config->folder_count; i++)
            if (leads_into(nesting, folder, destination, &nesting->config->folders[i]))
                tell_inside(nesting, group, key, destination, &nesting->config->folders[i]);
}

static void check_files_outside(const struct nesting *nesting)
{
    const struct config *config = nesting->config;
    struct setting *root = settings_root(nesting->settings);
    struct setting *close = setting_group(nesting->settings, root, "close");
    check_outside(nesting, root, "state_dir", config->state_dir);
    check_outside(nesting, root, "control_socket", config->control_socket);
    check_outside(nesting, close, "api_key_file", config->close.api_key_file);
    check_outside(nesting, close, "access_token_file", config->close.access_token_file);
    check_outside(nesting, setting_group(nesting->settings, close, "oauth"), "client_secret_file",
        config->close.client_secret_file);
    check_outside(nesting, close, "ca_file", config->close.ca_file);
    struct setting *http = setting_group(nesting->settings, root, "http");
    check_outside(nesting, http, "token_file", config->http.token_file);
    check_outside(nesting, http, "read_token_file", config->http.read_token_file);
    struct setting *alert = setting_group(nesting->settings, root, "alert");
    check_outside(nesting, alert, "smtp_login_file", config->alert.login_file);
    check_outside(nesting, alert, "ping_file", config->alert.ping_file);
    if (str_starts_with(config->http.listen, LISTEN_UNIX))
        check_outside(nesting, http, "listen", config->http.listen + strlen(LISTEN_UNIX));
    for (size_t i = 0; i < config->rule_count; i++) {
        struct setting *rule = setting_list_group(nesting->settings, root, "rules", i);
        check_outside(nesting, rule, "table", config->rules[i].table);
    }
}

static void check_folders(const struct nesting *nesting)
{
    const struct config *config = nesting->config;
    struct setting *root = settings_root(nesting->settings);
    for (size_t i = 0; i < config->folder_count; i++) {
        const struct folder *folder = &config->folders[i];
        struct setting *group = setting_list_group(nesting->settings, root, "folders", i);
        check_against_earlier(nesting, group, i);
        check_destination(nesting, group, "archive", folder, folder->archive);
        check_destination(nesting, group, "failed", folder, folder->failed);
        if (*folder->path && is_within(nesting, config->file, folder->path))
            setting_problem(nesting->settings, group, "path",
                "\"%s\" contains this configuration file; move the file elsewhere", folder->path);
    }
}

void nesting_check(struct settings *settings, const struct config *config, bool found)
{
    const struct nesting nesting = {settings, config, found ? mounts_new() : NULL};
    check_folders(&nesting);
    check_files_outside(&nesting);
    mounts_free(nesting.mounts);
}
