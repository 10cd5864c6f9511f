/**
 * What a file process needs of the configuration, as bytes (base/wire.h): the folders, which files
 * and directories are never taken (own_files.h), and how to log. No key, no rules.
 */
#ifndef CLOSEDROP_CONFIG_CONFIG_WIRE_H
#define CLOSEDROP_CONFIG_CONFIG_WIRE_H

#include "closedrop/base/wire.h"
#include "closedrop/config/tree.h"

/** Add it to a frame. */
void config_to_wire(struct str *out, const struct config *config);

/**
 * Read it, for the process that touches the files of the folder with the index `mine`: all other
 * folders are elsewhere. NULL if out of memory, or if it is broken; freed by config_release().
 */
struct config *config_from_wire(struct wire *wire, size_t mine);

#endif
