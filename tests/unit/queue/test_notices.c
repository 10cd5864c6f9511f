/* Events: which are kept, until when, and by which cause they are recognised. */
#include "queue_fixture.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/queue/effects.h"
#include "closedrop/queue/notices.h"

#define HOOK (1U << CHANNEL_HOOK)
#define MAIL (1U << CHANNEL_MAIL)

static void add_event(void *context, const struct notice *event)
{
    struct lines *lines = context;
    size_t length = strlen(lines->text);
    snprintf(lines->text + length, sizeof(lines->text) - length, "%d %s %s %s job %d, %d\n",
        (int)event->id, notice_kind_names[event->kind], event->cause, event->message,
        (int)event->job, event->tries);
}

static void expect_due(struct queue *queue, enum notice_channel channel, const char *text)
{
    struct lines lines = {""};
    for (int kind = 0; kind < NOTICE_KINDS; kind++)
        queue_list_notices(queue, channel, (enum notice_kind)kind, 10, add_event, &lines);
    assert_string_equal(lines.text, text);
}

static int64_t say(struct queue *queue, enum notice_kind kind, const char *cause)
{
    return queue_add_notice(
        queue, &(struct notice){.kind = kind, .cause = cause, .message = "in words"});
}

static void nothing_is_written_where_nobody_listens(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    finish_next(queue, "Uploaded/a.pdf");
    assert_int_equal(say(queue, NOTICE_BLOCKED, "blocked:key"), 0);
    expect_due(queue, CHANNEL_HOOK, "");
    expect_due(queue, CHANNEL_MAIL, "");
    assert_true(queue_next_notice(queue, CHANNEL_HOOK, NOTICE_DONE) == INT64_MAX);
    commit(queue);
}

static void outcomes_are_events_for_those_who_listen(void **state)
{
    struct queue *queue = *state;
    queue_set_listeners(queue, NOTICE_DONE, HOOK);
    queue_set_listeners(queue, NOTICE_FAILED, HOOK | MAIL);
    begin(queue);
    add(queue, "a.pdf", file(1));
    finish_next(queue, "Uploaded/a.pdf");
    add(queue, "b.pdf", file(2));
    fail_next(queue, "no_target", NULL);
    struct arrival cut = {.folder = "scans",
        .path = "c.pdf",
        .identity = file(3),
        .error_code = "cut_off",
        .error_message = "looks cut off"};
    queue_add(queue, &cut);
    expect_due(queue, CHANNEL_HOOK,
        "1 done   job 1, 0\n"
        "2 failed failed:no_target:scans in words job 2, 0\n"
        "3 failed failed:cut_off:scans looks cut off job 3, 0\n");
    expect_due(queue, CHANNEL_MAIL,
        "2 failed failed:no_target:scans in words job 2, 0\n"
        "3 failed failed:cut_off:scans looks cut off job 3, 0\n");
    commit(queue);
}

/* what a rule does next to the activity belongs to what is done */
static void a_job_is_done_to_those_who_listen_once_its_effects_are(void **state)
{
    struct queue *queue = *state;
    queue_set_listeners(queue, NOTICE_DONE, HOOK);
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct effect effect = {.kind = ACTIVITY_TASK, .request = (char[]){"{}"}};
    queue_put_effect(queue, id, &effect);
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_done(queue, job, "done");
    expect_due(queue, CHANNEL_HOOK, "");
    effect.state = EFFECT_MISSING;
    queue_put_effect(queue, id, &effect);
    queue_keep_text(queue, &job->error_code, "task_missing");
    queue_keep_text(queue, &job->error_message, "its task is missing");
    queue_add_outcome_notice(queue, job);
    expect_due(queue, CHANNEL_HOOK, "1 done  its task is missing job 1, 0\n");
    commit(queue);
    job_free(job);
}

static void whether_any_waits_is_known(void **state)
{
    struct queue *queue = *state;
    queue_set_listeners(queue, NOTICE_BLOCKED, HOOK);
    begin(queue);
    assert_false(queue_has_notices(queue));
    const struct notice_batch one = {CHANNEL_HOOK, say(queue, NOTICE_BLOCKED, "blocked:key"), NULL};
    const struct notice_batch two = {CHANNEL_HOOK, say(queue, NOTICE_BLOCKED, "blocked:s3"), NULL};
    assert_true(queue_has_notices(queue));
    queue_end_delivery(queue, &one);
    assert_true(queue_has_notices(queue));
    queue_end_delivery(queue, &two);
    assert_false(queue_has_notices(queue));
    say(queue, NOTICE_BLOCKED, "blocked:key");
    assert_true(queue_has_notices(queue));
    commit(queue);
}

static void an_event_is_kept_until_it_is_delivered(void **state)
{
    struct queue *queue = *state;
    queue_set_listeners(queue, NOTICE_BLOCKED, HOOK);
    begin(queue);
    const struct notice_batch one = {CHANNEL_HOOK, say(queue, NOTICE_BLOCKED, "blocked:key"), NULL};
    queue_begin_delivery(queue, &one);
    expect_due(queue, CHANNEL_HOOK, "");
    queue_delay_delivery(queue, &one, now + 1000);
    assert_true(queue_next_notice(queue, CHANNEL_HOOK, NOTICE_BLOCKED) == now + 1000);
    expect_due(queue, CHANNEL_HOOK, "");
    now += 1000;
    expect_due(queue, CHANNEL_HOOK, "1 blocked blocked:key in words job 0, 1\n");
    queue_begin_delivery(queue, &one);
    queue_end_delivery(queue, &one);
    assert_int_equal(queue_count_notices(queue, CHANNEL_HOOK, NULL), 0);
    commit(queue);
}

static void a_crash_makes_it_due_again_and_counts(void **state)
{
    struct queue *queue = *state;
    queue_set_listeners(queue, NOTICE_HELD, MAIL);
    begin(queue);
    const struct notice_batch one = {CHANNEL_MAIL, say(queue, NOTICE_HELD, "held:r"), NULL};
    for (int crashes = 1; crashes <= 2; crashes++) {
        queue_begin_delivery(queue, &one);
        queue_recover(queue, DOUBT);
    }
    expect_due(queue, CHANNEL_MAIL, "1 held held:r in words job 0, 2\n");
    commit(queue);
}

static void those_of_one_cause_are_delivered_together(void **state)
{
    struct queue *queue = *state;
    struct lines lines = {""};
    queue_set_listeners(queue, NOTICE_FAILED, MAIL | HOOK);
    begin(queue);
    say(queue, NOTICE_FAILED, "failed:x:a");
    say(queue, NOTICE_FAILED, "failed:x:b");
    const struct notice_batch both = {
        CHANNEL_MAIL, say(queue, NOTICE_FAILED, "failed:x:a"), "failed:x:a"};
    say(queue, NOTICE_FAILED, "failed:x:a");
    queue_list_notices_of_cause(queue, CHANNEL_MAIL, "failed:x:a", 2, add_event, &lines);
    assert_string_equal(lines.text, "1 failed failed:x:a in words job 0, 0\n"
                                    "3 failed failed:x:a in words job 0, 0\n");
    assert_int_equal(queue_count_notices(queue, CHANNEL_MAIL, "failed:x:a"), 3);
    queue_begin_delivery(queue, &both);
    expect_due(queue, CHANNEL_MAIL,
        "2 failed failed:x:b in words job 0, 0\n"
        "4 failed failed:x:a in words job 0, 0\n");
    queue_end_delivery(queue, &both);
    assert_int_equal(queue_count_notices(queue, CHANNEL_MAIL, NULL), 2);
    assert_int_equal(queue_count_notices(queue, CHANNEL_HOOK, NULL), 4);
    commit(queue);
}

static void what_waits_can_be_woken(void **state)
{
    struct queue *queue = *state;
    queue_set_listeners(queue, NOTICE_HELD, MAIL);
    begin(queue);
    const struct notice_batch one = {CHANNEL_MAIL, say(queue, NOTICE_HELD, "held:r"), NULL};
    const struct notice_batch other = {CHANNEL_MAIL, say(queue, NOTICE_HELD, "held:s"), NULL};
    queue_begin_delivery(queue, &one);
    queue_delay_delivery(queue, &other, now + 1000);
    queue_wake_notices(queue);
    expect_due(queue, CHANNEL_MAIL, "2 held held:s in words job 0, 0\n");
    commit(queue);
}

static void due_times_follow_the_clock(void **state)
{
    struct queue *queue = *state;
    queue_set_listeners(queue, NOTICE_HELD, MAIL);
    begin(queue);
    const struct notice_batch one = {CHANNEL_MAIL, say(queue, NOTICE_HELD, "held:r"), NULL};
    queue_delay_delivery(queue, &one, now + 1000);
    queue_follow_clock(queue, 5000);
    assert_true(queue_next_notice(queue, CHANNEL_MAIL, NOTICE_HELD) == now + 6000);
    commit(queue);
}

static void add_cause(void *context, const struct lasting_cause *cause)
{
    struct lines *lines = context;
    size_t length = strlen(lines->text);
    snprintf(lines->text + length, sizeof(lines->text) - length, "%s %s %d %d %d\n", cause->name,
        cause->message, (int)cause->since_ms, (int)cause->over_ms, (int)cause->event);
}

static void what_lasts_is_remembered(void **state)
{
    struct queue *queue = *state;
    struct lines lines = {""};
    begin(queue);
    queue_set_cause(queue, &(struct lasting_cause){"blocked:key", "why", 5, 0, 7});
    queue_set_cause(queue, &(struct lasting_cause){"silent:a", "why", 6, 0, 8});
    queue_set_cause(queue, &(struct lasting_cause){"silent:a", "why", 6, 9, 8});
    queue_forget_cause(queue, "blocked:key");
    queue_list_causes(queue, add_cause, &lines);
    assert_string_equal(lines.text, "silent:a why 6 9 8\n");
    commit(queue);
}

static void the_last_arrival_of_a_folder_is_known(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    assert_int_equal(queue_last_arrival(queue, "scans"), 0);
    add(queue, "a.pdf", file(1));
    now += 5000;
    add(queue, "b.pdf", file(2));
    assert_true(queue_last_arrival(queue, "scans") == now);
    assert_int_equal(queue_last_arrival(queue, "other"), 0);
    commit(queue);
}

static void causes_have_names(void **state)
{
    static const struct {
        enum notice_kind kind;
        struct cause_parts parts;
        const char *name;
    } rows[] = {
        {NOTICE_DONE, {NULL, "scans", "r"}, ""},
        {NOTICE_FAILED, {"no_target", "scans", "r"}, "failed:no_target:scans:r"},
        {NOTICE_FAILED, {"no_target", "scans", NULL}, "failed:no_target:scans"},
        {NOTICE_FAILED, {"cut_off", "a:b", "50%"}, "failed:cut_off:a%3Ab:50%25"},
        {NOTICE_BLOCKED, {"key_refused", NULL, NULL}, "blocked:key"},
        {NOTICE_BLOCKED, {"key_unusable", NULL, NULL}, "blocked:key"},
        {NOTICE_BLOCKED, {"no_answer", NULL, NULL}, "blocked:no_answer"},
        {NOTICE_BLOCKED, {"s3_down", NULL, NULL}, "blocked:s3"},
        {NOTICE_BLOCKED, {"s3_refused", NULL, NULL}, "blocked:s3"},
        {NOTICE_BLOCKED, {"folder", "scans", NULL}, "blocked:folder:scans"},
        {NOTICE_HELD, {NULL, NULL, "r"}, "held:r"},
        {NOTICE_SILENT, {NULL, "scans", NULL}, "silent:scans"},
        {NOTICE_RECOVERED, {NULL, "scans", NULL}, ""},
        {NOTICE_SUMMARY, {NULL, NULL, NULL}, ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *name = notice_cause(rows[i].kind, &rows[i].parts);
        assert_string_equal(name, rows[i].name);
        free(name);
    }
}

/** What is told to one person is never told to another, whatever is in a name. */
static void owners_are_told_apart(void **state)
{
    struct queue *queue = *state;
    static const char *const addresses[] = {"a@example.com", "b@example.com", "%3A:@x", ""};
    begin(queue);
    CLEANUP(job_freep) struct job *job = load(queue, add(queue, "a.pdf", file(1)));
    for (size_t i = 0; i < COUNT(addresses); i++) {
        CLEANUP(free_text)
        char *cause = notice_owner_cause(NOTICE_FAILED, "empty", "in:scans", addresses[i]);
        CLEANUP(free_text) char *address = notice_owner_address(cause);
        assert_string_equal(address, addresses[i]);
    }
    const struct owner_notice notice = {
        .kind = NOTICE_LATE, .address = "a@example.com", .job = job, .message = "in words"};
    assert_int_equal(queue_add_owner_notice(queue, &notice), 1);
    assert_int_equal(queue_add_owner_notice(queue, &notice), 2);
    expect_due(queue, CHANNEL_MAIL, "");
    expect_due(queue, CHANNEL_HOOK, "");
    expect_due(queue, CHANNEL_OWNER,
        "1 late owner:late:scans:a@example.com in words job 1, 0\n"
        "2 late owner:late:scans:a@example.com in words job 1, 0\n");
    assert_int_equal(
        queue_count_notices(queue, CHANNEL_OWNER, "owner:late:scans:a@example.com"), 2);
    commit(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MEMORY(owners_are_told_apart),
        ON_MEMORY(nothing_is_written_where_nobody_listens),
        ON_MEMORY(outcomes_are_events_for_those_who_listen),
        ON_MEMORY(a_job_is_done_to_those_who_listen_once_its_effects_are),
        ON_MEMORY(whether_any_waits_is_known),
        ON_MEMORY(an_event_is_kept_until_it_is_delivered),
        ON_MEMORY(a_crash_makes_it_due_again_and_counts),
        ON_MEMORY(those_of_one_cause_are_delivered_together),
        ON_MEMORY(what_waits_can_be_woken),
        ON_MEMORY(due_times_follow_the_clock),
        ON_MEMORY(what_lasts_is_remembered),
        ON_MEMORY(the_last_arrival_of_a_folder_is_known),
        cmocka_unit_test(causes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
