/* Which folder a file is in, wherever it was put, and whether links lead there. */
#include "closedrop/base/array.h"
#include "closedrop/config/place.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char top[SCRATCH_MAX];

static int make_tree(void **state)
{
    (void)state;
    if (scratch_make(top) < 0 || chdir(top) < 0)
        return -1;
    return system("mkdir -p a/in a/Uploaded/2026-11/in a/Failed b wrong outside && "
                  "ln -s ../outside a/link && ln -s a alias");
}

static int remove_tree(void **state)
{
    (void)state;
    return chdir("/") < 0 ? -1 : scratch_remove(top);
}

static const struct {
    const char *given; /* relative to the tree */
    const char *path;  /* NULL: it is in no folder */
    int folder;
    enum whereabouts whereabouts;
    bool is_behind_link;
} files[] = {
    {"a/x.pdf", "x.pdf", 0, AMONG_DROPPED, false},
    {"a//in/./x.pdf", "in/x.pdf", 0, AMONG_DROPPED, false},
    {"b/../a/in/x.pdf", "in/x.pdf", 0, AMONG_DROPPED, false},
    {"alias/in/x.pdf", "in/x.pdf", 0, AMONG_DROPPED, false},
    {"a/no/such/x.pdf", "no/such/x.pdf", 0, AMONG_DROPPED, false},
    {"a/link/x.pdf", "link/x.pdf", 0, AMONG_DROPPED, true},
    {"a/Uploaded/2026-11/in/x.pdf", "in/x.pdf", 0, AMONG_TAKEN, false},
    {"a/Uploaded/x.pdf", "Uploaded/x.pdf", 0, AMONG_DROPPED, false},
    {"a/Failed/x.pdf", "x.pdf", 0, AMONG_FAILED, false},
    {"wrong/x.pdf", "x.pdf", 1, AMONG_FAILED, false},
    {"b/x.pdf", "x.pdf", 1, AMONG_DROPPED, false},
    {"a", NULL, 0, AMONG_TAKEN, false},
    {"aa/x.pdf", NULL, 0, AMONG_TAKEN, false},
    {"outside/x.pdf", NULL, 0, AMONG_TAKEN, false},
};

static void finds_the_folder_of_a_file(void **state)
{
    (void)state;
    char path_a[128], path_b[128], wrong[128], archive[] = "Uploaded/%Y-%m", failed[] = "Failed";
    snprintf(path_a, sizeof(path_a), "%s/a", top);
    snprintf(path_b, sizeof(path_b), "%s/b", top);
    snprintf(wrong, sizeof(wrong), "%s/wrong", top);
    struct folder folders[] = {{.path = path_a, .archive = archive, .failed = failed},
        {.path = path_b, .archive = archive, .failed = wrong}};
    const struct config config = {.folders = folders, .folder_count = COUNT(folders)};
    for (size_t i = 0; i < COUNT(files); i++) {
        struct place place;
        int result = place_find(&config, files[i].given, &place);
        if (result != (files[i].path != NULL) || !result != !place.folder)
            fail_msg("%s: %d", files[i].given, result);
        if (!files[i].path)
            continue;
        if (place.folder != &folders[files[i].folder] || strcmp(place.path, files[i].path) != 0 ||
            place.whereabouts != files[i].whereabouts ||
            place.is_behind_link != files[i].is_behind_link)
            fail_msg("%s: %s", files[i].given, place.path);
        place_release(&place);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_folder_of_a_file),
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
