/* The end marker of a batch goes where files go, but never one that announces another batch. */
#include "closedrop/work/end_marker.h"

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
static char name[] = "A", archive[] = "Uploaded";
static struct folder folder;
static void (*meanwhile)(void); /* what somebody does just before, or after, it is taken */
static void (*just_after)(void);

int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new)
{
    bool is_taking = strcmp(new, STAGED_END_MARKER) == 0;
    if (is_taking && meanwhile)
        meanwhile();
    int result = __real_renameat(from, old, to, new);
    if (is_taking && just_after)
        just_after();
    return result;
}

static void write_marker(const char *text)
{
    int fd = open("in/READY", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_true(write(fd, text, strlen(text)) >= 0);
    close(fd);
}

static void write_anew(void)
{
    write_marker("the second batch");
}

static void write_another(void)
{
    write_marker("the third batch");
}

static int make_folder(void **state)
{
    (void)state;
    if (scratch_make(top) < 0 || chdir(top) < 0 || mkdir("in", 0755) < 0)
        return -1;
    folder = (struct folder){
        .name = name, .path = top, .after_upload = AFTER_ARCHIVE, .archive = archive};
    meanwhile = just_after = NULL;
    write_marker("");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return chdir("/") < 0 ? -1 : scratch_remove(top);
}

static struct file_state seen(void)
{
    struct file_state state;
    int fd = open("in/READY", O_PATH | O_CLOEXEC);
    assert_int_equal(file_state_read(fd, &state), 0);
    close(fd);
    return state;
}

static void put_away(void)
{
    const struct file_state state = seen();
    end_marker_put_away(&folder, "in/READY", &state);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void assert_says(const char *path, const char *text)
{
    char found[64] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(read(fd, found, sizeof(found) - 1) >= 0);
    close(fd);
    assert_string_equal(found, text);
}

static void goes_to_the_archive(void **state)
{
    (void)state;
    put_away();
    assert_false(is_there("in/READY"));
    assert_true(is_there("Uploaded/in/READY"));
    write_marker("another");
    put_away();
    assert_says("Uploaded/in/READY (2)", "another");
    assert_false(is_there(".closedrop/" STAGED_END_MARKER));
}

static void is_deleted_where_files_are(void **state)
{
    (void)state;
    folder.after_upload = AFTER_DELETE;
    put_away();
    assert_false(is_there("in/READY"));
    assert_false(is_there("Uploaded"));
    assert_false(is_there(".closedrop/" STAGED_END_MARKER));
}

static void stays_where_it_is_another_than_was_seen(void **state)
{
    (void)state;
    const struct file_state before = seen();
    write_anew();
    end_marker_put_away(&folder, "in/READY", &before);
    assert_says("in/READY", "the second batch");
}

static void stays_while_somebody_writes_it(void **state)
{
    (void)state;
    int fd = open("in/READY", O_WRONLY | O_CLOEXEC);
    put_away();
    assert_true(is_there("in/READY"));
    close(fd);
    put_away();
    assert_false(is_there("in/READY"));
}

static void is_given_back_if_written_anew_as_it_is_taken(void **state)
{
    (void)state;
    meanwhile = write_anew;
    put_away();
    assert_says("in/READY", "the second batch");
    assert_false(is_there("Uploaded/in/READY"));
    assert_false(is_there(".closedrop/" STAGED_END_MARKER));
}

static void never_replaces_another(void **state)
{
    (void)state;
    meanwhile = write_anew;
    just_after = write_another;
    put_away();
    assert_says("in/READY", "the third batch");
    assert_false(is_there("in/READY (2)"));
    assert_false(is_there(".closedrop/" STAGED_END_MARKER));
}

static void leaves_a_directory_of_its_name(void **state)
{
    (void)state;
    const struct file_state before = seen();
    assert_int_equal(unlink("in/READY"), 0);
    assert_int_equal(mkdir("in/READY", 0755), 0);
    end_marker_put_away(&folder, "in/READY", &before);
    assert_true(is_there("in/READY"));
    end_marker_put_away(&folder, "gone/READY", &before);
}

static void stays_where_there_is_no_archive(void **state)
{
    (void)state;
    int fd = open("Uploaded", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    close(fd);
    put_away();
    assert_true(is_there("in/READY"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(goes_to_the_archive, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(is_deleted_where_files_are, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(
            stays_where_it_is_another_than_was_seen, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(stays_while_somebody_writes_it, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(
            is_given_back_if_written_anew_as_it_is_taken, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(never_replaces_another, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(leaves_a_directory_of_its_name, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(
            stays_where_there_is_no_archive, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
