/** A block of a file (files/remote.h), and the question for one, as bytes (base/wire.h). Pure. */
#ifndef CLOSEDROP_WORK_BLOCK_WIRE_H
#define CLOSEDROP_WORK_BLOCK_WIRE_H

#include "closedrop/base/wire.h"
#include "closedrop/files/remote.h"

/** Add the question for the block at `offset`. */
void block_question_add(struct str *out, int64_t run, int64_t offset);

/** Read it; false if it is broken. */
bool block_question_read(struct wire *wire, int64_t *ret_run, int64_t *ret_offset);

/** Add the answer. */
void block_add(struct str *out, const struct block *block);

/** Read it; its bytes remain the wire's. False if it is broken. */
bool block_read(struct wire *wire, struct block *ret_block);

#endif
