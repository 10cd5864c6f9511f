/** Lines about jobs: how they read, and by which ID the journal finds each event. */
#include "closedrop/queue/job_log.h"

#include "closedrop/base/array.h"

#include <inttypes.h>
#include <string.h>

/** These IDs never change: people and programs search for them ("MESSAGE IDS" in closedrop(1)). */
static const struct {
    const char *event, *id;
} ids[] = {
    {"queued", "e104d4bcec244d2a9be679d71f1de6e7"},
    {"uploading", "34510f3a49444dbc981eb2a6e042606a"},
    {"uploaded", "1302eeb92a5e40c4b8d5b1533109db9a"},
    {"attaching", "1dbf4f9a69944603af2cbc595af9fc50"},
    {"filed", "170c3d20496e4dbfad6632907e8e0f55"},
    {"done", "5ae0d108997b47f18b8fe2a9ec9ee056"},
    {"failed", "7e6cc9f9f8cf438cb08ebc8901b1cb8c"},
    {"incomplete", "605dde9f197f422b9685c5d78a4b68d9"},
    {"waits", "aae16fbb220749d4a157a1d6a8c0c25b"},
    {"dropped", "aec3b67ee7ef4c40b5c9a9dc97ca3ddd"},
};

static const char *id_of(const char *event)
{
    for (size_t i = 0; event && i < COUNT(ids); i++)
        if (strcmp(ids[i].event, event) == 0)
            return ids[i].id;
    return NULL;
}

void job_log_about(enum log_level level, const char *module, const struct log_about *about,
    const char *event, const char *message)
{
    struct log_about whole = *about;
    bool has_event = event && *event, has_message = message && *message;
    whole.message_id = id_of(event);
    log_write(level, module, &whole, "job %" PRId64 "%s%s: %s/%s%s%s", about->job,
        has_event ? " " : "", has_event ? event : "", about->folder, about->file,
        has_message ? ": " : "", has_message ? message : "");
}

void job_log(enum log_level level, const char *module, const struct job *job, const char *event,
    const char *message)
{
    const struct log_about about = {.job = job->id,
        .folder = job->folder,
        .file = job->path,
        .state = job_state_names[job->state],
        .code = job->error_code};
    job_log_about(level, module, &about, event, message);
}
