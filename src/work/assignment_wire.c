/** An assignment and its result to bytes and back, each field checked. */
#include "assignment_wire.h"

#include "failed_directories.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/files/identity_wire.h"
#include "closedrop/files/path.h"
#include "closedrop/queue/job_wire.h"
#include "closedrop/rules/sidecar.h"

#include <stdlib.h>
#include <string.h>

#define WAIT_MAX_MS (400LL * 24 * 60 * 60 * 1000)

/** More than any group has. */
#define HELD_MAX 65536

void assignment_add(struct str *out, const struct task *task, const struct stage_tools *tools)
{
    wire_add_number(out, task->stage);
    job_to_wire(out, task->job);
    wire_add_text(out, task->other_lead);
    wire_add_number(out, task->was_searched);
    wire_add_number(out, tools->has_successor);
    wire_add_number(out, (int64_t)tools->root_device);
    wire_add_number(out, (int64_t)tools->root_inode);
    wire_add_text(out, task->kept_sha256);
    wire_add_number(out, (int64_t)tools->held_count);
    for (size_t i = 0; i < tools->held_count; i++)
        job_to_wire(out, tools->held[i]);
}

static void read_held(struct wire *wire, struct stage_tools *tools)
{
    size_t count = (size_t)wire_number_in(wire, 0, HELD_MAX);
    tools->held = calloc(count + 1, sizeof(struct job *));
    wire->broken = wire->broken || !tools->held;
    while (!wire->broken && tools->held_count < count) {
        tools->held[tools->held_count] = job_from_wire(wire);
        tools->held_count += !wire->broken;
    }
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
    task->kept_sha256 = wire_text(wire);
    read_held(wire, tools);
    return wire_is_read(wire);
}

void clues_to_wire(struct str *out, const struct clues *clues)
{
    wire_add_number(out, clues->are_known);
    if (!clues->are_known)
        return;
    wire_add_text(out, clues->content_type);
    wire_add_number(out, clues->sidecar != NULL);
    if (clues->sidecar)
        wire_add_bytes(out, clues->sidecar, clues->sidecar_length);
}

void failed_names_to_wire(struct str *out, const struct failed_names *names)
{
    wire_add_number(out, (int64_t)names->count);
    for (size_t i = 0; i < names->count; i++)
        wire_add_text(out, names->text[i]);
}

static void add_changes(struct str *out, const struct task *task)
{
    const struct job *job = task->job;
    identity_to_wire(out, &job->identity);
    wire_add_text(out, job->path);
    wire_add_text(out, job->location);
    wire_add_number(out, job->approved);
    wire_add_number(out, job->error_code != NULL);
    wire_add_text(out, task->outcome_location);
    failed_names_to_wire(out, &task->failed_names);
    wire_add_number(out, task->is_kept);
    wire_add_number(out, task->absent);
    clues_to_wire(out, &task->clues);
}

void verdict_to_wire(struct str *out, const struct verdict *verdict)
{
    wire_add_number(out, verdict->kind);
    wire_add_text(out, verdict->code);
    wire_add_number(out, verdict->wait_ms);
    wire_add_text(out, verdict->message);
}

void result_add(struct str *out, const struct task *task, const struct verdict *verdict)
{
    verdict_to_wire(out, verdict);
    add_changes(out, task);
    wire_add_number(out, task->has_upload);
    if (!task->has_upload)
        return;
    file_state_to_wire(out, &task->upload.source->before);
    wire_add_text(out, task->upload.content_type);
}

/** The codes that a stage with a file can give, equal to `text`; or NULL. */
static const char *code_of(const char *text)
{
    static const char *const codes[] = {"busy", "changed", "folder_away", "gone", "links",
        "no_memory", "not_put_away", "own_file", "sidecar", "too_large", "too_small", "unreadable",
        "young"};
    for (size_t i = 0; text && i < COUNT(codes); i++)
        if (strcmp(codes[i], text) == 0)
            return codes[i];
    return NULL;
}

void verdict_from_wire(struct wire *wire, struct verdict *verdict)
{
    verdict->kind = (enum verdict_kind)wire_number_in(wire, VERDICT_NEXT, VERDICTS - 1);
    CLEANUP(free_text) char *code = wire_text(wire);
    verdict->code = code_of(code);
    verdict->wait_ms = wire_number_in(wire, 0, WAIT_MAX_MS);
    wire_text_into(wire, verdict->message, sizeof(verdict->message));
    wire->broken = wire->broken || (code && !verdict->code);
}

/** It goes into a header, and into Close: "image/svg+xml", for example. */
static void read_content_type(struct wire *wire, char content_type[CONTENT_TYPE_MAX])
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&^_.+-/";
    wire_text_into(wire, content_type, CONTENT_TYPE_MAX);
    wire->broken = wire->broken || content_type[strspn(content_type, plain)] || !*content_type;
}

void clues_from_wire(struct wire *wire, struct clues *clues)
{
    char content_type[CONTENT_TYPE_MAX];
    clues->are_known = wire_number_in(wire, 0, 1);
    if (!clues->are_known)
        return;
    read_content_type(wire, content_type);
    clues->content_type = strdup(content_type);
    if (wire_number_in(wire, 0, 1))
        clues->sidecar = wire_copy_bytes(wire, &clues->sidecar_length);
    wire->broken = wire->broken || !clues->content_type || clues->sidecar_length > SIDECAR_MAX;
}

static void read_opened(struct wire *wire, struct result *result)
{
    result->has_opened = wire_number_in(wire, 0, 1);
    if (!result->has_opened)
        return;
    file_state_from_wire(wire, &result->opened);
    read_content_type(wire, result->content_type);
}

/** What a stage has changed. */
struct changes {
    struct identity identity;
    char *path;
    char *location;
    bool approved;
    bool has_error;
    char *outcome_location;
    struct failed_names failed_names;
    bool is_kept;
    int64_t absent;
    struct clues clues;
};

void failed_names_from_wire(
    struct wire *wire, const struct folder *folder, struct failed_names *names)
{
    size_t count = (size_t)wire_number_in(wire, 0, COUNT(names->text));
    while (!wire->broken && names->count < count) {
        char *name = wire_whole_text(wire);
        if (name)
            names->text[names->count++] = name;
        wire->broken = wire->broken || !failed_name_is_of(name, folder);
    }
}

static void read_changes(struct wire *wire, const struct folder *folder, struct changes *changes)
{
    identity_from_wire(wire, &changes->identity);
    changes->path = wire_whole_text(wire);
    changes->location = wire_text(wire);
    changes->approved = wire_number_in(wire, 0, 1);
    changes->has_error = wire_number_in(wire, 0, 1);
    changes->outcome_location = wire_text(wire);
    failed_names_from_wire(wire, folder, &changes->failed_names);
    changes->is_kept = wire_number_in(wire, 0, 1);
    changes->absent = wire_number_in(wire, 0, INT64_MAX);
    clues_from_wire(wire, &changes->clues);
    wire->broken = wire->broken || !path_is_plain_relative(changes->path);
}

/** The text is the changes' no longer. */
static void replace(char **text, char **by)
{
    free(*text);
    *text = TAKE_PTR(*by);
}

static void make_changes(struct task *task, struct changes *changes)
{
    struct job *job = task->job;
    bool was_brought_back = job->location && !changes->location;
    if (was_brought_back) /* else it may have been renamed meanwhile */
        replace(&job->path, &changes->path);
    replace(&job->location, &changes->location);
    replace(&task->outcome_location, &changes->outcome_location);
    failed_names_release(&task->failed_names);
    task->failed_names = changes->failed_names;
    changes->failed_names.count = 0;
    job->identity = changes->identity;
    job->approved = changes->approved;
    task->is_kept = changes->is_kept;
    task->absent = changes->absent;
    clues_release(&task->clues);
    task->clues = changes->clues;
    changes->clues = (struct clues){.are_known = false};
    if (job_has_error(job, "links") && !changes->has_error)
        job_forget_error(job);
}

static void release_changes(struct changes *changes)
{
    free(changes->path);
    free(changes->location);
    free(changes->outcome_location);
    failed_names_release(&changes->failed_names);
    clues_release(&changes->clues);
}

bool result_read(struct wire *wire, struct task *task, struct result *ret_result)
{
    struct result result = {.has_opened = false};
    struct changes changes = {.path = NULL};
    verdict_from_wire(wire, &result.verdict);
    read_changes(wire, task->folder, &changes);
    read_opened(wire, &result);
    /* what is to be sent is what is queued */
    bool is_right =
        wire_is_read(wire) &&
        (!result.has_opened || identity_equal(&result.opened.identity, &changes.identity));
    if (is_right) {
        make_changes(task, &changes);
        *ret_result = result;
    }
    release_changes(&changes);
    return is_right;
}
