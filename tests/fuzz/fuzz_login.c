/* What is pasted at a login, an answer with tokens, and the file that keeps them: whatever is taken
 * over is a token, and what is kept is read back as it was. One byte of status, then the text. */
#include "fuzz.h"

#include "closedrop/close/oauth.h"

static void check_pasted(const char *text)
{
    struct str why = STR_INIT(1000);
    char code[OAUTH_CODE];
    if (oauth_read_code(text, code, &why) == 0)
        assert(login_is_token(code, OAUTH_CODE - 1));
    else
        assert(why.length > 0);
    str_release(&why);
}

static void check_answer(const char *text, uint8_t status)
{
    static const int statuses[] = {200, 400, 401, 500};
    static struct login login, read;
    struct str why = STR_INIT(1000);
    const struct oauth_answer answer = {.end = TRANSFER_ANSWERED,
        .failure = "",
        .status = statuses[status % 4],
        .body = text,
        .length = strlen(text)};
    login = (struct login){.client_id = "app", .life_ms = 1};
    if (oauth_read(&answer, &login, &why) == OAUTH_GRANTED) {
        char printed[LOGIN_PRINTED];
        assert(login_is_there(&login, "app") && login.life_ms > 0);
        login_print(&login, printed);
        assert(login_parse(printed, &read) == 0);
        assert(memcmp(&login, &read, sizeof(login)) == 0);
    } else {
        assert(!*login.access_token && fuzz_is_one_line(str_text(&why)));
    }
    str_release(&why);
}

static void check_file(const char *text)
{
    static struct login login;
    char printed[LOGIN_PRINTED];
    if (login_parse(text, &login) < 0)
        return;
    login_print(&login, printed);
    assert(login_parse(printed, &login) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    uint8_t status = fuzz_byte(&input);
    char *text = fuzz_text(&input);
    check_pasted(text);
    check_answer(text, status);
    check_file(text);
    free(text);
    return 0;
}
