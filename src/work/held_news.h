/** What is logged about jobs that wait for a person (send_guard.c). */
#ifndef CLOSEDROP_WORK_HELD_NEWS_H
#define CLOSEDROP_WORK_HELD_NEWS_H

#include "worker_state.h"

/** One more of a rule is held; the first of them is news. */
void held_news_note(struct worker *worker, const char *rule, bool is_first);

/** Tell what is due. */
void held_news_log(struct worker *worker);

/** In how many ms there is something to tell; INT64_MAX for never. */
int64_t held_news_wait(const struct worker *worker);

/** Forget what was not told yet. */
void held_news_free(struct worker *worker);

#endif
