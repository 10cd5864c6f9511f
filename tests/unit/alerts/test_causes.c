/* What lasts is reported once when it begins, and once when it is over. */
#include "alerts/causes.h"

#include "queue/queue_fixture.h"

#define SECOND 1000LL
#define HOUR (3600 * SECOND)
#define WEEK (7 * 24 * HOUR)

static void a_cause_is_decided_by_how_long_it_lasts(void **state)
{
    enum { ABSENT = CONDITION_ABSENT, PRESENT = CONDITION_PRESENT, UNKNOWN = CONDITION_UNKNOWN };
    static const struct {
        enum notice_kind kind;
        const char *code;
        bool is_reported;
        int state;
        int64_t lasted_ms;
        enum cause_change change;
        int64_t wait_ms;
    } rows[] = {
        {NOTICE_BLOCKED, "key_refused", false, PRESENT, 0, CAUSE_BEGINS, INT64_MAX},
        {NOTICE_BLOCKED, "disk_full", false, PRESENT, 0, CAUSE_BEGINS, INT64_MAX},
        {NOTICE_BLOCKED, "disk_full", true, ABSENT, 0, CAUSE_IS_OVER, INT64_MAX},
        {NOTICE_BLOCKED, "disk_full", true, PRESENT, HOUR, CAUSE_STAYS, INT64_MAX},
        {NOTICE_BLOCKED, "disk_full", true, UNKNOWN, HOUR, CAUSE_STAYS, INT64_MAX},
        {NOTICE_BLOCKED, "no_answer", false, PRESENT, 0, CAUSE_STAYS, 60 * SECOND},
        {NOTICE_BLOCKED, "no_answer", false, PRESENT, 59 * SECOND, CAUSE_STAYS, SECOND},
        {NOTICE_BLOCKED, "no_answer", false, PRESENT, 60 * SECOND, CAUSE_BEGINS, INT64_MAX},
        {NOTICE_BLOCKED, "no_answer", false, ABSENT, 0, CAUSE_IS_FORGOTTEN, INT64_MAX},
        {NOTICE_BLOCKED, "no_answer", false, UNKNOWN, HOUR, CAUSE_IS_FORGOTTEN, INT64_MAX},
        {NOTICE_BLOCKED, "no_answer", true, ABSENT, 59 * SECOND, CAUSE_STAYS, SECOND},
        {NOTICE_BLOCKED, "no_answer", true, ABSENT, 60 * SECOND, CAUSE_IS_OVER, INT64_MAX},
        {NOTICE_BLOCKED, "folder_away", false, PRESENT, 0, CAUSE_STAYS, 60 * SECOND},
        {NOTICE_HELD, NULL, false, PRESENT, 0, CAUSE_BEGINS, INT64_MAX},
        {NOTICE_HELD, NULL, true, ABSENT, 0, CAUSE_STAYS, 5 * SECOND},
        {NOTICE_SILENT, NULL, false, PRESENT, 0, CAUSE_BEGINS, INT64_MAX},
        {NOTICE_SILENT, NULL, true, ABSENT, 0, CAUSE_IS_OVER, INT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct cause cause = {.kind = rows[i].kind,
            .code = (char *)rows[i].code,
            .is_reported = rows[i].is_reported,
            .state = (enum condition_state)rows[i].state};
        int64_t wait_ms;
        assert_int_equal(cause_decide(&cause, rows[i].lasted_ms, &wait_ms), rows[i].change);
        assert_true(wait_ms == rows[i].wait_ms);
    }
}

static void add_notice(void *context, const struct notice *notice)
{
    struct lines *lines = context;
    size_t length = strlen(lines->text);
    snprintf(lines->text + length, sizeof(lines->text) - length, "%s %s (%s) from %d\n",
        notice_kind_names[notice->kind], notice->cause, notice->message, (int)notice->opened_by);
}

static void expect_notices(struct queue *queue, const char *text)
{
    struct lines lines = {""};
    for (int kind = 0; kind < NOTICE_KINDS; kind++)
        queue_list_notices(queue, CHANNEL_HOOK, (enum notice_kind)kind, 100, add_notice, &lines);
    assert_string_equal(lines.text, text);
}

static void listen_to_all(struct queue *queue)
{
    for (int kind = 0; kind < NOTICE_KINDS; kind++)
        queue_set_listeners(queue, (enum notice_kind)kind, 1U << CHANNEL_HOOK);
}

static struct condition of(const char *code, const char *folder, enum condition_state state)
{
    return (struct condition){NOTICE_BLOCKED, {.code = code, .folder = folder}, state, "in words"};
}

/* other reasons not to use the key are the same cause; a restart knows nothing yet */
static void a_cause_is_one_over_a_restart(void **state)
{
    struct queue *queue = *state;
    struct causes causes = {NULL}, after = {NULL};
    struct condition key = of("key_refused", NULL, CONDITION_PRESENT);
    listen_to_all(queue);
    begin(queue);
    causes_update(&causes, queue, &key, 1);
    key.parts.code = "key_unusable";
    causes_update(&causes, queue, &key, 1);
    causes_release(&causes);
    expect_notices(queue, "blocked blocked:key (in words) from 0\n");

    causes_load(&after, queue);
    key.state = CONDITION_UNKNOWN;
    causes_update(&after, queue, &key, 1);
    key.state = CONDITION_PRESENT;
    causes_update(&after, queue, &key, 1);
    expect_notices(queue, "blocked blocked:key (in words) from 0\n");
    key.state = CONDITION_ABSENT;
    causes_update(&after, queue, &key, 1);
    causes_update(&after, queue, &key, 1);
    expect_notices(queue, "blocked blocked:key (in words) from 0\n"
                          "recovered blocked:key (in words) from 1\n");
    causes_release(&after);
    commit(queue);
}

static void what_is_not_configured_any_more_is_over(void **state)
{
    struct queue *queue = *state;
    struct causes causes = {NULL};
    struct condition away = of("folder_away", "a", CONDITION_PRESENT);
    listen_to_all(queue);
    begin(queue);
    causes_update(&causes, queue, &away, 1);
    now += 60 * SECOND;
    causes_update(&causes, queue, &away, 1);
    causes_update(&causes, queue, NULL, 0);
    assert_true(causes_timeout(&causes) == 60 * SECOND);
    now += 60 * SECOND;
    causes_update(&causes, queue, NULL, 0);
    expect_notices(queue, "blocked blocked:folder_away:a (in words) from 0\n"
                          "recovered blocked:folder_away:a (in words) from 1\n");
    causes_release(&causes);
    commit(queue);
}

static void nobody_listening_leaves_nothing(void **state)
{
    struct queue *queue = *state;
    struct causes causes = {NULL};
    struct condition key = of("key_refused", NULL, CONDITION_PRESENT);
    listen_to_all(queue);
    begin(queue);
    causes_update(&causes, queue, &key, 1);
    for (int kind = 0; kind < NOTICE_KINDS; kind++)
        queue_set_listeners(queue, (enum notice_kind)kind, 0);
    causes_update(&causes, queue, &key, 1);
    assert_null(causes.list);
    causes_load(&causes, queue);
    assert_null(causes.list);
    commit(queue);
}

/* a cause of the week: it comes and goes, sometimes for less than a minute */
struct random_cause {
    const char *code, *folder;
    int64_t change_ms;
    enum condition_state state;
};

static int64_t next_length(void)
{
    return rand() % 4 ? 61 * SECOND + rand() % (6 * HOUR) : 1 + rand() % (59 * SECOND);
}

/* whether it is to be heard of, as a person would count: present for a minute begins it, absent for
 * a minute ends it */
struct model {
    bool is_on;
    int64_t since_ms;
    int64_t begun, over;
};

static void follow(struct model *model, bool is_present)
{
    if (is_present == model->is_on)
        model->since_ms = now;
    else if (now - model->since_ms >= 60 * SECOND) {
        model->is_on = is_present;
        *(is_present ? &model->begun : &model->over) += 1;
    }
}

static void count_cause(void *context, const struct notice *notice)
{
    (void)notice;
    ++*(int64_t *)context;
}

static int64_t count(struct queue *queue, enum notice_kind kind)
{
    int64_t total = 0;
    queue_list_notices(queue, CHANNEL_HOOK, kind, 100000, count_cause, &total);
    return total;
}

/* each second of a week */
static void a_week_of_causes_is_heard_of_once_each(void **state)
{
    struct queue *queue = *state;
    struct random_cause random[] = {{"no_answer", NULL, 0, CONDITION_ABSENT},
        {"s3_down", NULL, 0, CONDITION_ABSENT}, {"folder_away", "a", 0, CONDITION_ABSENT},
        {"folder_away", "b", 0, CONDITION_ABSENT}};
    struct model models[COUNT(random)] = {{false, 0, 0, 0}};
    struct causes causes = {NULL};
    int64_t end = now + WEEK, begun = 0, over = 0;
    srand(7);
    listen_to_all(queue);
    begin(queue);
    for (size_t i = 0; i < COUNT(random); i++) {
        random[i].change_ms = now + 120 * SECOND;
        models[i].since_ms = now;
    }
    for (; now < end; now += SECOND) {
        struct condition conditions[COUNT(random)];
        for (size_t i = 0; i < COUNT(random); i++) {
            if (now >= random[i].change_ms) {
                random[i].state =
                    random[i].state == CONDITION_ABSENT ? CONDITION_PRESENT : CONDITION_ABSENT;
                random[i].change_ms = now + next_length();
            }
            conditions[i] = of(random[i].code, random[i].folder, random[i].state);
            follow(&models[i], random[i].state == CONDITION_PRESENT);
        }
        causes_update(&causes, queue, conditions, COUNT(random));
    }
    for (size_t i = 0; i < COUNT(random); i++) {
        begun += models[i].begun;
        over += models[i].over;
    }
    print_message("%d began, %d are over\n", (int)begun, (int)over);
    assert_true(begun > 50);
    assert_int_equal(count(queue, NOTICE_BLOCKED), begun);
    assert_int_equal(count(queue, NOTICE_RECOVERED), over);
    causes_release(&causes);
    commit(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cause_is_decided_by_how_long_it_lasts),
        ON_MEMORY(a_cause_is_one_over_a_restart),
        ON_MEMORY(what_is_not_configured_any_more_is_over),
        ON_MEMORY(nobody_listening_leaves_nothing),
        ON_MEMORY(a_week_of_causes_is_heard_of_once_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
