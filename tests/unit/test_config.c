/* The configuration: its defaults, and a table of wrong ones, each with the words that tell what is
 * wrong, where, and what would be right (product.md 4). */
#include "closedrop/base/str.h"
#include "closedrop/config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define GIB (1024LL * 1024 * 1024)

/* ---- a configuration in a directory of its own ---- */

static char top[40], path[60];

static int make_place(void **state)
{
    (void)state;
    snprintf(top, sizeof(top), "/tmp/closedrop-test-XXXXXX");
    if (!mkdtemp(top))
        return -1;
    snprintf(path, sizeof(path), "%s/c.conf", top);
    setenv("HOME", "/home/nobody", 1);
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_RUNTIME_DIR");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("CLOSEDROP_CONFIG");
    return 0;
}

static int remove_place(void **state)
{
    (void)state;
    char command[80];
    snprintf(command, sizeof(command), "rm -rf %s", top);
    return system(command);
}

static void write_bytes(const char *bytes, size_t length)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static int load(const char *text, struct config **config, struct str *problems)
{
    write_bytes(text, strlen(text));
    return config_load(path, config, problems);
}

static struct config *load_good(const char *text)
{
    struct str problems = STR_INIT(100000);
    struct config *config = NULL;
    if (load(text, &config, &problems) != 0)
        fail_msg("%s", str_text(&problems));
    assert_string_equal(str_text(&problems), "");
    str_release(&problems);
    return config;
}

/* ---- what is right ---- */

#define FOLDER "folders = ( { path = \"/srv/scans\"; } );\n"

static void has_the_documented_defaults(void **state)
{
    (void)state;
    struct config *config = load_good(FOLDER);
    assert_string_equal(config->file, path);
    assert_string_equal(config->state_dir, "/home/nobody/.local/state/closedrop");
    assert_string_equal(config->control_socket, "/home/nobody/.local/state/closedrop/control.sock");
    assert_string_equal(config->close.api_url, "https://api.close.com/api/v1/");
    assert_null(config->close.api_key_file);
    assert_string_equal(config->close.upload_hosts[0], "*.amazonaws.com");
    assert_null(config->close.upload_hosts[1]);
    assert_string_equal(config->close.ca_file, "");
    assert_string_equal(config->close.proxy, "");
    assert_int_equal(config->limits.transfers, 8);
    assert_int_equal(config->limits.max_attempts, 10);
    assert_int_equal(config->limits.retry_first_ms, 1000);
    assert_int_equal(config->limits.retry_max_ms, 3600000);
    assert_int_equal(config->limits.timeout_ms, 60000);
    assert_int_equal(config->log_level, LOG_LEVEL_INFO);
    assert_int_equal(config->log_format, LOG_FORMAT_TEXT);
    assert_int_equal(config->folder_count, 1);
    config_release(config);
}

static void has_the_documented_defaults_of_a_folder(void **state)
{
    (void)state;
    struct config *config = load_good(FOLDER);
    const struct folder *folder = config_folder(config, "scans");
    assert_non_null(folder);
    assert_null(config_folder(config, "other"));
    assert_string_equal(folder->path, "/srv/scans");
    assert_true(folder->recursive);
    assert_null(folder->include[0]);
    assert_null(folder->exclude[0]);
    assert_int_equal(folder->min_size, 1);
    assert_true(folder->max_size == 5 * GIB);
    assert_int_equal(folder->settle_ms, 5000);
    assert_int_equal(folder->incomplete_ms, 900000);
    assert_string_equal(folder->marker, "");
    assert_int_equal(folder->watch, WATCH_AUTO);
    assert_int_equal(folder->poll_ms, 10000);
    assert_int_equal(folder->rescan_ms, 900000);
    assert_int_equal(folder->after_upload, AFTER_ARCHIVE);
    assert_string_equal(folder->archive, "Uploaded/%Y-%m");
    assert_string_equal(folder->failed, "Failed");
    assert_false(folder->receipts);
    config_release(config);
}

static void reads_every_key(void **state)
{
    (void)state;
    struct config *config = load_good(
        "state_dir = \"/var/lib/x\"; control_socket = \"/run/x.sock\";\n"
        "close = { api_url = \"http://127.0.0.1:8080/api/v1\"; api_key_file = \"/etc/key\";\n"
        "  upload_hosts = [ \"127.0.0.1\", \"*.b\" ]; ca_file = \"/etc/ca\"; proxy = "
        "\"http://p:1\"; };\n"
        "limits = { transfers = 64; max_attempts = 1; retry_first = \"5ms\"; retry_max = \"7d\";\n"
        "  timeout = \"100ms\"; };\n"
        "folders = ( { name = \"n\"; path = \"/srv/a/\"; recursive = false; include = [ \"*.pdf\" "
        "];\n"
        "  exclude = ( \"x\", \"y\" ); min_size = \"0\"; max_size = \"25M\"; settle = \"0\";\n"
        "  incomplete = \"0\"; marker = \"{stem}.ok\"; watch = \"poll\"; poll_interval = "
        "\"100ms\";\n"
        "  rescan = \"1s\"; after_upload = \"keep\"; archive = \"/arch/%Y\"; failed = \"F/g\";\n"
        "  receipts = true; }, { path = \"/srv/b\"; watch = \"inotify\"; after_upload = "
        "\"delete\"; } );\n"
        "log = { level = \"debug\"; format = \"json\"; };\n");
    const struct folder *folder = &config->folders[0];
    assert_string_equal(config->state_dir, "/var/lib/x");
    assert_string_equal(config->control_socket, "/run/x.sock");
    assert_string_equal(
        config->close.api_url, "http://127.0.0.1:8080/api/v1/"); /* with its slash */
    assert_string_equal(config->close.api_key_file, "/etc/key");
    assert_string_equal(config->close.upload_hosts[1], "*.b");
    assert_int_equal(config->limits.transfers, 64);
    assert_int_equal(config->limits.retry_first_ms, 5);
    assert_int_equal(config->limits.retry_max_ms, 604800000);
    assert_string_equal(folder->name, "n");
    assert_string_equal(folder->path, "/srv/a");
    assert_false(folder->recursive);
    assert_string_equal(folder->include[0], "*.pdf");
    assert_string_equal(folder->exclude[1], "y");
    assert_int_equal(folder->min_size, 0);
    assert_int_equal(folder->max_size, 25 << 20);
    assert_int_equal(folder->settle_ms, 0);
    assert_string_equal(folder->marker, "{stem}.ok");
    assert_int_equal(folder->watch, WATCH_POLL);
    assert_int_equal(folder->after_upload, AFTER_KEEP);
    assert_string_equal(folder->archive, "/arch/%Y");
    assert_true(folder->receipts);
    assert_int_equal(config->folders[1].watch, WATCH_INOTIFY);
    assert_int_equal(config->folders[1].after_upload, AFTER_DELETE);
    assert_int_equal(config->log_level, LOG_LEVEL_DEBUG);
    assert_int_equal(config->log_format, LOG_FORMAT_JSON);
    config_release(config);
}

static void takes_relative_paths_from_its_own_directory(void **state)
{
    (void)state;
    char wanted[80];
    struct config *config =
        load_good("state_dir = \"state\"; close = { api_key_file = \"./key\"; };\n"
                  "folders = ( { path = \"scans/\"; } );\n");
    snprintf(wanted, sizeof(wanted), "%s/state", top);
    assert_string_equal(config->state_dir, wanted);
    snprintf(wanted, sizeof(wanted), "%s/state/control.sock", top);
    assert_string_equal(config->control_socket, wanted);
    snprintf(wanted, sizeof(wanted), "%s/key", top);
    assert_string_equal(config->close.api_key_file, wanted);
    snprintf(wanted, sizeof(wanted), "%s/scans", top);
    assert_string_equal(config->folders[0].path, wanted);
    assert_string_equal(config->folders[0].name, "scans");
    config_release(config);
}

/* product.md 4: "An empty string is an unset key" */
static void takes_an_empty_text_for_an_unset_key(void **state)
{
    (void)state;
    struct config *config =
        load_good("state_dir = \"\"; control_socket = \"\";\n"
                  "close = { api_key_file = \"\"; ca_file = \"\"; proxy = \"\"; };\n"
                  "folders = ( { path = \"/srv/scans\"; marker = \"\"; } );\n");
    const char *key_file = config->close.api_key_file ? config->close.api_key_file : "unset";
    char seen[200];
    snprintf(seen, sizeof(seen), "%s %s %s", key_file, config->state_dir, config->control_socket);
    config_release(config);
    assert_string_equal(seen, "unset /home/nobody/.local/state/closedrop "
                              "/home/nobody/.local/state/closedrop/control.sock");
}

static void uses_the_xdg_directories(void **state)
{
    (void)state;
    setenv("XDG_STATE_HOME", "/x/state", 1);
    setenv("XDG_RUNTIME_DIR", "/x/run", 1);
    struct config *config = load_good(FOLDER);
    assert_string_equal(config->state_dir, "/x/state/closedrop");
    assert_string_equal(config->control_socket, "/x/run/closedrop/control.sock");
    config_release(config);
}

static void is_located(void **state)
{
    (void)state;
    char *found = config_locate("given");
    assert_string_equal(found, "given");
    free(found);
    setenv("CLOSEDROP_CONFIG", "/x/c.conf", 1);
    found = config_locate(NULL);
    assert_string_equal(found, "/x/c.conf");
    free(found);
    setenv("CLOSEDROP_CONFIG", "", 1);
    found = config_locate(NULL);
    assert_string_equal(found, "/etc/closedrop/closedrop.conf");
    free(found);
}

static void is_held_by_reference(void **state)
{
    (void)state;
    struct config *config = load_good(FOLDER);
    assert_ptr_equal(config_hold(config), config);
    config_release(config);
    assert_string_equal(config->folders[0].name, "scans");
    config_release(config);
    config_release(NULL);
}

/* ---- what is wrong ---- */

#define IN_FOLDER(lines) "folders = ( {\n path = \"/srv/scans\";\n " lines "\n} );\n"

static const struct {
    const char *text;
    const char *words; /* behind the file's name */
} wrong[] = {
    {"", ":1: folders: names no folder to watch"},
    {"folders = ();", ":1: folders: names no folder to watch"},
    {"folders = 5;", ":1: folders: must be a list of groups"},
    {"folders = ( 5 );", ":1: folders: each entry must be a group"},
    {"folders = ( { name = \"x\"; } );", ":1: folders[0].path: is missing"},
    {FOLDER "limits = { transfers = 0; };",
        ":2: limits.transfers: must be a whole number from 1 to 64"},
    {FOLDER "limits = { transfers = 65; };", ":2: limits.transfers: must be a whole number"},
    {FOLDER "limits = { transfers = \"8\"; };", ":2: limits.transfers: must be a whole number"},
    {FOLDER "limits = { transfers = 1.5; };", ":2: limits.transfers: must be a whole number"},
    {FOLDER "limits = { transfers = 4294967304; };", ":2: a number is too large"},
    {FOLDER "limits = {\n\n timeout = \"10\"; };", ":4: limits.timeout: \"10\" is no duration"},
    {FOLDER "limits = { timeout = 10; };", ":2: limits.timeout: must be a text in quotes"},
    {FOLDER "limits = { timeout = \"2h\"; };",
        ":2: limits.timeout: \"2h\" is out of range; it must "
        "be 100ms to 1h"},
    {FOLDER "limits = { retry_first = \"1h\"; retry_max = \"1s\"; };",
        ":2: limits.retry_first: must not be longer than retry_max"},
    {FOLDER "limits = 5;", ":2: limits: must be a group"},
    {FOLDER "limit = { };", ":2: limit: unknown key; did you mean limits?"},
    {FOLDER "zzzzzzzzzzzz = 1;", ":2: zzzzzzzzzzzz: unknown key; known here are "},
    {FOLDER "close = { api_url = \"http://api.close.com/\"; };",
        ":2: close.api_url: would send the API key in the clear"},
    {FOLDER "close = { api_url = \"api.close.com\"; };",
        ":2: close.api_url: \"api.close.com\" is no"},
    {FOLDER "close = { api_url = \"https://a.b/?x\"; };",
        ":2: close.api_url: \"https://a.b/?x\" is no"},
    {FOLDER "close = { upload_hosts = [ ]; };", ":2: close.upload_hosts: names no host"},
    {FOLDER "close = { upload_hosts = \"a.b\"; };",
        ":2: close.upload_hosts: must be a list of texts"},
    {FOLDER "close = { api_keyfile = \"x\"; };",
        ":2: close.api_keyfile: unknown key; did you mean api_key_file?"},
    {FOLDER "log = { level = \"loud\"; };", ":2: log.level: \"loud\" is not known; it must be "
                                            "\"error\", \"warn\", \"info\" or \"debug\""},
    {FOLDER "log = { format = \"xml\"; };", ":2: log.format: \"xml\" is not known"},
    {IN_FOLDER("setle = \"5s\";"), ":3: folders[0].setle: unknown key; did you mean settle?"},
    {IN_FOLDER("recursive = \"yes\";"), ":3: folders[0].recursive: must be true or false"},
    {IN_FOLDER("recursive = 1;"), ":3: folders[0].recursive: must be true or false"},
    {IN_FOLDER("min_size = \"1 MB\";"), ":3: folders[0].min_size: \"1 MB\" is no size"},
    {IN_FOLDER("min_size = \"2M\"; max_size = \"1M\";"),
        ":3: folders[0].min_size: must not be larger than max_size"},
    {IN_FOLDER("min_size = \"6G\";"), ":3: folders[0].min_size: must not be larger than max_size"},
    {IN_FOLDER("poll_interval = \"1ms\";"),
        ":3: folders[0].poll_interval: \"1ms\" is out of range"},
    {IN_FOLDER("include = [ \"*.pdf\", \"\" ];"),
        ":3: folders[0].include: must be a list of texts"},
    {IN_FOLDER("include = [ 1, 2 ];"), ":3: folders[0].include: must be a list of texts"},
    {IN_FOLDER("marker = \"done\";"), ":3: folders[0].marker: \"done\" must be a file name with"},
    {IN_FOLDER("marker = \"x/{name}\";"),
        ":3: folders[0].marker: \"x/{name}\" must be a file name"},
    {IN_FOLDER("archive = \"%Y/Uploaded\";"), ":3: folders[0].archive: \"%Y/Uploaded\" must begin"},
    {IN_FOLDER("archive = \"../Uploaded\";"),
        ":3: folders[0].archive: \"../Uploaded\" must be a plain"},
    {IN_FOLDER("archive = \"a/../../b\";"),
        ":3: folders[0].archive: \"a/../../b\" must be a plain"},
    {IN_FOLDER("failed = \".closedrop\";"),
        ":3: folders[0].failed: \".closedrop\" must be a plain"},
    {IN_FOLDER("archive = \"/srv/scans/up\";"),
        ":3: folders[0].archive: \"/srv/scans/up\" lies inside"},
    {IN_FOLDER("watch = \"fanotify\";"), ":3: folders[0].watch: \"fanotify\" is not known; it must "
                                         "be \"auto\", \"inotify\" or \"poll\""},
    {IN_FOLDER("after_upload = \"burn\";"), ":3: folders[0].after_upload: \"burn\" is not known"},
    {"state_dir = \"/srv/scans/state\";\n" FOLDER,
        ":1: state_dir: \"/srv/scans/state\" lies inside"},
    {"folders = ( { path = \"/srv/a\"; },\n { path = \"/srv/a/b\"; } );",
        ":2: folders[1].path: \"/srv/a/b\" and \"/srv/a\" lie one inside the other"},
    {"folders = ( { path = \"/srv/a/b\"; },\n { path = \"/srv/a//\"; } );",
        ":2: folders[1].path: \"/srv/a\" and \"/srv/a/b\" lie one inside the other"},
    {"folders = ( { path = \"/srv/a\"; },\n { path = \"/mnt/a\"; } );",
        ":2: folders[1].name: \"a\" is the name of another folder"},
    {"folders = (\n", ":"},
    {"@include \"x\"\n" FOLDER, ":1: @include is not supported"},
    {"state_dir = \"/a\"; state_dir = \"/b\";\n" FOLDER, ":1: duplicate setting name"},
};

/* whether a line begins with the file's name and `words` */
static bool tells(const char *problems, const char *words)
{
    char line[400];
    snprintf(line, sizeof(line), "%s%s", path, words);
    const char *found = strstr(problems, line);
    return found && (found == problems || found[-1] == '\n');
}

static void says_what_is_wrong_and_where(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct str problems = STR_INIT(100000);
        struct config *config = NULL;
        int result = load(wrong[i].text, &config, &problems);
        if (result != -EINVAL || config || !tells(str_text(&problems), wrong[i].words)) {
            print_error("  %s\n  should say \"%s\"\n  but says (%d): %s\n", wrong[i].text,
                wrong[i].words, result, str_text(&problems));
            failures++;
        }
        config_release(config);
        str_release(&problems);
    }
    assert_int_equal(failures, 0);
}

static void says_everything_that_is_wrong_at_once(void **state)
{
    (void)state;
    struct str problems = STR_INIT(100000);
    struct config *config = NULL;
    assert_int_equal(load("stat_dir = \"x\";\n"
                          "limits = { transfers = 0;\n timeout = \"never\"; };\n"
                          "folders = ( { path = \"/srv/a\";\n settle = 5; },\n"
                          "            { nam = \"b\"; } );\n"
                          "log = { level = \"loud\"; };\n",
                         &config, &problems),
        -EINVAL);
    static const char *const words[] = {":1: stat_dir: ", ":2: limits.transfers: ",
        ":3: limits.timeout: ", "settle: must be a text", ":6: folders", "nam: unknown key",
        "path: is missing", ":7: log.level: "};
    for (size_t i = 0; i < COUNT(words); i++)
        if (!strstr(str_text(&problems), words[i]))
            fail_msg("\"%s\" is missing in:\n%s", words[i], str_text(&problems));
    size_t lines = 0;
    for (const char *at = str_text(&problems); (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, 7);
    str_release(&problems);
}

static void expect_unreadable(const char *file, const char *words)
{
    struct str problems = STR_INIT(100000);
    struct config *config = NULL;
    assert_int_equal(config_load(file, &config, &problems), -EINVAL);
    assert_null(config);
    if (!strstr(str_text(&problems), words))
        fail_msg("%s: %s", words, str_text(&problems));
    str_release(&problems);
}

static void refuses_what_is_no_file_of_text(void **state)
{
    (void)state;
    expect_unreadable("/nowhere/c.conf", strerror(ENOENT));
    expect_unreadable(top, strerror(EISDIR));
    write_bytes("folders\0 = ();", 14);
    expect_unreadable(path, "NUL");
    write_bytes("", 0);
    assert_int_equal(truncate(path, 2 << 20), 0);
    expect_unreadable(path, "larger than");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0); /* must not wait for its other side */
    expect_unreadable(path, "");
}

static void refuses_a_socket_path_that_is_too_long(void **state)
{
    (void)state;
    char text[400];
    struct str problems = STR_INIT(100000);
    struct config *config = NULL;
    snprintf(text, sizeof(text), "control_socket = \"/%0150d\";\n" FOLDER, 0);
    assert_int_equal(load(text, &config, &problems), -EINVAL);
    assert_non_null(strstr(str_text(&problems), ":1: control_socket: "));
    str_release(&problems);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(has_the_documented_defaults),
        IN_PLACE(has_the_documented_defaults_of_a_folder),
        IN_PLACE(reads_every_key),
        IN_PLACE(takes_relative_paths_from_its_own_directory),
        IN_PLACE(takes_an_empty_text_for_an_unset_key),
        IN_PLACE(uses_the_xdg_directories),
        IN_PLACE(is_located),
        IN_PLACE(is_held_by_reference),
        IN_PLACE(says_what_is_wrong_and_where),
        IN_PLACE(says_everything_that_is_wrong_at_once),
        IN_PLACE(refuses_what_is_no_file_of_text),
        IN_PLACE(refuses_a_socket_path_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
