/* JPEG: from segment to segment up to the end of the image. */
#include "format_samples.h"

#define SEGMENT(marker, length) "\xFF" marker "\0" length

static void put_jpeg(struct sample *s, const char *before_scan, size_t length)
{
    static const char start[] = "\xFF\xD8";
    static const char frame[] = SEGMENT("\xC0", "\x0B") "\x08\0\x08\0\x08\x01\x01\x11\0";
    static const char scan[] =
        SEGMENT("\xDA", "\x08") "\x01\x01\0\0\x3F\0"
                                "\x12\xFF\x00\x34\xFF\xD0\x56\xFF\xD1\x78\xFF\x00\x9A\xFF\xFF\xD9";
    put(s, start, sizeof(start) - 1);
    put(s, before_scan, length);
    put(s, frame, sizeof(frame) - 1);
    put(s, scan, sizeof(scan) - 1);
}

static void make_jpeg(struct sample *s)
{
    s->signature = 3;
    put_jpeg(s, "", 0);
}

/* a marker that has no length and no meaning */
static void make_jpeg_with_lone_marker(struct sample *s)
{
    s->signature = 3;
    put_jpeg(s, "\xFF\x01", 2);
}

static void make_jpeg_with_thumbnail(struct sample *s)
{
    static struct sample thumbnail;
    memset(&thumbnail, 0, sizeof(thumbnail));
    put_jpeg(&thumbnail, "", 0);
    char segment[200] = "\xFF\xE1\0\0Exif\0\0";
    segment[3] = (char)(2 + 6 + thumbnail.length);
    memcpy(segment + 10, thumbnail.bytes, thumbnail.length);
    s->signature = 3;
    put_jpeg(s, segment, 10 + thumbnail.length);
}

static const struct format_sample samples[] = {
    {"JPEG", "a.jpeg", make_jpeg},
    {"JPEG with a lone marker", "a.jpg", make_jpeg_with_lone_marker},
    {"JPEG with a thumbnail", "a.jpeg", make_jpeg_with_thumbnail},
};

#include "format_tests.h"

/* a JPEG segment must hold its own length, two bytes; one that claims less leads nowhere, wherever
 * it is in the reader's buffer */
static void survives_a_jpeg_segment_without_length(void **state)
{
    (void)state;
    static unsigned char bytes[65600];
    for (size_t at = 65530; at < 65545; at++) {
        size_t length = at - 4;
        memset(bytes, 0, sizeof(bytes));
        memcpy(bytes, "\xFF\xD8\xFF\xE1", 4);
        if (length > 0xFFFF)
            length = 0xFFFF;
        bytes[4] = (unsigned char)(length >> 8);
        bytes[5] = (unsigned char)length;
        memcpy(bytes + 4 + length, "\xFF\xE1", 2);
        assert_false(is_whole("", bytes, sizeof(bytes)));
    }
}

#define SCAN_MAX (INT64_C(256) << 20)

/* a hole of 4 GB in the image data, and what is at the end */
static void ends_on_a_jpeg_of_holes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *head;
        size_t length;
        const char *tail;
        bool has_end;
    } rows[] = {
        {"no end", "\xFF\xD8\xFF\xDA\0\x02", 6, "", false},
        {"an end", "\xFF\xD8\xFF\xDA\0\x02", 6, "\xFF\xD9", true},
        {"an end, and bytes behind it", "\xFF\xD8\xFF\xDA\0\x02", 6, "\xFF\xD9\r\n", true},
        {"an end that cannot be read", "\xFF\xD8\xFF\xDA\0\x02", 6, NULL, false},
        {"an end, but a segment without length", "\xFF\xD8\xFF\xDA\0\0", 6, "\xFF\xD9", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sparse file = {.size = INT64_C(4) << 30, .tail = rows[i].tail};
        const struct bytes view = {file.size, read_sparse, &file, NULL};
        put(&file.head, rows[i].head, rows[i].length);
        if (!complete_find_cut(&view, "a.jpg") != rows[i].has_end)
            fail_msg("%s", rows[i].name);
        if (file.bytes_read > SCAN_MAX + (2 << 20))
            fail_msg("%s: reads %lld bytes", rows[i].name, (long long)file.bytes_read);
    }
}

/* if all of it can be scanned, the end is not searched for in a segment */
static void reads_all_of_a_large_jpeg(void **state)
{
    (void)state;
    struct sparse file = {.size = SCAN_MAX, .tail = "\xFF\xE1\x01\x01\xFF\xD9"};
    const struct bytes view = {file.size, read_sparse, &file, NULL};
    put(&file.head, "\xFF\xD8\xFF\xDA\0\x02", 6);
    assert_non_null(complete_find_cut(&view, "a.jpg"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FORMAT_TESTS,
        cmocka_unit_test(survives_a_jpeg_segment_without_length),
        cmocka_unit_test(ends_on_a_jpeg_of_holes),
        cmocka_unit_test(reads_all_of_a_large_jpeg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
