/* The configuration: its defaults, its rules, and tables of wrong ones, each with the words that
 * tell what is wrong, where, and what would be right. */
#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/close/activity.h"
#include "closedrop/close/search.h"
#include "closedrop/config/config.h"
#include "closedrop/config/load.h"
#include "closedrop/config/locate.h"

#include "scratch.h"

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

#define GIB (1024LL * 1024 * 1024)

/* ---- a configuration in a directory of its own ---- */

static char top[SCRATCH_MAX], path[SCRATCH_MAX + 8];

static int make_place(void **state)
{
    (void)state;
    if (scratch_make(top) < 0)
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
    return scratch_remove(top);
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
    return config_load(path, CONFIG_COMPARE_PATHS, config, problems);
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
    assert_int_equal(config->limits.doubt_ms, 120000);
    assert_int_equal(config->limits.bandwidth, 0);
    assert_int_equal(config->limits.max_sent, 25 << 20);
    assert_int_equal(config->limits.max_attached, 0);
    assert_true(config->history_ms == 730LL * 24 * 3600 * 1000);
    assert_null(config->alert.mail[0]);
    assert_true(str_starts_with(config->alert.from, "closedrop@"));
    assert_string_equal(config->alert.smtp, "smtp://localhost");
    assert_string_equal(config->alert.login_file, "");
    assert_int_equal(config->alert.digest.days, 0);
    assert_int_equal(config->log_level, LOG_LEVEL_INFO);
    assert_int_equal(config->log_format, LOG_FORMAT_TEXT);
    assert_int_equal(config->folder_count, 1);
    assert_int_equal(config->rule_count, 0);
    assert_null(config_rule(config, "fax"));
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
    assert_false(folder->link);
    assert_false(folder->remove_empty);
    assert_int_equal(folder->duplicates, DUPLICATES_ASK);
    assert_false(folder->sidecar);
    assert_null(folder->rules[0]);
    assert_false(folder->fails_unmatched);
    assert_true(*folder->rules_digest);
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
        "  timeout = \"100ms\"; doubt = \"10ms\"; max_sent = \"0\"; max_attached = \"2G\";\n"
        "  bandwidth = \"8K\"; };\n"
        "folders = ( { name = \"n\"; path = \"/srv/a/\"; recursive = false; include = [ \"*.pdf\" "
        "];\n"
        "  exclude = ( \"x\", \"y\" ); min_size = \"0\"; max_size = \"25M\"; settle = \"0\";\n"
        "  incomplete = \"0\"; marker = \"{stem}.ok\"; watch = \"poll\"; poll_interval = "
        "\"100ms\";\n"
        "  rescan = \"1s\"; after_upload = \"keep\"; archive = \"/arch/%Y\"; failed = \"F/g\";\n"
        "  receipts = true; duplicates = \"skip\"; }, { path = \"/srv/b\"; watch = \"inotify\"; "
        "after_upload = "
        "\"delete\"; } );\n"
        "alert = { mail = [ \"a@b.c\" ]; from = \"d@e\"; smtp = \"smtps://f:1\"; "
        "smtp_login_file = \"/g\"; digest = \"07:30\"; };\n"
        "hooks = { done = [ \"/bin/a\", \"b c\" ]; recovered = [ \"bin/d\" ]; failed = [ ]; };\n"
        "people = { file = \"people.csv\"; key = \"{dir}\"; };\n"
        "history = \"0\";\n"
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
    assert_int_equal(config->limits.doubt_ms, 10);
    assert_int_equal(config->limits.bandwidth, 8192);
    assert_int_equal(config->limits.max_sent, 0);
    assert_int_equal(config->history_ms, 0);
    assert_true(config->limits.max_attached == 2 * GIB);
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
    assert_int_equal(folder->duplicates, DUPLICATES_SKIP);
    assert_int_equal(config->folders[1].watch, WATCH_INOTIFY);
    assert_int_equal(config->folders[1].after_upload, AFTER_DELETE);
    assert_int_equal(config->log_level, LOG_LEVEL_DEBUG);
    assert_int_equal(config->log_format, LOG_FORMAT_JSON);
    assert_string_equal(config->alert.mail[0], "a@b.c");
    assert_string_equal(config->alert.from, "d@e");
    assert_string_equal(config->alert.smtp, "smtps://f:1");
    assert_string_equal(config->alert.login_file, "/g");
    assert_int_equal(config->alert.digest.minute, 450);
    assert_string_equal(config->hooks[NOTICE_DONE][0], "/bin/a");
    assert_string_equal(config->hooks[NOTICE_DONE][1], "b c");
    assert_true(str_ends_with(config->hooks[NOTICE_RECOVERED][0], "/bin/d"));
    assert_int_equal(config->hooks[NOTICE_RECOVERED][0][0], '/');
    assert_null(config->hooks[NOTICE_FAILED][0]);
    assert_true(str_ends_with(config->people.file, "/people.csv"));
    assert_int_equal(config->people.file[0], '/');
    assert_non_null(config->people.key);
    config_release(config);
}

static void takes_relative_paths_from_its_own_directory(void **state)
{
    (void)state;
    char wanted[SCRATCH_MAX + 32];
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

/* an empty string is an unset key */
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

/* ---- rules that are right ---- */

/* a rule that is whole but for what a test adds to it */
#define RULE(name, lines) " { name = \"" name "\"; " lines " }"
#define WHATSAPP_REST "local_phone = \"+1\"; remote_phone = \"+2\"; message_markdown = \"x\"; };"
#define TO_LEAD "lead_id = \"lead_1\"; "
#define AS_FILE "lead_file = {}; "
#define WITH_RULES(names, rules)                                                                   \
    "folders = ( { path = \"/srv/scans\"; rules = [ " names " ]; } );\nrules = (\n" rules "\n);\n"
#define WITH_RULE(lines) WITH_RULES("\"r\"", RULE("r", lines))

static const struct template_facts facts = {
    .folder = "scans", .path = "in/a.pdf", .content_type = "application/pdf", .size = 17};

#define VALUES                                                                                     \
    "{\"lead\":\"lead_7\",\"caller\":\"030\",\"row.city\":\"Bonn\",\"meta.num\":\"42\","           \
    "\"lead.name\":\"A & B\",\"contact.email\":\"jo@example.com\","                                \
    "\"meta.lines\":\"a\\n<b\"}"

/** What a template says, or "-" where there is none; valid until the eighth call after this. */
static const char *text_of(const struct template *template)
{
    static char texts[8][200];
    static int next;
    char *out = texts[next++ % 8], *text = NULL;
    if (!template)
        return "-";
    struct json *values = json_parse(VALUES, strlen(VALUES));
    struct str why = STR_INIT(1000);
    assert_int_equal(rule_expand(template, &facts, values, "it", 199, &text, &why), 0);
    snprintf(out, sizeof(texts[0]), "%s", text);
    free(text);
    json_free(values);
    str_release(&why);
    return out;
}

static const struct {
    const char *name, *lines;
    enum target_source source;
    int find_by;
    const char *lead_id, *contact_id, *find, *custom_field, *table_key;
    const char *more; /* the table's column, or the country of a phone number */
} sources[] = {
    {"a lead", "lead_id = \"{lead}\";", SOURCE_IDS, 0, "lead_7", "-", "-", NULL, "-", NULL},
    {"a contact", "contact_id = \"cont_{meta.num}\";", SOURCE_IDS, 0, "-", "cont_42", "-", NULL,
        "-", NULL},
    {"both", "lead_id = \"{lead}\"; contact_id = \"cont_1\";", SOURCE_IDS, 0, "lead_7", "cont_1",
        "-", NULL, "-", NULL},
    {"an email address", "find = { contact_email = \"{stem}@b.c\"; };", SOURCE_FIND,
        SEARCH_CONTACT_EMAIL, "-", "-", "a@b.c", NULL, "-", NULL},
    {"a phone number", "find = { contact_phone = \"{caller}\"; };", SOURCE_FIND,
        SEARCH_CONTACT_PHONE, "-", "-", "030", NULL, "-", NULL},
    {"a phone number as it is dialled",
        "find = { contact_phone = \"{caller}\"; country = \"49\"; };", SOURCE_FIND,
        SEARCH_CONTACT_PHONE, "-", "-", "030", NULL, "-", "49"},
    {"a contact's name", "find = { contact_name = \"{stem}\"; };", SOURCE_FIND, SEARCH_CONTACT_NAME,
        "-", "-", "a", NULL, "-", NULL},
    {"a lead's name", "find = { lead_name = \"{dir}\"; };", SOURCE_FIND, SEARCH_LEAD_NAME, "-", "-",
        "in", NULL, "-", NULL},
    {"a custom field", "find = { custom_field = { id = \"cf_Ab1\"; value = \"{caller}\"; }; };",
        SOURCE_FIND, SEARCH_CUSTOM_FIELD, "-", "-", "030", "cf_Ab1", "-", NULL},
    {"a table", "table = { file = \"/srv/c.csv\"; key = \"{meta.num}\"; };", SOURCE_TABLE, 0, "-",
        "-", "-", NULL, "42", NULL},
    {"a table with a column of its own",
        "table = { file = \"c.csv\"; key = \"{stem}\"; column = \"Kundennr.\"; };", SOURCE_TABLE, 0,
        "-", "-", "-", NULL, "a", "Kundennr."},
    {"a table with an empty column",
        "table = { file = \"c.csv\"; key = \"{stem}\"; column = \"\"; };", SOURCE_TABLE, 0, "-",
        "-", "-", NULL, "a", NULL},
    {"a search by what a table says",
        "find = { contact_email = \"{row.city}@b.c\"; }; table = { file = \"c.csv\"; key = "
        "\"{stem}\"; };",
        SOURCE_FIND, SEARCH_CONTACT_EMAIL, "-", "-", "Bonn@b.c", NULL, "a", NULL},
    {"a custom field by what a table says",
        "table = { file = \"c.csv\"; key = \"{stem}\"; }; "
        "find = { custom_field = { id = \"cf_1\"; value = \"{row.city}\"; }; };",
        SOURCE_FIND, SEARCH_CUSTOM_FIELD, "-", "-", "Bonn", "cf_1", "a", NULL},
    {"ids that a table has in columns of its own",
        "lead_id = \"{row.city}\"; contact_id = \"cont_{row.city}\"; "
        "table = { file = \"c.csv\"; key = \"{stem}\"; };",
        SOURCE_IDS, 0, "Bonn", "cont_Bonn", "-", NULL, "a", NULL},
    {"empty texts beside it",
        "lead_id = \"{lead}\"; contact_id = \"\"; find = \"\"; table = \"\"; email = \"\";",
        SOURCE_IDS, 0, "lead_7", "-", "-", NULL, "-", NULL},
    {"empty texts in find",
        "find = { contact_email = \"\"; lead_name = \"x\"; custom_field = \"\"; };", SOURCE_FIND,
        SEARCH_LEAD_NAME, "-", "-", "x", NULL, "-", NULL},
};

/* a folder with sidecars, and one rule that takes its values from anywhere */
static struct config *load_rule(const char *lines)
{
    struct str text = STR_INIT(10000);
    str_printf(&text,
        "folders = ( { path = \"/srv/scans\"; sidecar = true; rules = [ \"r\" ]; } );\n"
        "rules = ( { name = \"r\"; match = { path = \"(?<lead>x)(?<caller>y)\"; }; %s } );\n",
        lines);
    struct config *config = load_good(str_text(&text));
    str_release(&text);
    return config;
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void reads_every_source(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sources); i++) {
        struct str lines = STR_INIT(1000);
        str_printf(&lines, "%s lead_file = {};", sources[i].lines);
        struct config *config = load_rule(str_text(&lines));
        const struct rule *rule = config_rule(config, "r");
        bool is_right =
            rule->source == sources[i].source && rule->find_by == sources[i].find_by &&
            is_same(text_of(rule->lead_id), sources[i].lead_id) &&
            is_same(text_of(rule->contact_id), sources[i].contact_id) &&
            is_same(text_of(rule->find), sources[i].find) &&
            is_same(rule->custom_field, sources[i].custom_field) &&
            is_same(text_of(rule->table_key), sources[i].table_key) &&
            is_same(rule->table_column ? rule->table_column : rule->find_country, sources[i].more);
        if (!is_right)
            fail_msg("%s: source %d, by %d, %s, %s, %s, %s, %s", sources[i].name, rule->source,
                rule->find_by, text_of(rule->lead_id), text_of(rule->contact_id),
                text_of(rule->find), rule->custom_field ? rule->custom_field : "-",
                text_of(rule->table_key));
        assert_null(rule->group);
        config_release(config);
        str_release(&lines);
    }
}

static void takes_a_table_from_its_own_directory(void **state)
{
    (void)state;
    char wanted[SCRATCH_MAX + 32];
    struct config *config =
        load_good(WITH_RULE("table = { file = \"./customers.csv\"; key = \"{stem}\"; };" AS_FILE));
    snprintf(wanted, sizeof(wanted), "%s/customers.csv", top);
    assert_string_equal(config->rules[0].table, wanted);
    config_release(config);
}

static void reads_what_a_rule_takes(void **state)
{
    (void)state;
    static const struct template_facts fax = {
        .folder = "scans", .path = "in/030-1.tif", .content_type = "image/tiff", .size = 2048};
    struct config *config = load_good(WITH_RULES("\"tables\", \"fax\"",
        RULE("fax", "match = { path = \"^in/(?<caller>[0-9]+)-\"; content_type = \"image/*\"; "
                    "min_size = \"1K\"; max_size = \"2M\"; };" TO_LEAD AS_FILE) ",\n" RULE("tables",
            "match = { content_type = \"\"; path = \"\"; max_size = \"0\"; };" TO_LEAD
                AS_FILE) ",\n" RULE("unused",
            "match = { min_size = \"1K\"; max_size = \"1K\"; };" TO_LEAD AS_FILE)));
    const struct rule *rule = config_rule(config, "fax");
    assert_int_equal(config->rule_count, 3);
    assert_string_equal(rule->content_type, "image/*");
    assert_int_equal(rule->min_size, 1024);
    assert_int_equal(rule->max_size, 2 << 20);
    struct json *values = json_object();
    struct str why = STR_INIT(1000);
    const struct rule *chosen = NULL;
    struct rule *const only[] = {config->rules, NULL};
    assert_int_equal(rule_choose(only, &fax, values, &chosen, &why), RULE_CHOSEN);
    assert_string_equal(json_get_text(values, "caller"), "030");
    json_free(values);
    str_release(&why);

    rule = config_rule(config, "tables");
    assert_null(rule->path);
    assert_string_equal(rule->content_type, "");
    assert_int_equal(rule->min_size, 0);
    assert_int_equal(rule->max_size, 0);

    const struct folder *folder = config_folder(config, "scans");
    assert_ptr_equal(folder->rules[0], &config->rules[1]); /* in the folder's order */
    assert_ptr_equal(folder->rules[1], &config->rules[0]);
    assert_null(folder->rules[2]);
    config_release(config);
}

static void reads_what_a_folder_says_of_its_rules(void **state)
{
    (void)state;
    struct config *config = load_good("folders = (\n"
                                      " { path = \"/a\"; rules = [ \"r\", \"r\" ]; no_match = "
                                      "\"fail\"; sidecar = true; },\n"
                                      " { path = \"/b\"; rules = ( ); no_match = \"upload\"; } );\n"
                                      "rules = (" RULE("r", TO_LEAD AS_FILE) ");");
    assert_true(config->folders[0].sidecar);
    assert_true(config->folders[0].fails_unmatched);
    assert_ptr_equal(config->folders[0].rules[1], &config->rules[0]);
    assert_false(config->folders[1].sidecar);
    assert_false(config->folders[1].fails_unmatched);
    assert_null(config->folders[1].rules[0]);
    config_release(config);
}

/* every field of both, each of which Close has under the name on the right */
#define EMAIL                                                                                      \
    "email = { status = \"scheduled\"; sender = \"me@b.c\"; to = [ \"{contact.email}\", "          \
    "\"x@y.z\" "                                                                                   \
    "];\n cc = [ \"c@c.c\" ]; bcc = [ ]; subject = \"Scan {stem}\"; body_text = \"T\"; body_html " \
    "= \"<p>{lead.name}</p>\";\n date_scheduled = \"2026-11-23T10:00:00Z\"; activity_at = "        \
    "\"2026-11-22\"; user_id = \"user_1\"; created_by = \"user_2\"; organization_id = "            \
    "\"orga_1\";\n email_account_id = \"emailacct_1\"; in_reply_to_id = \"acti_1\"; "              \
    "followup_date = \"2026-12-01\";\n followup_sequence_id = \"seq_1\"; "                         \
    "followup_sequence_delay = 86400; followup_sequence_add_cc_bcc = true; };"
#define EMAIL_JSON                                                                                 \
    "{\"status\":\"scheduled\",\"sender\":\"me@b.c\",\"to\":[\"jo@example.com\",\"x@y.z\"],"       \
    "\"cc\":[\"c@c.c\"],\"subject\":\"Scan a\",\"body_text\":\"T\","                               \
    "\"body_html\":\"<p>A &amp; B</p>\",\"date_scheduled\":\"2026-11-23T10:00:00Z\","              \
    "\"activity_at\":\"2026-11-22\",\"user_id\":\"user_1\",\"created_by\":\"user_2\","             \
    "\"organization_id\":\"orga_1\",\"email_account_id\":\"emailacct_1\","                         \
    "\"in_reply_to_id\":\"acti_1\",\"followup_date\":\"2026-12-01\","                              \
    "\"followup_sequence_id\":\"seq_1\",\"followup_sequence_delay\":86400,"                        \
    "\"followup_sequence_add_cc_bcc\":true}"

static const struct {
    const char *name, *lines;
    enum activity_kind activity;
    bool is_sent;
    const char *fields; /* as rule_fill() makes them */
} activities[] = {
    {"every field of an email", EMAIL, ACTIVITY_EMAIL, true, EMAIL_JSON},
    {"an email of nothing", "email = {};", ACTIVITY_EMAIL, false, "{\"status\":\"draft\"}"},
    {"an email of empty texts", "email = { status = \"\"; subject = \"\"; body_text = \"\"; };",
        ACTIVITY_EMAIL, false, "{\"status\":\"draft\"}"},
    {"an email that only says that it was sent", "email = { status = \"sent\"; };", ACTIVITY_EMAIL,
        false, "{\"status\":\"sent\"}"},
    {"an email that came in", "email = { status = \"inbox\"; sender = \"a@b.c\"; };",
        ACTIVITY_EMAIL, false, "{\"status\":\"inbox\",\"sender\":\"a@b.c\"}"},
    {"an email that leaves",
        "email = { status = \"outbox\"; sender = \"a@b.c\"; to = [ \"x@y.z\" ]; };", ACTIVITY_EMAIL,
        true, "{\"status\":\"outbox\",\"sender\":\"a@b.c\",\"to\":[\"x@y.z\"]}"},
    {"an email from a template of Close", "email = { template_id = \"tmpl_1\"; subject = \"S\"; };",
        ACTIVITY_EMAIL, false,
        "{\"status\":\"draft\",\"subject\":\"S\",\"template_id\":\"tmpl_1\"}"},
    {"every field of a note",
        "note = { html = \"<b>{lead.name}</b>\"; title = \"T\";"
        " pinned = false; activity_at = \"2026\"; user_id = \"user_1\"; created_by = \"user_2\";"
        " organization_id = \"orga_1\"; };",
        ACTIVITY_NOTE, false,
        "{\"note_html\":\"<b>A &amp; B</b>\",\"title\":\"T\","
        "\"pinned\":false,\"activity_at\":\"2026\",\"user_id\":\"user_1\","
        "\"created_by\":\"user_2\",\"organization_id\":\"orga_1\"}"},
    {"texts as their fields take them",
        "note = { text = \"{meta.lines}\"; title = \"{meta.lines}\"; };", ACTIVITY_NOTE, false,
        "{\"note\":\"a\\n<b\",\"title\":\"a <b\"}"},
    {"a note of nothing", "note = {};", ACTIVITY_NOTE, false, "{}"},
    {"a lead file", "lead_file = {};", ACTIVITY_LEAD_FILE, false, "{}"},
    {"every field of an opportunity",
        "opportunity = { status_id = \"stat_1\"; pipeline_id = \"pipe_1\"; note = \"N\";"
        " value = \"1250\"; value_period = \"monthly\"; confidence = 80; date_won = "
        "\"2026-11-29\"; user_id = \"user_1\"; };",
        ACTIVITY_OPPORTUNITY, false,
        "{\"status_id\":\"stat_1\",\"pipeline_id\":\"pipe_1\",\"note\":\"N\",\"value\":1250,"
        "\"value_period\":\"monthly\",\"confidence\":80,\"date_won\":\"2026-11-29\","
        "\"user_id\":\"user_1\"}"},
    {"an opportunity with custom fields",
        "opportunity = { note = \"N\"; custom = { cf_1a = \"{meta.num}\"; cf_2 = \"{meta.none}\"; "
        "}; "
        "};",
        ACTIVITY_OPPORTUNITY, false, "{\"note\":\"N\",\"custom.cf_1a\":\"42\"}"},
    {"an opportunity of nothing", "opportunity = {};", ACTIVITY_OPPORTUNITY, false, "{}"},
    {"every field of a WhatsApp message",
        "whatsapp = { activity_at = \"2026-11-29T10:00:00Z\"; direction = \"incoming\"; "
        "local_phone "
        "= \"+1\"; remote_phone = \"+2\"; message_markdown = \"*x*\"; integration_link = "
        "\"https://x\"; user_id = \"user_1\"; send_to_inbox = true; };",
        ACTIVITY_WHATSAPP, false,
        "{\"activity_at\":\"2026-11-29T10:00:00Z\",\"direction\":\"incoming\",\"local_phone\":"
        "\"+1\",\"remote_phone\":\"+2\",\"message_markdown\":\"*x*\",\"integration_link\":"
        "\"https://x\",\"user_id\":\"user_1\",\"send_to_inbox\":true}"},
    {"a task alone",
        "task = { text = \"Call {stem}\"; assigned_to = \"user_1\"; date = \"2026-12-01\"; "
        "due_date = "
        "\"2026-12-02\"; priority = \"medium\"; };",
        ACTIVITY_TASK, false,
        "{\"text\":\"Call "
        "a\",\"assigned_to\":\"user_1\",\"date\":\"2026-12-01\",\"due_date\":\"2026-12-02\","
        "\"priority\":\"medium\"}"},
    {"custom fields alone",
        "set = { on = \"contact\"; custom = { cf_1a = \"{stem}\"; }; custom_add = { cf_2 = \"b\"; "
        "}; };",
        ACTIVITY_SET, false, "{\"custom.cf_1a\":\"a\",\"custom.cf_2.add\":\"b\"}"},
    {"a template of its own name",
        "email_template = { name = \"{stem}\"; subject = \"S\"; body = \"{{{{ x }}\"; is_shared = "
        "true; };",
        ACTIVITY_EMAIL_TEMPLATE, false,
        "{\"name\":\"a\",\"subject\":\"S\",\"body\":\"{{ x }}\",\"is_shared\":true}"},
    {"a template that there is", "sms_template = { id = \"smstmpl_1\"; };", ACTIVITY_SMS_TEMPLATE,
        false, "{\"id\":\"smstmpl_1\"}"},
    {"a text message of nothing", "sms = {};", ACTIVITY_SMS, false, "{\"status\":\"draft\"}"},
    {"a text message that leaves",
        "sms = { status = \"scheduled\"; local_phone = \"+1\"; remote_phone = \"+2\"; text = "
        "\"Hi\"; direction = \"outbound\"; source = \"s\"; date_scheduled = \"2026\"; "
        "activity_at = \"2025\"; user_id = \"user_1\"; };",
        ACTIVITY_SMS, true,
        "{\"status\":\"scheduled\",\"local_phone\":\"+1\",\"remote_phone\":\"+2\",\"text\":"
        "\"Hi\",\"direction\":\"outbound\",\"source\":\"s\",\"date_scheduled\":\"2026\","
        "\"activity_at\":\"2025\",\"user_id\":\"user_1\"}"},
};

static void reads_every_activity(void **state)
{
    (void)state;
    struct json *values = json_parse(VALUES, strlen(VALUES));
    for (size_t i = 0; i < COUNT(activities); i++) {
        struct str lines = STR_INIT(4000), why = STR_INIT(1000);
        struct json *fields = NULL;
        bool has_lead = !activity_traits(activities[i].activity)->is_template;
        str_printf(&lines, "%s%s", has_lead ? TO_LEAD : "", activities[i].lines);
        struct config *config = load_rule(str_text(&lines));
        const struct rule *rule = config_rule(config, "r");
        if (rule->activity != activities[i].activity || rule->is_sent != activities[i].is_sent)
            fail_msg("%s: %d, sent %d", activities[i].name, rule->activity, rule->is_sent);
        assert_int_equal(rule_fill(rule, &rule->fields, &facts, values, &fields, &why), 0);
        char *printed = json_print(fields);
        if (strcmp(printed, activities[i].fields) != 0)
            fail_msg("%s: %s", activities[i].name, printed);
        free(printed);
        json_free(fields);
        config_release(config);
        str_release(&lines);
        str_release(&why);
    }
    json_free(values);
}

#undef EMAIL
#undef EMAIL_JSON

/* an email that leaves to nobody, or from nobody, must not be tried */
static void asks_for_what_an_email_needs(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *missing;
    } rows[] = {
        {"email = { status = \"outbox\"; sender = \"a@b.c\"; to = [ \"{meta.none}\" ]; };",
            "\"to\" of rule \"r\" is empty"},
        {"email = { status = \"outbox\"; sender = \"{meta.none}\"; to = [ \"x@y.z\" ]; };",
            "\"sender\" of rule \"r\" is empty"},
        {"email = { status = \"scheduled\"; sender = \"a@b.c\"; to = [ \"x@y.z\" ];"
         " date_scheduled = \"{meta.none}\"; };",
            "\"date_scheduled\" of rule \"r\" is empty"},
        {"email = { status = \"inbox\"; sender = \"{meta.none}\"; };",
            "\"sender\" of rule \"r\" is empty"},
        {"sms = { status = \"outbox\"; local_phone = \"{meta.none}\"; remote_phone = \"+1\"; };",
            "\"local_phone\" of rule \"r\" is empty"},
        {"whatsapp = { activity_at = \"2026\"; direction = \"incoming\"; local_phone = \"+1\"; "
         "remote_phone = \"{meta.none}\"; message_markdown = \"x\"; };",
            "\"remote_phone\" of rule \"r\" is empty"},
        {"email = { sender = \"{meta.none}\"; to = [ \"{meta.none}\" ]; };", NULL},
        {"note = { title = \"{meta.none}\"; };", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str lines = STR_INIT(1000), why = STR_INIT(1000);
        struct json *fields = NULL;
        str_printf(&lines, TO_LEAD "%s", rows[i].lines);
        struct config *config = load_rule(str_text(&lines));
        int result = rule_fill(config->rules, &config->rules->fields, &facts, NULL, &fields, &why);
        if (result != (rows[i].missing ? -EINVAL : 0) ||
            (rows[i].missing && !strstr(str_text(&why), rows[i].missing)))
            fail_msg("%s: %d, %s", rows[i].lines, result, str_text(&why));
        json_free(fields);
        config_release(config);
        str_release(&lines);
        str_release(&why);
    }
}

static void reads_a_group(void **state)
{
    (void)state;
    struct config *config = load_rule("table = { file = \"/c.csv\"; key = \"{caller}\"; };"
                                      "group = { by = \"{caller}-{row.city}-{meta.num}\"; wait = "
                                      "\"5m\"; }; note = {};");
    assert_string_equal(text_of(config->rules[0].group), "030-Bonn-42");
    assert_int_equal(config->rules[0].group_wait_ms, 300000);
    config_release(config);
    config = load_rule(TO_LEAD "group = { by = \"{stem}\"; }; note = {};");
    assert_int_equal(config->rules[0].group_wait_ms, 30000);
    config_release(config);
    config = load_rule(TO_LEAD "group = { by = \"{stem}\"; wait = \"0\"; }; note = {};");
    assert_int_equal(config->rules[0].group_wait_ms, 0);
    config_release(config);
}

static void knows_what_is_known_when(void **state)
{
    (void)state;
    struct config *config = load_rule(
        "table = { file = \"/c.csv\"; key = \"{name}{ext}{dir}{folder}{size}{content_type}"
        "{mtime:%Y}{date:%Y}{lead}{meta.a.b}\"; };"
        "email = { subject = \"{sha256}{row.a}{lead.id}{lead.name}{contact.id}{contact.name}"
        "{contact.email}{caller}{meta.a}{date:%d.%m.%Y}\"; };");
    assert_true(rule_uses(config->rules, "row."));
    config_release(config);
}

/* ---- the digest of rules: whether a folder's rules still say the same ---- */

#define MARKED "path = \"/srv/scans\"; rules = [ \"a\", \"b\" ];"
#define MATCHED "match = { path = \"^(?<num>[0-9]+)\"; min_size = \"1K\"; };"
#define FOUND "find = { contact_phone = \"{num}\"; };"
#define GROUPED "group = { by = \"{num}\"; wait = \"30s\"; };"
#define EMAILED                                                                                    \
    "email = { subject = \"S\"; to = [ \"x@y.z\" ]; followup_sequence_delay = 86400; "             \
    "followup_sequence_add_cc_bcc = true; };"
#define RULE_A MATCHED FOUND GROUPED EMAILED
#define RULE_B TO_LEAD AS_FILE

static const struct {
    const char *name, *folder, *a, *b, *c;
    bool is_same;
} marks[] = {
    {"nothing", MARKED, RULE_A, RULE_B, RULE_B, true},
    {"blanks and comments", MARKED, RULE_A " # as before\n\n", "/* b */" RULE_B, RULE_B, true},
    {"a rule it does not name", MARKED, RULE_A, RULE_B, "lead_id = \"lead_2\"; note = {};", true},
    {"another setting of the folder", MARKED "settle = \"1s\"; receipts = true;", RULE_A, RULE_B,
        RULE_B, true},
    {"no_match is what it was by default", MARKED "no_match = \"upload\";", RULE_A, RULE_B, RULE_B,
        true},
    {"no_match", MARKED "no_match = \"fail\";", RULE_A, RULE_B, RULE_B, false},
    {"the order of the rules", "path = \"/srv/scans\"; rules = [ \"b\", \"a\" ];", RULE_A, RULE_B,
        RULE_B, false},
    {"a rule less", "path = \"/srv/scans\"; rules = [ \"a\" ];", RULE_A, RULE_B, RULE_B, false},
    {"no rule", "path = \"/srv/scans\";", RULE_A, RULE_B, RULE_B, false},
    {"a rule more", "path = \"/srv/scans\"; rules = [ \"a\", \"b\", \"c\" ];", RULE_A, RULE_B,
        RULE_B, false},
    {"the path", MARKED,
        "match = { path = \"^(?<num>[1-9]+)\"; min_size = \"1K\"; };" FOUND GROUPED EMAILED, RULE_B,
        RULE_B, false},
    {"the type", MARKED,
        "match = { path = \"^(?<num>[0-9]+)\"; min_size = \"1K\"; content_type = "
        "\"image/*\"; };" FOUND GROUPED EMAILED,
        RULE_B, RULE_B, false},
    {"the size", MARKED,
        "match = { path = \"^(?<num>[0-9]+)\"; min_size = \"2K\"; };" FOUND GROUPED EMAILED, RULE_B,
        RULE_B, false},
    {"what is found by", MARKED, MATCHED "find = { contact_name = \"{num}\"; };" GROUPED EMAILED,
        RULE_B, RULE_B, false},
    {"what is found", MARKED, MATCHED "find = { contact_phone = \"0{num}\"; };" GROUPED EMAILED,
        RULE_B, RULE_B, false},
    {"the source", MARKED, MATCHED TO_LEAD GROUPED EMAILED, RULE_B, RULE_B, false},
    {"the group's key", MARKED,
        MATCHED FOUND "group = { by = \"{dir}\"; wait = \"30s\"; };" EMAILED, RULE_B, RULE_B,
        false},
    {"the group's wait", MARKED,
        MATCHED FOUND "group = { by = \"{num}\"; wait = \"31s\"; };" EMAILED, RULE_B, RULE_B,
        false},
    {"no group", MARKED, MATCHED FOUND EMAILED, RULE_B, RULE_B, false},
    {"a text", MARKED,
        MATCHED FOUND GROUPED
        "email = { subject = \"T\"; to = [ \"x@y.z\" ]; followup_sequence_delay = 86400; "
        "followup_sequence_add_cc_bcc = true; };",
        RULE_B, RULE_B, false},
    {"a list", MARKED,
        MATCHED FOUND GROUPED
        "email = { subject = \"S\"; to = [ \"x@y.z\", \"z@y.x\" ]; followup_sequence_delay = "
        "86400; followup_sequence_add_cc_bcc = true; };",
        RULE_B, RULE_B, false},
    {"where a list is cut", MARKED,
        MATCHED FOUND GROUPED
        "email = { subject = \"S\"; to = [ \"x@\", \"y.z\" ]; followup_sequence_delay = 86400; "
        "followup_sequence_add_cc_bcc = true; };",
        RULE_B, RULE_B, false},
    {"a number", MARKED,
        MATCHED FOUND GROUPED
        "email = { subject = \"S\"; to = [ \"x@y.z\" ]; followup_sequence_delay = 86401; "
        "followup_sequence_add_cc_bcc = true; };",
        RULE_B, RULE_B, false},
    {"yes or no", MARKED,
        MATCHED FOUND GROUPED
        "email = { subject = \"S\"; to = [ \"x@y.z\" ]; followup_sequence_delay = 86400; "
        "followup_sequence_add_cc_bcc = false; };",
        RULE_B, RULE_B, false},
    {"the activity", MARKED, RULE_A, TO_LEAD "note = {};", RULE_B, false},
    {"the lead", MARKED, RULE_A, "lead_id = \"lead_2\";" AS_FILE, RULE_B, false},
};

static void digest_of(size_t row, char digest[100])
{
    struct str text = STR_INIT(10000);
    str_printf(&text,
        "folders = ( { %s } );\nrules = ( { name = \"c\"; %s }, { name = \"a\"; %s }, { name = "
        "\"b\"; %s } );",
        marks[row].folder, marks[row].c, marks[row].a, marks[row].b);
    struct config *config = load_good(str_text(&text));
    snprintf(digest, 100, "%s", config->folders[0].rules_digest);
    config_release(config);
    str_release(&text);
}

static void marks_what_the_rules_of_a_folder_say(void **state)
{
    (void)state;
    char first[100], digest[100];
    digest_of(0, first);
    assert_true(strlen(first) >= 16); /* not equal by chance */
    for (size_t i = 0; i < COUNT(marks); i++) {
        digest_of(i, digest);
        if ((strcmp(digest, first) == 0) != marks[i].is_same)
            fail_msg("%s: %s, before %s", marks[i].name, digest, first);
    }
}

/* ---- what is wrong ---- */

#define IN_FOLDER(lines) "folders = ( {\n path = \"/srv/scans\";\n " lines "\n} );\n"

static const struct {
    const char *text;
    const char *words; /* behind the file's name */
} wrong[] = {
    {"", ":1: folders: contains no folder to watch"},
    {"folders = ();", ":1: folders: contains no folder to watch"},
    {"folders = 5;", ":1: folders: must be a list of groups"},
    {"folders = ( 5 );", ":1: folders: each entry must be a group"},
    {"folders = ( { name = \"x\"; } );", ":1: folders[0].path: is missing"},
    {FOLDER "limits = { transfers = 0; };",
        ":2: limits.transfers: must be a whole number from 1 to 64"},
    {FOLDER "limits = { transfers = 65; };", ":2: limits.transfers: must be a whole number"},
    {FOLDER "limits = { transfers = \"8\"; };", ":2: limits.transfers: must be a whole number"},
    {FOLDER "limits = { transfers = 1.5; };", ":2: limits.transfers: must be a whole number"},
    {FOLDER "limits = { transfers = 4294967304; };", ":2: a number is too large"},
    {FOLDER "limits = {\n\n timeout = \"10\"; };",
        ":4: limits.timeout: \"10\" is not a valid duration"},
    {FOLDER "limits = { timeout = 10; };", ":2: limits.timeout: must be a string in quotes"},
    {FOLDER "limits = { timeout = \"2h\"; };",
        ":2: limits.timeout: \"2h\" is out of range; it must "
        "be 100ms to 1h"},
    {FOLDER "limits = { retry_first = \"1h\"; retry_max = \"1s\"; };",
        ":2: limits.retry_first: must not be longer than retry_max"},
    {FOLDER "limits = 5;", ":2: limits: must be a group"},
    {FOLDER "limit = { };", ":2: limit: unknown key; did you mean limits?"},
    {FOLDER "zzzzzzzzzzzz = 1;", ":2: zzzzzzzzzzzz: unknown key; known keys here are "},
    {FOLDER "close = { api_url = \"http://api.close.com/\"; };",
        ":2: close.api_url: would send the API key unencrypted"},
    {FOLDER "close = { api_url = \"api.close.com\"; };",
        ":2: close.api_url: \"api.close.com\" is no"},
    {FOLDER "close = { api_url = \"https://a.b/?x\"; };",
        ":2: close.api_url: \"https://a.b/?x\" is no"},
    {FOLDER "close = { upload_hosts = [ ]; };",
        ":2: close.upload_hosts: is empty, so nothing could be uploaded"},
    {FOLDER "close = { upload_hosts = \"a.b\"; };",
        ":2: close.upload_hosts: must be a list of strings"},
    {FOLDER "close = { api_keyfile = \"x\"; };",
        ":2: close.api_keyfile: unknown key; did you mean api_key_file?"},
    {"folders = ( { path = \"/srv/scans\"; expect = \"weekly 10:00\"; } );\n",
        ":1: folders[0].expect: \"weekly 10:00\" is not a valid time of the week; write days and a "
        "time, e.g. \"workdays 10:00\""},
    {"folders = ( { path = \"/srv/scans\"; silent = \"500ms\"; } );\n",
        ":1: folders[0].silent: is too short to mean anything"},
    {FOLDER "alert = { mail = [ \"Office <a@b.c>\" ]; };",
        ":2: alert.mail: \"Office <a@b.c>\" is not a valid address; write it without a name"},
    {FOLDER "alert = { from = \"nobody\"; };", ":2: alert.from: \"nobody\" is not a valid address"},
    {FOLDER "alert = { smtp = \"http://localhost\"; };",
        ":2: alert.smtp: \"http://localhost\" is not the URL of a mail server"},
    {FOLDER "alert = { digest = \"7:30\"; };",
        ":2: alert.digest: \"7:30\" is not a time of the day, e.g. \"07:30\""},
    {FOLDER "hooks = { done = \"/bin/a b\"; };",
        ":2: hooks.done: must be a list of strings in quotes, none empty"},
    {FOLDER "hooks = { finished = [ \"/bin/a\" ]; };", ":2: hooks.finished: unknown key"},
    {"folders = ( { path = \"/srv/scans\"; tell = { late = \"500ms\"; }; } );\n",
        ":1: folders[0].tell.late: is too short to mean anything"},
    {"folders = ( { path = \"/srv/scans\"; tell = { failed = true; }; } );\n",
        ":1: folders[0].tell.failed: has no effect without mail"},
    {"folders = ( { path = \"/srv/scans\"; tell = { mail = \"a@b.c\"; }; } );\n",
        ":1: folders[0].tell.mail: has no effect without late or failed"},
    {"folders = ( { path = \"/srv/scans\"; tell = { late = \"1h\"; mail = \"office\"; }; } );\n",
        ":1: folders[0].tell.mail: \"office\" is not a valid address"},
    {"folders = ( { path = \"/srv/scans\"; tell = { late = \"1h\"; mail = \"{owner.email}\"; }; } "
     ");\n",
        ":1: folders[0].tell.mail: {owner.email}: it is only known if people.file names"},
    {FOLDER "people = { key = \"{owner}\"; };", ":2: people.file: is missing; name the table"},
    {FOLDER "people = { file = \"p.csv\"; key = \"{owner.email}\"; };",
        ":2: people.key: {owner.email}: it is only known if people.file names"},
    {FOLDER "rules = ( { name = \"r\"; lead_id = \"lead_A\"; note = { text = \"x\"; user_id = "
            "\"{owner.user_id}\"; }; } );",
        ":2: rules[0].note.user_id: {owner.user_id}: it is only known if people.file names"},
    {FOLDER "log = { level = \"loud\"; };", ":2: log.level: \"loud\" is not valid here; it must be "
                                            "\"error\", \"warn\", \"info\" or \"debug\""},
    {FOLDER "log = { format = \"xml\"; };", ":2: log.format: \"xml\" is not valid here"},
    {IN_FOLDER("setle = \"5s\";"), ":3: folders[0].setle: unknown key; did you mean settle?"},
    {IN_FOLDER("recursive = \"yes\";"), ":3: folders[0].recursive: must be true or false"},
    {IN_FOLDER("recursive = 1;"), ":3: folders[0].recursive: must be true or false"},
    {IN_FOLDER("min_size = \"1 MB\";"), ":3: folders[0].min_size: \"1 MB\" is not a valid size"},
    {IN_FOLDER("min_size = \"2M\"; max_size = \"1M\";"),
        ":3: folders[0].min_size: must not be larger than max_size"},
    {IN_FOLDER("min_size = \"6G\";"), ":3: folders[0].min_size: must not be larger than max_size"},
    {IN_FOLDER("poll_interval = \"1ms\";"),
        ":3: folders[0].poll_interval: \"1ms\" is out of range"},
    {IN_FOLDER("include = [ \"*.pdf\", \"\" ];"),
        ":3: folders[0].include: must be a list of strings"},
    {IN_FOLDER("include = [ \"*.pdf;*.tif\" ];"),
        ":3: folders[0].include: \"*.pdf;*.tif\" can never match"},
    {IN_FOLDER("include = [ 1, 2 ];"), ":3: folders[0].include: must be a list of strings"},
    {IN_FOLDER("marker = \"done\";"), ":3: folders[0].marker: \"done\" must be a file name with"},
    {IN_FOLDER("marker = \"x/{name}\";"),
        ":3: folders[0].marker: \"x/{name}\" must be a file name"},
    {IN_FOLDER("marker = \"{dir}/\";"), ":3: folders[0].marker: \"{dir}/\" must be a file name"},
    {IN_FOLDER("marker = \"{dir}/x/READY\";"),
        ":3: folders[0].marker: \"{dir}/x/READY\" must be a file name"},
    {IN_FOLDER("marker = \"{dir}/{stem}\";"), ":3: folders[0].marker: \"{dir}/{stem}\" must be"},
    {IN_FOLDER("remove_empty = true; after_upload = \"keep\";"),
        ":3: folders[0].remove_empty: has no effect with after_upload = \"keep\""},
    {IN_FOLDER("link = true; after_upload = \"delete\";"),
        ":3: folders[0].link: has no effect with after_upload = \"delete\""},
    {IN_FOLDER("link = true; after_upload = \"keep\";"), ":3: folders[0].link: has no effect"},
    {IN_FOLDER("remove_empty = \"yes\";"), ":3: folders[0].remove_empty: must be true or false"},
    {IN_FOLDER("archive = \"%Y/Uploaded\";"), ":3: folders[0].archive: \"%Y/Uploaded\" must begin"},
    {IN_FOLDER("archive = \"../Uploaded\";"),
        ":3: folders[0].archive: \"../Uploaded\" must be a plain"},
    {IN_FOLDER("archive = \"a/../../b\";"),
        ":3: folders[0].archive: \"a/../../b\" must be a plain"},
    {IN_FOLDER("failed = \".closedrop\";"),
        ":3: folders[0].failed: \".closedrop\" must be a plain"},
    {IN_FOLDER("archive = \"/srv/scans/up\";"),
        ":3: folders[0].archive: \"/srv/scans/up\" is inside"},
    {IN_FOLDER("watch = \"fanotify\";"),
        ":3: folders[0].watch: \"fanotify\" is not valid here; it must "
        "be \"auto\", \"inotify\" or \"poll\""},
    {IN_FOLDER("after_upload = \"burn\";"),
        ":3: folders[0].after_upload: \"burn\" is not valid here"},
    {"state_dir = \"/srv/scans/state\";\n" FOLDER, ":1: state_dir: \"/srv/scans/state\" is inside"},
    {"http = { listen = \"0.0.0.0:8674\"; };\n" FOLDER,
        ":1: http.listen: \"0.0.0.0:8674\" can be reached from outside"},
    {"http = { token_file = \"/etc/token\"; };\n" FOLDER, ":1: http.listen: is missing"},
    {"alert = { ping_file = \"/srv/scans/p\"; };\n" FOLDER,
        ":1: alert.ping_file: \"/srv/scans/p\" is inside"},
    {"alert = { smtp_login_file = \"/srv/scans/l\"; };\n" FOLDER,
        ":1: alert.smtp_login_file: \"/srv/scans/l\" is inside"},
    {"alert = { every = \"0\"; };\n" FOLDER, ":1: alert.every: "},
    {"alert = { late = \"31d\"; };\n" FOLDER, ":1: alert.late: "},
    {"http = { listen = \"127.0.0.1:1\"; token_file = \"/srv/scans/t\"; };\n" FOLDER,
        ":1: http.token_file: \"/srv/scans/t\" is inside"},
    {"http = { listen = \"unix:/srv/scans/h.sock\"; };\n" FOLDER,
        ":1: http.listen: \"/srv/scans/h.sock\" is inside"},
    {"control_socket = \"/srv/scans/control.sock\";\n" FOLDER,
        ":1: control_socket: \"/srv/scans/control.sock\" is inside"},
    {"close = {\n api_key_file = \"/srv/scans/key\"; };\n" FOLDER,
        ":2: close.api_key_file: \"/srv/scans/key\" is inside the drop folder \"/srv/scans\"; "
        "put "
        "it elsewhere"},
    {"close = { ca_file = \"/srv/scans/in/ca.pem\"; };\n" FOLDER,
        ":1: close.ca_file: \"/srv/scans/in/ca.pem\" is inside"},
    {FOLDER "rules = (\n { name = \"r\"; " AS_FILE
            "\n table = { file = \"/srv/scans/t.csv\"; key = "
            "\"x\"; }; } );",
        ":4: rules[0].table: \"/srv/scans/t.csv\" is inside"},
    {"folders = ( { path = \"/srv/a\"; },\n { path = \"/srv/a/b\"; } );",
        ":2: folders[1].path: \"/srv/a/b\" and \"/srv/a\" are one inside the other"},
    {"folders = ( { path = \"/srv/a/b\"; },\n { path = \"/srv/a//\"; } );",
        ":2: folders[1].path: \"/srv/a\" and \"/srv/a/b\" are one inside the other"},
    {"folders = ( { path = \"/srv/a\"; },\n { path = \"/mnt/a\"; } );",
        ":2: folders[1].name: \"a\" is already the name of another folder"},
    {"folders = (\n", ":"},
    {"@include \"x\"\n" FOLDER, ":1: @include is not supported"},
    {"state_dir = \"/a\"; state_dir = \"/b\";\n" FOLDER, ":1: duplicate setting name"},
};

/* ---- rules that are wrong ---- */

/* the rule begins in line 2, and the error is in line 4 */
#define IN_RULE(lines)                                                                             \
    "folders = ( { path = \"/srv/scans\"; rules = [ \"r\" ]; } );\nrules = ( {\n name = "          \
    "\"r\";\n " lines "\n} );\n"
#define IN_EMAIL(lines) IN_RULE(TO_LEAD "email = { " lines " };")
#define IN_NOTE(lines) IN_RULE(TO_LEAD "note = { " lines " };")
#define IN_MATCH(lines) IN_RULE(TO_LEAD AS_FILE "match = { " lines " };")

static const struct {
    const char *text;
    const char *words; /* behind the file's name */
} wrong_rules[] = {
    /* the list */
    {FOLDER "rules = { };", ":2: rules: must be a list of groups"},
    {FOLDER "rules = ( 5 );", ":2: rules: each entry must be a group"},
    {FOLDER "rules = (\n { " TO_LEAD AS_FILE " } );", ":3: rules[0].name: is missing"},
    {FOLDER "rules = (\n { name = \"\";" TO_LEAD AS_FILE " } );", ":3: rules[0].name: is missing"},
    {FOLDER "rules = (\n { name = 5;" TO_LEAD AS_FILE " } );",
        ":3: rules[0].name: must be a string in quotes"},
    {FOLDER "rules = (" RULE("r", TO_LEAD AS_FILE) ",\n" RULE("s", TO_LEAD AS_FILE) ",\n" RULE(
         "r", TO_LEAD AS_FILE) ");",
        ":4: rules[2].name: \"r\" is already the name of another rule; each needs its own"},
    {IN_RULE(TO_LEAD AS_FILE "mach = { };"), ":4: rules[0].mach: unknown key; did you mean match?"},
    {FOLDER "rule = ( );", ":2: rule: unknown key; did you mean rules?"},

    /* what a folder says */
    {"folders = ( {\n path = \"/srv/scans\";\n rules = [ \"fax\" ]; } );",
        ":3: folders[0].rules: there is no rule \"fax\"; add it to the list rules, or correct"},
    {"folders = ( { path = \"/srv/scans\"; rules = [ \"r\", \"\" ]; } );",
        ":1: folders[0].rules: must be a list of strings"},
    {"folders = ( { path = \"/srv/scans\"; rules = \"r\"; } );",
        ":1: folders[0].rules: must be a list of strings"},
    {IN_FOLDER("rules = [ \"R\" ];") "rules = (" RULE("r", TO_LEAD AS_FILE) ");",
        ":3: folders[0].rules: there is no rule \"R\""},
    {IN_FOLDER("no_match = \"ignore\";"),
        ":3: folders[0].no_match: \"ignore\" is not valid here; it must be \"upload\" or \"fail\""},
    {IN_FOLDER("sidecar = \"yes\";"), ":3: folders[0].sidecar: must be true or false"},
    {IN_RULE("lead_id = \"{meta.lead}\"; " AS_FILE),
        ":1: folders[0].sidecar: must be true: the rule \"r\" uses a variable {meta.KEY}, which "
        "comes from sidecars"},
    {IN_RULE(TO_LEAD "note = { text = \"{meta.text}\"; };"),
        ":1: folders[0].sidecar: must be true: the rule \"r\""},
    {IN_RULE(TO_LEAD "note = {}; group = { by = \"{meta.text}\"; };"),
        ":1: folders[0].sidecar: must be true: the rule \"r\""},
    {"folders = ( { path = \"/srv/scans\";\n sidecar = false; rules = [ \"r\" ]; } );\nrules = "
     "(" RULE("r", "contact_id = \"{meta.contact}\"; " AS_FILE) ");",
        ":2: folders[0].sidecar: must be true: the rule \"r\""},

    /* history */
    {FOLDER "history = \"23h\";", ":2: history: is shorter than \"1d\"; \"0\" means"},
    {FOLDER "history = \"forever\";", ":2: history: \"forever\" is not a valid duration"},

    /* limits */
    {FOLDER "limits = { doubt = \"1ms\"; };",
        ":2: limits.doubt: \"1ms\" is out of range; it must be 10ms to 1d"},
    {FOLDER "limits = { doubt = \"2d\"; };", ":2: limits.doubt: \"2d\" is out of range"},
    {FOLDER "limits = { bandwidth = \"8191\"; };",
        ":2: limits.bandwidth: less than \"8K\" per second is too slow"},
    {FOLDER "limits = { bandwidth = 100000; };",
        ":2: limits.bandwidth: must be a string in quotes"},
    {FOLDER "limits = { bandwidth = \"fast\"; };",
        ":2: limits.bandwidth: \"fast\" is not a valid size"},
    {FOLDER "limits = { max_sent = 25; };", ":2: limits.max_sent: must be a string in quotes"},
    {FOLDER "limits = { max_attached = \"25 M\"; };",
        ":2: limits.max_attached: \"25 M\" is not a valid size"},

    /* exactly one source */
    {IN_RULE(AS_FILE),
        ":2: rules[0]: the rule \"r\" must have exactly one of lead_id (or contact_id), find, and "
        "a table with such a column, to say which lead or contact the file belongs to"},
    {IN_RULE("lead_id = \"\"; contact_id = \"\"; " AS_FILE),
        ":2: rules[0]: the rule \"r\" must have exactly one of lead_id"},
    {IN_RULE("lead_id = \"lead_x\"; find = { lead_name = \"x\"; }; " AS_FILE),
        ":2: rules[0]: the rule \"r\" must have exactly one of lead_id"},
    {IN_RULE("lead_id = \"lead_x\"; table = { file = \"x\"; key = \"x\"; }; "
             "find = { lead_name = \"{row.x}\"; }; " AS_FILE),
        ":2: rules[0]: the rule \"r\" must have exactly one of lead_id"},
    /* a table next to it provides values */
    {IN_RULE("contact_id = \"cont_x\"; table = { file = \"x\"; key = \"x\"; }; " AS_FILE),
        ":4: rules[0].table: only supplies values when lead_id or contact_id decides where a file "
        "belongs, and none of them is used; use one, e.g. \"{row.email}\""},
    {IN_RULE("table = { file = \"x\"; key = \"x\"; }; find = { lead_name = \"x\"; }; " AS_FILE),
        ":4: rules[0].table: only supplies values when find decides where a file belongs"},
    {IN_RULE("find = { lead_name = \"{row.x}\"; }; " AS_FILE),
        ":4: rules[0].find.lead_name: {row.x}: it is only known once a row of the"},
    {IN_RULE("find = { lead_name = \"{row.x}\"; }; table = { file = \"x\"; key = \"{row.x}\"; "
             "}; " AS_FILE),
        ":4: rules[0].table.key: {row.x}: it is only known "},
    {IN_RULE("lead_id = \"42\"; " AS_FILE), ":4: rules[0].lead_id: \"42\" is not an ID, which "
                                            "begins with lead_, and contains no variable in "
                                            "braces, e.g. \"{lead}\""},
    {IN_RULE("contact_id = \"lead_x\"; " AS_FILE),
        ":4: rules[0].contact_id: \"lead_x\" is not an ID, which begins with cont_"},
    {IN_FOLDER("no_match = \"fail\";"),
        ":3: folders[0].no_match: has no effect without rules, e.g. rules = [ \"by-lead-id\" ];"},
    /* templates, which belong to no lead */
    {IN_RULE("lead_id = \"lead_1\"; email_template = { name = \"x\"; };"),
        ":4: rules[0].lead_id: makes no sense with email_template: a template does not belong to a "
        "lead; remove it"},
    {IN_RULE("find = { lead_name = \"x\"; }; sms_template = { name = \"x\"; };"),
        ":4: rules[0].find: makes no sense with sms_template"},
    {IN_RULE("email_template = { name = \"x\"; }; set = { custom = { cf_1 = \"x\"; }; };"),
        ":4: rules[0].set: makes no sense with email_template"},
    {IN_RULE("email_template = { name = \"x\"; }; group = { by = \"x\"; };"),
        ":4: rules[0].group: makes no sense with email_template: a template gets one file"},
    {IN_RULE("email_template = { name = \"{contact.name}\"; };"),
        ":4: rules[0].email_template.name: "},
    {IN_RULE("email_template = { };"),
        ":4: rules[0].email_template.name: is missing; name the template that gets the file"},
    {IN_RULE("email_template = { id = \"smstmpl_1\"; };"),
        ":4: rules[0].email_template.id: \"smstmpl_1\" is not the ID of an email template, which "
        "begins with tmpl_"},
    {IN_RULE("email_template = { id = \"tmpl_1\"; body = \"x\"; };"),
        ":4: rules[0].email_template.body: makes no sense with id"},
    {IN_RULE("table = { file = \"x\"; key = \"x\"; }; email_template = { id = \"tmpl_1\"; };"),
        ":4: rules[0].table: only supplies values when email_template decides where a file"},
    {IN_RULE("lead_id = 5; " AS_FILE), ":4: rules[0].lead_id: must be a string in quotes"},
    {IN_RULE("tabel = { file = \"x\"; key = \"x\"; }; " AS_FILE),
        ":4: rules[0].tabel: unknown key; did you mean table?"},

    /* exactly one activity */
    {IN_RULE(TO_LEAD), ":2: rules[0]: the rule \"r\" must have exactly one of email, note, "
                       "lead_file, opportunity, whatsapp, sms, email_template and sms_template, or "
                       "only task or set, to say what is created, e.g. "
                       "lead_file = {};"},
    {IN_RULE(TO_LEAD "email = {}; note = {};"),
        ":2: rules[0]: the rule \"r\" must have exactly one of email, note, lead_file"},
    {IN_RULE(TO_LEAD "note = {}; lead_file = {};"),
        ":2: rules[0]: the rule \"r\" must have exactly one of email, note, lead_file"},
    {IN_RULE(TO_LEAD "email = {}; lead_file = {};"),
        ":2: rules[0]: the rule \"r\" must have exactly one of email, note, lead_file"},
    {IN_RULE(TO_LEAD "email = \"draft\";"), ":4: rules[0].email: must be a group"},
    {IN_RULE(TO_LEAD "emial = {};"), ":4: rules[0].emial: unknown key; did you mean email?"},
    {IN_RULE(TO_LEAD "lead_file = { title = \"T\"; };"),
        ":4: rules[0].lead_file.title: unknown key"},

    /* what Close needs, and takes */
    {IN_RULE(TO_LEAD "sms = { status = \"outbox\"; local_phone = \"+1\"; };"),
        ":4: rules[0].sms.remote_phone: is missing; a text message with status \"outbox\" needs "
        "it, "
        "e.g. remote_phone = \"{row.phone}\";"},
    {IN_RULE(TO_LEAD "whatsapp = { direction = \"incoming\"; " WHATSAPP_REST),
        ":4: rules[0].whatsapp.activity_at: is missing; a WhatsApp message needs it, e.g. "
        "activity_at = \"{date:%Y-%m-%dT%H:%M:%S%z}\";"},
    {IN_RULE(
         TO_LEAD "whatsapp = { activity_at = \"2026\"; direction = \"outbound\"; " WHATSAPP_REST),
        ":4: rules[0].whatsapp.direction: must be one of \"incoming\", \"outgoing\""},
    {IN_RULE(TO_LEAD "note = {}; task = {};"),
        ":4: rules[0].task.text: is missing; a task needs it, e.g. text = "},
    {IN_RULE(TO_LEAD "set = {};"), ":4: rules[0].set.custom: is missing; name a custom field"},
    {IN_RULE(TO_LEAD "set = { on = \"task\"; custom = { cf_1 = \"a\"; }; };"),
        ":4: rules[0].set.on: \"task\" is not valid here; it must be \"lead\" or \"contact\""},
    {IN_RULE(TO_LEAD "set = { custom_add = { region = \"a\"; }; };"),
        ":4: rules[0].set.custom_add.region: is not the ID of a custom field"},
    {IN_RULE(TO_LEAD "task = { text = \"a\"; priority = \"low\"; };"),
        ":4: rules[0].task.priority: must be one of \"high\", \"medium\""},
    {IN_RULE(TO_LEAD "note = {}; email = {}; task = { text = \"a\"; };"),
        ":2: rules[0]: the rule \"r\" must have exactly one of"},
    {IN_RULE(TO_LEAD "opportunity = { value_period = \"weekly\"; };"),
        ":4: rules[0].opportunity.value_period: must be one of \"one_time\", \"monthly\", "
        "\"annual\""},
    {IN_RULE(TO_LEAD "opportunity = { confidence = 101; };"),
        ":4: rules[0].opportunity.confidence"},
    {IN_RULE(TO_LEAD "opportunity = { note = \"a\"; note_html = \"b\"; };"),
        ":4: rules[0].opportunity.note: is ignored by Close when note_html is given"},
    {IN_RULE(TO_LEAD "opportunity = { custom = { region = \"x\"; }; };"),
        ":4: rules[0].opportunity.custom.region: is not the ID of a custom field, such as cf_..."},
    {IN_RULE(TO_LEAD "opportunity = { custom = { cf_1 = 5; }; };"),
        ":4: rules[0].opportunity.custom.cf_1: must be a string in quotes"},
    {IN_RULE(TO_LEAD "note = { custom = { cf_1 = \"x\"; }; };"),
        ":4: rules[0].note.custom: unknown key"},
    {IN_RULE(TO_LEAD "opportunity = { lead_id = \"lead_1\"; };"),
        ":4: rules[0].opportunity.lead_id: unknown key"},

    /* match */
    {IN_MATCH("path = \"(\";"), ":4: rules[0].match.path: this is not a valid regular expression: "
                                "missing closing parenthesis"},
    {IN_MATCH("path = \"[z-a]\";"),
        ":4: rules[0].match.path: this is not a valid regular expression: "},
    {IN_MATCH("path = \"(?<name>x)\";"), ":4: rules[0].match.path: the named group \"name\" hides "
                                         "the variable {name}; choose another"},
    {IN_MATCH("path = \"(?<sha256>x)\";"),
        ":4: rules[0].match.path: the named group \"sha256\" hides the variable {sha256}"},
    {IN_MATCH("path = \"(?<num>x)(?<date>x)\";"),
        ":4: rules[0].match.path: the named group \"date\" hides the variable {date}"},
    {IN_MATCH("path = 5;"), ":4: rules[0].match.path: must be a string in quotes"},
    {IN_MATCH("min_size = \"much\";"), ":4: rules[0].match.min_size: \"much\" is not a valid size"},
    {IN_MATCH("max_size = 5;"), ":4: rules[0].match.max_size: must be a string in quotes"},
    {IN_MATCH("min_size = \"2K\"; max_size = \"1K\";"),
        ":4: rules[0].match.min_size: must not be larger than max_size"},
    {IN_MATCH("paht = \"x\";"), ":4: rules[0].match.paht: unknown key; did you mean path?"},
    {IN_RULE(TO_LEAD AS_FILE "match = \"x\";"), ":4: rules[0].match: must be a group"},

    /* find */
    {IN_RULE("find = { }; " AS_FILE), ":4: rules[0].find: must name exactly one of contact_email, "
                                      "contact_phone, contact_name, lead_name and custom_field"},
    {IN_RULE("find = { contact_phone = \"x\"; country = \"DE\"; }; " AS_FILE),
        ":4: rules[0].find.country: \"DE\" is not a country calling code in digits; write country "
        "= \"49\";"},
    {IN_RULE("find = { contact_phone = \"x\"; country = \"+49\"; }; " AS_FILE),
        ":4: rules[0].find.country: \"+49\" is not a country calling code in digits; write country "
        "= \"49\";"},
    {IN_RULE("find = { contact_phone = \"x\"; country = \"81\"; }; " AS_FILE),
        ":4: rules[0].find.country: \"81\" is not a country calling code with known dialling "
        "rules, "
        "such as country = \"49\"; known are 1 (US CA), 7 (RU KZ)"},
    {IN_RULE("find = { contact_phone = \"x\"; country = 49; }; " AS_FILE),
        ":4: rules[0].find.country: must be a string in quotes"},
    {IN_RULE("find = { contact_email = \"x\"; country = \"49\"; }; " AS_FILE),
        ":4: rules[0].find.country: only applies to "
        "contact_phone"},
    {IN_RULE("find = { contact_email = \"\"; }; " AS_FILE),
        ":4: rules[0].find: must name exactly one of contact_email"},
    {IN_RULE("find = { contact_email = \"x\"; lead_name = \"x\"; }; " AS_FILE),
        ":4: rules[0].find: must name exactly one of contact_email"},
    {IN_RULE("find = { custom_field = { id = \"cf_1\"; value = \"x\"; }; lead_name = \"x\"; "
             "}; " AS_FILE),
        ":4: rules[0].find: must name exactly one of contact_email"},
    {IN_RULE("find = { contact_mail = \"x\"; }; " AS_FILE),
        ":4: rules[0].find.contact_mail: unknown key; did you mean contact_email?"},
    {IN_RULE("find = \"x\"; " AS_FILE), ":4: rules[0].find: must be a group"},
    {IN_RULE("find = { lead_name = 5; }; " AS_FILE),
        ":4: rules[0].find.lead_name: must be a string in quotes"},
    {IN_RULE("find = { custom_field = \"cf_1\"; }; " AS_FILE),
        ":4: rules[0].find.custom_field: must be a group"},
    {IN_RULE("find = { custom_field = { id = \"1\"; value = \"x\"; }; }; " AS_FILE),
        ":4: rules[0].find.custom_field.id: must be the ID of a custom field of leads, e.g. id = "
        "\"cf_...\";"},
    {IN_RULE("find = { custom_field = { id = \"cf_\"; value = \"x\"; }; }; " AS_FILE),
        ":4: rules[0].find.custom_field.id: must be the ID of a custom field"},
    {IN_RULE("find = { custom_field = { id = \"cf_a-b\"; value = \"x\"; }; }; " AS_FILE),
        ":4: rules[0].find.custom_field.id: must be the ID of a custom field"},
    {IN_RULE("find = { custom_field = { value = \"x\"; }; }; " AS_FILE),
        ":4: rules[0].find.custom_field.id: must be the ID of a custom field"},
    {IN_RULE("find = { custom_field = { id = \"cf_1\"; }; }; " AS_FILE),
        ":4: rules[0].find.custom_field.value: is missing"},
    {IN_RULE("find = { custom_field = { id = \"cf_1\"; value = \"\"; }; }; " AS_FILE),
        ":4: rules[0].find.custom_field.value: is missing"},
    {IN_RULE("find = { custom_field = { id = \"cf_1\"; value = \"{x}\"; }; }; " AS_FILE),
        ":4: rules[0].find.custom_field.value: {x} is not a variable"},

    /* table */
    {IN_RULE("table = { key = \"x\"; }; " AS_FILE), ":4: rules[0].table.file: is missing"},
    {IN_RULE("table = { file = 5; key = \"x\"; }; " AS_FILE),
        ":4: rules[0].table.file: must be a string in quotes"},
    {IN_RULE("table = { file = \"x\"; key = 5; }; " AS_FILE),
        ":4: rules[0].table.key: must be a string in quotes"},
    {IN_RULE("table = { file = \"\"; key = \"x\"; }; " AS_FILE),
        ":4: rules[0].table.file: is missing"},
    {IN_RULE("table = { file = \"x\"; }; " AS_FILE), ":4: rules[0].table.key: is missing"},
    {IN_RULE("table = { file = \"x\"; key = \"\"; }; " AS_FILE),
        ":4: rules[0].table.key: is missing"},
    {IN_RULE("table = \"x.csv\"; " AS_FILE), ":4: rules[0].table: must be a group"},
    {IN_RULE("table = { file = \"x\"; key = \"x\"; colum = \"x\"; }; " AS_FILE),
        ":4: rules[0].table.colum: unknown key; did you mean column?"},

    /* group */
    {IN_RULE(TO_LEAD "note = {}; group = { };"), ":4: rules[0].group.by: is missing"},
    {IN_RULE(TO_LEAD "note = {}; group = { by = \"\"; };"), ":4: rules[0].group.by: is missing"},
    {IN_RULE(TO_LEAD "note = {}; group = { by = \"x\"; wait = \"soon\"; };"),
        ":4: rules[0].group.wait: \"soon\" is not a valid duration"},
    {IN_RULE(TO_LEAD "note = {}; group = { by = \"x\"; wait = \"2d\"; };"),
        ":4: rules[0].group.wait: \"2d\" is out of range"},
    {IN_RULE(TO_LEAD "note = {}; group = \"x\";"), ":4: rules[0].group: must be a group"},
    {IN_RULE(TO_LEAD AS_FILE "group = { by = \"x\"; };"),
        ":4: rules[0].group: makes no sense with lead_file: each file is added to the lead"},

    /* variables: unknown, or not known yet where they stand */
    {IN_RULE("lead_id = \"{lead}\"; " AS_FILE), ":4: rules[0].lead_id: {lead} is not a variable; "},
    {IN_RULE("contact_id = \"{\"; " AS_FILE), ":4: rules[0].contact_id: {}: unterminated brace"},
    {IN_RULE("lead_id = \"{lead.id}\"; " AS_FILE),
        ":4: rules[0].lead_id: {lead.id}: it is only known once the lead or contact"},
    {IN_RULE("lead_id = \"{sha256}\"; " AS_FILE),
        ":4: rules[0].lead_id: {sha256}: it is only known once the file is uploaded"},
    {IN_RULE("lead_id = \"{row.lead}\"; " AS_FILE),
        ":4: rules[0].lead_id: {row.lead}: it is only known once a row of the rule's"},
    {IN_RULE("find = { lead_name = \"{lead.name}\"; }; " AS_FILE),
        ":4: rules[0].find.lead_name: {lead.name}: it is only known "},
    {IN_RULE("table = { file = \"x\"; key = \"{row.key}\"; }; " AS_FILE),
        ":4: rules[0].table.key: {row.key}: it is only known "},
    {IN_RULE(TO_LEAD "note = {}; group = { by = \"{sha256}\"; };"),
        ":4: rules[0].group.by: {sha256}: it is only known "},
    {IN_RULE(TO_LEAD "note = {}; group = { by = \"{lead.id}\"; };"),
        ":4: rules[0].group.by: {lead.id}: it is only known "},
    {IN_RULE(TO_LEAD "note = {}; group = { by = \"{row.key}\"; };"),
        ":4: rules[0].group.by: {row.key}: it is only known "},
    {IN_NOTE("text = \"{row.city}\";"), ":4: rules[0].note.text: {row.city}: it is only known "},
    {IN_NOTE("html = \"{nmae}\";"), ":4: rules[0].note.html: {nmae} is not a variable"},
    {IN_NOTE("title = \"a\\nb\";"), ":4: rules[0].note.title: must be a single line"},
    {IN_NOTE("text = \"a\"; html = \"b\";"), ":4: rules[0].note.text: is ignored by Close"},
    {IN_NOTE("title = \"{date}\";"),
        ":4: rules[0].note.title: {date}: it needs a strftime(3) format"},
    {IN_EMAIL("to = [ \"a@b.c\", \"{mail}\" ];"),
        ":4: rules[0].email.to: {mail} is not a variable"},

    /* the fields of an activity */
    {IN_EMAIL("status = \"later\";"),
        ":4: rules[0].email.status: \"later\" is not valid here; it must be \"draft\", \"inbox\", "
        "\"outbox\", \"scheduled\", \"sent\" or \"error\""},
    {IN_EMAIL("status = \"{stem}\";"), ":4: rules[0].email.status: \"{stem}\" is not valid here"},
    {IN_EMAIL("status = \"outbox\"; to = [ \"x@y.z\" ];"),
        ":4: rules[0].email.sender: is missing; an email with status \"outbox\" needs it, e.g. "
        "sender = \"billing@example.com\";"},
    {IN_EMAIL("status = \"outbox\"; sender = \"\"; to = [ \"x@y.z\" ];"),
        ":4: rules[0].email.sender: is missing"},
    {IN_EMAIL("status = \"outbox\"; sender = \"a@b.c\";"),
        ":4: rules[0].email.to: is missing; an email with status \"outbox\" needs it, e.g. to = [ "
        "\"{contact.email}\" ];"},
    {IN_EMAIL("status = \"scheduled\"; sender = \"a@b.c\"; to = [ \"x@y.z\" ];"),
        ":4: rules[0].email.date_scheduled: is missing; an email with status \"scheduled\" needs"},
    {IN_EMAIL("status = \"scheduled\"; sender = \"a@b.c\"; date_scheduled = \"x\";"),
        ":4: rules[0].email.to: is missing"},
    {IN_EMAIL("status = \"inbox\";"), ":4: rules[0].email.sender: is missing"},
    {IN_EMAIL("status = \"error\";"), ":4: rules[0].email.sender: is missing"},
    {IN_EMAIL("template_id = \"tmpl_1\"; body_text = \"x\";"),
        ":4: rules[0].email.template_id: is ignored by Close when body_"},
    {IN_EMAIL("template_id = \"tmpl_1\"; body_html = \"x\";"),
        ":4: rules[0].email.template_id: is ignored by Close when body_"},
    {IN_EMAIL("to = \"x@y.z\";"), ":4: rules[0].email.to: must be a list of strings in quotes"},
    {IN_EMAIL("cc = [ \"x@y.z\", \"\" ];"), ":4: rules[0].email.cc: must be a list of strings"},
    {IN_EMAIL("subject = 5;"), ":4: rules[0].email.subject: must be a string in quotes"},
    {IN_EMAIL("subjet = \"x\";"), ":4: rules[0].email.subjet: unknown key; did you mean subject?"},
    {IN_EMAIL("date_created = \"x\";"), ":4: rules[0].email.date_created: unknown key"},
    {IN_EMAIL("attachments = ( );"), ":4: rules[0].email.attachments: unknown key"},
    {IN_EMAIL("lead_id = \"x\";"), ":4: rules[0].email.lead_id: unknown key"},
    {IN_EMAIL("followup_sequence_delay = 86399;"),
        ":4: rules[0].email.followup_sequence_delay: must be a whole number from 86400"},
    {IN_EMAIL("followup_sequence_add_cc_bcc = 1;"),
        ":4: rules[0].email.followup_sequence_add_cc_bcc: must be true or false"},
    {IN_NOTE("pinned = \"yes\";"), ":4: rules[0].note.pinned: must be true or false"},
    {IN_NOTE("note = \"x\";"), ":4: rules[0].note.note: unknown key"},
    {IN_NOTE("status = \"draft\";"), ":4: rules[0].note.status: unknown key"},
    {IN_NOTE("html = \" <p>a<br>b</p>\";"),
        ":4: rules[0].note.html: <br> is not closed; add <br/> (character 5: \"<br>b</p>\")"},
    {IN_NOTE("html = \"<table/>\";"),
        ":4: rules[0].note.html: Close does not accept the element table in a note"},
    {IN_NOTE("html = \"{date:%H & %M} {{ &copy;\";"),
        ":4: rules[0].note.html: &copy; is not an XHTML entity"},
    {IN_NOTE("html = \"<{stem}>x</{stem}>\";"),
        ":4: rules[0].note.html: Close does not accept the element xxxxxx"},
    {IN_EMAIL("body_html = \"<table><br></table>\";"),
        ":4: rules[0].email.body_html: <br> is not closed; add <br/> (character 8: "
        "\"<br></table>\")"},
};

/* whether a line begins with the file's name and `words` */
static bool tells(const char *problems, const char *words)
{
    char line[400];
    snprintf(line, sizeof(line), "%s%s", path, words);
    const char *found = strstr(problems, line);
    return found && (found == problems || found[-1] == '\n');
}

/* how many lines of `problems` there are */
static size_t count_lines(const char *problems)
{
    size_t lines = 0;
    for (const char *at = problems; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    return lines;
}

static bool is_told(const char *text, const char *words, size_t max_lines)
{
    struct str problems = STR_INIT(100000);
    struct config *config = NULL;
    int result = load(text, &config, &problems);
    bool is_right = result == -EINVAL && !config && tells(str_text(&problems), words) &&
                    count_lines(str_text(&problems)) <= max_lines;
    if (!is_right)
        print_error("  %s\n  should say \"%s\"\n  but says (%d): %s\n", text, words, result,
            str_text(&problems));
    config_release(config);
    str_release(&problems);
    return is_right;
}

static void says_what_is_wrong_and_where(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < COUNT(wrong); i++)
        failures += !is_told(wrong[i].text, wrong[i].words, SIZE_MAX);
    assert_int_equal(failures, 0);
}

/* nor does one mistake make another, but for a key that is written in the wrong way */
static void says_what_is_wrong_with_a_rule(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < COUNT(wrong_rules); i++) {
        bool is_misspelt = strstr(wrong_rules[i].words, "unknown key") != NULL;
        failures += !is_told(wrong_rules[i].text, wrong_rules[i].words, is_misspelt ? 2 : 1);
    }
    assert_int_equal(failures, 0);
}

static void says_how_many_addresses_are_too_many(void **state)
{
    (void)state;
    for (int count = 500; count <= 501; count++) {
        struct str text = STR_INIT(100000), problems = STR_INIT(100000);
        struct config *config = NULL;
        str_add(&text, FOLDER "rules = (" RULE("r", TO_LEAD "email = {\n bcc = [ \"a@b.c\""));
        text.length -= 2; /* the end of the rule */
        for (int i = 1; i < count; i++)
            str_add(&text, ", \"a@b.c\"");
        str_add(&text, " ]; }; } );");
        int result = load(str_text(&text), &config, &problems);
        assert_int_equal(result, count > 500 ? -EINVAL : 0);
        if (count > 500)
            assert_true(tells(str_text(&problems),
                ":3: rules[0].email.bcc: contains more than the 500 addresses that Close accepts"));
        config_release(config);
        str_release(&text);
        str_release(&problems);
    }
}

/* all mistakes of all rules in one run, also those of a rule that no folder names */
static void says_everything_that_is_wrong_with_rules_at_once(void **state)
{
    (void)state;
    static const char *const words[] = {":2: rules[0].match.path: ",
        ":2: rules[0]: the rule \"a\" must have exactly one of lead_id", ":4: rules[0].group.by: ",
        ":5: rules[0].email.sender: ", ":5: rules[0].email.to: ", ":5: rules[0].email.subject: ",
        ":6: rules[1].name: ", ":6: rules[1].note.title: ", ":7: folders[0].rules: "};
    struct str problems = STR_INIT(100000);
    struct config *config = NULL;
    int result = load("rules = (\n { name = \"a\"; match = { path = \"(?<stem>x)\"; };\n"
                      "  find = { lead_name = \"x\"; }; lead_id = \"lead_x\";\n"
                      "  group = { by = \"{sha256}\"; };\n"
                      "  email = { status = \"outbox\"; subject = \"{x}\"; }; },\n"
                      " { name = \"a\"; lead_id = \"lead_x\"; note = { title = \"{y}\"; }; } );\n"
                      "folders = ( { path = \"/srv/scans\"; rules = [ \"b\" ]; } );\n",
        &config, &problems);
    assert_int_equal(result, -EINVAL);
    for (size_t i = 0; i < COUNT(words); i++)
        if (!tells(str_text(&problems), words[i]))
            fail_msg("\"%s\" is missing in:\n%s", words[i], str_text(&problems));
    assert_int_equal(count_lines(str_text(&problems)), COUNT(words));
    str_release(&problems);
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
        ":3: limits.timeout: ", "settle: must be a string", ":6: folders", "nam: unknown key",
        "path: is missing", ":7: log.level: "};
    for (size_t i = 0; i < COUNT(words); i++)
        if (!strstr(str_text(&problems), words[i]))
            fail_msg("\"%s\" is missing in:\n%s", words[i], str_text(&problems));
    assert_int_equal(count_lines(str_text(&problems)), 7);
    str_release(&problems);
}

static void expect_unreadable(const char *file, const char *words)
{
    struct str problems = STR_INIT(100000);
    struct config *config = NULL;
    assert_int_equal(config_load(file, CONFIG_COMPARE_PATHS, &config, &problems), -EINVAL);
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
        IN_PLACE(reads_every_source),
        IN_PLACE(takes_a_table_from_its_own_directory),
        IN_PLACE(reads_what_a_rule_takes),
        IN_PLACE(reads_what_a_folder_says_of_its_rules),
        IN_PLACE(reads_every_activity),
        IN_PLACE(asks_for_what_an_email_needs),
        IN_PLACE(reads_a_group),
        IN_PLACE(knows_what_is_known_when),
        IN_PLACE(marks_what_the_rules_of_a_folder_say),
        IN_PLACE(takes_an_empty_text_for_an_unset_key),
        IN_PLACE(uses_the_xdg_directories),
        IN_PLACE(is_located),
        IN_PLACE(is_held_by_reference),
        IN_PLACE(says_what_is_wrong_and_where),
        IN_PLACE(says_what_is_wrong_with_a_rule),
        IN_PLACE(says_how_many_addresses_are_too_many),
        IN_PLACE(says_everything_that_is_wrong_with_rules_at_once),
        IN_PLACE(says_everything_that_is_wrong_at_once),
        IN_PLACE(refuses_what_is_no_file_of_text),
        IN_PLACE(refuses_a_socket_path_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
