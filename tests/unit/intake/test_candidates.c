/* The files being settled: found by name, given by due time, bounded. Random operations are
 * compared with a model so plain that it cannot be wrong. */
#include "failing_calls.h"

#include "closedrop/intake/candidates.h"

#include <search.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FOLDERS 3
#define NAMES 40
#define CAPACITY 50

FAILING_CALL(void *, calloc, NULL, (size_t count, size_t size), (count, size))
FAILING_CALL(char *, strdup, NULL, (const char *text), (text))
FAILING_CALL(void *, tsearch, NULL,
    (const void *key, void **root, int (*compare)(const void *, const void *)),
    (key, root, compare))

static void is_empty_at_first(void **state)
{
    (void)state;
    struct candidates *set = candidates_new(2);
    assert_int_equal(candidates_count(set), 0);
    assert_false(candidates_are_full(set));
    assert_null(candidates_first(set));
    assert_null(candidates_find(set, 0, "a"));
    candidates_free(set);
    candidates_free(NULL);
}

static void knows_files_by_folder_and_path(void **state)
{
    (void)state;
    struct candidates *set = candidates_new(10);
    struct candidate *a = candidates_add(set, 0, "a"), *b = candidates_add(set, 1, "a");
    assert_ptr_equal(candidates_find(set, 0, "a"), a);
    assert_ptr_equal(candidates_find(set, 1, "a"), b);
    assert_null(candidates_find(set, 2, "a"));
    assert_null(candidates_find(set, 0, "aa"));
    assert_int_equal(a->due_ms, 0); /* due at once */
    assert_string_equal(b->path, "a");
    assert_int_equal(b->folder, 1);
    candidates_remove(set, a);
    assert_null(candidates_find(set, 0, "a"));
    assert_ptr_equal(candidates_find(set, 1, "a"), b);
    candidates_free(set);
}

/* a later scan sees the file again */
static void adds_nothing_when_memory_is_short(void **state)
{
    (void)state;
    struct candidates *set = NULL;
    for (int calls = 0; !set; calls++) {
        calls_left = calls;
        set = candidates_new(2);
        calls_left = NEVER;
        assert_true((set != NULL) == (calls == 2));
    }
    struct candidate *candidate = NULL;
    for (int calls = 0; !candidate; calls++) {
        assert_int_equal(candidates_count(set), 0);
        assert_null(candidates_find(set, 0, "a"));
        calls_left = calls;
        candidate = candidates_add(set, 0, "a");
        calls_left = NEVER;
        assert_true((candidate != NULL) == (calls == 3));
    }
    assert_ptr_equal(candidates_first(set), candidate);
    candidates_free(set);
}

static void takes_no_more_than_it_was_made_for(void **state)
{
    (void)state;
    struct candidates *set = candidates_new(2);
    struct candidate *first = candidates_add(set, 0, "a");
    assert_non_null(candidates_add(set, 0, "b"));
    assert_true(candidates_are_full(set));
    assert_null(candidates_add(set, 0, "c"));
    assert_null(candidates_find(set, 0, "c"));
    candidates_remove(set, first);
    assert_non_null(candidates_add(set, 0, "c"));
    candidates_free(set);
}

static void gives_them_by_due_time(void **state)
{
    (void)state;
    static const int64_t dues[] = {50, 10, 40, 10, 90, 0, 70, 20};
    struct candidates *set = candidates_new(8);
    char name[2] = "a";
    for (size_t i = 0; i < 8; i++, name[0]++)
        candidates_delay(set, candidates_add(set, 0, name), dues[i]);
    int64_t before = -1;
    for (size_t i = 0; i < 8; i++) {
        struct candidate *first = candidates_first(set);
        assert_true(first->due_ms >= before);
        before = first->due_ms;
        candidates_remove(set, first);
    }
    assert_int_equal(candidates_count(set), 0);
    candidates_free(set);
}

/* ---- against the model ---- */

struct model {
    bool there[FOLDERS][NAMES];
    int64_t due[FOLDERS][NAMES];
    size_t count;
};

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

static int64_t earliest(const struct model *model)
{
    int64_t least = INT64_MAX;
    for (size_t f = 0; f < FOLDERS; f++)
        for (size_t n = 0; n < NAMES; n++)
            if (model->there[f][n] && model->due[f][n] < least)
                least = model->due[f][n];
    return least;
}

static void step(struct candidates *set, struct model *model, uint32_t *seed)
{
    size_t f = draw(seed, FOLDERS), n = draw(seed, NAMES);
    char path[32];
    snprintf(path, sizeof(path), "in/%zu.pdf", n);
    struct candidate *found = candidates_find(set, f, path);
    assert_int_equal(found != NULL, model->there[f][n]);
    uint32_t what = draw(seed, 4);
    if (!found && what < 3) {
        struct candidate *added = candidates_add(set, f, path);
        assert_int_equal(added != NULL, model->count < CAPACITY);
        model->there[f][n] = added != NULL;
        model->due[f][n] = 0;
        model->count += added != NULL;
    } else if (found && what < 3) {
        assert_true(found->due_ms == model->due[f][n]);
        model->due[f][n] = draw(seed, 1000);
        candidates_delay(set, found, model->due[f][n]);
    } else if (found) {
        candidates_remove(set, found);
        model->there[f][n] = false;
        model->count--;
    }
}

static void compare(const struct candidates *set, const struct model *model)
{
    assert_int_equal(candidates_count(set), model->count);
    assert_int_equal(candidates_are_full(set), model->count == CAPACITY);
    const struct candidate *first = candidates_first(set);
    assert_int_equal(first != NULL, model->count > 0);
    if (first)
        assert_true(first->due_ms == earliest(model));
    for (size_t i = 0; i < model->count; i++) {
        const struct candidate *one = candidates_at(set, i);
        assert_int_equal(one->position, i);
        assert_ptr_equal(candidates_find(set, one->folder, one->path), one);
    }
}

static void behaves_like_the_model(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        struct candidates *set = candidates_new(CAPACITY);
        struct model model = {0};
        uint32_t random = seed;
        for (int i = 0; i < 1000; i++) {
            step(set, &model, &random);
            compare(set, &model);
        }
        candidates_free(set); /* with what is left in it */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_empty_at_first),
        cmocka_unit_test(knows_files_by_folder_and_path),
        cmocka_unit_test(adds_nothing_when_memory_is_short),
        cmocka_unit_test(takes_no_more_than_it_was_made_for),
        cmocka_unit_test(gives_them_by_due_time),
        cmocka_unit_test(behaves_like_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
