/** The form of email addresses: those that every mail server takes (RFC 5321, RFC 5322 3.2.3). */
#include "closedrop/config/mail_address.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define ADDRESS_MAX 254
#define NAME_MAX_LENGTH 64
#define LABEL_MAX 63

/** Parts of these characters, separated by single dots, up to `end`. */
static bool are_parts(const char *text, const char *end, const char *characters, size_t most)
{
    for (;; text++) {
        size_t length = strspn(text, characters);
        if (!length || length > most)
            return false;
        text += length;
        if (text >= end || *text != '.')
            return text == end;
    }
}

bool mail_address_is_valid(const char *text)
{
    const char *at = strchr(text, '@');
    size_t length = strlen(text);
    if (!at || length > ADDRESS_MAX || at - text > NAME_MAX_LENGTH)
        return false;
    return are_parts(text, at, LETTERS "!#$%&'*+-/=?^_`{|}~", NAME_MAX_LENGTH) &&
           are_parts(at + 1, text + length, LETTERS "-", LABEL_MAX) && at[1] != '-';
}
