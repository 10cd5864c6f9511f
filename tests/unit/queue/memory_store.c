/**
 * A second driver of the queue (queue/store.h), which keeps everything in memory and looks through
 * all of it for each answer: it shows what a driver must do, and that the queue needs no more. The
 * tests of the queue run on it as they do on SQLite. What was written before a failure stays.
 */
#include "queue/store.h"

#include "closedrop/base/array.h"
#include "closedrop/base/text.h"
#include "queue/job_fields.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** Changes that add a row (CHANGE_POST, CHANGE_NOTE ...) are kept as they came. */
struct record {
    enum query_kind kind;
    struct query is;
};

#define QUARTER_MS (15 * 60 * 1000)

struct store {
    struct job **jobs; /* by id; NULL: removed */
    size_t job_count;
    struct record *records; /* in the order they came */
    size_t record_count;
    char **texts; /* of the records */
    size_t text_count;
    bool failed;
};

static void *grow(void *array, size_t count, size_t size)
{
    void *grown = reallocarray(array, count + 1, size);
    if (!grown)
        abort();
    return grown;
}

/* ---- opened, and transactions ---- */

int store_open(const char *directory, bool create, struct store **ret_store, struct str *why)
{
    (void)directory, (void)create, (void)why;
    struct store *store = calloc(1, sizeof(*store));
    if (!store)
        return STORE_BROKEN_MACHINE;
    store_change(store, CHANGE_NUMBER, &(struct query){.name = STORE_BEGINS, .number = 1});
    *ret_store = store;
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < store->job_count; i++)
        job_free(store->jobs[i]);
    for (size_t i = 0; i < store->text_count; i++)
        free(store->texts[i]);
    free(store->jobs);
    free(store->records);
    free(store->texts);
    free(store);
}

int store_set_aside(const char *directory, char **ret_aside)
{
    (void)directory, (void)ret_aside;
    return -ENOENT;
}

int64_t store_tend(struct store *store)
{
    (void)store;
    return INT64_MAX;
}

int store_check(struct store *store, struct str *why)
{
    (void)store, (void)why;
    return 0;
}

bool store_is_short(struct store *store, struct room *ret_room)
{
    (void)store, (void)ret_room;
    return false;
}

bool store_give_back(struct store *store)
{
    (void)store;
    return false;
}

int store_shrink(struct store *store, int64_t *ret_bytes)
{
    (void)store;
    *ret_bytes = 0;
    return 0;
}

void store_begin(struct store *store)
{
    store->failed = false;
}

void store_run_out_of_memory(struct store *store)
{
    store->failed = true;
}

int store_commit(struct store *store)
{
    return store->failed ? -ENOMEM : 0;
}

/* ---- which jobs ---- */

static bool is(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool is_or_any(const char *wanted, const char *text)
{
    return !wanted || is(wanted, text);
}

static bool in_state(const struct query *q, const struct job *job)
{
    return is_or_any(q->state, job_state_names[job->state]);
}

static bool waits(const struct job *job)
{
    return !job->ending && !job->claimed && job->put_away == JOB_NOT_PUT_AWAY;
}

static bool is_live(const struct job *job)
{
    return !job->ending && job->put_away != JOB_DISCARDED;
}

static bool lies_at(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder) && is(q->path, job->path);
}

static bool has_handle(const struct query *q, const struct job *job)
{
    const struct identity *a = q->identity, *b = &job->identity;
    return is(q->folder, job->folder) && a->handle_length == b->handle_length &&
           memcmp(a->handle, b->handle, a->handle_length) == 0;
}

static bool is_as_old(const struct query *q, const struct job *job)
{
    return q->identity->size == job->identity.size &&
           q->identity->mtime_ns == job->identity.mtime_ns;
}

static bool is_before_done(const struct job *job)
{
    return job->state == JOB_QUEUED || job->state == JOB_UPLOADING || job->state == JOB_UPLOADED;
}

static bool fits_load(const struct query *q, const struct job *job)
{
    return job->id == q->id;
}

static bool fits_handle(const struct query *q, const struct job *job)
{
    return has_handle(q, job) && is_as_old(q, job);
}

static bool fits_path(const struct query *q, const struct job *job)
{
    return lies_at(q, job) && is_as_old(q, job);
}

static bool fits_waiting_at(const struct query *q, const struct job *job)
{
    return lies_at(q, job) && waits(job) && !job->location &&
           (job->state == JOB_QUEUED || (job->state == JOB_UPLOADED && job->held));
}

static bool fits_kept(const struct query *q, const struct job *job)
{
    bool is_its_file = (q->identity->handle_length && has_handle(q, job)) || lies_at(q, job);
    return is_its_file && job->id != q->id && job->identity.size == q->identity->size &&
           !job->ending && job->state == JOB_DONE && job->put_away == JOB_PUT_AWAY &&
           !job->location && job->sha256;
}

static bool may_be_due(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder) && in_state(q, job) && job->suspect == q->suspect &&
           waits(job);
}

static bool fits_due(const struct query *q, const struct job *job)
{
    return may_be_due(q, job) && job->due_ms <= q->at_ms;
}

static const char *digest_of(const struct job *job)
{
    return job->rules_digest ? job->rules_digest : "";
}

static bool fits_unclassified(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder) && !job->ending && job->state == JOB_QUEUED &&
           !is(q->rules_digest, digest_of(job));
}

static bool is_same_or_none(const char *a, const char *b)
{
    return (!a && !b) || is(a, b);
}

static bool fits_group(const struct query *q, const struct job *job)
{
    bool is_its_key = is(q->folder, job->folder) && is(q->rule, job->rule) &&
                      is(q->group, job->group) && job->closed == q->closed;
    bool may_have_target =
        !job->lead_id || !is(q->rules_digest, digest_of(job)) ||
        (is(q->lead_id, job->lead_id) && is_same_or_none(q->contact_id, job->contact_id));
    return is_its_key && may_have_target && !job->ending && !job_has_outcome(job);
}

static bool is_settled(const struct query *q, const struct job *job)
{
    return job->state == JOB_UPLOADED && !job->reconcile && job->lead_id &&
           is(q->rules_digest, digest_of(job));
}

static bool fits_uploaded_of_group(const struct query *q, const struct job *job)
{
    return fits_group(q, job) && is_settled(q, job) && !job->claimed;
}

static bool fits_members(const struct query *q, const struct job *job)
{
    return fits_uploaded_of_group(q, job) && job->id != q->id;
}

static bool fits_posting(const struct query *q, const struct job *job)
{
    return job->posting && job->posting == q->posting && job->id != q->id && !job->claimed &&
           in_state(q, job) && !job->ending;
}

static bool fits_already_filed(const struct query *q, const struct job *job)
{
    return is(q->sha256, job->sha256) && job_failed_as(job, "already_filed") && job->put_away &&
           !job->claimed && !job_is_by_hand(job) && job->id > q->id;
}

static bool fits_held_at(const struct query *q, const struct job *job)
{
    return lies_at(q, job) && !job->ending && job->held && !job->claimed &&
           job->state == JOB_UPLOADED;
}

static bool fits_claimed(const struct query *q, const struct job *job)
{
    return job->claimed && job->id > q->id;
}

static int64_t reached_ms(const struct job *job)
{
    return job_has_outcome(job) ? job->done_ms : job->queued_ms;
}

static bool has_name(const struct query *q, const struct job *job)
{
    const char *slash = strrchr(job->path, '/');
    return is_or_any(q->name, slash ? slash + 1 : job->path) && is_or_any(q->path, job->path);
}

static bool fits_filter(const struct query *q, const struct job *job)
{
    bool is_held = job->state == JOB_UPLOADED && job->held == HELD_FOR_WORD && !job->ending;
    return (q->all || is_live(job)) && is_or_any(q->folder, job->folder) &&
           is_or_any(q->rule, job->rule) && is_or_any(q->lead_id, job->lead_id) &&
           is_or_any(q->code, job->error_code) && in_state(q, job) && has_name(q, job) &&
           (!q->held || is_held) && (!q->match || text_contains(job->path, q->match));
}

/** Whether it is on the page that begins behind at_ms and below. */
static bool is_behind(const struct query *q, int64_t at_ms, int64_t id)
{
    bool is_earlier = at_ms < q->at_ms || (at_ms == q->at_ms && id < q->below);
    return at_ms >= q->since_ms && is_earlier;
}

static bool fits_list(const struct query *q, const struct job *job)
{
    return fits_filter(q, job) && is_behind(q, job->queued_ms, job->id);
}

static bool fits_list_state(const struct query *q, const struct job *job)
{
    return fits_filter(q, job) && is_behind(q, reached_ms(job), job->id);
}

static bool fits_of_state(const struct query *q, const struct job *job)
{
    int64_t at_ms = reached_ms(job);
    bool is_later = at_ms > q->at_ms || (at_ms == q->at_ms && job->id > q->id);
    return fits_filter(q, job) && is_later && at_ms < q->until_ms;
}

static bool fits_not_put_away(const struct query *q, const struct job *job)
{
    (void)q;
    return !job->ending && job_has_outcome(job) && job->put_away == JOB_NOT_PUT_AWAY;
}

static bool fits_lacking(const struct query *q, const struct job *job)
{
    (void)q;
    return !job->ending && job_lacks_effect(job);
}

static bool fits_successor(const struct query *q, const struct job *job)
{
    return lies_at(q, job) && job->id > q->id;
}

static bool fits_put_away(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder) && strcmp(job->path, q->path) > 0 &&
           strcmp(job->path, q->beyond) < 0 && job_has_outcome(job) &&
           job->put_away == JOB_PUT_AWAY && job->location && job->done_ms >= q->at_ms &&
           job->done_ms <= q->until_ms;
}

static bool fits_ahead(const struct query *q, const struct job *job)
{
    bool is_before = job->due_ms < q->at_ms || (job->due_ms == q->at_ms && job->id < q->id);
    return is(q->folder, job->folder) && in_state(q, job) && waits(job) && !job->suspect &&
           is_before;
}

/** Since when it has waited. */
static int64_t waits_since(const struct job *job)
{
    return job->queued_ms > job->done_ms ? job->queued_ms : job->done_ms;
}

static bool fits_late(const struct query *q, const struct job *job)
{
    return !job_is_by_hand(job) && !job->ending && !job_has_outcome(job) &&
           !job_is_held_back(job) && waits_since(job) < q->at_ms;
}

static bool fits_suspects(const struct query *q, const struct job *job)
{
    (void)q;
    return job->suspect;
}

static bool fits_activity(const struct query *q, const struct job *job)
{
    return is(q->activity_id, job->activity_id) && is_or_any(q->md5, job->md5) &&
           !job_is_by_hand(job);
}

static bool fits_any_claimed(const struct query *q, const struct job *job)
{
    (void)q;
    return job->claimed;
}

static bool fits_in_failed(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder) && job->state == JOB_FAILED && !job->ending &&
           job->put_away == JOB_PUT_AWAY && job->id > q->id;
}

static bool fits_count(const struct query *q, const struct job *job)
{
    return is_live(job) && !job_is_by_hand(job) && is_or_any(q->folder, job->folder);
}

static bool fits_oldest(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder) && !job->ending && !job_has_outcome(job);
}

static bool fits_untold(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder) && fits_late(q, job) && !job->claimed && !job->told &&
           job->id > q->id;
}

static bool fits_told(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder) && job->told && !job->claimed && job->id > q->id;
}

static bool fits_done(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder) && job->state == JOB_DONE && job->done_ms >= q->at_ms;
}

static bool fits_outcomes(const struct query *q, const struct job *job)
{
    return job_has_outcome(job) && !job_is_by_hand(job) &&
           job->done_ms / QUARTER_MS >= q->at_ms / QUARTER_MS;
}

static bool fits_rules_gone(const struct query *q, const struct job *job)
{
    (void)q;
    return waits(job) && (job->state == JOB_QUEUED || job->state == JOB_UPLOADED) &&
           job->due_ms == JOB_DUE_NEVER && job_has_error(job, "rule_gone") && job->rule;
}

static bool fits_unclear_by_hand(const struct query *q, const struct job *job)
{
    return job_is_by_hand(job) && job_failed_as(job, "unclear") && is(q->sha256, job->sha256) &&
           is(q->lead_id, job->lead_id);
}

static bool fits_held(const struct query *q, const struct job *job)
{
    return !job->ending && is_before_done(job) && job->held == HELD_FOR_WORD && job->rule &&
           is_or_any(q->rule, job->rule);
}

static bool fits_held_of_rule(const struct query *q, const struct job *job)
{
    return !job->ending && is_before_done(job) && job->held && is(q->rule, job->rule) &&
           !job->claimed && (!q->held || (int64_t)job->held == q->held) && job->id > q->id;
}

static bool fits_undecided(const struct query *q, const struct job *job)
{
    return !job->ending && is_before_done(job) && (!job->rule || is(q->rule, job->rule)) &&
           job->entered > q->recalled && job->entered <= q->over;
}

static bool is_paced(const struct query *q, const struct job *job)
{
    (void)q;
    return !job->ending && job->held == HELD_FOR_TURN && job->state == JOB_UPLOADED && job->sender;
}

static bool fits_paced_after(const struct query *q, const struct job *job)
{
    return is_paced(q, job) && (!q->sender || strcmp(job->sender, q->sender) > 0);
}

static bool fits_paced(const struct query *q, const struct job *job)
{
    return is_paced(q, job) && is(q->sender, job->sender) && is(q->folder, job->folder) &&
           !job->claimed;
}

static bool fits_folder(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder);
}

static bool fits_wake(const struct query *q, const struct job *job)
{
    return job_has_error(job, q->code) && !job->ending && !job->claimed && job->due_ms > q->at_ms &&
           (job->state == JOB_QUEUED || job->state == JOB_UPLOADED);
}

static bool fits_wake_changed(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder) && !is(q->rules_digest, digest_of(job)) && job->rule &&
           !job->ending && !job->claimed && job->state == JOB_UPLOADED;
}

static bool fits_wake_group(const struct query *q, const struct job *job)
{
    return is(q->folder, job->folder) && is(q->rule, job->rule) && is(q->group, job->group) &&
           !job->ending && !job->claimed && job->state == JOB_UPLOADED &&
           job->due_ms == JOB_DUE_NEVER;
}

static bool fits_clamp(const struct query *q, const struct job *job)
{
    return waits(job) && job->due_ms > q->at_ms && job->due_ms != JOB_DUE_NEVER;
}

static bool fits_shift(const struct query *q, const struct job *job)
{
    (void)q;
    return waits(job) && job->due_ms != JOB_DUE_NEVER;
}

/* ---- in which order, and told how ---- */

static int order_ids(const struct job *a, const struct job *b)
{
    return (a->id > b->id) - (a->id < b->id);
}

static int order_newest(const struct job *a, const struct job *b)
{
    return order_ids(b, a);
}

static int order_latest(const struct job *a, const struct job *b)
{
    return a->queued_ms != b->queued_ms
               ? (a->queued_ms < b->queued_ms) - (a->queued_ms > b->queued_ms)
               : order_newest(a, b);
}

static int order_reached(const struct job *a, const struct job *b)
{
    int64_t one = reached_ms(a), other = reached_ms(b);
    return one != other ? (one > other) - (one < other) : order_ids(a, b);
}

static int order_latest_reached(const struct job *a, const struct job *b)
{
    return order_reached(b, a);
}

static bool is_over(const struct job *job)
{
    return job->ending && job->ending != JOB_FORGOTTEN;
}

static int order_open_first(const struct job *a, const struct job *b)
{
    return is_over(a) != is_over(b) ? is_over(a) - is_over(b) : order_newest(a, b);
}

static int order_due(const struct job *a, const struct job *b)
{
    return a->due_ms != b->due_ms ? (a->due_ms > b->due_ms) - (a->due_ms < b->due_ms)
                                  : order_ids(a, b);
}

static int order_paths(const struct job *a, const struct job *b)
{
    int order = strcmp(a->path, b->path);
    return order ? order : order_ids(a, b);
}

static int order_entered(const struct job *a, const struct job *b)
{
    return (a->entered > b->entered) - (a->entered < b->entered);
}

static const char *folder_of(const struct job *job)
{
    return job->folder;
}

static const char *rule_of(const struct job *job)
{
    return job->rule;
}

static const char *sender_of(const struct job *job)
{
    return job->sender;
}

static int order_folders(const struct job *a, const struct job *b)
{
    return strcmp(a->folder, b->folder);
}

static int order_outcomes(const struct job *a, const struct job *b)
{
    int64_t of_a = a->done_ms / QUARTER_MS, of_b = b->done_ms / QUARTER_MS;
    int order = (of_a > of_b) - (of_a < of_b);
    order = order ? order : order_folders(a, b);
    return order ? order : strcmp(job_state_names[a->state], job_state_names[b->state]);
}

static int order_rules(const struct job *a, const struct job *b)
{
    return strcmp(a->rule, b->rule);
}

static int order_senders(const struct job *a, const struct job *b)
{
    return strcmp(a->sender, b->sender);
}

static int order_states(const struct job *a, const struct job *b)
{
    return a->state != b->state ? (int)a->state - (int)b->state
                                : (int)a->put_away - (int)b->put_away;
}

enum telling {
    TELL_NOTHING,
    TELL_ID,
    TELL_HOW_MANY,
    TELL_DUE,
    TELL_QUEUED,
    TELL_SINCE,
    TELL_BY_NAME,
    TELL_EMAILS
};

/** What a query or change of jobs is. */
static const struct {
    bool (*fits)(const struct query *query, const struct job *job);
    int (*order)(const struct job *a, const struct job *b);
    enum telling telling;
    const char *(*name)(const struct job *job);
    bool one; /* only the first */
} of_jobs[QUERIES] = {
    [QUERY_LOAD] = {fits_load, order_ids, .one = true},
    [QUERY_BY_HANDLE] = {fits_handle, order_open_first, .one = true},
    [QUERY_BY_PATH] = {fits_path, order_open_first, .one = true},
    [QUERY_WAITING_AT] = {fits_waiting_at, order_newest, .one = true},
    [QUERY_KEPT] = {fits_kept, order_newest, .one = true},
    [QUERY_DUE] = {fits_due, order_due, .one = true},
    [QUERY_UNCLASSIFIED] = {fits_unclassified, order_ids},
    [QUERY_GROUP_MEMBERS] = {fits_members, order_paths},
    [QUERY_BY_POSTING] = {fits_posting, order_paths},
    [QUERY_ALREADY_FILED] = {fits_already_filed, order_ids, .one = true},
    [QUERY_HELD_AT] = {fits_held_at, order_newest, .one = true},
    [QUERY_CLAIMED] = {fits_claimed, order_ids, .one = true},
    [QUERY_LIST] = {fits_list, order_latest},
    [QUERY_LIST_FOLDER] = {fits_list, order_latest},
    [QUERY_LIST_LEAD] = {fits_list, order_latest},
    [QUERY_LIST_HELD] = {fits_list, order_latest},
    [QUERY_LIST_NAME] = {fits_list, order_latest},
    [QUERY_LIST_STATE] = {fits_list_state, order_latest_reached},
    [QUERY_LIST_FOLDER_STATE] = {fits_list_state, order_latest_reached},
    [QUERY_LIST_LEAD_STATE] = {fits_list_state, order_latest_reached},
    [QUERY_OF_STATE] = {fits_of_state, order_reached},
    [QUERY_LACKING] = {fits_lacking, order_newest},
    [QUERY_NOT_PUT_AWAY] = {fits_not_put_away, order_ids},
    [QUERY_OLDEST] = {fits_oldest, order_ids, .one = true},
    [QUERY_HAS_SUCCESSOR] = {fits_successor, order_ids, TELL_HOW_MANY},
    [QUERY_HAS_PUT_AWAY] = {fits_put_away, order_ids, TELL_HOW_MANY},
    [QUERY_NEXT_DUE] = {may_be_due, order_due, TELL_DUE, .one = true},
    [QUERY_AHEAD] = {fits_ahead, order_ids, TELL_HOW_MANY},
    [QUERY_LATE] = {fits_late, order_ids, TELL_SINCE},
    [QUERY_SUSPECTS] = {fits_suspects, order_ids, TELL_HOW_MANY},
    [QUERY_GROUP] = {fits_group, order_ids},
    [QUERY_HAS_ACTIVITY] = {fits_activity, order_ids, TELL_HOW_MANY},
    [QUERY_COUNT_CLAIMED] = {fits_any_claimed, order_ids},
    [QUERY_IN_FAILED] = {fits_in_failed, order_ids, TELL_ID},
    [QUERY_UNTOLD] = {fits_untold, order_ids, TELL_ID},
    [QUERY_TOLD] = {fits_told, order_ids, TELL_ID},
    [QUERY_COUNT] = {fits_count, order_states},
    [QUERY_COUNT_DONE] = {fits_done, order_ids, TELL_HOW_MANY},
    [QUERY_COUNT_OUTCOMES] = {fits_outcomes, order_outcomes},
    [QUERY_FOLDERS] = {fits_count, order_folders, TELL_BY_NAME, folder_of},
    [QUERY_RULES_GONE] = {fits_rules_gone, order_rules, TELL_BY_NAME, rule_of},
    [QUERY_UNCLEAR_BY_HAND] = {fits_unclear_by_hand, order_ids, TELL_HOW_MANY},
    [QUERY_HELD] = {fits_held, order_rules, TELL_EMAILS, rule_of},
    [QUERY_HELD_OF_RULE] = {fits_held_of_rule, order_ids, TELL_ID},
    [QUERY_IS_UNDECIDED] = {fits_undecided, order_ids, TELL_HOW_MANY},
    [QUERY_PACED_SENDER] = {fits_paced_after, order_senders, TELL_BY_NAME, sender_of, true},
    [QUERY_PACED] = {fits_paced, order_entered, TELL_ID, .one = true},
    [QUERY_LAST_ARRIVAL] = {fits_folder, order_latest, TELL_QUEUED, .one = true},
    [QUERY_COUNT_PACED] = {is_paced, order_senders, TELL_EMAILS, sender_of},
    [CHANGE_WAKE] = {fits_wake, order_ids},
    [CHANGE_WAKE_CHANGED] = {fits_wake_changed, order_ids},
    [CHANGE_WAKE_GROUP] = {fits_wake_group, order_ids},
    [CHANGE_DELAY_GROUP] = {fits_uploaded_of_group, order_ids},
    [CHANGE_CLAMP] = {fits_clamp, order_ids},
    [CHANGE_SHIFT] = {fits_shift, order_ids},
};

/** The jobs that fit; in order, and up to the limit where there is one. */
struct found {
    struct job **jobs;
    size_t count;
};

static int compare_found(const void *a, const void *b, void *kind)
{
    return of_jobs[*(const enum query_kind *)kind].order(
        *(struct job *const *)a, *(struct job *const *)b);
}

static struct found find(struct store *store, enum query_kind kind, const struct query *query)
{
    struct found found = {NULL, 0};
    size_t most = of_jobs[kind].one ? 1 : query->limit ? (size_t)query->limit : SIZE_MAX;
    for (size_t i = 0; i < store->job_count && !store->failed; i++) {
        if (!store->jobs[i] || !of_jobs[kind].fits(query, store->jobs[i]))
            continue;
        found.jobs = grow(found.jobs, found.count, sizeof(struct job *));
        found.jobs[found.count++] = store->jobs[i];
    }
    if (found.count)
        qsort_r(found.jobs, found.count, sizeof(struct job *), compare_found, &kind);
    found.count = found.count < most ? found.count : most;
    return found;
}

/* ---- jobs ---- */

static struct job *copy_of(const struct job *job)
{
    struct job *copy = malloc(sizeof(*copy));
    if (!copy)
        abort();
    *copy = *job;
    for (const struct job_field *field = job_fields; field->column; field++) {
        char **owned = job_field_owned(copy, field);
        const char *text = job_field_text(copy, field); /* "" for none of COLUMN_NONNULL */
        if (owned && text)
            *owned = strdup(text);
    }
    return copy;
}

void store_put(struct store *store, struct job *job)
{
    if (store->failed)
        return;
    if (!job->id) {
        job->id = (int64_t)store->job_count + 1;
        store->jobs = grow(store->jobs, store->job_count++, sizeof(struct job *));
    } else {
        job_free(store->jobs[job->id - 1]);
    }
    store->jobs[job->id - 1] = copy_of(job);
}

void store_jobs(struct store *store, enum query_kind kind, const struct query *query,
    void (*take)(void *context, struct job *job), void *context)
{
    struct found found = find(store, kind, query);
    for (size_t i = 0; i < found.count; i++)
        take(context, copy_of(found.jobs[i]));
    free(found.jobs);
}

/* ---- records ---- */

static const char *keep(struct store *store, const char *text)
{
    if (!text)
        return NULL;
    store->texts = grow(store->texts, store->text_count, sizeof(char *));
    return store->texts[store->text_count++] = strdup(text);
}

static void add(struct store *store, enum query_kind kind, const struct query *query)
{
    store->records = grow(store->records, store->record_count, sizeof(struct record));
    struct record *record = &store->records[store->record_count++];
    *record = (struct record){kind, *query};
    const char **texts[] = {&record->is.rule, &record->is.lead_id, &record->is.sha256,
        &record->is.token, &record->is.activity, &record->is.sender, &record->is.name,
        &record->is.state, &record->is.why, &record->is.channel, &record->is.event,
        &record->is.cause};
    for (size_t i = 0; i < COUNT(texts); i++)
        *texts[i] = keep(store, *texts[i]);
}

static bool is_same_filing(const struct query *a, const struct query *b)
{
    return is(a->sha256, b->sha256) && is(a->activity, b->activity) && is(a->lead_id, b->lead_id) &&
           a->id == b->id;
}

static bool is_of_batch(const struct query *event, const struct query *batch)
{
    return is(event->channel, batch->channel) &&
           (event->id == batch->id || (is(event->cause, batch->cause) && event->id < batch->id));
}

/** Whether a record is about the same as the query: what is set again, or removed. */
static bool is_about(const struct record *record, enum query_kind kind, const struct query *query)
{
    if (record->kind != kind)
        return false;
    switch (kind) {
    case CHANGE_REMEMBER:
        return is_same_filing(&record->is, query);
    case CHANGE_EFFECT:
        return record->is.id == query->id && is_or_any(query->activity, record->is.activity);
    case CHANGE_NUMBER:
        return is(record->is.name, query->name);
    case CHANGE_GUARD:
        return is(record->is.rule, query->rule);
    case CHANGE_LEAVE:
    case CHANGE_NOTE:
    case CHANGE_POST:
        return record->is.id == query->id;
    case CHANGE_NOTICE:
        return is_of_batch(&record->is, query);
    case CHANGE_CAUSE:
        return is(record->is.cause, query->cause);
    default:
        return false;
    }
}

static void drop(struct store *store, enum query_kind kind, const struct query *query)
{
    size_t kept = 0;
    for (size_t i = 0; i < store->record_count; i++)
        if (!is_about(&store->records[i], kind, query))
            store->records[kept++] = store->records[i];
    store->record_count = kept;
}

static void set(struct store *store, enum query_kind kind, const struct query *query)
{
    drop(store, kind, query);
    add(store, kind, query);
}

/** A change of what has left. */
static void change_left(struct store *store, enum query_kind kind, const struct query *query)
{
    size_t kept = 0;
    if (kind == CHANGE_LEAVE_AS)
        for (size_t i = 0; i < store->record_count; i++)
            if (is_about(&store->records[i], CHANGE_LEAVE, &(struct query){.id = query->other})) {
                struct query moved = store->records[i].is;
                moved.id = query->id;
                drop(store, CHANGE_LEAVE, &(struct query){.id = query->other});
                set(store, CHANGE_LEAVE, &moved);
                return;
            }
    for (size_t i = 0; i < store->record_count; i++) {
        struct record *record = &store->records[i];
        int64_t *at_ms = &record->is.at_ms;
        bool is_left = record->kind == CHANGE_LEAVE;
        if (is_left && kind == CHANGE_LEFT_AGAIN && record->is.id == query->id)
            *at_ms = *at_ms > query->at_ms ? *at_ms : query->at_ms;
        if (is_left && kind == CHANGE_LEFT_CLAMP)
            *at_ms = *at_ms < query->at_ms ? *at_ms : query->at_ms;
        if (is_left && kind == CHANGE_LEFT_SHIFT)
            *at_ms += query->by_ms;
        if (!(is_left && kind == CHANGE_LEFT_FORGET && *at_ms < query->at_ms))
            store->records[kept++] = *record;
    }
    store->record_count = kept;
}

/** Of an event, `number` is how often it was tried. */
static void change_notice(struct query *event, enum query_kind kind, const struct query *query)
{
    bool is_named = is_of_batch(event, query), is_begun = event->until_ms == JOB_DUE_NEVER;
    if (kind == CHANGE_NOTICE_BEGUN && is_named) {
        event->until_ms = JOB_DUE_NEVER;
        event->number++;
    } else if (kind == CHANGE_NOTICE_LATER && is_named) {
        event->until_ms = query->until_ms;
    } else if (kind == CHANGE_NOTICES_AGAIN && is_begun) {
        event->until_ms = query->until_ms;
    } else if (kind == CHANGE_NOTICES_CLAMP && !is_begun && event->until_ms > query->at_ms) {
        event->until_ms = query->at_ms;
    } else if (kind == CHANGE_NOTICES_SHIFT && !is_begun) {
        event->until_ms += query->by_ms;
    }
}

static void change_notices(struct store *store, enum query_kind kind, const struct query *query)
{
    for (size_t i = 0; i < store->record_count; i++)
        if (store->records[i].kind == CHANGE_NOTICE)
            change_notice(&store->records[i].is, kind, query);
}

static void change_due(struct store *store, enum query_kind kind, const struct query *query)
{
    struct found found = find(store, kind, query);
    for (size_t i = 0; i < found.count; i++) {
        struct job *job = found.jobs[i];
        int64_t shifted = job->due_ms + query->by_ms;
        job->due_ms = kind != CHANGE_SHIFT ? query->at_ms : shifted > 0 ? shifted : 0;
    }
    free(found.jobs);
}

static void remove_job(struct store *store, int64_t id)
{
    job_free(store->jobs[id - 1]);
    store->jobs[id - 1] = NULL;
}

void store_change(struct store *store, enum query_kind kind, const struct query *query)
{
    if (store->failed)
        return;
    switch (kind) {
    case CHANGE_POST:
    case CHANGE_NOTE:
    case CHANGE_NOTICE:
        add(store, kind, query);
        break;
    case CHANGE_EFFECT:
    case CHANGE_REMEMBER:
    case CHANGE_NUMBER:
    case CHANGE_LEAVE:
    case CHANGE_GUARD:
    case CHANGE_CAUSE:
        set(store, kind, query);
        break;
    case CHANGE_NOTICE_OVER:
        drop(store, CHANGE_NOTICE, query);
        break;
    case CHANGE_CAUSE_FORGET:
        drop(store, CHANGE_CAUSE, query);
        break;
    case CHANGE_NOTICE_BEGUN:
    case CHANGE_NOTICE_LATER:
    case CHANGE_NOTICES_AGAIN:
    case CHANGE_NOTICES_CLAMP:
    case CHANGE_NOTICES_SHIFT:
        change_notices(store, kind, query);
        break;
    case CHANGE_REMOVE_EFFECTS:
        drop(store, CHANGE_EFFECT, query);
        break;
    case CHANGE_UNREMEMBER:
        drop(store, CHANGE_REMEMBER, query);
        break;
    case CHANGE_REMOVE:
        remove_job(store, query->id);
        break;
    case CHANGE_REMOVE_NOTES:
        drop(store, CHANGE_NOTE, query);
        break;
    case CHANGE_REMOVE_POSTS:
        drop(store, CHANGE_POST, query);
        break;
    case CHANGE_STAY:
        drop(store, CHANGE_LEAVE, query);
        break;
    case CHANGE_LEAVE_AS:
    case CHANGE_LEFT_AGAIN:
    case CHANGE_LEFT_CLAMP:
    case CHANGE_LEFT_FORGET:
    case CHANGE_LEFT_SHIFT:
        change_left(store, kind, query);
        break;
    default:
        change_due(store, kind, query);
        break;
    }
}

/* ---- rows of jobs ---- */

typedef void each_row(void *context, const struct row *row);

/** The jobs from `i` on that share a row with it. */
static size_t end_of_name(const struct found *found, enum query_kind kind, size_t i)
{
    size_t end = i;
    while (end < found->count && of_jobs[kind].order(found->jobs[i], found->jobs[end]) == 0)
        end++;
    return end;
}

/** The files of one group are one email. */
static int64_t count_emails(const struct found *found, size_t from, size_t to)
{
    int64_t count = 0;
    for (size_t i = from; i < to; i++) {
        bool is_new = true;
        for (size_t k = from; k < i; k++)
            is_new = is_new &&
                     (!found->jobs[i]->closed || found->jobs[k]->closed != found->jobs[i]->closed);
        count += is_new;
    }
    return count;
}

static int64_t count_open(const struct found *found, size_t from, size_t to)
{
    int64_t count = 0;
    for (size_t i = from; i < to; i++)
        count += !(job_has_outcome(found->jobs[i]) && found->jobs[i]->put_away);
    return count;
}

static void tell_names(
    enum query_kind kind, const struct found *found, each_row *each, void *context)
{
    for (size_t i = 0, end; i < found->count; i = end) {
        end = end_of_name(found, kind, i);
        const struct job *job = found->jobs[i];
        struct row row = {.texts = {of_jobs[kind].name(job)}};
        row.numbers[0] =
            of_jobs[kind].telling == TELL_EMAILS ? count_emails(found, i, end) : (int64_t)(end - i);
        row.numbers[1] = count_open(found, i, end);
        each(context, &row);
    }
}

static void tell_states(const struct found *found, each_row *each, void *context)
{
    for (size_t i = 0, end; i < found->count; i = end) {
        end = end_of_name(found, QUERY_COUNT, i);
        const struct row row = {.texts = {job_state_names[found->jobs[i]->state]},
            .numbers = {found->jobs[i]->put_away, (int64_t)(end - i)}};
        each(context, &row);
    }
}

static void tell_outcomes(const struct found *found, each_row *each, void *context)
{
    for (size_t i = 0, end; i < found->count; i = end) {
        end = end_of_name(found, QUERY_COUNT_OUTCOMES, i);
        const struct job *job = found->jobs[i];
        const struct row row = {.texts = {job->folder, job_state_names[job->state]},
            .numbers = {job->done_ms / QUARTER_MS * QUARTER_MS, (int64_t)(end - i)}};
        each(context, &row);
    }
}

static void tell_group(
    const struct query *query, const struct found *found, each_row *each, void *context)
{
    struct row row = {.texts = {NULL}};
    for (size_t i = 0; i < found->count; i++) {
        const struct job *job = found->jobs[i];
        row.numbers[0] = job->queued_ms > row.numbers[0] ? job->queued_ms : row.numbers[0];
        row.numbers[1] += !is_settled(query, job);
        row.numbers[2] += job->state == JOB_QUEUED && job->error_code && job->attempts > 0;
    }
    each(context, &row);
}

/** The jobs of one POST count once. */
static void tell_claimed(const struct found *found, each_row *each, void *context)
{
    struct row row = {.texts = {NULL}};
    for (size_t i = 0; i < found->count; i++) {
        const struct job *job = found->jobs[i];
        bool is_new = true;
        for (size_t k = 0; k < i && job->state == JOB_ATTACHING && job->posting; k++)
            is_new = is_new && !(found->jobs[k]->state == JOB_ATTACHING &&
                                   found->jobs[k]->posting == job->posting);
        row.numbers[0] += is_new;
    }
    each(context, &row);
}

static void tell_jobs(struct store *store, enum query_kind kind, const struct query *query,
    each_row *each, void *context)
{
    struct found found = find(store, kind, query);
    enum telling telling = of_jobs[kind].telling;
    if (telling == TELL_BY_NAME || telling == TELL_EMAILS)
        tell_names(kind, &found, each, context);
    else if (telling == TELL_HOW_MANY)
        each(context, &(struct row){.numbers = {(int64_t)found.count}});
    else if (kind == QUERY_COUNT)
        tell_states(&found, each, context);
    else if (kind == QUERY_COUNT_OUTCOMES)
        tell_outcomes(&found, each, context);
    else if (kind == QUERY_GROUP)
        tell_group(query, &found, each, context);
    else if (kind == QUERY_COUNT_CLAIMED)
        tell_claimed(&found, each, context);
    bool is_told = telling == TELL_ID || telling == TELL_DUE || telling == TELL_QUEUED ||
                   telling == TELL_SINCE;
    for (size_t i = 0; i < found.count && is_told; i++) {
        const struct job *job = found.jobs[i];
        int64_t number = telling == TELL_ID      ? job->id
                         : telling == TELL_DUE   ? job->due_ms
                         : telling == TELL_SINCE ? waits_since(job)
                                                 : job->queued_ms;
        each(context, &(struct row){.numbers = {number, job->entered}});
    }
    free(found.jobs);
}

/* ---- rows of records ---- */

static bool is_being_attached(const struct store *store, int64_t id)
{
    return id > 0 && (size_t)id <= store->job_count && store->jobs[id - 1] &&
           store->jobs[id - 1]->state == JOB_ATTACHING;
}

static bool has_bytes(const struct query *record, const struct query *query)
{
    return is(record->sha256, query->sha256) && is(record->activity, query->activity);
}

/** Whether a record answers the query. */
static bool answers(const struct store *store, const struct record *record, enum query_kind kind,
    const struct query *query)
{
    const struct query *is_it = &record->is;
    bool is_left = record->kind == CHANGE_LEAVE;
    switch (kind) {
    case QUERY_LAST_POSTING:
        return record->kind == CHANGE_POST;
    case QUERY_POSTINGS:
        return record->kind == CHANGE_POST && is_it->id == query->id;
    case QUERY_EFFECTS:
        return record->kind == CHANGE_EFFECT && is_it->id == query->id;
    case QUERY_FILINGS:
        return record->kind == CHANGE_REMEMBER && has_bytes(is_it, query) &&
               is(is_it->lead_id, query->lead_id);
    case QUERY_FILED_ELSEWHERE:
        return record->kind == CHANGE_REMEMBER && has_bytes(is_it, query) &&
               !is(is_it->lead_id, query->lead_id);
    case QUERY_HISTORY:
        return record->kind == CHANGE_NOTE && is_it->id == query->id;
    case QUERY_LAST_NOTE:
        return record->kind == CHANGE_NOTE;
    case QUERY_NUMBER:
        return record->kind == CHANGE_NUMBER && is(is_it->name, query->name);
    case QUERY_HAS_LEFT:
        return is_left && is_it->id == query->id && is(is_it->rule, query->rule) &&
               is_it->at_ms > query->at_ms;
    case QUERY_LEFT_BY_RULE:
        return is_left && is(is_it->rule, query->rule) && is_it->id != query->id;
    case QUERY_LEFT_BY_SENDER:
        return is_left && is(is_it->sender, query->sender) && is_it->id != query->id;
    case QUERY_IS_LEAVING:
        return is_left && is(is_it->sender, query->sender) && is_it->id != query->id &&
               is_being_attached(store, is_it->id);
    case QUERY_GUARD:
        return record->kind == CHANGE_GUARD && is(is_it->rule, query->rule);
    case QUERY_HAS_NOTICES:
        return record->kind == CHANGE_NOTICE;
    case QUERY_COUNT_NOTICES:
        return record->kind == CHANGE_NOTICE && is(is_it->channel, query->channel) &&
               is_or_any(query->cause, is_it->cause);
    case QUERY_NOTICES_OF_CAUSE:
        return record->kind == CHANGE_NOTICE && is(is_it->channel, query->channel) &&
               is(query->cause, is_it->cause) && is_it->until_ms != JOB_DUE_NEVER;
    case QUERY_CAUSES:
        return record->kind == CHANGE_CAUSE;
    default:
        return false;
    }
}

static struct row row_of_notice(const struct query *event)
{
    return (struct row){{event->event, event->cause, event->why},
        {event->id, event->other, event->at_ms, event->since_ms, event->posting, event->number}};
}

/** The event of a channel that is due first, of those behind this one in that order. */
static const struct query *next_notice(
    const struct store *store, const struct query *query, const struct query *before)
{
    const struct query *next = NULL;
    for (size_t i = 0; i < store->record_count; i++) {
        const struct query *event = &store->records[i].is;
        bool is_behind = !before || event->until_ms > before->until_ms ||
                         (event->until_ms == before->until_ms && event->id > before->id);
        if (store->records[i].kind == CHANGE_NOTICE && is(event->channel, query->channel) &&
            is(event->event, query->event) && is_behind &&
            (!next || event->until_ms < next->until_ms))
            next = event;
    }
    return next;
}

static void tell_notices(
    struct store *store, const struct query *query, each_row *each, void *context)
{
    const struct query *event = next_notice(store, query, NULL);
    for (int64_t i = 0; i < query->limit && event && event->until_ms <= query->at_ms; i++) {
        const struct row row = row_of_notice(event);
        each(context, &row);
        event = next_notice(store, query, event);
    }
}

static struct row row_of(const struct record *record, enum query_kind kind)
{
    const struct query *is_it = &record->is;
    switch (kind) {
    case QUERY_LAST_POSTING:
        return (struct row){.numbers = {is_it->posting}};
    case QUERY_POSTINGS:
        return (struct row){{is_it->token, is_it->lead_id, is_it->activity}, {is_it->at_ms}};
    case QUERY_EFFECTS:
        return (struct row){{is_it->activity, is_it->state, is_it->why, is_it->name},
            {is_it->at_ms, is_it->number, is_it->nth}};
    case QUERY_FILINGS:
        return (struct row){
            {is_it->lead_id, is_it->rule, is_it->activity}, {is_it->at_ms, is_it->id}};
    case QUERY_HISTORY:
        return (struct row){{is_it->state, is_it->why}, {is_it->at_ms}};
    case QUERY_NUMBER:
        return (struct row){.numbers = {is_it->number}};
    case QUERY_GUARD:
        return (struct row){
            .numbers = {is_it->over, is_it->released, is_it->recalled, is_it->recalled_held}};
    case QUERY_NOTICES_OF_CAUSE:
        return row_of_notice(is_it);
    case QUERY_CAUSES:
        return (struct row){
            {is_it->cause, is_it->why}, {is_it->since_ms, is_it->until_ms, is_it->id}};
    default:
        return (struct row){.numbers = {is_it->at_ms}};
    }
}

static int compare_latest(const void *a, const void *b)
{
    const int64_t *one = a, *other = b;
    return (*one < *other) - (*one > *other);
}

/** When the nth last of those that left did. */
static void tell_nth(int64_t *times, size_t count, int64_t nth, each_row *each, void *context)
{
    if (count)
        qsort(times, count, sizeof(*times), compare_latest);
    if (nth >= 0 && (size_t)nth < count)
        each(context, &(struct row){.numbers = {times[nth]}});
}

static void tell_records(struct store *store, enum query_kind kind, const struct query *query,
    each_row *each, void *context)
{
    int64_t *times = NULL;
    size_t count = 0;
    struct row last = {.texts = {NULL}};
    bool is_list = kind == QUERY_POSTINGS || kind == QUERY_EFFECTS || kind == QUERY_FILINGS ||
                   kind == QUERY_HISTORY || kind == QUERY_NOTICES_OF_CAUSE || kind == QUERY_CAUSES;
    bool is_last = kind == QUERY_LAST_POSTING || kind == QUERY_LAST_NOTE || kind == QUERY_NUMBER ||
                   kind == QUERY_GUARD;
    for (size_t i = 0; i < store->record_count && !store->failed; i++) {
        if (!answers(store, &store->records[i], kind, query))
            continue;
        last = row_of(&store->records[i], kind);
        times = grow(times, count, sizeof(*times));
        times[count++] = store->records[i].is.at_ms;
        if (is_list && (!query->limit || (int64_t)count <= query->limit))
            each(context, &last);
    }
    if (is_last && count)
        each(context, &last);
    else if (kind == QUERY_LEFT_BY_RULE || kind == QUERY_LEFT_BY_SENDER)
        tell_nth(times, count, query->nth, each, context);
    else if (!is_last && !is_list && !store->failed)
        each(context, &(struct row){.numbers = {(int64_t)count}});
    free(times);
}

void store_rows(struct store *store, enum query_kind kind, const struct query *query,
    void (*each)(void *context, const struct row *row), void *context)
{
    if (of_jobs[kind].fits) {
        tell_jobs(store, kind, query, each, context);
    } else if (kind == QUERY_NOTICES) {
        tell_notices(store, query, each, context);
    } else if (kind == QUERY_NEXT_NOTICE) {
        const struct query *next = next_notice(store, query, NULL);
        each(context, &(struct row){.numbers = {next ? next->until_ms : JOB_DUE_NEVER}});
    } else {
        tell_records(store, kind, query, each, context);
    }
}

void store_look_up(struct store *store, struct lookup *lookups, size_t count)
{
    for (size_t i = 0; i < count; i++)
        store_look_up_one(store, &lookups[i]);
}
