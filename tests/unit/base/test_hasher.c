/* Digests made while something else is done: those of a large file, on a thread, are the same as
 * all at once. */
#include "closedrop/base/array.h"
#include "closedrop/base/hasher.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool has_threads = true;
static int started;

int __real_pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context);
int __wrap_pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context);

int __wrap_pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context)
{
    started++;
    return has_threads ? __real_pthread_create(thread, attributes, run, context) : EAGAIN;
}

#define LARGE ((size_t)HASHER_LARGE + 12345)

static unsigned char *bytes;
static char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX]; /* of all of them */

static int make_bytes(void **state)
{
    (void)state;
    struct digest *digest = digest_new();
    bytes = malloc(LARGE);
    if (!bytes || !digest)
        return -1;
    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (unsigned char)(i * 31 + i / 4096);
    digest_update(digest, bytes, LARGE);
    digest_finish(digest, sha256, md5);
    digest_free(digest);
    return 0;
}

static int free_bytes(void **state)
{
    (void)state;
    free(bytes);
    return 0;
}

static void feed(struct hasher *hasher, size_t total, size_t step)
{
    for (size_t at = 0; at < total; at += step)
        hasher_update(hasher, bytes + at, total - at < step ? total - at : step);
}

static void assert_right(struct hasher *hasher)
{
    char its_sha256[DIGEST_SHA256_HEX], its_md5[DIGEST_MD5_HEX];
    hasher_finish(hasher, its_sha256, its_md5);
    assert_string_equal(its_sha256, sha256);
    assert_string_equal(its_md5, md5);
}

static void test_in_any_pieces(void **state)
{
    (void)state;
    const size_t steps[] = {LARGE, 65536, 4093, 3 * 1024 * 1024};
    for (size_t i = 0; i < COUNT(steps); i++) {
        started = 0;
        struct hasher *hasher = hasher_new(LARGE);
        assert_non_null(hasher);
        assert_int_equal(started, 1);
        feed(hasher, LARGE, steps[i]);
        assert_right(hasher);
        hasher_free(hasher);
    }
}

static void test_from_the_start_again(void **state)
{
    (void)state;
    struct hasher *hasher = hasher_new(LARGE);
    feed(hasher, LARGE / 2, 65536);
    hasher_reset(hasher);
    feed(hasher, LARGE, 65536);
    assert_right(hasher);
    feed(hasher, LARGE, 65536); /* as after a finish */
    assert_right(hasher);
    hasher_free(hasher);
}

static void test_given_up(void **state)
{
    (void)state;
    struct hasher *hasher = hasher_new(LARGE);
    feed(hasher, LARGE, 65536);
    hasher_free(hasher);
    hasher_free(NULL);
}

static void test_a_small_file_has_no_thread(void **state)
{
    (void)state;
    started = 0;
    struct hasher *hasher = hasher_new(HASHER_LARGE - 1);
    feed(hasher, LARGE, 65536); /* more than was said */
    assert_right(hasher);
    hasher_free(hasher);
    assert_int_equal(started, 0);
}

static void test_no_more_threads_than_processors(void **state)
{
    (void)state;
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct hasher **hashers = calloc((size_t)processors + 2, sizeof(struct hasher *));
    assert_non_null(hashers);
    started = 0;
    for (long i = 0; i < processors + 2; i++)
        assert_non_null(hashers[i] = hasher_new(LARGE));
    assert_int_equal(started, processors);
    for (long i = 0; i < processors + 2; i++) {
        feed(hashers[i], LARGE, 1024 * 1024);
        assert_right(hashers[i]);
        hasher_free(hashers[i]);
    }
    free(hashers);
    started = 0;
    hasher_free(hasher_new(LARGE)); /* they are to be had again */
    assert_int_equal(started, 1);
}

static void test_without_threads(void **state)
{
    (void)state;
    has_threads = false;
    struct hasher *hasher = hasher_new(LARGE);
    has_threads = true;
    feed(hasher, LARGE, 65536);
    assert_right(hasher);
    hasher_free(hasher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_any_pieces),
        cmocka_unit_test(test_from_the_start_again),
        cmocka_unit_test(test_given_up),
        cmocka_unit_test(test_a_small_file_has_no_thread),
        cmocka_unit_test(test_no_more_threads_than_processors),
        cmocka_unit_test(test_without_threads),
    };
    return cmocka_run_group_tests(tests, make_bytes, free_bytes);
}
