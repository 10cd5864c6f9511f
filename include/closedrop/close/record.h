/**
 * What Close tells of leads, contacts and activities, read tolerantly and trusted in nothing. Pure.
 */
#ifndef CLOSEDROP_CLOSE_RECORD_H
#define CLOSEDROP_CLOSE_RECORD_H

#include "closedrop/queue/job.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

/** Room for an id, and its end. */
#define RECORD_ID_ROOM 128

/** Whether `id` is one of Close's: `prefix` ("lead_", "cont_"), then letters and digits. */
bool record_is_id(const char *id, const char *prefix);

/** A lead's or contact's name; NULL where it has none. */
const char *record_name(const struct json *object);

/** A contact's first email address, NULL where it has none. */
const char *record_email(const struct json *contact);

/** What a page of a list says. */
struct record_page {
    struct json *document; /* owns the rest */
    const struct json *data;
    bool has_more;
    const char *cursor; /* of a search, NULL: that was all */
};

/** Read a page. Returns 0, or -EINVAL where it is none (ret_page stays). */
int record_page_read(const char *body, size_t length, struct record_page *ret_page);
void record_page_release(struct record_page *page);

enum merge_state { MERGE_NONE, MERGE_UNDER_WAY, MERGE_DONE };

/** What one of a list of lead merges says; the ids, given unless it is MERGE_NONE, are in it. */
enum merge_state record_merge(
    const struct json *merge, const char **ret_source, const char **ret_destination);

enum lead_end { LEAD_END_UNTOLD, LEAD_END_MERGED, LEAD_END_DELETED };

/**
 * What a page of events says of the end of a lead; in the page are, on LEAD_END_MERGED, the
 * destination's id, and on LEAD_END_DELETED when that was ("2026-11-22T...", "": it does not say).
 */
enum lead_end record_lead_end(
    const struct record_page *events, const char *lead_id, const char **ret_told);

/** The id of what was created, from the answer to its POST, in new memory; NULL: there is none. */
char *record_created_id(const char *body, size_t length);

/**
 * Whether an activity, or a lead file, has the upload `token` attached: it is the part of the URL
 * that stays when Close rewrites it (close-api.md 1.5).
 */
bool record_has_token(enum activity activity, const struct json *object, const char *token);

/** Whether a lead file looks like the one that was posted: name, size and MD5 are equal. */
bool record_is_file(
    const struct json *lead_file, const char *filename, int64_t size, const char *md5);

/** What one of a lead's files is to a file of ours, by its bytes. */
enum record_likeness {
    RECORD_OTHER,
    RECORD_SAME,    /* size and MD5 are equal, whatever its name */
    RECORD_DOUBTFUL /* name and size are, and its MD5 is not told (s3-post.md, ETag) */
};

enum record_likeness record_compare_file(
    const struct json *lead_file, const char *filename, int64_t size, const char *md5);

/** The activity that one of a lead's files is attached to, or itself; NULL: it does not say. */
const char *record_carrier(const struct json *lead_file);

/** When an object was created, as text that sorts by time; "" where it does not say. */
const char *record_created(const struct json *object);

#endif
