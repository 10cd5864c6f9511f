/** Percent-encodes names. */
#include "util/percent.h"

#include "closedrop/base/str.h"

#include <string.h>

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

void percent_add(struct str *out, const char *text, const char *also)
{
    for (; *text; text++)
        if (strchr(plain, *text) || strchr(also, *text))
            str_add_char(out, *text);
        else
            str_printf(out, "%%%02X", (unsigned char)*text);
}
