/* What is remembered of leads that are gone: how long, how many, and the latest of each. */
#include "closedrop/work/absences.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool is_short;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return is_short ? NULL : __real_calloc(count, size);
}

static void add(struct absences *absences, const char *lead_id, enum absence_kind kind,
    const char *told, int64_t now_ms)
{
    struct absence absence = {.kind = kind, .found_ms = now_ms};
    snprintf(absence.lead_id, sizeof(absence.lead_id), "%s", lead_id);
    snprintf(absence.told, sizeof(absence.told), "%s", told);
    assert_int_equal(absences_add(absences, &absence), 0);
}

static void nothing_is_known_at_first(void **state)
{
    (void)state;
    struct absences absences = {0};
    assert_null(absences_find(&absences, "lead_a", 0));
    absences_release(&absences);
}

static void each_kind_is_remembered_for_its_time(void **state)
{
    (void)state;
    for (int kind = 0; kind < ABSENCE_KINDS; kind++) {
        struct absences absences = {0};
        int64_t kept_ms = absence_kept_ms[kind];
        assert_true(kept_ms >= 60000 && kept_ms <= 600000);
        add(&absences, "lead_a", (enum absence_kind)kind, "lead_b", 5000);
        const struct absence *known = absences_find(&absences, "lead_a", 5000 + kept_ms - 1);
        assert_non_null(known);
        assert_int_equal(known->kind, kind);
        assert_string_equal(known->told, "lead_b");
        assert_null(absences_find(&absences, "lead_ab", 5000));
        assert_null(absences_find(&absences, "lead_a", 5000 + kept_ms));
        absences_release(&absences);
    }
}

static void the_latest_of_a_lead_counts(void **state)
{
    (void)state;
    struct absences absences = {0};
    add(&absences, "lead_a", ABSENCE_UNEXPLAINED, "", 1);
    add(&absences, "lead_a", ABSENCE_MERGED, "lead_b", 2);
    assert_int_equal(absences_find(&absences, "lead_a", 2)->kind, ABSENCE_MERGED);
    assert_int_equal(absences.next, 1);
    absences_release(&absences);
    assert_null(absences_find(&absences, "lead_a", 2));
}

static void the_oldest_makes_room(void **state)
{
    (void)state;
    char lead_id[32];
    struct absences absences = {0};
    for (int i = 0; i <= ABSENCES_MAX; i++) {
        snprintf(lead_id, sizeof(lead_id), "lead_%d", i);
        add(&absences, lead_id, ABSENCE_DELETED, "", 1);
    }
    assert_null(absences_find(&absences, "lead_0", 1));
    assert_non_null(absences_find(&absences, "lead_1", 1));
    assert_non_null(absences_find(&absences, lead_id, 1));
    absences_release(&absences);
}

static void nothing_is_remembered_where_memory_is_short(void **state)
{
    (void)state;
    struct absences absences = {0};
    struct absence absence = {.lead_id = "lead_a"};
    is_short = true;
    assert_int_equal(absences_add(&absences, &absence), -ENOMEM);
    is_short = false;
    assert_null(absences_find(&absences, "lead_a", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_first),
        cmocka_unit_test(each_kind_is_remembered_for_its_time),
        cmocka_unit_test(the_latest_of_a_lead_counts),
        cmocka_unit_test(the_oldest_makes_room),
        cmocka_unit_test(nothing_is_remembered_where_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
