/** The configuration of a file process to bytes and back, by the table of a folder's fields. */
#include "closedrop/config/config_wire.h"

#include "closedrop/base/array.h"
#include "closedrop/config/config.h"
#include "closedrop/config/own_files.h"

#include <stdlib.h>
#include <string.h>

#define FOLDERS_MAX 65536
#define LIST_MAX 65536

enum kind { KIND_TEXT, KIND_LIST, KIND_NUMBER, KIND_FLAG, KIND_CHOICE };

#define FIELD(of, member, number)                                                                  \
    {                                                                                              \
        .kind = (of), .offset = offsetof(struct folder, member), .choices = (number)               \
    }

/** What a file process needs to know about a folder. */
static const struct {
    enum kind kind;
    size_t offset;
    int choices;
} fields[] = {
    FIELD(KIND_TEXT, name, 0),
    FIELD(KIND_TEXT, path, 0),
    FIELD(KIND_FLAG, recursive, 0),
    FIELD(KIND_LIST, include, 0),
    FIELD(KIND_LIST, exclude, 0),
    FIELD(KIND_NUMBER, min_size, 0),
    FIELD(KIND_NUMBER, max_size, 0),
    FIELD(KIND_NUMBER, settle_ms, 0),
    FIELD(KIND_NUMBER, incomplete_ms, 0),
    FIELD(KIND_TEXT, marker, 0),
    FIELD(KIND_FLAG, remove_empty, 0),
    FIELD(KIND_CHOICE, watch, WATCH_MODES),
    FIELD(KIND_NUMBER, poll_ms, 0),
    FIELD(KIND_NUMBER, rescan_ms, 0),
    FIELD(KIND_CHOICE, after_upload, AFTER_CHOICES),
    FIELD(KIND_TEXT, archive, 0),
    FIELD(KIND_TEXT, failed, 0),
    FIELD(KIND_FLAG, receipts, 0),
    FIELD(KIND_FLAG, link, 0),
    FIELD(KIND_NUMBER, tell.late_ms, 0),
    FIELD(KIND_FLAG, sidecar, 0),
};

/* ---- to bytes ---- */

static void add_list(struct str *out, char *const *list)
{
    size_t count = 0;
    while (list[count])
        count++;
    wire_add_number(out, (int64_t)count);
    for (size_t i = 0; i < count; i++)
        wire_add_text(out, list[i]);
}

static void add_field(struct str *out, const struct folder *folder, size_t field)
{
    const void *member = (const char *)folder + fields[field].offset;
    switch (fields[field].kind) {
    case KIND_TEXT:
        wire_add_text(out, *(char *const *)member);
        break;
    case KIND_LIST:
        add_list(out, *(char **const *)member);
        break;
    case KIND_NUMBER:
        wire_add_number(out, *(const int64_t *)member);
        break;
    case KIND_FLAG:
        wire_add_number(out, *(const bool *)member);
        break;
    default:
        wire_add_number(out, *(const int *)member);
    }
}

void config_to_wire(struct str *out, const struct config *config)
{
    wire_add_text(out, config->file);
    wire_add_text(out, config->state_dir);
    wire_add_text(out, config->close.api_key_file);
    wire_add_text(out, config->close.access_token_file);
    wire_add_text(out, config->close.client_secret_file);
    wire_add_text(out, config->close.ca_file);
    wire_add_text(out, config->http.token_file);
    wire_add_text(out, config->http.read_token_file);
    wire_add_text(out, config->alert.login_file);
    wire_add_text(out, config->alert.ping_file);
    wire_add_text(out, config->people.file);
    wire_add_number(out, config->log_level);
    wire_add_number(out, config->log_format);
    wire_add_number(out, (int64_t)config->rule_count);
    for (size_t i = 0; i < config->rule_count; i++) {
        wire_add_text(out, config->rules[i].name);
        wire_add_text(out, config->rules[i].table);
    }
    wire_add_number(out, (int64_t)config->folder_count);
    for (size_t i = 0; i < config->folder_count; i++) {
        for (size_t field = 0; field < COUNT(fields); field++)
            add_field(out, &config->folders[i], field);
        wire_add_number(out, config->folders[i].rules[0] != NULL);
    }
}

/* ---- and back ---- */

static char **read_list(struct wire *wire)
{
    size_t count = (size_t)wire_number_in(wire, 0, LIST_MAX);
    char **list = calloc(count + 1, sizeof(char *));
    wire->broken = wire->broken || !list;
    for (size_t i = 0; list && i < count && !wire->broken; i++)
        list[i] = wire_whole_text(wire);
    return list;
}

static void read_field(struct wire *wire, struct folder *folder, size_t field)
{
    void *member = (char *)folder + fields[field].offset;
    switch (fields[field].kind) {
    case KIND_TEXT:
        *(char **)member = wire_whole_text(wire);
        break;
    case KIND_LIST:
        *(char ***)member = read_list(wire);
        break;
    case KIND_NUMBER:
        *(int64_t *)member = wire_number(wire);
        break;
    case KIND_FLAG:
        *(bool *)member = wire_number_in(wire, 0, 1);
        break;
    default:
        *(int *)member = (int)wire_number_in(wire, 0, fields[field].choices - 1);
    }
}

/** Of rules only their number counts here: whether the folder has any. */
static struct rule **read_rules(struct wire *wire, const struct config *config)
{
    bool has_any = wire_number_in(wire, 0, config->rule_count > 0);
    struct rule **rules = calloc(2, sizeof(struct rule *));
    wire->broken = wire->broken || !rules;
    if (rules && has_any)
        rules[0] = config->rules;
    return rules;
}

static void read_tables(struct wire *wire, struct config *config)
{
    size_t count = (size_t)wire_number_in(wire, 0, LIST_MAX);
    config->rules = calloc(count + 1, sizeof(*config->rules));
    wire->broken = wire->broken || !config->rules;
    config->rule_count = wire->broken ? 0 : count;
    for (size_t i = 0; i < config->rule_count; i++) {
        config->rules[i].name = wire_whole_text(wire);
        config->rules[i].table = wire_text(wire);
    }
}

static void read_folders(struct wire *wire, struct config *config, size_t mine)
{
    size_t count = (size_t)wire_number_in(wire, (int64_t)mine + 1, FOLDERS_MAX);
    config->folders = wire->broken ? NULL : calloc(count + 1, sizeof(*config->folders));
    wire->broken = wire->broken || !config->folders;
    config->folder_count = wire->broken ? 0 : count;
    for (size_t i = 0; i < config->folder_count; i++) {
        struct folder *folder = &config->folders[i];
        for (size_t field = 0; field < COUNT(fields); field++)
            read_field(wire, folder, field);
        folder->rules = read_rules(wire, config);
        atomic_init(&folder->is_elsewhere, i != mine);
    }
}

static void read_paths(struct wire *wire, struct config *config)
{
    config->file = wire_whole_text(wire);
    config->state_dir = wire_whole_text(wire);
    config->close.api_key_file = wire_text(wire);
    config->close.access_token_file = wire_text(wire);
    config->close.client_secret_file = wire_text(wire);
    config->close.ca_file = wire_text(wire);
    config->http.token_file = wire_text(wire);
    config->http.read_token_file = wire_text(wire);
    config->alert.login_file = wire_text(wire);
    config->alert.ping_file = wire_text(wire);
    config->people.file = wire_text(wire);
    config->log_level = (enum log_level)wire_number_in(wire, 0, LOG_LEVELS - 1);
    config->log_format = (enum log_format)wire_number_in(wire, 0, LOG_FORMATS - 1);
}

struct config *config_from_wire(struct wire *wire, size_t mine)
{
    struct config *config = calloc(1, sizeof(*config));
    if (!config || mine >= FOLDERS_MAX) {
        free(config);
        return NULL;
    }
    atomic_init(&config->references, 1);
    read_paths(wire, config);
    read_tables(wire, config);
    read_folders(wire, config, mine);
    if (!wire->broken && own_files_make(config) == 0) {
        own_files_see(config);
        return config;
    }
    config_release(config);
    return NULL;
}
