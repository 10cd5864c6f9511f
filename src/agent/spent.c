/** Asks what is next to an end marker, and has the marker put away once nothing there is awaited.
 */
#include "closedrop/agent/spent.h"

#include "agent_state.h"
#include "requests.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/identity_wire.h"
#include "closedrop/files/path.h"
#include "closedrop/intake/batch.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/** What an order begins with, and its answer: no stage, no verdict and no errand has this number.
 */
#define SPENT_ORDER (-2)

/** A marker, and how far the list of what is next to it has come. */
struct spent {
    char *path;
    struct file_state seen;
    char *after; /* the path of the last document; NULL: none yet */
};

static void release(struct spent *spent)
{
    free(spent->path);
    free(spent->after);
}

static void spent_to_wire(struct str *out, const struct spent *spent)
{
    wire_add_number(out, SPENT_ORDER);
    wire_add_text(out, spent->path);
    file_state_to_wire(out, &spent->seen);
    wire_add_text(out, spent->after);
}

/** Read what begins with that. False: it is something else, or broken. To be released in any case.
 */
static bool spent_from_wire(struct wire *wire, struct spent *spent)
{
    struct wire ahead = *wire;
    *spent = (struct spent){.path = NULL};
    if (wire_number(&ahead) != SPENT_ORDER)
        return false;
    *wire = ahead;
    spent->path = wire_whole_text(wire);
    file_state_from_wire(wire, &spent->seen);
    spent->after = wire_text(wire);
    return !wire->broken && path_is_plain_relative(spent->path);
}

/* ---- where the files are ---- */

static void page_to_wire(struct str *out, const struct batch_page *page)
{
    wire_add_number(out, page->is_last);
    for (size_t i = 0; i < page->count; i++) {
        wire_add_text(out, page->files[i].path);
        file_state_to_wire(out, &page->files[i].state);
    }
}

bool spent_run(const struct config *config, const struct folder *folder, struct wire *order,
    struct str *answer)
{
    struct spent spent;
    struct batch_page page;
    bool is_one = spent_from_wire(order, &spent);
    if (is_one && batch_list(config, folder, spent.path, spent.after, &page) == 0) {
        spent_to_wire(answer, &spent);
        page_to_wire(answer, &page);
        batch_page_release(&page);
    } /* else it is seen again */
    release(&spent);
    return is_one;
}

/* ---- the agent ---- */

static bool is_awaited(struct agent *agent, const struct folder *folder, const struct spent *spent,
    const char *path, const struct file_state *state)
{
    bool waits;
    const struct seen seen = {.folder = folder->name,
        .path = path,
        .identity = &state->identity,
        .by_path = folder->after_upload == AFTER_KEEP};
    bool is_left = queue_leaves_alone(agent->queue, &seen, &waits);
    return batch_awaits(&spent->seen, state,
        waits     ? BATCH_QUEUED
        : is_left ? BATCH_LEFT
                  : BATCH_UNKNOWN);
}

/** The documents of a page: whether one is awaited, or that cannot be told. */
static bool has_awaited(
    struct agent *agent, const struct folder *folder, struct spent *spent, struct wire *wire)
{
    bool is_one_awaited = false;
    while (wire->left && !wire->broken && !is_one_awaited) {
        struct file_state state = {.links = 0};
        char *path = wire_whole_text(wire);
        file_state_from_wire(wire, &state);
        is_one_awaited = !wire->broken && is_awaited(agent, folder, spent, path, &state);
        free(spent->after);
        spent->after = path;
    }
    return is_one_awaited || wire->broken;
}

/** Whether the marker's next page is to be listed. */
static bool take_page(struct agent *agent, size_t index, struct wire *wire, struct spent *ret_spent)
{
    const struct folder *folder = &agent->config->folders[index];
    if (!spent_from_wire(wire, ret_spent))
        return false;
    bool is_last = wire_number_in(wire, 0, 1);
    bool has_any = wire->left != 0;
    if (has_awaited(agent, folder, ret_spent, wire))
        return false;
    if (is_last)
        worker_put_away_end_marker(agent->worker, index, ret_spent->path, &ret_spent->seen);
    return !is_last && has_any;
}

/** The folder's files are ours to touch. */
static void list_here(struct agent *agent, size_t index, const struct spent *first)
{
    struct spent spent = {.path = NULL};
    struct str order = STR_INIT(FRAME_MAX / 2);
    bool has_more = true;
    for (spent_to_wire(&order, first); has_more; spent_to_wire(&order, &spent)) {
        struct str page = STR_INIT(FRAME_MAX / 2);
        struct wire asked = {.at = order.bytes, .left = order.length};
        (void)spent_run(agent->config, &agent->config->folders[index], &asked, &page);
        release(&spent);
        struct wire answer = {.at = page.bytes, .left = page.length};
        has_more = take_page(agent, index, &answer, &spent);
        str_clear(&order);
        str_release(&page);
    }
    release(&spent);
    str_release(&order);
}

static void list(struct agent *agent, size_t index, const struct spent *spent)
{
    const struct folder *folder = &agent->config->folders[index];
    struct str order = STR_INIT(FRAME_MAX / 2);
    if (!atomic_load(&folder->is_elsewhere)) {
        list_here(agent, index, spent);
        return;
    }
    spent_to_wire(&order, spent);
    if (!str_error(&order))
        (void)request_order(
            agent, folder->name, ORDER_PUT_AWAY, --agent->orders, order.bytes, order.length);
    str_release(&order);
}

void spent_begin(
    struct agent *agent, size_t folder, const char *path, const struct file_state *seen)
{
    const struct spent spent = {.path = strdup(path), .seen = *seen};
    if (spent.path)
        list(agent, folder, &spent);
    free(spent.path);
}

bool spent_take(struct agent *agent, const struct message *message)
{
    struct wire wire = {.at = message->body, .left = message->body_length};
    struct spent spent = {.path = NULL};
    bool is_ours = message->question < 0;
    if (is_ours && take_page(agent, message->folder, &wire, &spent))
        list(agent, message->folder, &spent);
    release(&spent);
    return is_ours;
}
