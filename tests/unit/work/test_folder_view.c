/* What the worker knows about folders follows their names over a reload, wherever they stand. */
#include "work/folder_view.h"

#include "queue/queue_fixture.h"

static char a[] = "a", b[] = "b", c[] = "c", d[] = "d";
static struct folder folders_before[] = {{.name = a}, {.name = b}, {.name = c}};
static struct folder folders_now[] = {{.name = c}, {.name = d}, {.name = a}};
static struct config before = {.folders = folders_before, .folder_count = COUNT(folders_before)};
static struct config by_now = {.folders = folders_now, .folder_count = COUNT(folders_now)};

static void all_are_new_at_the_start(void **state)
{
    const struct worker worker = {.queue = *state};
    struct folder_view *views = folder_views_new(&worker, &before);
    assert_non_null(views);
    for (size_t i = 0; i < before.folder_count; i++) {
        assert_ptr_equal(views[i].folder, &folders_before[i]);
        assert_false(views[i].healthy);
        assert_ptr_equal(views[i].due, queue_due(*state, before.folders[i].name));
    }
    free(views);
}

static void what_is_known_follows_the_name(void **state)
{
    struct folder_view known[] = {
        {.folder = &folders_before[0], .healthy = true, .device = 1, .check_next_ms = 9},
        {.folder = &folders_before[1], .healthy = true, .device = 2},
        {.folder = &folders_before[2], .healthy = true, .device = 3, .scanned = 7}};
    const struct worker worker = {.config = &before, .folders = known, .queue = *state};
    struct folder_view *views = folder_views_new(&worker, &by_now);
    assert_non_null(views);
    for (size_t i = 0; i < by_now.folder_count; i++)
        assert_ptr_equal(views[i].folder, &folders_now[i]);
    assert_int_equal(views[0].device, 3);
    assert_int_equal(views[0].scanned, 7);
    assert_false(views[1].healthy);
    assert_int_equal(views[1].device, 0);
    assert_int_equal(views[2].device, 1);
    assert_int_equal(views[2].check_next_ms, 0);
    assert_ptr_equal(views[1].due, queue_due(*state, "d"));
    free(views);
}

static void is_found_by_name_as_long_as_it_is_configured(void **state)
{
    (void)state;
    struct folder_view known[COUNT(folders_now)] = {{.device = 1}, {.device = 2}, {.device = 3}};
    const struct worker worker = {.config = &by_now, .folders = known};
    assert_ptr_equal(folder_view_of(&worker, "d"), &known[1]);
    assert_null(folder_view_of(&worker, "b"));
}

static void a_state_is_of_the_folder_with_that_index(void **state)
{
    (void)state;
    struct folder_view known[] = {
        {.folder = &folders_now[0]}, {.folder = &folders_now[1]}, {.folder = &folders_now[2]}};
    struct worker worker = {.config = &by_now, .folders = known};
    const struct folder_state healthy = {
        .healthy = true, .device = 5, .inode = 6, .scanned = 7, .complete_scans = 1};
    worker_set_folder(&worker, 1, &healthy);
    assert_true(known[1].healthy && known[1].checks_discards);
    assert_int_equal(known[1].inode, 6);
    assert_int_equal(known[1].scanned, 7);
    assert_false(known[0].healthy || known[2].healthy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_new_at_the_start),
        cmocka_unit_test(what_is_known_follows_the_name),
        cmocka_unit_test(is_found_by_name_as_long_as_it_is_configured),
        cmocka_unit_test(a_state_is_of_the_folder_with_that_index),
    };
    return cmocka_run_group_tests(tests, open_queue, close_queue);
}
