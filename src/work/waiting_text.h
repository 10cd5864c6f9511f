/**
 * `NAME.waiting.txt` next to a file in a drop folder: what it says, and how it is written and
 * removed, by whoever touches the files of the folder (errand.h).
 */
#ifndef CLOSEDROP_WORK_WAITING_TEXT_H
#define CLOSEDROP_WORK_WAITING_TEXT_H

#include "closedrop/base/wire.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/job.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WAITING_SUFFIX ".waiting.txt"

/** Append the text about the file of a job, which waits since `since_ms` (wall clock). Pure. */
void waiting_text_add(struct str *text, const struct job *job, int64_t since_ms);

enum waiting_errand {
    WAITING_WRITE,  /* if the file is there; replaces a text that is there already */
    WAITING_CHECK,  /* removes the text if the file is not there any more */
    WAITING_REMOVE, /* removes it */
    WAITING_ERRANDS
};

/** What is done about one file. The texts are the item's. */
struct waiting_item {
    enum waiting_errand errand;
    int64_t job;
    char *path; /* of the file, relative to the folder */
    char *text; /* for WAITING_WRITE */
    int result; /* 0, also if there was nothing to remove; -ENOENT: the file is not there (of
                   WRITE and CHECK); or another negative errno */
};

/** Free what it owns. */
void waiting_item_release(struct waiting_item *item);

/** Do it, and set the results. */
void waiting_do(const struct folder *folder, struct waiting_item *items, size_t count);

/** Remove the text next to the file `name` of an open directory; harmless if there is none. */
void waiting_remove(int directory, const char *name);

/** Add some items to the question of ERRAND_WAITING. */
void waiting_question_add(struct str *out, const struct waiting_item *items, size_t count);

/** Set the results of the same items from its answer. False if that is broken. */
bool waiting_answer_read(struct wire *result, struct waiting_item *items, size_t count);

#endif
