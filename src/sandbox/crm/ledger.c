/** Records what was stored, refused and asked, and writes it out while requests continue. */
#include "crm/ledger.h"

#include "crm/file_url.h"
#include "http/reply.h"
#include "util/percent.h"
#include "util/pick.h"
#include "util/rows.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stored {
    int64_t at_ms, size;
    char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX];
    const char *content_type; /* behind the key, in the same memory */
    char key[];
};

struct refused {
    int64_t at_ms;
    int status;
    char port[4];
    const char *message; /* behind the code */
    char code[];
};

struct ledger {
    pthread_mutex_t lock;
    struct rows objects, refusals;
    int64_t bytes, tickets, requests[ENDPOINTS], requests_all;
    int in_progress, in_progress_max;
};

struct ledger *ledger_new(void)
{
    struct ledger *ledger = calloc(1, sizeof(*ledger));
    if (ledger)
        pthread_mutex_init(&ledger->lock, NULL);
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    rows_release(&ledger->objects, free);
    rows_release(&ledger->refusals, free);
    pthread_mutex_destroy(&ledger->lock);
    free(ledger);
}

void ledger_reset(struct ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    rows_release(&ledger->objects, free);
    rows_release(&ledger->refusals, free);
    ledger->bytes = ledger->tickets = ledger->requests_all = 0;
    memset(ledger->requests, 0, sizeof(ledger->requests));
    ledger->in_progress_max = ledger->in_progress; /* these are still to leave */
    pthread_mutex_unlock(&ledger->lock);
}

void ledger_enter(struct ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    ledger->requests_all++;
    if (++ledger->in_progress > ledger->in_progress_max)
        ledger->in_progress_max = ledger->in_progress;
    pthread_mutex_unlock(&ledger->lock);
}

void ledger_leave(struct ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    ledger->in_progress--;
    pthread_mutex_unlock(&ledger->lock);
}

void ledger_request(struct ledger *ledger, enum endpoint endpoint)
{
    pthread_mutex_lock(&ledger->lock);
    ledger->requests[endpoint]++;
    pthread_mutex_unlock(&ledger->lock);
}

void ledger_ticket(struct ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    ledger->tickets++;
    pthread_mutex_unlock(&ledger->lock);
}

/** A row with two texts in one allocation: `second` is put behind `first`. */
static void *new_row(size_t fixed, const char *first, const char *second, const char **ret_second)
{
    size_t first_size = strlen(first) + 1, second_size = strlen(second) + 1;
    char *row = malloc(fixed + first_size + second_size);
    if (!row)
        return NULL;
    memcpy(row + fixed, first, first_size);
    memcpy(row + fixed + first_size, second, second_size);
    *ret_second = row + fixed + first_size;
    return row;
}

int ledger_store(struct ledger *ledger, const struct ledger_object *object)
{
    const char *content_type;
    struct stored *row =
        new_row(offsetof(struct stored, key), object->key, object->content_type, &content_type);
    if (row) {
        row->content_type = content_type;
        row->at_ms = clock_wall_ms();
        row->size = object->size;
        memcpy(row->sha256, object->sha256, sizeof(row->sha256));
        memcpy(row->md5, object->md5, sizeof(row->md5));
    }
    pthread_mutex_lock(&ledger->lock);
    int result = rows_add(&ledger->objects, row);
    if (result == 0)
        ledger->bytes += object->size;
    pthread_mutex_unlock(&ledger->lock);
    if (result < 0)
        free(row);
    return result;
}

void ledger_answer(struct ledger *ledger, const char *port, const struct reply *reply)
{
    if (reply->status < 400)
        return;
    const char *message;
    struct refused *row =
        new_row(offsetof(struct refused, code), reply->code, reply->message, &message);
    if (row) {
        row->message = message;
        row->at_ms = clock_wall_ms();
        row->status = reply->status;
        snprintf(row->port, sizeof(row->port), "%s", port);
    }
    pthread_mutex_lock(&ledger->lock);
    int result = rows_add(&ledger->refusals, row);
    pthread_mutex_unlock(&ledger->lock);
    if (result < 0) /* without memory a refusal goes unrecorded */
        free(row);
}

struct json *ledger_counts(struct ledger *ledger)
{
    struct json *counts = json_object();
    struct json *requests = json_object();
    int result = 0;
    pthread_mutex_lock(&ledger->lock);
    for (size_t i = 0; i < ENDPOINTS; i++)
        result |= json_add_int(requests, endpoint_names[i], ledger->requests[i]);
    result |= json_add_int(counts, "tickets", ledger->tickets);
    result |= json_add_int(counts, "uploads", (int64_t)ledger->objects.count);
    result |= json_add_int(counts, "bytes", ledger->bytes);
    result |= json_add_int(counts, "refused", (int64_t)ledger->refusals.count);
    result |= json_add(counts, "requests", requests);
    result |= json_add_int(counts, "concurrent_most", ledger->in_progress_max);
    pthread_mutex_unlock(&ledger->lock);
    return pick_whole(counts, result);
}

/* ---- reading it out, some rows at a time so that nobody waits for the lock ---- */

#define ROWS_A_PIECE 200

struct walk {
    struct ledger *ledger;
    size_t object, refusal; /* the next rows to write */
    enum { WALK_BEGIN, WALK_OBJECTS, WALK_REFUSALS, WALK_END } stage;
};

static void print_row(struct str *out, size_t index, struct json *row, int result)
{
    char *text = result < 0 ? NULL : json_print(row);
    str_add(out, index ? ",\n" : "\n");
    str_add(out, text ? text : "null");
    free(text);
    json_free(row);
}

static void print_object(struct str *out, size_t index, const struct stored *stored)
{
    char token[FILE_URL_TOKEN], at[CLOCK_TEXT];
    const char *filename = file_url_split_key(stored->key, token);
    struct json *row = json_object();
    int result = json_add_text(row, "key", stored->key);
    result |= json_add_text(row, "token", token);
    result |= json_add_text(row, "filename", filename);
    result |= json_add_int(row, "size", stored->size);
    result |= json_add_text(row, "sha256", stored->sha256);
    result |= json_add_text(row, "md5", stored->md5);
    result |= json_add_text(row, "content_type", stored->content_type);
    result |= json_add_text(row, "at", clock_rfc3339(stored->at_ms, at));
    print_row(out, index, row, result);
}

static void print_refusal(struct str *out, size_t index, const struct refused *refused)
{
    char at[CLOCK_TEXT];
    struct json *row = json_object();
    int result = json_add_text(row, "at", clock_rfc3339(refused->at_ms, at));
    result |= json_add_text(row, "port", refused->port);
    result |= json_add_int(row, "status", refused->status);
    result |= json_add_text(row, "code", *refused->code ? refused->code : NULL);
    result |= json_add_text(row, "message", refused->message);
    print_row(out, index, row, result);
}

static void print_objects(struct walk *walk, struct str *out)
{
    const struct rows *rows = &walk->ledger->objects;
    for (size_t i = 0; i < ROWS_A_PIECE && walk->object < rows->count; i++, walk->object++)
        print_object(out, walk->object, rows->items[walk->object]);
    if (walk->object >= rows->count) {
        str_add(out, "\n],\"refused\":[");
        walk->stage = WALK_REFUSALS;
    }
}

static void print_refusals(struct walk *walk, struct str *out)
{
    const struct rows *rows = &walk->ledger->refusals;
    for (size_t i = 0; i < ROWS_A_PIECE && walk->refusal < rows->count; i++, walk->refusal++)
        print_refusal(out, walk->refusal, rows->items[walk->refusal]);
    if (walk->refusal >= rows->count) {
        str_printf(out, "\n],\"tickets\":%" PRId64 ",\"requests\":%" PRId64 "}\n",
            walk->ledger->tickets, walk->ledger->requests_all);
        walk->stage = WALK_END;
    }
}

static bool walk_json(void *context, struct str *out)
{
    struct walk *walk = context;
    if (walk->stage == WALK_END)
        return false;
    pthread_mutex_lock(&walk->ledger->lock);
    if (walk->stage == WALK_BEGIN) {
        str_add(out, "{\"uploads\":[");
        walk->stage = WALK_OBJECTS;
    }
    if (walk->stage == WALK_OBJECTS)
        print_objects(walk, out);
    else
        print_refusals(walk, out);
    pthread_mutex_unlock(&walk->ledger->lock);
    return true;
}

static bool walk_tsv(void *context, struct str *out)
{
    struct walk *walk = context;
    const struct rows *rows = &walk->ledger->objects;
    pthread_mutex_lock(&walk->ledger->lock);
    for (size_t i = 0; i < ROWS_A_PIECE && walk->object < rows->count; i++, walk->object++) {
        const struct stored *stored = rows->items[walk->object];
        char token[FILE_URL_TOKEN];
        str_printf(out, "%s\t%" PRId64 "\t", stored->sha256, stored->size);
        percent_add(out, file_url_split_key(stored->key, token), "");
        str_add_char(out, '\n');
    }
    pthread_mutex_unlock(&walk->ledger->lock);
    return out->length > 0;
}

static void read_out(struct ledger *ledger, struct reply *reply, const char *content_type,
    bool (*more)(void *context, struct str *out))
{
    struct walk *walk = calloc(1, sizeof(*walk));
    if (!walk) {
        reply_error(reply, 500, "out of memory");
        return;
    }
    walk->ledger = ledger;
    reply_text(reply, 200, content_type, "");
    reply->stream = (struct reply_stream){more, free, walk};
}

void ledger_json(struct ledger *ledger, struct reply *reply)
{
    read_out(ledger, reply, "application/json", walk_json);
}

void ledger_tsv(struct ledger *ledger, struct reply *reply)
{
    read_out(ledger, reply, "text/tab-separated-values", walk_tsv);
}
