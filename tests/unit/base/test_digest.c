/* Digests against known vectors: FIPS 180-4, RFC 1321, RFC 2202, RFC 4231, RFC 4648. */
#include "closedrop/base/array.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text, *sha256, *md5;
} hashes[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "d41d8cd98f00b204e9800998ecf8427e"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "900150983cd24fb0d6963f7d28e17f72"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        "8215ef0796a20bcaaae116d3876c664a"},
};

static void hashes_in_one_piece_and_in_many(void **state)
{
    (void)state;
    char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX];
    struct digest *digest = digest_new();
    for (size_t i = 0; i < COUNT(hashes); i++) {
        size_t length = strlen(hashes[i].text);
        for (size_t piece = 1; piece <= length + 1; piece++) {
            for (size_t at = 0; at < length; at += piece)
                digest_update(
                    digest, hashes[i].text + at, length - at < piece ? length - at : piece);
            digest_finish(digest, sha256, md5); /* and starts again */
            assert_string_equal(sha256, hashes[i].sha256);
            assert_string_equal(md5, hashes[i].md5);
        }
    }
    digest_free(digest);
    digest_free(NULL);
}

static void begins_again(void **state)
{
    (void)state;
    char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX];
    struct digest *digest = digest_new();
    digest_update(digest, "junk", 4);
    digest_reset(digest);
    digest_update(digest, "abc", 3);
    digest_finish(digest, sha256, md5);
    assert_string_equal(sha256, hashes[1].sha256);
    assert_string_equal(md5, hashes[1].md5);
    digest_free(digest);
}

static void expect_hex(const void *bytes, size_t length, const char *wanted)
{
    struct str hex = STR_INIT(200);
    digest_add_hex(&hex, bytes, length);
    assert_string_equal(str_text(&hex), wanted);
    str_release(&hex);
}

static void makes_sha256_at_once(void **state)
{
    (void)state;
    uint8_t out[DIGEST_SHA256_SIZE];
    for (size_t i = 0; i < COUNT(hashes); i++) {
        digest_sha256(hashes[i].text, strlen(hashes[i].text), out);
        expect_hex(out, sizeof(out), hashes[i].sha256);
    }
}

static void makes_sha256_of_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hashes); i++) {
        uint8_t out[DIGEST_SHA256_SIZE];
        struct digest_sha256 digest;
        digest_sha256_begin(&digest);
        for (const char *at = hashes[i].text; *at; at++)
            digest_sha256_add(&digest, at, 1);
        digest_sha256_end(&digest, out);
        expect_hex(out, sizeof(out), hashes[i].sha256);
    }
}

static void makes_hmacs(void **state)
{
    (void)state;
    static const char what[] = "what do ya want for nothing?";
    uint8_t long_mac[DIGEST_SHA256_SIZE], short_mac[DIGEST_SHA1_SIZE];
    digest_hmac_sha256("Jefe", 4, what, strlen(what), long_mac);
    expect_hex(long_mac, sizeof(long_mac),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    digest_hmac_sha1("Jefe", 4, what, strlen(what), short_mac);
    expect_hex(short_mac, sizeof(short_mac), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");

    uint8_t key[131]; /* longer than a block: hashed first */
    memset(key, 0xaa, sizeof(key));
    static const char larger[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    digest_hmac_sha256(key, sizeof(key), larger, strlen(larger), long_mac);
    expect_hex(long_mac, sizeof(long_mac),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static const struct {
    const char *text, *base64;
} encodings[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xFB\xFF\xFE", "+//+"},
};

static void goes_to_base64_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(encodings); i++) {
        struct str out = STR_INIT(100);
        digest_add_base64(&out, encodings[i].text, strlen(encodings[i].text));
        assert_string_equal(str_text(&out), encodings[i].base64);
        str_clear(&out);
        assert_int_equal(
            digest_decode_base64(&out, encodings[i].base64, strlen(encodings[i].base64)), 0);
        assert_string_equal(str_text(&out), encodings[i].text);
        str_release(&out);
    }
}

static void refuses_what_is_no_base64(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Z", "Zg", "Zg=", "Zg===", "Zm9v!", "=Zm9", "Z-8=", "Zg==Zg=="};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct str out = STR_INIT(100);
        if (digest_decode_base64(&out, bad[i], strlen(bad[i])) != -EINVAL || out.length)
            fail_msg("taken: %s", bad[i]);
        str_release(&out);
    }
}

static void reads_hex(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "0", "0001", "00010203", "00010g", "0001 2", " 00102"};
    uint8_t bytes[3] = {9, 9, 9};
    assert_true(digest_from_hex("00aBfF", bytes, 3));
    assert_memory_equal(bytes, "\x00\xab\xff", 3);
    for (size_t i = 0; i < COUNT(bad); i++)
        if (digest_from_hex(bad[i], bytes, 3))
            fail_msg("taken: %s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_in_one_piece_and_in_many),
        cmocka_unit_test(begins_again),
        cmocka_unit_test(makes_sha256_at_once),
        cmocka_unit_test(makes_sha256_of_pieces),
        cmocka_unit_test(makes_hmacs),
        cmocka_unit_test(goes_to_base64_and_back),
        cmocka_unit_test(refuses_what_is_no_base64),
        cmocka_unit_test(reads_hex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
