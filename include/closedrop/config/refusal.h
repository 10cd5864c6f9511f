/**
 * What a folder never takes, whatever the file holds: the codes and the words, for whoever looks at
 * a file. Pure.
 */
#ifndef CLOSEDROP_CONFIG_REFUSAL_H
#define CLOSEDROP_CONFIG_REFUSAL_H

#include "closedrop/config/config.h"

#include <stdbool.h>
#include <stdint.h>

struct refusal {
    const char *code; /* too_small, too_large, links: see closedrop(1) */
    char message[256];
};

/**
 * Whether a file of `size` is outside the limits of its folder, and why. An empty file is judged by
 * itself (code empty), and too small only where `min_size` is above its default of 1.
 */
bool refusal_of_size(const struct folder *folder, int64_t size, struct refusal *ret_refusal);

/** Whether a file with so many names (hard links) is refused, and why. */
bool refusal_of_links(uint64_t links, struct refusal *ret_refusal);

#endif
