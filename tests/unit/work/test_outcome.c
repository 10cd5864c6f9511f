/* What the end of a stage means for a job: every stage with every verdict, and what else decides.
 */
#include "closedrop/base/array.h"
#include "closedrop/base/remedy.h"
#include "work/outcome.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS 1000000000LL
#define MINUTE_MS 60000LL

static const struct limits limits = {
    .max_attempts = 10, .retry_first_ms = 1000, .retry_max_ms = 15 * MINUTE_MS, .doubt_ms = 30000};

static struct verdict verdict_of(enum verdict_kind kind, const char *code)
{
    return verdict_make(kind, code, "why");
}

static struct move decide(struct job *job, enum stage stage, enum verdict_kind kind)
{
    const struct verdict verdict = verdict_of(kind, "code");
    const struct outcome_case outcome = {
        .job = job, .stage = stage, .limits = &limits, .now_ms = NOW_MS, .chance = 0.5};
    return outcome_decide(&outcome, &verdict);
}

/* ---- every stage with every verdict ---- */

static const char stage_letters[] = "crtspedavklKnf"; /* in the order of enum stage */

/** One letter for a move:
 * m on without its effect, N next, = the stage again, < again from a ticket on, r another try, w
 * waits, d in doubt, b S3's fault?, x settled again, 0 dropped, F fails, ? searched for, p put away
 * later, f put away as it is. */
static char letter_of(const struct move *move, enum stage stage)
{
    switch (move->kind) {
    case MOVE_NEXT:
        return 'N';
    case MOVE_STAGE:
        return move->stage == stage ? '=' : move->stage == STAGE_TICKET ? '<' : 'f';
    case MOVE_BLAME:
        return 'b';
    case MOVE_SEARCH:
        return '?';
    case MOVE_DOUBT:
        return 'd';
    case MOVE_EFFECT_MISSING:
        return 'm';
    case MOVE_EFFECT_LATER:
    case MOVE_RELEASE:
        return move->spends_attempt ? 'r' : 'w';
    case MOVE_PUT_AWAY_LATER:
        return 'p';
    case MOVE_FAIL:
        return 'F';
    case MOVE_END:
        return move->ending == JOB_DROPPED ? '0' : 'x';
    default:
        return '!';
    }
}

static const char *const grid[VERDICTS] = {
    /*                    crtspedavklKnf */
    [VERDICT_NEXT] = "NNNNNNNNNNNNNN",
    [VERDICT_MORE] = "==============",
    [VERDICT_AGAIN] = "===<=====rrrpp",
    [VERDICT_RETRY] = "rrrrrrrrrrrrpp",
    [VERDICT_WAIT] = "wwwwwwwwwwwwpp",
    [VERDICT_LATER] = "wwwwwwwwwwwwpp",
    [VERDICT_DOUBT] = "ddddddddddddpp",
    [VERDICT_UNCLEAR] = "ddddddddddddpp",
    [VERDICT_TROUBLE] = "bbbbbbbbbrrrpp",
    [VERDICT_REJECTED] = "bbbbbbbbbrrrpp",
    [VERDICT_DAMAGED] = "bbbbbbbbbrrrpp",
    [VERDICT_CHANGED] = "xxxxxxxxxrrrxx",
    [VERDICT_GONE] = "0000?0000rrr??",
    [VERDICT_FAIL] = "FFFFFFFFFmmmf=",
};

static void decides_for_every_stage_and_verdict(void **state)
{
    (void)state;
    assert_int_equal(strlen(stage_letters), STAGES);
    for (enum verdict_kind kind = VERDICT_NEXT; kind < VERDICTS; kind++)
        for (enum stage stage = 0; stage < STAGES; stage++) {
            struct job job = {.attempts = 1, .done_ms = NOW_MS};
            struct move move = decide(&job, stage, kind);
            char letter = letter_of(&move, stage);
            if (letter != grid[kind][stage])
                fail_msg("stage %c, verdict %d: %c, not %c", stage_letters[stage], kind, letter,
                    grid[kind][stage]);
        }
}

static void only_a_clear_no_of_a_post_takes_back_what_was_intended(void **state)
{
    (void)state;
    for (enum verdict_kind kind = VERDICT_NEXT; kind < VERDICTS; kind++)
        for (enum stage stage = 0; stage < STAGES; stage++) {
            struct job job = {.attempts = 1, .posting = 1};
            bool is_no = kind != VERDICT_NEXT && kind != VERDICT_MORE && kind != VERDICT_UNCLEAR;
            assert_int_equal(decide(&job, stage, kind).withdraws, stage == STAGE_ATTACH && is_no);
        }
}

static void hands_on_why(void **state)
{
    (void)state;
    for (enum verdict_kind kind = VERDICT_NEXT; kind < VERDICTS; kind++)
        for (enum stage stage = 0; stage < STAGES; stage++) {
            struct job job = {.attempts = 1};
            struct move move = decide(&job, stage, kind);
            assert_string_equal(move.why.message, "why");
            assert_string_equal(move.why.code, "code");
        }
}

/* ---- tries ---- */

static void tries_until_its_attempts_are_spent(void **state)
{
    (void)state;
    for (int attempts = 1; attempts <= 12; attempts++) {
        struct job job = {.attempts = attempts};
        struct move move = decide(&job, STAGE_SEND, VERDICT_RETRY);
        assert_int_equal(move.kind, attempts < 10 ? MOVE_RELEASE : MOVE_FAIL);
        if (attempts < 10) {
            assert_true(move.due_ms > NOW_MS && move.due_ms <= NOW_MS + limits.retry_max_ms);
            assert_true(move.spends_attempt && move.notes_fault && move.steps_aside);
        }
    }
}

static void waits_longer_from_try_to_try(void **state)
{
    (void)state;
    int64_t last_ms = NOW_MS;
    for (int attempts = 1; attempts < 10; attempts++) {
        struct job job = {.attempts = attempts};
        struct move move = decide(&job, STAGE_SEND, VERDICT_RETRY);
        assert_true(move.due_ms > last_ms);
        last_ms = move.due_ms;
    }
}

/** What is said about a job that is given up. */
static const struct {
    const char *name;
    enum stage stage;
    int64_t posting;
    const char *lead_id, *error_code;
    const char *code, *message;
} given_up[] = {
    {"nothing was posted", STAGE_TICKET, 0, NULL, NULL, "code", "why (gave up after 10 attempts)"},
    {"it could not be looked at", STAGE_TICKET, 0, NULL, "links", "links",
        "why (gave up after 10 attempts)"},
    {"the POST created nothing", STAGE_ATTACH, 1, "lead_a", NULL, "code",
        "why (gave up after 10 attempts)"},
    {"it may exist", STAGE_VERIFY, 1, "lead_a", NULL, "unclear",
        "unknown whether Close created its email on lead_a"},
    {"it may exist somewhere", STAGE_VERIFY, 1, NULL, NULL, "unclear",
        "unknown whether Close created its email on its lead"},
};

static void says_of_what_it_gives_up_whether_it_may_exist(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(given_up); i++) {
        struct job job = {.attempts = 10,
            .posting = given_up[i].posting,
            .activity = ACTIVITY_EMAIL,
            .lead_id = (char *)given_up[i].lead_id,
            .error_code = (char *)given_up[i].error_code};
        struct move move = decide(&job, given_up[i].stage, VERDICT_RETRY);
        bool is_as_told = move.kind == MOVE_FAIL && strcmp(move.why.code, given_up[i].code) == 0 &&
                          strstr(move.why.message, given_up[i].message);
        if (!is_as_told)
            fail_msg("%s: %s, %s", given_up[i].name, move.why.code, move.why.message);
    }
}

static void says_what_to_do_after_all_that_went_wrong(void **state)
{
    (void)state;
    char lead[] = "lead_a";
    struct job job = {.attempts = 10, .lead_id = lead, .posting = 1, .activity = ACTIVITY_NOTE};
    const struct outcome_case outcome = {
        .job = &job, .stage = STAGE_VERIFY, .limits = &limits, .now_ms = NOW_MS};
    struct verdict verdict = verdict_make(VERDICT_RETRY, "code", "why" REMEDY "wait");
    struct move move = outcome_decide(&outcome, &verdict);
    assert_string_equal(move.why.message, "it is unknown whether Close created its note on lead_a "
                                          "(why); what to do: check the lead in "
                                          "Close; if it is not there, drag the file back");
    job.posting = 0;
    move = outcome_decide(&outcome, &verdict);
    assert_string_equal(move.why.message, "why (gave up after 10 attempts); what to do: wait");
}

/* ---- waiting ---- */

static struct move decide_code(enum verdict_kind kind, const char *code, int64_t wait_ms)
{
    struct job job = {.attempts = 1};
    struct verdict verdict = verdict_of(kind, code);
    verdict.wait_ms = wait_ms;
    const struct outcome_case outcome = {
        .job = &job, .stage = STAGE_SEND, .limits = &limits, .now_ms = NOW_MS};
    return outcome_decide(&outcome, &verdict);
}

static void waits_as_long_as_it_was_told_to(void **state)
{
    (void)state;
    struct move move = decide_code(VERDICT_WAIT, "rate_limit", 1234);
    assert_int_equal(move.due_ms, NOW_MS + 1234);
    assert_false(move.spends_attempt || move.notes_fault || move.warns);
    assert_true(move.steps_aside);
    assert_true(decide_code(VERDICT_WAIT, "table", 0).notes_fault);
    assert_false(decide_code(VERDICT_WAIT, NULL, 0).notes_fault);
    move = decide_code(VERDICT_LATER, "s3_refused", 99);
    assert_int_equal(move.due_ms, NOW_MS + 99);
    assert_true(move.notes_fault && !move.warns && !move.spends_attempt);
    move = decide_code(VERDICT_LATER, "damaged", 0);
    assert_true(move.notes_fault && move.warns);
}

static void only_a_file_that_was_rewritten_is_settled_anew(void **state)
{
    (void)state;
    assert_true(decide_code(VERDICT_FAIL, "changed", 0).resettles);
    assert_false(decide_code(VERDICT_FAIL, "gone", 0).resettles);
    assert_false(decide_code(VERDICT_FAIL, NULL, 0).resettles);
    assert_true(decide_code(VERDICT_CHANGED, "changed", 0).resettles);
    assert_false(decide_code(VERDICT_GONE, "gone", 0).resettles);
    assert_true(decide_code(VERDICT_FAIL, "gone", 0).names_rule);
}

static void an_upload_under_way_waits_for_the_settling(void **state)
{
    (void)state;
    struct job job = {.attempts = 1};
    const struct verdict changed = verdict_of(VERDICT_CHANGED, "changed");
    const struct outcome_case outcome = {.job = &job,
        .stage = STAGE_SEND,
        .limits = &limits,
        .settle_ms = 5000,
        .now_ms = NOW_MS,
        .has_upload = true};
    struct move move = outcome_decide(&outcome, &changed);
    assert_int_equal(move.kind, MOVE_RELEASE);
    assert_int_equal(move.due_ms, NOW_MS + 5000);
    assert_true(move.resettles && !move.spends_attempt);
}

/* ---- what is missing ---- */

/** Before it is sent: whether it was searched for, and whether it is another of its group. */
static const struct {
    enum verdict_kind kind;
    bool was_searched, lacks_member;
    enum move_kind move;
    enum job_ending ending;
} missing[] = {
    {VERDICT_GONE, false, false, MOVE_SEARCH, JOB_NOT_ENDED},
    {VERDICT_GONE, false, true, MOVE_SEARCH, JOB_NOT_ENDED},
    {VERDICT_GONE, true, false, MOVE_END, JOB_DROPPED},
    {VERDICT_GONE, true, true, MOVE_LEAVE_OUT, JOB_NOT_ENDED},
    {VERDICT_CHANGED, false, false, MOVE_END, JOB_SUPERSEDED},
    {VERDICT_CHANGED, false, true, MOVE_LEAVE_OUT, JOB_NOT_ENDED},
    {VERDICT_CHANGED, true, true, MOVE_LEAVE_OUT, JOB_NOT_ENDED},
};

static void searches_once_for_what_was_held_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(missing); i++) {
        struct job job = {.attempts = 1};
        const struct verdict verdict = verdict_of(missing[i].kind, "gone");
        const struct outcome_case outcome = {.job = &job,
            .stage = STAGE_PRESENT,
            .limits = &limits,
            .now_ms = NOW_MS,
            .was_searched = missing[i].was_searched,
            .lacks_member = missing[i].lacks_member};
        struct move move = outcome_decide(&outcome, &verdict);
        if (move.kind != missing[i].move || move.ending != missing[i].ending)
            fail_msg("row %zu: %d, %d", i, move.kind, move.ending);
    }
}

static void searches_once_for_what_is_to_be_put_away(void **state)
{
    (void)state;
    struct job job = {.done_ms = NOW_MS};
    const struct verdict gone = verdict_of(VERDICT_GONE, "gone");
    const struct outcome_case outcome = {.job = &job,
        .stage = STAGE_FINISH,
        .limits = &limits,
        .now_ms = NOW_MS,
        .was_searched = true};
    assert_int_equal(outcome_decide(&outcome, &gone).kind, MOVE_PUT_AWAY_LATER);
}

/** How long it has been tried already, and how long it may take at most until the next time. */
static const struct {
    int64_t tried_ms, max_ms;
} put_away[] = {
    {0, 1000},
    {10 * 1000, 10 * 1000},
    {-MINUTE_MS, 1000}, /* the clock was set back */
    {4 * MINUTE_MS, 4 * MINUTE_MS},
    {24 * 60 * MINUTE_MS, 5 * MINUTE_MS},
};

static void puts_away_later_the_longer_it_was_tried(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(put_away); i++) {
        struct job job = {.done_ms = NOW_MS - put_away[i].tried_ms};
        const struct verdict verdict = verdict_of(VERDICT_RETRY, "not_put_away");
        const struct outcome_case outcome = {.job = &job,
            .stage = STAGE_FINISH,
            .limits = &limits,
            .now_ms = NOW_MS,
            .chance = 0.999999};
        int64_t delay_ms = outcome_decide(&outcome, &verdict).due_ms - NOW_MS;
        if (delay_ms > put_away[i].max_ms || delay_ms < put_away[i].max_ms * 9 / 10)
            fail_msg("row %zu: %lld ms", i, (long long)delay_ms);
    }
}

static void puts_away_no_later_than_retry_max(void **state)
{
    (void)state;
    const struct limits hasty = {.retry_first_ms = 10, .retry_max_ms = 500};
    struct job job = {.done_ms = NOW_MS - MINUTE_MS};
    const struct verdict verdict = verdict_of(VERDICT_RETRY, "not_put_away");
    const struct outcome_case outcome = {
        .job = &job, .stage = STAGE_FINISH, .limits = &hasty, .now_ms = NOW_MS, .chance = 0.999999};
    assert_true(outcome_decide(&outcome, &verdict).due_ms <= NOW_MS + 500);
}

/* ---- after a doubt ---- */

/** After GET me/ has, or has not, said that it was the job's own fault. */
static const struct {
    enum verdict_kind kind;
    bool is_own;
    int attempts;
    enum move_kind move;
    bool spends_attempt;
} doubts[] = {
    {VERDICT_UNCLEAR, true, 1, MOVE_VERIFY, true},
    {VERDICT_UNCLEAR, true, 10, MOVE_VERIFY, true}, /* it may exist: it is never just given up */
    {VERDICT_UNCLEAR, false, 1, MOVE_VERIFY, false},
    {VERDICT_DOUBT, true, 1, MOVE_RELEASE, true},
    {VERDICT_DOUBT, true, 10, MOVE_FAIL, false},
    {VERDICT_DOUBT, false, 10, MOVE_RELEASE, false},
};

static void a_doubt_costs_a_try_only_where_close_is_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(doubts); i++) {
        struct job job = {.attempts = doubts[i].attempts, .posting = 1};
        struct verdict verdict = verdict_of(doubts[i].kind, "no_answer");
        verdict.wait_ms = 777;
        const struct outcome_case outcome = {
            .job = &job, .stage = STAGE_VERIFY, .limits = &limits, .now_ms = NOW_MS, .chance = 0.5};
        struct move move = outcome_after_doubt(&outcome, &verdict, doubts[i].is_own);
        if (move.kind != doubts[i].move || move.spends_attempt != doubts[i].spends_attempt)
            fail_msg("row %zu: %d, %d", i, move.kind, move.spends_attempt);
        if (move.kind == MOVE_VERIFY)
            assert_int_equal(move.due_ms, NOW_MS + limits.doubt_ms);
        if (!doubts[i].is_own && move.kind == MOVE_RELEASE)
            assert_int_equal(move.due_ms, NOW_MS); /* the breaker keeps it from going at once */
        assert_false(move.withdraws);
    }
}

/* ---- verified, and not there ---- */

static const struct {
    int verifications, attempts;
    enum move_kind move;
    int64_t delay_ms;
    const char *code;
} absences[] = {
    {1, 1, MOVE_RELEASE, 7500, NULL},
    {1, 99, MOVE_RELEASE, 7500, NULL},
    {2, 1, MOVE_RELEASE, 0, NULL},
    {2, 10, MOVE_RELEASE, 0, NULL},
    {2, 11, MOVE_FAIL, 0, "no_answer"},
    {3, 11, MOVE_FAIL, 0, "no_answer"},
};

static void once_is_no_proof_that_nothing_was_created(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(absences); i++) {
        struct job job = {.verifications = absences[i].verifications,
            .attempts = absences[i].attempts,
            .activity = ACTIVITY_NOTE};
        const struct outcome_case outcome = {
            .job = &job, .stage = STAGE_VERIFY, .limits = &limits, .now_ms = NOW_MS};
        struct move move = outcome_of_absence(&outcome);
        const char *code = move.why.code ? move.why.code : "none";
        const char *expected = absences[i].code ? absences[i].code : "none";
        if (move.kind != absences[i].move || strcmp(code, expected) != 0)
            fail_msg("row %zu: %d, %s", i, move.kind, code);
        if (move.kind == MOVE_RELEASE)
            assert_int_equal(move.due_ms, NOW_MS + absences[i].delay_ms);
        assert_false(move.spends_attempt);
    }
}

/* ---- an effect of what is filed ---- */

static const struct {
    const char *name;
    enum stage stage;
    enum verdict_kind kind;
    int tries;
    enum move_kind move;
    bool takes_back;
    const char *why;
} effects[] = {
    {"refused", STAGE_EFFECT, VERDICT_FAIL, 0, MOVE_EFFECT_MISSING, false, "why"},
    {"a try", STAGE_EFFECT, VERDICT_RETRY, 8, MOVE_EFFECT_LATER, true, "why"},
    {"the last try", STAGE_EFFECT, VERDICT_RETRY, 9, MOVE_EFFECT_MISSING, false, "why"},
    {"a wait", STAGE_EFFECT, VERDICT_WAIT, 9, MOVE_EFFECT_LATER, true, "why"},
    {"its lead was searched for in vain", STAGE_EFFECT_LEAD, VERDICT_RETRY, 8, MOVE_EFFECT_LATER,
        true, "why"},
    {"its lead is gone", STAGE_EFFECT_LEAD, VERDICT_FAIL, 0, MOVE_EFFECT_MISSING, false, "why"},
    {"it may be there", STAGE_EFFECT_VERIFY, VERDICT_RETRY, 8, MOVE_EFFECT_LATER, false, "why"},
    {"nobody knows", STAGE_EFFECT_VERIFY, VERDICT_RETRY, 9, MOVE_EFFECT_MISSING, false,
        "it is unknown whether Close created it (why)"},
};

static void an_effect_is_tried_until_its_tries_are_spent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(effects); i++) {
        struct job job = {.state = JOB_DONE, .done_ms = NOW_MS};
        const struct verdict verdict = verdict_of(effects[i].kind, "code");
        const struct outcome_case outcome = {.job = &job,
            .stage = effects[i].stage,
            .limits = &limits,
            .effect_tries = effects[i].tries,
            .now_ms = NOW_MS,
            .chance = 0.5};
        struct move move = outcome_decide(&outcome, &verdict);
        if (move.kind != effects[i].move || move.takes_back != effects[i].takes_back ||
            strcmp(move.why.message, effects[i].why) != 0)
            fail_msg(
                "%s: %d, %d, %s", effects[i].name, move.kind, move.takes_back, move.why.message);
        assert_false(move.withdraws);
    }
}

static void an_effect_without_its_lead_follows_that_before_it_is_tried_again(void **state)
{
    (void)state;
    for (int tries = 0; tries < 10; tries++) {
        struct job job = {.state = JOB_DONE, .done_ms = NOW_MS};
        const struct verdict verdict = verdict_of(VERDICT_RETRY, "no_target");
        const struct outcome_case outcome = {.job = &job,
            .stage = STAGE_EFFECT,
            .limits = &limits,
            .effect_tries = tries,
            .now_ms = NOW_MS};
        struct move move = outcome_decide(&outcome, &verdict);
        assert_int_equal(move.kind, tries < 9 ? MOVE_STAGE : MOVE_EFFECT_MISSING);
        assert_true(tries == 9 || move.stage == STAGE_EFFECT_LEAD);
    }
}

static const struct {
    enum verdict_kind kind;
    bool is_own;
    int tries;
    enum move_kind move;
    bool spends_attempt, takes_back;
} effect_doubts[] = {
    {VERDICT_UNCLEAR, true, 99, MOVE_EFFECT_LATER, true, false}, /* it may be there */
    {VERDICT_UNCLEAR, false, 0, MOVE_EFFECT_LATER, false, false},
    {VERDICT_DOUBT, true, 0, MOVE_EFFECT_LATER, true, true},
    {VERDICT_DOUBT, true, 9, MOVE_EFFECT_MISSING, false, false},
    {VERDICT_DOUBT, false, 9, MOVE_EFFECT_LATER, false, true},
};

static void a_doubt_of_an_effect_costs_a_try_only_where_close_is_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(effect_doubts); i++) {
        struct job job = {.state = JOB_DONE, .done_ms = NOW_MS};
        const struct verdict verdict = verdict_of(effect_doubts[i].kind, "no_answer");
        const struct outcome_case outcome = {.job = &job,
            .stage = STAGE_EFFECT,
            .limits = &limits,
            .effect_tries = effect_doubts[i].tries,
            .now_ms = NOW_MS,
            .chance = 0.5};
        struct move move = outcome_after_doubt(&outcome, &verdict, effect_doubts[i].is_own);
        if (move.kind != effect_doubts[i].move ||
            move.spends_attempt != effect_doubts[i].spends_attempt ||
            move.takes_back != effect_doubts[i].takes_back)
            fail_msg("row %zu: %d, %d, %d", i, move.kind, move.spends_attempt, move.takes_back);
        if (verdict.kind == VERDICT_UNCLEAR)
            assert_int_equal(move.due_ms, NOW_MS + limits.doubt_ms);
    }
}

static const struct {
    int verifications, tries;
    enum move_kind move;
    int64_t delay_ms;
    bool takes_back;
} effect_absences[] = {
    {1, 1, MOVE_EFFECT_LATER, 7500, false},
    {1, 99, MOVE_EFFECT_LATER, 7500, false},
    {2, 9, MOVE_EFFECT_LATER, 0, true},
    {2, 10, MOVE_EFFECT_MISSING, 0, false},
};

static void once_is_no_proof_that_no_effect_was_created(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(effect_absences); i++) {
        struct job job = {.state = JOB_DONE, .done_ms = NOW_MS};
        const struct outcome_case outcome = {.job = &job,
            .stage = STAGE_EFFECT_VERIFY,
            .limits = &limits,
            .effect_tries = effect_absences[i].tries,
            .now_ms = NOW_MS};
        struct move move = outcome_of_missing_effect(&outcome, effect_absences[i].verifications);
        if (move.kind != effect_absences[i].move ||
            move.takes_back != effect_absences[i].takes_back)
            fail_msg("row %zu: %d, %d", i, move.kind, move.takes_back);
        if (move.kind == MOVE_EFFECT_LATER)
            assert_int_equal(move.due_ms, NOW_MS + effect_absences[i].delay_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_for_every_stage_and_verdict),
        cmocka_unit_test(only_a_clear_no_of_a_post_takes_back_what_was_intended),
        cmocka_unit_test(hands_on_why),
        cmocka_unit_test(tries_until_its_attempts_are_spent),
        cmocka_unit_test(waits_longer_from_try_to_try),
        cmocka_unit_test(says_of_what_it_gives_up_whether_it_may_exist),
        cmocka_unit_test(says_what_to_do_after_all_that_went_wrong),
        cmocka_unit_test(waits_as_long_as_it_was_told_to),
        cmocka_unit_test(only_a_file_that_was_rewritten_is_settled_anew),
        cmocka_unit_test(an_upload_under_way_waits_for_the_settling),
        cmocka_unit_test(searches_once_for_what_was_held_back),
        cmocka_unit_test(searches_once_for_what_is_to_be_put_away),
        cmocka_unit_test(puts_away_later_the_longer_it_was_tried),
        cmocka_unit_test(puts_away_no_later_than_retry_max),
        cmocka_unit_test(a_doubt_costs_a_try_only_where_close_is_there),
        cmocka_unit_test(once_is_no_proof_that_nothing_was_created),
        cmocka_unit_test(an_effect_is_tried_until_its_tries_are_spent),
        cmocka_unit_test(an_effect_without_its_lead_follows_that_before_it_is_tried_again),
        cmocka_unit_test(a_doubt_of_an_effect_costs_a_try_only_where_close_is_there),
        cmocka_unit_test(once_is_no_proof_that_no_effect_was_created),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
