/**
 * Texts by their words, as a search index sees them: split at everything that is neither letter
 * nor digit, without regard to case. Pure.
 */
#ifndef CLOSEDROP_SANDBOX_UTIL_WORDS_H
#define CLOSEDROP_SANDBOX_UTIL_WORDS_H

#include <stdbool.h>

/** Whether `text` has all the words that `wanted` has, in any order. */
bool words_have_all(const char *text, const char *wanted);

/** Whether `text` has the words of `wanted` side by side and in this order. */
bool words_have_phrase(const char *text, const char *wanted);

/** Whether both are the same but for case. */
bool words_equal(const char *text, const char *wanted);

#endif
