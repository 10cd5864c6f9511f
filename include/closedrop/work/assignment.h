/**
 * What the worker of another process assigns, done in the file process of its folder (intake.h):
 * the part of a stage that touches the files of the folder.
 */
#ifndef CLOSEDROP_WORK_ASSIGNMENT_H
#define CLOSEDROP_WORK_ASSIGNMENT_H

#include "closedrop/base/wire.h"
#include "closedrop/config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The first two calls of a filing_work (filing.h). Their `context` is a struct open_files, which
 * keeps what they open. Results stay empty if the assignment is broken, or if out of memory. */
void *assignment_begin(void *context, int64_t number, struct config *config, size_t folder,
    struct wire *wire, struct str *result);
bool assignment_step(void *context, void *assignment, struct str *result);

#endif
