/** The key, from its file, systemd's credential or the environment, checked for what a person may
 * have put there in its place. */
#include "closedrop/close/key.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/close/login_file.h"
#include "closedrop/files/secret_file.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Whether it is a line of a shell or of a configuration: NAME=value. */
static bool is_assignment(const char *text)
{
    text += strspn(text, " \t");
    if (str_starts_with(text, "export "))
        text += strlen("export ");
    size_t name = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    const char *sign = text + name + strspn(text + name, " \t");
    return name && (*sign == '=' || *sign == ':') && sign[1] && !strchr(" \t\r\n", sign[1]);
}

static bool is_quoted(const char *text)
{
    static const char *const quotes[] = {"\"", "'", "`", "\xE2\x80\x9C", "\xE2\x80\x9E"};
    for (size_t i = 0; i < COUNT(quotes); i++)
        if (str_starts_with(text, quotes[i]))
            return true;
    return false;
}

/** What a source holds, and what its file is called. */
struct nature {
    const char *called; /* "API key" */
    const char *file;   /* "key file" */
    size_t most;
    bool is_token;
};

static const struct nature of_key = {"API key", "key file", API_KEY_MAX, false};
static const struct nature of_token = {"access token", "token file", ACCESS_TOKEN_MAX, true};

static void add_what_is_wrong(struct str *why, const struct nature *nature, const char *text)
{
    if (is_assignment(text))
        str_printf(why, "has a name before the %s; write only the %s, the part after the = or :",
            nature->called, nature->is_token ? "token" : "key");
    else if (is_quoted(text))
        str_printf(why, "has the %s in quotes; write the %s without them", nature->called,
            nature->is_token ? "token" : "key");
    else
        str_printf(why, "must contain the %s and nothing else, on one line", nature->called);
}

/** A key is one line of printable ASCII: a line break in it would smuggle in a header. `file`:
 * where it was read, NULL for the environment. */
static int take_text(struct key *key, const struct nature *nature, const char *text,
    const char *file, struct str *why)
{
    size_t length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1])) /* of the environment */
        length--;
    bool good = length > 0 && length <= nature->most && !is_quoted(text) && !is_assignment(text);
    for (size_t i = 0; good && i < length; i++)
        good = text[i] > ' ' && text[i] < 0x7F && (text[i] != ':' || nature->is_token);
    if (!good) {
        if (file)
            str_printf(why, "the %s %s ", nature->file, file);
        else
            str_add(why, "$CLOSE_API_KEY ");
        add_what_is_wrong(why, nature, text);
        return -EINVAL;
    }
    memcpy(key->text, text, length);
    key->text[length] = '\0';
    key->is_token = nature->is_token;
    return 0;
}

static int load_file(
    const char *path, const struct nature *nature, struct key *key, struct str *why)
{
    const struct secret_words words = {nature->file, nature->called};
    char text[ACCESS_TOKEN_MAX + 100]; /* a longer one is seen to be too long */
    int result = secret_file_read(path, &words, text, sizeof(text), &key->changed_ns, why);
    if (result < 0)
        return result;
    result = take_text(key, nature, text, path, why);
    explicit_bzero(text, sizeof(text));
    key->file = strdup(path);
    return key->file || result < 0 ? result : -ENOMEM;
}

static_assert(LOGIN_TOKEN_MAX == ACCESS_TOKEN_MAX, "the token of a login must fit");

/** The token of a login, and until when it is good. */
static int load_login(const struct key_source *source, struct key *key, struct str *why)
{
    struct login login;
    const struct login_now now = login_now();
    key->file = str_format("%s/" LOGIN_FILE, source->state_dir);
    int result = login_load(source->state_dir, &login, &key->changed_ns, why);
    if (result < 0)
        return result;
    key->is_token = key->is_login = true;
    if (login_is_there(&login, source->client_id)) {
        memcpy(key->text, login.access_token, sizeof(key->text));
        key->renew_at_ms = login_renew_at(&login, &now);
        key->ends_at_ms = login_ends_at(&login, &now);
    }
    login_erase(&login);
    return key->file ? 0 : -ENOMEM;
}

int key_load(const struct key_source *source, struct key *ret_key, struct str *why)
{
    struct key key = {.file = NULL};
    int result = -ENOKEY;
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    CLEANUP(free_text)
    char *credential = credentials ? str_format("%s/close-api-key", credentials) : NULL;
    char *environment = getenv("CLOSE_API_KEY");

    if (source->client_id)
        result = load_login(source, &key, why);
    else if (source->token_file)
        result = load_file(source->token_file, &of_token, &key, why);
    else if (source->key_file)
        result = load_file(source->key_file, &of_key, &key, why);
    else if (credential && access(credential, F_OK) == 0)
        result = load_file(credential, &of_key, &key, why);
    else if (environment && *environment)
        result = take_text(&key, &of_key, environment, NULL, why);
    else
        str_add(why, "there is no API key; set close.api_key_file to the file that contains it");
    if (environment) {
        explicit_bzero(environment, strlen(environment));
        unsetenv("CLOSE_API_KEY");
    }
    if (result < 0)
        key_release(&key);
    else
        *ret_key = key;
    return result;
}

const char *key_called(const struct key *key)
{
    return (key->is_token ? of_token : of_key).called;
}

bool key_has_changed(const struct key *key)
{
    return key->file && secret_file_changed_ns(key->file) != key->changed_ns;
}

void key_release(struct key *key)
{
    free(key->file);
    explicit_bzero(key, sizeof(*key));
}
