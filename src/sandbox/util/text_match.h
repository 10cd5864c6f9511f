/**
 * Texts by their words, as a search index sees them: split at everything that is neither letter
 * nor digit, without regard to case. Pure.
 */
#ifndef CLOSEDROP_SANDBOX_UTIL_TEXT_MATCH_H
#define CLOSEDROP_SANDBOX_UTIL_TEXT_MATCH_H

#include <stdbool.h>

/** Whether `text` has all the words that `wanted` has, in any order. */
bool text_matches_words(const char *text, const char *wanted);

/** Whether `text` has the words of `wanted` side by side and in this order. */
bool text_matches_phrase(const char *text, const char *wanted);

/** Whether both are the same but for case. */
bool text_matches_whole(const char *text, const char *wanted);

#endif
