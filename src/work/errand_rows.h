/** What each errand does (errand.h); the table is in errand_rows.c. */
#ifndef CLOSEDROP_WORK_ERRAND_ROWS_H
#define CLOSEDROP_WORK_ERRAND_ROWS_H

#include "errand.h"

/** For worker->errand_rows, and for errand_run(). */
extern const struct errand_row errand_rows[ERRANDS];

/* classify.c */
void classify_run(const struct folder *folder, struct wire *question, struct str *answer);
void classify_take(struct worker *worker, const struct errand_answer *answer);

/* discards.c */
void discards_run(const struct folder *folder, struct wire *question, struct str *answer);
void discards_take(struct worker *worker, const struct errand_answer *answer);

/* emptied.c */
void emptied_run(const struct folder *folder, struct wire *question, struct str *answer);
void emptied_take(struct worker *worker, const struct errand_answer *answer);

/* end_marker.c */
void end_marker_run(const struct folder *folder, struct wire *question, struct str *answer);

/* brought_back.c */
void above_run(const struct folder *folder, struct wire *question, struct str *answer);
void above_take(struct worker *worker, const struct errand_answer *answer);
void taken_out_run(const struct folder *folder, struct wire *question, struct str *answer);
void taken_out_take(struct worker *worker, const struct errand_answer *answer);

/* waiting_text.c */
void waiting_run(const struct folder *folder, struct wire *question, struct str *answer);

/* tell.c */
void tell_take(struct worker *worker, const struct errand_answer *answer);

#endif
