/**
 * Queries of POST data/search/: read into a tree that is known to be good, which then decides about
 * each object whether it answers the query. Pure.
 *
 * It matches as an index does, by words: who asks for "Jane Doe" also gets "Jane Doe-Smith".
 */
#ifndef CLOSEDROP_SANDBOX_API_SEARCH_H
#define CLOSEDROP_SANDBOX_API_SEARCH_H

#include <stdbool.h>

struct json;
struct object;
struct search;
struct str;

/**
 * Read a query, which must exist as long as the result. Returns 0, -ENOMEM, or -EINVAL and says in
 * `why` what is wrong with it.
 */
int search_read(const struct json *query, struct search **ret_search, struct str *why);
void search_free(struct search *search);

/** Whether the object, as the index sees it, answers the query. */
bool search_matches(const struct search *search, const struct object *object);

#endif
