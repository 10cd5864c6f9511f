/** What tests of JSON share: values in the rows of a table, and memory that runs out. */
#ifndef TESTS_UNIT_JSON_ROWS_H
#define TESTS_UNIT_JSON_ROWS_H

#include "closedrop/base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

/* ---- the n-th allocation of a JSON value fails ---- */

#define NEVER INT32_MAX
static int allocations_left = NEVER;

static inline void *allocate(size_t size)
{
    return allocations_left-- == 0 ? NULL : malloc(size);
}

static inline int begin_to_fail(void **state)
{
    (void)state;
    cJSON_Hooks hooks = {allocate, free};
    cJSON_InitHooks(&hooks);
    return 0;
}

static inline int end_to_fail(void **state)
{
    (void)state;
    allocations_left = NEVER;
    cJSON_InitHooks(NULL);
    return 0;
}

/* ---- JSON in rows: written with ' for " ---- */

/** To be freed. */
static inline char *quoted(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    for (char *at = copy; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    return copy;
}

static inline struct json *parse(const char *text)
{
    char *copy = quoted(text);
    struct json *value = json_parse(copy, strlen(copy));
    free(copy);
    if (!value)
        fail_msg("no JSON: %s", text);
    return value;
}

static inline bool is_same(const struct json *a, const struct json *b)
{
    return cJSON_Compare((const cJSON *)a, (const cJSON *)b, true);
}

#endif
