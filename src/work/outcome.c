/**
 * What the end of a stage means for a job, by tables: one for jobs in progress, one for
 * those that have their outcome already, whose file is only put away.
 */
#include "outcome.h"

#include "closedrop/base/remedy.h"
#include "closedrop/close/activity.h"
#include "closedrop/queue/backoff.h"

#include <string.h>

/** The pause between two verifications, as a part of `limits.doubt`. */
#define VERIFY_PAUSE_PART 4
/** The longest pause before a file is put away again: we may have been given permission by then. */
#define PUT_AWAY_MAX_MS (5 * 60 * 1000)
/** The longest pause before an effect is tried again where it is nobody's fault. */
#define EFFECT_PAUSE_MAX_MS (30 * 1000)
/** The longest part of a verdict's message that another one quotes. */
#define REASON_MAX 200

typedef struct move decision(const struct outcome_case *outcome, const struct verdict *verdict);

static bool has_code(const struct verdict *verdict, const char *code)
{
    return verdict->code && strcmp(verdict->code, code) == 0;
}

/** Whether a verdict leaves no doubt that the POST of an activity created nothing. */
static bool is_clear_no(const struct outcome_case *outcome, const struct verdict *verdict)
{
    return outcome->stage == STAGE_ATTACH && verdict->kind != VERDICT_NEXT &&
           verdict->kind != VERDICT_MORE && verdict->kind != VERDICT_UNCLEAR;
}

/* ---- on ---- */

static struct move proceed(const struct outcome_case *outcome, const struct verdict *verdict)
{
    (void)outcome;
    return (struct move){.kind = MOVE_NEXT, .why = *verdict};
}

static struct move ask_more(const struct outcome_case *outcome, const struct verdict *verdict)
{
    return (struct move){.kind = MOVE_STAGE, .stage = outcome->stage, .why = *verdict};
}

/** A form is good for one try: the next begins with another ticket. */
static struct move begin_again(const struct outcome_case *outcome, const struct verdict *verdict)
{
    return (struct move){.kind = MOVE_STAGE,
        .stage = outcome->stage == STAGE_SEND ? STAGE_TICKET : outcome->stage,
        .what = "begins again",
        .why = *verdict};
}

/* ---- later ---- */

static struct move wait(const struct outcome_case *outcome, const struct verdict *verdict)
{
    return (struct move){.kind = MOVE_RELEASE,
        .due_ms = outcome->now_ms + verdict->wait_ms,
        .steps_aside = true,
        .notes_fault = has_code(verdict, "table"), /* somebody may have to bring it */
        .what = "waits",
        .why = *verdict};
}

static struct move wait_and_say_why(
    const struct outcome_case *outcome, const struct verdict *verdict)
{
    struct move move = wait(outcome, verdict);
    move.notes_fault = true;
    move.warns = has_code(verdict, "damaged");
    return move;
}

/** Given up; where an activity may exist all the same, that is what a person must know. */
static struct move give_up(const struct outcome_case *outcome, const struct verdict *verdict)
{
    const struct job *job = outcome->job;
    bool may_exist = job->posting && !is_clear_no(outcome, verdict);
    bool is_link = job_has_error(job, "links"); /* was one, and could not be checked */
    int problem = (int)remedy_problem_length(verdict->message);
    struct move move = {.kind = MOVE_FAIL};
    if (may_exist)
        move.why = verdict_make(VERDICT_FAIL, "unclear",
            "it is unknown whether Close created its %s on %s (%.*s)" REMEDY
            "check the lead in Close; if it is not there, drag the file back",
            activity_noun(job->activity), job->lead_id ? job->lead_id : "its lead",
            problem > REASON_MAX ? REASON_MAX : problem, verdict->message);
    else
        move.why = verdict_make(VERDICT_FAIL, is_link ? "links" : verdict->code,
            "%.*s (gave up after %d attempts)%s", problem, verdict->message, job->attempts,
            verdict->message + problem);
    return move;
}

/** The job's own fault: another try later, or none any more. */
static struct move retry(const struct outcome_case *outcome, const struct verdict *verdict)
{
    const struct limits *limits = outcome->limits;
    if (outcome->job->attempts >= limits->max_attempts)
        return give_up(outcome, verdict);
    int64_t delay = backoff_delay(
        outcome->job->attempts, limits->retry_first_ms, limits->retry_max_ms, outcome->chance);
    return (struct move){.kind = MOVE_RELEASE,
        .due_ms = outcome->now_ms + delay,
        .spends_attempt = true,
        .steps_aside = true,
        .notes_fault = true,
        .what = "waits",
        .why = *verdict};
}

/* ---- whose fault is it ---- */

static struct move ask_whose_fault(
    const struct outcome_case *outcome, const struct verdict *verdict)
{
    (void)outcome;
    return (struct move){.kind = MOVE_DOUBT, .why = *verdict};
}

static struct move ask_whether_s3s_fault(
    const struct outcome_case *outcome, const struct verdict *verdict)
{
    (void)outcome;
    return (struct move){.kind = MOVE_BLAME, .why = *verdict};
}

/* ---- no ---- */

static struct move leave_out(const struct verdict *verdict)
{
    return (struct move){.kind = MOVE_LEAVE_OUT, .why = *verdict};
}

/** During an upload it may turn out to be the same after all: settling it decides. */
static struct move start_over(const struct outcome_case *outcome, const struct verdict *verdict)
{
    if (outcome->stage == STAGE_PRESENT && outcome->lacks_member)
        return leave_out(verdict);
    return (struct move){.kind = outcome->has_upload ? MOVE_RELEASE : MOVE_END,
        .due_ms = outcome->now_ms + outcome->settle_ms,
        .ending = JOB_SUPERSEDED,
        .resettles = true,
        .what = "starts over",
        .why = *verdict};
}

/** What waited to be sent may have got another name meanwhile: it is searched for, once. */
static struct move drop(const struct outcome_case *outcome, const struct verdict *verdict)
{
    if (outcome->stage == STAGE_PRESENT && !outcome->was_searched)
        return (struct move){.kind = MOVE_SEARCH, .why = *verdict};
    if (outcome->stage == STAGE_PRESENT && outcome->lacks_member)
        return leave_out(verdict);
    return (struct move){
        .kind = MOVE_END, .ending = JOB_DROPPED, .what = "dropped", .why = *verdict};
}

/** An upload that had to be made again, but the file was rewritten: that one is new. */
static struct move fail(const struct outcome_case *outcome, const struct verdict *verdict)
{
    (void)outcome;
    return (struct move){.kind = MOVE_FAIL,
        .names_rule = true,
        .resettles = has_code(verdict, "changed"),
        .why = *verdict};
}

/* ---- it is filed, and an effect is not created yet ---- */

static bool is_of_effect(enum stage stage)
{
    return stage == STAGE_EFFECT || stage == STAGE_EFFECT_LEAD || stage == STAGE_EFFECT_VERIFY;
}

/** Whether it is certain that Close has not created it. */
static bool is_not_created(enum stage stage)
{
    return stage != STAGE_EFFECT_VERIFY;
}

/** Nobody's fault: the longer it has been tried, the longer it waits. */
static struct move effect_later(const struct outcome_case *outcome, const struct verdict *verdict)
{
    int64_t tried = outcome->now_ms - outcome->job->done_ms;
    int64_t pause = tried < EFFECT_PAUSE_MAX_MS ? tried : EFFECT_PAUSE_MAX_MS;
    int64_t least = outcome->limits->retry_first_ms;
    pause = pause > least ? pause : least;
    return (struct move){.kind = MOVE_EFFECT_LATER,
        .due_ms = outcome->now_ms + (verdict->wait_ms > pause ? verdict->wait_ms : pause),
        .takes_back = is_not_created(outcome->stage),
        .why = *verdict};
}

static struct move effect_missing(const struct outcome_case *outcome, const struct verdict *verdict)
{
    (void)outcome;
    return (struct move){.kind = MOVE_EFFECT_MISSING, .why = *verdict};
}

/** Whoever reads that it is missing must know if it may be there all the same. */
static struct move give_up_effect(const struct outcome_case *outcome, const struct verdict *verdict)
{
    struct move move = effect_missing(outcome, verdict);
    if (!is_not_created(outcome->stage))
        move.why =
            verdict_make(VERDICT_FAIL, "unclear", "it is unknown whether Close created it (%.*s)",
                (int)remedy_problem_length(verdict->message), verdict->message);
    return move;
}

static struct move effect_retry(const struct outcome_case *outcome, const struct verdict *verdict)
{
    const struct limits *limits = outcome->limits;
    int tries = outcome->effect_tries + 1;
    if (tries >= limits->max_attempts)
        return give_up_effect(outcome, verdict);
    if (outcome->stage == STAGE_EFFECT && has_code(verdict, "no_target"))
        return (struct move){.kind = MOVE_STAGE, .stage = STAGE_EFFECT_LEAD, .why = *verdict};
    return (struct move){.kind = MOVE_EFFECT_LATER,
        .due_ms = outcome->now_ms + backoff_delay(tries, limits->retry_first_ms,
                                        limits->retry_max_ms, outcome->chance),
        .spends_attempt = true,
        .takes_back = is_not_created(outcome->stage),
        .why = *verdict};
}

/** What GET me/ showed: it was its own fault, or Close is away. */
static struct move effect_after_doubt(
    const struct outcome_case *outcome, const struct verdict *verdict, bool is_own_fault)
{
    if (verdict->kind != VERDICT_UNCLEAR)
        return is_own_fault ? effect_retry(outcome, verdict) : effect_later(outcome, verdict);
    return (struct move){.kind = MOVE_EFFECT_LATER,
        .due_ms = outcome->now_ms + outcome->limits->doubt_ms,
        .spends_attempt = is_own_fault,
        .why = *verdict};
}

/* ---- it has its outcome already ---- */

/** No attempt of the job's, so none is counted: the longer it has been tried, the longer it waits.
 */
static struct move put_away_later(const struct outcome_case *outcome, const struct verdict *verdict)
{
    const struct limits *limits = outcome->limits;
    int64_t max = limits->retry_max_ms < PUT_AWAY_MAX_MS ? limits->retry_max_ms : PUT_AWAY_MAX_MS;
    int64_t tried = outcome->now_ms - outcome->job->done_ms;
    int64_t delay = tried > limits->retry_first_ms ? tried : limits->retry_first_ms;
    delay = backoff_delay(1, delay < max ? delay : max, max, outcome->chance);
    return (struct move){
        .kind = MOVE_PUT_AWAY_LATER, .due_ms = outcome->now_ms + delay, .why = *verdict};
}

static struct move search(const struct outcome_case *outcome, const struct verdict *verdict)
{
    if (outcome->was_searched)
        return put_away_later(outcome, verdict);
    return (struct move){.kind = MOVE_SEARCH, .why = *verdict};
}

/** Whose it would be by its new name cannot be said: it stays where it was filed. */
static struct move put_away(const struct outcome_case *outcome, const struct verdict *verdict)
{
    (void)outcome;
    return (struct move){.kind = MOVE_STAGE, .stage = STAGE_FINISH, .why = *verdict};
}

/* ---- the tables ---- */

static decision *const in_progress[VERDICTS] = {
    [VERDICT_NEXT] = proceed,
    [VERDICT_MORE] = ask_more,
    [VERDICT_AGAIN] = begin_again,
    [VERDICT_RETRY] = retry,
    [VERDICT_WAIT] = wait,
    [VERDICT_LATER] = wait_and_say_why,
    [VERDICT_DOUBT] = ask_whose_fault,
    [VERDICT_UNCLEAR] = ask_whose_fault,
    [VERDICT_TROUBLE] = ask_whether_s3s_fault,
    [VERDICT_REJECTED] = ask_whether_s3s_fault,
    [VERDICT_DAMAGED] = ask_whether_s3s_fault,
    [VERDICT_CHANGED] = start_over,
    [VERDICT_GONE] = drop,
    [VERDICT_FAIL] = fail,
};

/** Whatever goes wrong now, the file is only put away later. */
static decision *const has_outcome[VERDICTS] = {
    [VERDICT_NEXT] = proceed,
    [VERDICT_MORE] = ask_more,
    [VERDICT_AGAIN] = put_away_later,
    [VERDICT_RETRY] = put_away_later,
    [VERDICT_WAIT] = put_away_later,
    [VERDICT_LATER] = put_away_later,
    [VERDICT_DOUBT] = put_away_later,
    [VERDICT_UNCLEAR] = put_away_later,
    [VERDICT_TROUBLE] = put_away_later,
    [VERDICT_REJECTED] = put_away_later,
    [VERDICT_DAMAGED] = put_away_later,
    [VERDICT_CHANGED] = start_over,
    [VERDICT_GONE] = search,
    [VERDICT_FAIL] = put_away,
};

static decision *const lacks_effect[VERDICTS] = {
    [VERDICT_NEXT] = proceed,
    [VERDICT_MORE] = ask_more,
    [VERDICT_AGAIN] = effect_retry,
    [VERDICT_RETRY] = effect_retry,
    [VERDICT_WAIT] = effect_later,
    [VERDICT_LATER] = effect_later,
    [VERDICT_DOUBT] = ask_whose_fault,
    [VERDICT_UNCLEAR] = ask_whose_fault,
    [VERDICT_TROUBLE] = effect_retry,
    [VERDICT_REJECTED] = effect_retry,
    [VERDICT_DAMAGED] = effect_retry,
    [VERDICT_CHANGED] = effect_retry,
    [VERDICT_GONE] = effect_retry,
    [VERDICT_FAIL] = effect_missing,
};

static decision *const *table_of(enum stage stage)
{
    bool is_last = stage == STAGE_RENAMED || stage == STAGE_FINISH;
    return is_of_effect(stage) ? lacks_effect : is_last ? has_outcome : in_progress;
}

struct move outcome_decide(const struct outcome_case *outcome, const struct verdict *verdict)
{
    struct move move = table_of(outcome->stage)[verdict->kind](outcome, verdict);
    move.withdraws = is_clear_no(outcome, verdict);
    return move;
}

/* ---- what is found out later ---- */

struct move outcome_after_doubt(
    const struct outcome_case *outcome, const struct verdict *verdict, bool is_own_fault)
{
    if (is_of_effect(outcome->stage))
        return effect_after_doubt(outcome, verdict, is_own_fault);
    if (verdict->kind == VERDICT_UNCLEAR)
        return (struct move){.kind = MOVE_VERIFY,
            .due_ms = outcome->now_ms + outcome->limits->doubt_ms,
            .spends_attempt = is_own_fault,
            .why = *verdict};
    struct verdict at_once = *verdict;
    at_once.wait_ms = 0;
    return is_own_fault ? retry(outcome, verdict) : wait(outcome, &at_once);
}

struct move outcome_of_missing_effect(const struct outcome_case *outcome, int verifications)
{
    struct move move = {.kind = MOVE_EFFECT_LATER, .due_ms = outcome->now_ms};
    if (verifications < VERIFICATIONS_NEEDED) {
        move.due_ms += outcome->limits->doubt_ms / VERIFY_PAUSE_PART;
        move.why = verdict_make(VERDICT_WAIT, NULL, "was not found in Close; checking again");
    } else if (outcome->effect_tries >= outcome->limits->max_attempts) {
        move.kind = MOVE_EFFECT_MISSING;
        move.why = verdict_make(VERDICT_FAIL, "no_answer",
            "Close did not confirm it, and did not create it (gave up after %d attempts)",
            outcome->effect_tries);
    } else {
        move.takes_back = true;
        move.why = verdict_make(VERDICT_AGAIN, NULL, "is created again");
    }
    return move;
}

struct move outcome_of_repetition(const struct outcome_case *outcome)
{
    const struct job *job = outcome->job;
    if (job->attempts <= outcome->limits->max_attempts)
        return (struct move){.kind = MOVE_RELEASE,
            .due_ms = outcome->now_ms,
            .why = verdict_make(VERDICT_AGAIN, NULL, "is done again")};
    return (struct move){.kind = MOVE_FAIL,
        .why = verdict_make(VERDICT_FAIL, "no_answer",
            "Close did not confirm that it is in the %s (gave up after %d attempts)",
            activity_noun(job->activity), job->attempts - 1)}; /* the last did nothing */
}

/** Once proves nothing: the index, or a late commit, may be behind. */
struct move outcome_of_absence(const struct outcome_case *outcome)
{
    const struct job *job = outcome->job;
    struct move move = {.kind = MOVE_RELEASE, .due_ms = outcome->now_ms};
    if (job->verifications < VERIFICATIONS_NEEDED) {
        move.due_ms += outcome->limits->doubt_ms / VERIFY_PAUSE_PART;
        move.why = verdict_make(VERDICT_WAIT, NULL, "was not found in Close; checking again");
    } else if (job->attempts > outcome->limits->max_attempts) {
        move.kind = MOVE_FAIL;
        move.why = verdict_make(VERDICT_FAIL, "no_answer",
            "Close did not confirm its %s, which was not created (gave up after %d attempts)",
            activity_noun(job->activity), job->attempts - 1); /* the last was only verified */
    } else
        move.why = verdict_make(VERDICT_AGAIN, NULL, "is filed again");
    return move;
}
