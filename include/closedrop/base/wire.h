/**
 * Values as bytes between two processes of this program, in frames with a length. Pure.
 *
 *     frame: length of what follows (4 bytes) | values
 *     value: a number (8 bytes), or a text: its length plus one (8 bytes; 0: NULL) | its bytes
 *
 * Numbers are in the byte order of the machine. The other process may be broken: whoever reads
 * checks every length, and the first value that is not right makes all later ones empty and
 * `broken` true.
 */
#ifndef CLOSEDROP_BASE_WIRE_H
#define CLOSEDROP_BASE_WIRE_H

#include "closedrop/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The longest frame, in bytes without its length. */
#define FRAME_MAX (4 * 1024 * 1024)

/** Begin a frame at the end of `out`; returns where, for frame_end(). */
size_t frame_begin(struct str *out);

/** End it. A frame that is longer than FRAME_MAX, or that had no memory, is taken out again: -E2BIG
 * or -ENOMEM. Returns 0 else. */
int frame_end(struct str *out, size_t begin);

/** What is left to read of a frame. */
struct wire {
    const char *at;
    size_t left;
    bool broken;
};

/**
 * Find the first frame in `length` received bytes. Returns its size with its length, which is to be
 * removed from the bytes afterwards; 0 if it is not complete; or -EPROTO if it is too long.
 */
int64_t frame_find(const char *bytes, size_t length, struct wire *ret_wire);

void wire_add_number(struct str *out, int64_t number);
void wire_add_bytes(struct str *out, const void *bytes, size_t length);
void wire_add_text(struct str *out, const char *text); /* NULL is kept */

/** The next value, as a number; 0 if it is broken. */
int64_t wire_number(struct wire *wire);

/** The same, but it must be from `least` to `most`. */
int64_t wire_number_in(struct wire *wire, int64_t least, int64_t most);

/** The next value, of at most `room` bytes, into `buffer`; returns its length. */
size_t wire_bytes(struct wire *wire, void *buffer, size_t room);

/** The same, but where they are: they remain the wire's. "" if it is broken. */
const char *wire_bytes_in(struct wire *wire, size_t most, size_t *ret_length);

/** The same for any length, which the caller frees; NULL if it is broken, or if out of memory. */
char *wire_copy_bytes(struct wire *wire, size_t *ret_length);

/** The next text, which the caller frees; NULL if it is NULL, broken, or if out of memory: that
 * also counts as broken. */
char *wire_text(struct wire *wire);

/** The same, but it must not be NULL. */
char *wire_whole_text(struct wire *wire);

/** The next text into `buffer`; broken if it has no room there. */
void wire_text_into(struct wire *wire, char *buffer, size_t room);

/** Whether everything was right, and nothing is left. */
bool wire_is_read(const struct wire *wire);

#endif
