/** Has errands run by whoever touches the files of the folder, and their answers taken. */
#include "errand.h"
#include "worker_state.h"

#include <string.h>

/** What an order begins with, and its answer: no stage, and no verdict, has such a number. */
#define FIRST_CODE (-10)

static int64_t code_of(enum errand errand)
{
    return FIRST_CODE - (int64_t)errand;
}

/** Read what something begins with: which errand it is, or ERRANDS if it is none. */
static enum errand read_code(struct wire *wire)
{
    struct wire ahead = *wire;
    int64_t code = wire_number(&ahead);
    if (ahead.broken || code > FIRST_CODE || code <= FIRST_CODE - ERRANDS)
        return ERRANDS;
    *wire = ahead;
    return (enum errand)(FIRST_CODE - code);
}

/* ---- where the files are ---- */

bool errand_run(const struct errand_row rows[ERRANDS], const struct folder *folder,
    struct wire *order, struct str *answer)
{
    enum errand errand = read_code(order);
    if (errand == ERRANDS)
        return false;
    wire_add_number(answer, code_of(errand));
    size_t empty = answer->length;
    rows[errand].run(folder, order, answer);
    if (answer->length == empty)
        str_clear(answer);
    return true;
}

/* ---- the worker ---- */

static void take(struct worker *worker, enum errand errand, const struct errand_answer *answer)
{
    if (worker->errand_rows[errand].take)
        worker->errand_rows[errand].take(worker, answer);
}

static void run_here(
    struct worker *worker, size_t folder, enum errand errand, const struct str *question)
{
    struct str result = STR_INIT(FRAME_MAX);
    struct wire asked = {.at = question->bytes, .left = question->length};
    worker->errand_rows[errand].run(&worker->config->folders[folder], &asked, &result);
    struct wire wire = {
        .at = result.bytes, .left = result.length, .broken = str_error(&result) != 0};
    const struct errand_answer answer = {folder, worker->orders, false, &wire};
    if (wire.left || wire.broken)
        take(worker, errand, &answer);
    str_release(&result);
}

/** Whether its file process has it. */
static bool give(
    struct worker *worker, size_t folder, enum errand errand, const struct str *question)
{
    struct folder_view *view = &worker->folders[folder];
    struct str order = STR_INIT(FRAME_MAX);
    wire_add_number(&order, code_of(errand));
    str_add_bytes(&order, question->bytes, question->length);
    bool is_given =
        view->healthy && !str_error(&order) &&
        worker->order(worker->watch_context, worker->config->folders[folder].name,
            worker->errand_rows[errand].order, worker->orders, order.bytes, order.length);
    str_release(&order);
    view->errands[errand] = is_given ? worker->orders : 0;
    return is_given;
}

enum errand_begun errand_begin(
    struct worker *worker, size_t folder, enum errand errand, struct str *question)
{
    bool is_elsewhere = atomic_load(&worker->config->folders[folder].is_elsewhere);
    bool is_whole = str_error(question) == 0;
    worker->orders++;
    if (is_whole && !is_elsewhere)
        run_here(worker, folder, errand, question);
    bool is_given = is_whole && is_elsewhere && give(worker, folder, errand, question);
    str_release(question);
    return is_given ? ERRAND_GIVEN : is_whole && !is_elsewhere ? ERRAND_OVER : ERRAND_REFUSED;
}

bool errand_is_given(const struct folder_view *view, enum errand errand)
{
    return view->errands[errand] != 0;
}

void errand_abandon(struct folder_view *view)
{
    memset(view->errands, 0, sizeof(view->errands));
}

/** The errand of a folder that has this number and is not answered; ERRANDS: none. */
static enum errand end_of(struct folder_view *view, int64_t number)
{
    size_t errand = 0;
    while (errand < ERRANDS && view->errands[errand] != number)
        errand++;
    if (errand < ERRANDS)
        view->errands[errand] = 0;
    return (enum errand)errand;
}

bool errand_take(struct worker *worker, size_t folder, int64_t number, struct wire *wire)
{
    enum errand awaited = end_of(&worker->folders[folder], number);
    enum errand errand = read_code(wire);
    const struct errand_answer answer = {folder, number, true, wire};
    wire->broken = wire->broken || errand == ERRANDS;
    errand = errand == ERRANDS ? awaited : errand;
    if (errand != ERRANDS)
        take(worker, errand, &answer);
    return errand != ERRANDS;
}
