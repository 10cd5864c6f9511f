/* What the program uses itself is known by device and inode, and so are directories that are not a
 * folder's own. */
#include "closedrop/base/array.h"
#include "closedrop/base/turn.h"
#include "closedrop/config/own_files.h"

#include "scratch.h"

#include <errno.h>
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

static int make_tree(void **state)
{
    (void)state;
    char command[512];
    if (scratch_make(top) < 0 || chdir(top) < 0)
        return -1;
    snprintf(command, sizeof(command),
        "mkdir -p a b a/in arch/deep away/2026 wrong state a/Uploaded && "
        "touch conf key ca table people state/queue.db state/queue.db-wal state/ballast doc && "
        "ln key a/linked && ln state/ballast a/heavy && ln -s ../table a/link && ln -s b alias");
    return system(command);
}

static int remove_tree(void **state)
{
    (void)state;
    return chdir("/") < 0 ? -1 : scratch_remove(top);
}

/* paths in the tree, where the tests run */
static char file[] = "conf", key[] = "key", ca[] = "ca", nothing[] = "", table[] = "table",
            people[] = "people";
static char state_dir[] = "state", missing[] = "missing";
static char name_a[] = "A", path_a[128], archive_a[128], failed_a[] = "Failed";
static char name_b[] = "B", path_b[128], archive_b[] = "Uploaded/%Y-%m", failed_b[128];

static struct folder folders[2];
static struct rule rules[2];
static struct config config;

static void fill(void)
{
    snprintf(path_a, sizeof(path_a), "%s/a", top);
    snprintf(path_b, sizeof(path_b), "%s/b", top);
    snprintf(archive_a, sizeof(archive_a), "%s/arch/deep%%m/%%Y", top);
    snprintf(failed_b, sizeof(failed_b), "%s/wrong", top);
    folders[0] =
        (struct folder){.name = name_a, .path = path_a, .archive = archive_a, .failed = failed_a};
    folders[1] =
        (struct folder){.name = name_b, .path = path_b, .archive = archive_b, .failed = failed_b};
    rules[0] = (struct rule){.table = NULL};
    rules[1] = (struct rule){.table = table};
    config = (struct config){.file = file,
        .state_dir = state_dir,
        .close = {.api_key_file = key, .ca_file = ca},
        .folders = folders,
        .folder_count = 2,
        .rules = rules,
        .rule_count = 2,
        .people = {.file = people}};
    assert_int_equal(own_files_make(&config), 0);
}

static int forget(void **state)
{
    (void)state;
    own_files_free(config.own_files);
    return 0;
}

static int own_file_at(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    assert_true(fd >= 0);
    struct file_state state;
    assert_int_equal(file_state_read(fd, &state), 0);
    int result = own_file(&config, &state);
    close(fd);
    return result;
}

static void knows_its_files_by_any_name(void **state)
{
    (void)state;
    static const char *const own[] = {"conf", "key", "ca", "table", "people", "state/queue.db",
        "state/queue.db-wal", "state/ballast", "a/linked", "a/heavy", "a/link"};
    fill();
    for (size_t i = 0; i < COUNT(own); i++)
        if (own_file_at(own[i], O_PATH) != 1)
            fail_msg("%s", own[i]);
    assert_int_equal(own_file_at("doc", O_RDONLY), 0);
    own_files_free(config.own_files);
    config.close.api_key_file = NULL;
    config.close.ca_file = nothing;
    assert_int_equal(own_files_make(&config), 0);
    assert_int_equal(own_file_at("key", O_PATH), 0);
    assert_int_equal(own_file_at("ca", O_PATH), 0);
    config.state_dir = missing;
    assert_int_equal(own_file_at("state/ballast", O_PATH), 0);
}

static void knows_what_was_moved_until_something_takes_its_place(void **state)
{
    (void)state;
    fill();
    own_files_see(&config);
    assert_int_equal(rename("key", "a/moved"), 0);
    assert_int_equal(own_file_at("a/moved", O_PATH), 1);
    assert_int_equal(own_file_at("doc", O_PATH), 0);
    assert_int_equal(rename("doc", "key"), 0); /* a new key */
    assert_int_equal(own_file_at("a/moved", O_PATH), 0);
    assert_int_equal(own_file_at("key", O_PATH), 1);
    assert_int_equal(rename("key", "doc"), 0);
    assert_int_equal(own_file_at("doc", O_PATH), 1);
    assert_int_equal(own_file_at("a/moved", O_PATH), 0);
    assert_int_equal(rename("a/moved", "key"), 0);
}

static const struct {
    const char *path;
    size_t folder;
    const char *words; /* NULL: none of them */
} directories[] = {
    {"a/in", 0, NULL},
    {"a", 0, NULL},
    {"b", 1, NULL},
    {"alias", 1, NULL},
    {"arch", 1, "the archive of the folder \"A\""},
    {"arch/deep", 1, NULL},
    {"wrong", 0, "the directory for failed files of the folder \"B\""},
    {"wrong", 1, "the directory for failed files of the folder \"B\""},
    {"b", 0, "the root of the folder \"B\""},
    {"a", 1, "the root of the folder \"A\""},
    {"a/Uploaded", 0, NULL}, /* that is B's pattern, and this is A */
    {"state", 0, "state_dir"},
};

static void knows_directories_that_are_not_the_folders(void **state)
{
    (void)state;
    fill();
    for (size_t i = 0; i < COUNT(directories); i++) {
        char words[OWN_DIRECTORY_MAX] = "";
        int fd = open(directories[i].path, O_PATH | O_CLOEXEC);
        bool is_own = own_directory(&config, &folders[directories[i].folder], fd, words);
        close(fd);
        if (is_own != (directories[i].words != NULL) ||
            (is_own && strcmp(words, directories[i].words) != 0))
            fail_msg("%s: %s", directories[i].path, words);
    }
    char words[OWN_DIRECTORY_MAX];
    assert_false(own_directory(&config, &folders[0], -1, words));
}

static void gives_a_root_that_two_have_to_the_first(void **state)
{
    (void)state;
    char words[OWN_DIRECTORY_MAX];
    fill();
    strcpy(path_b, path_a);
    int fd = open("a", O_PATH | O_CLOEXEC);
    assert_false(own_directory(&config, &folders[0], fd, words));
    assert_true(own_directory(&config, &folders[1], fd, words));
    assert_string_equal(words, "the root of the folder \"A\"");
    close(fd);
}

/** With turns, all of it is looked up once in each. */
static void looks_once_a_turn(void **state)
{
    (void)state;
    char words[OWN_DIRECTORY_MAX];
    fill();
    turn_begin();
    assert_int_equal(own_file_at("key", O_PATH), 1);
    int fd = open("arch", O_PATH | O_CLOEXEC);
    assert_true(own_directory(&config, &folders[1], fd, words));
    assert_int_equal(system("mv key was && mv doc key && mv arch arched && mkdir arch && "
                            "touch state/new"),
        0);
    assert_int_equal(own_file_at("was", O_PATH), 1);
    assert_int_equal(own_file_at("key", O_PATH), 0);
    assert_int_equal(own_file_at("state/new", O_PATH), 0);
    assert_true(own_directory(&config, &folders[1], fd, words));
    turn_begin();
    assert_int_equal(own_file_at("was", O_PATH), 0);
    assert_int_equal(own_file_at("key", O_PATH), 1);
    assert_int_equal(own_file_at("state/new", O_PATH), 1);
    assert_false(own_directory(&config, &folders[1], fd, words));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(knows_its_files_by_any_name, forget),
        cmocka_unit_test_teardown(knows_what_was_moved_until_something_takes_its_place, forget),
        cmocka_unit_test_teardown(knows_directories_that_are_not_the_folders, forget),
        cmocka_unit_test_teardown(gives_a_root_that_two_have_to_the_first, forget),
        cmocka_unit_test_teardown(looks_once_a_turn, forget), /* there are turns from then on */
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
