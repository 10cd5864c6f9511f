/* The end of a file: a byte for the format it begins like and for its name, one for how many reads
 * work (255: all), two for where it is cut, and what follows the beginning. */
#include "fuzz.h"

#include "closedrop/base/array.h"
#include "closedrop/intake/complete.h"

static const struct {
    const char *bytes;
    size_t length;
} starts[] = {
    {"", 0}, /* whatever the input says */
    {"%PDF-", 5},
    {"II*\0", 4},
    {"MM\0*", 4},
    {"\xFF\xD8\xFF", 3},
    {"\x89PNG\r\n\x1A\n", 8},
    {"PK\3\4", 4},
    {"PK\5\6", 4},
    {"II+\0", 4},
    {"MM\0+", 4},
};

static const char *const names[] = {"a", "a.pdf", "a.TIF", "a.jpeg", "a.png", "a.docx"};

struct file {
    const char *bytes;
    int64_t size;
    int64_t reads_left;
    int64_t bytes_read;
};

static int64_t read_file(void *context, int64_t offset, void *buffer, size_t length)
{
    struct file *file = context;
    assert(offset >= 0 && offset <= file->size && (int64_t)length <= file->size - offset);
    if (file->reads_left-- <= 0)
        return -5;
    file->bytes_read += (int64_t)length;
    memcpy(buffer, file->bytes + offset, length);
    return (int64_t)length;
}

/** Whether the first `size` bytes are a whole file; determined without reading endlessly. */
static bool is_whole(const char *name, const char *bytes, int64_t size, int64_t reads)
{
    struct file file = {bytes, size, reads, 0};
    const struct bytes view = {size, read_file, &file, NULL};
    const char *cut = complete_find_cut(&view, name);
    assert(file.bytes_read <= 42 * size + 64);
    return !cut;
}

/** A PDF may begin further on, behind what others have written before it. */
static bool has_pdf(const char *bytes, int64_t size)
{
    return memmem(bytes, size < 1024 ? (size_t)size : 1024, "%PDF-", 5) != NULL;
}

static bool is_all_zeros(const char *bytes, int64_t size)
{
    for (int64_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return size > 1024;
}

static bool begins_like_a_format(const char *bytes, int64_t size)
{
    for (size_t i = 1; i < COUNT(starts); i++)
        if (size >= (int64_t)starts[i].length &&
            memcmp(bytes, starts[i].bytes, starts[i].length) == 0)
            return true;
    return has_pdf(bytes, size) || is_all_zeros(bytes, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    uint8_t kind = fuzz_byte(&input);
    size_t start = kind % COUNT(starts);
    const char *name = names[kind / COUNT(starts) % COUNT(names)];
    uint8_t reads = fuzz_byte(&input);
    int64_t cut = fuzz_byte(&input) << 8;
    cut |= fuzz_byte(&input);

    int64_t length = (int64_t)(starts[start].length + input.left);
    char *bytes = malloc((size_t)length + 1);
    assert(bytes);
    memcpy(bytes, starts[start].bytes, starts[start].length);
    if (input.left)
        memcpy(bytes + starts[start].length, input.bytes, input.left);

    bool whole = is_whole(name, bytes, length, reads == 255 ? INT64_MAX : reads);
    if (!begins_like_a_format(bytes, length) && !whole) /* what is called so has not even begun */
        assert(name != names[0] && (length < 8 || !bytes[7]));
    if (whole && reads > 0) /* once it is known what it is, a read that fails makes nothing whole */
        assert(is_whole(name, bytes, length, INT64_MAX));

    /* bytes behind an end are no cut; but a PDF's may be the begin of an update */
    cut = length ? cut % (length + 1) : 0;
    bool may_go_on = has_pdf(bytes, length) || is_all_zeros(bytes, length);
    if (cut >= 8 && !may_go_on && is_whole(name, bytes, cut, INT64_MAX))
        assert(is_whole(name, bytes, length, INT64_MAX));
    free(bytes);
    return 0;
}
