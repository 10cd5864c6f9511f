/**
 * Phone numbers as people and programs write them. Pure.
 */
#ifndef CLOSEDROP_CLOSE_PHONE_H
#define CLOSEDROP_CLOSE_PHONE_H

#include <stdbool.h>

#define PHONE_DIGITS_MOST 32

/** The digits of a number without what only a caller abroad, or at home, dials before it. */
void phone_digits(const char *text, char digits[PHONE_DIGITS_MOST + 1]);

/** Whether a number has enough digits to be told from others: seven. */
bool phone_is_sound(const char *text);

/** Whether two numbers are equal, or one with its country's code and the other without. */
bool phone_is_same(const char *a, const char *b);

#endif
