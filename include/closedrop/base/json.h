/**
 * JSON, bounded on the way in and safe on the way out. The only door to cJSON.
 *
 * cJSON by itself keeps trailing junk, needs forty times its input, and prints invalid UTF-8 raw;
 * here the input's size and depth are bounded before it is parsed, nothing may follow the value,
 * and every text is made valid UTF-8 before it is stored.
 */
#ifndef CLOSEDROP_BASE_JSON_H
#define CLOSEDROP_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One JSON value; an object or array owns what is in it. */
struct json;

/** How deep what we are sent may be nested. */
#define JSON_DEPTH_MAX 64

/**
 * Parse exactly one value from `length` bytes.
 * Returns the value, to be freed by json_free(), or NULL: not JSON, too deep, or no memory.
 */
struct json *json_parse(const char *text, size_t length);

/** Whether such a text ends too early: it is blank, or a string, object or list in it is not
 * closed. */
bool json_is_cut(const char *text, size_t length);

/** Free a value and all in it; NULL is nothing. Not for a value that an object owns. */
void json_free(struct json *value);

/** For CLEANUP on a `struct json *`. */
void json_freep(struct json **value);

bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);

/** The member `key` of an object, NULL where there is none (or `object` is no object). */
struct json *json_get(const struct json *object, const char *key);

/** The member `key` as text, NULL where it is missing or no string. Owned by the object. */
const char *json_get_text(const struct json *object, const char *key);

/** The member `key` as a whole number, `fallback` where it is missing or no number. */
int64_t json_get_int(const struct json *object, const char *key, int64_t fallback);

/** The member `key` as a number, `fallback` where it is missing or no number. */
double json_get_double(const struct json *object, const char *key, double fallback);

/** The member `key` as a boolean, `fallback` where it is missing or neither true nor false. */
bool json_get_bool(const struct json *object, const char *key, bool fallback);

/** A string's text, NULL for any other value. */
const char *json_text(const struct json *value);

/** Walk an object or array: the first value, then json_next() until NULL. */
struct json *json_first(const struct json *container);
struct json *json_next(const struct json *value);

/** The key a value has in its object, NULL in an array. */
const char *json_key(const struct json *value);

/** New containers, NULL when memory is short; every json_add_...() to NULL answers -ENOMEM. */
struct json *json_object(void);
struct json *json_array(void);

/**
 * Add a member to an object. Each returns 0 or -ENOMEM, so the results of a run of them may be
 * OR-ed and checked once. A NULL text is stored as null.
 */
int json_add_text(struct json *object, const char *key, const char *text);
int json_add_int(struct json *object, const char *key, int64_t number);
int json_add_bool(struct json *object, const char *key, bool yes);
int json_add_null(struct json *object, const char *key);

/** Add a value to an object, or append it to an array. Takes `value` over, also on failure. */
int json_add(struct json *object, const char *key, struct json *value);
int json_append(struct json *array, struct json *value);
int json_append_text(struct json *array, const char *text);

/** A copy of a value and all in it; NULL when memory is short. */
struct json *json_copy(const struct json *value);

/** The value as JSON text on one line; the caller frees it. NULL when memory is short. */
char *json_print(const struct json *value);

#endif
