/** A hash table with open addressing from ids to what has them. */
#include "util/lookup.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64

/** FNV-1a */
static size_t hash(const char *key)
{
    uint64_t sum = 0xcbf29ce484222325U;
    for (; *key; key++)
        sum = (sum ^ (unsigned char)*key) * 0x100000001b3U;
    return (size_t)(sum ^ sum >> 32);
}

/** The slot that has the key, or the free one where it belongs. `room` is a power of two. */
static struct lookup_slot *find_slot(struct lookup_slot *slots, size_t room, const char *key)
{
    size_t i = hash(key) & (room - 1);
    while (slots[i].key && strcmp(slots[i].key, key) != 0)
        i = (i + 1) & (room - 1);
    return &slots[i];
}

void *lookup_get(const struct lookup *lookup, const char *key)
{
    return lookup->room ? find_slot(lookup->slots, lookup->room, key)->item : NULL;
}

static int grow(struct lookup *lookup)
{
    size_t room = lookup->room ? 2 * lookup->room : ROOM_FIRST;
    struct lookup_slot *slots = calloc(room, sizeof(*slots));
    if (!slots)
        return -ENOMEM;
    for (size_t i = 0; i < lookup->room; i++)
        if (lookup->slots[i].key)
            *find_slot(slots, room, lookup->slots[i].key) = lookup->slots[i];
    free(lookup->slots);
    lookup->slots = slots;
    lookup->room = room;
    return 0;
}

int lookup_put(struct lookup *lookup, const char *key, void *item)
{
    int result = 2 * lookup->count >= lookup->room ? grow(lookup) : 0;
    if (result < 0)
        return result;
    *find_slot(lookup->slots, lookup->room, key) = (struct lookup_slot){key, item};
    lookup->count++;
    return 0;
}

void lookup_release(struct lookup *lookup)
{
    free(lookup->slots);
    *lookup = (struct lookup){0};
}
