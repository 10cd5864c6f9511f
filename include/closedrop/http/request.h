/**
 * One HTTP request: what to send, how it ended, and the reply. Build it, start it with
 * http_start(), read it once http_next_ended() returns it, and free it.
 *
 * The functions that build a request remember their first failure, which http_start() returns. A
 * reply of more than REPLY_MAX bytes ends the transfer. The API key goes into one header and never
 * into libcurl's debug output. Bodies are sent as given.
 */
#ifndef CLOSEDROP_HTTP_REQUEST_H
#define CLOSEDROP_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;
struct str;

#define REPLY_MAX (1024 * 1024)

/** How a transfer ended. Only TRANSFER_ANSWERED has a status. */
enum transfer_end {
    TRANSFER_RUNNING,
    TRANSFER_ANSWERED,    /* a complete reply arrived, whatever it says */
    TRANSFER_UNREACHABLE, /* no address, no connection, or no TLS: nothing was sent */
    TRANSFER_UNTRUSTED,   /* the certificate is not valid: nothing was sent */
    TRANSFER_TIMED_OUT,   /* see progress_deadline() */
    TRANSFER_CUT,         /* the connection broke; what was sent may have arrived */
    TRANSFER_SOURCE,      /* our own body could not, or must not, be read any further */
    TRANSFER_TOO_MUCH,    /* the reply was larger than REPLY_MAX */
    TRANSFER_IMPOSSIBLE,  /* the request cannot be made (memory, URL, a bug of ours) */
    TRANSFER_ENDS
};

extern const char *const transfer_end_words[TRANSFER_ENDS];

/** What all requests to one server have in common. The texts are needed only by request_new(). */
struct request_options {
    const char *ca_file;     /* "" or NULL: that of the system */
    const char *proxy;       /* "" or NULL: none, not even from the environment */
    const char *unix_socket; /* NULL: TCP */
    int64_t timeout_ms;      /* see progress_deadline() */
};

/** The source of the file part of a form. */
struct body_source {
    /** Read up to `room` bytes. 0: there are none yet, see request_continue(); a negative result
     * ends the transfer with TRANSFER_SOURCE. */
    int64_t (*read)(void *context, char *buffer, size_t room);
    /** Start again at the first byte. Returns 0, or -1 if that is not possible. */
    int (*rewind)(void *context);
    void *context;
};

/** A GET of `url`; the functions below turn it into something else. NULL if out of memory. */
struct request *request_new(const char *url, const struct request_options *options);
void request_free(struct request *request);

/** The rate limit group that the request counts for, numbered by the caller; 0 by default. */
void request_count_for(struct request *request, int group);

/** That group. */
int request_group(const struct request *request);

/** When it was started, on the steady clock, not counting the time that it waited for the bandwidth
 * limit or for bytes of its file; 0: not yet. */
int64_t request_began_ms(const struct request *request);

/** Add a header, "Name: value"; it is copied. */
void request_header(struct request *request, const char *line);

/** Authorize with HTTP Basic, `key` as user and no password. */
void request_authorize(struct request *request, const char *key);

/** Authorize with an access token of OAuth (RFC 6750, 2.1). */
void request_authorize_bearer(struct request *request, const char *token);

/** Turn it into a POST of JSON text. */
void request_post_json(struct request *request, const char *json);

/**
 * Turn it into a POST of JSON text that creates something, and so must never be repeated without
 * our knowing. If a connection that was kept breaks before any answer, libcurl by itself repeats a
 * POST (lib/transfer.c, Curl_retry_request()), unless bytes of its body have gone which it cannot
 * rewind: then it fails (CURLE_SEND_FAIL_REWIND). So this has such a body, and takes a kept
 * connection only if that was in use less than two seconds ago.
 */
void request_post_json_once(struct request *request, const char *json);

/** A field of a POST of fields; the texts are the caller's. */
struct request_field {
    const char *name;
    const char *value;
};

/**
 * Add fields to the body, and turn it into a POST of them (application/x-www-form-urlencoded) that
 * must never be repeated either. Fields and reply have secrets in them: they are erased with it.
 */
void request_add_fields(struct request *request, const struct request_field *fields, size_t count);
void request_post_fields_once(struct request *request);

/** Add a text with everything as %XX but letters, digits and "-._~" (RFC 3986). */
void request_add_percent(struct str *out, const char *text);

/** The same with PUT. */
void request_put_json_once(struct request *request, const char *json);

/** Turn it into a POST of one line of plain text. */
void request_post_text(struct request *request, const char *line);

/** Whoever sends it asks request_end(): http_next_ended() does not return it. */
void request_keep_apart(struct request *request);

/** Mask this wherever it comes back: in the reply, and in the message about a failure. */
void request_hide(struct request *request, const char *secret);

/** Only connect, with TLS and a login where there are any; send nothing. */
void request_connect_only(struct request *request);

/** The JSON text of that POST; "" for any other request. */
const char *request_posted(const struct request *request);

/** The name of the file in a form. S3 uses it only for ${filename} in a field. */
#define REQUEST_FORM_FILENAME "file"

/** Turn it into a multipart POST: fields in the order of the calls, then the file as last part. */
void request_form_field(struct request *request, const char *name, const char *value);

/** The file of the form: `size` bytes from `source`, as its last part. */
void request_form_file(struct request *request, int64_t size, const char *content_type,
    const struct body_source *source);

/** There may be more bytes of the file now; the time that it waited for them does not count as its
 * own. */
void request_continue(struct request *request);

/** How it ended; TRANSFER_RUNNING until it has. */
enum transfer_end request_end(const struct request *request);

/** The HTTP status; 0 if none arrived. */
int request_status(const struct request *request);

/** The body of the reply, NUL-terminated; `ret_length` can be NULL. */
const char *request_reply(const struct request *request, size_t *ret_length);

/** A header of the reply; NULL if it has none. Valid until the next call for this request. */
const char *request_reply_header(const struct request *request, const char *name);

/** libcurl's own message about a failure; "" if there is none. */
const char *request_failure(const struct request *request);

/** Whether any of it can have reached the server; if not, it can safely be sent again. */
bool request_was_sent(const struct request *request);

/** Bytes of the body sent so far. */
int64_t request_sent(const struct request *request);

#endif
