/**
 * How emails, notes and lead files look in an answer.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_ACTIVITY_JSON_H
#define CLOSEDROP_SANDBOX_CRM_ACTIVITY_JSON_H

struct activity;
struct attachment;
struct json;

/** All of its data; NULL if out of memory. */
struct json *activity_json_new(const struct activity *activity);

/** One of its files, as the list of a lead's files shows it. */
struct json *activity_json_file(
    const struct activity *activity, const struct attachment *attachment);

#endif
