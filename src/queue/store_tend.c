/** What is done to the store while nobody waits for it: the index of names grows, all is verified.
 */
#include "store_names.h"
#include "store_verify.h"

#include "closedrop/base/clock.h"

int64_t store_tend(struct store *store)
{
    int64_t now_ms = clock_steady_ms();
    if (names_tend(store))
        return 0;
    if (now_ms >= store->verify_ms)
        store->verify_ms = now_ms + verify_slice(store);
    return store->verify_ms - now_ms;
}
