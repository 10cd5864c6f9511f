/* What a row's checksum is where it could be taken for none. That it sees each change:
 * test_store_damage.
 */
#include "failing_calls.h"

#include "closedrop/base/digest.h"
#include "closedrop/queue/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

FAILING_CALL(void *, realloc, NULL, (void *bytes, size_t size), (bytes, size))

/* the one row in 2^64 whose digest begins with eight zeros */
static bool is_rare_row;
void __real_digest_sha256(const void *bytes, size_t length, uint8_t out[DIGEST_SHA256_SIZE]);
void __wrap_digest_sha256(const void *bytes, size_t length, uint8_t out[DIGEST_SHA256_SIZE]);
void __wrap_digest_sha256(const void *bytes, size_t length, uint8_t out[DIGEST_SHA256_SIZE])
{
    if (is_rare_row)
        memset(out, 0, DIGEST_SHA256_SIZE);
    else
        __real_digest_sha256(bytes, length, out);
}

static const struct job job = {
    .folder = (char[]){"scans"}, .path = (char[]){"a.pdf"}, .posting = 7};

static int64_t of_posting(void)
{
    return checksum_posting(7, 1, "token", "lead_1", "email", 1795341600000);
}

static void is_never_none(void **state)
{
    (void)state;
    assert_int_not_equal(checksum_job(&job), CHECKSUM_NONE);
    assert_int_not_equal(of_posting(), CHECKSUM_NONE);
    is_rare_row = true;
    assert_int_not_equal(checksum_job(&job), CHECKSUM_NONE);
    assert_int_not_equal(of_posting(), CHECKSUM_NONE);
    is_rare_row = false;
}

/* half a row would have a sum of its own */
static void is_none_when_memory_is_short(void **state)
{
    (void)state;
    const int64_t whole = checksum_job(&job);
    int calls = 0;
    for (int64_t sum = CHECKSUM_NONE; sum == CHECKSUM_NONE; calls++) {
        calls_left = calls;
        sum = checksum_job(&job);
        calls_left = NEVER;
        assert_true(sum == CHECKSUM_NONE || sum == whole);
    }
    assert_true(calls > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_never_none),
        cmocka_unit_test(is_none_when_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
