/** The files that a file process has open for the worker, to be read. For one thread. */
#ifndef CLOSEDROP_WORK_OPEN_FILES_H
#define CLOSEDROP_WORK_OPEN_FILES_H

#include "closedrop/base/wire.h"
#include "closedrop/files/source.h"

/** Begin with all zero: none. */
struct open_files {
    struct open_file *first;
};

/** Keep a source by this number; it is closed if out of memory: 0 or -ENOMEM. */
int open_files_keep(struct open_files *files, int64_t number, struct source *source);

/** Close them all. */
void open_files_close(struct open_files *files);

/** Read a block of one (files/remote.h). These two belong to a filing_work, with the open files as
 * `context`; a broken question has no result. */
void open_files_read(void *context, int64_t number, struct wire *question, struct str *result);

/** Close one; harmless if there is no such. */
void open_files_forget(void *context, int64_t number);

#endif
