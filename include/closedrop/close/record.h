/**
 * Reads Close's leads, contacts and activities: tolerant, but trusts nothing. Pure.
 */
#ifndef CLOSEDROP_CLOSE_RECORD_H
#define CLOSEDROP_CLOSE_RECORD_H

#include "closedrop/close/activity_kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

/** Buffer size for an ID, with the NUL. */
#define RECORD_ID_ROOM 128

/** The page of a lead for people, as a format for its ID. */
#define RECORD_LEAD_PAGE "https://app.close.com/lead/%s/"

/** Whether `id` looks like Close's IDs: `prefix` ("lead_", "cont_"), then letters and digits. */
bool record_is_id(const char *id, const char *prefix);

/** The name of a lead or contact; NULL if it has none. */
const char *record_name(const struct json *object);

/** The first email address of a contact; NULL if it has none. */
const char *record_email(const struct json *contact);

/** One page of a list. */
struct record_page {
    struct json *document; /* owns the following */
    const struct json *data;
    bool has_more;
    const char *cursor; /* of a search; NULL: this is the last page */
};

/** Parse a page. Returns 0, or -EINVAL if it is not one; `ret_page` is then unchanged. */
int record_page_read(const char *body, size_t length, struct record_page *ret_page);

/** Free what a page holds. It is empty then. */
void record_page_release(struct record_page *page);

enum merge_state { MERGE_NONE, MERGE_IN_PROGRESS, MERGE_DONE };

/** Read an entry of a list of lead merges. The IDs are set unless it is MERGE_NONE, and are owned
 * by `merge`. */
enum merge_state record_merge(
    const struct json *merge, const char **ret_source, const char **ret_destination);

enum lead_end { LEAD_END_UNTOLD, LEAD_END_MERGED, LEAD_END_DELETED };

/**
 * What a page of events says about the end of a lead. `ret_told`, which the page owns, is the ID of
 * the destination for LEAD_END_MERGED, and the time for LEAD_END_DELETED ("2026-11-22T..."; "": the
 * page does not say).
 */
enum lead_end record_lead_end(
    const struct record_page *events, const char *lead_id, const char **ret_told);

/** The ID of what was created, from the answer to its POST. The caller frees it; NULL: there is
 * none. */
char *record_created_id(const char *body, size_t length);

/** The mark of an activity of ours in a text, where Close may not keep the token of an upload. */
#define RECORD_MARK(token) "[closedrop " token "]"

/**
 * Whether the upload `token` is attached to an activity or lead file. Close rewrites the URL
 * of an upload when it is attached; the token is the part that it keeps (ticket.h). In an
 * opportunity and a WhatsApp message the token of the first file of all is also a mark: it stands
 * in the note, or is the external ID. In the text of a task it is the only one.
 */
bool record_has_token(enum activity_kind activity, const struct json *object, const char *token);

/** Whether a text message that is read back says what the `body` of its POST said, to whom it did,
 * with files of the same names: nothing of ours is kept in it. */
bool record_is_sms(const struct json *object, const struct json *body);

/** Whether a lead file matches the one that was posted in name, size and MD5. */
bool record_is_file(
    const struct json *lead_file, const char *filename, int64_t size, const char *md5);

/** How a file on a lead compares to a file of ours. */
enum record_likeness {
    RECORD_OTHER,
    RECORD_SAME,    /* size and MD5 are equal, whatever the name */
    RECORD_DOUBTFUL /* name and size are equal, but the MD5 is unknown */
};

/**
 * Whether a file on a lead has changed since it was created. Close may keep one entry for each
 * content, and say in it who used that last; then nobody knows how often it was.
 */
bool record_was_used_again(const struct json *lead_file);

/** How like the file of this name, size and MD5 (hex) one is that Close lists on a lead. */
enum record_likeness record_compare_file(
    const struct json *lead_file, const char *filename, int64_t size, const char *md5);

/** The ID of the activity that a file on a lead is attached to, or its own; NULL: unknown. */
const char *record_carrier(const struct json *lead_file);

/** When an object was created, as text that sorts by time; "": unknown. */
const char *record_created(const struct json *object);

#endif
