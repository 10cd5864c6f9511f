/** Identities and states of files to bytes and back, each field checked. */
#include "closedrop/files/identity_wire.h"

void identity_to_wire(struct str *out, const struct identity *identity)
{
    wire_add_bytes(out, identity->handle, identity->handle_length);
    wire_add_number(out, identity->size);
    wire_add_number(out, identity->mtime_ns);
}

void identity_from_wire(struct wire *wire, struct identity *identity)
{
    identity->handle_length = wire_bytes(wire, identity->handle, sizeof(identity->handle));
    identity->size = wire_number_in(wire, 0, INT64_MAX);
    identity->mtime_ns = wire_number(wire);
}

void file_state_to_wire(struct str *out, const struct file_state *state)
{
    identity_to_wire(out, &state->identity);
    wire_add_number(out, state->ctime_ns);
}

void file_state_from_wire(struct wire *wire, struct file_state *state)
{
    identity_from_wire(wire, &state->identity);
    state->ctime_ns = wire_number(wire);
}
