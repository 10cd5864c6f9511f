/** The files that are settling, in a tree by name and a heap by time. */
#include "closedrop/intake/candidates.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/** The same candidates twice: in a binary heap by due time, and in a tree by name (tsearch(3)). */
struct candidates {
    struct candidate **heap;
    size_t count;
    size_t most;
    void *by_name;
};

static int compare_names(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->folder != b->folder)
        return a->folder < b->folder ? -1 : 1;
    return strcmp(a->path, b->path);
}

struct candidates *candidates_new(size_t most)
{
    struct candidates *set = calloc(1, sizeof(*set));
    if (!set)
        return NULL;
    set->most = most;
    set->heap = calloc(most, sizeof(struct candidate *));
    if (!set->heap) {
        free(set);
        return NULL;
    }
    return set;
}

void candidates_free(struct candidates *set)
{
    if (!set)
        return;
    while (set->count)
        candidates_remove(set, set->heap[set->count - 1]);
    free(set->heap);
    free(set);
}

size_t candidates_count(const struct candidates *set)
{
    return set->count;
}

bool candidates_are_full(const struct candidates *set)
{
    return set->count == set->most;
}

struct candidate *candidates_first(const struct candidates *set)
{
    return set->count ? set->heap[0] : NULL;
}

struct candidate *candidates_at(const struct candidates *set, size_t i)
{
    return set->heap[i];
}

static void put_at(struct candidates *set, size_t at, struct candidate *candidate)
{
    set->heap[at] = candidate;
    candidate->position = at;
}

static void sift_up(struct candidates *set, size_t at)
{
    struct candidate *moving = set->heap[at];
    while (at > 0 && set->heap[(at - 1) / 2]->due_ms > moving->due_ms) {
        put_at(set, at, set->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put_at(set, at, moving);
}

static void sift_down(struct candidates *set, size_t at)
{
    struct candidate *moving = set->heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < set->count && set->heap[child + 1]->due_ms < set->heap[child]->due_ms)
            child++;
        if (child >= set->count || set->heap[child]->due_ms >= moving->due_ms)
            break;
        put_at(set, at, set->heap[child]);
        at = child;
    }
    put_at(set, at, moving);
}

void candidates_delay(struct candidates *set, struct candidate *candidate, int64_t due_ms)
{
    candidate->due_ms = due_ms;
    sift_up(set, candidate->position);
    sift_down(set, candidate->position);
}

struct candidate *candidates_find(const struct candidates *set, size_t folder, const char *path)
{
    struct candidate key = {.folder = folder, .path = (char *)(uintptr_t)path};
    struct candidate *const *found = tfind(&key, &set->by_name, compare_names);
    return found ? *found : NULL;
}

struct candidate *candidates_add(struct candidates *set, size_t folder, const char *path)
{
    if (candidates_are_full(set))
        return NULL;
    struct candidate *candidate = calloc(1, sizeof(*candidate));
    if (!candidate)
        return NULL;
    candidate->folder = folder;
    candidate->path = strdup(path);
    if (!candidate->path || !tsearch(candidate, &set->by_name, compare_names)) {
        free(candidate->path);
        free(candidate);
        return NULL;
    }
    put_at(set, set->count++, candidate);
    sift_up(set, candidate->position);
    return candidate;
}

void candidates_remove(struct candidates *set, struct candidate *candidate)
{
    size_t at = candidate->position;
    tdelete(candidate, &set->by_name, compare_names);
    struct candidate *last = set->heap[--set->count];
    if (last != candidate) {
        put_at(set, at, last);
        candidates_delay(set, last, last->due_ms);
    }
    free(candidate->unreadable);
    free(candidate->path);
    free(candidate);
}
