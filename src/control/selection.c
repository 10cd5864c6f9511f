/** From a question to the filter of the jobs that it means. */
#include "selection.h"

#include "asked.h"

#include "closedrop/base/text.h"

#include <errno.h>
#include <stdlib.h>

int selection_init(struct selection *selection, const struct question *question)
{
    *selection = (struct selection){
        .filter = {.folder = name_or_any(question->folder),
            .rule = name_or_any(question->rule),
            .lead_id = name_or_any(question->lead_id),
            .state = question->state < 0 ? NULL : job_state_names[question->state],
            .code = name_or_any(question->code),
            .name = name_or_any(question->name),
            .path = name_or_any(question->path),
            .since_ms = question->since_ms,
            .until_ms = question->until_ms,
            .held = question->held,
            .all = question->all},
        .match = *question->match ? text_key(question->match) : NULL};
    selection->filter.match = selection->match;
    return *question->match && !selection->match ? -ENOMEM : 0;
}

void selection_release(struct selection *selection)
{
    free(selection->match);
}
