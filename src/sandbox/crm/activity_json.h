/**
 * How emails, notes and lead files look in an answer.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_ACTIVITY_JSON_H
#define CLOSEDROP_SANDBOX_CRM_ACTIVITY_JSON_H

struct activity;
struct json;
struct lead_file;

/** All of its data; NULL if out of memory. */
struct json *activity_json_new(const struct activity *activity);

/** A row of the list of a lead's files. */
struct json *activity_json_file(const struct lead_file *row);

#endif
