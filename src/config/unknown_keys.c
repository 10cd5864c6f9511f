/** Keys that nobody has read: typos, and what they were to be. */
#include "setting_state.h"

#include "closedrop/base/array.h"

#include <string.h>

/** Edit distance of two short words, enough to recognise a typo. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[64];
    size_t width = strlen(b);
    if (width + 1 > COUNT(row))
        return 99;
    for (size_t j = 0; j <= width; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; a[i - 1]; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= width; j++) {
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[width];
}

/** Whether entry `i` of what was asked for occurs a second time. */
static bool asked_before(const struct settings *settings, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (settings->asked[j].group == settings->asked[i].group &&
            strcmp(settings->asked[j].key, settings->asked[i].key) == 0)
            return true;
    return false;
}

static void report_unknown(
    struct settings *settings, const config_setting_t *group, const char *key)
{
    const char *closest = NULL;
    unsigned best = 4;
    struct str known = STR_INIT(2048);
    for (size_t i = 0; i < settings->asked_count; i++) {
        const struct asked *asked = &settings->asked[i];
        if (asked->group != group || asked_before(settings, i))
            continue;
        str_printf(&known, "%s%s", known.length ? ", " : "", asked->key);
        unsigned far = str_starts_with(asked->key, key) ? 0 : distance(key, asked->key);
        if (far < best) {
            best = far;
            closest = asked->key;
        }
    }
    const struct setting *within = setting_outer(group);
    if (closest)
        setting_problem(settings, within, key, "unknown key; did you mean %s?", closest);
    else if (!known.length)
        setting_problem(settings, within, key, "unknown key; no keys are allowed here");
    else
        setting_problem(
            settings, within, key, "unknown key; known keys here are %s", str_text(&known));
    str_release(&known);
}

static void report_rest_of(struct settings *settings, config_setting_t *container)
{
    int length = config_setting_length(container);
    for (int i = 0; i < length; i++) {
        config_setting_t *member = config_setting_get_elem(container, (unsigned)i);
        bool is_consumed = setting_is_consumed(member);
        if (!is_consumed && config_setting_name(member))
            report_unknown(settings, container, config_setting_name(member));
        else if (is_consumed && (config_setting_is_group(member) || config_setting_is_list(member)))
            report_rest_of(settings, member);
    }
}

void setting_report_rest(struct settings *settings)
{
    report_rest_of(settings, config_root_setting(&settings->tree));
}
