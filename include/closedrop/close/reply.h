/**
 * Reads the replies of Close (JSON) and S3 (XML): tolerant, but trusts nothing. Pure.
 */
#ifndef CLOSEDROP_CLOSE_REPLY_H
#define CLOSEDROP_CLOSE_REPLY_H

#include <stdbool.h>
#include <stddef.h>

struct json;
struct str;

/** A signed form: permission to upload one file, valid for 60 seconds. */
struct ticket {
    char *download_url;
    char *token; /* the random part of the URL; "" if the URL has another form */
    char *upload_url;
    struct json *document; /* owns `fields` */
    const struct json *fields;
};

enum ticket_problem {
    TICKET_GOOD,
    TICKET_GARBAGE,      /* not an answer of files/upload/; its meaning is unknown */
    TICKET_FOREIGN_HOST, /* the form points outside `upload_hosts` */
};

/**
 * Parse the answer of files/upload/. The URL of the form must use https (http only on this machine)
 * and its host must match one of `upload_hosts`; every field must be a text, with a name of one
 * line.
 * On TICKET_GOOD, free `ret_ticket` with ticket_release(). Otherwise, `why` says what is wrong.
 */
enum ticket_problem reply_ticket(const char *body, size_t length, char *const *upload_hosts,
    struct ticket *ret_ticket, struct str *why);
void ticket_release(struct ticket *ticket);

/** The status with which S3 confirms that it stored the file: the one in the form, or else 204. */
int ticket_success_status(const struct ticket *ticket);

/** Whether `key` is the key under which the form stores a file named REQUEST_FORM_FILENAME. */
bool ticket_is_for(const struct ticket *ticket, const char *key);

/**
 * Append Close's own error message, on one line; nothing if there is none. An error about a field
 * begins with the name of the field and, in a list, with the number of the entry and the text that
 * was sent there, according to the JSON text `posted` ("": unknown), as in:
 *
 *     to, entry 1, "nobody": Invalid email address.
 */
void reply_add_close_error(struct str *out, const char *body, size_t length, const char *posted);

/** Whether Close's error is about the lead or contact: it is missing, or has changed. */
bool reply_blames_target(const char *body, size_t length);

/** The answer of S3; "" for whatever is missing. */
struct s3_reply {
    char code[64];
    char message[256];
    char key[1025];
    char etag[64]; /* without quotes */
};

/** Parse S3's document, if there is one. The header `etag` (NULL: none) takes precedence over the
 * ETag in the document. */
void reply_s3(const char *body, const char *etag, struct s3_reply *ret_reply);

/** Whether this is an answer to GET /me/ that only Close would give. */
bool reply_is_me(const char *body, size_t length);

/** Append who owns the key, from GET /me/: "Jane Doe <jane@example.com>, Example Inc." */
void reply_add_me(struct str *out, const char *body, size_t length);

#endif
