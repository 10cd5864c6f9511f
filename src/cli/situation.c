/** Finds the situation of a file: the first row of the tables that applies. */
#include "explain.h"

#include "closedrop/base/array.h"

#include <assert.h>

static const struct situation *find_in(const struct situation *row, const struct facts *facts)
{
    while (row->name && !row->applies(facts))
        row++;
    return row->name ? row : NULL;
}

const struct situation *situation_find(const struct facts *facts)
{
    static const struct situation *const tables[] = {situations_of_kind, situations_of_outcome,
        situations_in_queue, situations_while_settling, situations_without_job};
    const struct situation *found = NULL;
    for (size_t i = 0; i < COUNT(tables) && !found; i++)
        found = find_in(tables[i], facts);
    assert(found); /* the last row always applies */
    return found;
}
