/** The table of checks, in the order in which they are reported. */
#include "closedrop/doctor/doctor.h"

#include "configuration.h"
#include "diagnosis.h"
#include "disk.h"
#include "folders.h"
#include "notified.h"
#include "online.h"
#include "queue_health.h"
#include "running.h"
#include "tables.h"
#include "waiting.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"

#include <errno.h>

static void (*const probes[])(const struct diagnosis *) = {
    running_probe,
    queue_health_probe,
    waiting_probe,
    disk_probe_state,
    queue_health_probe_folders,
    online_probe,
    tables_probe,
    notified_probe,
    folders_probe,
};

struct finding doctor_judge_configuration(const struct json *agent, const struct config *config)
{
    const struct running running = running_of(agent, config);
    return running_judge_configuration(&running);
}

int doctor_run(const char *file, finding_report report, void *context)
{
    struct diagnosis diagnosis = {.file = file, .report = report, .context = context};
    if (configuration_load(&diagnosis) < 0)
        return -ENOMEM;
    queue_health_ask(&diagnosis);
    for (size_t i = 0; i < COUNT(probes); i++)
        probes[i](&diagnosis);
    json_free(diagnosis.waiting);
    json_free(diagnosis.status);
    config_release(diagnosis.config);
    return 0;
}
