/* What an ETag says about the bytes that were sent, row by row, and what is remembered of its
 * bucket. */
#include "closedrop/base/array.h"
#include "closedrop/work/etags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define MD5 "9a0364b9e99bb480dd25e1f0284c8555"
#define OTHER "00000000000000000000000000000000"

static const char *const names[ETAG_FINDINGS] = {"silent", "same", "differs", "no MD5", "damaged"};

static const struct {
    struct etag_case etag_case;
    enum etag_finding finding;
} cases[] = {
    {{.etag = MD5}, ETAG_SAME},
    {{.etag = "9A0364B9E99BB480DD25E1F0284C8555"}, ETAG_SAME},
    {{.etag = MD5, .encryption = "AES256"}, ETAG_SAME},
    {{.etag = MD5, .kind = ETAGS_OPAQUE}, ETAG_SAME},
    {{.etag = MD5, .kind = ETAGS_MD5, .is_second = true}, ETAG_SAME},
    /* a key that makes it no MD5, whatever else is known */
    {{.etag = OTHER, .encryption = "aws:kms"}, ETAG_SILENT},
    {{.etag = OTHER, .encryption = "aws:kms:dsse"}, ETAG_SILENT},
    {{.etag = OTHER, .encryption = "something new"}, ETAG_SILENT},
    {{.etag = OTHER, .encryption = "aws:kms", .kind = ETAGS_MD5}, ETAG_SILENT},
    {{.etag = OTHER, .encryption = "aws:kms", .kind = ETAGS_MD5, .is_second = true}, ETAG_SILENT},
    {{.etag = OTHER, .has_customer_key = true, .kind = ETAGS_MD5}, ETAG_SILENT},
    {{.etag = OTHER, .encryption = "AES256", .has_customer_key = true}, ETAG_SILENT},
    {{.etag = MD5, .encryption = "aws:kms"}, ETAG_SILENT},
    /* no MD5's shape */
    {{.etag = ""}, ETAG_SILENT},
    {{.etag = MD5 "-3", .kind = ETAGS_MD5}, ETAG_SILENT},
    {{.etag = "W/\"" MD5, .kind = ETAGS_MD5}, ETAG_SILENT},
    {{.etag = "za0364b9e99bb480dd25e1f0284c8555", .kind = ETAGS_MD5}, ETAG_SILENT},
    {{.etag = "9a0364b9e99bb480dd25e1f0284c855", .kind = ETAGS_MD5}, ETAG_SILENT},
    /* the first that differs, and the second */
    {{.etag = OTHER}, ETAG_DIFFERS},
    {{.etag = OTHER, .encryption = "AES256"}, ETAG_DIFFERS},
    {{.etag = OTHER, .kind = ETAGS_MD5}, ETAG_DIFFERS},
    {{.etag = OTHER, .is_second = true}, ETAG_NO_MD5},
    {{.etag = OTHER, .encryption = "AES256", .is_second = true}, ETAG_NO_MD5},
    {{.etag = OTHER, .kind = ETAGS_MD5, .is_second = true}, ETAG_DAMAGED},
    /* of a bucket whose ETags are none */
    {{.etag = OTHER, .kind = ETAGS_OPAQUE}, ETAG_NO_MD5},
    {{.etag = OTHER, .kind = ETAGS_OPAQUE, .is_second = true}, ETAG_NO_MD5},
};

static void judges_an_etag(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct etag_case etag_case = cases[i].etag_case;
        etag_case.md5 = MD5;
        enum etag_finding finding = etag_judge(&etag_case);
        if (finding != cases[i].finding) {
            print_error("  row %zu, \"%s\": %s, not %s\n", i, etag_case.etag, names[finding],
                names[cases[i].finding]);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* one finding after the other, of one bucket */
static const struct {
    enum etag_finding finding;
    enum etag_kind kind;
    int damages;
} steps[] = {
    {ETAG_SILENT, ETAGS_UNKNOWN, 0},
    {ETAG_DIFFERS, ETAGS_UNKNOWN, 0},
    {ETAG_NO_MD5, ETAGS_OPAQUE, 0},
    {ETAG_SILENT, ETAGS_OPAQUE, 0},
    {ETAG_NO_MD5, ETAGS_OPAQUE, 0},
    {ETAG_SAME, ETAGS_MD5, 0}, /* they are MD5s after all: it was damage */
    {ETAG_DIFFERS, ETAGS_MD5, 0},
    {ETAG_DAMAGED, ETAGS_MD5, 1},
    {ETAG_SILENT, ETAGS_MD5, 1},
    {ETAG_DAMAGED, ETAGS_MD5, 2},
    {ETAG_SAME, ETAGS_MD5, 0},
};

static void learns_of_a_bucket(void **state)
{
    (void)state;
    static const char url[] = "https://b.s3.amazonaws.com/";
    struct etags etags = {0};
    for (size_t i = 0; i < COUNT(steps); i++) {
        etags_learn(&etags, url, steps[i].finding);
        if (etags_kind(&etags, url) != steps[i].kind ||
            etags_damages(&etags, url) != steps[i].damages)
            fail_msg("step %zu: %d, %d", i, etags_kind(&etags, url), etags_damages(&etags, url));
    }
}

static void tells_buckets_apart(void **state)
{
    (void)state;
    struct etags etags = {0};
    etags_learn(&etags, "https://a.example/b?x=1", ETAG_SAME);
    etags_learn(&etags, "https://a.example/c", ETAG_NO_MD5);
    assert_int_equal(etags_kind(&etags, "https://a.example/b"), ETAGS_MD5);
    assert_int_equal(etags_kind(&etags, "https://a.example/b?x=2"), ETAGS_MD5);
    assert_int_equal(etags_kind(&etags, "https://a.example/c#d"), ETAGS_OPAQUE);
    assert_int_equal(etags_kind(&etags, "http://a.example/b"), ETAGS_UNKNOWN);
    assert_int_equal(etags_kind(&etags, "https://a.example/"), ETAGS_UNKNOWN);
    assert_int_equal(etags_damages(&etags, "https://a.example/"), 0);
}

static void forgets_the_oldest_of_too_many(void **state)
{
    (void)state;
    struct etags etags = {0};
    char url[64];
    for (int i = 0; i <= ETAGS_BUCKETS_MAX; i++) {
        snprintf(url, sizeof(url), "https://%d.example/", i);
        etags_learn(&etags, url, ETAG_SAME);
    }
    assert_int_equal(etags_kind(&etags, "https://0.example/"), ETAGS_UNKNOWN);
    assert_int_equal(etags_kind(&etags, "https://1.example/"), ETAGS_MD5);
    assert_int_equal(etags_kind(&etags, url), ETAGS_MD5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_an_etag),
        cmocka_unit_test(learns_of_a_bucket),
        cmocka_unit_test(tells_buckets_apart),
        cmocka_unit_test(forgets_the_oldest_of_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
