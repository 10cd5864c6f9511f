/* What the control socket receives about a file that was uploaded by hand. */
#include "fuzz.h"

#include "closedrop/base/json.h"
#include "closedrop/queue/by_hand.h"
#include "closedrop/queue/job.h"
#include "closedrop/queue/view.h"

#define NOW 1795341600000

static void check_job(const struct job *job)
{
    assert(job_is_by_hand(job) && job_has_outcome(job) && job->put_away && !job->claimed);
    assert(*job->path && !strchr(job->path, '/') && *job->location == '/');
    assert(job->identity.size >= 0 && job->queued_ms <= NOW && job->uploaded_ms <= NOW);
    assert((job->state == JOB_FAILED) == (job->error_code != NULL));
    struct json *view = view_job(job);
    assert(view);
    json_free(view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str why = STR_INIT(2000);
    struct json *told = json_parse((const char *)data, size);
    struct job *job = by_hand_read(told, NOW, &why);
    assert((job == NULL) == (why.length > 0));
    assert(!str_error(&why) && fuzz_is_one_line(str_text(&why)));
    if (job)
        check_job(job);
    job_free(job);
    json_free(told);
    str_release(&why);
    return 0;
}
