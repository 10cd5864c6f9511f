/**
 * The settings that tests change while the sandbox runs, read by a table from JSON and swapped as
 * a whole.
 */
#include "settings.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE_MAX 1000000

void settings_init(struct settings *settings, const struct settings_values *values)
{
    pthread_mutex_init(&settings->lock, NULL);
    settings->values = *values;
}

struct settings_values settings_get(struct settings *settings)
{
    pthread_mutex_lock(&settings->lock);
    struct settings_values values = settings->values;
    pthread_mutex_unlock(&settings->lock);
    return values;
}

int settings_read_etag(const char *name, enum settings_etag *ret_etag)
{
    static const char *const names[] = {
        [ETAG_MD5] = "md5", [ETAG_KMS] = "kms", [ETAG_OPAQUE] = "opaque"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(names[i], name) == 0) {
            *ret_etag = (enum settings_etag)i;
            return 0;
        }
    return -EINVAL;
}

static bool read_duration(const struct json *value, int64_t *ret_duration_ms)
{
    const char *text = json_text(value);
    return text && units_duration(text, ret_duration_ms) == 0;
}

static bool read_latency(struct settings_values *values, const struct json *value)
{
    return read_duration(value, &values->latency_ms);
}

static bool read_form_ttl(struct settings_values *values, const struct json *value)
{
    return read_duration(value, &values->form_ttl_ms);
}

static bool read_file_ttl(struct settings_values *values, const struct json *value)
{
    return read_duration(value, &values->file_ttl_ms);
}

static bool read_cursor_ttl(struct settings_values *values, const struct json *value)
{
    return read_duration(value, &values->cursor_ttl_ms);
}

static bool read_search_lag(struct settings_values *values, const struct json *value)
{
    return read_duration(value, &values->search_lag_ms);
}

static bool read_token_ttl(struct settings_values *values, const struct json *value)
{
    return read_duration(value, &values->token_ttl_ms);
}

/** A text that is not empty, and leaves room for its NUL. */
static bool read_text(char *member, size_t size, const struct json *value)
{
    const char *text = json_text(value);
    if (!text || !*text || strlen(text) >= size)
        return false;
    snprintf(member, size, "%s", text);
    return true;
}

static bool read_api_key(struct settings_values *values, const struct json *value)
{
    return read_text(values->api_key, sizeof(values->api_key), value);
}

static bool read_client_id(struct settings_values *values, const struct json *value)
{
    return read_text(values->client_id, sizeof(values->client_id), value);
}

static bool read_client_secret(struct settings_values *values, const struct json *value)
{
    return read_text(values->client_secret, sizeof(values->client_secret), value);
}

static bool read_user_id(struct settings_values *values, const struct json *value)
{
    return read_text(values->user_id, sizeof(values->user_id), value);
}

static bool read_access_token(struct settings_values *values, const struct json *value)
{
    const char *text = json_text(value);
    if (!text || strlen(text) > SETTINGS_TOKEN_MAX)
        return false;
    snprintf(values->access_token, sizeof(values->access_token), "%s", text);
    return true;
}

static bool read_etag(struct settings_values *values, const struct json *value)
{
    const char *text = json_text(value);
    return text && settings_read_etag(text, &values->etag) == 0;
}

static bool read_fold(struct settings_values *values, const struct json *value)
{
    char *text = json_print(value);
    bool is_true = text && strcmp(text, "true") == 0, is_false = text && strcmp(text, "false") == 0;
    values->folds_lead_files = is_true;
    free(text);
    return is_true || is_false;
}

static bool read_rate(struct settings_values *values, const struct json *value)
{
    char *text = json_print(value);
    int rate = -1, used = 0;
    bool whole = text && sscanf(text, "%7d%n", &rate, &used) == 1 && !text[used];
    free(text);
    if (!whole || rate < 0 || rate > RATE_MAX)
        return false;
    values->rate.requests = rate;
    return true;
}

static bool read_window(struct settings_values *values, const struct json *value)
{
    int64_t window_ms;
    if (!read_duration(value, &window_ms) || !window_ms)
        return false;
    values->rate.window_ms = window_ms;
    return true;
}

static const struct reader {
    const char *key;
    bool (*read)(struct settings_values *values, const struct json *value);
    const char *wanted;
} readers[] = {
    {"latency", read_latency, "a duration such as \"10ms\""},
    {"form_ttl", read_form_ttl, "a duration such as \"60s\""},
    {"file_ttl", read_file_ttl, "a duration such as \"24h\""},
    {"cursor_ttl", read_cursor_ttl, "a duration such as \"30s\""},
    {"search_lag", read_search_lag, "a duration such as \"5s\""},
    {"rate", read_rate, "a whole number from 0 to 1000000"},
    {"window", read_window, "a duration such as \"5s\", not 0"},
    {"etag", read_etag, "md5, kms or opaque"},
    {"fold_lead_files", read_fold, "true or false"},
    {"api_key", read_api_key, "a text of 1 to 255 bytes"},
    {"client_id", read_client_id, "a text of 1 to 255 bytes"},
    {"client_secret", read_client_secret, "a text of 1 to 255 bytes"},
    {"user_id", read_user_id, "a text of 1 to 127 bytes"},
    {"token_ttl", read_token_ttl, "a duration such as \"1h\""},
    {"access_token", read_access_token, "a text of at most 8192 bytes"},
};

static const struct reader *find_reader(const char *key)
{
    for (size_t i = 0; i < COUNT(readers); i++)
        if (strcmp(readers[i].key, key) == 0)
            return &readers[i];
    return NULL;
}

static int read_all(struct settings_values *values, const struct json *changes, struct str *why)
{
    for (const struct json *one = json_first(changes); one; one = json_next(one)) {
        const struct reader *reader = find_reader(json_key(one));
        if (reader && reader->read(values, one))
            continue;
        if (reader)
            str_printf(why, "%s: wanted %s", reader->key, reader->wanted);
        else
            str_printf(why, "%s: no such setting", json_key(one));
        return -EINVAL;
    }
    return 0;
}

int settings_change(struct settings *settings, const struct json *changes, struct str *why)
{
    if (!json_is_object(changes)) {
        str_add(why, "wanted a JSON object");
        return -EINVAL;
    }
    pthread_mutex_lock(&settings->lock);
    struct settings_values values = settings->values;
    int result = read_all(&values, changes, why);
    if (result == 0)
        settings->values = values;
    pthread_mutex_unlock(&settings->lock);
    return result;
}
