/** Has a file process recover the staging of its folder, and the queue say what is put back. */
#include "recover_elsewhere.h"

#include "requests.h"

#include "closedrop/work/staging.h"

/** The numbers of the worker's orders are positive. */
static void give_order(struct agent *agent, size_t index, struct str *order)
{
    bool is_given =
        !str_error(order) && request_order(agent, agent->config->folders[index].name, ORDER_STAGE,
                                 agent->orders - 1, order->bytes, order->length);
    str_release(order);
    agent->folders[index].recovery = is_given ? --agent->orders : 0;
}

void recover_elsewhere_begin(struct agent *agent, size_t index)
{
    struct str order = STR_INIT(FRAME_MAX / 2);
    if (agent->folders[index].recovery)
        return;
    staging_order_add(&order);
    agent->folders[index].puts_back = false;
    give_order(agent, index, &order);
}

void recover_elsewhere_abandon(struct agent *agent, size_t index)
{
    agent->folders[index].recovery = 0;
}

/** The second order, if there is something to put back. */
static int continue_with(struct agent *agent, size_t index, struct wire *result)
{
    struct str order = STR_INIT(FRAME_MAX / 2);
    int count =
        staging_order_continue(&agent->config->folders[index], agent->queue, result, &order);
    agent->folders[index].puts_back = count > 0;
    if (count > 0)
        give_order(agent, index, &order); /* else it begins again with the next health */
    else
        str_release(&order);
    return count;
}

bool recover_elsewhere_take(struct agent *agent, const struct message *message, int *ret_result)
{
    struct agent_folder *folder = &agent->folders[message->folder];
    struct wire result = {.at = message->body, .left = message->body_length};
    if (!folder->recovery || message->kind != MESSAGE_RESULT ||
        message->question != folder->recovery)
        return false;
    folder->recovery = 0;
    *ret_result = folder->puts_back ? 0 : continue_with(agent, message->folder, &result);
    return true;
}
