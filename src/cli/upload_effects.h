/** What a rule creates next to the activity of an upload by hand, once that exists. */
#ifndef CLOSEDROP_CLI_UPLOAD_EFFECTS_H
#define CLOSEDROP_CLI_UPLOAD_EFFECTS_H

#include "errand.h"

/**
 * Create all effects of the errand's rule, each once. What could not be created is noted in
 * errand->lacks_code and errand->lacks; the file was filed all the same.
 */
void upload_effects(struct errand *errand);

#endif
