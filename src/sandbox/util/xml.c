/** Writes XML elements with escaped text. */
#include "util/xml.h"

#include "closedrop/base/str.h"

static void add_escaped(struct str *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            str_add(out, "&amp;");
            break;
        case '<':
            str_add(out, "&lt;");
            break;
        case '>':
            str_add(out, "&gt;");
            break;
        case '\r':
            str_add(out, "&#13;");
            break;
        default:
            str_add_char(out, *text);
        }
}

void xml_element(struct str *out, const char *name, const char *text)
{
    str_printf(out, "<%s>", name);
    add_escaped(out, text);
    str_printf(out, "</%s>", name);
}
