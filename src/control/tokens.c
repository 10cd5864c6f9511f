/** Tokens: read from their files, and compared with what a client shows. */
#include "closedrop/control/tokens.h"

#include "closedrop/base/str.h"
#include "closedrop/config/tree.h"
#include "closedrop/files/secret_file.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define BEARER "Bearer "
/** What may be in a header, and behind the "#" of an address. */
#define TOKEN_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="

/** Read a token; none if there is no file. Returns 0 or a negative errno. */
static int load(const char *file, char token[TOKEN_MAX + 1], struct str *why)
{
    static const struct secret_words words = {"token file", "token"};
    char text[TOKEN_MAX + 32] = ""; /* a longer one does not pass for its beginning */
    int64_t changed_ns;
    if (!file)
        return 0;
    int result = secret_file_read(file, &words, text, sizeof(text), &changed_ns, why);
    size_t length = strlen(text);
    bool is_good =
        length >= TOKEN_MIN && length <= TOKEN_MAX && strspn(text, TOKEN_CHARACTERS) == length;
    if (result == 0 && !is_good) {
        str_printf(why,
            "the token file %s must contain one token of %d to %d letters, digits and -._~+/=; to "
            "make one: openssl rand -hex 32 > %s",
            file, TOKEN_MIN, TOKEN_MAX, file);
        result = -EINVAL;
    }
    if (result == 0) {
        memcpy(token, text, length + 1);
    }
    explicit_bzero(text, sizeof(text));
    return result;
}

int tokens_load(const struct config *config, struct tokens *ret_tokens, struct str *why)
{
    const struct http_settings *http = &config->http;
    struct tokens tokens = {"", ""};
    struct str problem = STR_INIT(4096);
    int result = load(http->token_file, tokens.write, &problem);
    bool is_first = result < 0;
    if (result == 0)
        result = load(http->read_token_file, tokens.read, &problem);
    if (result == 0)
        *ret_tokens = tokens;
    else
        str_printf(why, "%s:%u: http.%s: %s", config->file,
            is_first ? http->token_line : http->read_token_line,
            is_first ? "token_file" : "read_token_file", str_text(&problem));
    str_release(&problem);
    tokens_erase(&tokens);
    return result;
}

bool tokens_exist(const struct tokens *tokens)
{
    return *tokens->write || *tokens->read;
}

/** Both are padded with zeros: every byte is compared. */
static bool is_equal(const char a[TOKEN_MAX + 1], const char b[TOKEN_MAX + 1])
{
    volatile unsigned char differs = 0;
    for (size_t i = 0; i <= TOKEN_MAX; i++)
        differs |= (unsigned char)(a[i] ^ b[i]);
    return !differs;
}

enum access tokens_judge(const struct tokens *tokens, const char *authorization)
{
    char shown[TOKEN_MAX + 1] = "";
    if (!authorization || strncasecmp(authorization, BEARER, strlen(BEARER)) != 0)
        return ACCESS_NONE;
    const char *token = authorization + strlen(BEARER);
    if (!*token || strlen(token) > TOKEN_MAX)
        return ACCESS_NONE;
    strncpy(shown, token, TOKEN_MAX);
    bool writes = is_equal(shown, tokens->write);
    bool reads = is_equal(shown, tokens->read);
    explicit_bzero(shown, sizeof(shown));
    return writes ? ACCESS_WRITE : reads ? ACCESS_READ : ACCESS_NONE;
}

void tokens_erase(struct tokens *tokens)
{
    explicit_bzero(tokens, sizeof(*tokens));
}
