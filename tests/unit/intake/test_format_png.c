/* PNG: from chunk to chunk up to IEND. */
#include "format_samples.h"

static void put_chunk(struct sample *s, const char *type, const char *data, size_t length)
{
    put_number(s, true, 4, (uint32_t)length);
    put(s, type, 4);
    put(s, data, length);
    put_number(s, true, 4, 0xCAFEBABE); /* the checksum is not checked */
}

static void make_png(struct sample *s)
{
    s->signature = 8;
    put(s, "\x89PNG\r\n\x1A\n", 8);
    put_chunk(s, "IHDR", "\0\0\0\x01\0\0\0\x01\x08\0\0\0\0", 13);
    put_chunk(s, "IDAT", "xxxxIENDxxxx", 12);
    put_chunk(s, "IDAT", "", 0);
    put_chunk(s, "IEND", "", 0);
}

static const struct format_sample samples[] = {
    {"PNG", "A.PNG", make_png},
};

#include "format_tests.h"

static void ends_on_a_png_of_endless_chunks(void **state)
{
    (void)state;
    enum { CHUNKS = 1000001, SIZE = 8 + CHUNKS * 12 };
    unsigned char *bytes = calloc(1, SIZE);
    memcpy(bytes, "\x89PNG\r\n\x1A\n", 8);
    for (size_t i = 0; i < CHUNKS; i++)
        memcpy(bytes + 8 + i * 12 + 4, "IDAT", 4);
    memcpy(bytes + SIZE - 8, "IEND", 4);
    assert_false(is_whole("a.png", bytes, SIZE));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FORMAT_TESTS,
        cmocka_unit_test(ends_on_a_png_of_endless_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
