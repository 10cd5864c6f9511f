/** Finds the programs that have a file open for writing, as far as /proc shows them. */
#ifndef CLOSEDROP_CLI_WRITERS_H
#define CLOSEDROP_CLI_WRITERS_H

struct inode;

/**
 * The processes that have this file open for writing, for people: "soffice (process 4711 of
 * anna)"; the caller frees it. NULL: none that we may inspect (root may inspect all), or out of
 * memory. Writers on other machines are never seen.
 */
char *writers_find(const struct inode *file);

#endif
