/** What the tests of the queue share: jobs of one group. */
#ifndef TESTS_UNIT_QUEUE_GROUP_FIXTURE_H
#define TESTS_UNIT_QUEUE_GROUP_FIXTURE_H

#include "closedrop/queue/groups.h"
#include "queue_fixture.h"

/* Next to an uploaded job of folder scans, rule r, key k, lead A (and contact C, where
 * `of_contact`) stands another one: whether it belongs to the group, whether the group waits for
 * it, and whether it is taken along when the group goes. */
struct member {
    const char *name, *folder, *rule, *group, *lead_id, *contact_id;
    enum job_state state;
    enum job_ending ending;
    bool claimed;
    const char *error;
    int attempts;
    const char *rules_digest;
    bool of_contact;
    bool belongs;
    int open, failing;
    bool gathered;
};

#define MEMBER .folder = "scans", .rule = "r", .group = "k", .lead_id = "A"

#pragma GCC diagnostic pop

static inline int64_t add_member(
    struct queue *queue, const char *path, int number, const struct member *member)
{
    struct arrival arrival = {.folder = member->folder, .path = path, .identity = file(number)};
    struct job *job = load(queue, queue_add(queue, &arrival));
    int result = str_assign(&job->rule, member->rule);
    result |= str_assign(&job->group, member->group);
    result |= str_assign(&job->lead_id, member->lead_id);
    result |= str_assign(&job->contact_id, member->contact_id);
    result |= str_assign(&job->error_code, member->error);
    result |= str_assign(&job->token, path);
    result |= str_assign(&job->rules_digest, member->rules_digest);
    assert_int_equal(result, 0);
    job->state = member->state;
    job->ending = member->ending;
    job->claimed = member->claimed;
    job->attempts = member->attempts;
    job->activity = ACTIVITY_EMAIL;
    queue_put(queue, job);
    int64_t id = job->id;
    job_free(job);
    return id;
}

static inline int64_t add_uploaded(struct queue *queue, const char *path, int number)
{
    static const struct member uploaded = {"uploaded", MEMBER, .state = JOB_UPLOADED};
    return add_member(queue, path, number, &uploaded);
}

/* three uploaded jobs of one group, about to be posted as one activity */
static inline void intend_three(struct queue *queue, struct job *jobs[3])
{
    static const char *const paths[] = {"a.pdf", "b.pdf", "c.pdf"};
    int64_t ids[3];
    for (int i = 0; i < 3; i++)
        ids[i] = add_uploaded(queue, paths[i], i + 1);
    jobs[0] = claim_of(queue, "scans", LANE_ATTACH, false);
    jobs[0]->verifications = 1; /* of an earlier post */
    assert_int_equal(jobs[0]->id, ids[0]);
    assert_int_equal(queue_group_members(queue, jobs[0], jobs + 1, 2), 2);
    queue_intend(queue, jobs, 3, clock_wall_ms());
}

static inline void free_three(struct job *jobs[3])
{
    for (int i = 0; i < 3; i++)
        job_free(jobs[i]);
}

#endif
