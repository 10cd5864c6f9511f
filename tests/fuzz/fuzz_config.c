/* The text of a configuration, whole: what is read is sound and means the same each time, and what
 * is wrong is reported, one line each. */
#include "fuzz.h"

#include "closedrop/base/url.h"
#include "closedrop/close/activity.h"
#include "closedrop/close/record.h"
#include "closedrop/config/config.h"
#include "closedrop/config/load.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/un.h>
#include <unistd.h>

/* libconfig forgets the text it was in, and the one before it, when it stumbles */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
    return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

#define DAY_MS (24LL * 3600 * 1000)

/* ---- what a good one says ---- */

static void check_settings(const struct config *config)
{
    struct url url;
    struct sockaddr_un address;
    assert(*config->state_dir == '/');
    assert(strlen(config->control_socket) < sizeof(address.sun_path));
    assert(url_parse(config->close.api_url, &url) == 0);
    assert(url.secure || url_is_loopback(&url));
    assert(str_ends_with(config->close.api_url, "/") && config->close.upload_hosts[0]);
    assert(config->limits.transfers >= 1 && config->limits.transfers <= 64);
    assert(config->limits.max_attempts >= 1);
    assert(config->limits.retry_first_ms >= 1);
    assert(config->limits.retry_first_ms <= config->limits.retry_max_ms);
    assert(config->limits.timeout_ms >= 100 && config->limits.doubt_ms >= 10);
    assert(config->limits.max_sent >= 0 && config->limits.max_attached >= 0);
    assert(config->log_level < LOG_LEVELS && config->log_format < LOG_FORMATS);
    assert(config->folder_count > 0);
}

static void check_folder(const struct config *config, const struct folder *folder)
{
    assert(config_folder(config, folder->name) == folder); /* its name is its own */
    assert(*folder->path == '/' && *folder->name && strlen(folder->name) <= 100);
    assert(folder->min_size <= folder->max_size && folder->max_size <= FILE_SIZE_MAX);
    assert(folder->settle_ms >= 0 && folder->settle_ms <= DAY_MS && folder->incomplete_ms >= 0);
    assert(folder->poll_ms >= 100 && folder->rescan_ms >= 1000);
    assert(folder->watch < WATCH_MODES && folder->after_upload < AFTER_CHOICES);
    assert(
        *folder->archive && *folder->archive != '.' && *folder->failed && *folder->failed != '.');
    assert(!strchr(folder->marker, '/') && *folder->rules_digest);
    assert(folder->rules[0] || !folder->fails_unmatched);
    for (struct rule **rule = folder->rules; *rule; rule++) {
        assert(config_rule(config, (*rule)->name) == *rule);
        assert(folder->sidecar || !rule_uses(*rule, "meta."));
    }
}

static void check_source(const struct rule *rule)
{
    assert((rule->source == SOURCE_IDS) == (rule->lead_id || rule->contact_id));
    assert((rule->source == SOURCE_FIND) == (rule->find != NULL));
    assert(!rule->table == !rule->table_key && (rule->table || rule->source != SOURCE_TABLE));
    assert(!rule->custom_field || record_is_id(rule->custom_field, "cf_"));
    assert(!rule->table || *rule->table == '/');
}

static void check_fields(const struct rule *rule)
{
    size_t most;
    (void)activity_fields(rule->activity, &most);
    assert(rule->fields.count <= most);
    for (size_t i = 0; i < rule->fields.count; i++) {
        const struct rule_field *field = &rule->fields.all[i];
        bool is_text = field->kind == RULE_FIELD_TEXT || field->kind == RULE_FIELD_LIST;
        assert(is_text == (field->templates != NULL));
        for (size_t j = 0; j < i; j++)
            assert(strcmp(rule->fields.all[j].name, field->name) != 0);
    }
}

static void check_rule(const struct config *config, const struct rule *rule)
{
    assert(config_rule(config, rule->name) == rule && *rule->name);
    assert(rule->activity > ACTIVITY_NONE && rule->activity < ACTIVITY_KINDS);
    assert(!rule->max_size || rule->min_size <= rule->max_size);
    assert(!rule->group || rule->activity != ACTIVITY_LEAD_FILE);
    check_source(rule);
    check_fields(rule);
}

static void check_config(const struct config *config)
{
    check_settings(config);
    for (size_t i = 0; i < config->folder_count; i++)
        check_folder(config, &config->folders[i]);
    for (size_t i = 0; i < config->rule_count; i++)
        check_rule(config, &config->rules[i]);
}

/* ---- reading ---- */

/** "FILE:LINE: ...", one line each, and no terminal obeys them. */
static void check_problems(const char *file, const char *problems)
{
    assert(str_ends_with(problems, "\n") && fuzz_is_utf8(problems));
    for (const char *line = problems; *line; line += strcspn(line, "\n") + 1) {
        assert(str_starts_with(line, file) && line[strlen(file)] == ':');
        for (const char *at = line; *at != '\n'; at++)
            assert((unsigned char)*at >= ' ' && *at != 0x7F);
    }
}

static struct config *load(const char *file)
{
    struct config *config = NULL;
    struct str problems = STR_INIT(1024 * 1024);
    int result = config_load(file, CONFIG_COMPARE_PATHS, &config, &problems);
    assert(result == (config ? 0 : -EINVAL) && !str_error(&problems));
    assert((result == 0) == (problems.length == 0));
    if (config)
        check_config(config);
    else
        check_problems(file, str_text(&problems));
    str_release(&problems);
    return config;
}

/** What is read twice means the same: jobs remember what their rules said. */
static void compare(const struct config *a, const struct config *b)
{
    assert(a->folder_count == b->folder_count && a->rule_count == b->rule_count);
    for (size_t i = 0; i < a->folder_count; i++)
        assert(strcmp(a->folders[i].rules_digest, b->folders[i].rules_digest) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("config", MFD_CLOEXEC);
    assert(fd >= 0 && ftruncate(fd, 0) == 0);
    assert(pwrite(fd, data, size, 0) == (ssize_t)size);
    char file[64];
    snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
    struct config *config = load(file);
    if (config) {
        struct config *again = load(file);
        assert(again);
        compare(config, again);
        config_release(again);
    }
    config_release(config);
    return 0;
}
