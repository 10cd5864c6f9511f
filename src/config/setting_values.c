/** The values of keys, read and checked by their types: texts, numbers, sizes, durations, lists. */
#include "setting_state.h"

#include "closedrop/base/units.h"

#include <stdlib.h>
#include <string.h>

static const char *read_text(
    struct settings *settings, struct setting *group, const char *key, const char *example)
{
    config_setting_t *member = setting_consume(settings, group, key);
    if (!member)
        return NULL;
    const char *text = config_setting_get_string(member);
    if (!text)
        setting_problem(
            settings, group, key, "must be a string in quotes, e.g. %s = \"%s\";", key, example);
    return text && *text ? text : NULL; /* an empty text is an unset key */
}

char *setting_text(
    struct settings *settings, struct setting *group, const char *key, const char *fallback)
{
    const char *text = read_text(settings, group, key, fallback && *fallback ? fallback : "...");
    if (!text)
        text = fallback;
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        settings_set_short(settings);
    return copy;
}

bool setting_bool(struct settings *settings, struct setting *group, const char *key, bool fallback)
{
    config_setting_t *member = setting_consume(settings, group, key);
    if (!member)
        return fallback;
    if (config_setting_type(member) != CONFIG_TYPE_BOOL) {
        setting_problem(settings, group, key, "must be true or false, without quotes");
        return fallback;
    }
    return config_setting_get_bool(member);
}

int setting_int(struct settings *settings, struct setting *group, const char *key, int fallback,
    int least, int most)
{
    config_setting_t *member = setting_consume(settings, group, key);
    if (!member)
        return fallback;
    long long value = config_setting_type(member) == CONFIG_TYPE_INT64
                          ? config_setting_get_int64(member)
                          : config_setting_get_int(member);
    bool is_number =
        config_setting_is_number(member) && config_setting_type(member) != CONFIG_TYPE_FLOAT;
    if (!is_number || value < least || value > most) {
        setting_problem(settings, group, key,
            "must be a whole number from %d to %d, without quotes, e.g. %s = %d;", least, most, key,
            fallback);
        return fallback;
    }
    return (int)value;
}

int64_t setting_size(
    struct settings *settings, struct setting *group, const char *key, const char *fallback)
{
    int64_t bytes = 0;
    (void)units_size(fallback, &bytes);
    const char *text = read_text(settings, group, key, fallback);
    if (text && units_size(text, &bytes) < 0)
        setting_problem(settings, group, key,
            "\"%s\" is not a valid size; write a whole number and K, M, G or nothing, e.g. \"25M\"",
            text);
    return bytes;
}

int64_t setting_duration(struct settings *settings, struct setting *group, const char *key,
    const char *fallback, const char *least, const char *most)
{
    int64_t ms = 0, min_ms = 0, max_ms = 0;
    (void)units_duration(fallback, &ms);
    (void)units_duration(least, &min_ms);
    (void)units_duration(most, &max_ms);
    const char *text = read_text(settings, group, key, fallback);
    if (!text)
        return ms;
    int64_t read_ms = ms;
    if (units_duration(text, &read_ms) < 0)
        setting_problem(settings, group, key,
            "\"%s\" is not a valid duration; write a whole number and ms, s, m, h, d or y, e.g. "
            "\"%s\"",
            text, fallback);
    else if (read_ms < min_ms || read_ms > max_ms)
        setting_problem(
            settings, group, key, "\"%s\" is out of range; it must be %s to %s", text, least, most);
    else
        ms = read_ms;
    return ms;
}

int setting_choice(struct settings *settings, struct setting *group, const char *key,
    const char *const *names, size_t count, int fallback)
{
    const char *text = read_text(settings, group, key, names[fallback]);
    if (!text)
        return fallback;
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, names[i]) == 0)
            return (int)i;
    struct str list = STR_INIT(512);
    for (size_t i = 0; i < count; i++)
        str_printf(&list, "%s\"%s\"", i == 0 ? "" : i + 1 == count ? " or " : ", ", names[i]);
    setting_problem(
        settings, group, key, "\"%s\" is not valid here; it must be %s", text, str_text(&list));
    str_release(&list);
    return fallback;
}

static char **copy_list(struct settings *settings, const char *const *texts, size_t count)
{
    char **copy = calloc(count + 1, sizeof(*copy));
    size_t made = 0;
    while (copy && made < count && (copy[made] = strdup(texts[made])) != NULL)
        made++;
    if (copy && made == count)
        return copy;
    settings_set_short(settings);
    text_list_free(copy);
    return NULL;
}

void text_list_free(char **list)
{
    for (char **at = list; at && *at; at++)
        free(*at);
    free(list);
}

char **setting_texts(
    struct settings *settings, struct setting *group, const char *key, const char *const *fallback)
{
    config_setting_t *member = setting_consume(settings, group, key);
    size_t count = 0;
    if (!member) {
        while (fallback && fallback[count])
            count++;
        return copy_list(settings, fallback, count);
    }
    bool good = config_setting_is_array(member) || config_setting_is_list(member);
    count = good ? (size_t)config_setting_length(member) : 0;
    const char **texts = calloc(count + 1, sizeof(*texts));
    if (!texts)
        settings_set_short(settings);
    for (size_t i = 0; texts && i < count; i++) {
        texts[i] = config_setting_get_string_elem(member, (int)i);
        if (!texts[i] || !*texts[i])
            good = false;
    }
    if (!good)
        setting_problem(settings, group, key,
            "must be a list of strings in quotes, none empty, e.g. %s = [ \"...\", \"...\" ];",
            key);
    char **copy = good && texts ? copy_list(settings, texts, count) : copy_list(settings, NULL, 0);
    free(texts);
    return copy;
}
