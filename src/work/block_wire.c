/** A block of a file to bytes and back, each field checked. */
#include "block_wire.h"

#include <string.h>

#define ERRNO_MAX 4095

void block_question_add(struct str *out, int64_t run, int64_t offset)
{
    wire_add_number(out, run);
    wire_add_number(out, offset);
}

bool block_question_read(struct wire *wire, int64_t *ret_run, int64_t *ret_offset)
{
    *ret_run = wire_number_in(wire, 0, INT64_MAX);
    *ret_offset = wire_number_in(wire, 0, INT64_MAX);
    return wire_is_read(wire);
}

void block_add(struct str *out, const struct block *block)
{
    wire_add_number(out, block->run);
    wire_add_number(out, block->offset);
    wire_add_number(out, block->error);
    wire_add_number(out, block->is_disturbed);
    wire_add_number(out, block->is_unknown);
    wire_add_text(out, block->sha256);
    wire_add_text(out, block->md5);
    wire_add_bytes(out, block->bytes, block->length);
}

/** A digest in lower-case hex of this length, or "". */
static void read_digest(struct wire *wire, char *digest, size_t room)
{
    wire_text_into(wire, digest, room);
    size_t length = strspn(digest, "0123456789abcdef");
    bool is_right = !digest[length] && (length == 0 || length == room - 1);
    wire->broken = wire->broken || !is_right;
}

bool block_read(struct wire *wire, struct block *ret_block)
{
    struct block block = {.run = wire_number_in(wire, 0, INT64_MAX)};
    block.offset = wire_number_in(wire, 0, INT64_MAX - BLOCK_SIZE);
    block.error = (int)wire_number_in(wire, 0, ERRNO_MAX);
    block.is_disturbed = wire_number_in(wire, 0, 1);
    block.is_unknown = wire_number_in(wire, 0, 1);
    read_digest(wire, block.sha256, sizeof(block.sha256));
    read_digest(wire, block.md5, sizeof(block.md5));
    block.bytes = wire_bytes_in(wire, BLOCK_SIZE, &block.length);
    if (!wire_is_read(wire))
        return false;
    *ret_block = block;
    return true;
}
