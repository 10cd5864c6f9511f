/* The list of merges: read page by page by one at a time, used by many, and only for a
 * while. */
#include "json_rows.h"

#include "closedrop/base/array.h"
#include "closedrop/work/merge_list.h"

#include <errno.h>
#include <stdio.h>

#define MERGE(from, to, status)                                                                    \
    "{'source_lead_id':'" from "','destination_lead_id':'" to "','merge_status':'" status "'}"

static bool is_short;

void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return is_short ? NULL : __real_reallocarray(old, count, size);
}

static int add_page(struct merge_list *list, const char *data, bool has_more, int64_t now_ms)
{
    char text[1000];
    struct record_page page;
    snprintf(text, sizeof(text), "{'data':[%s],'has_more':%s}", data, has_more ? "true" : "false");
    char *body = quoted(text);
    assert_int_equal(record_page_read(body, strlen(body), &page), 0);
    free(body);
    int result = merge_list_add_page(list, &page, now_ms);
    record_page_release(&page);
    return result;
}

/* ---- looking ---- */

static const struct {
    const char *name, *data;
    enum merge_state state;
    const char *destination;
} cases[] = {
    {"among others",
        MERGE("lead_x", "lead_y", "completed") "," MERGE("lead_a", "lead_b", "completed") "," MERGE(
            "lead_b", "lead_c", "completed"),
        MERGE_DONE, "lead_b"},
    {"errored, then completed",
        MERGE("lead_a", "lead_b", "errored") "," MERGE("lead_a", "lead_c", "completed"), MERGE_DONE,
        "lead_c"},
    {"errored, then pending",
        MERGE("lead_a", "lead_b", "errored") "," MERGE("lead_a", "lead_c", "pending"),
        MERGE_IN_PROGRESS, NULL},
    {"of others",
        MERGE("lead_x", "lead_a", "completed") "," MERGE("lead_ab", "lead_b", "completed"),
        MERGE_NONE, NULL},
    {"of others, under way", MERGE("lead_x", "lead_y", "pending"), MERGE_NONE, NULL},
    {"entries of other shapes", "null,5,'lead_a',[],{}", MERGE_NONE, NULL},
    {"none", "", MERGE_NONE, NULL},
};

static void finds_where_a_lead_went(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct merge_list list = {0};
        const char *destination = NULL;
        merge_list_begin(&list, 1);
        assert_int_equal(add_page(&list, MERGE("lead_p", "lead_q", "completed"), true, 1), 0);
        assert_int_equal(add_page(&list, cases[i].data, false, 1), 0);
        enum merge_state found = merge_list_find(&list, "lead_a", &destination);
        bool is_equal = destination && cases[i].destination
                            ? !strcmp(destination, cases[i].destination)
                            : destination == cases[i].destination;
        if (found != cases[i].state || !is_equal)
            fail_msg("%s: %d, %s", cases[i].name, found, destination);
        assert_int_equal(merge_list_find(&list, "lead_p", &destination), MERGE_DONE);
        assert_string_equal(destination, "lead_q");
        merge_list_release(&list);
    }
}

/* ---- reading ---- */

static void is_read_to_its_end_or_to_the_last_page_that_is_asked_for(void **state)
{
    (void)state;
    struct merge_list list = {0};
    merge_list_begin(&list, 1);
    for (int page = 1; page < MERGE_LIST_PAGES_MAX; page++) {
        assert_int_equal(add_page(&list, "", true, 1), 0);
        assert_false(merge_list_is_read(&list));
    }
    assert_int_equal(add_page(&list, "", true, 1), 0);
    assert_true(merge_list_is_read(&list));
    assert_false(list.is_whole);
    merge_list_begin(&list, 1);
    assert_false(merge_list_is_read(&list));
    assert_int_equal(add_page(&list, "", false, 1), 0);
    assert_true(merge_list_is_read(&list) && list.is_whole);
    merge_list_release(&list);
}

static void counts_for_a_while(void **state)
{
    (void)state;
    struct merge_list list = {0};
    assert_false(merge_list_counts(&list, 0, 0));
    merge_list_begin(&list, 1000);
    assert_false(merge_list_counts(&list, 0, 1000)); /* nothing was read */
    assert_int_equal(add_page(&list, "", true, 5000), 0);
    assert_true(merge_list_counts(&list, 0, 5000 + MERGE_LIST_KEPT_MS - 1));
    assert_false(merge_list_counts(&list, 0, 5000 + MERGE_LIST_KEPT_MS));
    assert_true(merge_list_counts(&list, 1000, 5000));
    assert_false(merge_list_counts(&list, 1001, 5000)); /* begun before */
    merge_list_release(&list);
}

static void who_reads_it_does_so_no_longer_once_it_is_begun_anew(void **state)
{
    (void)state;
    struct merge_list list = {.reader = &list};
    merge_list_begin(&list, 1);
    assert_null(list.reader);
}

static void a_page_for_which_memory_is_short_is_still_to_be_read(void **state)
{
    (void)state;
    struct merge_list list = {0};
    merge_list_begin(&list, 1);
    is_short = true;
    assert_int_equal(add_page(&list, MERGE("lead_a", "lead_b", "completed"), false, 1), -ENOMEM);
    assert_false(list.pages || merge_list_is_read(&list) || merge_list_counts(&list, 0, 1));
    merge_list_release(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_where_a_lead_went),
        cmocka_unit_test(is_read_to_its_end_or_to_the_last_page_that_is_asked_for),
        cmocka_unit_test(counts_for_a_while),
        cmocka_unit_test(who_reads_it_does_so_no_longer_once_it_is_begun_anew),
        cmocka_unit_test(a_page_for_which_memory_is_short_is_still_to_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
