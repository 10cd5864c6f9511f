/** Values and texts in the scripts of shells. */
#include "completion_text.h"

#include "option_table.h"

#include <stdio.h>
#include <string.h>

void completion_print_words(enum value_kind kind)
{
    size_t count;
    const char *const *words = value_words(kind, &count);
    for (size_t i = 0; i < count; i++)
        printf(" %s", words[i]);
}

void completion_print_escaped(const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            putchar('\\');
        putchar(*text);
    }
}
