/* The multipart reader of the sandbox: every body is fed cut in two at every place, and byte by
 * byte, and what it finds is written down as text: "name(filename)=content;" a part. */
#include "http/multipart.h"

#include "closedrop/base/array.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- what was found ---- */

struct found {
    char text[8192];
    size_t length;
    int stop_at_part; /* -1: never */
    int parts;
};

static void note(struct found *found, const char *bytes, size_t length)
{
    assert_true(found->length + length < sizeof(found->text));
    memcpy(found->text + found->length, bytes, length);
    found->length += length;
}

static int on_part(void *self, const struct multipart_part *part)
{
    struct found *found = self;
    note(found, part->name, strlen(part->name));
    if (part->filename) {
        note(found, "(", 1);
        note(found, part->filename, strlen(part->filename));
        note(found, ")", 1);
    }
    note(found, "=", 1);
    return found->parts++ == found->stop_at_part ? -ECANCELED : 0;
}

static int on_bytes(void *self, const char *bytes, size_t length)
{
    assert_true(length > 0);
    note(self, bytes, length);
    return 0;
}

static int on_part_end(void *self)
{
    note(self, ";", 1);
    return 0;
}

static const struct multipart_events events = {on_part, on_bytes, on_part_end};

/* ---- feeding ---- */

struct outcome {
    int error;
    bool complete;
    struct found found;
};

static void feed(struct outcome *outcome, const char *boundary, const char *body, size_t length,
    size_t first, size_t step)
{
    static struct multipart reader;
    memset(outcome, 0, sizeof(*outcome));
    outcome->found.stop_at_part = -1;
    multipart_init(&reader, boundary, &events, &outcome->found);
    size_t at = 0;
    while (at < length && !outcome->error) {
        size_t piece = at == 0 && first ? first : step;
        if (piece > length - at)
            piece = length - at;
        outcome->error = multipart_feed(&reader, body + at, piece);
        at += piece;
    }
    outcome->complete = multipart_complete(&reader);
}

static void expect(const struct outcome *outcome, int error, bool complete, const char *wanted,
    size_t wanted_length)
{
    assert_int_equal(outcome->error, error);
    assert_int_equal(outcome->complete, complete);
    if (error)
        return; /* how much was reported before depends on the cuts */
    assert_int_equal(outcome->found.length, wanted_length);
    assert_memory_equal(outcome->found.text, wanted, wanted_length);
}

static void at_every_split(const char *boundary, const char *body, size_t length, int error,
    bool complete, const char *wanted, size_t wanted_length)
{
    struct outcome outcome;
    for (size_t first = 0; first <= length; first++) {
        feed(&outcome, boundary, body, length, first, length);
        expect(&outcome, error, complete, wanted, wanted_length);
    }
    for (size_t step = 1; step <= 7; step++) {
        feed(&outcome, boundary, body, length, 0, step);
        expect(&outcome, error, complete, wanted, wanted_length);
    }
}

#define HEAD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static const struct {
    const char *what, *body, *wanted;
    int error;
    bool complete;
} bodies[] = {
    {"one field", "--XyZ\r\n" HEAD("key") "value\r\n--XyZ--\r\n", "key=value;", 0, true},
    {"no line end at the end", "--XyZ\r\n" HEAD("a") "1\r\n--XyZ--", "a=1;", 0, true},
    {"an epilogue", "--XyZ\r\n" HEAD("a") "1\r\n--XyZ--\r\nmore\r\n--XyZ\r\n", "a=1;", 0, true},
    {"two fields and a file",
        "--XyZ\r\n" HEAD("a") "1\r\n--XyZ\r\n" HEAD(
            "b") "2\r\n--XyZ\r\n"
                 "Content-Disposition: form-data; name=\"file\"; filename=\"f.pdf\"\r\n"
                 "Content-Type: application/pdf\r\n\r\n%PDF\r\n--XyZ--\r\n",
        "a=1;b=2;file(f.pdf)=%PDF;", 0, true},
    {"an empty value", "--XyZ\r\n" HEAD("a") "\r\n--XyZ--\r\n", "a=;", 0, true},
    {"line ends in the value", "--XyZ\r\n" HEAD("a") "\r\n\r\n\r\n--XyZ--", "a=\r\n\r\n;", 0, true},
    {"almost a boundary", "--XyZ\r\n" HEAD("a") "1\r\n--Xy\r\n--X\r\r\n--XyY\r\n--XyZ--",
        "a=1\r\n--Xy\r\n--X\r\r\n--XyY;", 0, true},
    {"a boundary not at a line's start", "--XyZ\r\n" HEAD("a") "1--XyZ--\n--XyZ\r\n--XyZ--",
        "a=1--XyZ--\n--XyZ;", 0, true},
    {"carriage returns in a row", "--XyZ\r\n" HEAD("a") "\r\r\r\r\n--XyZ--", "a=\r\r\r;", 0, true},
    {"other header lines first",
        "--XyZ\r\nContent-Type: text/plain\r\nX: name=\"no\"\r\n" HEAD("a") "1\r\n--XyZ--", "a=1;",
        0, true},
    {"header names in any case",
        "--XyZ\r\ncontent-disposition: FORM-DATA; NAME=\"a\"\r\n\r\n1\r\n--XyZ--", "a=1;", 0, true},
    {"a name without quotes",
        "--XyZ\r\nContent-Disposition: form-data; name=a ; x=y\r\n\r\n1\r\n--XyZ--", "a=1;", 0,
        true},
    {"any bytes in a name", "--XyZ\r\n" HEAD("X-W\x01\xFF; \\\"e=i\\\\rd") "1\r\n--XyZ--",
        "X-W\x01\xFF; \"e=i\\rd=1;", 0, true},
    {"a Windows path",
        "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\x.pdf\""
        "\r\n\r\n1\r\n--XyZ--",
        "file(C:\\dir\\x.pdf)=1;", 0, true},
    {"filename before name",
        "--XyZ\r\nContent-Disposition: form-data; filename=\"name=q\"; name=\"file\"\r\n\r\n"
        "1\r\n--XyZ--",
        "file(name=q)=1;", 0, true},
    {"filename* is no filename",
        "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''x\r\n\r\n"
        "1\r\n--XyZ--",
        "file=1;", 0, true},
    {"an empty file name",
        "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n"
        "1\r\n--XyZ--",
        "file()=1;", 0, true},
    {"nothing in it", "--XyZ--\r\n", "", 0, true},
    {"the closing boundary missing", "--XyZ\r\n" HEAD("a") "1\r\n--XyZ\r\n", "a=1;", 0, false},
    {"cut in the value", "--XyZ\r\n" HEAD("a") "1", "a=1", 0, false},
    {"cut before the last dash", "--XyZ\r\n" HEAD("a") "1\r\n--XyZ-", "a=1;", 0, false},
    {"another boundary", "--Other\r\n" HEAD("a") "1\r\n--Other--\r\n", "", -EBADMSG, false},
    {"a preamble", "hello\r\n--XyZ\r\n" HEAD("a") "1\r\n--XyZ--\r\n", "", -EBADMSG, false},
    {"a longer boundary", "--XyZ\r\n" HEAD("a") "1\r\n--XyZZ\r\n", "", -EBADMSG, false},
    {"a part without a name", "--XyZ\r\nContent-Type: text/plain\r\n\r\n1\r\n--XyZ--", "", -EBADMSG,
        false},
    {"a part without a header", "--XyZ\r\n\r\n1\r\n--XyZ--", "", -EBADMSG, false},
    {"a body that is no form", "{\"json\":true}", "", -EBADMSG, false},
};

static void reads_at_every_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        print_message("  %s\n", bodies[i].what);
        at_every_split("XyZ", bodies[i].body, strlen(bodies[i].body), bodies[i].error,
            bodies[i].complete, bodies[i].wanted, strlen(bodies[i].wanted));
    }
}

static void takes_any_bytes_as_content(void **state)
{
    (void)state;
    char body[1024], wanted[1024];
    size_t length = (size_t)snprintf(body, sizeof(body), "--XyZ\r\n" HEAD("f"));
    size_t wanted_length = (size_t)snprintf(wanted, sizeof(wanted), "f=");
    for (int c = 0; c < 256; c++)
        body[length++] = wanted[wanted_length++] = (char)c;
    memcpy(body + length, "\r\n--XyZ--", 9);
    length += 9;
    wanted[wanted_length++] = ';';
    at_every_split("XyZ", body, length, 0, true, wanted, wanted_length);
}

static void bounds_the_header_of_a_part(void **state)
{
    (void)state;
    static char body[MULTIPART_HEAD_MAX + 100];
    memset(body, 'x', sizeof(body));
    memcpy(body, "--XyZ\r\n", 7);
    struct outcome outcome;
    feed(&outcome, "XyZ", body, sizeof(body), 0, sizeof(body));
    assert_int_equal(outcome.error, -EBADMSG);
}

static void refuses_a_nul_in_a_header(void **state)
{
    (void)state;
    static const char body[] = "--XyZ\r\nContent-Disposition: form-data; name=\"a\0b\"\r\n\r\n";
    struct outcome outcome;
    feed(&outcome, "XyZ", body, sizeof(body) - 1, 0, sizeof(body));
    assert_int_equal(outcome.error, -EBADMSG);
}

static void hands_on_what_a_callback_returns(void **state)
{
    (void)state;
    static const char body[] = "--XyZ\r\n" HEAD("a") "1\r\n--XyZ\r\n" HEAD("b") "2\r\n--XyZ--";
    static struct multipart reader;
    struct found found = {.stop_at_part = 1};
    multipart_init(&reader, "XyZ", &events, &found);
    assert_int_equal(multipart_feed(&reader, body, sizeof(body) - 1), -ECANCELED);
    assert_int_equal(found.parts, 2);
}

static const struct {
    const char *content_type, *boundary;
    int error;
} types[] = {
    {"multipart/form-data; boundary=XyZ", "XyZ", 0},
    {"Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b;c\"", "a b;c", 0},
    {"multipart/form-data; boundary=XyZ; charset=utf-8", "XyZ", 0},
    {"multipart/form-data", NULL, -EINVAL},
    {"multipart/form-data; boundary=", NULL, -EINVAL},
    {"multipart/form-data; boundary=\"\"", NULL, -EINVAL},
    {"multipart/form-data; boundaryX=1", NULL, -EINVAL},
    {"multipart/form-data-x; boundary=1", NULL, -EPROTOTYPE},
    {"multipart/mixed; boundary=1", NULL, -EPROTOTYPE},
    {"application/x-www-form-urlencoded", NULL, -EPROTOTYPE},
    {"", NULL, -EPROTOTYPE},
};

static void finds_the_boundary(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(types); i++) {
        char boundary[MULTIPART_BOUNDARY_MAX + 1] = "";
        assert_int_equal(multipart_boundary(types[i].content_type, boundary), types[i].error);
        if (types[i].boundary)
            assert_string_equal(boundary, types[i].boundary);
    }
}

static void refuses_a_boundary_beyond_reason(void **state)
{
    (void)state;
    char type[2000] = "multipart/form-data; boundary=", boundary[MULTIPART_BOUNDARY_MAX + 1];
    memset(type + strlen(type), 'x', MULTIPART_BOUNDARY_MAX);
    assert_int_equal(multipart_boundary(type, boundary), 0);
    type[strlen(type)] = 'x';
    assert_int_equal(multipart_boundary(type, boundary), -EINVAL);
    memset(type + strlen(type), 'x', 1700);
    assert_int_equal(multipart_boundary(type, boundary), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_at_every_split),
        cmocka_unit_test(takes_any_bytes_as_content),
        cmocka_unit_test(bounds_the_header_of_a_part),
        cmocka_unit_test(refuses_a_nul_in_a_header),
        cmocka_unit_test(hands_on_what_a_callback_returns),
        cmocka_unit_test(finds_the_boundary),
        cmocka_unit_test(refuses_a_boundary_beyond_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
