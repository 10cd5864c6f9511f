/** Files that people name as they see them: a normal form is invisible, and many mind no case. */
#ifndef CLOSEDROP_CLI_SPELLING_H
#define CLOSEDROP_CLI_SPELLING_H

/**
 * The path of the file that is meant. Where there is none at `path`, but exactly one in its
 * directory whose name is most like it (text_compare()), that is the one; else it is `path`. The
 * caller frees it; NULL if out of memory.
 */
char *spelling_find(const char *path);

#endif
