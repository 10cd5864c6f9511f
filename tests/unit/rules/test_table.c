/* Tables of customers: what is found in one, when it is read again, and what is said about each
 * error.
 */
#include "failing_calls.h"
#include "scratch.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/rules/table.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the n-th call fails (tests/CMakeLists.txt wraps them) ---- */

FAILING_CALL(void *, malloc, NULL, (size_t size), (size))
FAILING_CALL(void *, calloc, NULL, (size_t count, size_t size), (count, size))
FAILING_CALL(void *, realloc, NULL, (void *bytes, size_t size), (bytes, size))
FAILING_CALL(char *, strdup, NULL, (const char *text), (text))
FAILING_CALL(char *, strndup, NULL, (const char *text, size_t length), (text, length))

static bool csv_failed;

size_t __real_csv_parse(
    void *parser, const void *bytes, size_t length, void *on_field, void *on_row, void *data);
size_t __wrap_csv_parse(
    void *parser, const void *bytes, size_t length, void *on_field, void *on_row, void *data);
size_t __wrap_csv_parse(
    void *parser, const void *bytes, size_t length, void *on_field, void *on_row, void *data)
{
    csv_failed = fails();
    return csv_failed ? 0 : __real_csv_parse(parser, bytes, length, on_field, on_row, data);
}

int __real_csv_error(void *parser);
int __wrap_csv_error(void *parser);
int __wrap_csv_error(void *parser)
{
    return csv_failed ? 2 /* CSV_ENOMEM */ : __real_csv_error(parser);
}

/** What happens when the table is read: nothing, or once. */
static void (*before_read)(void);
static int read_error;

ssize_t __real_read(int fd, void *bytes, size_t most);
ssize_t __wrap_read(int fd, void *bytes, size_t most);
ssize_t __wrap_read(int fd, void *bytes, size_t most)
{
    if (before_read)
        before_read();
    before_read = NULL;
    errno = read_error;
    read_error = 0;
    return errno ? -1 : __real_read(fd, bytes, most);
}

static int fstats_left = NEVER;

int __real_fstat(int fd, struct stat *ret_found);
int __wrap_fstat(int fd, struct stat *ret_found);
int __wrap_fstat(int fd, struct stat *ret_found)
{
    errno = EIO;
    return fstats_left-- == 0 ? -1 : __real_fstat(fd, ret_found);
}

/* ---- the table, and the clock ---- */

static char directory[SCRATCH_MAX];
static char file[128]; /* the table */
static const struct clock_source *machine;
static int64_t now_ms, steady_offset_ms;

static int64_t wall_ms(void)
{
    return now_ms;
}

static int64_t steady_ms(void)
{
    return machine->steady_ms() + steady_offset_ms;
}

static const struct clock_source own_clock = {wall_ms, steady_ms};

static void write_bytes(const char *bytes, size_t length)
{
    FILE *stream = fopen(file, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, length, stream), length);
    assert_int_equal(fclose(stream), 0);
}

static void write_table(const char *text)
{
    write_bytes(text, strlen(text));
}

/** Now is so long after the table's last change. */
static void be_later(int64_t ms)
{
    struct stat found;
    assert_int_equal(stat(file, &found), 0);
    now_ms = found.st_ctim.tv_sec * 1000 + found.st_ctim.tv_nsec / 1000000 + ms;
}

/** For longer than a tick of the file system's clock. */
static void let_time_pass(void)
{
    usleep(20000);
}

static int set_up(void **state)
{
    *state = tables_new();
    now_ms = machine->wall_ms() + 3600000;
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    tables_free(*state);
    unlink(file);
    rmdir(file);
    return 0;
}

static enum table_answer lookup(
    struct tables *tables, const char *key, char **ret_values, char **ret_why)
{
    struct str why = STR_INIT(100000);
    struct json *values = json_object();
    enum table_answer answer =
        tables_lookup(tables, &(struct table_ask){.file = file}, key, values, &why);
    if ((answer == TABLE_FOUND) != (why.length == 0))
        fail_msg("%d: why is \"%s\"", answer, str_text(&why));
    *ret_values = json_print(values);
    *ret_why = str_take(&why);
    json_free(values);
    return answer;
}

/** Look up, and compare the answer; `text` is in the values of a row, or in the complaint. */
static void expect(
    struct tables *tables, const char *key, enum table_answer answer, const char *text)
{
    char *values = NULL, *why = NULL;
    enum table_answer got = lookup(tables, key, &values, &why);
    if (got != answer || !strstr(got == TABLE_FOUND ? values : why, text))
        fail_msg("%s: %d, %s, %s", key, got, values, why);
    free(values);
    free(why);
}

/* ---- what is found ---- */

#define MARK "\xEF\xBB\xBF"
#define HEAD "key,lead_id\n"
#define NBSP "\xC2\xA0"
#define ROW1 "{\"row.key\":\"1\",\"row.lead_id\":\"lead_1\"}"

static const struct {
    const char *text, *key, *values; /* NULL: no such key */
} good[] = {
    {HEAD "1,lead_1\n", "1", ROW1},
    {HEAD "1,lead_1", "1", ROW1},
    {HEAD "1,lead_1\n", "2", NULL},
    {HEAD "1,lead_1\n", "", NULL},
    {HEAD "1,lead_1\n", "\t1 ", ROW1},
    {HEAD, "1", NULL},
    {"key,lead_id", "key", NULL},
    {MARK HEAD "1,lead_1\n", "1", ROW1},
    {"key,lead_id\r\n1,lead_1\r\n", "1", ROW1},
    {"key,lead_id\r1,lead_1\r", "1", ROW1},
    {"\n\r\n  \n,,\n" HEAD "\n\n ,\n\"\",\" \"\n1,lead_1\n\n,\n", "1", ROW1},
    {"key;lead_id\n1;lead_1\n", "1", ROW1},
    {"key\tlead_id\n1\tlead_1\n", "1", ROW1},
    {"key;lead_id;x\ty\n1;lead_1\n", "1",
        "{\"row.key\":\"1\",\"row.lead_id\":\"lead_1\",\"row.x\\ty\":\"\"}"},
    {"key\tlead_id\tx;y\n1\tlead_1\n", "1",
        "{\"row.key\":\"1\",\"row.lead_id\":\"lead_1\",\"row.x;y\":\"\"}"},
    {"\"a;b\"\tkey\tlead_id\n\t1\tlead_1\n", "1",
        "{\"row.a;b\":\"\",\"row.key\":\"1\",\"row.lead_id\":\"lead_1\"}"},
    {"\"key\";\"lead_id\";\"a,b\"\n1;lead_1;\"x;y\"\n", "1",
        "{\"row.key\":\"1\",\"row.lead_id\":\"lead_1\",\"row.a,b\":\"x;y\"}"},
    {"key,lead_id,a;b\tc\n1,lead_1,\n", "1",
        "{\"row.key\":\"1\",\"row.lead_id\":\"lead_1\",\"row.a;b\\tc\":\"\"}"},
    {"key\tlead_id\tcity\tzip\n1\t\t\t9\n", "1",
        "{\"row.key\":\"1\",\"row.lead_id\":\"\",\"row.city\":\"\",\"row.zip\":\"9\"}"},
    {"contact_id,city,key\ncont_1,K\xC3\xB6ln,1\n", "1",
        "{\"row.contact_id\":\"cont_1\",\"row.city\":\"K\xC3\xB6ln\",\"row.key\":\"1\"}"},
    {" key , \" lead_id\" \n 1 , \"  lead_1 \"\n", "1", ROW1},
    {"key,lead_id,,\n1,lead_1,,\n", "1", ROW1},
    {"key,,lead_id,\n1,,lead_1,,,,\n", "1", ROW1},
    {"key,lead_id,city,zip\n1,lead_1\n", "1",
        "{\"row.key\":\"1\",\"row.lead_id\":\"lead_1\",\"row.city\":\"\",\"row.zip\":\"\"}"},
    {"lead_id,key,x\n,1\n", "1", "{\"row.lead_id\":\"\",\"row.key\":\"1\",\"row.x\":\"\"}"},
    {"lead_id,key\n\"a \"\"b\"\", c\",\"1\"\n", "1",
        "{\"row.lead_id\":\"a \\\"b\\\", c\",\"row.key\":\"1\"}"},
    {HEAD "1,\"two\r\nlines\"\n", "1", "{\"row.key\":\"1\",\"row.lead_id\":\"two\\r\\nlines\"}"},
    {HEAD "01,a\n1,lead_1\n1.0,b\n", "1", ROW1},
    {HEAD "K\xC3\x84,a\nk\xC3\xA4,b\nk,c\n", "k\xC3\xA4",
        "{\"row.key\":\"k\xC3\xA4\",\"row.lead_id\":\"b\"}"},
    {HEAD "Key,a\nKEY,b\n", "key", NULL},
    {"key,lead_id,Key,key \xC3\xBC\n1,lead_1,x,y\n", "1",
        "{\"row.key\":\"1\",\"row.lead_id\":\"lead_1\",\"row.Key\":\"x\",\"row.key \xC3\xBC\":"
        "\"y\"}"},
    {HEAD "9,i\n3,c\n7,g\n1,lead_1\n5,e\n", "1", ROW1},
    /* what other programs write: shared inputs of an office */
    {"sep=;\r\nkey;lead_id;contact_id\r\n1;lead_1;cont_1\r\n", "1",
        "{\"row.key\":\"1\",\"row.lead_id\":\"lead_1\",\"row.contact_id\":\"cont_1\"}"},
    {"\"SEP=|\"\nkey|lead_id\n1|lead_1\n", "1", ROW1},
    {MARK "sep=\t\nkey\tlead_id\n1\tlead_1\n", "1", ROW1},
    {MARK "key;lead_id;\"x\";Name, Vorname\r\n1;lead_1;;Muster, Erika\r\n", "1",
        "{\"row.key\":\"1\",\"row.lead_id\":\"lead_1\",\"row.x\":\"\",\"row.Name, Vorname\":"
        "\"Muster, Erika\"}"},
    {"key\tlead_id\ta,b;c\n1\tlead_1\n", "1",
        "{\"row.key\":\"1\",\"row.lead_id\":\"lead_1\",\"row.a,b;c\":\"\"}"},
    {"\n;\n\"key\"; lead_id ;a,b,c\n1;lead_1\n", "1",
        "{\"row.key\":\"1\",\"row.lead_id\":\"lead_1\",\"row.a,b,c\":\"\"}"},
    {"key,lead_id\r\n1,lead_1\r\n\x1A", "1", ROW1},
    {"key,lead_id\r\n1,lead_1\x1A", "1", ROW1},
    {"key" NBSP ",\xE2\x80\x8Flead_id\n\xE2\x80\xAF"
     "1" NBSP ",lead_1" NBSP "\n",
        "1", ROW1},
    {HEAD "1,lead_1\n",
        NBSP "\xEF\xBB\xBF"
             "1\xE3\x80\x80",
        ROW1},
    {"key;lead_id\r\n=\"01\";lead_1\r\n", "01", "{\"row.key\":\"01\",\"row.lead_id\":\"lead_1\"}"},
    {"key;lead_id\r\n\"=\"\"01\"\"\";lead_1\r\n", "01",
        "{\"row.key\":\"01\",\"row.lead_id\":\"lead_1\"}"},
    {"=\"key\",=\"lead_id\"\n =\"1\", =\"lead_1\"\n", "1", ROW1},
    {HEAD "1,\"a\n=\"\"b\"\"\"\n", "1", "{\"row.key\":\"1\",\"row.lead_id\":\"a\\n=\\\"b\\\"\"}"},
    {HEAD "1,=1+1\n", "1", "{\"row.key\":\"1\",\"row.lead_id\":\"=1+1\"}"},
    /* except for the normal form, the case of letters and the kind of spaces */
    {HEAD "Müller,lead_1\n", "Mu\xCC\x88ller",
        "{\"row.key\":\"Müller\",\"row.lead_id\":\"lead_1\"}"},
    {HEAD "Mu\xCC\x88ller,lead_1\n", "MÜLLER",
        "{\"row.key\":\"Mu\xCC\x88ller\",\"row.lead_id\":\"lead_1\"}"},
    {HEAD "a\xC2\xA0"
          "b,lead_1\n",
        "a b",
        "{\"row.key\":\"a\xC2\xA0"
        "b\",\"row.lead_id\":\"lead_1\"}"},
    {HEAD "A,x\na,y\nMÜLLER,z\nMüller,lead_1\n", "Mu\xCC\x88ller",
        "{\"row.key\":\"Müller\",\"row.lead_id\":\"lead_1\"}"},
    {HEAD "A,x\nA\xC2\xA0"
          "B,y\n",
        "a", "{\"row.key\":\"A\",\"row.lead_id\":\"x\"}"},
    {HEAD "Weiß,lead_1\n", "Weiss", NULL},
    {HEAD "a b,lead_1\n", "a b", "{\"row.key\":\"a b\",\"row.lead_id\":\"lead_1\"}"},
};

static void finds_the_row_of_a_key(void **state)
{
    for (size_t i = 0; i < COUNT(good); i++) {
        char *values = NULL, *why = NULL;
        write_table(good[i].text);
        enum table_answer answer = lookup(*state, good[i].key, &values, &why);
        if (answer != (good[i].values ? TABLE_FOUND : TABLE_NO_SUCH_KEY) ||
            strcmp(values, good[i].values ? good[i].values : "{}") != 0)
            fail_msg("%s: %d, %s, %s", good[i].text, answer, values, why);
        free(values);
        free(why);
        unlink(file);
        let_time_pass();
    }
}

static void takes_no_row_where_several_keys_are_alike(void **state)
{
    write_table(HEAD "Müller,a\nx,b\nMÜLLER,c\n");
    expect(*state, "müller", TABLE_NO_SUCH_KEY, ", but several like it, as in lines ");
}

static void says_which_key_is_not_there(void **state)
{
    struct str expected = STR_INIT(1000);
    write_table(HEAD "1,lead_1\n");
    str_printf(&expected,
        "\"47\\x0A11\" is not in the list %s; what to do: compare \"47\\x0A11\" with the "
        "document; if it is wrong, rename the file so that it has the right one; if it is right, "
        "ask the "
        "administrator to add it to the list",
        file);
    expect(*state, " 47\n11 ", TABLE_NO_SUCH_KEY, str_text(&expected));
    struct str tails = STR_INIT(100); /* a key need not be UTF-8 */
    while (tails.length < 90)
        str_add(&tails, "\x80");
    expect(*state, str_text(&tails), TABLE_NO_SUCH_KEY, "\"\\x80\\x80");
    str_release(&tails);
    str_release(&expected);
}

/* ---- what is asked ---- */

#define EXPORT                                                                                     \
    "Kundennr.;E-Mail;Name, Vorname;Ort\n4711;eva@x.de;Muster, Eva;Ulm\n4712;;Ohne, Udo;\n"

static const struct {
    const char *text, *column, *columns;
    bool is_for_values;
    const char *key;
    enum table_answer answer;
    const char *values_or_why;
} asks[] = {
    /* a column of one's own, as an export has it */
    {EXPORT, "Kundennr.", "[\"E-Mail\"]", true, "4711", TABLE_FOUND, "\"row.E-Mail\":\"eva@x.de\""},
    {EXPORT, "Kundennr.", "[\"E-Mail\"]", true, "4712", TABLE_FOUND, "\"row.E-Mail\":\"\""},
    {EXPORT, "Kundennr.", "[]", true, "4711", TABLE_FOUND, "\"row.Kundennr.\":\"4711\""},
    {EXPORT, "Name, Vorname", "[]", true, "MUSTER, EVA", TABLE_FOUND, "\"row.Ort\":\"Ulm\""},
    {EXPORT, "Kundennr.", "[]", true, "4713", TABLE_NO_SUCH_KEY,
        "/table.csv, column \"Kundennr.\"; what to do: compare \"4713\" with the document; "},
    {"key,Nr,lead_id\n1,2,lead_1\n2,1,lead_2\n", "Nr", "[]", false, "2", TABLE_FOUND, "lead_1"},

    /* in any spelling, and in that of who asks */
    {"Ku\xCC\x88rzel" NBSP " Nr.,lead_id\n1,lead_1\n", "KÜRZEL NR.", "[\"kürzel nr.\"]", false, "1",
        TABLE_FOUND, "\"row.kürzel nr.\":\"1\""},
    {"\"Kunden-\nnummer\",lead_id\n1,lead_1\n", "Kunden- nummer", "[]", false, "1", TABLE_FOUND,
        "lead_1"},
    {EXPORT, "Kundennr.", "[\"E-MAIL\",\"e-mail\"]", true, "4711", TABLE_FOUND,
        "\"row.E-MAIL\":\"eva@x.de\",\"row.e-mail\":\"eva@x.de\""},
    {"Key;Lead_ID\n1;lead_1\n", NULL, "[]", false, "1", TABLE_FOUND, "\"row.lead_id\":\"lead_1\""},
    {"NR,nr,lead_id\n1,2,lead_1\n", "nr", "[]", false, "2", TABLE_FOUND, "lead_1"},
    {"key,lead_id,Weiß\n1,lead_1,a\n", NULL, "[\"Weiss\"]", false, "1", TABLE_UNUSABLE,
        "has no column \"Weiss\"; there are only \"key\", \"lead_id\", \"Weiß\""},

    /* the name must be that of one column, where it is used */
    {"Nr,NR,lead_id\n1,2,lead_1\n", "nr", "[]", false, "1", TABLE_UNUSABLE,
        "line 1: two columns are named \"nr\""},
    {EXPORT, "Kundennummer", "[]", true, "4711", TABLE_UNUSABLE,
        "line 1: no column is named \"Kundennummer\"; there are only \"Kundennr.\", \"E-Mail\", "},
    {"key,lead_id,Ort,Ort\n1,lead_1,a,b\n", NULL, "[]", false, "1", TABLE_FOUND, "lead_1"},
    {"key,lead_id,Ort,Ort\n1,lead_1,a,b\n", NULL, "[\"Ort\"]", false, "1", TABLE_UNUSABLE,
        "has two columns \"Ort\"; what to do: give one of them another name"},
    {"key,lead_id,Ort,ORT\n1,lead_1,a,b\n", NULL, "[\"ort\"]", false, "1", TABLE_UNUSABLE,
        "has two columns \"ort\""},
    {"key,lead_id,Ort,ORT\n1,lead_1,a,b\n", NULL, "[\"ORT\"]", false, "1", TABLE_FOUND,
        "\"row.ORT\":\"b\""},
    {"key,Lead_Id,LEAD_ID\n1,lead_1,lead_2\n", NULL, "[]", false, "1", TABLE_UNUSABLE,
        "has two columns \"lead_id\""},

    /* a table that only gives values */
    {"key\n1\n", NULL, "[]", false, "1", TABLE_UNUSABLE,
        "has no column \"lead_id\" or \"contact_id\"; there are only \"key\""},
    {"key\n1\n", NULL, "[]", true, "1", TABLE_FOUND, "\"row.key\":\"1\""},
    {"Name, Vorname;Nr\tx\n", "Nr\tx", "[]", true, "1", TABLE_NO_SUCH_KEY, "is not in the list"},

    /* its keys are like any others */
    {EXPORT "4711;;;\n", "Kundennr.", "[]", true, "4711", TABLE_UNUSABLE,
        "line 4: the key \"4711\" is already in line 2"},
    {EXPORT ";a@b.c;;\n", "Kundennr.", "[]", true, "4711", TABLE_UNUSABLE,
        "line 4: the row has values but no key: nothing is in the column \"Kundennr.\""},
};

static void answers_what_it_is_asked(void **state)
{
    for (size_t i = 0; i < COUNT(asks); i++) {
        struct json *columns = json_parse(asks[i].columns, strlen(asks[i].columns));
        struct json *values = json_object();
        struct str why = STR_INIT(1000);
        const struct table_ask ask = {.file = file,
            .column = asks[i].column,
            .columns = columns,
            .is_for_values = asks[i].is_for_values};
        write_table(asks[i].text);
        enum table_answer answer = tables_lookup(*state, &ask, asks[i].key, values, &why);
        char *text = json_print(values);
        if (answer != asks[i].answer ||
            !strstr(answer == TABLE_FOUND ? text : str_text(&why), asks[i].values_or_why))
            fail_msg("%zu: %d, %s, %s", i, answer, text, str_text(&why));
        free(text);
        json_free(values);
        json_free(columns);
        str_release(&why);
        unlink(file);
        let_time_pass();
    }
}

/* one file, and two rules with a key of their own */
static void looks_into_each_column_that_is_asked(void **state)
{
    struct str why = STR_INIT(1000);
    write_table("key,Nr,lead_id\n1,2,lead_1\n2,1,lead_2\n");
    for (int again = 0; again < 2; again++) {
        struct json *values = json_object();
        const struct table_ask ask = {.file = file, .column = "Nr"};
        assert_int_equal(tables_lookup(*state, &ask, "1", values, &why), TABLE_FOUND);
        assert_string_equal(json_get_text(values, "row.lead_id"), "lead_2");
        json_free(values);
        expect(*state, "1", TABLE_FOUND, "lead_1");
    }
    str_release(&why);
}

/* ---- mistakes ---- */

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

static const struct {
    const char *text;
    int line;
    const char *why;
} wrong[] = {
    {"", 1, "the table is empty; its first row must name the columns"},
    {MARK, 1, "the table is empty"},
    {"sep=;", 1, "the table is empty"},
    {"\x1A", 1, "the table is empty"},
    {"\n\n , \n", 1, "the table is empty"},
    {"lead_id,x\na,b\n", 1, "no column is named \"key\"; there are only \"lead_id\", \"x\""},
    {"\n\nKey:,lead_id\n1,a\n", 3,
        "no column is named \"key\"; there are only \"Key:\", \"lead_id\""},
    {",,x,\n", 1, "no column is named \"key\"; there are only \"x\""},
    {"a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w\n", 1, "\"s\", \"t\", ..."},
    {"key,lead_id,key\n", 1, "two columns are named \"key\""},
    {"\nKEY,lead_id,Key\n", 2, "two columns are named \"key\""},
    {HEAD "1,a\n2,b,c\n", 3, "value 3, \"c\", is in a column that has no name in the first row"},
    {"key,,lead_id\n1,b,a\n", 2, "value 2, \"b\", is in a column"},
    {HEAD "1,a,,,,x\x1B\n", 2, "value 6, \"x\\x1B\", is in a column"},
    {HEAD "1,a,," SIXTY "\n", 2, "\"" SIXTY "\""},
    {HEAD "1,a,," SIXTY "\xC3\xA4\n", 2, "\"" SIXTY "...\""},
    {HEAD "1,a,,x" SIXTY "\n", 2, "\"x" TEN TEN TEN TEN TEN "abcdefghi...\""},
    {HEAD "1,a,," TEN TEN TEN TEN TEN "abcdefgh\xE2\x82\xAC.\n", 2, "cdefgh...\""},
    {HEAD ",a\n", 2, "the row has values but no key: nothing is in the column \"key\""},
    {"lead_id,key\na\n", 2, "the row has values but no key"},
    {"lead_id,key\na,\" \"\n", 2, "the row has values but no key"},
    {HEAD "1,a\n2,b\n\n1,c\n", 5, "the key \"1\" is already in line 2; each key may"},
    {HEAD "1,a\n 1 ,a\n", 3, "the key \"1\" is already in line 2"},
    {HEAD "2,a\n1,a\n3,a\n1,a\n2,a\n3,a\n1,b\n", 5, "the key \"1\" is already in line 3"},
    {HEAD "1,a\n2,b\n2,b\n1,a\n", 4, "the key \"2\" is already in line 3"},
    {HEAD "1,\"a\nb\"\n2,c\n1,d\n", 5, "the key \"1\" is already in line 2"},
    {"key,lead_id\r\n1,\"a\r\nb\"\r\n2,c\r\n1,d\r\n", 5, "the key \"1\" is already in line 2"},
    {"key,lead_id\r1,\"a\rb\"\r2,c\r1,d\r", 5, "the key \"1\" is already in line 2"},
    {HEAD "1,a\"b\n", 2, "a quote in the middle of a value"},
    {HEAD "1,\"a\"b\n", 2, "a quote in the middle of a value"},
    {HEAD "1,\"a\" \"b\"\n", 2, "the quotes inside it doubled: \"6\"\" pipe\""},
    {HEAD "1,\"a\n\nb\"c\n", 4, "a quote in the middle of a value"},
    {HEAD "1,a\n2,\"b\n3,c\n", 3, "unterminated quote in this row"},
    {"\"key,lead_id\n1,a\n", 1, "unterminated quote in this row"},
    {HEAD "1,\"a", 2, "unterminated quote in this row"},
    {HEAD "1,K\xF6ln\n", 2, "this is not UTF-8; what to do: save it as \"CSV UTF-8\""},
    {HEAD "1,\"a\nb\"\n2,\xED\xA0\x80\n", 4, "this is not UTF-8"},
    {"\xFF\xFEk\n", 1, "no column is named \"key\""}, /* one character of UTF-16 */
    {"sep=;\nkey,lead_id\n1,a\n", 2, "no column is named \"key\""},
    {"\"sep=;\"\nkey;lead_id\n1;a\"b\n", 3, "a quote in the middle"},
    {"sep=\"\n1,a\n", 1, "a quote in the middle"},
    {"sep=x\n1,a\n", 1, "no column is named \"key\""},
    {"Key:;x;Name, Vorname\n1;a;b\n", 1, "there are only \"Key:\", \"x\", \"Name, Vorname\""},
    {HEAD "1,=\"a\"b\n", 2, "a quote in the middle"},
    {HEAD "1,a\x1A\"b\n", 2, "a quote in the middle"},
    {HEAD "1,M\xFCller\n", 2,
        "state its encoding in the rule's table, e.g. encoding = \"windows-1252\";"},
    {"\xFFkey,lead_id\n", 1, "this is not UTF-8"},
    {HEAD "1,a\r\n2,b\r3,\xC3", 4, "this is not UTF-8"},
};

static void says_what_is_wrong_and_where(void **state)
{
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct str place = STR_INIT(1000);
        char *values = NULL, *why = NULL;
        write_table(wrong[i].text);
        str_printf(&place, "%s, line %d: ", file, wrong[i].line);
        enum table_answer answer = lookup(*state, "1", &values, &why);
        if (answer != TABLE_UNUSABLE || !str_starts_with(why, str_text(&place)) ||
            !strstr(why, wrong[i].why) || strstr(why, "memory") || strcmp(values, "{}") != 0)
            fail_msg("%s: %d, %s, %s", wrong[i].text, answer, values, why);
        free(values);
        free(why);
        str_release(&place);
        unlink(file);
        let_time_pass();
    }
}

static void refuses_nul_bytes(void **state)
{
    static const char utf16[] = "k\0e\0y\0,\0";
    static const char nul[] = HEAD "1,a\0b\n";
    write_bytes(utf16, sizeof(utf16) - 1);
    expect(*state, "1", TABLE_UNUSABLE, "line 1: this is not UTF-8");
    let_time_pass();
    write_bytes(nul, sizeof(nul) - 1);
    expect(*state, "1", TABLE_UNUSABLE, "line 2: this is not UTF-8");
}

static void says_why_a_file_cannot_be_read(void **state)
{
    expect(*state, "1", TABLE_UNUSABLE, "/table.csv cannot be read: No such file or directory");
    assert_int_equal(mkdir(file, 0700), 0);
    expect(*state, "1", TABLE_UNUSABLE, "/table.csv is not a regular file");
    assert_int_equal(rmdir(file), 0);
    assert_int_equal(mkfifo(file, 0600), 0);
    expect(*state, "1", TABLE_UNUSABLE, "/table.csv is not a regular file");
    assert_int_equal(unlink(file), 0);
    write_table("");
    assert_int_equal(truncate(file, (64 << 20) + 1), 0);
    expect(*state, "1", TABLE_UNUSABLE, "/table.csv is larger than 64 MB");
    assert_int_equal(truncate(file, 64 << 20), 0);
    expect(*state, "1", TABLE_UNUSABLE, "line 1: this is not UTF-8");
    write_table(HEAD);
    if (geteuid() == 0)
        return;
    chmod(file, 0);
    expect(*state, "1", TABLE_UNUSABLE, "/table.csv cannot be read: Permission denied");
}

static void says_that_a_file_could_not_be_read(void **state)
{
    write_table(HEAD "1,a\n");
    read_error = EIO;
    expect(*state, "1", TABLE_UNUSABLE, "/table.csv cannot be read: Input/output error");
    read_error = EINTR; /* and it is tried again each time */
    expect(*state, "1", TABLE_FOUND, "\"a\"");
    tables_free(*state);
    *state = tables_new();
    fstats_left = 0;
    expect(*state, "1", TABLE_UNUSABLE, "/table.csv cannot be read: Input/output error");
    fstats_left = 1; /* behind the reading: it cannot be trusted */
    expect(*state, "1", TABLE_CHANGING, "changed a moment ago");
    read_error = ENOMEM;
    expect(*state, "1", TABLE_CHANGING, "out of memory");
    expect(*state, "1", TABLE_FOUND, "\"a\"");
}

static void takes_no_more_columns_than_it_says(void **state)
{
    struct str text = STR_INIT(10000);
    str_add(&text, "key,lead_id");
    for (int i = 3; i <= 200; i++)
        str_printf(&text, ",c%d", i);
    str_add(&text, ",,,\n1,lead_1\n");
    write_table(str_text(&text));
    expect(*state, "1", TABLE_FOUND, "\"row.c200\":\"\"");
    let_time_pass();
    text.length -= strlen(",,\n1,lead_1\n");
    str_add(&text, "x\n");
    write_table(str_text(&text));
    expect(*state, "1", TABLE_UNUSABLE, "line 1: there are more than 200 columns");
    str_release(&text);
}

static void takes_no_longer_row_than_it_says(void **state)
{
    struct str text = STR_INIT(200000);
    str_add(&text, HEAD "1,\"\n");
    while (text.length < strlen(HEAD) + 65536 - 2)
        str_add_char(&text, 'x');
    str_add(&text, "\"\n2,b\n");
    write_table(str_text(&text));
    expect(*state, "2", TABLE_FOUND, "\"b\"");
    text.length -= strlen("\"\n2,b\n");
    str_add(&text, "x\"\n2,b\n");
    let_time_pass();
    write_table(str_text(&text));
    expect(
        *state, "2", TABLE_UNUSABLE, "line 2: this row is longer than 64 KB; perhaps it contains");
    str_release(&text);
}

static void takes_no_more_rows_than_it_says(void **state)
{
    struct str text = STR_INIT(20 << 20);
    str_add(&text, HEAD);
    for (int i = 1; i <= 1000000; i++)
        str_printf(&text, "%d\n", i);
    write_table(str_text(&text));
    expect(*state, "999999", TABLE_FOUND, "\"999999\"");
    let_time_pass();
    str_add(&text, "x\n");
    write_table(str_text(&text));
    expect(*state, "1", TABLE_UNUSABLE, "line 1000002: there are more than 1000000 rows");
    str_release(&text);
}

/* A search through all rows for each would run into the time limit of the tests. */
static void finds_many_of_many_rows(void **state)
{
    struct str text = STR_INIT(20 << 20), key = STR_INIT(100);
    str_add(&text, HEAD);
    for (int i = 0; i < 100000; i++)
        str_printf(&text, "%d,lead_%d\n", i * 7919 % 100000, i);
    write_table(str_text(&text));
    for (int i = 0; i < 10000; i++) {
        struct json *values = json_object();
        str_clear(&key);
        str_printf(&key, "%d", i * 10);
        assert_int_equal(
            tables_lookup(*state, &(struct table_ask){.file = file}, str_text(&key), values, &text),
            TABLE_FOUND);
        assert_string_equal(json_get_text(values, "row.key"), str_text(&key));
        json_free(values);
    }
    str_release(&text);
    str_release(&key);
}

/* ---- changes ---- */

static void reads_a_changed_file_again(void **state)
{
    write_table(HEAD "1,lead_1\n");
    expect(*state, "1", TABLE_FOUND, "lead_1");
    struct stat before;
    stat(file, &before);
    let_time_pass();
    write_table(HEAD "1,lead_2\n"); /* as long, as old, in the same place */
    const struct timespec times[] = {before.st_atim, before.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
    expect(*state, "1", TABLE_FOUND, "lead_2");
    expect(*state, "1", TABLE_FOUND, "lead_2");
    assert_int_equal(utimensat(AT_FDCWD, file, (struct timespec[2]){{1, 0}, {1, 0}}, 0), 0);
    expect(*state, "1", TABLE_FOUND, "lead_2");
    write_table(HEAD "1,lead_33\n"); /* longer */
    expect(*state, "1", TABLE_FOUND, "lead_33");
    char *other = str_format("%s.new", file);
    assert_int_equal(rename(file, other), 0);
    write_table(HEAD "1,lead_44\n"); /* another file */
    expect(*state, "1", TABLE_FOUND, "lead_44");
    assert_int_equal(rename(other, file), 0);
    expect(*state, "1", TABLE_FOUND, "lead_33");
    free(other);
}

static void drops_what_it_knew_when_a_change_is_a_mistake(void **state)
{
    write_table(HEAD "1,lead_1\n");
    expect(*state, "1", TABLE_FOUND, "lead_1");
    write_table(HEAD "1,lead_1\n1,lead_2\n");
    expect(*state, "1", TABLE_UNUSABLE, "line 3: the key");
    expect(*state, "1", TABLE_UNUSABLE, "line 3: the key"); /* told each time */
    unlink(file);
    expect(*state, "1", TABLE_UNUSABLE, "No such file");
    expect(*state, "1", TABLE_UNUSABLE, "No such file");
    write_table(HEAD "1,lead_1\n");
    expect(*state, "1", TABLE_FOUND, "lead_1");
}

static void reads_an_unchanged_file_once(void **state)
{
    write_table(HEAD "1,lead_1\n");
    expect(*state, "1", TABLE_FOUND, "lead_1");
    read_error = EIO; /* for whoever reads next */
    expect(*state, "1", TABLE_FOUND, "lead_1");
    let_time_pass();
    write_table(HEAD "x\n");
    read_error = 0;
    expect(*state, "1", TABLE_NO_SUCH_KEY, "is not in the list");
    let_time_pass();
    write_table("x");
    expect(*state, "1", TABLE_UNUSABLE, "no column");
    read_error = EIO;
    expect(*state, "1", TABLE_UNUSABLE, "no column");
    read_error = 0;
}

static const struct {
    int64_t age_ms;
    enum table_answer answer;
} ages[] = {
    {0, TABLE_CHANGING},
    {1999, TABLE_CHANGING},
    {2000, TABLE_FOUND},
    {3600000, TABLE_FOUND},
    {-2000, TABLE_CHANGING}, /* the file server's clock is a little ahead */
    {-2001, TABLE_FOUND},    /* a clock was set back */
    {-3600000, TABLE_FOUND},
    {-4000000000000000000, TABLE_FOUND},
    {4000000000000000000, TABLE_FOUND},
};

static void waits_until_a_changed_file_is_no_longer_young(void **state)
{
    for (size_t i = 0; i < COUNT(ages); i++) {
        write_table(HEAD "1,lead_1\n");
        be_later(ages[i].age_ms);
        expect(*state, "1", ages[i].answer,
            ages[i].answer == TABLE_FOUND ? "lead_1"
                                          : "/table.csv changed a moment ago and may not be");
        let_time_pass();
    }
}

static void tells_a_young_mistake_later(void **state)
{
    write_table(HEAD "1,lead_1\n");
    expect(*state, "1", TABLE_FOUND, "lead_1");
    be_later(0);
    expect(*state, "1", TABLE_FOUND, "lead_1"); /* unchanged, and so of no age */
    write_table(HEAD "1,\"le");
    be_later(0);
    expect(*state, "1", TABLE_CHANGING, "changed a moment ago");
    be_later(3000);
    expect(*state, "1", TABLE_UNUSABLE, "line 2: unterminated quote");
    be_later(0);
    expect(*state, "1", TABLE_UNUSABLE, "line 2: unterminated quote");
}

static void append_a_row(void)
{
    FILE *stream = fopen(file, "a");
    assert_non_null(stream);
    fputs("2,lead_2\n", stream);
    fclose(stream);
}

static void cut_it_short(void)
{
    assert_int_equal(truncate(file, strlen(HEAD) + 1), 0);
}

static void does_not_trust_what_changed_while_it_was_read(void **state)
{
    write_table(HEAD "1,lead_1\n");
    before_read = append_a_row;
    expect(*state, "1", TABLE_CHANGING, "changed a moment ago");
    expect(*state, "2", TABLE_FOUND, "lead_2");
    let_time_pass();
    write_table(HEAD "1,lead_1\n");
    before_read = cut_it_short;
    expect(*state, "1", TABLE_CHANGING, "changed a moment ago");
    expect(*state, "1", TABLE_FOUND, "\"row.lead_id\":\"\"");
}

static void waits_for_whoever_holds_a_lease_to_write(void **state)
{
    write_table(HEAD "1,lead_1\n");
    int fd = open(file, O_RDWR | O_CLOEXEC);
    signal(SIGIO, SIG_IGN);
    if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0) {
        close(fd);
        skip();
    }
    struct str why = STR_INIT(1000);
    expect(*state, "1", TABLE_CHANGING, "changed a moment ago");
    assert_int_equal(tables_check(*state, &(struct table_ask){.file = file}, &why), -EINVAL);
    assert_non_null(strstr(str_text(&why), "is being written by another program; retry later"));
    close(fd);
    expect(*state, "1", TABLE_FOUND, "lead_1");
    str_release(&why);
}

/* ---- encodings ---- */

static const struct {
    const char *encoding, *bytes;
    size_t length;
    enum table_answer answer;
    const char *text;
} encodings[] = {
#define ROWS(text) text, sizeof(text) - 1
#define WIDE(mark)                                                                                 \
    ROWS(mark "k\0e\0y\0,\0l\0e\0a\0d\0_\0i\0d\0\n\0"                                              \
              "1\0,\0M\0\xFC\0\n\0")
    {NULL, ROWS(HEAD "1,M\xFC\n"), TABLE_UNUSABLE, "line 2: this is not UTF-8"},
    {"windows-1252", ROWS(HEAD "1,M\xFC\x80\n"), TABLE_FOUND, "M\xC3\xBC\xE2\x82\xAC\"}"},
    {"windows-1252", ROWS(MARK HEAD "1,M\xC3\xBC\n"), TABLE_FOUND, "M\xC3\xBC\"}"},
    {"windows-1252", ROWS(HEAD "\n1,\x81\n"), TABLE_UNUSABLE,
        "line 3: this is not windows-1252 text; what to do: correct the setting encoding"},
    {"CP850", ROWS(HEAD "1,M\x81\n"), TABLE_FOUND, "M\xC3\xBC\"}"},
    {"UTF-16LE", WIDE(""), TABLE_FOUND, "M\xC3\xBC\"}"},
    {NULL, WIDE("\xFF\xFE"), TABLE_FOUND, "M\xC3\xBC\"}"},
    {"windows-1252", WIDE("\xFF\xFE"), TABLE_FOUND, "M\xC3\xBC\"}"},
    {NULL, ROWS("\xFE\xFF\0k"), TABLE_UNUSABLE, "there are only \"k\""},
    {NULL, ROWS("\xFF\xFEk\0\0\0"), TABLE_UNUSABLE, "line 1: this is not UTF-8"},
};

static void reads_what_is_written_otherwise(void **state)
{
    for (size_t i = 0; i < COUNT(encodings); i++) {
        struct str why = STR_INIT(1000);
        struct json *values = json_object();
        const struct table_ask ask = {.file = file, .encoding = encodings[i].encoding};
        write_bytes(encodings[i].bytes, encodings[i].length);
        enum table_answer answer = tables_lookup(*state, &ask, "1", values, &why);
        char *text = json_print(values);
        if (answer != encodings[i].answer ||
            !strstr(answer == TABLE_FOUND ? text : str_text(&why), encodings[i].text))
            fail_msg("%zu: %d, %s, %s", i, answer, text, str_text(&why));
        free(text);
        json_free(values);
        str_release(&why);
        unlink(file);
        let_time_pass();
    }
}

/* ---- what is not there yet ---- */

#define SETTLE_MS 5000
#define INCOMPLETE_MS 60000

static int64_t waited_ms = INT64_MAX;

static enum table_answer ask_patiently(struct tables *tables, const char *key)
{
    struct str why = STR_INIT(1000);
    struct json *values = json_object();
    const struct table_ask ask = {.file = file,
        .settle_ms = SETTLE_MS,
        .incomplete_ms = INCOMPLETE_MS,
        .waited_ms = waited_ms};
    enum table_answer answer = tables_lookup(tables, &ask, key, values, &why);
    json_free(values);
    str_release(&why);
    return answer;
}

static const struct {
    const char *text, *key;
    int64_t age_ms;
    enum table_answer answer;
} patience[] = {
    {HEAD "1,lead_1\n", "1", SETTLE_MS - 1, TABLE_CHANGING}, /* as a document is quiet */
    {HEAD "1,lead_1\n", "1", SETTLE_MS, TABLE_FOUND},
    {HEAD "1,lead_1\n", "2", SETTLE_MS, TABLE_NO_SUCH_KEY}, /* it looks whole */
    {HEAD "1,le", "1", SETTLE_MS, TABLE_INCOMPLETE},        /* it may grow */
    {HEAD "1,le", "1", INCOMPLETE_MS, TABLE_FOUND},         /* many write no last line end */
    {HEAD "1,lead_1\n2,le", "1", SETTLE_MS, TABLE_FOUND},   /* not the last row */
    {HEAD "1,le", "2", SETTLE_MS, TABLE_INCOMPLETE},        /* cut in a row */
    {HEAD "1,le", "2", INCOMPLETE_MS, TABLE_NO_SUCH_KEY},
    {HEAD "1,\"le\n", "1", INCOMPLETE_MS - 1, TABLE_INCOMPLETE}, /* within quotes */
    {HEAD "1,\"le\n", "1", INCOMPLETE_MS, TABLE_UNUSABLE},
    {"key,le", "1", SETTLE_MS, TABLE_INCOMPLETE}, /* in its head */
    {HEAD, "1", SETTLE_MS, TABLE_INCOMPLETE},     /* behind it */
    {"", "1", SETTLE_MS, TABLE_INCOMPLETE},
    {"", "1", INCOMPLETE_MS, TABLE_UNUSABLE},
    {HEAD "1,K\xC3", "2", SETTLE_MS, TABLE_INCOMPLETE}, /* in a character */
    {HEAD "1,K\xC3\xB6\xF6", "2", SETTLE_MS, TABLE_UNUSABLE},
    {HEAD "1,M\xFCller\n", "1", SETTLE_MS, TABLE_UNUSABLE}, /* more bytes do not fix that */
    {HEAD "1,a\n1,b\n", "1", SETTLE_MS, TABLE_UNUSABLE},
    {"key,lead_id\n1,a\"b\n", "1", SETTLE_MS, TABLE_UNUSABLE},
};

static void waits_for_the_rest_of_a_table(void **state)
{
    for (size_t i = 0; i < COUNT(patience); i++) {
        write_table(patience[i].text);
        be_later(patience[i].age_ms);
        enum table_answer answer = ask_patiently(*state, patience[i].key);
        if (answer != patience[i].answer)
            fail_msg("%zu: %d", i, answer);
        unlink(file);
        let_time_pass();
    }
}

static void waits_for_a_table_that_is_away(void **state)
{
    steady_offset_ms = 0;
    assert_int_equal(ask_patiently(*state, "1"), TABLE_INCOMPLETE);
    steady_offset_ms = INCOMPLETE_MS + 60001;
    assert_int_equal(ask_patiently(*state, "1"), TABLE_INCOMPLETE); /* nobody asked for long */
    steady_offset_ms += INCOMPLETE_MS / 2;
    assert_int_equal(ask_patiently(*state, "1"), TABLE_INCOMPLETE);
    steady_offset_ms += INCOMPLETE_MS / 2;
    assert_int_equal(ask_patiently(*state, "1"), TABLE_UNUSABLE);
    waited_ms = INCOMPLETE_MS - 1; /* whoever has just come waits all the same */
    assert_int_equal(ask_patiently(*state, "1"), TABLE_INCOMPLETE);
    waited_ms = INT64_MAX;
    write_table(HEAD "1,lead_1\n");
    let_time_pass();
    assert_int_equal(ask_patiently(*state, "1"), TABLE_FOUND);
    unlink(file);
    assert_int_equal(ask_patiently(*state, "1"), TABLE_INCOMPLETE);
    steady_offset_ms = 0;
}

static void waits_for_whoever_has_it_open(void **state)
{
    signal(SIGIO, SIG_IGN);
    write_table(HEAD "1,lead_1\n");
    FILE *writer = fopen(file, "a");
    be_later(INCOMPLETE_MS - 1);
    enum table_answer answer = ask_patiently(*state, "1");
    be_later(INCOMPLETE_MS); /* an open but unchanged spreadsheet is not a reason to wait longer */
    enum table_answer later = ask_patiently(*state, "1");
    fclose(writer);
    if (answer == TABLE_FOUND) {
        print_message("there are no leases here\n");
        skip();
    }
    assert_int_equal(answer, TABLE_CHANGING);
    assert_int_equal(later, TABLE_FOUND);
}

/* ---- several tables ---- */

static void keeps_tables_apart(void **state)
{
    char first[128];
    write_table(HEAD "1,lead_1\n");
    expect(*state, "1", TABLE_FOUND, "lead_1");
    memcpy(first, file, sizeof(first));
    strcat(file, ".other");
    write_table(HEAD "1,lead_other\n");
    expect(*state, "1", TABLE_FOUND, "lead_other");
    unlink(file);
    memcpy(file, first, sizeof(file));
    expect(*state, "1", TABLE_FOUND, "lead_1");
}

/* ---- checking ---- */

static const struct {
    const char *text, *columns, *why; /* "": good */
} checks[] = {
    {HEAD, "[]", ""},
    {HEAD, "[\"key\",\"lead_id\"]", ""},
    {"key,lead_id,city\n1,a,b\n", "[\"city\"]", ""},
    {"key,lead_id,city\n1,a,b\n", "[\"city\",\"zip\"]",
        "/table.csv has no column \"zip\"; there are only \"key\", \"lead_id\", \"city\""},
    {"key,,lead_id\n", "[\"\"]", "/table.csv has no column \"\""},
    {"key,leadid\n", "[]",
        "/table.csv has no column \"lead_id\" or \"contact_id\"; there are only \"key\", "
        "\"leadid\""},
    {"key,Lead_ID\n", "[\"LEAD_ID\"]", ""},
    {"key,lead_id,Ort,Ort\n", "[]", ""},
    {"key,lead_id,Ort,Ort\n", "[\"Ort\"]",
        "/table.csv has two columns \"Ort\"; what to do: give one of them another name"},
    {"key,Lead_Id,LEAD_ID\n", "[]", "/table.csv has two columns \"lead_id\""},
    {HEAD "1,a\n1,b\n", "[]", "line 3: the key"},
    {"", "[\"city\"]", "the table is empty"},
};

static void checks_that_all_columns_are_there(void **state)
{
    for (size_t i = 0; i < COUNT(checks); i++) {
        struct json *columns = json_parse(checks[i].columns, strlen(checks[i].columns));
        struct str why = STR_INIT(1000);
        write_table(checks[i].text);
        be_later(0); /* also where it is young */
        const struct table_ask ask = {.file = file, .columns = columns};
        int result = tables_check(*state, &ask, &why);
        if (result != (*checks[i].why ? -EINVAL : 0) || !strstr(str_text(&why), checks[i].why) ||
            (result == 0 && why.length))
            fail_msg("%s: %d, %s", checks[i].text, result, str_text(&why));
        json_free(columns);
        str_release(&why);
    }
    struct str why = STR_INIT(1000);
    unlink(file);
    assert_int_equal(tables_check(*state, &(struct table_ask){.file = file}, &why), -EINVAL);
    assert_non_null(strstr(str_text(&why), "No such file"));
    str_release(&why);
}

static void does_not_trust_what_it_checked_while_it_was_young(void **state)
{
    struct str why = STR_INIT(1000);
    write_table(HEAD "1,lead_1\n");
    be_later(0);
    assert_int_equal(tables_check(*state, &(struct table_ask){.file = file}, &why), 0);
    expect(*state, "1", TABLE_CHANGING, "changed a moment ago");
    assert_int_equal(tables_check(*state, &(struct table_ask){.file = file}, &why), 0);
    be_later(3600000);
    expect(*state, "1", TABLE_FOUND, "lead_1");
    let_time_pass();
    write_table(HEAD "1,lead_1\n");
    before_read = append_a_row;
    assert_int_equal(tables_check(*state, &(struct table_ask){.file = file}, &why), 0);
    expect(*state, "2", TABLE_FOUND, "lead_2");
    str_release(&why);
}

/* ---- no memory ---- */

static void survives_every_failure_of_a_lookup(void **state)
{
    (void)state;
    write_table(HEAD "1,lead_1\n");
    enum table_answer answer = TABLE_UNUSABLE;
    for (int n = 0; answer != TABLE_FOUND; n++) {
        struct tables *tables = tables_new();
        struct json *values = json_object();
        struct str why = STR_INIT(1000);
        str_add(&why, ">");
        calls_left = n;
        answer = tables_lookup(tables, &(struct table_ask){.file = file}, "1", values, &why);
        calls_left = NEVER;
        if (answer == TABLE_CHANGING)
            assert_non_null(strstr(str_text(&why), "out of memory"));
        else
            assert_string_equal(json_get_text(values, "row.lead_id"), "lead_1");
        assert_int_equal(
            tables_lookup(tables, &(struct table_ask){.file = file}, "1", values, &why),
            TABLE_FOUND);
        assert_true(n < 100);
        json_free(values);
        str_release(&why);
        tables_free(tables);
    }
    calls_left = 0;
    assert_null(tables_new());
    calls_left = NEVER;
    tables_free(NULL);
}

static void survives_every_failure_to_check(void **state)
{
    (void)state;
    write_table(HEAD "1,lead_1\n1,lead_2\n");
    for (int n = 0, done = 0; !done; n++) {
        struct tables *tables = tables_new();
        struct str why = STR_INIT(1000);
        str_add(&why, ">");
        calls_left = n;
        assert_int_equal(tables_check(tables, &(struct table_ask){.file = file}, &why), -EINVAL);
        done = calls_left > 0;
        calls_left = NEVER;
        if (done)
            assert_non_null(strstr(str_text(&why), "line 3: the key"));
        assert_true(n < 100);
        str_clear(&why);
        assert_int_equal(tables_check(tables, &(struct table_ask){.file = file}, &why), -EINVAL);
        assert_non_null(strstr(str_text(&why), "line 3: the key"));
        str_release(&why);
        tables_free(tables);
    }
}

static int begin(void **state)
{
    (void)state;
    if (scratch_make(directory) < 0)
        return -1;
    snprintf(file, sizeof(file), "%s/table.csv", directory);
    machine = clock_source;
    clock_source = &own_clock;
    return 0;
}

static int end(void **state)
{
    (void)state;
    clock_source = machine;
    return scratch_remove(directory);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_the_row_of_a_key),
        TEST(says_which_key_is_not_there),
        TEST(takes_no_row_where_several_keys_are_alike),
        TEST(answers_what_it_is_asked),
        TEST(looks_into_each_column_that_is_asked),
        TEST(says_what_is_wrong_and_where),
        TEST(refuses_nul_bytes),
        TEST(says_why_a_file_cannot_be_read),
        TEST(says_that_a_file_could_not_be_read),
        TEST(takes_no_more_columns_than_it_says),
        TEST(takes_no_longer_row_than_it_says),
        TEST(takes_no_more_rows_than_it_says),
        TEST(finds_many_of_many_rows),
        TEST(reads_a_changed_file_again),
        TEST(drops_what_it_knew_when_a_change_is_a_mistake),
        TEST(reads_an_unchanged_file_once),
        TEST(waits_until_a_changed_file_is_no_longer_young),
        TEST(tells_a_young_mistake_later),
        TEST(does_not_trust_what_changed_while_it_was_read),
        TEST(waits_for_whoever_holds_a_lease_to_write),
        TEST(reads_what_is_written_otherwise),
        TEST(waits_for_the_rest_of_a_table),
        TEST(waits_for_a_table_that_is_away),
        TEST(waits_for_whoever_has_it_open),
        TEST(keeps_tables_apart),
        TEST(checks_that_all_columns_are_there),
        TEST(does_not_trust_what_it_checked_while_it_was_young),
        TEST(survives_every_failure_of_a_lookup),
        TEST(survives_every_failure_to_check),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
