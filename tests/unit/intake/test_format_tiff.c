/* TIFF and BigTIFF: all directories and all image data are inside the file. */
#include "format_samples.h"

#define STRIP 24

/* two strips, their offsets and lengths in arrays outside of the directory */
static void put_page(struct sample *s, bool big, uint32_t strips, uint32_t arrays, uint32_t next)
{
    (void)strips;
    put_number(s, big, 2, 3);
    static const uint32_t tags[] = {256, 273, 279};
    static const uint32_t types[] = {3, 4, 4}, counts[] = {1, 2, 2};
    for (size_t i = 0; i < COUNT(tags); i++) {
        put_number(s, big, 2, tags[i]);
        put_number(s, big, 2, types[i]);
        put_number(s, big, 4, counts[i]);
        if (types[i] == 3) {
            put_number(s, big, 2, 8);
            put_number(s, big, 2, 0);
        } else {
            put_number(s, big, 4, arrays + (tags[i] == 279 ? 8 : 0));
        }
    }
    put_number(s, big, 4, next);
}

#define PAGE (2 + 3 * 12 + 4)
#define ARRAYS 16
#define DATA (2 * STRIP)

static void put_arrays(struct sample *s, bool big, uint32_t strips)
{
    put_number(s, big, 4, strips);
    put_number(s, big, 4, strips + STRIP);
    put_number(s, big, 4, STRIP);
    put_number(s, big, 4, STRIP);
}

static void put_data(struct sample *s)
{
    for (int i = 0; i < DATA; i++)
        put(s, "\x55", 1);
}

static void begin_tiff(struct sample *s, bool big, uint32_t first)
{
    s->signature = 4;
    put(s, big ? "MM\0*" : "II*\0", 4);
    put_number(s, big, 4, first);
}

/* as libtiff writes: data, then its directory, page after page */
static void make_tiff_data_first(struct sample *s, bool big)
{
    enum { BLOCK = DATA + ARRAYS + PAGE, FIRST = 8 + DATA + ARRAYS };
    begin_tiff(s, big, FIRST);
    for (uint32_t page = 0; page < 2; page++) {
        uint32_t start = 8 + page * BLOCK;
        put_data(s);
        put_arrays(s, big, start);
        put_page(s, big, start, start + DATA, page == 0 ? FIRST + BLOCK : 0);
    }
}

/* as some scanners write: both directories first, the data last */
static void make_tiff_data_last(struct sample *s, bool big)
{
    enum { START = 8 + 2 * PAGE, BLOCK = ARRAYS + DATA };
    begin_tiff(s, big, 8);
    for (uint32_t page = 0; page < 2; page++) {
        uint32_t arrays = START + page * BLOCK;
        put_page(s, big, arrays + ARRAYS, arrays, page == 0 ? 8 + PAGE : 0);
    }
    for (uint32_t page = 0; page < 2; page++) {
        put_arrays(s, big, START + page * BLOCK + ARRAYS);
        put_data(s);
    }
}

static void make_little_tiff(struct sample *s)
{
    make_tiff_data_first(s, false);
}

static void make_big_tiff(struct sample *s)
{
    make_tiff_data_first(s, true);
}

static void make_little_tiff_data_last(struct sample *s)
{
    make_tiff_data_last(s, false);
}

static void make_big_tiff_data_last(struct sample *s)
{
    make_tiff_data_last(s, true);
}

/* BigTIFF: one page, its strips last, and a directory of the camera's */
static void put_wide_entry(
    struct sample *s, uint32_t tag, uint32_t type, uint32_t count, uint32_t value)
{
    put_number(s, false, 2, tag);
    put_number(s, false, 2, type);
    put_number(s, false, 4, count);
    put_number(s, false, 4, 0);
    put_number(s, false, 4, value);
    put_number(s, false, 4, 0);
}

static void make_wide_tiff(struct sample *s)
{
    enum {
        ENTRIES = 3,
        FIRST = 16,
        ARRAYS_AT = FIRST + 8 + ENTRIES * 20 + 8,
        CAMERA = ARRAYS_AT + 16,
        STRIPS_AT = CAMERA + 8 + 20 + 8
    };
    s->signature = 4;
    put(s, "II+\0\x08\0\0\0", 8);
    put_number(s, false, 4, FIRST);
    put_number(s, false, 4, 0);
    put_number(s, false, 4, ENTRIES);
    put_number(s, false, 4, 0);
    put_wide_entry(s, 273, 16, 2, ARRAYS_AT);
    put_wide_entry(s, 279, 3, 2, STRIP | STRIP << 16); /* two short ones fit in the entry */
    put_wide_entry(s, 34665, 13, 1, CAMERA);
    put(s, "\0\0\0\0\0\0\0\0", 8);
    put_number(s, false, 4, STRIPS_AT);
    put_number(s, false, 4, 0);
    put_number(s, false, 4, STRIPS_AT + STRIP);
    put_number(s, false, 4, 0);
    put_number(s, false, 4, 1);
    put_number(s, false, 4, 0);
    put_wide_entry(s, 36864, 7, 4, 0);
    put(s, "\0\0\0\0\0\0\0\0", 8);
    put_data(s);
}

/* what the camera says stands behind the picture */
static void make_tiff_with_camera(struct sample *s)
{
    enum { CAMERA = 8 + 2 + 12 + 4 };
    begin_tiff(s, true, 8);
    put_number(s, true, 2, 1);
    put_number(s, true, 2, 34665);
    put_number(s, true, 2, 4);
    put_number(s, true, 4, 1);
    put_number(s, true, 4, CAMERA);
    put_number(s, true, 4, 0);
    put_number(s, true, 2, 1);
    put_number(s, true, 2, 36864);
    put_number(s, true, 2, 7);
    put_number(s, true, 4, 4);
    put(s, "0230", 4);
    s->whole_from = s->length; /* what may follow here leads nowhere */
    put_number(s, true, 4, 0);
}

/* the same, for where the picture was taken */
static void make_tiff_with_place(struct sample *s)
{
    make_tiff_with_camera(s);
    memcpy(s->bytes + 10, "\x88\x25", 2);
}

/* a camera that does not know where it is has an empty directory for it */
static void make_tiff_with_no_place(struct sample *s)
{
    begin_tiff(s, true, 8);
    put_number(s, true, 2, 1);
    put_number(s, true, 2, 34853);
    put_number(s, true, 2, 4);
    put_number(s, true, 4, 1);
    put_number(s, true, 4, 8 + 2 + 12 + 4);
    put_number(s, true, 4, 0);
    put_number(s, true, 2, 0);
    s->whole_from = s->length;
    put_number(s, true, 4, 0);
}

/* what some programs leave where the camera's directory would name a next one: outside of the file,
 * or nothing at all */
static void make_tiff_with_camera_to_nowhere(struct sample *s)
{
    make_tiff_with_camera(s);
    memset(s->bytes + s->length - 4, 0xFF, 4);
}

static void make_tiff_with_place_to_nowhere(struct sample *s)
{
    make_tiff_with_place(s);
    s->length -= 4;
}

/* the last strip's length is rounded up: past its directory, and past the end of the file */
static void make_tiff_rounded_up(struct sample *s)
{
    make_little_tiff(s);
    size_t last_count = 8 + DATA + ARRAYS + PAGE + DATA + ARRAYS - 4;
    memcpy(s->bytes + last_count, "\x00\x20\0\0", 4);
}

/* and where the data comes last, to whole blocks of a disk: the data is compressed, by T.6 */
static void make_tiff_rounded_up_to_blocks(struct sample *s)
{
    make_little_tiff_data_last(s);
    for (size_t page = 0; page < 2; page++)
        memcpy(s->bytes + 8 + page * PAGE + 2, "\x03\x01\x03\0\x01\0\0\0\x04\0\0\0", 12);
    size_t last_count = 8 + 2 * PAGE + ARRAYS + DATA + ARRAYS - 4;
    memcpy(s->bytes + last_count, "\0\x02\0\0", 4);
    s->whole_from = s->length - STRIP + 1;
}

/* two strips of 5 rows of 32 black and white points each are announced; of the 8 rows the second
 * has but 3, and so 12 bytes */
static void make_tiff_of_too_many_rows(struct sample *s)
{
    static const uint32_t fields[][2] = {
        {256, 32}, {257, 8}, {258, 1}, {259, 1}, {273, 0}, {278, 5}, {279, 0}};
    enum { COUNT_OF = 7, ARRAYS_AT = 8 + 2 + COUNT_OF * 12 + 4, DATA_AT = ARRAYS_AT + 16 };
    begin_tiff(s, false, 8);
    put_number(s, false, 2, COUNT_OF);
    for (size_t i = 0; i < COUNT_OF; i++) {
        bool is_list = fields[i][0] == 273 || fields[i][0] == 279;
        put_number(s, false, 2, fields[i][0]);
        put_number(s, false, 2, 4);
        put_number(s, false, 4, is_list ? 2 : 1);
        put_number(s, false, 4, is_list ? ARRAYS_AT + (fields[i][0] == 279 ? 8 : 0) : fields[i][1]);
    }
    put_number(s, false, 4, 0);
    put_number(s, false, 4, DATA_AT);
    put_number(s, false, 4, DATA_AT + 20);
    put_number(s, false, 4, 20);
    put_number(s, false, 4, 20);
    for (int i = 0; i < 20 + 12; i++)
        put(s, "\x55", 1);
}

/* tiles have tags of their own */
static void make_tiff_of_tiles(struct sample *s)
{
    make_little_tiff_data_last(s);
    for (size_t page = 0; page < 2; page++) {
        memcpy(s->bytes + 8 + page * PAGE + 2 + 12, "\x44\x01", 2);
        memcpy(s->bytes + 8 + page * PAGE + 2 + 24, "\x45\x01", 2);
    }
}

static const struct format_sample samples[] = {
    {"TIFF, little end first", "a.tif", make_little_tiff},
    {"TIFF, big end first", "a.tif", make_big_tiff},
    {"TIFF, little end first, data last", "a.tif", make_little_tiff_data_last},
    {"TIFF, big end first, data last", "a.tif", make_big_tiff_data_last},
    {"TIFF with a camera's directory", "a.TIFF", make_tiff_with_camera},
    {"TIFF with a place's directory", "a.tif", make_tiff_with_place},
    {"TIFF with an empty place's directory", "a.tif", make_tiff_with_no_place},
    {"TIFF with a camera's directory that leads nowhere", "a.tif",
        make_tiff_with_camera_to_nowhere},
    {"TIFF with a place's directory that leads nowhere", "a.tif", make_tiff_with_place_to_nowhere},
    {"TIFF with a length rounded up", "a.tif", make_tiff_rounded_up},
    {"TIFF with a length rounded up to blocks", "a.tif", make_tiff_rounded_up_to_blocks},
    {"TIFF of too many rows", "a.tif", make_tiff_of_too_many_rows},
    {"TIFF of tiles", "a.tif", make_tiff_of_tiles},
    {"BigTIFF", "a.tif", make_wide_tiff},
};

#include "format_tests.h"

/* tables that lead to each other, many times over: the time is bounded all the same */
static void ends_on_a_tiff_of_endless_tables(void **state)
{
    (void)state;
    enum { ENTRIES = 65535, SIZE = 8 + 2 + ENTRIES * 12 + 4 };
    unsigned char *bytes = calloc(1, SIZE);
    struct sample head = {.length = 0};
    begin_tiff(&head, false, 8);
    put_number(&head, false, 2, ENTRIES);
    memcpy(bytes, head.bytes, head.length);
    memcpy(bytes + SIZE - 4, "\x08\0\0\0", 4); /* and from the start again */
    assert_false(is_whole("a.tif", bytes, SIZE));
    free(bytes);
}

/* 4 GB of holes leave room for 268 million places of image data */
static void ends_on_a_tiff_of_holes(void **state)
{
    (void)state;
    enum { PLACES = 0x10000000 };
    struct sparse file = {.size = INT64_C(4) << 30, .tail = ""};
    begin_tiff(&file.head, false, 8);
    put_number(&file.head, false, 2, 2);
    for (uint32_t tag = 273; tag <= 279; tag += 6) {
        put_number(&file.head, false, 2, tag);
        put_number(&file.head, false, 2, 4);
        put_number(&file.head, false, 4, PLACES);
        put_number(&file.head, false, 4, 4096);
    }
    const struct bytes view = {file.size, read_sparse, &file, NULL};
    assert_non_null(complete_find_cut(&view, "a.tif"));
}

/* a thousand entries that share one long list of directories below, none of which is there */
static void ends_on_a_tiff_that_shares_its_tables(void **state)
{
    (void)state;
    enum { ENTRIES = 1000, LIST = 20000, SIZE = 8 + LIST + 2 + ENTRIES * 12 + 4 };
    static struct sample entry;
    unsigned char *bytes = calloc(1, SIZE);
    struct sample head = {.length = 0};
    begin_tiff(&head, false, 8 + LIST);
    memcpy(bytes, head.bytes, head.length);
    entry.length = 0;
    put_number(&entry, false, 2, ENTRIES);
    memcpy(bytes + 8 + LIST, entry.bytes, entry.length);
    entry.length = 0;
    put_number(&entry, false, 2, 330); /* SubIFDs */
    put_number(&entry, false, 2, 1);
    put_number(&entry, false, 4, LIST);
    put_number(&entry, false, 4, 8);
    for (size_t i = 0; i < ENTRIES; i++)
        memcpy(bytes + 8 + LIST + 2 + i * 12, entry.bytes, entry.length);
    assert_false(is_whole("a.tif", bytes, SIZE));
    free(bytes);
}

/* no others are empty */
static void is_incomplete_where_a_directory_is_empty(void **state)
{
    (void)state;
    static struct sample sample;
    memset(&sample, 0, sizeof(sample));
    make_tiff_with_no_place(&sample);
    memcpy(sample.bytes + 10, "\x87\x69", 2); /* what the camera says */
    assert_false(is_whole("a.tif", sample.bytes, sample.length));
    sample.length = 0;
    begin_tiff(&sample, true, 8);
    put_number(&sample, true, 2, 0);
    put_number(&sample, true, 4, 0);
    assert_false(is_whole("a.tif", sample.bytes, sample.length));
}

/* a directory that is the one below itself */
static void ends_on_a_tiff_that_is_its_own_camera(void **state)
{
    (void)state;
    static struct sample sample;
    memset(&sample, 0, sizeof(sample));
    make_tiff_with_camera(&sample);
    memcpy(sample.bytes + 18, "\0\0\0\x08", 4);
    assert_false(is_whole("a.tif", sample.bytes, sample.length));
}

/* what seems to follow it is not checked: here itself */
static void takes_a_tiff_of_endless_places(void **state)
{
    (void)state;
    static struct sample sample;
    memset(&sample, 0, sizeof(sample));
    make_tiff_with_no_place(&sample);
    memcpy(sample.bytes + sample.length - 1, "\x1A", 1);
    assert_true(is_whole("a.tif", sample.bytes, sample.length));
}

static void ends_on_a_tiff_that_bites_its_tail(void **state)
{
    (void)state;
    static struct sample sample;
    memset(&sample, 0, sizeof(sample));
    make_little_tiff(&sample);
    memcpy(sample.bytes + sample.length - 4, sample.bytes + 4, 4); /* back to the first page */
    assert_false(is_whole("", sample.bytes, sample.length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FORMAT_TESTS,
        cmocka_unit_test(ends_on_a_tiff_of_endless_tables),
        cmocka_unit_test(ends_on_a_tiff_of_holes),
        cmocka_unit_test(ends_on_a_tiff_that_shares_its_tables),
        cmocka_unit_test(is_incomplete_where_a_directory_is_empty),
        cmocka_unit_test(ends_on_a_tiff_that_is_its_own_camera),
        cmocka_unit_test(takes_a_tiff_of_endless_places),
        cmocka_unit_test(ends_on_a_tiff_that_bites_its_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
