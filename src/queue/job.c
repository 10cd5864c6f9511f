/** Which state of a job may follow which, and what a job is by what it knows. */
#include "closedrop/queue/job.h"

#include "closedrop/base/str.h"

#include <string.h>

const char *const job_state_names[JOB_STATES] = {
    [JOB_QUEUED] = "queued",
    [JOB_UPLOADING] = "uploading",
    [JOB_UPLOADED] = "uploaded",
    [JOB_ATTACHING] = "attaching",
    [JOB_DONE] = "done",
    [JOB_FAILED] = "failed",
};

const char *const job_ending_names[JOB_ENDINGS] = {
    [JOB_NOT_ENDED] = "",
    [JOB_DROPPED] = "dropped",
    [JOB_SUPERSEDED] = "superseded",
    [JOB_FORGOTTEN] = "forgotten",
};

const char *const job_judged_codes[JOB_JUDGED] = {
    "already_filed", "cut_off", "doubtful", "empty", "recalled", "unclear"};

/* may_move[from][to] */
static const bool may_move[JOB_STATES][JOB_STATES] = {
    [JOB_QUEUED] = {[JOB_QUEUED] = true, [JOB_UPLOADING] = true, [JOB_FAILED] = true},
    /* done without an upload: its activity was found, from before it had failed */
    [JOB_UPLOADING] =
        {[JOB_QUEUED] = true, [JOB_UPLOADED] = true, [JOB_DONE] = true, [JOB_FAILED] = true},
    [JOB_UPLOADED] = {[JOB_UPLOADED] = true,
        [JOB_QUEUED] = true,
        [JOB_ATTACHING] = true,
        [JOB_DONE] = true,
        [JOB_FAILED] = true},
    [JOB_ATTACHING] =
        {[JOB_ATTACHING] = true, [JOB_UPLOADED] = true, [JOB_DONE] = true, [JOB_FAILED] = true},
    [JOB_DONE] = {[JOB_DONE] = true},
    [JOB_FAILED] = {[JOB_QUEUED] = true, [JOB_FAILED] = true},
};

void job_forget_target(struct job *job)
{
    (void)str_assign(&job->rules_digest, NULL);
    (void)str_assign(&job->lead_id, NULL);
    (void)str_assign(&job->contact_id, NULL);
    (void)str_assign(&job->lead_name, NULL);
    (void)str_assign(&job->contact_name, NULL);
}

void job_forget_rule(struct job *job)
{
    job_forget_target(job);
    (void)str_assign(&job->rule, NULL);
    (void)str_assign(&job->group, NULL);
}

const char *job_filed_path(const struct job *job)
{
    return job->filed_path ? job->filed_path : job->path;
}

bool job_is_at_location(const struct job *job, const char *path)
{
    size_t length = strlen(path), size = job->location ? strlen(job->location) : 0;
    if (!size || length < size || strcmp(path + length - size, job->location) != 0)
        return false;
    return length == size || path[length - size - 1] == '/';
}

bool job_is_by_hand(const struct job *job)
{
    return job->folder && strcmp(job->folder, BY_HAND_FOLDER) == 0;
}

bool job_has_outcome(const struct job *job)
{
    return job->state == JOB_DONE || job->state == JOB_FAILED;
}

const char *job_ended_as(const struct job *job)
{
    bool is_discarded = !job->ending && job->put_away == JOB_DISCARDED;
    return is_discarded ? "discarded" : job_ending_names[job->ending];
}

/** Of one that was uploaded by hand, no file is put away; what is unclear is asked for. */
static bool is_past_by_hand(const struct job *job)
{
    return job_has_outcome(job) && !job_failed_as(job, "unclear");
}

bool job_is_past(const struct job *job)
{
    if (job->claimed || job->posting || job->told)
        return false;
    if (job_is_by_hand(job))
        return is_past_by_hand(job);
    if (*job_ended_as(job))
        return job->ending != JOB_FORGOTTEN;
    return job->state == JOB_DONE && job->put_away && job->location;
}

bool job_is_intended(const struct job *job)
{
    return job->posting || job->state == JOB_ATTACHING || job->state == JOB_DONE;
}

bool job_has_error(const struct job *job, const char *code)
{
    return job->error_code && strcmp(job->error_code, code) == 0;
}

bool job_lacks_effect(const struct job *job)
{
    return job->state == JOB_DONE &&
           (job_has_error(job, "task_missing") || job_has_error(job, "set_missing"));
}

bool job_failed_as(const struct job *job, const char *code)
{
    return job->state == JOB_FAILED && !job->ending && job_has_error(job, code);
}

bool job_is_held_back(const struct job *job)
{
    return job->state == JOB_UPLOADED && !job->ending &&
           (job->held == HELD_FOR_WORD || job->held == HELD_FOR_TURN);
}

void job_let_go(struct job *job)
{
    if (job->held == HELD_NEVER)
        return;
    job->held = HELD_BEFORE;
    if (job_has_error(job, "held") || job_has_error(job, "paced"))
        job_forget_error(job);
}

void job_forget_error(struct job *job)
{
    (void)str_assign(&job->error_code, NULL);
    (void)str_assign(&job->error_message, NULL);
}

int job_judgement(const struct job *job)
{
    for (int i = 0; i < JOB_JUDGED; i++)
        if (job_has_error(job, job_judged_codes[i]))
            return i;
    return -1;
}

int job_state_from_name(const char *name)
{
    for (int i = 0; i < JOB_STATES; i++)
        if (strcmp(name, job_state_names[i]) == 0)
            return i;
    return -1;
}

bool job_may_move(enum job_state from, enum job_state to)
{
    return may_move[from][to];
}
