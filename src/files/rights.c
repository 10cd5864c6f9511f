/** Why a right is missing, and what would grant it. */
#include "closedrop/files/rights.h"

#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** The distributions give them out themselves: whoever is in one may do what the system may. */
#define SYSTEM_GROUPS_BELOW 100
#define NOGROUP 65534

#define FTP_MASK "local_umask=007 (anonymous: anon_umask=007) in vsftpd.conf"

static const struct {
    mode_t bits;         /* of "others" */
    const char *servers; /* what makes the next ones right */
} needs[] = {
    [RIGHTS_READ_FILE] = {04, FTP_MASK ", create mask = 0660 in smb.conf"},
    [RIGHTS_LIST_DIRECTORY] = {05, FTP_MASK ", directory mask = 2770 in smb.conf"},
    [RIGHTS_CHANGE_DIRECTORY] = {07, FTP_MASK ", directory mask = 2770 in smb.conf"},
};

/** What is missing of one class of users; shifted to the bits of "others". */
static mode_t missing_of(const struct rights *rights, enum rights_need need, int shift)
{
    return needs[need].bits & ~(rights->mode >> shift);
}

static const char *letters_of(mode_t bits)
{
    static const char *const letters[] = {"", "x", "w", "wx", "r", "rx", "rw", "rwx"};
    return letters[bits & 07];
}

/** The mode would do: something else refuses. */
static void advise_other_reasons(struct str *out, const struct rights *rights)
{
    bool is_sticky = S_ISDIR(rights->mode) && rights->mode & S_ISVTX && !rights->is_owner;
    str_add(out, is_sticky ? "its sticky bit only lets the owner of a file move it: chmod -t"
                           : "its mode allows this, so check for an ACL (getfacl), an attribute "
                             "(lsattr, also of the file), AppArmor or SELinux");
}

static void advise_owner(struct str *out, const struct rights *rights, enum rights_need need)
{
    mode_t missing = missing_of(rights, need, 6);
    if (missing)
        str_printf(out, "chmod u+%s", letters_of(missing));
    else
        advise_other_reasons(out, rights);
}

static void advise_membership(struct str *out, const struct rights *rights)
{
    if (rights->is_system_group)
        str_add(out, "chgrp to the group of the folder");
    else
        str_printf(
            out, "usermod -aG %s %s and a restart of closedrop", rights->group, rights->user);
}

/** Others would need more than it has: the group is to have it, and we are to be in the group. */
static void advise_group(struct str *out, const struct rights *rights, enum rights_need need)
{
    mode_t missing = missing_of(rights, need, 3);
    if (missing)
        str_printf(out, "chmod g+%s", letters_of(missing));
    if (!rights->is_in_group) {
        str_add(out, missing ? " with " : "");
        advise_membership(out, rights);
        str_printf(out, ", or setfacl -m u:%s:%s", rights->user, letters_of(needs[need].bits));
    }
    if (missing)
        str_printf(out, "; for new ones %s", needs[need].servers);
}

static void add_advice(struct str *out, const struct rights *rights, enum rights_need need)
{
    int shift = rights->is_in_group ? 3 : 0;
    if (rights->is_owner)
        advise_owner(out, rights, need);
    else if (missing_of(rights, need, shift))
        advise_group(out, rights, need);
    else
        advise_other_reasons(out, rights);
}

const char *rights_explain(
    const struct rights *rights, enum rights_need need, char text[RIGHTS_WORDS])
{
    struct str out = STR_INIT(RIGHTS_WORDS - 1);
    str_printf(&out, "belongs to %s (group %s) with mode %04o, and closedrop runs as %s",
        rights->owner, rights->group, (unsigned)(rights->mode & 07777), rights->user);
    if (!rights->is_owner && !rights->is_in_group)
        str_add(&out, ", which is not in that group");
    str_add(&out, REMEDY);
    add_advice(&out, rights, need);
    snprintf(text, RIGHTS_WORDS, "%s", str_text(&out));
    str_release(&out);
    return text;
}

/* ---- the system ---- */

static bool is_in_group(gid_t gid)
{
    int count = getgroups(0, NULL);
    gid_t *groups = count > 0 ? calloc((size_t)count, sizeof(*groups)) : NULL;
    bool found = gid == getegid();
    count = groups ? getgroups(count, groups) : 0;
    for (int i = 0; i < count && !found; i++)
        found = groups[i] == gid;
    free(groups);
    return found;
}

const char *rights_words(int fd, enum rights_need need, char text[RIGHTS_WORDS])
{
    struct stat stat;
    if (fstat(fd, &stat) < 0) {
        snprintf(text, RIGHTS_WORDS, "cannot be inspected: %s", strerror(errno));
        return text;
    }
    struct rights rights = {.mode = stat.st_mode,
        .is_owner = stat.st_uid == geteuid() || geteuid() == 0,
        .is_in_group = is_in_group(stat.st_gid),
        .is_system_group = stat.st_gid < SYSTEM_GROUPS_BELOW || stat.st_gid == NOGROUP};
    account_user(stat.st_uid, rights.owner);
    account_group(stat.st_gid, rights.group);
    account_user(geteuid(), rights.user);
    return rights_explain(&rights, need, text);
}
