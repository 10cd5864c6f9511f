/** Passes findings on, and answers what is known about the agent. */
#include "diagnosis.h"

#include "closedrop/base/json.h"

void diagnosis_add(const struct diagnosis *diagnosis, const char *check, const char *folder,
    struct finding finding)
{
    finding.check = check;
    finding.folder = folder;
    diagnosis->report(diagnosis->context, &finding);
}

const struct json *diagnosis_agent(const struct diagnosis *diagnosis)
{
    return json_get(diagnosis->status, "agent");
}
