/* Why a permission is missing: what the message says about whom, and what it advises. */
#include "closedrop/base/array.h"
#include "closedrop/files/rights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FTP_MASK "local_umask=007 (anonymous: anon_umask=007) in vsftpd.conf"
#define FILE_SERVERS "; for new ones " FTP_MASK ", create mask = 0660 in smb.conf"
#define DIRECTORY_SERVERS "; for new ones " FTP_MASK ", directory mask = 2770 in smb.conf"
#define MEMBERSHIP "usermod -aG staff cd and a restart of closedrop, or setfacl -m u:cd:"
#define OTHER_REASONS                                                                              \
    "its mode allows this, so check for an ACL (getfacl), an attribute (lsattr, also of the "      \
    "file), AppArmor or SELinux"

#define OF_SYSTEM "chgrp to the group of the folder, or setfacl -m u:cd:"

enum who { OWNER, MEMBER, OTHER, OTHER_THAN_SYSTEM };

static const struct {
    enum rights_need need;
    mode_t mode;
    enum who who;
    const char *advice;
} cases[] = {
    /* vsftpd's umask 077, and one that lets the group read, of a user or group not ours */
    {RIGHTS_READ_FILE, 0100600, OTHER, "chmod g+r with " MEMBERSHIP "r" FILE_SERVERS},
    {RIGHTS_READ_FILE, 0100600, MEMBER, "chmod g+r" FILE_SERVERS},
    {RIGHTS_READ_FILE, 0100640, OTHER, MEMBERSHIP "r"},
    {RIGHTS_READ_FILE, 0100200, OWNER, "chmod u+r"},
    {RIGHTS_READ_FILE, 0100644, OTHER, OTHER_REASONS},
    {RIGHTS_READ_FILE, 0100640, MEMBER, OTHER_REASONS},
    {RIGHTS_READ_FILE, 0100604, MEMBER, "chmod g+r" FILE_SERVERS},
    {RIGHTS_READ_FILE, 0101604, OTHER, OTHER_REASONS},
    /* nobody is to be put into root's group, or daemon's */
    {RIGHTS_READ_FILE, 0100600, OTHER_THAN_SYSTEM, "chmod g+r with " OF_SYSTEM "r" FILE_SERVERS},
    {RIGHTS_READ_FILE, 0100640, OTHER_THAN_SYSTEM, OF_SYSTEM "r"},
    {RIGHTS_CHANGE_DIRECTORY, 040770, OTHER_THAN_SYSTEM, OF_SYSTEM "rwx"},
    /* Samba's default for directories */
    {RIGHTS_CHANGE_DIRECTORY, 040755, OTHER, "chmod g+w with " MEMBERSHIP "rwx" DIRECTORY_SERVERS},
    {RIGHTS_CHANGE_DIRECTORY, 042755, MEMBER, "chmod g+w" DIRECTORY_SERVERS},
    {RIGHTS_CHANGE_DIRECTORY, 040700, MEMBER, "chmod g+rwx" DIRECTORY_SERVERS},
    {RIGHTS_CHANGE_DIRECTORY, 040555, OWNER, "chmod u+w"},
    {RIGHTS_CHANGE_DIRECTORY, 040775, OTHER, MEMBERSHIP "rwx"},
    {RIGHTS_CHANGE_DIRECTORY, 041777, OTHER,
        "its sticky bit only lets the owner of a file move it: chmod -t"},
    {RIGHTS_CHANGE_DIRECTORY, 041777, OWNER, OTHER_REASONS},
    {RIGHTS_CHANGE_DIRECTORY, 040777, OTHER, OTHER_REASONS},
    {RIGHTS_LIST_DIRECTORY, 040700, OTHER, "chmod g+rx with " MEMBERSHIP "rx" DIRECTORY_SERVERS},
    {RIGHTS_LIST_DIRECTORY, 040740, MEMBER, "chmod g+x" DIRECTORY_SERVERS},
    {RIGHTS_LIST_DIRECTORY, 040110, MEMBER, "chmod g+r" DIRECTORY_SERVERS},
};

static void says_whose_it_is_and_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rights rights = {.mode = cases[i].mode,
            .owner = "anna",
            .group = "staff",
            .user = "cd",
            .is_owner = cases[i].who == OWNER,
            .is_in_group = cases[i].who == MEMBER,
            .is_system_group = cases[i].who == OTHER_THAN_SYSTEM};
        char text[RIGHTS_WORDS], expected[2 * RIGHTS_WORDS];
        snprintf(expected, sizeof(expected),
            "belongs to anna (group staff) with mode %04o, and closedrop runs as cd%s; what to do: "
            "%s",
            (unsigned)cases[i].mode & 07777,
            cases[i].who >= OTHER ? ", which is not in that group" : "", cases[i].advice);
        assert_string_equal(rights_explain(&rights, cases[i].need, text), expected);
    }
}

static void the_longest_names_leave_room_for_all_advice(void **state)
{
    (void)state;
    struct rights rights = {.mode = 040000};
    char text[RIGHTS_WORDS];
    memset(rights.owner, 'o', ACCOUNT_NAME - 1);
    memset(rights.group, 'g', ACCOUNT_NAME - 1);
    memset(rights.user, 'u', ACCOUNT_NAME - 1);
    rights_explain(&rights, RIGHTS_CHANGE_DIRECTORY, text);
    assert_non_null(strstr(text, "smb.conf"));
}

static void looks_at_what_is_open(void **state)
{
    (void)state;
    char text[RIGHTS_WORDS], mode[32], directory[] = "/tmp/closedrop-rights.XXXXXX";
    assert_non_null(mkdtemp(directory));
    assert_int_equal(chmod(directory, 0750), 0);
    int fd = open(directory, O_PATH | O_DIRECTORY);
    snprintf(mode, sizeof(mode), "with mode %04o", 0750);
    assert_non_null(strstr(rights_words(fd, RIGHTS_LIST_DIRECTORY, text), mode));
    assert_null(strstr(text, "not in that group"));
    /* a user and a group that the system does not know are given by number */
    if (geteuid() == 0) {
        assert_int_equal(chown(directory, 4242424, 2424242), 0);
        rights_words(fd, RIGHTS_LIST_DIRECTORY, text);
        assert_non_null(strstr(text, "belongs to 4242424 (group 2424242)"));
        assert_non_null(strstr(text, "runs as root"));
    }
    close(fd);
    rmdir(directory);
    assert_non_null(strstr(rights_words(-1, RIGHTS_READ_FILE, text), strerror(EBADF)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_whose_it_is_and_what_to_do),
        cmocka_unit_test(the_longest_names_leave_room_for_all_advice),
        cmocka_unit_test(looks_at_what_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
