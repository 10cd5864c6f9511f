/** Templates parsed: taken apart into pieces, with a message for whatever is wrong in one. */
#include "closedrop/rules/template.h"

#include "template_pieces.h"

#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"
#include "closedrop/rules/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** How much of an unknown variable a message repeats. */
#define REPEAT_MAX 60

static const struct variable named_group = {"", "", KNOWN_ALWAYS, NULL};

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
    str_add(why, " is not a variable; known here are");
    variables_print(why, scope);
    const char *const *group = scope->pattern ? pattern_groups(scope->pattern) : NULL;
    for (; group && *group; group++)
        str_printf(why, " {%s}", *group);
    str_add(why, "; write {{ for a brace");
    return -EINVAL;
}

/* ---- pieces ---- */

/** What stands between two braces: a variable, and perhaps a format behind a colon. */
static struct piece read_body(const char *body, const struct pattern *pattern)
{
    size_t length = strlen(body);
    const struct variable *variable = variable_find(body, length);
    if (!variable && pattern && pattern_has_group(pattern, body))
        variable = &named_group;
    if (!variable) {
        length = strcspn(body, ":");
        variable = variable_find(body, length);
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
    if (!variable_is_known(variable, scope))
        return complain(why, piece->text, variable_why_unknown(variable));
    if (variable_takes_key(variable) && piece->length == strlen(variable->name))
        return complain(why, piece->text, "a name must follow the dot, as in {row.city}");
    if (!variable_takes_format(variable) && piece->format)
        return complain(why, piece->text, "it takes no format; remove the colon and the rest");
    if (variable_takes_format(variable) && (!piece->format || !variable_is_format(piece->format)))
        return complain(why, piece->text,
            "it needs a strftime(3) format that produces 1 to 200 characters, as in "
            "{date:%Y-%m-%d} or {mtime:%H:%M}");
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

/** The variable that begins after the brace at `*at`, which is moved past the closing one. */
static int add_variable(
    struct template *template, char **at, const struct template_scope *scope, struct str *why)
{
    char *body = *at + 1;
    size_t length = strcspn(body, "{}");
    bool has_end = body[length] == '}';
    *at = body + length + has_end;
    body[length] = '\0';
    if (!has_end)
        return complain(why, body, "unterminated brace; write {{ for a brace itself");
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
