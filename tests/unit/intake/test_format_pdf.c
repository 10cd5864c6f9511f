/* PDF: %%EOF near its end, and nothing behind it that begins a later part. */
#include "format_samples.h"

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

/* what precedes a PDF that came from a printer's spooler, a mail gateway or an editor */
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

static const struct format_sample samples[] = {
    {"PDF", "a.pdf", make_pdf},
    {"PDF, linearized", "a.pdf", make_linearized_pdf},
    {"PDF with an update", "a.pdf", make_pdf_with_update},
    {"PDF in a PDF", "a.pdf", make_pdf_in_pdf},
    {"PDF behind a byte order mark", "a.pdf", make_pdf_behind_mark},
    {"PDF behind blank lines", "a.PDF", make_pdf_behind_lines},
    {"PDF behind PJL", "a.pdf", make_pdf_behind_pjl},
    {"PDF behind MIME", "a.pdf", make_pdf_behind_mime},
    {"PDF, linearized, behind a byte order mark", "a.pdf", make_linearized_pdf_behind_mark},
};

#include "format_tests.h"

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

/* only the end of a large file is inspected */
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

/* after a mark or spaces a PDF is one whatever its file's name */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        FORMAT_TESTS,
        cmocka_unit_test(takes_the_revision_before_the_update),
        cmocka_unit_test(finds_the_end_of_a_large_file),
        cmocka_unit_test(knows_a_pdf_by_its_first_letters),
        cmocka_unit_test(is_incomplete_where_more_has_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
