/** The errands, in a table. */
#include "errand_rows.h"

const struct errand_row errand_rows[ERRANDS] = {
    [ERRAND_CLASSIFY] = {ORDER_STAGE, classify_run, classify_take},
    [ERRAND_DISCARDS] = {ORDER_PUT_AWAY, discards_run, discards_take},
    [ERRAND_EMPTIED] = {ORDER_PUT_AWAY, emptied_run, emptied_take},
    [ERRAND_MARKER] = {ORDER_PUT_AWAY, end_marker_run, NULL},
    [ERRAND_ABOVE] = {ORDER_STAGE, above_run, above_take},
    [ERRAND_TAKEN_OUT] = {ORDER_PUT_AWAY, taken_out_run, taken_out_take},
    [ERRAND_WAITING] = {ORDER_PUT_AWAY, waiting_run, tell_take},
};
