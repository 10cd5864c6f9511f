/** Groups and keys of a configuration file: found, consumed, and named in errors. */
#include "setting_state.h"

#include <stdlib.h>
#include <string.h>

static char consumed_mark; /* its address, as a hook, says: this key was read */

struct setting *settings_root(struct settings *settings)
{
    return setting_outer(config_root_setting(&settings->tree));
}

/** "folders[0].settle": where a key stands. */
static void add_key_path(struct str *out, const config_setting_t *group, const char *key)
{
    if (group && config_setting_parent(group)) {
        const config_setting_t *parent = config_setting_parent(group);
        const char *name = config_setting_name(group);
        add_key_path(out, parent, NULL);
        if (name)
            str_printf(out, "%s%s", config_setting_parent(parent) ? "." : "", name);
        else
            str_printf(out, "[%d]", config_setting_index(group));
        if (key)
            str_add_char(out, '.');
    }
    if (key)
        str_add(out, key);
}

unsigned setting_line(const struct setting *group, const char *key)
{
    config_setting_t *within = setting_inner(group);
    config_setting_t *member = within && key ? config_setting_get_member(within, key) : NULL;
    if (member)
        return config_setting_source_line(member);
    return within && config_setting_parent(within) ? config_setting_source_line(within) : 1;
}

void setting_problem(struct settings *settings, const struct setting *group, const char *key,
    const char *format, ...)
{
    unsigned line = setting_line(group, key);
    struct str path = STR_INIT(1024);
    struct str what = STR_INIT(4096);
    add_key_path(&path, setting_inner(group), key);
    va_list arguments;
    va_start(arguments, format);
    str_vprintf(&what, format, arguments);
    va_end(arguments);
    settings_add_problem(settings, line, str_text(&path), str_text(&what));
    str_release(&path);
    str_release(&what);
}

static void remember_asked(
    struct settings *settings, const config_setting_t *group, const char *key)
{
    struct asked *more =
        realloc(settings->asked, (settings->asked_count + 1) * sizeof(*settings->asked));
    if (!more)
        return; /* only a hint in a message is lost */
    settings->asked = more;
    settings->asked[settings->asked_count++] = (struct asked){group, key};
}

config_setting_t *setting_consume(
    struct settings *settings, const struct setting *group, const char *key)
{
    if (!group)
        return NULL;
    remember_asked(settings, setting_inner(group), key);
    config_setting_t *member = config_setting_get_member(setting_inner(group), key);
    if (member)
        config_setting_set_hook(member, &consumed_mark);
    return member;
}

bool setting_is_consumed(const config_setting_t *setting)
{
    return config_setting_get_hook(setting) == &consumed_mark;
}

bool setting_has(const struct setting *group, const char *key)
{
    const config_setting_t *member =
        group ? config_setting_get_member(setting_inner(group), key) : NULL;
    const char *text = member ? config_setting_get_string(member) : NULL;
    bool is_empty_list =
        member && config_setting_is_array(member) && config_setting_length(member) == 0;
    return member && !(text && !*text) && !is_empty_list; /* that is an unset key */
}

const char *setting_name(const struct setting *group, size_t index)
{
    const config_setting_t *member =
        group ? config_setting_get_elem(setting_inner(group), (unsigned)index) : NULL;
    return member ? config_setting_name(member) : NULL;
}

static void consume_all(config_setting_t *setting)
{
    config_setting_set_hook(setting, &consumed_mark);
    for (int i = 0; config_setting_is_aggregate(setting) && i < config_setting_length(setting); i++)
        consume_all(config_setting_get_elem(setting, (unsigned)i));
}

void setting_skip(struct settings *settings, struct setting *group, const char *key)
{
    config_setting_t *member = setting_consume(settings, group, key);
    if (member)
        consume_all(member);
}

static void print_scalar(const config_setting_t *setting, struct str *out)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_STRING: /* with its length, so that no text looks like two keys */
        str_printf(out, "%zu:%s", strlen(config_setting_get_string(setting)),
            config_setting_get_string(setting));
        break;
    case CONFIG_TYPE_BOOL: /* for get_int64() every one is 0 */
        str_add(out, config_setting_get_bool(setting) ? "true" : "false");
        break;
    case CONFIG_TYPE_FLOAT:
        str_printf(out, "%g", config_setting_get_float(setting));
        break;
    default:
        str_printf(out, "%lld", config_setting_get_int64(setting));
    }
}

static void print_setting(const config_setting_t *setting, struct str *out)
{
    const char *name = config_setting_name(setting);
    str_printf(out, "%s=", name ? name : "");
    if (!config_setting_is_aggregate(setting)) {
        print_scalar(setting, out);
    } else {
        str_add_char(out, '{');
        for (int i = 0; i < config_setting_length(setting); i++)
            print_setting(config_setting_get_elem(setting, (unsigned)i), out);
        str_add_char(out, '}');
    }
    str_add_char(out, ';');
}

void setting_print(const struct setting *group, struct str *out)
{
    print_setting(setting_inner(group), out);
}

struct setting *setting_group(struct settings *settings, struct setting *parent, const char *key)
{
    config_setting_t *member = setting_consume(settings, parent, key);
    if (member && !config_setting_is_group(member)) {
        setting_problem(settings, parent, key, "must be a group: %s = { ... };", key);
        return NULL;
    }
    return setting_outer(member);
}

size_t setting_list_length(struct settings *settings, struct setting *parent, const char *key)
{
    config_setting_t *member = setting_consume(settings, parent, key);
    if (!member)
        return 0;
    if (!config_setting_is_list(member)) {
        setting_problem(
            settings, parent, key, "must be a list of groups: %s = ( { ... }, { ... } );", key);
        return 0;
    }
    size_t length = (size_t)config_setting_length(member);
    for (size_t i = 0; i < length; i++)
        if (!config_setting_is_group(config_setting_get_elem(member, (unsigned)i))) {
            setting_problem(settings, parent, key, "each entry must be a group: { ... }");
            return 0;
        }
    return length;
}

struct setting *setting_list_group(
    struct settings *settings, struct setting *parent, const char *key, size_t index)
{
    config_setting_t *member = setting_consume(settings, parent, key);
    config_setting_t *group = member ? config_setting_get_elem(member, (unsigned)index) : NULL;
    if (group)
        config_setting_set_hook(group, &consumed_mark);
    return setting_outer(group);
}
