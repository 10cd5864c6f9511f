/** Who dropped a file: the row of its owner, or of whatever else names a person. */
#include "closedrop/rules/people.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdlib.h>

#define KEY_MAX 4096

void people_release(struct people *people)
{
    free(people->file);
    template_free(people->key);
    *people = (struct people){0};
}

struct json *people_columns(const struct people_columns *columns)
{
    struct json *array = json_array();
    int result = array ? 0 : -ENOMEM;
    if (!result && columns->email)
        result = json_append_text(array, "email");
    if (!result && columns->user_id)
        result = json_append_text(array, "user_id");
    if (!result)
        return array;
    json_free(array);
    return NULL;
}

struct table_ask people_ask(const struct people *people, const struct json *columns)
{
    return (struct table_ask){
        .file = people->file, .column = "owner", .columns = columns, .is_for_values = true};
}

/** Of the row, what is known of people; "" where there is no row. */
static int add_values(const struct json *row, struct json *values)
{
    static const struct {
        const char *column, *variable;
    } known[] = {{"row.email", "owner.email"}, {"row.user_id", "owner.user_id"}};
    int result = 0;
    for (size_t i = 0; i < COUNT(known) && !result; i++) {
        const char *text = json_get_text(row, known[i].column);
        result = json_add_text(values, known[i].variable, text ? text : "");
    }
    return result;
}

enum table_answer people_lookup(const struct people *people, struct tables *tables,
    const struct table_ask *ask, const struct template_facts *facts, struct json *values,
    struct str *why)
{
    struct str key = STR_INIT(KEY_MAX), unknown = STR_INIT(KEY_MAX);
    CLEANUP(json_freep) struct json *row = json_object();
    enum table_answer answer = TABLE_CHANGING;
    int result = template_expand(people->key, facts, values, TEMPLATE_LINE, &key);
    if (result == 0 && row)
        answer = tables_lookup(tables, ask, str_text(&key), row, &unknown);
    if (answer == TABLE_NO_SUCH_KEY)
        answer = TABLE_FOUND;
    else
        str_add(why, str_text(&unknown));
    if (answer == TABLE_FOUND && add_values(row, values) < 0)
        answer = TABLE_CHANGING;
    str_release(&key);
    str_release(&unknown);
    return answer;
}
