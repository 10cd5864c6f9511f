/**
 * A ticket: Close's permission to upload one file, as a form that S3 accepts. Pure.
 */
#ifndef CLOSEDROP_CLOSE_TICKET_H
#define CLOSEDROP_CLOSE_TICKET_H

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
enum ticket_problem ticket_read(const char *body, size_t length, char *const *upload_hosts,
    struct ticket *ret_ticket, struct str *why);

/** Free everything in it. It is empty then. */
void ticket_release(struct ticket *ticket);

/** The status with which S3 confirms that it stored the file: the one in the form, or else 204. */
int ticket_success_status(const struct ticket *ticket);

/** Whether `key` is the key under which the form stores a file named REQUEST_FORM_FILENAME. */
bool ticket_is_for(const struct ticket *ticket, const char *key);

#endif
