/** The errands, in a table. */
#include "errand_rows.h"

const struct errand_row errand_rows[ERRANDS] = {
    [ERRAND_CLASSIFY] = {classify_run, classify_take},
    [ERRAND_DISCARDS] = {discards_run, discards_take},
    [ERRAND_EMPTIED] = {emptied_run, emptied_take},
    [ERRAND_MARKER] = {end_marker_run, NULL},
    [ERRAND_ABOVE] = {above_run, above_take},
    [ERRAND_TAKEN_OUT] = {taken_out_run, taken_out_take},
};
