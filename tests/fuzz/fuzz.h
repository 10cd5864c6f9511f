/**
 * What all fuzz targets share. A target reads one input and asserts what must hold for any; it is
 * run by libFuzzer (tests/fuzz/run.sh), and on the saved corpus by run_corpus.c, as a test.
 */
#ifndef CLOSEDROP_FUZZ_H
#define CLOSEDROP_FUZZ_H

#undef NDEBUG
#include <assert.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_input {
    const char *bytes;
    size_t left;
};

/** The next piece of the input, up to a NUL byte or to its end, as text that the caller frees. */
static inline char *fuzz_text(struct fuzz_input *input)
{
    size_t length = strnlen(input->bytes, input->left);
    char *text = strndup(input->bytes, length);
    bool has_nul = length < input->left;
    input->bytes += length + has_nul;
    input->left -= length + has_nul;
    assert(text);
    return text;
}

/** The same, made valid UTF-8. */
static inline char *fuzz_clean_text(struct fuzz_input *input)
{
    char *raw = fuzz_text(input);
    char *clean = utf8_clean_copy(raw);
    free(raw);
    assert(clean);
    return clean;
}

/** The next byte of the input, 0 where there is none. */
static inline uint8_t fuzz_byte(struct fuzz_input *input)
{
    if (!input->left)
        return 0;
    input->left--;
    return (uint8_t)*input->bytes++;
}

/** The next eight bytes as a number. */
static inline int64_t fuzz_number(struct fuzz_input *input)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | fuzz_byte(input);
    return (int64_t)number;
}

static inline bool fuzz_is_utf8(const char *text)
{
    size_t step = 1;
    for (; *text && step; text += step)
        step = utf8_length((const unsigned char *)text, strnlen(text, 4));
    return step;
}

/** Whether it has no C0 character and no DEL: it is one line, and no terminal obeys it. */
static inline bool fuzz_is_one_line(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7F)
            return false;
    return true;
}

#endif
