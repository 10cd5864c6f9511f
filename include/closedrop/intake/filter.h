/**
 * Which files of a folder are documents at all (product.md 5). Pure; paths are relative to the
 * folder.
 */
#ifndef CLOSEDROP_INTAKE_FILTER_H
#define CLOSEDROP_INTAKE_FILTER_H

#include "closedrop/config/config.h"

#include <stdbool.h>

/** Whether the file is one to take: no temporary name, none of our own, within include/exclude. */
bool filter_takes(const struct folder *folder, const char *path);

/** Whether a scan goes into the directory: not hidden, not where finished files lie. */
bool filter_enters(const struct folder *folder, const char *path);

#endif
