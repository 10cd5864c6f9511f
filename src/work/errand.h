/**
 * Errands: what the worker asks of the files of a folder, or has done with them, apart from the
 * stages of its tasks. Whoever touches the files of the folder runs them: this process at once, or
 * its file process, whose answer comes later. Only errand.c knows which.
 *
 *     errand_begin() ── question ──> run() ── answer ──> take()
 *
 * Both are bytes (base/wire.h), and neither side trusts the other. An errand whose folder goes away
 * is never answered: whoever still needs it begins it again once the folder is back.
 */
#ifndef CLOSEDROP_WORK_ERRAND_H
#define CLOSEDROP_WORK_ERRAND_H

#include "errand_kind.h"

#include "closedrop/base/wire.h"
#include "closedrop/config/tree.h"
#include "closedrop/work/order.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker;
struct folder_view;

/** What was found or done. */
struct errand_answer {
    size_t folder;
    int64_t number;    /* of the errand */
    bool is_late;      /* it came from another process */
    struct wire *wire; /* broken: as is the other process, or out of memory */
};

/** What can take long belongs to ORDER_PUT_AWAY: nothing that is sent waits for it. `run` may leave
 * the answer empty: then there is nothing to be taken. `take` is inside a transaction; what it
 * finds in the queue may have changed since the question. */
struct errand_row {
    enum order order; /* which thread of a file process runs it */
    void (*run)(const struct folder *folder, struct wire *question, struct str *answer);
    void (*take)(struct worker *worker, const struct errand_answer *answer);
};

enum errand_begun {
    ERRAND_REFUSED, /* the folder cannot be reached now */
    ERRAND_GIVEN,   /* the answer comes later */
    ERRAND_OVER     /* it has been taken */
};

/** Begin one for a folder, by its index; inside a transaction. The question is freed. Its number is
 * then worker->orders. */
enum errand_begun errand_begin(
    struct worker *worker, size_t folder, enum errand errand, struct str *question);

/** Whether the last one of this kind was given, and is not answered yet. */
bool errand_is_given(const struct folder_view *view, enum errand errand);

/** Nobody answers any more. */
void errand_abandon(struct folder_view *view);

/** What came from a file process for the order with this number. False: it is not the answer to an
 * errand. */
bool errand_take(struct worker *worker, size_t folder, int64_t number, struct wire *wire);

/** In the file process: run one of these; false if the order is another one. */
bool errand_run(const struct errand_row rows[ERRANDS], const struct folder *folder,
    struct wire *order, struct str *answer);

#endif
