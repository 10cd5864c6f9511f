/**
 * What a file process is to do with the file of a task, and its result, as bytes
 * (base/wire.h). Pure.
 */
#ifndef CLOSEDROP_WORK_ASSIGNMENT_WIRE_H
#define CLOSEDROP_WORK_ASSIGNMENT_WIRE_H

#include "task.h"

#include "closedrop/base/wire.h"

/** Add the stage of a task, with all that it needs to know. */
void assignment_add(struct str *out, const struct task *task, const struct stage_tools *tools);

/**
 * Read it into an empty task and tools, of which the task's job is the caller's. False if it is
 * broken, or if out of memory.
 */
bool assignment_read(struct wire *wire, struct task *task, struct stage_tools *tools);

/** The verdict of a stage that touches files; one with another code is broken. */
void verdict_to_wire(struct str *out, const struct verdict *verdict);
void verdict_from_wire(struct wire *wire, struct verdict *verdict);

/** Clues; into empty ones, which are to be released in any case. */
void clues_to_wire(struct str *out, const struct clues *clues);
void clues_from_wire(struct wire *wire, struct clues *clues);

/** Names, into none; one that is not the folder's is broken. They are to be released in any case.
 */
void failed_names_to_wire(struct str *out, const struct failed_names *names);
void failed_names_from_wire(
    struct wire *wire, const struct folder *folder, struct failed_names *names);

/** How it ended, apart from what it has changed in the task. */
struct result {
    struct verdict verdict;
    bool has_opened;          /* its file, to be sent: */
    struct file_state opened; /* as it was found */
    char content_type[CONTENT_TYPE_MAX];
};

/** Add the verdict of a stage, and what it has changed in the task. */
void result_add(struct str *out, const struct task *task, const struct verdict *verdict);

/** Read it, and what it has changed into the task. False if it is broken, or if out of memory:
 * nothing of the task has changed then. */
bool result_read(struct wire *wire, struct task *task, struct result *ret_result);

#endif
