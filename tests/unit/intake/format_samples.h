/** Files made in memory, to be checked whether they are complete. */
#ifndef TESTS_UNIT_INTAKE_FORMAT_SAMPLES_H
#define TESTS_UNIT_INTAKE_FORMAT_SAMPLES_H

#include "failing_calls.h"

#include "closedrop/base/array.h"
#include "closedrop/intake/complete.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

FAILING_CALL(void *, malloc, NULL, (size_t size), (size))
FAILING_CALL(void *, calloc, NULL, (size_t count, size_t size), (count, size))

struct sample {
    unsigned char bytes[4096];
    size_t length;
    size_t signature;  /* from here on the format shows */
    size_t whole_from; /* cut here or later it is truly complete; 0: only at its full length */
    size_t spare_from,
        spare_to; /* cut in between, an earlier revision is whole with bytes behind */
};

static inline void put(struct sample *s, const void *bytes, size_t length)
{
    assert_true(s->length + length <= sizeof(s->bytes));
    memcpy(s->bytes + s->length, bytes, length);
    s->length += length;
}

static inline void put_text(struct sample *s, const char *text)
{
    put(s, text, strlen(text));
}

/* a whole number of `size` bytes, big or little end first */
static inline void put_number(struct sample *s, bool big, size_t size, uint32_t value)
{
    unsigned char bytes[4] = {0};
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(value >> 8 * (big ? size - 1 - i : i));
    put(s, bytes, size);
}

/** One way in which a file of the format may be written. */
struct format_sample {
    const char *name, *called;
    void (*make)(struct sample *sample);
};

struct file {
    const unsigned char *bytes;
    size_t length;
    int reads_left; /* -1: all reads work */
};

static inline int64_t read_file(void *context, int64_t offset, void *buffer, size_t length)
{
    struct file *file = context;
    assert_true(offset >= 0 && (size_t)offset + length <= file->length);
    if (file->reads_left == 0)
        return -1;
    file->reads_left -= file->reads_left > 0;
    memcpy(buffer, file->bytes + offset, length);
    return (int64_t)length;
}

static inline bool is_whole(const char *name, const unsigned char *bytes, size_t length)
{
    struct file file = {bytes, length, -1};
    const struct bytes view = {(int64_t)length, read_file, &file, NULL};
    return !complete_find_cut(&view, name);
}

/* a file of holes between its head and its tail */
struct sparse {
    struct sample head;
    int64_t size;
    const char *tail; /* NULL: it cannot be read */
    int64_t bytes_read;
};

static inline int64_t read_sparse(void *context, int64_t offset, void *buffer, size_t length)
{
    struct sparse *file = context;
    bool is_last = offset + (int64_t)length == file->size;
    size_t tail = file->tail ? strlen(file->tail) : 0;
    if (is_last && !file->tail)
        return -1;
    file->bytes_read += (int64_t)length;
    memset(buffer, 0, length);
    if (offset < (int64_t)file->head.length) {
        size_t there = file->head.length - (size_t)offset;
        memcpy(buffer, file->head.bytes + offset, there < length ? there : length);
    }
    if (is_last && length >= tail && tail)
        memcpy((char *)buffer + length - tail, file->tail, tail);
    return (int64_t)length;
}

#endif
