/** An assignment and its result to bytes and back, each field checked. */
#include "assignment_wire.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/queue/job_wire.h"

#include <stdlib.h>
#include <string.h>

void assignment_add(struct str *out, const struct task *task, const struct stage_tools *tools)
{
    wire_add_number(out, task->stage);
    job_to_wire(out, task->job);
    wire_add_text(out, task->other_lead);
    wire_add_number(out, task->was_searched);
    wire_add_number(out, tools->has_successor);
    wire_add_number(out, (int64_t)tools->root_device);
    wire_add_number(out, (int64_t)tools->root_inode);
}

bool assignment_read(struct wire *wire, struct task *task, struct stage_tools *tools)
{
    task->stage = (enum stage)wire_number_in(wire, 0, STAGES - 1);
    task->job = job_from_wire(wire);
    task->other_lead = wire_text(wire);
    task->was_searched = wire_number_in(wire, 0, 1);
    tools->has_successor = wire_number_in(wire, 0, 1);
    tools->root_device = (uint64_t)wire_number(wire);
    tools->root_inode = (uint64_t)wire_number(wire);
    return wire_is_read(wire);
}

void result_add(struct str *out, const struct task *task, const struct verdict *verdict)
{
    wire_add_number(out, verdict->kind);
    wire_add_text(out, verdict->code);
    wire_add_number(out, verdict->wait_ms);
    wire_add_text(out, verdict->message);
    const struct identity *identity = &task->job->identity;
    wire_add_bytes(out, identity->handle, identity->handle_length);
    wire_add_number(out, identity->size);
    wire_add_number(out, identity->mtime_ns);
    wire_add_text(out, task->job->location);
    wire_add_text(out, task->outcome_location);
}

/** The codes that a stage with a file can give, equal to `text`; or NULL. */
static const char *code_of(const char *text)
{
    static const char *const codes[] = {
        "changed", "folder_away", "gone", "no_memory", "not_put_away"};
    for (size_t i = 0; text && i < COUNT(codes); i++)
        if (strcmp(codes[i], text) == 0)
            return codes[i];
    return NULL;
}

static void read_verdict(struct wire *wire, struct verdict *verdict)
{
    verdict->kind = (enum verdict_kind)wire_number_in(wire, VERDICT_NEXT, VERDICTS - 1);
    CLEANUP(free_text) char *code = wire_text(wire);
    verdict->code = code_of(code);
    verdict->wait_ms = wire_number_in(wire, 0, INT64_MAX);
    wire_text_into(wire, verdict->message, sizeof(verdict->message));
    wire->broken = wire->broken || (code && !verdict->code);
}

bool result_read(struct wire *wire, struct task *task, struct verdict *ret_verdict)
{
    struct verdict verdict;
    struct identity identity = {.handle_length = 0};
    read_verdict(wire, &verdict);
    identity.handle_length = wire_bytes(wire, identity.handle, sizeof(identity.handle));
    identity.size = wire_number_in(wire, 0, INT64_MAX);
    identity.mtime_ns = wire_number(wire);
    CLEANUP(free_text) char *location = wire_text(wire);
    CLEANUP(free_text) char *outcome_location = wire_text(wire);
    if (!wire_is_read(wire))
        return false;
    task->job->identity = identity;
    free(task->job->location);
    task->job->location = TAKE_PTR(location);
    free(task->outcome_location);
    task->outcome_location = TAKE_PTR(outcome_location);
    *ret_verdict = verdict;
    return true;
}
