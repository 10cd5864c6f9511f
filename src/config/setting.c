/* One libconfig file, with a note of each key that was read and of each problem that was found. */
#include "closedrop/config/setting.h"

#include "closedrop/base/array.h"
#include "closedrop/base/shortage.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (1024 * 1024)
#define PROBLEMS_MAX (256 * 1024)
#define NUMBER_DIGITS_MAX 9

/** A key some reader asked for, so that a typo can be told what it may have meant. */
struct asked {
    const config_setting_t *group;
    const char *key;
};

struct settings {
    config_t tree;
    char *path;
    struct str problems;
    size_t problem_count;
    struct asked *asked;
    size_t asked_count;
    bool is_short; /* of memory: what was read is not all */
};

static char consumed_mark; /* its address, as a hook, says: this key was read */

static config_setting_t *inner(const struct setting *group)
{
    return (config_setting_t *)(uintptr_t)group;
}

static struct setting *outer(config_setting_t *group)
{
    return (struct setting *)group;
}

/** Read the file ourselves: libconfig would take a directory, a FIFO or a gigabyte. */
static int read_file(const char *path, struct str *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    int result = str_add_file(text, fd);
    close(fd);
    if (!result && memchr(str_text(text), '\0', text->length))
        result = -EILSEQ;
    return result;
}

static void add_problem(struct settings *settings, unsigned line, const char *key, const char *what)
{
    str_printf(&settings->problems, "%s:%u: ", settings->path, line);
    if (key)
        str_printf(&settings->problems, "%s: ", key);
    utf8_escape(&settings->problems, what, strlen(what));
    str_add_char(&settings->problems, '\n');
    settings->problem_count++;
}

static void report_unreadable(struct settings *settings, int error)
{
    const char *what = error == -E2BIG    ? "the file is larger than 1 MiB; is this the right file?"
                       : error == -EILSEQ ? "the file holds a NUL byte; is this the right file?"
                                          : strerror(-error);
    str_printf(&settings->problems, "%s: cannot be read: %s\n", settings->path, what);
    settings->problem_count++;
}

/** libconfig only says that it stumbled: say also what it usually stumbles over. */
static void report_syntax(struct settings *settings)
{
    struct str what = STR_INIT(512);
    str_printf(&what,
        "%s; look here and just above for a missing ; , } ) ] or quote, or a key written twice",
        config_error_text(&settings->tree));
    add_problem(settings, (unsigned)config_error_line(&settings->tree), NULL, str_text(&what));
    str_release(&what);
}

/** libconfig takes "@include" only where it begins a line; that line's number, 0 for none. */
static unsigned line_of_include(const char *text)
{
    for (unsigned line = 1; *text; line++) {
        const char *start = text + strspn(text, " \t");
        if (str_starts_with(start, "@include"))
            return line;
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return 0;
}

/** What follows a quoted text or a comment that begins at `at`; NULL where neither does. */
static const char *after_quiet_part(const char *at)
{
    const char *end;
    if (*at == '"') {
        for (end = at + 1; *end && *end != '"'; end++)
            end += *end == '\\' && end[1];
        return *end ? end + 1 : end;
    }
    if (*at == '#' || (at[0] == '/' && at[1] == '/'))
        return at + strcspn(at, "\n");
    if (at[0] != '/' || at[1] != '*')
        return NULL;
    end = strstr(at + 2, "*/");
    return end ? end + 2 : at + strlen(at);
}

/** libconfig cuts big whole numbers short without a word; the line of the first, 0 for none. */
static unsigned line_of_big_number(const char *text)
{
    const char *at = text;
    while (*at) {
        const char *after = after_quiet_part(at);
        size_t digits = strspn(at, "0123456789");
        if (!after && digits > NUMBER_DIGITS_MAX) {
            unsigned line = 1;
            for (const char *c = text; c < at; c++)
                line += *c == '\n';
            return line;
        }
        at = after ? after : at + (digits ? digits : 1);
    }
    return 0;
}

/** What libconfig stumbles over, and what was most likely meant. */
static const struct {
    uint32_t first, last;
    const char *name, *right;
} odd_characters[] = {
    {0xA0, 0xA0, "a non-breaking space", "write a plain one"},
    {0x2000, 0x200F, "an odd blank", "write a plain space"},
    {0x202F, 0x202F, "a narrow non-breaking space", "write a plain one"},
    {0x3000, 0x3000, "a wide space", "write a plain one"},
    {0xFEFF, 0xFEFF, "a byte order mark in the middle", "delete it"},
    {0x2018, 0x201F, "a curly quote", "write a straight one, \""},
    {0xAB, 0xAB, "an angle quote", "write a straight one, \""},
    {0xBB, 0xBB, "an angle quote", "write a straight one, \""},
    {0, UINT32_MAX, "a character that stands in texts only", "put the text in quotes"},
};

/** The number of the character at `at`; the byte where it is none. */
static uint32_t code_at(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;
    switch (utf8_length(c, strnlen(at, 4))) {
    case 2:
        return (c[0] & 0x1FU) << 6 | (c[1] & 0x3FU);
    case 3:
        return (c[0] & 0x0FU) << 12 | (c[1] & 0x3FU) << 6 | (c[2] & 0x3FU);
    case 4:
        return (c[0] & 0x07U) << 18 | (c[1] & 0x3FU) << 12 | (c[2] & 0x3FU) << 6 | (c[3] & 0x3FU);
    default:
        return c[0];
    }
}

/** The first character outside of texts and comments that is not ASCII; NULL where there is none.
 */
static const char *find_odd(const char *text)
{
    while (*text && (unsigned char)*text < 0x80) {
        const char *after = after_quiet_part(text);
        text = after ? after : text + 1;
    }
    return *text ? text : NULL;
}

/** A curly quote that was to end a text which goes on in the next line; NULL where there is none.
 */
static const char *find_odd_end(const char *text)
{
    for (const char *after; *text; text = after ? after : text + 1) {
        after = after_quiet_part(text);
        size_t line = strcspn(text, "\n");
        if (*text != '"' || !after || text + line >= after)
            continue;
        for (const char *at = text; at < text + line; at++)
            if ((*at & 0x80) && code_at(at) >= 0x2018 && code_at(at) <= 0x201F)
                return at;
    }
    return NULL;
}

static void report_odd(struct settings *settings, const char *text, const char *odd)
{
    struct str what = STR_INIT(512);
    unsigned line = 1, column = 1;
    size_t i = 0;
    for (const char *at = text; at < odd; at++) {
        bool is_end = *at == '\n';
        line += is_end;
        column = is_end ? 1 : column + !utf8_continues(*at);
    }
    while (code_at(odd) < odd_characters[i].first || code_at(odd) > odd_characters[i].last)
        i++;
    bool is_text = utf8_length((const unsigned char *)odd, strnlen(odd, 4)) > 0;
    if (is_text)
        str_printf(&what, "column %u: here is %s (U+%04X); %s", column, odd_characters[i].name,
            (unsigned)code_at(odd), odd_characters[i].right);
    else
        str_printf(&what,
            "column %u: here is a byte that is no UTF-8, %02X; save the file as UTF-8", column,
            (unsigned)code_at(odd));
    add_problem(settings, line, NULL, str_text(&what));
    str_release(&what);
}

/** Some editors begin a file with a byte order mark. */
static const char *after_mark(const char *text)
{
    static const char mark[] = "\xEF\xBB\xBF";
    return text + (str_starts_with(text, mark) ? strlen(mark) : 0);
}

static void read_tree(struct settings *settings, const char *text)
{
    if (config_read_string(&settings->tree, text))
        return;
    const char *odd = find_odd_end(text);
    if (odd)
        report_odd(settings, text, odd);
    else
        report_syntax(settings);
}

/** What is wrong is noted. */
static void parse(struct settings *settings, const char *text)
{
    unsigned line;
    const char *odd = find_odd(text);
    if (odd)
        report_odd(settings, text, odd);
    else if ((line = line_of_include(text)) != 0)
        add_problem(
            settings, line, NULL, "@include is not supported; write everything into this file");
    else if ((line = line_of_big_number(text)) != 0)
        add_problem(settings, line, NULL,
            "a number is too large; sizes and durations are texts, e.g. \"25M\" or \"15m\"");
    else
        read_tree(settings, text);
}

int settings_open(const char *path, struct settings **ret_settings)
{
    struct settings *settings = calloc(1, sizeof(*settings));
    *ret_settings = settings;
    if (!settings)
        return -ENOMEM;
    settings->problems = (struct str)STR_INIT(PROBLEMS_MAX);
    config_init(&settings->tree);
    settings->path = strdup(path);
    if (!settings->path)
        return -ENOMEM;

    struct str text = STR_INIT(FILE_MAX);
    int result = read_file(path, &text);
    if (result < 0)
        report_unreadable(settings, result);
    else
        parse(settings, after_mark(str_text(&text)));
    str_release(&text);
    if (is_shortage(result))
        return result;
    return settings->problem_count ? -EINVAL : 0;
}

void settings_close(struct settings *settings)
{
    if (!settings)
        return;
    config_destroy(&settings->tree);
    str_release(&settings->problems);
    free(settings->path);
    free(settings->asked);
    free(settings);
}

const char *settings_problems(const struct settings *settings)
{
    return str_text(&settings->problems);
}

void settings_set_short(struct settings *settings)
{
    settings->is_short = true;
}

bool settings_are_short(const struct settings *settings)
{
    return settings->is_short;
}

size_t settings_problem_count(const struct settings *settings)
{
    return settings->problem_count;
}

struct setting *settings_root(struct settings *settings)
{
    return outer(config_root_setting(&settings->tree));
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
    config_setting_t *within = inner(group);
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
    add_key_path(&path, inner(group), key);
    va_list arguments;
    va_start(arguments, format);
    str_vprintf(&what, format, arguments);
    va_end(arguments);
    add_problem(settings, line, str_text(&path), str_text(&what));
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

/** The member `key`, now consumed; NULL where the file has none. */
static config_setting_t *consume(
    struct settings *settings, const struct setting *group, const char *key)
{
    if (!group)
        return NULL;
    remember_asked(settings, inner(group), key);
    config_setting_t *member = config_setting_get_member(inner(group), key);
    if (member)
        config_setting_set_hook(member, &consumed_mark);
    return member;
}

bool setting_has(const struct setting *group, const char *key)
{
    const config_setting_t *member = group ? config_setting_get_member(inner(group), key) : NULL;
    const char *text = member ? config_setting_get_string(member) : NULL;
    bool is_empty_list =
        member && config_setting_is_array(member) && config_setting_length(member) == 0;
    return member && !(text && !*text) && !is_empty_list; /* that is an unset key */
}

static void consume_all(config_setting_t *setting)
{
    config_setting_set_hook(setting, &consumed_mark);
    for (int i = 0; config_setting_is_aggregate(setting) && i < config_setting_length(setting); i++)
        consume_all(config_setting_get_elem(setting, (unsigned)i));
}

void setting_skip(struct settings *settings, struct setting *group, const char *key)
{
    config_setting_t *member = consume(settings, group, key);
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
    print_setting(inner(group), out);
}

struct setting *setting_group(struct settings *settings, struct setting *parent, const char *key)
{
    config_setting_t *member = consume(settings, parent, key);
    if (member && !config_setting_is_group(member)) {
        setting_problem(settings, parent, key, "must be a group: %s = { ... };", key);
        return NULL;
    }
    return outer(member);
}

size_t setting_list_length(struct settings *settings, struct setting *parent, const char *key)
{
    config_setting_t *member = consume(settings, parent, key);
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
    config_setting_t *member = consume(settings, parent, key);
    config_setting_t *group = member ? config_setting_get_elem(member, (unsigned)index) : NULL;
    if (group)
        config_setting_set_hook(group, &consumed_mark);
    return outer(group);
}

static const char *read_text(
    struct settings *settings, struct setting *group, const char *key, const char *example)
{
    config_setting_t *member = consume(settings, group, key);
    if (!member)
        return NULL;
    const char *text = config_setting_get_string(member);
    if (!text)
        setting_problem(
            settings, group, key, "must be a text in quotes, e.g. %s = \"%s\";", key, example);
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
    config_setting_t *member = consume(settings, group, key);
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
    config_setting_t *member = consume(settings, group, key);
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
            "\"%s\" is no size; write a whole number and K, M, G or nothing, e.g. \"25M\"", text);
    return bytes;
}

int64_t setting_duration(struct settings *settings, struct setting *group, const char *key,
    const char *fallback, const char *least, const char *most)
{
    int64_t ms = 0, least_ms = 0, most_ms = 0;
    (void)units_duration(fallback, &ms);
    (void)units_duration(least, &least_ms);
    (void)units_duration(most, &most_ms);
    const char *text = read_text(settings, group, key, fallback);
    if (!text)
        return ms;
    int64_t read_ms = ms;
    if (units_duration(text, &read_ms) < 0)
        setting_problem(settings, group, key,
            "\"%s\" is no duration; write a whole number and ms, s, m, h or d, e.g. \"%s\"", text,
            fallback);
    else if (read_ms < least_ms || read_ms > most_ms)
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
        settings, group, key, "\"%s\" is not known; it must be %s", text, str_text(&list));
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
    config_setting_t *member = consume(settings, group, key);
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
            "must be a list of texts in quotes, none empty, e.g. %s = [ \"*.pdf\", \"*.tif\" ];",
            key);
    char **copy = good && texts ? copy_list(settings, texts, count) : copy_list(settings, NULL, 0);
    free(texts);
    return copy;
}

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

/** Whether entry `i` of what was asked for stands there a second time. */
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
    const struct setting *within = outer((config_setting_t *)(uintptr_t)group);
    if (closest)
        setting_problem(settings, within, key, "unknown key; did you mean %s?", closest);
    else if (!known.length)
        setting_problem(settings, within, key, "unknown key; nothing can be set here");
    else
        setting_problem(settings, within, key, "unknown key; known here are %s", str_text(&known));
    str_release(&known);
}

static void report_rest_of(struct settings *settings, config_setting_t *container)
{
    int length = config_setting_length(container);
    for (int i = 0; i < length; i++) {
        config_setting_t *member = config_setting_get_elem(container, (unsigned)i);
        bool is_consumed = config_setting_get_hook(member) == &consumed_mark;
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
