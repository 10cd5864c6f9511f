/** Answers POST data/search/: runs the query over the index, page by page. */
#include "api/call.h"
#include "api/search.h"
#include "context.h"
#include "crm/crm.h"
#include "crm/lead_json.h"
#include "crm/leads.h"
#include "crm/schema.h"
#include "http/reply.h"
#include "util/pick.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdlib.h>

#define LIMIT_MAX 200
#define RESULTS_MAX 10000

static const struct schema_field search_fields[] = {
    {.key = "query", .need = SCHEMA_REQUIRED, .type = SCHEMA_OBJECT},
    {.key = "_limit", .need = SCHEMA_NULLABLE, .type = SCHEMA_WHOLE, .min = 1},
    {.key = "results_limit", .need = SCHEMA_NULLABLE, .type = SCHEMA_WHOLE, .min = 1},
    {.key = "cursor", .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT},
    {.key = "_fields", .need = SCHEMA_NULLABLE, .type = SCHEMA_OBJECT},
    {.key = "sort", .need = SCHEMA_NULLABLE, .type = SCHEMA_LIST}, /* and left alone */
    {.key = "include_counts", .need = SCHEMA_NULLABLE, .type = SCHEMA_FLAG},
};

static const struct schema search_schema = SCHEMA(search_fields);

/** One search being answered. */
struct hunt {
    const struct call *call;
    struct search *search;
    int64_t behind;  /* results of earlier pages */
    int64_t limit;   /* of this page */
    int64_t max;     /* of all pages */
    int64_t matches; /* so far */
    struct json *data;
    int result;
};

/* ---- what is asked for ---- */

static bool refuse_query(const struct call *call, struct search **ret_search)
{
    struct json *wrong = json_object();
    int result = schema_check(&search_schema, call->body, wrong);
    struct str why = STR_INIT(1024);
    if (result == 0 && !json_first(wrong))
        result = search_read(json_get(call->body, "query"), ret_search, &why);
    if (result == -EINVAL)
        result = json_add_text(wrong, "query", str_text(&why));
    str_release(&why);
    return call_refuse_fields(call, wrong, result);
}

static bool refuse_limit(const struct hunt *hunt)
{
    if (hunt->limit <= LIMIT_MAX)
        return false;
    reply_error(hunt->call->reply, 400,
        "The limit you set is larger than the maximum limit for this resource (max_limit = 200).");
    return true;
}

/** Continue where the cursor says. */
static bool refuse_cursor(struct hunt *hunt, const char *query)
{
    const struct call *call = hunt->call;
    const char *cursor = json_get_text(call->body, "cursor");
    if (!cursor || cursors_find(&call->sandbox->crm.cursors, cursor, query, &hunt->behind) == 0)
        return false;
    struct json *wrong = json_object();
    return call_refuse_fields(
        call, wrong, json_add_text(wrong, "cursor", "Cursor is invalid or has expired."));
}

/* ---- what is found ---- */

/** "__object_type" and the fields asked for; without any, the id. */
static struct json *describe(const struct json *all_fields, const struct object *object)
{
    const char *type = object_names[object->kind];
    const struct json *fields = json_get(all_fields, type);
    struct json *json = lead_json_new(object, SIGHT_INDEX);
    struct json *row = json_object();
    int result = json_add_text(row, "__object_type", type);
    if (!json_is_array(fields))
        result |= json_add_text(row, "id", object->id);
    for (const struct json *one = json_first(fields); one; one = json_next(one)) {
        const char *key = json_text(one);
        const struct json *value = key ? json_get(json, key) : NULL;
        if (value && !json_get(row, key))
            result |= json_add(row, key, json_copy(value));
    }
    json_free(json);
    return pick_whole(row, result);
}

static void look_through(struct hunt *hunt)
{
    const struct rows *objects = &hunt->call->sandbox->crm.leads->objects;
    const struct json *fields = json_get(hunt->call->body, "_fields");
    for (size_t i = 0; i < objects->count; i++) {
        if (!search_matches(hunt->search, objects->items[i]))
            continue;
        int64_t index = hunt->matches++;
        if (index >= hunt->behind && index < hunt->behind + hunt->limit && index < hunt->max)
            hunt->result |= json_append(hunt->data, describe(fields, objects->items[i]));
    }
}

static int add_counts(const struct hunt *hunt, struct json *answer)
{
    if (!json_get_bool(hunt->call->body, "include_counts", false))
        return 0;
    struct json *count = json_object();
    int64_t limited = hunt->matches < hunt->max ? hunt->matches : hunt->max;
    return json_add_int(count, "limited", limited) | json_add_int(count, "total", hunt->matches) |
           json_add(answer, "count", count);
}

static void reply_found(struct hunt *hunt, const char *query)
{
    struct cursors *cursors = &hunt->call->sandbox->crm.cursors;
    struct json *answer = json_object();
    int64_t behind = hunt->behind + hunt->limit;
    bool more = behind < hunt->matches && behind < hunt->max;
    int result = hunt->result | json_add(answer, "data", hunt->data);
    result |= json_add_text(answer, "cursor",
        more ? cursors_add(cursors, query, behind, hunt->call->settings.cursor_ttl_ms) : NULL);
    result |= add_counts(hunt, answer);
    reply_json(hunt->call->reply, 200, pick_whole(answer, result));
}

static void hunt(struct hunt *hunt, const char *query)
{
    struct leads *leads = hunt->call->sandbox->crm.leads;
    if (refuse_limit(hunt) || refuse_cursor(hunt, query))
        return;
    leads_index(leads, hunt->call->settings.search_lag_ms);
    hunt->data = json_array();
    look_through(hunt);
    reply_found(hunt, query);
}

void call_search(struct call *call)
{
    struct hunt all = {
        .call = call,
        .limit = json_get_int(call->body, "_limit", LIMIT_MAX),
        .max = json_get_int(call->body, "results_limit", RESULTS_MAX),
    };
    if (all.max > RESULTS_MAX)
        all.max = RESULTS_MAX;
    if (refuse_query(call, &all.search))
        return;
    CLEANUP(free_text) char *query = json_print(json_get(call->body, "query"));
    if (query)
        hunt(&all, query);
    else
        reply_error(call->reply, 500, "out of memory");
    search_free(all.search);
}
