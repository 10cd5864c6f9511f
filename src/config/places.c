/** Places against each other: folders, archives, and what the program keeps for itself. */
#include "places.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/config/setting.h"
#include "closedrop/config/tree.h"
#include "closedrop/files/inode.h"
#include "closedrop/files/path.h"

#include <string.h>

/** What the checks of places go by. */
struct places {
    struct settings *settings;
    const struct config *config;
    bool are_found; /* on the disk, too */
};

/** Whether `path` lies in `directory`: as it is spelled, or as it is found on the disk. */
static bool lies_in(const struct places *places, const char *path, const char *directory)
{
    bool is_spelled_out = !strstr(path, "/..");
    return (is_spelled_out && path_is_within(path, directory)) ||
           (places->are_found && inode_holds(directory, path));
}

/** The first of `count` folders that lies in this one, or this one in it. */
static const struct folder *overlapping(const struct places *places, const char *path, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct folder *other = &places->config->folders[i];
        if (*other->path &&
            (lies_in(places, path, other->path) || lies_in(places, other->path, path)))
            return other;
    }
    return NULL;
}

static void check_against_earlier(const struct places *places, struct setting *group, size_t index)
{
    const struct config *config = places->config;
    const struct folder *folder = &config->folders[index];
    const struct folder *other = *folder->path ? overlapping(places, folder->path, index) : NULL;
    if (other)
        setting_problem(places->settings, group, "path",
            "\"%s\" and \"%s\" are one inside the other; drop folders must not be nested",
            folder->path, other->path);
    for (size_t i = 0; i < index; i++)
        if (*folder->path && strcmp(folder->name, config->folders[i].name) == 0)
            setting_problem(places->settings, group, "name",
                "\"%s\" is already the name of another folder; each needs its own, e.g. name = "
                "\"%s-2\";",
                folder->name, folder->name);
}

static void tell_inside(const struct places *places, struct setting *group, const char *key,
    const char *path, const struct folder *folder)
{
    setting_problem(places->settings, group, key,
        "\"%s\" is inside the drop folder \"%s\"; put it elsewhere", path, folder->path);
}

/** A path of ours, NULL or "" for none, may lie in no folder. */
static void check_outside(
    const struct places *places, struct setting *group, const char *key, const char *path)
{
    for (size_t i = 0; path && *path && i < places->config->folder_count; i++) {
        const struct folder *folder = &places->config->folders[i];
        if (*folder->path && lies_in(places, path, folder->path))
            tell_inside(places, group, key, path, folder);
    }
}

/** Whether the place below `folder` is, or is in, another folder that is mounted there. */
static bool leads_into(const struct folder *folder, const char *place, const struct folder *other)
{
    CLEANUP(free_text) char *path = path_join(folder->path, place);
    return path && !inode_holds(other->path, folder->path) && inode_holds(other->path, path);
}

/** Where finished files go: an absolute place in no folder, a relative one in no other. */
static void check_destination(const struct places *places, struct setting *group, const char *key,
    const struct folder *folder, const char *place)
{
    if (*place == '/')
        check_outside(places, group, key, place);
    else
        for (size_t i = 0; places->are_found && i < places->config->folder_count; i++)
            if (leads_into(folder, place, &places->config->folders[i]))
                tell_inside(places, group, key, place, &places->config->folders[i]);
}

static void check_files_outside(const struct places *places)
{
    const struct config *config = places->config;
    struct setting *root = settings_root(places->settings);
    struct setting *close = setting_group(places->settings, root, "close");
    check_outside(places, root, "state_dir", config->state_dir);
    check_outside(places, root, "control_socket", config->control_socket);
    check_outside(places, close, "api_key_file", config->close.api_key_file);
    check_outside(places, close, "ca_file", config->close.ca_file);
    for (size_t i = 0; i < config->rule_count; i++) {
        struct setting *rule = setting_list_group(places->settings, root, "rules", i);
        check_outside(places, rule, "table", config->rules[i].table);
    }
}

static void check_folder_places(const struct places *places)
{
    const struct config *config = places->config;
    struct setting *root = settings_root(places->settings);
    for (size_t i = 0; i < config->folder_count; i++) {
        const struct folder *folder = &config->folders[i];
        struct setting *group = setting_list_group(places->settings, root, "folders", i);
        check_against_earlier(places, group, i);
        check_destination(places, group, "archive", folder, folder->archive);
        check_destination(places, group, "failed", folder, folder->failed);
        if (*folder->path && lies_in(places, config->file, folder->path))
            setting_problem(places->settings, group, "path",
                "\"%s\" contains this configuration file; move the file elsewhere", folder->path);
    }
}

void places_check(struct settings *settings, const struct config *config, bool found)
{
    const struct places places = {settings, config, found};
    check_folder_places(&places);
    check_files_outside(&places);
}
