/** A login's tokens: how long they are good for, and how they are written down. */
#include "closedrop/close/login.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** An access token is renewed when a part of 1/RENEW_PART of its life is left. */
#define RENEW_PART 6

struct login_now login_now(void)
{
    int64_t boot = (int64_t)((uint64_t)clock_boot() >> 31); /* all that differs, in fewer digits */
    return (struct login_now){clock_steady_ms(), boot};
}

void login_begin(struct login *login, const struct login_now *now)
{
    login->steady_ms = now->steady_ms;
    login->boot = now->boot;
    login->asked_ms = 0;
}

bool login_is_there(const struct login *login, const char *client_id)
{
    return login->access_token[0] && strcmp(login->client_id, client_id) == 0;
}

/** How much of its life is over: all of it where that is not known. */
static int64_t age(const struct login *login, const struct login_now *now)
{
    bool is_same_boot = login->boot && login->boot == now->boot;
    int64_t passed = now->steady_ms - login->steady_ms;
    return !is_same_boot || passed < 0 || passed > login->life_ms ? login->life_ms : passed;
}

int64_t login_ends_at(const struct login *login, const struct login_now *now)
{
    return now->steady_ms + login->life_ms - age(login, now);
}

int64_t login_renew_at(const struct login *login, const struct login_now *now)
{
    return login_ends_at(login, now) - login->life_ms / RENEW_PART;
}

void login_end(struct login *login)
{
    explicit_bzero(login->access_token, sizeof(login->access_token));
    explicit_bzero(login->refresh_token, sizeof(login->refresh_token));
    login->asked_ms = 0;
}

bool login_is_token(const char *text, size_t most)
{
    size_t length = 0;
    while (text[length] > ' ' && text[length] < 0x7F)
        length++;
    return length > 0 && length <= most && !text[length];
}

/* ---- as text ---- */

/** The members that are texts, and those that are numbers: a line each, "name value". */
static const struct {
    const char *name;
    size_t offset, most;
} texts[] = {
    {"access_token", offsetof(struct login, access_token), LOGIN_TOKEN_MAX},
    {"refresh_token", offsetof(struct login, refresh_token), LOGIN_TOKEN_MAX},
    {"client_id", offsetof(struct login, client_id), LOGIN_TEXT_MAX},
    {"user_id", offsetof(struct login, user_id), LOGIN_TEXT_MAX},
};

static const struct {
    const char *name;
    size_t offset;
} numbers[] = {
    {"steady_ms", offsetof(struct login, steady_ms)},
    {"boot", offsetof(struct login, boot)},
    {"life_ms", offsetof(struct login, life_ms)},
    {"asked_ms", offsetof(struct login, asked_ms)},
};

size_t login_print(const struct login *login, char text[LOGIN_PRINTED])
{
    size_t length = 0;
    for (size_t i = 0; i < COUNT(texts); i++)
        length += (size_t)snprintf(text + length, LOGIN_PRINTED - length, "%s %s\n", texts[i].name,
            (const char *)login + texts[i].offset);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        int64_t number;
        memcpy(&number, (const char *)login + numbers[i].offset, sizeof(number));
        length += (size_t)snprintf(
            text + length, LOGIN_PRINTED - length, "%s %" PRId64 "\n", numbers[i].name, number);
    }
    return length;
}

/** The value of a line "name value", which ends with a line feed; NULL if it is another. */
static const char *value_of(const char **at, const char *name, size_t *ret_length)
{
    size_t skipped = strlen(name) + 1;
    const char *end = strchr(*at, '\n');
    if (!end || !str_starts_with(*at, name) || (*at)[skipped - 1] != ' ')
        return NULL;
    const char *value = *at + skipped;
    *at = end + 1;
    *ret_length = (size_t)(end - value);
    return value;
}

static bool read_text(const char **at, size_t i, struct login *login)
{
    char *member = (char *)login + texts[i].offset;
    size_t length;
    const char *value = value_of(at, texts[i].name, &length);
    if (!value || length > texts[i].most)
        return false;
    memcpy(member, value, length);
    member[length] = '\0';
    return length == 0 || login_is_token(member, texts[i].most);
}

static bool read_number(const char **at, size_t i, struct login *login)
{
    size_t length;
    const char *value = value_of(at, numbers[i].name, &length);
    if (!value || length < 1 || length > 15 || strspn(value, "0123456789") != length)
        return false;
    int64_t number = strtoll(value, NULL, 10);
    memcpy((char *)login + numbers[i].offset, &number, sizeof(number));
    return true;
}

int login_parse(const char *text, struct login *ret_login)
{
    struct login login = {.access_token = ""};
    bool is_whole = true;
    for (size_t i = 0; is_whole && i < COUNT(texts); i++)
        is_whole = read_text(&text, i, &login);
    for (size_t i = 0; is_whole && i < COUNT(numbers); i++)
        is_whole = read_number(&text, i, &login);
    is_whole = is_whole && !*text && !login.access_token[0] == !login.refresh_token[0];
    if (is_whole)
        *ret_login = login;
    login_erase(&login);
    return is_whole ? 0 : -EINVAL;
}

void login_erase(struct login *login)
{
    explicit_bzero(login, sizeof(*login));
}
