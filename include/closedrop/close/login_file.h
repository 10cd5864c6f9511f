/**
 * The file in state_dir that keeps a login, for the agent and for commands, and the lock by which
 * one of them at a time changes it. Only the user that closedrop runs as can read it.
 */
#ifndef CLOSEDROP_CLOSE_LOGIN_FILE_H
#define CLOSEDROP_CLOSE_LOGIN_FILE_H

#include "closedrop/close/login.h"

struct str;

/** Its name in state_dir. */
#define LOGIN_FILE "login"

/**
 * Read it; without a file nobody is logged in, and nobody was. `ret_changed_ns`: its ctime, -1
 * without a file. Returns 0, or a negative errno with what is wrong, and what would be right, added
 * to `why`.
 */
int login_load(
    const char *state_dir, struct login *ret_login, int64_t *ret_changed_ns, struct str *why);

/**
 * Replace it as a whole, durably: after a crash there is either the old one or this one. Returns 0
 * or a negative errno, with the reason added to `why`. Call it with the lock.
 */
int login_store(const char *state_dir, const struct login *login, struct str *why);

/** Have room on the disk for the next login_store(), so that it does not fail for the lack of it.
 * Returns and needs the same. */
int login_reserve(const char *state_dir, struct str *why);

/**
 * Lock it, until the descriptor is given to login_unlock(), or this process ends. Creates
 * state_dir. Returns the descriptor, -EAGAIN if another process has the lock, or another negative
 * errno with the reason added to `why`.
 */
int login_lock(const char *state_dir, struct str *why);

/** Unlock it; -1 is ignored. */
void login_unlock(int lock);

#endif
