/** Core files, in which secrets would be. */
#ifndef CLOSEDROP_BASE_CORE_FILE_H
#define CLOSEDROP_BASE_CORE_FILE_H

/** A crash of this process leaves none, and no other process of the same user reads its memory. */
void core_file_forbid(void);

#endif
