/**
 * `NAME.waiting.txt` next to a file in a drop folder: what it says, and how it is written and
 * removed. Where the folder is another process's, that one does it, by an order.
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

/** What an order (ORDER_STAGE) begins with if it is about these texts; no other order has this
 * number. */
#define WAITING_ORDER (-3)

/** Add the order for some items. */
void waiting_order_add(struct str *out, const struct waiting_item *items, size_t count);

/** In the other process: carry an order out, and add the result; false if it is another one. */
bool waiting_order_do(const struct folder *folder, struct wire *order, struct str *result);

/** Set the results of the same items. False if what came back is broken. */
bool waiting_result_read(struct wire *result, struct waiting_item *items, size_t count);

#endif
