/** Queries in SQLite: which parameter of a statement is which field of struct query. */
#ifndef CLOSEDROP_QUEUE_STORE_QUERY_H
#define CLOSEDROP_QUEUE_STORE_QUERY_H

#include "sqlite.h"

/** Find that out for a statement that was prepared. */
void prepare_query(struct store *store, enum query_kind kind);

/** Its statement, ready for its first row; what is bound lives as long as the query. */
sqlite3_stmt *statement_of_query(
    struct store *store, enum query_kind kind, const struct query *query);

/** As store_jobs(), by the text of the query alone. */
void query_jobs(struct store *store, enum query_kind kind, const struct query *query,
    void (*take)(void *context, struct job *job), void *context);

#endif
