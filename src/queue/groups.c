/** Groups and the POSTs that jobs share, as queries of the store. */
#include "closedrop/queue/groups.h"

#include "due.h"
#include "queue_state.h"

/** The group that a job belongs to. */
static struct query of_group(const struct job *member)
{
    return (struct query){.id = member->id,
        .folder = member->folder,
        .rule = member->rule,
        .group = member->group,
        .lead_id = member->lead_id,
        .contact_id = member->contact_id,
        .rules_digest = member->rules_digest ? member->rules_digest : "",
        .closed = member->closed};
}

static void keep_group(void *context, const struct row *row)
{
    struct queue_group *group = context;
    *group = (struct queue_group){
        .newest_ms = row->numbers[0], .open = row->numbers[1], .failing = row->numbers[2]};
}

void queue_group(struct queue *queue, const struct job *member, struct queue_group *ret_group)
{
    const struct query query = of_group(member);
    *ret_group = (struct queue_group){0};
    store_rows(queue->store, QUERY_GROUP, &query, keep_group, ret_group);
}

size_t queue_group_members(
    struct queue *queue, const struct job *member, struct job **ret_members, size_t most)
{
    struct query query = of_group(member);
    query.limit = (int64_t)most;
    return store_some_jobs(queue->store, QUERY_GROUP_MEMBERS, &query, ret_members, most);
}

void queue_delay_group(struct queue *queue, const struct job *member, int64_t due_ms)
{
    struct query query = of_group(member);
    query.at_ms = due_ms;
    due_forget(queue, member->folder);
    store_change(queue->store, CHANGE_DELAY_GROUP, &query);
}

/* ---- what was posted ---- */

size_t queue_by_posting(
    struct queue *queue, const struct job *job, struct job **ret_jobs, size_t most)
{
    const struct query query = {.id = job->id,
        .posting = job->posting,
        .state = job_state_names[job->state],
        .limit = (int64_t)most};
    return store_some_jobs(queue->store, QUERY_BY_POSTING, &query, ret_jobs, most);
}

struct postings {
    void (*each)(void *context, const char *token, const char *lead_id, enum activity_kind activity,
        int64_t at_ms);
    void *context;
};

static void tell_posting(void *context, const struct row *row)
{
    const struct postings *postings = context;
    postings->each(postings->context, row->texts[0], row->texts[1],
        activity_kind_from_name(row->texts[2]), row->numbers[0]);
}

void queue_postings(struct queue *queue, int64_t job,
    void (*each)(void *context, const char *token, const char *lead_id, enum activity_kind activity,
        int64_t at_ms),
    void *context)
{
    struct postings postings = {each, context};
    store_rows(queue->store, QUERY_POSTINGS, &(struct query){.id = job}, tell_posting, &postings);
}

bool queue_has_activity(struct queue *queue, const char *activity_id, const char *md5)
{
    const struct query query = {.activity_id = activity_id, .md5 = md5};
    return store_number(queue->store, QUERY_HAS_ACTIVITY, &query, 0) > 0;
}
