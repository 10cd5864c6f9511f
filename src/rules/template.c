/* A template taken apart into pieces once, and put together with values each time. */
#include "closedrop/rules/template.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"
#include "closedrop/files/identity.h"
#include "closedrop/files/path.h"
#include "closedrop/rules/pattern.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** How long a date may be when it is checked; no year makes one five times as long. */
#define DATE_MAX 200
#define VALUE_ROOM (5 * DATE_MAX)
#define ZONE_ROOM sizeof("+01:00")

/** How much of an unknown variable a message repeats. */
#define REPEAT_MAX 60

/** A variable's value: `text` points to where it lies, or to `room`. */
struct value {
    const char *text;
    size_t length;
    char room[VALUE_ROOM];
};

/** Where a variable is known: always, or where the scope says so. */
enum place { ANYWHERE, IN_UPLOADED, IN_ROW, IN_META, IN_TARGET };

struct variable {
    const char *name;
    const char *more; /* what must follow: a format behind a colon, or a key */
    enum place place;
    void (*find)(const struct template_facts *facts, const char *format, struct value *ret_value);
};

/** A piece of a template: text, or a variable's name. Both lie in the template's own copy. */
struct piece {
    const struct variable *variable; /* NULL: text */
    const char *text;
    size_t length;
    const char *format;
};

struct template
{
    char *copy;
    struct piece *pieces;
    size_t count, room;
};

/* ---- the facts ---- */

static void set_text(struct value *ret_value, const char *text, size_t length)
{
    ret_value->text = text;
    ret_value->length = length;
}

static const char *suffix_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? dot : name + strlen(name);
}

static void find_name(const struct template_facts *facts, const char *format, struct value *value)
{
    (void)format;
    const char *name = path_name(facts->path);
    set_text(value, name, strlen(name));
}

static void find_stem(const struct template_facts *facts, const char *format, struct value *value)
{
    (void)format;
    const char *name = path_name(facts->path);
    set_text(value, name, (size_t)(suffix_of(name) - name));
}

static void find_ext(const struct template_facts *facts, const char *format, struct value *value)
{
    (void)format;
    const char *suffix = suffix_of(path_name(facts->path));
    suffix += *suffix == '.';
    set_text(value, suffix, strlen(suffix));
}

static void find_dir(const struct template_facts *facts, const char *format, struct value *value)
{
    (void)format;
    size_t length = (size_t)(path_name(facts->path) - facts->path);
    set_text(value, facts->path, length ? length - 1 : 0);
}

static void find_folder(const struct template_facts *facts, const char *format, struct value *value)
{
    (void)format;
    set_text(value, facts->folder, strlen(facts->folder));
}

static void find_size(const struct template_facts *facts, const char *format, struct value *value)
{
    (void)format;
    int length = snprintf(value->room, sizeof(value->room), "%lld", (long long)facts->size);
    set_text(value, value->room, (size_t)length);
}

static void find_sha256(const struct template_facts *facts, const char *format, struct value *value)
{
    static const char unknown[] =
        "0000000000000000000000000000000000000000000000000000000000000000";
    (void)format;
    const char *text = facts->sha256 ? facts->sha256 : unknown;
    set_text(value, text, strlen(text));
}

static void find_type(const struct template_facts *facts, const char *format, struct value *value)
{
    (void)format;
    set_text(value, facts->content_type, strlen(facts->content_type));
}

/** strftime(3), but %z is +01:00, as Close and RFC 3339 have it, and not +0100. */
static size_t print_time(char *room, size_t size, const char *format, const struct tm *local)
{
    char own[4 * DATE_MAX];
    const long minutes = labs(local->tm_gmtoff) / 60;
    size_t length = 0;
    for (const char *at = format; *at;) {
        const size_t step = at[0] == '%' && at[1] ? 2 : 1;
        if (length + ZONE_ROOM > sizeof(own))
            return 0;
        memcpy(own + length, at, step);
        if (step == 2 && at[1] == 'z')
            length += (size_t)snprintf(own + length, ZONE_ROOM, "%c%02ld:%02ld",
                local->tm_gmtoff < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
        else
            length += step;
        at += step;
    }
    own[length] = '\0';
    return strftime(room, size, own, local);
}

/** A moment; nothing where no calendar has it. */
static void find_time(time_t seconds, const char *format, struct value *value)
{
    struct tm local;
    size_t length = 0;
    if (localtime_r(&seconds, &local))
        length = print_time(value->room, sizeof(value->room), format, &local);
    set_text(value, value->room, length);
}

static void find_mtime(const struct template_facts *facts, const char *format, struct value *value)
{
    find_time(identity_seconds(facts->mtime_ns), format, value);
}

static void find_date(const struct template_facts *facts, const char *format, struct value *value)
{
    int64_t ms = facts->queued_ms;
    find_time(ms / 1000 - (ms % 1000 < 0), format, value);
}

/* ---- which variables there are ---- */

static const struct variable variables[] = {
    {"name", "", ANYWHERE, find_name},
    {"stem", "", ANYWHERE, find_stem},
    {"ext", "", ANYWHERE, find_ext},
    {"dir", "", ANYWHERE, find_dir},
    {"folder", "", ANYWHERE, find_folder},
    {"size", "", ANYWHERE, find_size},
    {"content_type", "", ANYWHERE, find_type},
    {"mtime", ":FORMAT", ANYWHERE, find_mtime},
    {"date", ":FORMAT", ANYWHERE, find_date},
    {"sha256", "", IN_UPLOADED, find_sha256},
    {"row.", "COLUMN", IN_ROW, NULL},
    {"meta.", "KEY", IN_META, NULL},
    {"lead.id", "", IN_TARGET, NULL},
    {"lead.name", "", IN_TARGET, NULL},
    {"contact.id", "", IN_TARGET, NULL},
    {"contact.name", "", IN_TARGET, NULL},
    {"contact.email", "", IN_TARGET, NULL},
};

static const struct variable named_group = {"", "", ANYWHERE, NULL};

/** Why a variable is not known where it stands. */
static const char *const not_here[] = {
    [IN_UPLOADED] = "it is not known here, only once the file is uploaded",
    [IN_ROW] = "it is not known here, only once a row of the rule's table has been found",
    [IN_META] = "it is not known here, only in folders with sidecar = true",
    [IN_TARGET] = "it is not known here, only once the lead or contact has been found",
};

static bool takes_format(const struct variable *variable)
{
    return variable->more[0] == ':';
}

static bool takes_key(const struct variable *variable)
{
    return variable->more[0] && !takes_format(variable);
}

static bool is_known_in(const struct template_scope *scope, enum place place)
{
    const bool known[] = {
        [ANYWHERE] = true,
        [IN_UPLOADED] = scope->sha256,
        [IN_ROW] = scope->row,
        [IN_META] = scope->meta,
        [IN_TARGET] = scope->target,
    };
    return known[place];
}

static const struct variable *find_variable(const char *name, size_t length)
{
    for (const struct variable *it = variables; it < variables + COUNT(variables); it++) {
        size_t own = strlen(it->name);
        bool fits = takes_key(it) ? length >= own : length == own;
        if (fits && memcmp(it->name, name, own) == 0)
            return it;
    }
    return NULL;
}

bool template_is_variable(const char *name)
{
    const struct variable *variable = find_variable(name, strlen(name));
    return variable && (variable->place == ANYWHERE || variable->place == IN_UPLOADED);
}

/* ---- complaints ---- */

/** "{NAME}", cut where it is long: somebody may have left the second brace out. */
static void repeat(struct str *why, const char *body)
{
    size_t length = utf8_cut(body, REPEAT_MAX);
    str_add_char(why, '{');
    utf8_escape(why, body, length);
    str_add(why, body[length] ? "...}" : "}");
}

static int complain(struct str *why, const char *body, const char *words)
{
    repeat(why, body);
    str_printf(why, ": %s", words);
    return -EINVAL;
}

static int complain_unknown(struct str *why, const char *body, const struct template_scope *scope)
{
    repeat(why, body);
    str_add(why, " is no variable; known here are");
    for (const struct variable *it = variables; it < variables + COUNT(variables); it++)
        if (is_known_in(scope, it->place))
            str_printf(why, " {%s%s}", it->name, it->more);
    const char *const *group = scope->pattern ? pattern_groups(scope->pattern) : NULL;
    for (; group && *group; group++)
        str_printf(why, " {%s}", *group);
    str_add(why, "; a brace is written {{");
    return -EINVAL;
}

/* ---- taking apart ---- */

/** Whether strftime(3) knew all of `format`: what it does not know it leaves as it is. */
static bool is_all_known(const char *format, const char *result)
{
    size_t percents = 0, left = 0;
    for (const char *at = format; (at = strchr(at, '%')) != NULL; at += 2) {
        if (!at[1])
            return false;
        percents += at[1] == '%';
    }
    for (; *result; result++)
        left += *result == '%';
    return percents == left && strchr(format, '%');
}

static bool is_format(const char *format)
{
    const time_t sample = 1790769600; /* Wednesday, 30 September 2026: no names are longer */
    struct tm local;
    char result[DATE_MAX + 1];
    return localtime_r(&sample, &local) && print_time(result, sizeof(result), format, &local) &&
           is_all_known(format, result);
}

/** What stands between two braces: a variable, and perhaps a format behind a colon. */
static struct piece read_body(const char *body, const struct pattern *pattern)
{
    size_t length = strlen(body);
    const struct variable *variable = find_variable(body, length);
    if (!variable && pattern && pattern_has_group(pattern, body))
        variable = &named_group;
    if (!variable) {
        length = strcspn(body, ":");
        variable = find_variable(body, length);
    }
    return (struct piece){
        .variable = variable,
        .text = body,
        .length = length,
        .format = body[length] ? body + length + 1 : NULL,
    };
}

static int check(const struct piece *piece, const struct template_scope *scope, struct str *why)
{
    const struct variable *variable = piece->variable;
    if (!variable)
        return complain_unknown(why, piece->text, scope);
    if (!is_known_in(scope, variable->place))
        return complain(why, piece->text, not_here[variable->place]);
    if (takes_key(variable) && piece->length == strlen(variable->name))
        return complain(why, piece->text, "a name must follow the dot, as in {row.city}");
    if (!takes_format(variable) && piece->format)
        return complain(why, piece->text, "it takes no format; leave out the colon and the rest");
    if (takes_format(variable) && (!piece->format || !is_format(piece->format)))
        return complain(why, piece->text,
            "it needs a format that strftime(3) knows and that gives 1 to 200 characters, "
            "as in {date:%Y-%m-%d} or {mtime:%H:%M}");
    return 0;
}

static int add_piece(struct template *template, const struct piece *piece)
{
    if (template->count == template->room) {
        size_t room = template->room ? 2 * template->room : 8;
        struct piece *pieces = realloc(template->pieces, room * sizeof(*pieces));
        if (!pieces)
            return -ENOMEM;
        template->pieces = pieces;
        template->room = room;
    }
    template->pieces[template->count++] = *piece;
    return 0;
}

static int add_text(struct template *template, const char *text, size_t length)
{
    const struct piece piece = {.text = text, .length = length};
    return length ? add_piece(template, &piece) : 0;
}

/** The variable that begins behind the brace at `*at`, which goes on behind its other half. */
static int add_variable(
    struct template *template, char **at, const struct template_scope *scope, struct str *why)
{
    char *body = *at + 1;
    size_t length = strcspn(body, "{}");
    bool has_end = body[length] == '}';
    *at = body + length + has_end;
    body[length] = '\0';
    if (!has_end)
        return complain(why, body, "its brace has no other half; a brace itself is written {{");
    const struct piece piece = read_body(body, scope->pattern);
    int result = check(&piece, scope, why);
    return result ? result : add_piece(template, &piece);
}

static int take_apart(
    struct template *template, const struct template_scope *scope, struct str *why)
{
    int result = 0;
    for (char *at = template->copy; *at && !result;) {
        size_t length = strcspn(at, "{");
        bool doubled = at[length] == '{' && at[length + 1] == '{';
        result = add_text(template, at, length + doubled);
        at += length + 2 * doubled;
        if (!result && *at && !doubled)
            result = add_variable(template, &at, scope, why);
    }
    return result;
}

static bool is_utf8(const char *text)
{
    size_t step = 1;
    for (; *text && step; text += step)
        step = utf8_length((const unsigned char *)text, strnlen(text, 4));
    return step;
}

int template_new(const char *text, const struct template_scope *scope,
    struct template **ret_template, struct str *why)
{
    if (!is_utf8(text)) {
        str_add(why, "this is not UTF-8; save the configuration as UTF-8");
        return -EINVAL;
    }
    struct template *template = calloc(1, sizeof(*template));
    if (template)
        template->copy = strdup(text);
    int result = template && template->copy ? take_apart(template, scope, why) : -ENOMEM;
    if (result)
        template_free(template);
    else
        *ret_template = template;
    return result;
}

void template_free(struct template *template)
{
    if (!template)
        return;
    free(template->copy);
    free(template->pieces);
    free(template);
}

/* ---- what it uses ---- */

static bool uses(const struct piece *piece, const char *prefix)
{
    return piece->variable && str_starts_with(piece->text, prefix);
}

bool template_uses(const struct template *template, const char *prefix)
{
    for (size_t i = 0; i < template->count; i++)
        if (uses(&template->pieces[i], prefix))
            return true;
    return false;
}

static bool has_text(const struct json *array, const char *text)
{
    for (const struct json *item = json_first(array); item; item = json_next(item))
        if (strcmp(json_text(item), text) == 0)
            return true;
    return false;
}

int template_add_columns(const struct template *template, struct json *columns)
{
    int result = 0;
    for (size_t i = 0; i < template->count && !result; i++) {
        const struct piece *piece = &template->pieces[i];
        const char *column = piece->text + strlen("row.");
        if (uses(piece, "row.") && !has_text(columns, column))
            result = json_append_text(columns, column);
    }
    return result;
}

/* ---- expanding ---- */

static void put_in_html(struct str *out, const char *character, size_t length)
{
    static const struct {
        char character;
        const char *entity;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    for (size_t i = 0; i < COUNT(entities); i++)
        if (*character == entities[i].character) {
            str_add(out, entities[i].entity);
            return;
        }
    bool is_for_markup = (unsigned char)*character >= ' ' || strchr("\t\n\r", *character);
    str_add_bytes(out, is_for_markup ? character : " ", length);
}

static void put_html(struct str *out, const struct value *value)
{
    const char *at = value->text;
    for (size_t left = value->length; left;) {
        size_t step = utf8_length((const unsigned char *)at, left);
        step = step ? step : 1;
        put_in_html(out, at, step);
        at += step;
        left -= step;
    }
}

static void put_in_line(struct str *out, const struct value *value)
{
    CLEANUP(free_text) char *text = strndup(value->text, value->length);
    if (text)
        text_clean(out, text);
    else if (!out->error)
        out->error = -ENOMEM;
}

static void put(struct str *out, const struct value *value, enum template_manner manner)
{
    if (manner == TEMPLATE_HTML)
        put_html(out, value);
    else if (manner == TEMPLATE_LINE)
        put_in_line(out, value);
    else
        str_add_bytes(out, value->text, value->length);
}

static void find_value(const struct piece *piece, const struct template_facts *facts,
    const struct json *values, struct value *ret_value)
{
    if (piece->variable->find) {
        piece->variable->find(facts, piece->format, ret_value);
        return;
    }
    const char *text = json_get_text(values, piece->text);
    set_text(ret_value, text ? text : "", text ? strlen(text) : 0);
}

int template_expand(const struct template *template, const struct template_facts *facts,
    const struct json *values, enum template_manner manner, struct str *out)
{
    for (size_t i = 0; i < template->count; i++) {
        const struct piece *piece = &template->pieces[i];
        if (!piece->variable) {
            str_add_bytes(out, piece->text, piece->length);
            continue;
        }
        struct value value;
        find_value(piece, facts, values, &value);
        put(out, &value, manner);
    }
    return str_error(out);
}
