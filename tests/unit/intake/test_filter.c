/* Which files are documents, and which directories are entered. */
#include "closedrop/base/array.h"
#include "closedrop/intake/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *none[] = {NULL};
static char text_marker_name[] = "{name}.done";
static char text_marker_front[] = "ready-{name}", text_none[] = "";
static char text_marker_batch[] = "{dir}/READY";
static char text_archive[] = "Uploaded/%Y-%m", text_failed[] = "Failed", text_absolute[] = "/srv/x";

static struct folder plain_folder(void)
{
    return (struct folder){.recursive = true,
        .include = none,
        .exclude = none,
        .marker = text_none,
        .archive = text_archive,
        .failed = text_failed};
}

struct row {
    const char *path;
    bool takes;
};

static void expect_takes(const struct folder *folder, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (filter_takes(folder, rows[i].path) != rows[i].takes)
            fail_msg("%s", rows[i].path);
}

static const struct row usual[] = {
    {"a.pdf", true},
    {"in/a.pdf", true},
    {"a", true},
    {"a b.pdf", true},
    {"tmp", true},
    {"a.tmp.pdf", true},
    {"part.pdf", true},
    {"error.txt", true},
    {"a~b.pdf", true},
    {"$a.pdf", true},
    {"\xE4.pdf", true},
    {"a.json", true},
    {"a.txt", true},
    {"a.done", true},
    {".a.pdf", false},
    {"in/.a.pdf", false},
    {"~$a.docx", false},
    {"._a.pdf", false},
    {"a.tmp", false},
    {"a.TMP", false},
    {"a.part", false},
    {"a.filepart", false},
    {"a.pdf.crdownload", false},
    {"a.swp", false},
    {"a.pdf~", false},
    {"Thumbs.db", false},
    {"thumbs.DB", false},
    {"in/desktop.ini", false},
    {"a.pdf.error.txt", false},
    {"a.pdf.close.json", false},
    {"in/a.pdf.close.json", false},
    {"a.pdf.waiting.txt", false},
    {"A.PDF.ERROR.TXT", false},
    {"waiting.txt", true},
    /* still written */
    {"a.pdf.temp", false},
    {"a.pdf.PARTIAL", false},
    {"a.pdf.download", false},
    {"a.pdf.opdownload", false},
    {"a.pdf.aria2", false},
    {"a.pdf.!ut", false},
    {"a.pdf.!qB", false},
    {"a.pdf.!sync", false},
    {"in/a.pdf.!Sync", false},
    {"temp", true},
    {"a.template", true},
    {"a.!utx", true},
    {"download.pdf", true},
    {"a.pdf.sb-1a2b3c4d-Xy12Zk", false},
    {"a.pdf.SB-1A2B3C4D-XY12ZK", false},
    {".sb-1a2b3c4d-Xy12Zk", false},
    {"a.sb-1a2b3c4d-Xy12Zk.pdf", true},
    {"a.sb-1a2b3c4d-Xy12Z", true},
    {"a.sb-1a2b3c4d_Xy12Zk", true},
    {"a.sb-1a2b3c4-dXy12Zk", true},
    {"sb-1a2b3c4d-Xy12Zk", true},
    /* what systems keep in a directory */
    {"EHThumbs.db", false},
    {"ehthumbs_vista.db", false},
    {"Desktop.INI", false},
    {"Icon\r", false},
    {"in/ICON\r", false},
    {"Icon\xEF\x80\x8D", false},
    {"Icon", true},
    {"Icon\rx", true},
    /* streams that a server shows as files */
    {"letter.pdf:Zone.Identifier", false},
    {"in/letter.pdf:zone.identifier", false},
    {"letter.pdf\xEF\x80\xBAZone.Identifier", false},
    {"letter.pdf\xEF\x80\xA2Zone.Identifier", false},
    {"letter.pdf:Zone.Identifier:$DATA", false},
    {"letter.pdf\xEF\x80\xBAZone.Identifier\xEF\x80\xBA$DATA", false},
    {"Thumbs.db:encryptable", false},
    {"letter.pdf:encryptable", false},
    {"letter.pdf:AFP_AfpInfo", false},
    {"letter.pdf:SmartScreen:$data", false},
    {"letter.pdf@SynoEAStream", false},
    {"letter.pdf@SynoResource", false},
    {"@eaDir/letter.pdf@SynoEAStream", false},
    {"Re: letter.pdf", true},
    {"12:30.pdf", true},
    {"Zone.Identifier", true},
    {"letter.pdf$DATA", true},
    {"letter.pdf:$DATA", true},
    {"a Zone.Identifier.pdf", true},
    /* shortcuts */
    {"a.url", false},
    {"a.LNK", false},
    {"in/a.desktop", false},
    {"curl", true},
    {"a.url.pdf", true},
    /* not only the name counts: nobody dropped what is in such a directory */
    {"@eaDir/contract lead_X.pdf/SYNOFILE_THUMB_M.jpg", false},
    {"in/@EADIR/a.pdf", false},
    {"#recycle/a.pdf", false},
    {"a.pdf.download/a.pdf", false},
    {".git/a.pdf", false},
    {"in/.hidden/deep/a.pdf", false},
    {"Uploaded/a.pdf", false},
    {"Failed/deep/a.pdf", false},
    {"in/Uploaded/a.pdf", true},
    {"recycle/a.pdf", true},
    {"@eaDir", true},
    {"#recycle.pdf", true},
};

static void leaves_out_the_usual_names(void **state)
{
    (void)state;
    struct folder folder = plain_folder();
    expect_takes(&folder, usual, COUNT(usual));
}

/* a pattern names a shortcut if it fits it, but not the same name with another suffix */
static const struct row by_pattern[] = {
    {"a.url", true},
    {"in/A.URL", true},
    {"a.pdf", true},
    {".a.url", false},
    {"a.url.tmp", false},
    {"Report.lnk", true},
    {"in/REPORT.LNK", true},
    {"other.lnk", false},
    {"Report.url", true},
    {"Invoice.desktop", false},
    {"sub/a.Desktop", true},
    {"a.desktop", false},
    {"other/a.desktop", false},
};
static const struct row by_class[] = {{"a.lnk", true}, {"a.LNK", true}, {"a.url", false}};

static void takes_a_shortcut_only_where_a_pattern_names_it(void **state)
{
    (void)state;
    char all[] = "*", dot[] = "*.*", url[] = "*.Url", report[] = "Report.lnk",
         invoice[] = "invoice*";
    char sub[] = "sub/*.desktop", any[] = "other.???", class[] = "*.[Ll][Nn][Kk]";
    char *include[] = {all, dot, url, report, invoice, sub, any, NULL};
    char *by_letters[] = {class, NULL};
    struct folder folder = plain_folder();
    folder.include = include;
    expect_takes(&folder, by_pattern, COUNT(by_pattern));
    folder.include = by_letters;
    expect_takes(&folder, by_class, COUNT(by_class));
}

static const struct {
    const char *path;
    const char *why; /* part of the words */
} left_out[] = {
    {"in/a.pdf", ""},
    {"a.pdf.TMP", "names that end in \".tmp\" are never taken"},
    {"~$a.pdf", "names that start with \"~$\" are never taken"},
    {"Thumbs.db", "files with such a name are never taken, see closedrop.conf(5)"},
    {"a.lnk", "it is a shortcut, and include has no pattern for it, such as \"*.url\""},
    {"a.pdf.done", "it is the marker of another file (marker = \"{name}.done\")"},
    {"a.pdf.json", "it is the sidecar of another file"},
    {"a.doc", "no include pattern matches it"},
    {"draft.pdf", "the exclude pattern \"draft*\" matches it"},
    {"in/.git/a.pdf",
        "the directory \"in/.git\" is not entered: names that start with \".\" are never taken"},
    {"#recycle/a.pdf",
        "the directory \"#recycle\" is not entered: servers keep such directories for themselves"},
    {"Uploaded/b/a.pdf",
        "the directory \"Uploaded\" is not entered: it is where files go after their upload"},
    {"Failed/a.pdf", "the directory \"Failed\" is not entered: it is where failed files go"},
    {"in/drafts.pdf/a.pdf", "the directory \"in/drafts.pdf\" is not entered: the exclude pattern "
                            "\"draft*\" matches it"},
};

static void says_why_a_file_is_left_alone(void **state)
{
    (void)state;
    char pdf[] = "*.pdf", all[] = "*.lnk*x", drafts[] = "draft*";
    char *include[] = {pdf, all, NULL}, *exclude[] = {drafts, NULL};
    struct folder folder = plain_folder();
    folder.include = include;
    folder.exclude = exclude;
    folder.marker = text_marker_name;
    folder.sidecar = true;
    for (size_t i = 0; i < COUNT(left_out); i++) {
        char why[FILTER_WORDS_MAX];
        struct filtered judged = filter_judge(&folder, left_out[i].path);
        filter_words(&judged, left_out[i].path, why);
        if (strcmp(why, left_out[i].why) != 0)
            fail_msg("%s: %s", left_out[i].path, why);
    }
    folder.recursive = false;
    assert_int_equal(filter_judge(&folder, "in/a.pdf").reason, FILTER_NOT_RECURSIVE);
    assert_int_equal(filter_judge_directory(&folder, "in").reason, FILTER_NOT_RECURSIVE);
}

static const struct row chosen[] = {
    {"a.pdf", true},
    {"A.PDF", true},
    {"in/a.pdf", true},
    {"fax/1.tif", true},
    {"1.tif", false},
    {"a.doc", false},
    {"draft-a.pdf", false},
    {"in/draft-a.pdf", false},
    {"draft-1/a.pdf", false},
    {"in/DRAFT-1/deep/a.pdf", false},
    {"in/a draft-1/a.pdf", true},
    {"in/private/a.pdf", false},
    {"in/private.pdf", true},
    {"in/privates/a.pdf", true},
    {"secret/private/a.pdf", false},
    {"old/a.pdf", false},
    {"old/in/a.pdf", false},
    {"a/b.pdf", false},
    {"a/b.pdf/c.pdf", true},
    {"in/old/a.pdf", true},
    {".a.pdf", false},
};

static void goes_by_include_and_exclude(void **state)
{
    (void)state;
    char pdf[] = "*.pdf", fax[] = "fax/*", draft[] = "draft-*", old[] = "old/*";
    char private[] = "private", whole[] = "a/b.pdf";
    char *include[] = {pdf, fax, NULL}, *exclude[] = {draft, private, old, whole, NULL};
    struct folder folder = plain_folder();
    folder.include = include;
    folder.exclude = exclude;
    expect_takes(&folder, chosen, COUNT(chosen));
}

static const struct row in_any_spelling[] = {
    {"übergabe 1.pdf", true}, {"ÜBERGABE 1.pdf", true},
    {"u\xCC\x88"
     "bergabe 1.pdf",
        true},
    {"U\xCC\x88"
     "BERGABE 1.pdf",
        true},
    {"ubergabe 1.pdf", false}, {"Blatt Ä.tif", true}, {"Blatt A\xCC\x88.tif", true},
    {"Blatt\xC2\xA0Ä.tif", true}, {"Blatt ÄÄ.tif", false}, {"in/Geprüft/übergabe.pdf", false},
    {"in/GEPRU\xCC\x88"
     "FT/übergabe.pdf",
        false},
    {"\xFC"
     "bergabe.pdf",
        true}, /* not UTF-8, and a pattern of bytes */
};

static void sees_names_as_people_do(void **state)
{
    (void)state;
    char handover[] = "Übergabe*", sheet[] = "blatt ?.TIF",
         bytes[] = "\xFC"
                   "bergabe*";
    char checked[] = "geprüft";
    char *include[] = {handover, sheet, bytes, NULL}, *exclude[] = {checked, NULL};
    struct folder folder = plain_folder();
    folder.include = include;
    folder.exclude = exclude;
    expect_takes(&folder, in_any_spelling, COUNT(in_any_spelling));
}

static void never_takes_a_marker(void **state)
{
    (void)state;
    static const struct row by_name[] = {{"a.pdf", true}, {"a.pdf.done", false},
        {"in/a.done", false}, {".done", false}, {"done", true}, {"A.PDF.DONE", false}};
    static const struct row by_front[] = {{"a.pdf", true}, {"ready-a.pdf", false},
        {"Ready-a.pdf", false}, {"ready-", true}, {"already-a.pdf", true}};
    static const struct row by_batch[] = {{"READY", false}, {"in/ready", false},
        {"READY.pdf", true}, {"ALREADY", true}, {"READY/a.pdf", true}};
    struct folder folder = plain_folder();
    folder.marker = text_marker_name;
    expect_takes(&folder, by_name, COUNT(by_name));
    folder.marker = text_marker_front;
    expect_takes(&folder, by_front, COUNT(by_front));
    folder.marker = text_marker_batch;
    expect_takes(&folder, by_batch, COUNT(by_batch));
}

static void knows_the_end_marker_of_a_batch(void **state)
{
    (void)state;
    struct folder folder = plain_folder();
    assert_false(filter_ends_batch(&folder, "READY"));
    folder.marker = text_marker_name;
    assert_false(filter_ends_batch(&folder, "a.pdf.done"));
    folder.marker = text_marker_batch;
    assert_true(filter_ends_batch(&folder, "READY"));
    assert_true(filter_ends_batch(&folder, "in/deep/Ready"));
    assert_false(filter_ends_batch(&folder, "READY.pdf"));
    assert_false(filter_ends_batch(&folder, "READY/a.pdf"));
    assert_false(filter_ends_batch(&folder, "Uploaded/2026-11/READY"));
    assert_false(filter_ends_batch(&folder, ".hidden/READY"));
    folder.recursive = false;
    assert_false(filter_ends_batch(&folder, "in/READY"));
}

/* whether its document is there or not: a sidecar may come first */
static const struct row beside_sidecars[] = {
    {"a.pdf", true},
    {"a.pdf.json", false},
    {"a.json", false},
    {"in/a.pdf.JSON", false},
    {"a.json.json", false},
    {"a.json.pdf", true},
    {"ajson", true},
    {"json", true},
    {"a.json5", true},
    {".json", false},
};

static void never_takes_a_sidecar(void **state)
{
    (void)state;
    char all[] = "*", json[] = "*.json";
    char *include[] = {all, json, NULL};
    struct folder folder = plain_folder();
    folder.sidecar = true;
    expect_takes(&folder, beside_sidecars, COUNT(beside_sidecars));
    folder.include = include; /* not even where it is asked for */
    expect_takes(&folder, beside_sidecars, COUNT(beside_sidecars));
    folder.include = none;
    folder.marker = text_marker_name;
    expect_takes(&folder, beside_sidecars, COUNT(beside_sidecars));
}

static const struct {
    const char *path;
    bool enters;
} directories[] = {
    {"in", true},
    {"in/deep", true},
    {"Uploaded", false},
    {"Failed", false},
    {"in/Uploaded", true},
    {"in/Failed", true},
    {"Uploaded2", true},
    {"Upload", true},
    {"Fail", true},
    {".closedrop", false},
    {".git", false},
    {"in/.hidden", false},
    {".hidden/in", false},
    {"Uploaded/2026-11", false},
    {"in/x.tmp", false},
    {"Movie.Download", false},
    {"~$in", false},
    {"in~", false},
    {"a.pdf.sb-1a2b3c4d-Xy12Zk", false},
    {"a.pdf.error.txt", false},
    {"a.url", true},
    {"@eaDir", false},
    {"in/@eadir", false},
    {"in/@eaDir/deep", false},
    {"#recycle", false},
    {"#Snapshot", false},
    {"@Recycle", false},
    {"@Recently-Snapshot", false},
    {"$Recycle.Bin", false},
    {"RECYCLER", false},
    {"Recycled", false},
    {"Network Trash Folder", false},
    {"Temporary Items", false},
    {"System Volume Information", false},
    {"lost+found", false},
    {"~snapshot", false},
    {".Trash-1000", false},
    {"Recycle", true},
    {"@eaDirs", true},
    {"Temporary", true},
    {"drafts", false},
    {"in/Drafts/deep", false},
    {"in/all drafts", true},
    {"skip/this", true},
};

static void enters_all_but_its_own_directories(void **state)
{
    (void)state;
    char drafts[] = "drafts", whole[] = "skip/this";
    char *exclude[] = {drafts, whole, NULL};
    struct folder folder = plain_folder();
    folder.exclude = exclude;
    for (size_t i = 0; i < COUNT(directories); i++)
        if (filter_enters(&folder, directories[i].path) != directories[i].enters)
            fail_msg("%s", directories[i].path);
    folder.archive = text_absolute; /* lies elsewhere: no name in the folder is taken by it */
    assert_true(filter_enters(&folder, "srv"));
    assert_true(filter_enters(&folder, "Uploaded"));
}

static void stays_at_the_top_where_it_is_not_recursive(void **state)
{
    (void)state;
    struct folder folder = plain_folder();
    folder.recursive = false;
    assert_true(filter_takes(&folder, "a.pdf"));
    assert_false(filter_takes(&folder, "in/a.pdf"));
    assert_false(filter_enters(&folder, "in"));
}

static void leaves_a_path_that_is_too_long_to_the_scan(void **state)
{
    (void)state;
    struct folder folder = plain_folder();
    char path[4098];
    memset(path, 'a', sizeof(path));
    path[4095] = '\0';
    assert_true(filter_takes(&folder, path));
    path[4095] = 'a';
    path[4096] = '\0';
    assert_true(filter_enters(&folder, path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_out_the_usual_names),
        cmocka_unit_test(takes_a_shortcut_only_where_a_pattern_names_it),
        cmocka_unit_test(says_why_a_file_is_left_alone),
        cmocka_unit_test(goes_by_include_and_exclude),
        cmocka_unit_test(sees_names_as_people_do),
        cmocka_unit_test(never_takes_a_marker),
        cmocka_unit_test(knows_the_end_marker_of_a_batch),
        cmocka_unit_test(never_takes_a_sidecar),
        cmocka_unit_test(enters_all_but_its_own_directories),
        cmocka_unit_test(stays_at_the_top_where_it_is_not_recursive),
        cmocka_unit_test(leaves_a_path_that_is_too_long_to_the_scan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
