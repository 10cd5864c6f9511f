/**
 * Phone numbers as people and programs write them. Pure.
 *
 * If the country in which a number is dialled is known, the number is converted to its
 * international form: "+" and the digits that reach it from anywhere (ITU-T E.164). Two numbers are
 * then the same only if these digits are. The dialling rules are known for most of Europe, North
 * America, Russia and Kazakhstan. Nothing is guessed: numbers without area code, extensions, and
 * numbers with words in them are rejected.
 *
 * If the country is not known, numbers are compared by their digits, and one of the two can lack
 * the country code.
 */
#ifndef CLOSEDROP_CLOSE_PHONE_H
#define CLOSEDROP_CLOSE_PHONE_H

#include <stdbool.h>

struct str;

#define PHONE_DIGITS_MAX 32

/** Write the digits of a number into `digits`, without what only some callers dial: leading zeros
 * and "(0)". */
void phone_digits(const char *text, char digits[PHONE_DIGITS_MAX + 1]);

/** Whether a number has enough digits to be distinguished from others: seven. */
bool phone_is_sound(const char *text);

/** Whether two numbers are equal, except perhaps for a country code that only one of them has. */
bool phone_is_same(const char *a, const char *b);

/** Buffer size: "+", at most fifteen digits, and the NUL. */
#define PHONE_ROOM 17

/** Whether the dialling rules of the country with the calling code `country` are known. */
bool phone_knows_country(const char *country);

/** The calling code that "DE", "+49" or "0049" probably means; NULL: none that is known. */
const char *phone_country_like(const char *text);

/** Append the known calling codes: "1 (US CA), 7 (RU KZ)". */
void phone_add_countries(struct str *out);

/** Convert a number as written in `country`, which must be known, to "+4989555123". Returns 0, or
 * -EINVAL if that would be a guess. */
int phone_international(const char *text, const char *country, char ret_number[PHONE_ROOM]);

/** Append how a number from phone_international() is dialled in `country`: "089555123". */
void phone_add_dialled(const char *number, const char *country, struct str *out);

/** Append how numbers can be written in `country`, for people. */
void phone_add_forms(const char *country, struct str *out);

#endif
