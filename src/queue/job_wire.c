/** A job to bytes and back, by the table of its fields. */
#include "closedrop/queue/job_wire.h"

#include "job_fields.h"

#include <limits.h>
#include <stdlib.h>

/* ---- to bytes ---- */

static void add_field(struct str *out, const struct job *job, const struct job_field *field)
{
    char *const *owned = job_field_owned((struct job *)job, field);
    if (owned)
        wire_add_text(out, *owned);
    else if (field->kind == COLUMN_HANDLE)
        wire_add_bytes(out, job->identity.handle, job->identity.handle_length);
    else
        wire_add_number(out, job_field_number(job, field));
}

void job_to_wire(struct str *out, const struct job *job)
{
    wire_add_number(out, job->id);
    for (const struct job_field *field = job_fields; field->column; field++)
        add_field(out, job, field);
}

/* ---- and back ---- */

static int64_t read_number(struct wire *wire, const struct job_field *field)
{
    switch (field->kind) {
    case COLUMN_FLAG:
        return wire_number_in(wire, 0, 1);
    case COLUMN_INT:
        return wire_number_in(wire, INT_MIN, INT_MAX);
    case COLUMN_LEVEL:
    case COLUMN_NAME:
        return wire_number_in(wire, 0, field->count - 1);
    default:
        return wire_number(wire);
    }
}

static void read_field(struct wire *wire, struct job *job, const struct job_field *field)
{
    char **owned = job_field_owned(job, field);
    if (owned)
        *owned = wire_text(wire);
    else if (field->kind == COLUMN_HANDLE)
        job->identity.handle_length =
            wire_bytes(wire, job->identity.handle, sizeof(job->identity.handle));
    else
        job_field_set_number(job, field, read_number(wire, field));
}

struct job *job_from_wire(struct wire *wire)
{
    struct job *job = calloc(1, sizeof(*job));
    if (!job)
        return NULL;
    job->id = wire_number(wire);
    for (const struct job_field *field = job_fields; field->column; field++)
        read_field(wire, job, field);
    if (!wire->broken && job->folder && job->path)
        return job;
    wire->broken = true;
    job_free(job);
    return NULL;
}
