/** A POST of fields as a browser sends a form (application/x-www-form-urlencoded): with secrets. */
#include "request_state.h"

#include <string.h>

void request_add_percent(struct str *out, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text; text++)
        if (strchr(plain, *text))
            str_add_char(out, *text);
        else
            str_printf(out, "%%%02X", (unsigned char)*text);
}

void request_add_fields(struct request *request, const struct request_field *fields, size_t count)
{
    struct str *body = &request->once;
    for (size_t i = 0; i < count; i++) {
        str_printf(body, "%s%s=", body->length ? "&" : "", fields[i].name);
        request_add_percent(body, fields[i].value);
    }
}

void request_post_fields_once(struct request *request)
{
    request->is_secret = true;
    request_header(request, "Content-Type: application/x-www-form-urlencoded");
    request_post_once(request, "");
}
