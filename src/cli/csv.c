/** Rows as a spreadsheet reads them, whatever people have put into a file's name. */
#include "csv.h"

#include "closedrop/base/str.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

char csv_separator(void)
{
    locale_t users = newlocale(LC_NUMERIC_MASK, "", (locale_t)0);
    if (!users)
        return ',';
    char point = *nl_langinfo_l(RADIXCHAR, users);
    freelocale(users);
    return point == ',' ? ';' : ',';
}

/** libcsv's csv_write() would want room for the longest result first. */
static void add_cell(struct str *out, const char *text)
{
    str_add_char(out, '"');
    if (*text && strchr("=+-@\t\r\n", *text))
        str_add_char(out, '\'');
    for (; *text; text++) {
        const size_t plain = strcspn(text, "\"");
        str_add_bytes(out, text, plain);
        text += plain;
        if (!*text)
            break;
        str_add(out, "\"\"");
    }
    str_add_char(out, '"');
}

void csv_add_row(struct str *out, char separator, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            str_add_char(out, separator);
        add_cell(out, cells[i] ? cells[i] : "");
    }
    str_add(out, CSV_LINE_END);
}
