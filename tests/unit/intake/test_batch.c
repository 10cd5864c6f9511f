/* Which files an end marker covers, and when it has done its work. */
#include "closedrop/intake/batch.h"

#include "closedrop/config/own_files.h"

#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char top[SCRATCH_MAX];
static char name[] = "A", nothing[] = "", archive[] = "Uploaded", failed[] = "Failed";
static char marker_pattern[] = "{dir}/READY", file[] = "conf", state_dir[] = "state";
static char *none[] = {NULL};
static struct folder folder;
static struct config config;

static int make_folder(void **state)
{
    (void)state;
    if (scratch_make(top) < 0 || chdir(top) < 0)
        return -1;
    folder = (struct folder){.name = name,
        .path = top,
        .recursive = true,
        .include = none,
        .exclude = none,
        .marker = marker_pattern,
        .archive = archive,
        .failed = failed};
    config = (struct config){.file = file,
        .state_dir = state_dir,
        .close = {.api_key_file = nothing, .ca_file = nothing},
        .folders = &folder,
        .folder_count = 1};
    return own_files_make(&config);
}

static int remove_folder(void **state)
{
    (void)state;
    own_files_free(config.own_files);
    return chdir("/") < 0 ? -1 : scratch_remove(top);
}

static void make(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    close(fd);
}

/** The marker as if its last change were so long after that of `path`. */
static struct file_state marker_after(const char *path, int64_t ns)
{
    struct file_state state;
    int fd = open(path, O_PATH | O_CLOEXEC);
    assert_int_equal(file_state_read(fd, &state), 0);
    close(fd);
    state.ctime_ns += ns;
    return state;
}

/** Whether a marker waits for what is next to it, of all of which the queue says the same. */
static bool is_awaited_as(const char *path, const struct file_state *marker, enum batch_file known)
{
    struct batch_page page = {.is_last = false};
    char *after = NULL;
    bool is_one = false;
    while (!page.is_last) {
        if (batch_list(&config, &folder, path, after, &page) < 0)
            return true;
        for (size_t i = 0; i < page.count; i++)
            is_one |= batch_awaits(marker, &page.files[i].state, known);
        free(after);
        after = page.count ? strdup(page.files[page.count - 1].path) : NULL;
        batch_page_release(&page);
    }
    free(after);
    return is_one;
}

static bool is_awaited(const char *path, const struct file_state *marker)
{
    return is_awaited_as(path, marker, BATCH_UNKNOWN);
}

static void covers_what_came_before(void **state)
{
    (void)state;
    const struct file_state marker = {.ctime_ns = 1000};
    assert_true(batch_covers(&marker, 0, 0));
    assert_true(batch_covers(&marker, 999, 999));
    assert_true(batch_covers(&marker, 1000, 1000)); /* the last file and its marker in one tick */
    assert_true(batch_covers(&marker, 999, 1001));  /* changed since it was first seen */
    assert_false(batch_covers(&marker, 1000, 1001));
    assert_false(batch_covers(&marker, 1001, 1001));
}

static void waits_for_what_it_covers(void **state)
{
    (void)state;
    make("a.pdf");
    struct file_state later = marker_after("a.pdf", 1), earlier = marker_after("a.pdf", -1);
    assert_true(is_awaited("READY", &later));
    assert_false(is_awaited("READY", &earlier));
    assert_true(is_awaited_as("READY", &earlier, BATCH_QUEUED));
    assert_int_equal(unlink("a.pdf"), 0);
    assert_false(is_awaited("READY", &later));
}

static void waits_for_documents_of_its_directory_only(void **state)
{
    (void)state;
    mkdir("in", 0755);
    mkdir("in/deep", 0755);
    make("in/READY");
    make("in/.hidden");
    make("in/b.tmp");
    make("in/deep/c.pdf");
    make("d.pdf");
    assert_int_equal(symlink("../d.pdf", "in/e.pdf"), 0);
    struct file_state marker = marker_after("d.pdf", INT64_C(1000000000));
    assert_false(is_awaited("in/READY", &marker));
    make("in/f.pdf");
    marker = marker_after("in/f.pdf", 0);
    assert_true(is_awaited("in/READY", &marker));
}

static void does_not_wait_for_what_is_left_alone(void **state)
{
    (void)state;
    char left[] = "in/g.pdf";
    mkdir("in", 0755);
    make(left);
    struct file_state marker = marker_after(left, 0);
    assert_true(is_awaited("in/READY", &marker));
    assert_false(is_awaited_as("in/READY", &marker, BATCH_LEFT));
}

static void lists_page_after_page(void **state)
{
    (void)state;
    struct batch_page page = {.is_last = false};
    char *after = NULL;
    int count = 0;
    for (int i = 0; i < 3 * BATCH_PAGE / 2; i++) {
        char path[32];
        snprintf(path, sizeof(path), "%d.pdf", i);
        make(path);
    }
    for (int pages = 0; pages < 2; pages++) {
        assert_false(page.is_last);
        assert_int_equal(batch_list(&config, &folder, "READY", after, &page), 0);
        for (size_t i = 0; i < page.count; i++, count++) {
            assert_true(!after || strcmp(after, page.files[i].path) < 0);
            free(after);
            after = strdup(page.files[i].path);
        }
        batch_page_release(&page);
    }
    assert_true(page.is_last);
    assert_int_equal(count, 3 * BATCH_PAGE / 2);
    free(after);
}

static void waits_where_it_cannot_be_told(void **state)
{
    (void)state;
    const struct file_state marker = {.ctime_ns = 1};
    assert_true(is_awaited("gone/READY", &marker));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(covers_what_came_before),
        cmocka_unit_test_setup_teardown(waits_for_what_it_covers, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(
            waits_for_documents_of_its_directory_only, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(
            does_not_wait_for_what_is_left_alone, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(lists_page_after_page, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(waits_where_it_cannot_be_told, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
