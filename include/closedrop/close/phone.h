/**
 * Phone numbers as people and programs write them. Pure.
 *
 * Where the country is known from which a number is dialled, it is made international, "+" and the
 * digits that call it from anywhere (ITU-T E.164), and two are the same only where these are. How
 * numbers are dialled is known of most of Europe, North America, Russia and Kazakhstan. Nothing is
 * guessed: a number that lacks its area, an extension, one with words in it is none.
 *
 * Where it is not known, numbers are compared by their digits, and one of the two may lack the
 * country's code.
 */
#ifndef CLOSEDROP_CLOSE_PHONE_H
#define CLOSEDROP_CLOSE_PHONE_H

#include <stdbool.h>

struct str;

#define PHONE_DIGITS_MAX 32

/** The digits of a number without what only a caller abroad, or at home, dials before it. */
void phone_digits(const char *text, char digits[PHONE_DIGITS_MAX + 1]);

/** Whether a number has enough digits to be told from others: seven. */
bool phone_is_sound(const char *text);

/** Whether two numbers are equal, or one with its country's code and the other without. */
bool phone_is_same(const char *a, const char *b);

/** A "+", fifteen digits at most, and the end. */
#define PHONE_ROOM 17

/** Whether it is known how numbers are dialled in the country with the calling code `country`. */
bool phone_knows_country(const char *country);

/** The calling code that was meant by "DE", "+49" or "0049"; NULL: none that is known. */
const char *phone_country_like(const char *text);

/** Add the calling codes that are known: "1 (US CA), 7 (RU KZ)". */
void phone_add_countries(struct str *out);

/** "+4989555123" of a number that is written as in `country`, one that is known. Returns 0, or
 * -EINVAL where that would be a guess. */
int phone_international(const char *text, const char *country, char ret_number[PHONE_ROOM]);

/** Add how a number, as phone_international() made it, is dialled in `country`: "089555123". */
void phone_add_dialled(const char *number, const char *country, struct str *out);

/** Add how a number may be written in `country`, for people. */
void phone_add_forms(const char *country, struct str *out);

#endif
