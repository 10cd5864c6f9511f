/**
 * One HTTP request: what is asked, how it ended, what came back. Built, started with http_start(),
 * read when http_next_ended() gives it, freed by its owner.
 *
 * Building calls remember their first failure; http_start() tells it. Replies are kept up to
 * REPLY_MAX bytes, a longer one ends the transfer. The API key goes into one header and is never
 * shown to libcurl's debug texts; bodies are sent as given.
 */
#ifndef CLOSEDROP_HTTP_REQUEST_H
#define CLOSEDROP_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;

#define REPLY_MAX (1024 * 1024)

/** How a transfer ended. Only TRANSFER_ANSWERED has a status to look at. */
enum transfer_end {
    TRANSFER_RUNNING,
    TRANSFER_ANSWERED,    /* a whole reply came, whatever it says */
    TRANSFER_UNREACHABLE, /* no name, no connection, no TLS: nothing was sent */
    TRANSFER_UNTRUSTED,   /* the certificate is not good: nothing was sent */
    TRANSFER_TIMED_OUT,   /* see progress_deadline() */
    TRANSFER_CUT,         /* the connection broke; what was sent may have arrived */
    TRANSFER_SOURCE,      /* our own body could not be read on, or must not be */
    TRANSFER_TOO_MUCH,    /* the reply was larger than REPLY_MAX */
    TRANSFER_IMPOSSIBLE,  /* not a request that can be made (memory, URL, a bug of ours) */
    TRANSFER_ENDS
};

extern const char *const transfer_end_words[TRANSFER_ENDS];

/** What all requests to one place have in common. The texts must outlive the building only. */
struct request_options {
    const char *ca_file;     /* "" or NULL: the system's */
    const char *proxy;       /* "" or NULL: none, not even from the environment */
    const char *unix_socket; /* NULL: TCP */
    int64_t timeout_ms;      /* see progress_deadline() */
};

/** Where a form's file part comes from. */
struct body_source {
    /** Up to `room` bytes; 0 or negative ends the transfer as TRANSFER_SOURCE. */
    int64_t (*read)(void *context, char *buffer, size_t room);
    /** Begin again from the first byte. Returns 0, or -1 where that cannot be. */
    int (*rewind)(void *context);
    void *context;
};

/** A GET of `url`; the calls below make it something else. NULL when memory is short. */
struct request *request_new(const char *url, const struct request_options *options);
void request_free(struct request *request);

/** Which of its maker's rate limits it counts for; 0 unless told. */
void request_count_for(struct request *request, int group);
int request_group(const struct request *request);

/** When it was started, on the steady clock; 0: not yet. What a bandwidth limit held it counts not.
 */
int64_t request_began_ms(const struct request *request);

void request_header(struct request *request, const char *line);

/** HTTP Basic with `key` as user and no password. */
void request_authorize(struct request *request, const char *key);

/** A POST of JSON text. */
void request_post_json(struct request *request, const char *json);

/**
 * A POST of JSON text that creates something, and so must never be sent twice unasked: on a
 * connection of its own, with a body that libcurl cannot rewind, since it repeats a POST by itself
 * where a kept connection dies (s3-post.md 3.3).
 */
void request_post_json_once(struct request *request, const char *json);

/** The JSON text of that POST; "" for any other request. */
const char *request_posted(const struct request *request);

/** What a form calls its file: S3 looks at it only where a field says ${filename} (s3-post.md 1.5).
 */
#define REQUEST_FORM_FILENAME "file"

/** A multipart POST: fields in the order of the calls, then the file as its last part. */
void request_form_field(struct request *request, const char *name, const char *value);
void request_form_file(struct request *request, int64_t size, const char *content_type,
    const struct body_source *source);

enum transfer_end request_end(const struct request *request);

/** The HTTP status, 0 where none came. */
int request_status(const struct request *request);

/** The reply's body, NUL-terminated; `ret_length` may be NULL. */
const char *request_reply(const struct request *request, size_t *ret_length);

/** A header of the reply, NULL where it did not come. Valid until the next call for this request.
 */
const char *request_reply_header(const struct request *request, const char *name);

/** What libcurl says of a failure, in its words; "" where there is nothing to say. */
const char *request_failure(const struct request *request);

/** Whether anything of it can have reached the server; if not, it may simply be tried again. */
bool request_was_sent(const struct request *request);

/** Bytes of the body sent so far. */
int64_t request_sent(const struct request *request);

#endif
