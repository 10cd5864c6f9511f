/**
 * What comes back: Close's JSON and S3's XML, read tolerantly and trusted in nothing. Pure.
 */
#ifndef CLOSEDROP_CLOSE_REPLY_H
#define CLOSEDROP_CLOSE_REPLY_H

#include <stdbool.h>
#include <stddef.h>

struct json;
struct str;

/** A signed form: leave to upload one file, good for 60 seconds. */
struct ticket {
    char *download_url;
    char *token; /* the URL's random part, "" where the URL has another shape */
    char *upload_url;
    struct json *document; /* owns `fields` */
    const struct json *fields;
};

enum ticket_problem {
    TICKET_GOOD,
    TICKET_GARBAGE,      /* not what files/upload/ answers; what it meant is unknown */
    TICKET_FOREIGN_HOST, /* the form points outside `upload_hosts` */
};

/**
 * Read the answer of files/upload/. The form must point, by https (http only to this machine), to a
 * host that matches one of `upload_hosts`; every field must be a text whose name fits one line.
 * On TICKET_GOOD `ret_ticket` is the caller's, for ticket_release(); else `why` says what is wrong.
 */
enum ticket_problem reply_ticket(const char *body, size_t length, char *const *upload_hosts,
    struct ticket *ret_ticket, struct str *why);
void ticket_release(struct ticket *ticket);

/** The status by which S3 says that it has stored the file: what the form asks for, else 204. */
int ticket_success_status(const struct ticket *ticket);

/** Whether `key` is where the form puts a file that is sent as REQUEST_FORM_FILENAME. */
bool ticket_is_for(const struct ticket *ticket, const char *key);

/**
 * Add what Close says is wrong, in its own words, on one line; nothing where it says nothing. What
 * it says of a field begins with the field; in a list also with the entry and what was sent there,
 * by the JSON text `posted` ("": not known): `to, entry 1, "nobody": Invalid email address.`
 */
void reply_add_close_error(struct str *out, const char *body, size_t length, const char *posted);

/** Whether Close's refusal is about the lead or contact: it is not there, or not what it was. */
bool reply_blames_target(const char *body, size_t length);

/** What S3 answered, each "" where it is missing. */
struct s3_reply {
    char code[64];
    char message[256];
    char key[1025];
    char etag[64]; /* without quotes */
};

/** Read S3's document, if it is one, and its header `etag` (NULL: none), which goes before the
 * document's own. */
void reply_s3(const char *body, const char *etag, struct s3_reply *ret_reply);

/** Whether this is what Close, and nobody else, answers to GET /me/. */
bool reply_is_me(const char *body, size_t length);

/** Who the key belongs to, from GET /me/: "Jane Doe <jane@example.com>, Example Inc." */
void reply_add_me(struct str *out, const char *body, size_t length);

#endif
