/** Decodes "a=1&b=%20". */
#include "util/fields.h"
#include "util/pick.h"

#include "closedrop/base/digest.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define FIELD_MAX 65536

/** Add `length` bytes of text, decoded. Returns 0 or a negative errno. */
static int decode(struct str *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char digits[3] = "";
        uint8_t byte = text[i] == '+' ? ' ' : (uint8_t)text[i];
        if (text[i] == '%') {
            memcpy(digits, text + i + 1, length - i > 2 ? 2 : 0);
            if (!digest_from_hex(digits, &byte, 1))
                return -EINVAL;
            i += 2;
        }
        str_add_char(out, (char)byte);
    }
    return str_error(out);
}

static int add_field(struct json *fields, const char *text, size_t length)
{
    struct str name = STR_INIT(FIELD_MAX), value = STR_INIT(FIELD_MAX);
    const char *sign = memchr(text, '=', length);
    size_t before = sign ? (size_t)(sign - text) : length;
    int result = decode(&name, text, before);
    if (result == 0 && sign)
        result = decode(&value, sign + 1, length - before - 1);
    if (result == 0)
        result = json_add_text(fields, str_text(&name), str_text(&value));
    str_release(&name);
    str_release(&value);
    return result;
}

struct json *fields_parse(const char *body)
{
    struct json *fields = json_object();
    int result = fields ? 0 : -ENOMEM;
    while (*body && result == 0) {
        size_t length = strcspn(body, "&");
        if (length)
            result = add_field(fields, body, length);
        body += length + (body[length] == '&');
    }
    return pick_whole(fields, result);
}
