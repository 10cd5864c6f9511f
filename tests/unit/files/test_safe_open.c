/* Opening in a hostile folder: nothing but a regular file below the root is ever opened for
 * reading. */
#include "closedrop/base/array.h"
#include "closedrop/files/safe_open.h"

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char top[SCRATCH_MAX];
    int root; /* of the drop folder: top/drop */
};

static void write_file(int directory, const char *name, const char *text)
{
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static int make_place(void **state)
{
    static struct place place;
    char path[80];
    if (scratch_make(place.top) < 0 || snprintf(path, sizeof(path), "%s/drop", place.top) < 0)
        return -1;
    int top = open(place.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    write_file(top, "secret", "secret");
    mkdirat(top, "drop", 0755);
    close(top);
    place.root = safe_open_root(path);
    mkdirat(place.root, "in", 0755);
    write_file(place.root, "a.pdf", "hello");
    write_file(place.root, "in/b.pdf", "below");
    *state = &place;
    return place.root < 0;
}

static int remove_place(void **state)
{
    const struct place *place = *state;
    close(place->root);
    return scratch_remove(place->top);
}

static void opens_regular_files(void **state)
{
    const struct place *place = *state;
    static const char *const paths[] = {"a.pdf", "in/b.pdf", "./a.pdf", "in//b.pdf"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        char text[6] = "";
        int fd = safe_open_file(place->root, paths[i]);
        if (fd < 0)
            fail_msg("%s: %s", paths[i], strerror(-fd));
        assert_int_equal(read(fd, text, 5), 5);
        assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        close(fd);
    }
}

static void lists_directories(void **state)
{
    const struct place *place = *state;
    static const char *const paths[] = {"", "in"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        int fd = safe_open_directory(place->root, paths[i]);
        assert_true(fd >= 0);
        close(fd);
    }
    assert_int_equal(safe_open_directory(place->root, "a.pdf"), -ENOTDIR);
    assert_int_equal(safe_open_directory(place->root, "none"), -ENOENT);
    assert_int_equal(safe_open_root("/nowhere"), -ENOENT);
}

static const struct {
    const char *name, *target;
} links[] = {
    {"link", "a.pdf"},
    {"link-out", "../secret"},
    {"link-absolute", "/etc/passwd"},
    {"link-broken", "nothing"},
    {"link-in", "in"},
    {"link-up", ".."},
};

static bool has_device; /* making one takes root */

static void make_strange_things(int root)
{
    for (size_t i = 0; i < COUNT(links); i++)
        assert_int_equal(symlinkat(links[i].target, root, links[i].name), 0);
    assert_int_equal(mkfifoat(root, "fifo", 0666), 0);
    has_device = mknodat(root, "device", S_IFCHR | 0666, makedev(1, 3)) == 0;
    if (!has_device)
        print_message("skipped: making a device takes root\n");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/socket", root);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
}

static const struct {
    const char *path;
    int error; /* 0: any */
} refused[] = {
    {"link", 0},
    {"link-out", 0},
    {"link-absolute", 0},
    {"link-broken", 0},
    {"link-in/b.pdf", -ELOOP},
    {"link-up/secret", -ELOOP},
    {"..", -EXDEV},
    {"../secret", -EXDEV},
    {"in/../../secret", -EXDEV},
    {"/etc/passwd", -EXDEV},
    {"in", -EINVAL},
    {"", -EINVAL},
    {"fifo", -EINVAL},
    {"device", -EINVAL},
    {"socket", -EINVAL},
    {"none", -ENOENT},
    {"none/b.pdf", -ENOENT},
    {"a.pdf/b.pdf", -ENOTDIR},
};

static void opens_nothing_else(void **state)
{
    const struct place *place = *state;
    make_strange_things(place->root);
    for (size_t i = 0; i < COUNT(refused); i++) {
        if (!has_device && strcmp(refused[i].path, "device") == 0)
            continue;
        int fd = safe_open_file(place->root, refused[i].path); /* must not wait for the FIFO */
        if (fd >= 0 || (refused[i].error && fd != refused[i].error))
            fail_msg("%s: %d (%s)", refused[i].path, fd, fd < 0 ? strerror(-fd) : "opened");
    }
}

/* a look at a link is refused or shows the link itself, never what it points to */
static void follows_no_link_even_for_a_look(void **state)
{
    const struct place *place = *state;
    make_strange_things(place->root);
    for (size_t i = 0; i < COUNT(links); i++) {
        struct stat seen = {.st_mode = S_IFLNK};
        int fd = safe_open_path(place->root, links[i].name);
        if (fd < 0 ? fd != -ELOOP : fstat(fd, &seen) < 0 || !S_ISLNK(seen.st_mode))
            fail_msg("%s: %d", links[i].name, fd);
        if (fd >= 0)
            close(fd);
    }
    assert_int_equal(safe_open_path(place->root, "link-in/b.pdf"), -ELOOP);
    assert_true(safe_open_directory(place->root, "link-in") < 0);
}

static void looks_at_anything_else(void **state)
{
    const struct place *place = *state;
    static const char *const things[] = {"a.pdf", "in", "fifo", "device", "socket"};
    make_strange_things(place->root);
    for (size_t i = 0; i < COUNT(things); i++) {
        if (!has_device && strcmp(things[i], "device") == 0)
            continue;
        int fd = safe_open_path(place->root, things[i]);
        if (fd < 0)
            fail_msg("%s: %s", things[i], strerror(-fd));
        char byte;
        assert_int_equal(read(fd, &byte, 1), -1); /* a path descriptor does not open it */
        close(fd);
    }
}

static void knows_an_empty_directory(void **state)
{
    const struct place *place = *state;
    assert_false(directory_is_empty(place->root));
    int in = safe_open_directory(place->root, "in");
    assert_false(directory_is_empty(in));
    assert_int_equal(unlinkat(in, "b.pdf", 0), 0);
    assert_true(directory_is_empty(in));
    assert_true(directory_is_empty(in)); /* asked a second time */
    assert_int_equal(symlinkat("nothing", in, ".hidden"), 0);
    assert_false(directory_is_empty(in));
    close(in);
    int file = safe_open_file(place->root, "a.pdf");
    assert_false(directory_is_empty(file)); /* cannot be listed */
    close(file);
}

static void stays_with_the_file_it_looked_at(void **state)
{
    const struct place *place = *state;
    char text[6] = "";
    int path_fd = safe_open_path(place->root, "a.pdf");
    write_file(place->root, "b.pdf", "swapped");
    assert_int_equal(renameat(place->root, "b.pdf", place->root, "a.pdf"), 0);
    int fd = safe_reopen_file(path_fd);
    assert_int_equal(read(fd, text, 5), 5);
    assert_string_equal(text, "hello");
    close(fd);
    fd = safe_reopen_known(path_fd, S_IFREG | 0644);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(safe_reopen_known(path_fd, S_IFIFO | 0644), -EINVAL);
    close(path_fd);
}

static void does_not_cross_into_another_mount(void **state)
{
    (void)state;
    int root = safe_open_root("/");
    struct stat top, below;
    assert_int_equal(stat("/", &top), 0);
    if (stat("/proc/version", &below) < 0 || top.st_dev == below.st_dev) {
        print_message("skipped: /proc is no mount of its own here\n");
        close(root);
        skip();
    }
    assert_int_equal(safe_open_file(root, "proc/version"), -EXDEV);
    close(root);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(opens_regular_files),
        IN_PLACE(lists_directories),
        IN_PLACE(opens_nothing_else),
        IN_PLACE(follows_no_link_even_for_a_look),
        IN_PLACE(looks_at_anything_else),
        IN_PLACE(knows_an_empty_directory),
        IN_PLACE(stays_with_the_file_it_looked_at),
        cmocka_unit_test(does_not_cross_into_another_mount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
