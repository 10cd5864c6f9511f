/** The key, from its file, systemd's credential or the environment, checked for what a person may
 * have put there in its place. */
#include "closedrop/close/key.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/secret_file.h"

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

static const char *what_is_wrong(const char *text)
{
    if (is_assignment(text))
        return "has a name before the API key; write only the key, the part after the = or :";
    if (is_quoted(text))
        return "has the API key in quotes; write the key without them";
    return "must contain the API key and nothing else, on one line";
}

/** A key is one line of printable ASCII: a line break in it would smuggle in a header. `file`:
 * where it was read, NULL for the environment. */
static int take_text(struct key *key, const char *text, const char *file, struct str *why)
{
    size_t length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1])) /* of the environment */
        length--;
    bool good =
        length > 0 && length < sizeof(key->text) && !is_quoted(text) && !is_assignment(text);
    for (size_t i = 0; good && i < length; i++)
        good = text[i] > ' ' && text[i] < 0x7F && text[i] != ':';
    if (!good) {
        str_printf(why, "%s%s %s", file ? "the key file " : "", file ? file : "$CLOSE_API_KEY",
            what_is_wrong(text));
        return -EINVAL;
    }
    memcpy(key->text, text, length);
    key->text[length] = '\0';
    return 0;
}

static int load_file(const char *path, struct key *key, struct str *why)
{
    static const struct secret_words words = {"key file", "API key"};
    char text[4096];
    int result = secret_file_read(path, &words, text, sizeof(text), &key->changed_ns, why);
    if (result < 0)
        return result;
    result = take_text(key, text, path, why);
    explicit_bzero(text, sizeof(text));
    key->file = strdup(path);
    return key->file || result < 0 ? result : -ENOMEM;
}

int key_load(const char *file, struct key *ret_key, struct str *why)
{
    struct key key = {.file = NULL};
    int result = -ENOKEY;
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    CLEANUP(free_text)
    char *credential = credentials ? str_format("%s/close-api-key", credentials) : NULL;
    char *environment = getenv("CLOSE_API_KEY");

    if (file)
        result = load_file(file, &key, why);
    else if (credential && access(credential, F_OK) == 0)
        result = load_file(credential, &key, why);
    else if (environment && *environment)
        result = take_text(&key, environment, NULL, why);
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

bool key_has_changed(const struct key *key)
{
    return key->file && secret_file_changed_ns(key->file) != key->changed_ns;
}

void key_release(struct key *key)
{
    free(key->file);
    explicit_bzero(key, sizeof(*key));
}
