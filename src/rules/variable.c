/** The table of variables, and how each finds its value in the facts of a file. */
#include "closedrop/rules/variable.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/files/identity.h"
#include "closedrop/files/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ZONE_ROOM sizeof("+01:00")

/* ---- the facts ---- */

static void set_text(struct variable_value *ret_value, const char *text, size_t length)
{
    ret_value->text = text;
    ret_value->length = length;
}

static const char *suffix_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? dot : name + strlen(name);
}

static void find_name(
    const struct template_facts *facts, const char *format, struct variable_value *value)
{
    (void)format;
    const char *name = path_name(facts->path);
    set_text(value, name, strlen(name));
}

static void find_stem(
    const struct template_facts *facts, const char *format, struct variable_value *value)
{
    (void)format;
    const char *name = path_name(facts->path);
    set_text(value, name, (size_t)(suffix_of(name) - name));
}

static void find_ext(
    const struct template_facts *facts, const char *format, struct variable_value *value)
{
    (void)format;
    const char *suffix = suffix_of(path_name(facts->path));
    suffix += *suffix == '.';
    set_text(value, suffix, strlen(suffix));
}

static void find_dir(
    const struct template_facts *facts, const char *format, struct variable_value *value)
{
    (void)format;
    size_t length = (size_t)(path_name(facts->path) - facts->path);
    set_text(value, facts->path, length ? length - 1 : 0);
}

static void find_folder(
    const struct template_facts *facts, const char *format, struct variable_value *value)
{
    (void)format;
    set_text(value, facts->folder, strlen(facts->folder));
}

static void find_size(
    const struct template_facts *facts, const char *format, struct variable_value *value)
{
    (void)format;
    int length = snprintf(value->room, sizeof(value->room), "%lld", (long long)facts->size);
    set_text(value, value->room, (size_t)length);
}

static void find_sha256(
    const struct template_facts *facts, const char *format, struct variable_value *value)
{
    static const char unknown[] =
        "0000000000000000000000000000000000000000000000000000000000000000";
    (void)format;
    const char *text = facts->sha256 ? facts->sha256 : unknown;
    set_text(value, text, strlen(text));
}

static void find_type(
    const struct template_facts *facts, const char *format, struct variable_value *value)
{
    (void)format;
    set_text(value, facts->content_type, strlen(facts->content_type));
}

static void find_owner(
    const struct template_facts *facts, const char *format, struct variable_value *value)
{
    (void)format;
    const char *owner = facts->owner ? facts->owner : "";
    set_text(value, owner, strlen(owner));
}

/** strftime(3), but %z is +01:00, as Close and RFC 3339 have it, and not +0100. */
static size_t print_time(char *room, size_t size, const char *format, const struct tm *local)
{
    char own[4 * VARIABLE_DATE_MAX];
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
static void find_time(time_t seconds, const char *format, struct variable_value *value)
{
    struct tm local;
    size_t length = 0;
    if (localtime_r(&seconds, &local))
        length = print_time(value->room, sizeof(value->room), format, &local);
    set_text(value, value->room, length);
}

static void find_mtime(
    const struct template_facts *facts, const char *format, struct variable_value *value)
{
    find_time(identity_seconds(facts->mtime_ns), format, value);
}

static void find_date(
    const struct template_facts *facts, const char *format, struct variable_value *value)
{
    int64_t ms = facts->queued_ms;
    find_time(ms / 1000 - (ms % 1000 < 0), format, value);
}

/* ---- the table ---- */

static const struct variable variables[] = {
    {"name", "", KNOWN_ALWAYS, find_name},
    {"stem", "", KNOWN_ALWAYS, find_stem},
    {"ext", "", KNOWN_ALWAYS, find_ext},
    {"dir", "", KNOWN_ALWAYS, find_dir},
    {"folder", "", KNOWN_ALWAYS, find_folder},
    {"size", "", KNOWN_ALWAYS, find_size},
    {"content_type", "", KNOWN_ALWAYS, find_type},
    {"mtime", ":FORMAT", KNOWN_ALWAYS, find_mtime},
    {"date", ":FORMAT", KNOWN_ALWAYS, find_date},
    {"owner", "", KNOWN_ALWAYS, find_owner},
    {"owner.email", "", KNOWN_FROM_PEOPLE, NULL},
    {"owner.user_id", "", KNOWN_FROM_PEOPLE, NULL},
    {"sha256", "", KNOWN_ONCE_UPLOADED, find_sha256},
    {"row.", "COLUMN", KNOWN_FROM_ROW, NULL},
    {"meta.", "KEY", KNOWN_FROM_SIDECAR, NULL},
    {"lead.id", "", KNOWN_FROM_TARGET, NULL},
    {"lead.name", "", KNOWN_FROM_TARGET, NULL},
    {"contact.id", "", KNOWN_FROM_TARGET, NULL},
    {"contact.name", "", KNOWN_FROM_TARGET, NULL},
    {"contact.email", "", KNOWN_FROM_TARGET, NULL},
};

/** Why a variable is not known where it stands. */
static const char *const not_here[] = {
    [KNOWN_ONCE_UPLOADED] = "it is only known once the file is uploaded",
    [KNOWN_FROM_ROW] = "it is only known once a row of the rule's table has been found",
    [KNOWN_FROM_SIDECAR] = "it is only known in folders with sidecar = true",
    [KNOWN_FROM_PEOPLE] = "it is only known if people.file names the list of those who drop files",
    [KNOWN_FROM_TARGET] = "it is only known once the lead or contact has been found",
};

bool variable_takes_format(const struct variable *variable)
{
    return variable->more[0] == ':';
}

bool variable_takes_key(const struct variable *variable)
{
    return variable->more[0] && !variable_takes_format(variable);
}

bool variable_is_known(const struct variable *variable, const struct template_scope *scope)
{
    const bool known[] = {
        [KNOWN_ALWAYS] = true,
        [KNOWN_ONCE_UPLOADED] = scope->sha256,
        [KNOWN_FROM_ROW] = scope->row,
        [KNOWN_FROM_SIDECAR] = scope->meta,
        [KNOWN_FROM_PEOPLE] = scope->people,
        [KNOWN_FROM_TARGET] = scope->target,
    };
    return known[variable->source];
}

const char *variable_why_unknown(const struct variable *variable)
{
    return not_here[variable->source];
}

void variables_print(struct str *out, const struct template_scope *scope)
{
    for (const struct variable *it = variables; it < variables + COUNT(variables); it++)
        if (variable_is_known(it, scope))
            str_printf(out, " {%s%s}", it->name, it->more);
}

const struct variable *variable_find(const char *name, size_t length)
{
    for (const struct variable *it = variables; it < variables + COUNT(variables); it++) {
        size_t own = strlen(it->name);
        bool fits = variable_takes_key(it) ? length >= own : length == own;
        if (fits && memcmp(it->name, name, own) == 0)
            return it;
    }
    return NULL;
}

bool variable_is_of_every_file(const char *name)
{
    const struct variable *variable = variable_find(name, strlen(name));
    return variable &&
           (variable->source == KNOWN_ALWAYS || variable->source == KNOWN_ONCE_UPLOADED);
}

/* ---- formats ---- */

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

bool variable_is_format(const char *format)
{
    const time_t sample = 1790769600; /* Wednesday, 30 September 2026: no names are longer */
    struct tm local;
    char result[VARIABLE_DATE_MAX + 1];
    return localtime_r(&sample, &local) && print_time(result, sizeof(result), format, &local) &&
           is_all_known(format, result);
}
