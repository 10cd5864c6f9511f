/**
 * JSON: input is limited, output is always valid. The only door to cJSON.
 *
 * On its own, cJSON accepts trailing junk, needs forty times the size of its input, and prints
 * invalid UTF-8 as it is. Here, size and depth of the input are limited before it is parsed,
 * nothing may follow the value, and every text is made valid UTF-8 before it is stored.
 */
#ifndef CLOSEDROP_BASE_JSON_H
#define CLOSEDROP_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One JSON value. An object or array owns its members. */
struct json;

/** How deeply input may be nested. */
#define JSON_DEPTH_MAX 64

/**
 * Parse exactly one value from `length` bytes.
 * Returns the value, to be freed with json_free(), or NULL: not JSON, nested too deeply, or out of
 * memory.
 */
struct json *json_parse(const char *text, size_t length);

/** Whether a text is truncated: it is blank, or a string, object or array in it is not closed. */
bool json_is_cut(const char *text, size_t length);

/** Free a value and its members; ignores NULL. Not for a value that an object or array owns. */
void json_free(struct json *value);

/** The same, but first erase all texts in it. */
void json_free_secret(struct json *value);

/** For CLEANUP on a `struct json *`. */
void json_freep(struct json **value);

/** False for NULL. */
bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);

/** The member `key` of an object; NULL if there is none, or if `object` is not an object. */
struct json *json_get(const struct json *object, const char *key);

/** The member `key` as text; NULL if it is missing or not a string. Owned by the object. */
const char *json_get_text(const struct json *object, const char *key);

/** The member `key` as a whole number; `fallback` if it is missing or not a number. */
int64_t json_get_int(const struct json *object, const char *key, int64_t fallback);

/** The member `key` as a number; `fallback` if it is missing or not a number. */
double json_get_double(const struct json *object, const char *key, double fallback);

/** The member `key` as a boolean; `fallback` if it is missing or neither true nor false. */
bool json_get_bool(const struct json *object, const char *key, bool fallback);

/** The text of a string; NULL for any other value. */
const char *json_text(const struct json *value);

/** Iterate over an object or array: the first value, then json_next() until NULL. */
struct json *json_first(const struct json *container);
struct json *json_next(const struct json *value);

/** The key of a value in its object; NULL in an array. */
const char *json_key(const struct json *value);

/** New containers; NULL if out of memory. Every json_add_...() to NULL returns -ENOMEM. */
struct json *json_object(void);
struct json *json_array(void);

/**
 * Add a member to an object. Each returns 0 or -ENOMEM, so the results of several calls can be ORed
 * and checked once. A NULL text is stored as null.
 */
int json_add_text(struct json *object, const char *key, const char *text);
int json_add_int(struct json *object, const char *key, int64_t number);
int json_add_bool(struct json *object, const char *key, bool yes);
int json_add_null(struct json *object, const char *key);

/** Add a value to an object, or append it to an array. Takes over `value`, even on failure. */
int json_add(struct json *object, const char *key, struct json *value);
int json_append(struct json *array, struct json *value);
int json_append_text(struct json *array, const char *text);
int json_append_int(struct json *array, int64_t number);

/** A deep copy of a value; NULL if out of memory. */
struct json *json_copy(const struct json *value);

/** The value as JSON text on one line, which the caller frees; NULL if out of memory. */
char *json_print(const struct json *value);

#endif
