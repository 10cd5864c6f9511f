/**
 * Which template of Close gets a file, and what it holds now: the one with an ID, or the only one
 * with a name, which may not exist yet. Asks Close one request at a time; between
 * close_template_ask() and close_template_read(), the caller runs the request.
 *
 * A template can be given a file only where nothing else is in it: whether Close accepts the
 * attachments that it has itself, when they are sent back to it, is not documented (Close API
 * documentation, "Email Templates", "SMS Templates").
 */
#ifndef CLOSEDROP_WORK_CLOSE_TEMPLATE_H
#define CLOSEDROP_WORK_CLOSE_TEMPLATE_H

#include "closedrop/close/api.h"
#include "closedrop/work/verdict.h"

#include <stdbool.h>

struct json;

enum close_template_step { TEMPLATE_SEARCH, TEMPLATE_READ, TEMPLATE_KNOWN };

struct close_template {
    enum activity_kind kind;
    enum close_template_step step;
    char *id;          /* NULL: not found yet; in the end "": no template has the name */
    char *name;        /* NULL: not known yet */
    struct json *held; /* what is in it, once it was read: objects with a "filename" */
    int page;
};

/**
 * Begin with the fields of a rule: "id" or "name". NEXT: send a request. FAIL: the ID is not one.
 * Must be released in any case.
 */
struct verdict close_template_begin(
    struct close_template *template, enum activity_kind kind, const struct json *fields);

/** The same with an ID that was found before; "": none then had the name. */
struct verdict close_template_again(struct close_template *template, enum activity_kind kind,
    const struct json *fields, const char *id);
void close_template_release(struct close_template *template);

/** The next request; NULL if out of memory. */
struct request *close_template_ask(struct close_template *template, const struct api *api);

/** MORE: send another request. NEXT: it is known. FAIL: it does not exist, or several have its
 * name. */
struct verdict close_template_read(struct close_template *template, const struct request *request);

/** Whether a file was put into the template by us. */
typedef bool close_template_is_ours(void *context, const char *filename);

/**
 * Whether the template, which is known, can get the file of this name: NEXT, or FAIL because other
 * files are in it. A single one that has the same name, or is ours, is replaced; without `is_ours`
 * any single one is.
 */
struct verdict close_template_takes(const struct close_template *template, const char *filename,
    close_template_is_ours *is_ours, void *context);

/**
 * Whether Close has put the file in place of the one before, by its answer to the request: that it
 * does is not documented. NEXT, also where the answer does not name the files; FAIL: it has kept
 * others as well.
 */
struct verdict close_template_check(enum activity_kind kind, const char *body, size_t length);

#endif
