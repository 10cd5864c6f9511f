/**
 * What holds for each format: a sample is whole, is whole with bytes behind its end, and is
 * incomplete when it is cut at any byte. Include this behind the table `samples` of a format; the
 * samples are the smallest that hold what has fooled such checks before.
 */
#ifndef TESTS_UNIT_INTAKE_FORMAT_TESTS_H
#define TESTS_UNIT_INTAKE_FORMAT_TESTS_H

#include "format_samples.h"

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

/** For the list of a format's tests. */
#define FORMAT_TESTS                                                                               \
    cmocka_unit_test(is_whole_to_its_last_byte),                                                   \
        cmocka_unit_test(is_whole_with_bytes_behind_its_end),                                      \
        cmocka_unit_test(is_incomplete_cut_at_any_byte),                                           \
        cmocka_unit_test(is_incomplete_where_only_room_was_made),                                  \
        cmocka_unit_test(is_incomplete_when_a_read_fails),                                         \
        cmocka_unit_test(tells_when_the_machine_fails), cmocka_unit_test(survives_any_damage)

#endif
