/* The tree of the configuration: found, read section by section, checked as a whole, held and
 * released. */
#include "closedrop/config/config.h"

#include "rule_reader.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/base/url.h"
#include "closedrop/config/never_fits.h"
#include "closedrop/config/own_files.h"
#include "closedrop/config/setting.h"
#include "closedrop/files/inode.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SYSTEM_FILE "/etc/closedrop/closedrop.conf"
#define BANDWIDTH_LEAST (8 * 1024)
/** Of what may leave in a day: more is no limit. */
#define GUARD_MOST 1000000

static const char *const watch_names[WATCH_MODES] = {"auto", "inotify", "poll"};
static const char *const duplicate_names[DUPLICATES_CHOICES] = {"ask", "file", "skip"};
static const char *const after_names[AFTER_CHOICES] = {"archive", "delete", "keep"};

/** A directory of the user who runs us: $VARIABLE, else his home and `below_home`. */
static char *user_directory(const char *variable, const char *below_home)
{
    const char *set = getenv(variable);
    if (set && *set == '/')
        return strdup(set);
    const char *home = getenv("HOME");
    if (!home || *home != '/') {
        const struct passwd *user = getpwuid(getuid());
        home = user ? user->pw_dir : "/";
    }
    return str_format("%s/%s", home, below_home);
}

char *config_locate(const char *given)
{
    if (given)
        return strdup(given);
    const char *set = getenv("CLOSEDROP_CONFIG");
    if (set && *set)
        return strdup(set);
    if (getuid() != 0) {
        char *directory = user_directory("XDG_CONFIG_HOME", ".config");
        char *own = directory ? str_format("%s/closedrop/closedrop.conf", directory) : NULL;
        free(directory);
        if (own && access(own, F_OK) == 0)
            return own;
        free(own);
    }
    return strdup(SYSTEM_FILE);
}

static char *default_state_dir(bool of_system)
{
    if (of_system)
        return strdup("/var/lib/closedrop");
    char *directory = user_directory("XDG_STATE_HOME", ".local/state");
    char *state = directory ? str_format("%s/closedrop", directory) : NULL;
    free(directory);
    return state;
}

static char *default_socket(bool of_system, const char *state_dir)
{
    if (of_system)
        return strdup("/run/closedrop/control.sock");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime && *runtime == '/')
        return str_format("%s/closedrop/control.sock", runtime);
    return str_format("%s/control.sock", state_dir);
}

/** Make a path of the file absolute: relative ones are relative to the configuration file. */
static char *absolute(struct settings *settings, const char *file, char *path)
{
    if (!path || !*path)
        return path;
    char *directory = path_directory(file);
    char *whole = directory ? path_normal(directory, path) : NULL;
    if (!whole)
        settings_set_short(settings);
    free(directory);
    free(path);
    return whole;
}

static void check_api_url(
    struct settings *settings, struct setting *group, struct close_settings *close)
{
    struct url url;
    if (url_parse(close->api_url, &url) < 0 || strpbrk(close->api_url, "?#"))
        setting_problem(settings, group, "api_url",
            "\"%s\" is no plain https URL; Close's own is \"https://api.close.com/api/v1/\"",
            close->api_url);
    else if (!url.secure && !url_is_loopback(&url))
        setting_problem(settings, group, "api_url",
            "would send the API key in the clear; use https:// (http is for this machine only)");
    size_t length = strlen(close->api_url);
    if (length && close->api_url[length - 1] != '/') {
        char *whole = str_format("%s/", close->api_url);
        free(close->api_url);
        close->api_url = whole;
    }
}

static void read_close(struct settings *settings, struct config *config)
{
    static const char *const amazon[] = {"*.amazonaws.com", NULL};
    struct setting *group = setting_group(settings, settings_root(settings), "close");
    struct close_settings *close = &config->close;
    close->api_url = setting_text(settings, group, "api_url", "https://api.close.com/api/v1/");
    close->api_key_file =
        absolute(settings, config->file, setting_text(settings, group, "api_key_file", NULL));
    close->key_line = setting_line(group, "api_key_file");
    close->ca_line = setting_line(group, "ca_file");
    close->upload_hosts = setting_texts(settings, group, "upload_hosts", amazon);
    close->ca_file = absolute(settings, config->file, setting_text(settings, group, "ca_file", ""));
    close->proxy = setting_text(settings, group, "proxy", "");
    if (close->api_url)
        check_api_url(settings, group, close);
    if (close->upload_hosts && !close->upload_hosts[0])
        setting_problem(settings, group, "upload_hosts",
            "names no host, so nothing could be uploaded; leave it out for \"*.amazonaws.com\"");
}

/** What may leave the house (product.md 4). */
static void read_guard(struct settings *settings, struct setting *group, struct guard_limits *guard)
{
    struct setting *sends = setting_group(settings, group, "sends");
    guard->ask_above = setting_int(settings, group, "ask_above", 100, 0, GUARD_MOST);
    guard->per_hour = setting_int(settings, sends, "per_hour", 0, 0, GUARD_MOST);
    guard->per_day = setting_int(settings, sends, "per_day", 0, 0, GUARD_MOST);
    guard->gap_ms = setting_duration(settings, sends, "gap", "0", "0", "24h");
}

static void read_limits(struct settings *settings, struct config *config)
{
    struct setting *group = setting_group(settings, settings_root(settings), "limits");
    struct limits *limits = &config->limits;
    limits->transfers = setting_int(settings, group, "transfers", 8, 1, 64);
    limits->bandwidth = setting_size(settings, group, "bandwidth", "0");
    limits->max_attempts = setting_int(settings, group, "max_attempts", 10, 1, 1000);
    limits->retry_first_ms = setting_duration(settings, group, "retry_first", "1s", "1ms", "1h");
    limits->retry_max_ms = setting_duration(settings, group, "retry_max", "1h", "1ms", "7d");
    limits->timeout_ms = setting_duration(settings, group, "timeout", "60s", "100ms", "1h");
    limits->doubt_ms = setting_duration(settings, group, "doubt", "2m", "10ms", "1d");
    limits->max_sent = setting_size(settings, group, "max_sent", "25M");
    limits->max_attached = setting_size(settings, group, "max_attached", "0");
    read_guard(settings, group, &limits->guard);
    if (limits->bandwidth && limits->bandwidth < BANDWIDTH_LEAST)
        setting_problem(settings, group, "bandwidth",
            "less than \"8K\" a second is too slow for S3, which closes connections that are "
            "still; "
            "\"0\" is no limit");
    if (limits->retry_first_ms > limits->retry_max_ms)
        setting_problem(settings, group, "retry_first", "must not be longer than retry_max");
}

static void read_log(struct settings *settings, struct config *config)
{
    struct setting *group = setting_group(settings, settings_root(settings), "log");
    config->log_level = (enum log_level)setting_choice(
        settings, group, "level", log_level_names, LOG_LEVELS, LOG_LEVEL_INFO);
    config->log_format = (enum log_format)setting_choice(
        settings, group, "format", log_format_names, LOG_FORMATS, LOG_FORMAT_TEXT);
}

/** Where finished files go: relative ones begin with a fixed name, so that it is never watched. */
static void check_place(
    struct settings *settings, struct setting *group, const char *key, const char *place)
{
    char expanded[PATH_LENGTH_MOST];
    struct tm day = {.tm_year = 126, .tm_mon = 10, .tm_mday = 22};
    size_t first = strcspn(place, "/");
    if (*place == '/')
        return;
    if (!path_is_plain_relative(place) || *place == '.')
        setting_problem(settings, group, key,
            "\"%s\" must be a plain path below the folder (or an absolute one), e.g. \"Uploaded\"",
            place);
    else if (memchr(place, '%', first))
        setting_problem(settings, group, key,
            "\"%s\" must begin with a fixed directory name, e.g. \"Uploaded/%%Y-%%m\"", place);
    else if (!strftime(expanded, sizeof(expanded), place, &day))
        setting_problem(settings, group, key, "\"%s\" is no strftime(3) pattern", place);
}

/** One marker for each file, or one file name for all of a directory. */
static bool is_marker(const char *marker)
{
    if (path_marker_is_of_batch(marker)) {
        const char *name = marker + strlen(BATCH_MARKER);
        return path_is_plain_relative(name) && !strpbrk(name, "/{}");
    }
    return (strstr(marker, "{name}") || strstr(marker, "{stem}")) && !strchr(marker, '/');
}

static void check_marker(struct settings *settings, struct setting *group, const char *marker)
{
    if (*marker && !is_marker(marker))
        setting_problem(settings, group, "marker",
            "\"%s\" must be a file name with {name} or {stem} in it, e.g. \"{name}.done\", or "
            "{dir}/ and the name of one marker for all files of a directory, e.g. \"{dir}/READY\"",
            marker);
}

static void read_folder_sizes(
    struct settings *settings, struct setting *group, struct folder *folder)
{
    folder->min_size = setting_size(settings, group, "min_size", "1");
    folder->max_size = setting_size(settings, group, "max_size", "0");
    if (folder->max_size == 0 || folder->max_size > FILE_SIZE_MOST)
        folder->max_size = FILE_SIZE_MOST;
    if (folder->min_size > folder->max_size)
        setting_problem(settings, group, "min_size", "must not be larger than max_size");
}

static void read_folder_name(
    struct settings *settings, struct setting *group, const char *file, struct folder *folder)
{
    folder->line = setting_line(group, "path");
    folder->path = absolute(settings, file, setting_text(settings, group, "path", NULL));
    if (!folder->path || !*folder->path) {
        setting_problem(settings, group, "path",
            "is missing; name the directory to watch, e.g. path = \"/srv/scans\";");
        free(folder->path);
        folder->path = strdup("");
    }
    const char *path = folder->path ? folder->path : "";
    folder->name = setting_text(settings, group, "name", path_name(path));
    if (folder->name && *path && (!*folder->name || strlen(folder->name) > 100))
        setting_problem(settings, group, "name", "must have 1 to 100 characters, e.g. \"scans\"");
}

static void check_pattern(struct settings *settings, struct setting *group, const char *key,
    const char *folder, const char *pattern)
{
    struct str why = STR_INIT(4096);
    if (never_fits(folder, pattern, strcmp(key, "include") == 0, &why))
        setting_problem(settings, group, key, "%s", str_text(&why));
    else if (pattern[strlen(pattern) - 1] == '/')
        setting_problem(settings, group, key,
            "\"%s\" fits nothing: a pattern begins and ends without a slash, e.g. \"private\" or "
            "\"private/*.pdf\"",
            pattern);
    str_release(&why);
}

/** Names, or paths from the folder on (fnmatch(3)): neither begins or ends with a slash. */
static char **read_patterns(
    struct settings *settings, struct setting *group, const char *key, const char *folder)
{
    char **patterns = setting_texts(settings, group, key, NULL);
    for (char *const *pattern = patterns; pattern && *pattern; pattern++)
        check_pattern(settings, group, key, folder ? folder : "", *pattern);
    return patterns;
}

static void read_folder(struct settings *settings, struct setting *group,
    const struct config *config, struct folder *folder)
{
    read_folder_name(settings, group, config->file, folder);
    read_folder_sizes(settings, group, folder);
    folder->recursive = setting_bool(settings, group, "recursive", true);
    folder->include = read_patterns(settings, group, "include", folder->path);
    folder->exclude = read_patterns(settings, group, "exclude", folder->path);
    folder->settle_ms = setting_duration(settings, group, "settle", "5s", "0", "1d");
    folder->incomplete_ms = setting_duration(settings, group, "incomplete", "15m", "0", "30d");
    folder->marker = setting_text(settings, group, "marker", "");
    folder->watch = (enum watch_mode)setting_choice(
        settings, group, "watch", watch_names, WATCH_MODES, WATCH_AUTO);
    folder->poll_ms = setting_duration(settings, group, "poll_interval", "10s", "100ms", "1d");
    folder->rescan_ms = setting_duration(settings, group, "rescan", "15m", "1s", "7d");
    folder->after_upload = (enum after_upload)setting_choice(
        settings, group, "after_upload", after_names, AFTER_CHOICES, AFTER_ARCHIVE);
    folder->archive = setting_text(settings, group, "archive", "Uploaded/%Y-%m");
    folder->failed = setting_text(settings, group, "failed", "Failed");
    folder->receipts = setting_bool(settings, group, "receipts", false);
    folder->remove_empty = setting_bool(settings, group, "remove_empty", false);
    if (folder->remove_empty && folder->after_upload == AFTER_KEEP)
        setting_problem(settings, group, "remove_empty",
            "means nothing with after_upload = \"keep\", which leaves every file where it is; take "
            "one of the two out");
    folder->duplicates = (enum duplicates)setting_choice(
        settings, group, "duplicates", duplicate_names, DUPLICATES_CHOICES, DUPLICATES_ASK);
    if (folder->archive)
        check_place(settings, group, "archive", folder->archive);
    if (folder->failed)
        check_place(settings, group, "failed", folder->failed);
    if (folder->marker)
        check_marker(settings, group, folder->marker);
    (void)read_folder_rules(settings, group, config, folder); /* memory: see is_whole() */
}

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
            "\"%s\" and \"%s\" lie one inside the other; each folder must stand alone",
            folder->path, other->path);
    for (size_t i = 0; i < index; i++)
        if (*folder->path && strcmp(folder->name, config->folders[i].name) == 0)
            setting_problem(places->settings, group, "name",
                "\"%s\" is the name of another folder; each needs its own, e.g. name = \"%s-2\";",
                folder->name, folder->name);
}

static void tell_inside(const struct places *places, struct setting *group, const char *key,
    const char *path, const struct folder *folder)
{
    setting_problem(places->settings, group, key,
        "\"%s\" lies inside the drop folder \"%s\"; put it elsewhere", path, folder->path);
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
                "\"%s\" holds this configuration file; put the file elsewhere", folder->path);
    }
}

/** Whether no copy failed for want of memory. */
static bool is_whole(const struct config *config)
{
    const struct close_settings *close = &config->close;
    bool whole = config->state_dir && config->control_socket && close->api_url &&
                 close->upload_hosts && close->ca_file && close->proxy && config->folders &&
                 config->rules;
    for (size_t i = 0; whole && i < config->folder_count; i++) {
        const struct folder *f = &config->folders[i];
        whole = f->name && f->path && f->include && f->exclude && f->marker && f->archive &&
                f->failed && f->mark;
    }
    return whole;
}

static void read_folders(struct settings *settings, struct config *config)
{
    struct setting *root = settings_root(settings);
    size_t count = setting_list_length(settings, root, "folders");
    config->folders = calloc(count + 1, sizeof(*config->folders));
    if (!config->folders)
        return;
    for (; config->folder_count < count; config->folder_count++) {
        size_t i = config->folder_count;
        struct setting *group = setting_list_group(settings, root, "folders", i);
        read_folder(settings, group, config, &config->folders[i]);
    }
}

static void read_root(struct settings *settings, struct config *config)
{
    struct setting *root = settings_root(settings);
    bool of_system = str_starts_with(config->file, "/etc/");
    config->state_line = setting_line(root, "state_dir");
    config->state_dir =
        absolute(settings, config->file, setting_text(settings, root, "state_dir", NULL));
    if (!config->state_dir)
        config->state_dir = default_state_dir(of_system);
    config->control_socket =
        absolute(settings, config->file, setting_text(settings, root, "control_socket", NULL));
    if (!config->control_socket && config->state_dir)
        config->control_socket = default_socket(of_system, config->state_dir);

    struct sockaddr_un address;
    if (config->control_socket && strlen(config->control_socket) >= sizeof(address.sun_path))
        setting_problem(settings, root, "control_socket",
            "\"%s\" is longer than the %zu bytes a socket's path may have; choose a shorter one",
            config->control_socket, sizeof(address.sun_path) - 1);
}

static void read_all(struct settings *settings, struct config *config, enum config_places compared)
{
    read_root(settings, config);
    read_close(settings, config);
    read_limits(settings, config);
    if (!read_rules(settings, config)) /* no memory: told by config_load() */
        return;
    read_folders(settings, config);
    read_log(settings, config);
    if (is_whole(config)) {
        const struct places places = {settings, config, compared == CONFIG_PLACES_FOUND};
        check_folder_places(&places);
        check_files_outside(&places);
        if (!config->folder_count)
            setting_problem(settings, settings_root(settings), "folders",
                "names no folder to watch; write folders = ( { path = \"/srv/scans\"; } );");
    }
    setting_report_rest(settings);
}

/** Where we are, for a configuration named by a relative path. */
static char *absolute_file(const char *file)
{
    char here[PATH_LENGTH_MOST + 1];
    if (*file == '/' || !getcwd(here, sizeof(here)))
        return strdup(file);
    return path_normal(here, file);
}

int config_load(
    const char *file, enum config_places places, struct config **ret_config, struct str *problems)
{
    struct config *config = calloc(1, sizeof(*config));
    struct settings *settings = NULL;
    if (!config)
        return -ENOMEM;
    atomic_init(&config->references, 1);
    config->file = absolute_file(file);

    int result = config->file ? settings_open(file, &settings) : -ENOMEM;
    if (result == 0) {
        read_all(settings, config, places);
        bool has_problems = settings_problem_count(settings) > 0;
        if (settings_are_short(settings) || (!has_problems && !is_whole(config)))
            result = -ENOMEM;
        else if (has_problems)
            result = -EINVAL;
        else
            result = own_files_make(config);
    }
    if (result == 0 && places == CONFIG_PLACES_FOUND)
        own_files_see(config);
    if (settings && result != -ENOMEM)
        str_add(problems, settings_problems(settings));
    settings_close(settings);
    if (result < 0)
        config_release(config);
    else
        *ret_config = config;
    return result;
}

struct config *config_hold(struct config *config)
{
    atomic_fetch_add(&config->references, 1);
    return config;
}

bool config_is_shared(const struct config *config)
{
    return atomic_load(&config->references) > 1;
}

static void release_folder(struct folder *folder)
{
    free(folder->name);
    free(folder->path);
    text_list_free(folder->include);
    text_list_free(folder->exclude);
    free(folder->marker);
    free(folder->archive);
    free(folder->failed);
    free(folder->rules);
    free(folder->mark);
}

void config_release(struct config *config)
{
    if (!config || atomic_fetch_sub(&config->references, 1) > 1)
        return;
    for (size_t i = 0; i < config->folder_count; i++)
        release_folder(&config->folders[i]);
    free(config->folders);
    for (size_t i = 0; i < config->rule_count; i++)
        rule_release(&config->rules[i]);
    free(config->rules);
    free(config->file);
    free(config->state_dir);
    free(config->control_socket);
    free(config->close.api_url);
    free(config->close.api_key_file);
    text_list_free(config->close.upload_hosts);
    free(config->close.ca_file);
    free(config->close.proxy);
    own_files_free(config->own_files);
    free(config);
}

const struct folder *config_folder(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->folder_count; i++)
        if (strcmp(config->folders[i].name, name) == 0)
            return &config->folders[i];
    return NULL;
}

const struct rule *config_rule(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->rule_count; i++)
        if (strcmp(config->rules[i].name, name) == 0)
            return &config->rules[i];
    return NULL;
}
