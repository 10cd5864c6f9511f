/* Whether two phone numbers, as people and programs write them, are one. */
#include "closedrop/close/phone.h"

#include "closedrop/base/str.h"

#include <ctype.h>
#include <string.h>

/** Fewer digits say too little: an extension, a short number. */
#define DIGITS_LEAST 7
/** The longest country code (ITU-T E.164). */
#define COUNTRY_MOST 3

void phone_digits(const char *text, char digits[PHONE_DIGITS_MOST + 1])
{
    size_t count = 0;
    for (; *text && count < PHONE_DIGITS_MOST; text++) {
        if (str_starts_with(text, "(0)")) /* "+49 (0)30 ...": dialled at home only */
            text += 2;
        else if (isdigit((unsigned char)*text) && (count > 0 || *text != '0'))
            digits[count++] = *text;
    }
    digits[count] = '\0';
}

/** Whether a number says its country. */
static bool is_international(const char *text)
{
    text += strspn(text, " (");
    return *text == '+' || str_starts_with(text, "00");
}

/** Whether a number is written as it is dialled at home: with the zero before its area. */
static bool is_national(const char *text)
{
    text += strspn(text, " (");
    return *text == '0' && !is_international(text);
}

bool phone_is_same(const char *a, const char *b)
{
    char of_a[PHONE_DIGITS_MOST + 1], of_b[PHONE_DIGITS_MOST + 1];
    phone_digits(a, of_a);
    phone_digits(b, of_b);
    bool a_is_longer = strlen(of_a) > strlen(of_b);
    const char *longer = a_is_longer ? of_a : of_b, *shorter = a_is_longer ? of_b : of_a;
    size_t more = strlen(longer) - strlen(shorter);
    const char *longer_text = a_is_longer ? a : b, *shorter_text = a_is_longer ? b : a;
    if (more > 0 && (is_international(shorter_text) || is_national(longer_text)))
        return false; /* what is more in the longer one is no country's code */
    if (more == 0 && is_international(a) != is_international(b) && is_national(a) != is_national(b))
        return false; /* one lacks its country, and so cannot be as long */
    return strlen(shorter) >= DIGITS_LEAST && more <= COUNTRY_MOST &&
           strcmp(longer + more, shorter) == 0;
}

bool phone_is_sound(const char *text)
{
    char digits[PHONE_DIGITS_MOST + 1];
    phone_digits(text, digits);
    return strlen(digits) >= DIGITS_LEAST;
}
