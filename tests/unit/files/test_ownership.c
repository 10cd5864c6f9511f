/* Whose a folder is: the decision by a table, and the file that says so, with a clock of our own.
 */
#include "closedrop/base/array.h"
#include "closedrop/base/turn.h"
#include "closedrop/files/ownership.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/safe_open.h"

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
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define OURS 1
#define THEIRS 2
#define STATE_DIR "/var/lib/test"
#define NFS 0x6969

/** The file system's type, 0 for what it is. */
static uint32_t type;

int __real_fstatfs(int fd, struct statfs *stat);
int __wrap_fstatfs(int fd, struct statfs *stat);
int __wrap_fstatfs(int fd, struct statfs *stat)
{
    int result = __real_fstatfs(fd, stat);
    if (type)
        stat->f_type = type;
    return result;
}

/* ---- the decision ---- */

static const struct {
    const char *what;
    struct ownership_facts facts;
    bool refused;
} table[] = {
    {"ours", {.is_ours = true}, false},
    {"ours, and another process of our queue has it locked", {.is_ours = true, .is_held = true},
        false},
    {"locked", {.is_held = true, .is_of_this_host = true}, true},
    {"locked, however long it is unchanged",
        {.is_held = true, .unchanged_ms = 10 * OWNERSHIP_EXPIRY_MS}, true},
    {"not locked, by this host", {.is_free = true, .is_of_this_host = true}, false},
    {"not locked, by another host, through an export", {.is_free = true}, true},
    {"not locked, by another host, and unchanged",
        {.is_free = true, .unchanged_ms = OWNERSHIP_EXPIRY_MS}, false},
    {"locks tell nothing, by this host", {.is_of_this_host = true}, true},
    {"locks tell nothing, its process is gone", {.is_of_this_host = true, .is_gone = true}, false},
    {"locks tell nothing, just seen", {.unchanged_ms = 0}, true},
    {"locks tell nothing, nearly expired", {.unchanged_ms = OWNERSHIP_EXPIRY_MS - 1}, true},
    {"locks tell nothing, expired", {.unchanged_ms = OWNERSHIP_EXPIRY_MS}, false},
};

static void whose_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        if (ownership_is_refused(&table[i].facts) != table[i].refused)
            fail_msg("%s", table[i].what);
}

/* ---- the file ---- */

struct drop {
    char path[SCRATCH_MAX];
    int root;
};

static int make_drop(void **state)
{
    struct drop *drop = calloc(1, sizeof(*drop));
    type = 0;
    assert_int_equal(scratch_make(drop->path), 0);
    drop->root = safe_open_root(drop->path);
    *state = drop;
    return 0;
}

static int remove_drop(void **state)
{
    struct drop *drop = *state;
    int result = scratch_remove(drop->path);
    close(drop->root);
    free(drop);
    return result;
}

static void write_owner(const struct drop *drop, const char *text)
{
    int staging = staging_open(drop->root);
    int file = openat(staging, "owner", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    close(staging);
}

static void read_owner(const struct drop *drop, char text[4096])
{
    int file = safe_open_file(drop->root, STAGING_NAME "/owner");
    ssize_t length = file < 0 ? 0 : read(file, text, 4095);
    text[length < 0 ? 0 : length] = '\0';
    if (file >= 0)
        close(file);
}

static int claim(
    struct ownership *ownership, const struct drop *drop, int64_t queue, int64_t now_ms)
{
    struct owner owner;
    return ownership_claim(ownership, drop->root, queue, STATE_DIR, now_ms, &owner);
}

static void one_has_it_until_it_is_released(void **state)
{
    const struct drop *drop = *state;
    struct ownership ours = OWNERSHIP_INIT, theirs = OWNERSHIP_INIT;
    struct owner owner;
    char words[OWNER_WORDS], expected[OWNER_WORDS], host[HOST_NAME_MAX + 1];
    assert_int_equal(claim(&ours, drop, OURS, 0), OWNERSHIP_OURS);
    assert_int_equal(claim(&ours, drop, OURS, 20000), OWNERSHIP_OURS);
    assert_int_equal(
        ownership_claim(&theirs, drop->root, THEIRS, "/another", 20000, &owner), OWNERSHIP_REFUSED);
    assert_int_equal(owner.queue, OURS);
    assert_int_equal(owner.beat, 3); /* it is made with one */
    assert_int_equal(owner.pid, getpid());
    assert_true(owner_is_at(&owner, STATE_DIR));
    assert_false(owner_is_at(&owner, "/another"));
    gethostname(host, sizeof(host));
    snprintf(expected, sizeof(expected), "watched by another closedrop (host %s, pid %d)", host,
        (int)getpid());
    assert_string_equal(owner_words(&owner, words), expected);
    assert_int_equal(claim(&theirs, drop, THEIRS, 10 * OWNERSHIP_EXPIRY_MS), OWNERSHIP_REFUSED);
    assert_int_equal(ownership_check(drop->root, "", THEIRS, &owner), OWNERSHIP_REFUSED);
    assert_int_equal(ownership_check(drop->root, "", OURS, &owner), OWNERSHIP_OURS);
    ownership_release(&theirs, drop->root, THEIRS); /* takes nothing away */
    assert_int_equal(claim(&theirs, drop, THEIRS, 0), OWNERSHIP_REFUSED);
    ownership_release(&ours, drop->root, OURS);
    assert_int_equal(faccessat(drop->root, STAGING_NAME "/owner", F_OK, 0), -1);
    assert_int_equal(claim(&theirs, drop, THEIRS, 0), OWNERSHIP_OURS);
    ownership_release(&theirs, drop->root, THEIRS);
}

static void a_lock_ends_with_its_process(void **state)
{
    const struct drop *drop = *state;
    struct ownership ours = OWNERSHIP_INIT;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct ownership theirs = OWNERSHIP_INIT;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        byte = (char)(claim(&theirs, drop, THEIRS, 0) == OWNERSHIP_OURS);
        if (write(ready[1], &byte, 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 1);
    assert_int_equal(claim(&ours, drop, OURS, 0), OWNERSHIP_REFUSED);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(claim(&ours, drop, OURS, 1), OWNERSHIP_OURS);
    ownership_release(&ours, drop->root, OURS);
    close(ready[0]);
    close(ready[1]);
}

static void over_a_network_it_is_taken_once_it_was_seen_unchanged(void **state)
{
    const struct drop *drop = *state;
    struct ownership ours = OWNERSHIP_INIT;
    char text[4096];
    int64_t now = 5000;
    type = NFS;
    write_owner(drop, "queue 2\nbeat 1\nhost elsewhere\npid 7\nboot another\nstate_dir /x\n");
    assert_int_equal(claim(&ours, drop, OURS, now), OWNERSHIP_REFUSED);
    assert_int_equal(claim(&ours, drop, OURS, now += 10000), OWNERSHIP_REFUSED);
    write_owner(drop, "queue 2\nbeat 2\nhost elsewhere\npid 7\nboot another\nstate_dir /x\n");
    for (int64_t end = now + OWNERSHIP_EXPIRY_MS; now < end; now += 10000)
        assert_int_equal(claim(&ours, drop, OURS, now), OWNERSHIP_REFUSED);
    assert_int_equal(claim(&ours, drop, OURS, now), OWNERSHIP_OURS);
    read_owner(drop, text);
    assert_non_null(strstr(text, "\nqueue 1\nbeat 2\n"));
    assert_int_equal(claim(&ours, drop, OURS, now), OWNERSHIP_OURS);
    write_owner(drop, "queue 2\nbeat 3\nhost elsewhere\npid 7\nboot another\nstate_dir /x\n");
    assert_int_equal(claim(&ours, drop, OURS, now), OWNERSHIP_REFUSED); /* it was not gone */
    ownership_release(&ours, drop->root, OURS);
    read_owner(drop, text);
    assert_non_null(strstr(text, "queue 2"));
}

static void who_slept_himself_takes_nobody_for_dead(void **state)
{
    const struct drop *drop = *state;
    struct ownership ours = OWNERSHIP_INIT;
    int64_t day = 24LL * 3600 * 1000;
    type = NFS;
    write_owner(drop, "queue 2\nbeat 1\nhost elsewhere\n");
    assert_int_equal(claim(&ours, drop, OURS, 0), OWNERSHIP_REFUSED);
    for (int i = 1; i < OWNERSHIP_EXPIRY_MS / OWNERSHIP_BEAT_MS + 1; i++)
        assert_int_equal(claim(&ours, drop, OURS, i * day), OWNERSHIP_REFUSED);
    assert_int_equal(claim(&ours, drop, OURS, 5 * day), OWNERSHIP_OURS);
    ownership_release(&ours, drop->root, OURS);
}

/** An owner file of this very machine, over a network, by the process `pid`. */
static void write_owner_here(const struct drop *drop, pid_t pid)
{
    struct ownership theirs = OWNERSHIP_INIT;
    char text[4096], changed[4096 + 32];
    assert_int_equal(claim(&theirs, drop, THEIRS, 0), OWNERSHIP_OURS);
    read_owner(drop, text);
    char *at = strstr(text, "\npid ");
    assert_non_null(at);
    *at = '\0';
    snprintf(changed, sizeof(changed), "%s\npid %d\n%s", text, (int)pid, strchr(at + 5, '\n') + 1);
    write_owner(drop, changed);
}

static void over_a_network_a_process_of_this_machine_that_is_gone_is_no_owner(void **state)
{
    const struct drop *drop = *state;
    struct ownership ours = OWNERSHIP_INIT;
    type = NFS;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    write_owner_here(drop, child);
    assert_int_equal(
        claim(&ours, drop, OURS, 0), OWNERSHIP_REFUSED); /* it is still to be waited for */
    waitpid(child, NULL, 0);
    assert_int_equal(claim(&ours, drop, OURS, 0), OWNERSHIP_OURS);
    ownership_release(&ours, drop->root, OURS);
}

static void what_is_no_owner_file_is_never_written_over(void **state)
{
    const struct drop *drop = *state;
    struct ownership ours = OWNERSHIP_INIT;
    char text[4096];
    write_owner(drop, "a document that was called so\n");
    assert_int_equal(linkat(drop->root, STAGING_NAME "/owner", drop->root, "link", 0), 0);
    assert_int_equal(claim(&ours, drop, OURS, 0), OWNERSHIP_OURS);
    read_owner(drop, text);
    assert_non_null(strstr(text, "\nqueue 1\n"));
    int file = safe_open_file(drop->root, "link");
    ssize_t length = read(file, text, sizeof(text));
    close(file);
    assert_int_equal(length, 30);
    ownership_release(&ours, drop->root, OURS);
}

static void a_file_that_was_removed_is_made_again(void **state)
{
    const struct drop *drop = *state;
    struct ownership ours = OWNERSHIP_INIT, theirs = OWNERSHIP_INIT;
    assert_int_equal(claim(&ours, drop, OURS, 0), OWNERSHIP_OURS);
    assert_int_equal(unlinkat(drop->root, STAGING_NAME "/owner", 0), 0);
    assert_int_equal(claim(&ours, drop, OURS, 20000), OWNERSHIP_OURS);
    assert_int_equal(claim(&theirs, drop, THEIRS, 20000), OWNERSHIP_REFUSED);
    assert_int_equal(unlinkat(drop->root, STAGING_NAME "/owner", 0), 0);
    assert_int_equal(claim(&theirs, drop, THEIRS, 20000), OWNERSHIP_OURS); /* a person's wish */
    assert_int_equal(claim(&ours, drop, OURS, 40000), OWNERSHIP_REFUSED);
    assert_int_equal(ours.file, -1);
    ownership_release(&theirs, drop->root, THEIRS);
}

static void another_users_staging_is_refused(void **state)
{
    const struct drop *drop = *state;
    struct ownership ours = OWNERSHIP_INIT;
    struct owner owner;
    char words[OWNER_WORDS];
    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdirat(drop->root, STAGING_NAME, 0700), 0);
    assert_int_equal(fchownat(drop->root, STAGING_NAME, 12345, 12345, 0), 0);
    assert_int_equal(
        ownership_claim(&ours, drop->root, OURS, STATE_DIR, 0, &owner), OWNERSHIP_FOREIGN);
    assert_string_equal(owner_words(&owner, words),
        "marked by another user's closedrop (uid 12345 owns .closedrop in it)");
}

static void where_it_cannot_be_told_that_is_said(void **state)
{
    const struct drop *drop = *state;
    struct ownership ours = OWNERSHIP_INIT;
    struct owner owner;
    assert_int_equal(mkdirat(drop->root, STAGING_NAME, 0700), 0);
    assert_int_equal(mkdirat(drop->root, STAGING_NAME "/owner", 0700), 0);
    assert_int_equal(claim(&ours, drop, OURS, 0), -EISDIR);
    assert_int_equal(ownership_check(drop->root, "", OURS, &owner), OWNERSHIP_OURS);
    ownership_release(&ours, drop->root, OURS);
    ownership_release(&ours, -1, OURS);
}

static void its_own_file_is_looked_for_once_a_turn(void **state)
{
    const struct drop *drop = *state;
    struct ownership ours = OWNERSHIP_INIT;
    assert_int_equal(claim(&ours, drop, OURS, 0), OWNERSHIP_OURS);
    assert_false(ownership_is_lost(&ours, drop->root));
    assert_int_equal(unlinkat(drop->root, STAGING_NAME "/owner", 0), 0);
    assert_true(ownership_is_lost(&ours, drop->root));
    assert_int_equal(claim(&ours, drop, OURS, 1), OWNERSHIP_OURS);
    turn_begin();
    assert_false(ownership_is_lost(&ours, drop->root));
    assert_int_equal(unlinkat(drop->root, STAGING_NAME "/owner", 0), 0);
    assert_false(ownership_is_lost(&ours, drop->root));
    turn_begin();
    assert_true(ownership_is_lost(&ours, drop->root));
    assert_true(ownership_is_lost(&ours, drop->root));
    ownership_release(&ours, drop->root, OURS);
}

#define on_disk(test) cmocka_unit_test_setup_teardown(test, make_drop, remove_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_it_is), on_disk(one_has_it_until_it_is_released),
        on_disk(a_lock_ends_with_its_process),
        on_disk(over_a_network_it_is_taken_once_it_was_seen_unchanged),
        on_disk(who_slept_himself_takes_nobody_for_dead),
        on_disk(over_a_network_a_process_of_this_machine_that_is_gone_is_no_owner),
        on_disk(what_is_no_owner_file_is_never_written_over),
        on_disk(a_file_that_was_removed_is_made_again), on_disk(another_users_staging_is_refused),
        on_disk(where_it_cannot_be_told_that_is_said),
        on_disk(its_own_file_is_looked_for_once_a_turn), /* there are turns from then on */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
