/** Templates in use: which variables they name, and their text with the values of a file. */
#include "closedrop/rules/template.h"

#include "template_pieces.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

static void put_html(struct str *out, const struct variable_value *value)
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

static void put_in_line(struct str *out, const struct variable_value *value)
{
    CLEANUP(free_text) char *text = strndup(value->text, value->length);
    if (text)
        text_clean(out, text);
    else if (!out->error)
        out->error = -ENOMEM;
}

static void put(struct str *out, const struct variable_value *value, enum template_manner manner)
{
    if (manner == TEMPLATE_HTML)
        put_html(out, value);
    else if (manner == TEMPLATE_LINE)
        put_in_line(out, value);
    else
        str_add_bytes(out, value->text, value->length);
}

static void find_value(const struct piece *piece, const struct template_facts *facts,
    const struct json *values, struct variable_value *ret_value)
{
    if (piece->variable->find) {
        piece->variable->find(facts, piece->format, ret_value);
        return;
    }
    const char *text = json_get_text(values, piece->text);
    ret_value->text = text ? text : "";
    ret_value->length = strlen(ret_value->text);
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
        struct variable_value value;
        find_value(piece, facts, values, &value);
        put(out, &value, manner);
    }
    return str_error(out);
}
