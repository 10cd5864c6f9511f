/** The list `folders`: each folder read key by key, and checked as far as it can be by itself. */
#include "read_folder.h"

#include "read_tell.h"
#include "reader.h"
#include "rules_digest.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/config/config.h"
#include "closedrop/config/never_fits.h"
#include "closedrop/config/setting.h"
#include "closedrop/files/path.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SILENT_MIN_MS 1000

static const char *const watch_names[WATCH_MODES] = {"auto", "inotify", "poll"};
static const char *const duplicate_names[DUPLICATES_CHOICES] = {"ask", "file", "skip"};
static const char *const after_names[AFTER_CHOICES] = {"archive", "delete", "keep"};
static const char *const no_match_names[] = {"upload", "fail"};

/** Where finished files go: relative ones begin with a fixed name, so that it is never watched. */
static void check_place(
    struct settings *settings, struct setting *group, const char *key, const char *place)
{
    char expanded[PATH_LENGTH_MAX];
    struct tm day = {.tm_year = 126, .tm_mon = 10, .tm_mday = 22};
    size_t first = strcspn(place, "/");
    if (*place == '/')
        return;
    if (!path_is_plain_relative(place) || *place == '.')
        setting_problem(settings, group, key,
            "\"%s\" must be a plain path below the folder, or an absolute one, e.g. \"Uploaded\"",
            place);
    else if (memchr(place, '%', first))
        setting_problem(settings, group, key,
            "\"%s\" must begin with a fixed directory name, e.g. \"Uploaded/%%Y-%%m\"", place);
    else if (!strftime(expanded, sizeof(expanded), place, &day))
        setting_problem(settings, group, key, "\"%s\" is not a valid strftime(3) pattern", place);
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
    if (folder->max_size == 0 || folder->max_size > FILE_SIZE_MAX)
        folder->max_size = FILE_SIZE_MAX;
    if (folder->min_size > folder->max_size)
        setting_problem(settings, group, "min_size", "must not be larger than max_size");
}

static void read_folder_name(
    struct settings *settings, struct setting *group, const char *file, struct folder *folder)
{
    folder->line = setting_line(group, "path");
    folder->path = reader_absolute(settings, file, setting_text(settings, group, "path", NULL));
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
            "\"%s\" can never match: a pattern neither begins nor ends with a slash, e.g. "
            "\"private\" or \"private/*.pdf\"",
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

static void check_folder_rule(struct settings *settings, struct setting *group,
    const struct folder *folder, const char *name, const struct rule *rule)
{
    if (!rule)
        setting_problem(settings, group, "rules",
            "there is no rule \"%s\"; add it to the list rules, or correct the name", name);
    else if (!folder->sidecar && rule_uses(rule, "meta."))
        setting_problem(settings, group, "sidecar",
            "must be true: the rule \"%s\" uses a variable {meta.KEY}, which comes from sidecars",
            name);
}

static void read_rules_of(struct settings *settings, struct setting *group,
    const struct config *config, struct folder *folder)
{
    folder->sidecar = setting_bool(settings, group, "sidecar", false);
    folder->fails_unmatched =
        setting_choice(settings, group, "no_match", no_match_names, COUNT(no_match_names), 0);
    char **names = setting_texts(settings, group, "rules", NULL);
    size_t count = 0;
    while (names && names[count])
        count++;
    folder->rules = calloc(count + 1, sizeof(struct rule *));
    for (size_t i = 0, found = 0; folder->rules && i < count; i++) {
        const struct rule *rule = config_rule(config, names[i]);
        check_folder_rule(settings, group, folder, names[i], rule);
        if (rule)
            folder->rules[found++] = &config->rules[rule - config->rules];
        folder->wants_owner = folder->wants_owner || (rule && rule_uses(rule, "owner"));
    }
    if (count == 0 && folder->fails_unmatched)
        setting_problem(settings, group, "no_match",
            "has no effect without rules, e.g. rules = [ \"by-lead-id\" ];");
    text_list_free(names);
    folder->rules_digest = folder->rules ? rules_digest(settings, config, folder) : NULL;
}

/** When a file is missed (closedrop(1), EVENTS). */
static void read_silence(struct settings *settings, struct setting *group, struct folder *folder)
{
    folder->expect_text = setting_text(settings, group, "expect", "");
    folder->silent_ms = setting_duration(settings, group, "silent", "0", "0", "366d");
    if (folder->silent_ms && folder->silent_ms < SILENT_MIN_MS)
        setting_problem(settings, group, "silent",
            "is too short to mean anything; it must be \"1s\" to \"366d\", or \"0\" for never");
    if (folder->expect_text && *folder->expect_text &&
        expectation_parse(folder->expect_text, &folder->expect) < 0)
        setting_problem(settings, group, "expect", "\"%s\" is not a valid time of the week; %s",
            folder->expect_text, expectation_forms);
}

static void read_link(struct settings *settings, struct setting *group, struct folder *folder)
{
    folder->link = setting_bool(settings, group, "link", false);
    if (folder->link && folder->after_upload != AFTER_ARCHIVE)
        setting_problem(settings, group, "link",
            "has no effect with after_upload = \"%s\": the shortcut is written next to the file in "
            "the archive; remove one of them",
            after_names[folder->after_upload]);
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
    read_silence(settings, group, folder);
    folder->watch = (enum watch_mode)setting_choice(
        settings, group, "watch", watch_names, WATCH_MODES, WATCH_AUTO);
    folder->poll_ms = setting_duration(settings, group, "poll_interval", "10s", "100ms", "1d");
    folder->rescan_ms = setting_duration(settings, group, "rescan", "15m", "1s", "7d");
    folder->after_upload = (enum after_upload)setting_choice(
        settings, group, "after_upload", after_names, AFTER_CHOICES, AFTER_ARCHIVE);
    folder->archive = setting_text(settings, group, "archive", "Uploaded/%Y-%m");
    folder->failed = setting_text(settings, group, "failed", "Failed");
    folder->receipts = setting_bool(settings, group, "receipts", false);
    read_link(settings, group, folder);
    folder->remove_empty = setting_bool(settings, group, "remove_empty", false);
    if (folder->remove_empty && folder->after_upload == AFTER_KEEP)
        setting_problem(settings, group, "remove_empty",
            "has no effect with after_upload = \"keep\", which leaves every file where it is; "
            "remove one of them");
    folder->duplicates = (enum duplicates)setting_choice(
        settings, group, "duplicates", duplicate_names, DUPLICATES_CHOICES, DUPLICATES_ASK);
    if (folder->archive)
        check_place(settings, group, "archive", folder->archive);
    if (folder->failed)
        check_place(settings, group, "failed", folder->failed);
    if (folder->marker)
        check_marker(settings, group, folder->marker);
    read_rules_of(settings, group, config, folder);
    read_tell(settings, group, config, folder);
}

void read_folders(struct settings *settings, struct config *config)
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
