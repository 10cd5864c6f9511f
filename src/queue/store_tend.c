/** What is done to the store while nobody waits for it: SQLite's index of names grows. */
#include "store_names.h"

bool store_tend(struct store *store)
{
    return names_tend(store);
}
