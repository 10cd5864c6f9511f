/* Files with an end: each sample is whole, is whole with bytes behind its end, and is incomplete
 * when it is cut at any byte. The samples are the smallest that hold what has fooled such checks
 * before. */
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

/* ---- a file in memory ---- */

struct sample {
    unsigned char bytes[4096];
    size_t length;
    size_t signature;  /* from here on the format shows */
    size_t whole_from; /* cut here or later it is truly complete; 0: only at its full length */
    size_t spare_from,
        spare_to; /* cut in between, an earlier revision is whole with bytes behind */
};

static void put(struct sample *s, const void *bytes, size_t length)
{
    assert_true(s->length + length <= sizeof(s->bytes));
    memcpy(s->bytes + s->length, bytes, length);
    s->length += length;
}

static void put_text(struct sample *s, const char *text)
{
    put(s, text, strlen(text));
}

/* a whole number of `size` bytes, big or little end first */
static void put_number(struct sample *s, bool big, size_t size, uint32_t value)
{
    unsigned char bytes[4];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(value >> 8 * (big ? size - 1 - i : i));
    put(s, bytes, size);
}

struct file {
    const unsigned char *bytes;
    size_t length;
    int reads_left; /* -1: all reads work */
};

static int64_t read_file(void *context, int64_t offset, void *buffer, size_t length)
{
    struct file *file = context;
    assert_true(offset >= 0 && (size_t)offset + length <= file->length);
    if (file->reads_left == 0)
        return -1;
    file->reads_left -= file->reads_left > 0;
    memcpy(buffer, file->bytes + offset, length);
    return (int64_t)length;
}

static bool is_whole(const char *name, const unsigned char *bytes, size_t length)
{
    struct file file = {bytes, length, -1};
    const struct bytes view = {(int64_t)length, read_file, &file, NULL};
    return !complete_find_cut(&view, name);
}

/* ---- PDF ---- */

#define PDF_BODY "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<<>>\nendobj\n"
#define PDF_XREF                                                                                   \
    "xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000056 00000 n \n"                   \
    "trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n80\n"

static void make_pdf(struct sample *s)
{
    s->signature = 5;
    put_text(s, PDF_BODY PDF_XREF "%%EOF");
    s->whole_from = s->length;
    put_text(s, "\r\n");
}

static void make_pdf_with_update(struct sample *s)
{
    make_pdf(s);
    s->spare_from = s->whole_from;
    s->spare_to = s->length;
    put_text(s, "2 0 obj\n<</Kids[]>>\nendobj\nxref\n2 1\n0000000300 00000 n \n"
                "trailer\n<</Size 3/Root 1 0 R/Prev 80>>\nstartxref\n340\n%%EOF");
    s->whole_from = s->length;
    put_text(s, "\n");
}

static void fill_linearized(struct sample *s, size_t told)
{
    char head[300];
    snprintf(head, sizeof(head),
        "%%PDF-1.4\n%%\xE2\xE3\xCF\xD3\n7 0 obj\n<</Linearized 1/L %06zu/H[500 60]/O 9/E 700/N 1/T "
        "800>>\nendobj\nxref\n7 2\n0000000016 00000 n \n0000000099 00000 n \ntrailer\n<</Size 9"
        "/Root 8 0 R/Prev 800>>\nstartxref\n0\n%%%%EOF\n",
        told);
    s->length = 0;
    s->signature = 5;
    put_text(s, head);
    put_text(s, "8 0 obj\n<</Type/Catalog>>\nendobj\n1 0 obj\n<<>>\nendobj\n");
    put_text(s, "xref\n0 2\n0000000000 65535 f \n0000000400 00000 n \n"
                "trailer\n<</Size 7>>\nstartxref\n200\n%%EOF\n");
}

static void make_linearized_pdf(struct sample *s)
{
    fill_linearized(s, 0);
    fill_linearized(s, s->length);
    s->whole_from = s->length - 1; /* mail programs take the last line's end away */
}

/* a portfolio: a whole PDF stored inside, as the last object */
static void make_pdf_in_pdf(struct sample *s)
{
    s->signature = 5;
    put_text(s, PDF_BODY "3 0 obj\n<</Type/EmbeddedFile/Length 260>>\nstream\n");
    put_text(s, PDF_BODY PDF_XREF "%%EOF");
    s->spare_from = s->length; /* up to the next word, this is an end */
    put_text(s, "\n\n");
    s->spare_to = s->length;
    put_text(s, "endstream\nendobj\n" PDF_XREF "%%EOF");
}

/* what stands before a PDF that a printer's spooler, a mail gateway or an editor had in hand */
static void put_pdf_behind(struct sample *s, const char *head)
{
    put_text(s, head);
    s->spare_from = 1; /* so far nothing says that it is a PDF */
    s->spare_to = strlen(head) + 4;
    put_text(s, PDF_BODY PDF_XREF "%%EOF");
    s->whole_from = s->length;
    put_text(s, "\r\n");
}

static void make_pdf_behind_mark(struct sample *s)
{
    put_pdf_behind(s, "\xEF\xBB\xBF");
}

static void make_pdf_behind_lines(struct sample *s)
{
    put_pdf_behind(s, "\r\n \n");
}

static void make_pdf_behind_pjl(struct sample *s)
{
    put_pdf_behind(s, "\x1B%-12345X@PJL JOB NAME=\"scan\"\r\n@PJL ENTER LANGUAGE=PDF\r\n");
}

static void make_pdf_behind_mime(struct sample *s)
{
    put_pdf_behind(s, "Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n\r\n");
}

/* its own numbers count from its own first byte */
static void make_linearized_pdf_behind_mark(struct sample *s)
{
    static struct sample pdf;
    memset(&pdf, 0, sizeof(pdf));
    make_linearized_pdf(&pdf);
    put_text(s, "\xEF\xBB\xBF");
    put(s, pdf.bytes, pdf.length);
    s->spare_from = 1;
    s->spare_to = 3 + 4;
    s->whole_from = 3 + pdf.whole_from;
}

/* ---- TIFF ---- */

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

/* ---- JPEG ---- */

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

/* ---- PNG ---- */

static void put_chunk(struct sample *s, const char *type, const char *data, size_t length)
{
    put_number(s, true, 4, (uint32_t)length);
    put(s, type, 4);
    put(s, data, length);
    put_number(s, true, 4, 0xCAFEBABE); /* the sum is not looked at */
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

/* ---- ZIP ---- */

static void put_zip_entry(struct sample *s, bool central, const unsigned char *data, size_t length)
{
    put(s, central ? "PK\1\2" : "PK\3\4", 4);
    if (central)
        put_number(s, false, 2, 20);
    put_number(s, false, 2, 20);
    for (int i = 0; i < 4; i++) /* flags, stored, time, date */
        put_number(s, false, 2, 0);
    put_number(s, false, 4, 0); /* the sum is not looked at */
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

/* ---- what holds for all ---- */

static const struct {
    const char *name, *called;
    void (*make)(struct sample *sample);
} samples[] = {
    {"PDF", "a.pdf", make_pdf},
    {"PDF, linearized", "a.pdf", make_linearized_pdf},
    {"PDF with an update", "a.pdf", make_pdf_with_update},
    {"PDF in a PDF", "a.pdf", make_pdf_in_pdf},
    {"PDF behind a byte order mark", "a.pdf", make_pdf_behind_mark},
    {"PDF behind blank lines", "a.PDF", make_pdf_behind_lines},
    {"PDF behind PJL", "a.pdf", make_pdf_behind_pjl},
    {"PDF behind MIME", "a.pdf", make_pdf_behind_mime},
    {"PDF, linearized, behind a byte order mark", "a.pdf", make_linearized_pdf_behind_mark},
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
    {"JPEG", "a.jpeg", make_jpeg},
    {"JPEG with a lone marker", "a.jpg", make_jpeg_with_lone_marker},
    {"JPEG with a thumbnail", "a.jpeg", make_jpeg_with_thumbnail},
    {"PNG", "A.PNG", make_png},
    {"ZIP", "a.docx", make_zip},
    {"ZIP with a comment", "a.docx", make_zip_with_comment},
    {"ZIP in a ZIP", "a.docx", make_zip_in_zip},
    {"ZIP of nothing", "a.zip", make_empty_zip},
    {"ZIP of many", "a.zip", make_zip_of_many},
    {"ZIP64", "a.docx", make_zip64},
    {"ZIP64 in a ZIP", "a.docx", make_zip64_in_zip},
};

static const struct sample *make(size_t i)
{
    static struct sample sample;
    memset(&sample, 0, sizeof(sample));
    samples[i].make(&sample);
    if (!sample.whole_from)
        sample.whole_from = sample.length;
    return &sample;
}

static void is_whole_to_its_last_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(samples); i++) {
        const struct sample *sample = make(i);
        if (!is_whole(samples[i].called, sample->bytes, sample->length))
            fail_msg("%s", samples[i].name);
    }
}

static void is_whole_with_bytes_behind_its_end(void **state)
{
    (void)state;
    static const size_t paddings[] = {1, 2, 511, 65536};
    static unsigned char padded[4096 + 65536];
    for (size_t i = 0; i < COUNT(samples); i++) {
        const struct sample *sample = make(i);
        for (size_t p = 0; p < COUNT(paddings); p++) {
            memset(padded, p % 2 ? '\n' : '\0', sizeof(padded));
            memcpy(padded, sample->bytes, sample->length);
            if (!is_whole(samples[i].called, padded, sample->length + paddings[p]))
                fail_msg("%s, %zu bytes behind it", samples[i].name, paddings[p]);
        }
    }
}

static void is_incomplete_cut_at_any_byte(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(samples); i++) {
        const struct sample *sample = make(i);
        size_t first = 0, last = 0;
        for (size_t cut = 1; cut < sample->whole_from; cut++) {
            bool spare = cut >= sample->spare_from && cut <= sample->spare_to;
            if (spare && sample->spare_to)
                continue;
            if (!is_whole(samples[i].called, sample->bytes, cut))
                continue;
            first = first ? first : cut;
            last = cut;
        }
        if (!last)
            continue;
        print_error("  %s (%zu bytes): taken as whole when cut at %zu to %zu\n", samples[i].name,
            sample->length, first, last);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

/* As fallocate(2) does it, and Windows before it copies: full size at once, zeros where nothing
 * came yet. In a TIFF the zeros may be data; the last bytes of others may be zeros by themselves.
 */
static void is_incomplete_where_only_room_was_made(void **state)
{
    (void)state;
    enum { ENDING = 24 };
    static unsigned char room[4096];
    for (size_t i = 0; i < COUNT(samples); i++) {
        const struct sample *sample = make(i);
        bool is_tiff = strstr(samples[i].name, "TIFF") != NULL;
        size_t last = is_tiff || sample->length < ENDING ? 0 : sample->length - ENDING;
        for (size_t cut = 0; cut <= last; cut++) {
            bool spare = cut >= sample->spare_from && cut <= sample->spare_to && cut;
            memset(room, 0, sizeof(room));
            memcpy(room, sample->bytes, cut);
            if (!spare && is_whole(samples[i].called, room, sample->length))
                fail_msg("%s, zeros from %zu on", samples[i].name, cut);
        }
    }
}

/* an earlier revision with a few bytes behind it is a whole PDF: nothing can tell it from one */
static void takes_the_revision_before_the_update(void **state)
{
    (void)state;
    static struct sample sample;
    memset(&sample, 0, sizeof(sample));
    make_pdf_with_update(&sample);
    assert_true(is_whole("a.pdf", sample.bytes, sample.spare_from));
    assert_false(is_whole("a.pdf", sample.bytes, sample.spare_to + 1));
}

static void is_incomplete_when_a_read_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(samples); i++) {
        const struct sample *sample = make(i);
        for (int reads = 1;; reads++) {
            struct file file = {sample->bytes, sample->length, reads};
            const struct bytes view = {(int64_t)sample->length, read_file, &file, NULL};
            bool whole = !complete_find_cut(&view, samples[i].called);
            if (file.reads_left > 0)
                break; /* it needed no more */
            struct file again = {sample->bytes, sample->length, reads + 1};
            const struct bytes more = {(int64_t)sample->length, read_file, &again, NULL};
            bool needs_more = complete_find_cut(&more, samples[i].called) || again.reads_left == 0;
            if (whole && needs_more)
                fail_msg("%s, read %d fails", samples[i].name, reads + 1);
        }
    }
}

/* a disk or a memory that fails says nothing of the file */
static void tells_when_the_machine_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(samples); i++) {
        const struct sample *sample = make(i);
        bool takes_memory = strcmp(samples[i].name, "PNG") != 0;
        struct file file = {sample->bytes, sample->length, -1};
        int error = 0;
        const struct bytes view = {(int64_t)sample->length, read_file, &file, &error};
        calls_left = 0;
        bool whole = !complete_find_cut(&view, samples[i].called);
        calls_left = NEVER;
        if (whole == takes_memory || error != (takes_memory ? -ENOMEM : 0))
            fail_msg("%s: %d", samples[i].name, error);
        file.reads_left = 0;
        (void)complete_find_cut(&view, samples[i].called);
        assert_int_equal(error, -1); /* as read_file() has it */
    }
}

/* only the end of a large file is looked at */
static void finds_the_end_of_a_large_file(void **state)
{
    (void)state;
    enum { SIZE = 3 * 1024 * 1024 };
    static const char start[] = "%PDF-1.4\n", end[] = "startxref\n80\n%%EOF\n";
    unsigned char *bytes = malloc(SIZE);
    memset(bytes, 'x', SIZE);
    memcpy(bytes, start, sizeof(start) - 1);
    assert_false(is_whole("a.pdf", bytes, SIZE));
    memcpy(bytes + SIZE - sizeof(end), end, sizeof(end));
    assert_true(is_whole("a.pdf", bytes, SIZE));
    assert_false(is_whole("a.pdf", bytes, SIZE - 4));
    free(bytes);
}

/* behind a mark or blanks a PDF is one whatever its file is called */
static void knows_a_pdf_by_its_first_letters(void **state)
{
    (void)state;
    static const char *const heads[] = {"", "\xEF\xBB\xBF", "\r\n", "\xEF\xBB\xBF \n"};
    for (size_t i = 0; i < COUNT(heads); i++) {
        static struct sample sample;
        memset(&sample, 0, sizeof(sample));
        put_pdf_behind(&sample, heads[i]);
        assert_true(is_whole("scan", sample.bytes, sample.length));
        assert_false(is_whole("scan", sample.bytes, sample.length - 10));
    }
}

/* the first letters of each thing that can stand behind an end */
static void is_incomplete_where_more_has_begun(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        bool is_whole;
    } rows[] = {
        {"\nxre", false},
        {"\nendst", false},
        {"\n12 0 ob", false},
        {"\n12", false},
        {"\n12 0", false},
        {"\n", true},
        {"\nxyz", true},
        {"\n12 0 R", true},
        {"\n12345\n", true},
        {"\n12 0 obj", false},
        {"\n12 0 obj<<", false},
        {"\n12  0\tobj\n", false},
        {"\n12 0 object", true},
        {"\n12 obj.", true},
        {"12 obj.", true},
        {"\nx 0 obj", true},
        {"\n12 0obj.", true},
        {"\nx0 obj", true},
        {"\nan obj", true},
        {" obj", true},
        {"\n<p>This is an object of the gateway</p>", true},
        {"\nan obj, and then\n12 0 obj", false},
        {"\nthe trailer of the mail", true},
        {"\ntrailer of the mail", true},
        {"\ntrailers\n", true},
        {"\ntrailer", false},
        {"\ntrailer\n", false},
        {"\r\ntrailer <<", false},
        {"\rtrailer<<", false},
        {"the trailer\ntrailer\n", false},
        {"endstream\n", false},
        {"\nendobj\r", false},
        {"\nxref\t\n", false},
        {"\nxref\n", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        static struct sample sample;
        memset(&sample, 0, sizeof(sample));
        put_text(&sample, PDF_BODY PDF_XREF "%%EOF");
        put_text(&sample, rows[i].more);
        if (is_whole("a.pdf", sample.bytes, sample.length) != rows[i].is_whole)
            fail_msg("\"%s\"", rows[i].more);
    }
}

static const unsigned char *zeros_but(size_t at)
{
    enum { SIZE = 80 * 1024 * 1024 };
    static unsigned char *bytes;
    if (!bytes)
        bytes = calloc(1, SIZE);
    assert_non_null(bytes);
    memset(bytes, 0, SIZE);
    if (at < SIZE)
        bytes[at] = 'x';
    return bytes;
}

/* what a write that failed leaves, whatever its file is called; a byte of it is enough to be more,
 * but in one so large that not all of it is read */
static void is_incomplete_where_all_is_zeros(void **state)
{
    (void)state;
    enum { NOWHERE = 1000000000, BLOCK = 256 * 1024, MUCH = 80 * 1024 * 1024 };
    static const struct {
        const char *name;
        size_t size, at;
        bool is_whole;
    } rows[] = {
        {"a.csv", 1025, NOWHERE, false},
        {"a.csv", 1024, NOWHERE, true},
        {"a", 5000, NOWHERE, false},
        {"a.pdf", 5000, NOWHERE, false},
        {"a.zip", 1000, NOWHERE, false},
        {"a.csv", 1025, 0, true},
        {"a.csv", 1025, 1024, true},
        {"a.csv", BLOCK + 1, BLOCK, true},
        {"a.csv", 3 * BLOCK + 7, BLOCK + 5, true},
        {"a.bin", MUCH, NOWHERE, false},
        {"a.bin", MUCH, MUCH - 1, true},
        {"a.bin", MUCH, 100, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (is_whole(rows[i].name, zeros_but(rows[i].at), rows[i].size) != rows[i].is_whole)
            fail_msg("%s, %zu bytes, but %zu", rows[i].name, rows[i].size, rows[i].at);
}

/* however large it is, what is read of it has a bound */
static int64_t read_hole(void *context, int64_t offset, void *buffer, size_t length)
{
    (void)offset;
    *(int64_t *)context += (int64_t)length;
    memset(buffer, 0, length);
    return (int64_t)length;
}

static void reads_little_of_a_large_hole(void **state)
{
    (void)state;
    int64_t total = 0;
    const struct bytes hole = {5LL << 30, read_hole, &total, NULL};
    assert_string_equal(complete_find_cut(&hole, "a"),
        "it holds nothing but zeros, as a write that failed leaves it");
    assert_true(total <= (64 << 20) + 1024);
}

static void tells_when_memory_is_short_for_zeros(void **state)
{
    (void)state;
    struct file file = {zeros_but(4000), 4000, -1};
    int error = 0;
    const struct bytes view = {4000, read_file, &file, &error};
    calls_left = 0;
    assert_null(complete_find_cut(&view, "a"));
    calls_left = NEVER;
    assert_int_equal(error, -ENOMEM);
}

static const struct {
    const char *name, *bytes;
    size_t length;
} others[] = {
    {"nothing", "", 0},
    {"text", "hello", 5},
    {"one byte", "%", 1},
    {"GIF", "GIF89a", 6},
    {"RIFF", "RIFF\0\0\0\0WEBP", 12},
    {"a.zip", "%PDF", 4}, /* of no format: the names say nothing about each other */
    {"disk.img", "\0\0\0\0\0\0\0\0\0\0", 10},
    {"a.pdf", "", 0}, /* empty files are told elsewhere */
    {"pdf", "%P", 2},
    {"a.txt", "see %PDF-1.4", 12}, /* it speaks of one */
    {"a.pdf", "<html>", 6},        /* an error page is told by its kind, not by its end */
    {"CSV", "id,name\n1,", 10},
};

static void takes_all_other_formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(others); i++)
        if (!is_whole(others[i].name, (const unsigned char *)others[i].bytes, others[i].length))
            fail_msg("%s", others[i].name);
}

/* the answer does not matter: the sanitizers watch */
static void survives_any_damage(void **state)
{
    (void)state;
    static const unsigned char values[] = {0x00, 0x7F, 0x80, 0xFF};
    static unsigned char damaged[4096];
    for (size_t i = 0; i < COUNT(samples); i++) {
        const struct sample *sample = make(i);
        for (size_t at = sample->signature; at < sample->length; at++)
            for (size_t v = 0; v < COUNT(values); v++) {
                memcpy(damaged, sample->bytes, sample->length);
                damaged[at] = values[v];
                (void)is_whole("", damaged, sample->length);
            }
    }
}

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

/* a file of holes between its head and its tail */
struct sparse {
    struct sample head;
    int64_t size;
    const char *tail; /* NULL: it cannot be read */
    int64_t bytes_read;
};

static int64_t read_sparse(void *context, int64_t offset, void *buffer, size_t length)
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

#define SCAN_MAX (INT64_C(256) << 20)

/* a hole of 4 GB in the image data, and what stands at the end */
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

/* where all of it can be looked through, the end is not looked for in a segment */
static void reads_all_of_a_large_jpeg(void **state)
{
    (void)state;
    struct sparse file = {.size = SCAN_MAX, .tail = "\xFF\xE1\x01\x01\xFF\xD9"};
    const struct bytes view = {file.size, read_sparse, &file, NULL};
    put(&file.head, "\xFF\xD8\xFF\xDA\0\x02", 6);
    assert_non_null(complete_find_cut(&view, "a.jpg"));
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

/* what seems to follow it is not looked at: here itself */
static void takes_a_tiff_of_endless_places(void **state)
{
    (void)state;
    static struct sample sample;
    memset(&sample, 0, sizeof(sample));
    make_tiff_with_no_place(&sample);
    memcpy(sample.bytes + sample.length - 1, "\x1A", 1);
    assert_true(is_whole("a.tif", sample.bytes, sample.length));
}

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

/* a JPEG segment must hold its own length, two bytes; one that claims less leads nowhere, wherever
 * it lies in the reader's buffer */
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
        cmocka_unit_test(is_whole_to_its_last_byte),
        cmocka_unit_test(is_whole_with_bytes_behind_its_end),
        cmocka_unit_test(is_incomplete_cut_at_any_byte),
        cmocka_unit_test(is_incomplete_where_only_room_was_made),
        cmocka_unit_test(takes_the_revision_before_the_update),
        cmocka_unit_test(is_incomplete_when_a_read_fails),
        cmocka_unit_test(tells_when_the_machine_fails),
        cmocka_unit_test(finds_the_end_of_a_large_file),
        cmocka_unit_test(is_incomplete_where_more_has_begun),
        cmocka_unit_test(takes_all_other_formats),
        cmocka_unit_test(knows_a_pdf_by_its_first_letters),
        cmocka_unit_test(is_incomplete_where_all_is_zeros),
        cmocka_unit_test(reads_little_of_a_large_hole),
        cmocka_unit_test(tells_when_memory_is_short_for_zeros),
        cmocka_unit_test(survives_any_damage),
        cmocka_unit_test(survives_a_jpeg_segment_without_length),
        cmocka_unit_test(ends_on_a_tiff_of_endless_tables),
        cmocka_unit_test(ends_on_a_tiff_of_holes),
        cmocka_unit_test(ends_on_a_jpeg_of_holes),
        cmocka_unit_test(reads_all_of_a_large_jpeg),
        cmocka_unit_test(ends_on_a_tiff_that_shares_its_tables),
        cmocka_unit_test(is_incomplete_where_a_directory_is_empty),
        cmocka_unit_test(ends_on_a_tiff_that_is_its_own_camera),
        cmocka_unit_test(takes_a_tiff_of_endless_places),
        cmocka_unit_test(ends_on_a_png_of_endless_chunks),
        cmocka_unit_test(ends_on_a_tiff_that_bites_its_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
