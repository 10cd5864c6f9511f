/** One configuration file into one tree: section by section, then checked as a whole. */
#include "closedrop/config/load.h"

#include "nesting.h"
#include "read_alerts.h"
#include "read_folder.h"
#include "read_people.h"
#include "read_rule.h"
#include "reader.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/base/url.h"
#include "closedrop/close/login.h"
#include "closedrop/config/config.h"
#include "closedrop/config/listen_address.h"
#include "closedrop/config/locate.h"
#include "closedrop/config/own_files.h"
#include "closedrop/config/setting.h"
#include "closedrop/files/mounts.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define BANDWIDTH_MIN (8 * 1024)
/** The most that can be allowed in a day: more would not be a limit. */
#define GUARD_MAX 1000000
#define DAY_MS (24LL * 3600 * 1000)

static void check_api_url(
    struct settings *settings, struct setting *group, struct close_settings *close)
{
    struct url url;
    if (url_parse(close->api_url, &url) < 0 || strpbrk(close->api_url, "?#"))
        setting_problem(settings, group, "api_url",
            "\"%s\" is not a plain https URL; Close's own is \"https://api.close.com/api/v1/\"",
            close->api_url);
    else if (!url.secure && !url_is_loopback(&url))
        setting_problem(settings, group, "api_url",
            "would send the API key unencrypted; use https:// (http is only allowed to this "
            "machine)");
    size_t length = strlen(close->api_url);
    if (length && close->api_url[length - 1] != '/') {
        char *whole = str_format("%s/", close->api_url);
        free(close->api_url);
        close->api_url = whole;
    }
}

/** An OAuth app, for which somebody logs in. */
static void read_oauth(
    struct settings *settings, struct setting *close_group, struct config *config)
{
    struct setting *group = setting_group(settings, close_group, "oauth");
    struct close_settings *close = &config->close;
    close->client_id = setting_text(settings, group, "client_id", NULL);
    close->client_secret_file = reader_absolute(
        settings, config->file, setting_text(settings, group, "client_secret_file", NULL));
    close->oauth_line = setting_line(group, "client_secret_file");
    if (!close->client_id && !close->client_secret_file)
        return;
    if (!close->client_id || !login_is_token(close->client_id, LOGIN_TEXT_MAX))
        setting_problem(settings, group, "client_id",
            "must be the client ID of the OAuth app (in Close: Settings, Developer, OAuth Apps)");
    if (!close->client_secret_file)
        setting_problem(settings, group, "client_secret_file",
            "is missing; name the file that contains the app's client secret");
    if (close->api_key_file || close->access_token_file)
        setting_problem(settings, close_group, "oauth",
            "is used in place of an API key or access token; remove it, or %s",
            close->api_key_file ? "api_key_file" : "access_token_file");
}

static void read_close(struct settings *settings, struct config *config)
{
    static const char *const amazon[] = {"*.amazonaws.com", NULL};
    struct setting *group = setting_group(settings, settings_root(settings), "close");
    struct close_settings *close = &config->close;
    close->api_url = setting_text(settings, group, "api_url", "https://api.close.com/api/v1/");
    close->api_key_file = reader_absolute(
        settings, config->file, setting_text(settings, group, "api_key_file", NULL));
    close->key_line = setting_line(group, "api_key_file");
    close->access_token_file = reader_absolute(
        settings, config->file, setting_text(settings, group, "access_token_file", NULL));
    close->token_line = setting_line(group, "access_token_file");
    if (close->api_key_file && close->access_token_file)
        setting_problem(settings, group, "access_token_file",
            "is used in place of an API key; remove it, or api_key_file");
    read_oauth(settings, group, config);
    close->ca_line = setting_line(group, "ca_file");
    close->upload_hosts = setting_texts(settings, group, "upload_hosts", amazon);
    close->ca_file =
        reader_absolute(settings, config->file, setting_text(settings, group, "ca_file", ""));
    close->proxy = setting_text(settings, group, "proxy", "");
    if (close->api_url)
        check_api_url(settings, group, close);
    if (close->upload_hosts && !close->upload_hosts[0])
        setting_problem(settings, group, "upload_hosts",
            "is empty, so nothing could be uploaded; remove it to use \"*.amazonaws.com\"");
}

/** Shorter than a day, what was done today could not be counted. */
static void read_history(struct settings *settings, struct config *config)
{
    struct setting *root = settings_root(settings);
    config->history_ms = setting_duration(settings, root, "history", "2y", "0", "1000y");
    if (config->history_ms && config->history_ms < DAY_MS)
        setting_problem(settings, root, "history",
            "is shorter than \"1d\"; \"0\" means that everything is kept for ever");
}

/** How many emails may really be sent (closedrop.conf(5), "Limits for outgoing email"). */
static void read_guard(struct settings *settings, struct setting *group, struct guard_limits *guard)
{
    struct setting *sends = setting_group(settings, group, "sends");
    guard->ask_above = setting_int(settings, group, "ask_above", 100, 0, GUARD_MAX);
    guard->per_hour = setting_int(settings, sends, "per_hour", 0, 0, GUARD_MAX);
    guard->per_day = setting_int(settings, sends, "per_day", 0, 0, GUARD_MAX);
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
    if (limits->bandwidth && limits->bandwidth < BANDWIDTH_MIN)
        setting_problem(settings, group, "bandwidth",
            "less than \"8K\" per second is too slow for S3, which closes idle connections; \"0\" "
            "means no limit");
    if (limits->retry_first_ms > limits->retry_max_ms)
        setting_problem(settings, group, "retry_first", "must not be longer than retry_max");
}

/** The path of a Unix socket is made absolute. */
static char *absolute_listen(struct settings *settings, const struct config *config, char *listen)
{
    if (!listen || !str_starts_with(listen, LISTEN_UNIX))
        return listen;
    char *path = strdup(listen + strlen(LISTEN_UNIX));
    free(listen);
    path = path ? reader_absolute(settings, config->file, path) : NULL;
    listen = path ? str_format(LISTEN_UNIX "%s", path) : NULL;
    free(path);
    if (!listen)
        settings_set_short(settings);
    return listen;
}

static void check_http(
    struct settings *settings, struct setting *group, const struct http_settings *http)
{
    struct listen_address address;
    struct str why = STR_INIT(4096);
    if (!*http->listen && (http->token_file || http->read_token_file))
        setting_problem(settings, group, "listen",
            "is missing, so there is no server that would ask for a token; write listen = "
            "\"127.0.0.1:8674\";");
    else if (*http->listen && listen_address_parse(http->listen, &address, &why) < 0)
        setting_problem(settings, group, "listen", "%s", str_text(&why));
    str_release(&why);
}

static void read_http(struct settings *settings, struct config *config)
{
    struct setting *group = setting_group(settings, settings_root(settings), "http");
    struct http_settings *http = &config->http;
    http->listen = absolute_listen(settings, config, setting_text(settings, group, "listen", ""));
    http->token_line = setting_line(group, "token_file");
    http->read_token_line = setting_line(group, "read_token_file");
    http->token_file =
        reader_absolute(settings, config->file, setting_text(settings, group, "token_file", NULL));
    http->read_token_file = reader_absolute(
        settings, config->file, setting_text(settings, group, "read_token_file", NULL));
    if (http->listen)
        check_http(settings, group, http);
}

static void read_log(struct settings *settings, struct config *config)
{
    struct setting *group = setting_group(settings, settings_root(settings), "log");
    config->log_level = (enum log_level)setting_choice(
        settings, group, "level", log_level_names, LOG_LEVELS, LOG_LEVEL_INFO);
    config->log_format = (enum log_format)setting_choice(
        settings, group, "format", log_format_names, LOG_FORMATS, LOG_FORMAT_TEXT);
}

/** Where neither is named. */
static void fill_in_paths(struct config *config)
{
    bool of_system = str_starts_with(config->file, "/etc/");
    if (!config->state_dir)
        config->state_dir = config_default_state_dir(of_system);
    if (!config->control_socket && config->state_dir)
        config->control_socket = config_default_socket(of_system, config->state_dir);
}

static void read_root(struct settings *settings, struct config *config)
{
    struct setting *root = settings_root(settings);
    config->state_line = setting_line(root, "state_dir");
    config->state_dir =
        reader_absolute(settings, config->file, setting_text(settings, root, "state_dir", NULL));
    config->control_socket = reader_absolute(
        settings, config->file, setting_text(settings, root, "control_socket", NULL));
    fill_in_paths(config);

    struct sockaddr_un address;
    if (config->control_socket && strlen(config->control_socket) >= sizeof(address.sun_path))
        setting_problem(settings, root, "control_socket",
            "\"%s\" is longer than the %zu bytes a socket's path may have; choose a shorter one",
            config->control_socket, sizeof(address.sun_path) - 1);
}

/** Whether no copy failed for want of memory. */
static bool is_whole(const struct config *config)
{
    const struct close_settings *close = &config->close;
    bool whole = config->state_dir && config->control_socket && close->api_url &&
                 close->upload_hosts && config->http.listen && close->ca_file && close->proxy &&
                 config->folders && config->rules;
    whole = whole && config->alert.mail && config->alert.from && config->alert.smtp &&
            config->alert.login_file && config->alert.ping_file;
    for (int i = 0; whole && i < CONFIG_HOOKS; i++)
        whole = config->hooks[i] != NULL;
    for (size_t i = 0; whole && i < config->folder_count; i++) {
        const struct folder *f = &config->folders[i];
        whole = f->name && f->path && f->include && f->exclude && f->marker && f->expect_text &&
                f->archive && f->failed && f->rules_digest;
    }
    return whole;
}

static void read_all(struct settings *settings, struct config *config, enum config_compare compare)
{
    read_root(settings, config);
    read_close(settings, config);
    read_limits(settings, config);
    read_history(settings, config);
    read_http(settings, config);
    read_people(settings, config);
    if (!read_rules(settings, config)) /* no memory: told by config_load() */
        return;
    read_folders(settings, config);
    read_alerts(settings, config);
    read_log(settings, config);
    if (is_whole(config)) {
        config_find_elsewhere(config);
        nesting_check(settings, config, compare == CONFIG_COMPARE_INODES);
        if (!config->folder_count)
            setting_problem(settings, settings_root(settings), "folders",
                "contains no folder to watch; write folders = ( { path = \"/srv/scans\"; } );");
    }
    setting_report_rest(settings);
}

/** Whether the folder, or where its files are put away, is on a file system that can hang. */
static bool may_hang(struct mounts *mounts, const struct folder *folder)
{
    dev_t device;
    const char *const paths[] = {folder->path, folder->archive, folder->failed};
    bool found = false;
    for (size_t i = 0; i < COUNT(paths) && !found; i++)
        found = *paths[i] == '/' && mounts_may_hang(mounts, paths[i], &device);
    return found;
}

void config_find_elsewhere(struct config *config)
{
    struct mounts *mounts = mounts_new();
    for (size_t i = 0; i < config->folder_count; i++)
        if (may_hang(mounts, &config->folders[i]))
            atomic_store(&config->folders[i].is_elsewhere, true);
    mounts_free(mounts);
}

/** Where we are, for a configuration named by a relative path. */
static char *absolute_file(const char *file)
{
    char here[PATH_LENGTH_MAX + 1];
    if (*file == '/' || !getcwd(here, sizeof(here)))
        return strdup(file);
    return path_normal(here, file);
}

static void note_digest(struct config *config, const struct settings *settings)
{
    snprintf(config->digest, sizeof(config->digest), "%s", settings_digest(settings));
}

int config_load(
    const char *file, enum config_compare compare, struct config **ret_config, struct str *problems)
{
    struct config *config = calloc(1, sizeof(*config));
    struct settings *settings = NULL;
    if (!config)
        return -ENOMEM;
    atomic_init(&config->references, 1);
    config->file = absolute_file(file);

    int result = config->file ? settings_open(file, &settings) : -ENOMEM;
    if (result == 0) {
        read_all(settings, config, compare);
        bool has_problems = settings_problem_count(settings) > 0;
        if (settings_are_short(settings) || (!has_problems && !is_whole(config)))
            result = -ENOMEM;
        else if (has_problems)
            result = -EINVAL;
        else
            result = own_files_make(config);
    }
    if (settings)
        note_digest(config, settings);
    if (result == 0 && compare == CONFIG_COMPARE_INODES)
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

struct config *config_load_socket(const char *file)
{
    struct config *config = calloc(1, sizeof(*config));
    struct settings *settings = NULL;
    if (!config)
        return NULL;
    atomic_init(&config->references, 1);
    config->file = absolute_file(file);
    config->is_partial = true;
    bool is_cut = !config->file || settings_open(file, &settings) < 0;
    if (settings) { /* what precedes a syntax error is read, too */
        note_digest(config, settings);
        read_root(settings, config);
        config->is_state_dir_known =
            is_cut ? config->state_line > 0 : settings_problem_count(settings) == 0;
    } else if (config->file) {
        fill_in_paths(config);
    }
    settings_close(settings);
    if (config->control_socket)
        return config;
    config_release(config);
    return NULL;
}
