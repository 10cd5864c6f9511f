/**
 * Files that a folder refuses whatever their contents: the codes and messages, shared by all who
 * inspect files. Pure.
 */
#ifndef CLOSEDROP_CONFIG_REFUSAL_H
#define CLOSEDROP_CONFIG_REFUSAL_H

#include "closedrop/config/config.h"

#include <stdbool.h>
#include <stdint.h>

struct refusal {
    const char *code; /* too_small, too_large or links; see closedrop(1) */
    char message[256];
};

/**
 * Whether a file of `size` bytes is outside the limits of its folder, and why. Empty files are
 * handled elsewhere (code empty); here they are too small only if `min_size` is above its default
 * of 1.
 */
bool refusal_of_size(const struct folder *folder, int64_t size, struct refusal *ret_refusal);

/** Whether a file with this many names (hard links) is refused, and why. */
bool refusal_of_links(uint64_t links, struct refusal *ret_refusal);

#endif
