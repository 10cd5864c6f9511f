/**
 * The verdict of a stage is applied: outcome.c decides, and asks first whose fault it is or where
 * the file went where that is not known yet; moves.c and, after a success, stage_next.c do it.
 */
#include "apply.h"
#include "moves.h"
#include "outcome.h"
#include "s3_health.h"
#include "search.h"
#include "stages.h"

#include "closedrop/queue/backoff.h"

static struct move decide(
    struct worker *worker, const struct task *task, const struct verdict *verdict)
{
    const double chance = verdict->kind == VERDICT_NEXT ? 0 : backoff_chance();
    const struct outcome_case outcome = moves_case(task, chance);
    const struct move move = outcome_decide(&outcome, verdict);
    if (move.kind != MOVE_BLAME)
        return move;
    const struct verdict judged = s3_health_judge(worker, task, verdict);
    return outcome_decide(&outcome, &judged);
}

/** What is missing cannot be searched for now, which is as if it had not been found. */
static struct move decide_without_search(const struct task *task, const struct verdict *verdict)
{
    struct outcome_case outcome = moves_case(task, backoff_chance());
    outcome.was_searched = true;
    return outcome_decide(&outcome, verdict);
}

void apply_verdict(struct worker *worker, struct task *task)
{
    const struct verdict verdict = task->step.verdict;
    struct move move = decide(worker, task, &verdict);
    if (move.kind == MOVE_SEARCH) {
        if (search_begin(worker, task))
            return;
        move = decide_without_search(task, &verdict);
    }
    if (move.kind == MOVE_NEXT)
        stage_rows[task->stage].next(worker, task);
    else
        moves_make(worker, task, &move);
}

void apply_to_doubts(struct worker *worker, bool is_own_fault)
{
    struct task *next;
    for (struct task *task = worker->tasks; task; task = next) {
        next = task->next;
        if (task->step.kind != STEP_DOUBT)
            continue;
        const struct outcome_case outcome = moves_case(task, backoff_chance());
        const struct move move = outcome_after_doubt(&outcome, &task->step.verdict, is_own_fault);
        moves_make(worker, task, &move);
    }
}
