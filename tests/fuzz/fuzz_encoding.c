/* The number of an encoding, then the bytes of a text in it. */
#include "fuzz.h"

#include "closedrop/base/array.h"
#include "closedrop/base/encoding.h"
#include "closedrop/base/json.h"

#include <errno.h>

static const char *const encodings[] = {
    NULL, "windows-1252", "CP850", "UTF-16LE", "ISO-2022-JP", "GB18030", "UTF-7"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *encoding = encodings[data[0] % COUNT(encodings)];
    size_t length = size - 1;
    char *text = malloc(length + 1);
    assert(text);
    memcpy(text, data + 1, length);
    int result = encoding_to_utf8(encoding, &text, &length);
    assert(result == 0 || result == -EILSEQ || result == -ENODATA);
    assert(strlen(text) == length && fuzz_is_utf8(text));
    assert(encoding_line_at(text, length) <= length + 1);
    (void)json_is_cut(text, length);
    free(text);
    return 0;
}
