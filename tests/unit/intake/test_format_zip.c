/* ZIP: the end record that closes this archive, and not one stored in it. */
#include "format_samples.h"

static void put_zip_entry(struct sample *s, bool central, const unsigned char *data, size_t length)
{
    put(s, central ? "PK\1\2" : "PK\3\4", 4);
    if (central)
        put_number(s, false, 2, 20);
    put_number(s, false, 2, 20);
    for (int i = 0; i < 4; i++) /* flags, stored, time, date */
        put_number(s, false, 2, 0);
    put_number(s, false, 4, 0); /* the checksum is not checked */
    put_number(s, false, 4, (uint32_t)length);
    put_number(s, false, 4, (uint32_t)length);
    put_number(s, false, 2, 1);
    put_number(s, false, 2, 0);
    if (central)
        for (int i = 0; i < 7; i++) /* comment, disk, attributes, offset */
            put_number(s, false, 2, 0);
    put(s, "a", 1);
    if (!central)
        put(s, data, length);
}

static void put_end_record(struct sample *s, uint32_t size, uint32_t start, const char *comment)
{
    put(s, "PK\5\6", 4);
    put_number(s, false, 4, 0);
    put_number(s, false, 2, 1);
    put_number(s, false, 2, 1);
    put_number(s, false, 4, size);
    put_number(s, false, 4, start);
    put_number(s, false, 2, (uint32_t)strlen(comment));
    put_text(s, comment);
}

static void put_zip(struct sample *s, const unsigned char *data, size_t length, const char *comment)
{
    size_t base = s->length;
    put_zip_entry(s, false, data, length);
    size_t start = s->length;
    put_zip_entry(s, true, data, length);
    put_end_record(s, (uint32_t)(s->length - start), (uint32_t)(start - base), comment);
}

static void make_zip(struct sample *s)
{
    s->signature = 4;
    put_zip(s, (const unsigned char *)"hello", 5, "");
}

static void make_zip_with_comment(struct sample *s)
{
    s->signature = 4;
    put_zip(s, (const unsigned char *)"hello", 5, "made by a test");
}

static void make_zip_in_zip(struct sample *s)
{
    static struct sample nested;
    memset(&nested, 0, sizeof(nested));
    make_zip(&nested);
    s->signature = 4;
    put_zip(s, nested.bytes, nested.length, "");
}

/* more than 65535 files: wide records, but the old one still says where the directory is */
static void put_wide_records(struct sample *s, uint32_t size, uint32_t start)
{
    uint32_t record = (uint32_t)s->length;
    put(s, "PK\6\6", 4);
    put_number(s, false, 4, 44);
    for (int i = 0; i < 8; i++)
        put_number(s, false, 4, i == 1 ? 45 | 45 << 16 : 0);
    const uint32_t wide[] = {size, 0, start, 0};
    for (size_t i = 0; i < COUNT(wide); i++)
        put_number(s, false, 4, wide[i]);
    put(s, "PK\6\7", 4);
    put_number(s, false, 4, 0);
    put_number(s, false, 4, record);
    put_number(s, false, 4, 0);
    put_number(s, false, 4, 1);
}

static void make_zip_of_many(struct sample *s)
{
    s->signature = 4;
    put_zip_entry(s, false, (const unsigned char *)"hello", 5);
    uint32_t start = (uint32_t)s->length;
    put_zip_entry(s, true, (const unsigned char *)"hello", 5);
    uint32_t size = (uint32_t)s->length - start;
    put_wide_records(s, size, start);
    put_end_record(s, size, start, "");
}

static void make_empty_zip(struct sample *s)
{
    s->signature = 4;
    put_end_record(s, 0, 0, "");
}

static void put_zip64(struct sample *s, const unsigned char *data, size_t length)
{
    size_t base = s->length;
    put_zip_entry(s, false, data, length);
    size_t start = s->length - base;
    put_zip_entry(s, true, data, length);
    size_t record = s->length - base;
    put(s, "PK\6\6", 4);
    put_number(s, false, 4, 44);
    put_number(s, false, 4, 0);
    put_number(s, false, 4, 45 | 45 << 16);
    put_number(s, false, 4, 0);
    put_number(s, false, 4, 0);
    const uint32_t wide[] = {1, 1, (uint32_t)(record - start), (uint32_t)start};
    for (size_t i = 0; i < COUNT(wide); i++) {
        put_number(s, false, 4, wide[i]);
        put_number(s, false, 4, 0);
    }
    put(s, "PK\6\7", 4);
    put_number(s, false, 4, 0);
    put_number(s, false, 4, (uint32_t)record);
    put_number(s, false, 4, 0);
    put_number(s, false, 4, 1);
    put_end_record(s, UINT32_MAX, UINT32_MAX, "");
}

static void make_zip64(struct sample *s)
{
    s->signature = 4;
    put_zip64(s, (const unsigned char *)"hello", 5);
}

static void make_zip64_in_zip(struct sample *s)
{
    static struct sample nested;
    memset(&nested, 0, sizeof(nested));
    make_zip64(&nested);
    s->signature = 4;
    put_zip(s, nested.bytes, nested.length, "");
}

static const struct format_sample samples[] = {
    {"ZIP", "a.docx", make_zip},
    {"ZIP with a comment", "a.docx", make_zip_with_comment},
    {"ZIP in a ZIP", "a.docx", make_zip_in_zip},
    {"ZIP of nothing", "a.zip", make_empty_zip},
    {"ZIP of many", "a.zip", make_zip_of_many},
    {"ZIP64", "a.docx", make_zip64},
    {"ZIP64 in a ZIP", "a.docx", make_zip64_in_zip},
};

#include "format_tests.h"

int main(void)
{
    const struct CMUnitTest tests[] = {
        FORMAT_TESTS,
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
