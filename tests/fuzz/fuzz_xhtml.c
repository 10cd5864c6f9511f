/* HTML of a note or an email, as people write it: a byte for which, then the text. */
#include "fuzz.h"

#include "closedrop/base/xhtml.h"

#include <errno.h>

static int check(const char *text, enum xhtml_kind kind)
{
    struct str why = STR_INIT(4096);
    int result = xhtml_check(text, kind, &why);
    assert(result == 0 || result == -EINVAL);
    assert(!str_error(&why) && (result == 0) == (why.length == 0));
    assert(fuzz_is_one_line(str_text(&why)) && fuzz_is_utf8(str_text(&why)));
    str_release(&why);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    enum xhtml_kind kind = fuzz_byte(&input) % 2 ? XHTML_NOTE : XHTML_EMAIL;
    char *text = fuzz_clean_text(&input);
    struct str out = STR_INIT(64 * (strlen(text) + 10));
    if (check(text, kind) == 0 && kind == XHTML_NOTE) {
        assert(check(text, XHTML_EMAIL) == 0); /* an email may hold all that a note may */
        str_printf(&out, "<body>%s</body>", text);
        if (!str_starts_with(text, "<body")) /* and so it is sent */
            assert(check(str_text(&out), XHTML_NOTE) == 0);
    }
    str_clear(&out);
    xhtml_add_plain(&out, text);
    str_clear(&out);
    xhtml_add_body(&out, text);
    assert(!str_error(&out) && check(str_text(&out), XHTML_NOTE) == 0);
    str_release(&out);
    free(text);
    return 0;
}
