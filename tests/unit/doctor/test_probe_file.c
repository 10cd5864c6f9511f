/* The probe file: no document, and removed whatever ends the process. */
#include "closedrop/intake/filter.h"
#include "doctor/probe_file.h"

#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[SCRATCH_MAX];
static int fd;

static int make_directory(void **state)
{
    (void)state;
    if (scratch_make(directory) < 0)
        return -1;
    fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -1 : 0;
}

static int remove_directory(void **state)
{
    (void)state;
    close(fd);
    return scratch_remove(directory);
}

static void is_created_once_and_removed(void **state)
{
    char name[PROBE_NAME_MAX];
    (void)state;
    int probe = probe_file_create(fd);
    assert_true(probe >= 0);
    assert_int_equal(faccessat(fd, probe_file_name(name), F_OK, 0), 0);
    assert_true(probe_file_create(fd) < 0);
    close(probe);
    assert_int_equal(probe_file_remove(fd), 0);
    assert_int_equal(faccessat(fd, name, F_OK, 0), -1);
}

static void is_not_a_document(void **state)
{
    char *none[] = {NULL}, archive[] = "Uploaded", failed[] = "Failed", marker[] = "";
    const struct folder folder = {.include = none,
        .exclude = none,
        .archive = archive,
        .failed = failed,
        .marker = marker,
        .recursive = true};
    char name[PROBE_NAME_MAX];
    (void)state;
    assert_true(filter_takes(&folder, "a.txt"));
    assert_false(filter_takes(&folder, probe_file_name(name)));
}

static void is_removed_by_a_signal(void **state)
{
    int how;
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        probe_file_catch_signals();
        if (probe_file_create(fd) < 0)
            _exit(1);
        (void)raise(SIGTERM);
        _exit(2);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGTERM);
    assert_int_equal(rmdir(directory), 0); /* there is nothing in it */
    assert_int_equal(mkdir(directory, 0700), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_created_once_and_removed),
        cmocka_unit_test(is_not_a_document),
        cmocka_unit_test(is_removed_by_a_signal),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
