/** Files as they are known, as bytes (base/wire.h), for another process. Pure. */
#ifndef CLOSEDROP_FILES_IDENTITY_WIRE_H
#define CLOSEDROP_FILES_IDENTITY_WIRE_H

#include "closedrop/base/wire.h"
#include "closedrop/files/identity.h"

/** Add an identity, and read it back. */
void identity_to_wire(struct str *out, const struct identity *identity);
void identity_from_wire(struct wire *wire, struct identity *identity);

/** The same of a state, as far as file_state_equal() compares it: the rest stays as it is. */
void file_state_to_wire(struct str *out, const struct file_state *state);
void file_state_from_wire(struct wire *wire, struct file_state *state);

#endif
