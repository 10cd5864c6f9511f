/**
 * A login with OAuth: the tokens that Close gave out for it (Close API documentation, "OAuth
 * Authentication"), when they came, and what is known about them. As values; login_file.h keeps
 * them on disk.
 *
 * An access token lasts an hour. With the refresh token Close gives out a new pair, and revokes the
 * old refresh token: whoever loses the answer has lost the login.
 */
#ifndef CLOSEDROP_CLOSE_LOGIN_H
#define CLOSEDROP_CLOSE_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A token, and whatever else is kept, may have this many bytes. */
#define LOGIN_TOKEN_MAX 8192
#define LOGIN_TEXT_MAX 255
/** As Close says it; only for an answer that does not. */
#define LOGIN_LIFE_MS (3600 * INT64_C(1000))

struct login {
    char access_token[LOGIN_TOKEN_MAX + 1]; /* "": nobody is logged in */
    char refresh_token[LOGIN_TOKEN_MAX + 1];
    char client_id[LOGIN_TEXT_MAX + 1]; /* of the app that they are for */
    char user_id[LOGIN_TEXT_MAX + 1];   /* who logged in, also when that is over; "": not known */
    int64_t steady_ms;                  /* when they came, on the steady clock */
    int64_t boot;                       /* of this boot (clock_boot()) */
    int64_t life_ms;                    /* how long the access token lasts from then on */
    int64_t asked_ms; /* wall clock: new ones were asked for, and no answer was kept; 0: not so */
};

/** A moment, on a clock that nobody can set. */
struct login_now {
    int64_t steady_ms, boot;
};

/** This one. */
struct login_now login_now(void);

/** It begins, or got new tokens, now. */
void login_begin(struct login *login, const struct login_now *now);

/** Whether there are tokens, for this app. */
bool login_is_there(const struct login *login, const char *client_id);

/**
 * When the access token ends, and when to ask for another one: while a sixth of its life is left.
 * On the steady clock: a wall clock that is wrong makes no difference. How old a token of an
 * earlier boot is is not known, so it ends at once.
 */
int64_t login_ends_at(const struct login *login, const struct login_now *now);
int64_t login_renew_at(const struct login *login, const struct login_now *now);

/** No tokens any more; who had logged in is still known. */
void login_end(struct login *login);

/** Whether a text can be a token, or a secret: 1 to `most` printable characters of ASCII. */
bool login_is_token(const char *text, size_t most);

/** Room for login_print(), in bytes. */
#define LOGIN_PRINTED (2 * LOGIN_TOKEN_MAX + 2 * LOGIN_TEXT_MAX + 512)

/** Write it as text, with a NUL. Returns the length without that. */
size_t login_print(const struct login *login, char text[LOGIN_PRINTED]);

/** Read what login_print() wrote. Returns 0, or -EINVAL if it is anything else. */
int login_parse(const char *text, struct login *ret_login);

/** Erase it from memory. */
void login_erase(struct login *login);

#endif
