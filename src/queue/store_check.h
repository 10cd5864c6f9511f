/** Whether a database is ours, of a format that is known, and sound. */
#ifndef CLOSEDROP_QUEUE_STORE_CHECK_H
#define CLOSEDROP_QUEUE_STORE_CHECK_H

#include "sqlite.h"

/** Refuse what another program, or a newer closedrop, has made, and say so. 0: it is ours, or
 * empty; `ret_version` is its format, 0 for one that is not made yet. */
enum store_problem check_maker(sqlite3 *database, int *ret_version, struct str *why);

/**
 * Look for damage: before work begins fully, for an index that misses a row would have its file
 * filed again. It takes about 9 s for a million jobs, or 3 s if not `fully`. SQLITE_OK,
 * SQLITE_CORRUPT, or what else went wrong.
 */
int check_soundness(sqlite3 *database, bool fully);

/** Read every row that has a checksum: SQLITE_OK, SQLITE_CORRUPT where one is not what was written.
 */
int check_rows(struct store *store);

#endif
