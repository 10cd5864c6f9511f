/**
 * How emails, notes and lead files look in an answer.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_DOCUMENT_H
#define CLOSEDROP_SANDBOX_CRM_DOCUMENT_H

struct activity;
struct attachment;
struct json;

/** All there is to tell of it; NULL when memory is short. */
struct json *document_new(const struct activity *activity);

/** One of its files, as the list of a lead's files shows it. */
struct json *document_file(const struct activity *activity, const struct attachment *attachment);

#endif
