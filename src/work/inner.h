/**
 * The worker's own state, shared by the seven files it is made of: worker.c carries tasks through
 * their stages, sorting.c finds out which files belong together, outcome.c says what a verdict does
 * to a job and its group, duplicates.c holds back what was filed before, guard.c what is too much
 * to leave the house, discards.c ends what failed and was deleted, question.c asks Close whether it
 * is there.
 */
#ifndef CLOSEDROP_WORK_INNER_H
#define CLOSEDROP_WORK_INNER_H

#include "task.h"

#include "closedrop/close/activity.h"
#include "closedrop/close/key.h"
#include "closedrop/http/breaker.h"
#include "closedrop/http/window.h"
#include "closedrop/work/close_clock.h"
#include "closedrop/work/rejections.h"
#include "closedrop/work/worker.h"

/** More members of a group than Close takes are still taken in hand, to fail together. */
#define GROUP_MOST (10 * ATTACHMENTS_MOST)

/** Whether every queued file's rule and group are known, in a folder where that matters. */
enum sorting { SORT_CANNOT, SORT_GOES_ON, SORT_DONE };

/** What the worker knows of a folder, most of it from the watch thread. */
struct folder_view {
    char *name;
    bool healthy;
    int64_t scanned;          /* the last scan that was asked for and has ended (worker_scan) */
    int64_t rounds;           /* how many scans of all of it have ended */
    bool looks_for_discarded; /* since the last of them; see discards.c */
    int64_t looked_up_to;     /* the id of the last failed job that was looked for */
    int64_t look_next_ms;     /* steady clock: not before */
    uint64_t failed_device;   /* which directory `failed` was when it had something in it */
    uint64_t failed_inode;
    enum sorting sorting;
    int64_t sort_again_ms; /* steady clock: SORT_CANNOT until then; 0: no time brings it about */
    uint64_t device;
    uint64_t inode;
    bool told_unremovable; /* that an emptied directory cannot be removed */
};

struct worker {
    struct queue *queue;
    struct http *http;
    struct config *config;
    struct key key;
    struct tables *tables;
    struct etags etags;
    struct absences absences;
    struct close_clock close_clock;
    worker_look_again *look_again;
    worker_scan *scan;
    void *look_context; /* of both */

    struct task *tasks;
    struct folder_view *folders; /* in the order of config->folders */
    size_t turn;                 /* the folder that is asked first at the next claim */
    bool paused;
    const char *disk_short; /* worker_set_disk_short() */
    bool stopping;
    bool has_suspects;

    struct gate api_gate;
    struct gate s3_gate;
    struct rejections rejections; /* by S3 */
    char s3_rejection[768];       /* for people: why s3_gate is closed, with GATE_REJECTS */
    const char *api_code;         /* why api_gate is closed, NULL: it is not */
    char api_message[4096];       /* the same for people */
    bool key_unusable;            /* the key file changed since, and holds no key to ask with */
    struct request *question;     /* GET me/, while one is under way */
    struct window windows[API_GROUPS]; /* what the server still takes of each group */
    int64_t s3_success_ms;             /* steady clock: when a file last got through */
    int64_t s3_closed_ms;              /* the same: when S3 was last found to be down */
    int64_t key_look_ms;               /* steady clock: when the key file is looked at next */
    int64_t failures;

    bool has_paced;         /* jobs wait for their sender (guard.c) */
    int64_t paced_until_ms; /* wall clock: when the first of the senders may go on */
    struct held_news *news; /* rules of which something is held, and nobody has been told yet */
};

/* worker.c */

/** On to the stage that begins after this turn's commit. */
void task_go_on(struct task *task, enum stage stage);

/** The stage a job with an outcome goes on with: to put its file away, once it is known whether its
 * name still says what it was filed as. */
enum stage task_last_stage(const struct job *job, const struct folder *folder);

/** Whether whose the file is must be asked again, for it was renamed since. */
bool task_was_renamed(const struct task *task);

/** Free what a task holds of the upload. */
void task_close_upload(struct task *task);

/** Take a task out of the list and free it. */
void worker_end_task(struct worker *worker, struct task *task);

/** Put a request under way, which counts for its group's window. Returns 0 or a negative errno. */
int worker_send_request(struct worker *worker, struct request *request);

/** The end of a request, answered or not: what it says about asking again counts for its group. */
void worker_drop_request(struct worker *worker, struct request **request);

struct api worker_api(const struct worker *worker, const struct config *config);

/** How long a place is left alone that could not be used `tries` times. */
int64_t worker_ask_delay(const struct worker *worker, int tries);

/** Whether what is uploaded in a folder, by its index, can be claimed now. */
bool worker_can_attach(const struct worker *worker, size_t index);

/** Whether an activity of that kind may be created now; `ret_wait_ms`: else in how long. */
bool worker_may_attach(const struct worker *worker, enum activity activity, int64_t *ret_wait_ms);

/* outcome.c: all inside a transaction */

/** What a verdict does to the job of a task, and to the others of its group. May end the task. */
void outcome_apply(struct worker *worker, struct task *task, const struct verdict *verdict);

/** What every task in doubt was waiting for. */
void outcome_settle_doubts(struct worker *worker, bool own_fault);

/** An uploaded job with a rule: create its activity now, or wait for the others of its group. */
void outcome_attach(struct worker *worker, struct task *task);

/** On to a stage that finds something out before the activity is intended. The others of its group
 * wait for what comes of that, and are gathered anew. */
void outcome_find_out(struct worker *worker, struct task *task, enum stage stage);

/** Before a job keeps what it was resolved to: it may leave the group it was in, and by another
 * rule it is another email. */
void outcome_leave_group(
    struct worker *worker, struct job *job, const struct resolution *resolution);

/** Done: its file is put away next, and those of its group. */
void outcome_done(struct worker *worker, struct task *task, const char *why);

/** Give up what is in hand: back to the queue. */
void outcome_abandon(struct worker *worker, struct task *task);

/** All jobs of a task back to the queue, due at `due_ms`, and the task ends. */
void outcome_release(
    struct worker *worker, struct task *task, int64_t due_ms, bool counts, const char *why);

/** The job failed, and its mates with it: its file goes to Failed. */
void outcome_fail(struct worker *worker, struct task *task, const struct verdict *verdict);

/* duplicates.c */

/**
 * Before an activity is intended: whether its bytes were filed before (product.md 5). True: all
 * jobs of the task go on, those that are left out have left it. False: that is still to be found
 * out, or the task has ended or goes on otherwise.
 */
bool duplicates_let_through(struct worker *worker, struct task *task);

/** STAGE_DUPLICATE knows what it was asked. */
void duplicates_found_out(struct worker *worker, struct task *task);

/* guard.c */

/**
 * Before an activity is intended: whether it may leave the house (closedrop/queue/guard.h). What
 * does not leave it may always. False: all jobs of the task wait, or failed, and it has ended.
 */
bool guard_lets_go(struct worker *worker, struct task *task, const struct rule *rule);

/** Whether what the guard holds back must be looked for in the folder first; then that is next. */
bool guard_looks_first(struct worker *worker, struct task *task);

/** A job that was its sender's next must wait for something else: those behind it go first. */
void guard_step_aside(struct worker *worker, struct task *task);

/** A file of the group has gone, or was rewritten: its job is not sent, the others go on. */
void guard_leave_out(struct worker *worker, struct task *task, const struct verdict *verdict);

/** Wake those whose sender may send again, the oldest first, and tell what is held. */
void guard_go_on(struct worker *worker);

/** In how many ms there is something to do for guard_go_on(); INT64_MAX for never. */
int64_t guard_wait(const struct worker *worker);

/** The limits may be others now. */
void guard_limits_changed(struct worker *worker);

void guard_free_news(struct worker *worker);

/* discards.c */

/** A scan of all of a folder has ended: its failed files are looked for, too. */
void discards_begin(const struct folder *folder, struct folder_view *view);

/** Look for a slice of the failed files of each folder: those that were deleted end as discarded.
 */
void discards_go_on(struct worker *worker);

/** Whether there is more to look for at once. */
bool discards_are_under_way(const struct worker *worker);

/* sorting.c */

/** Sort a slice of what is queued in folders with groups; see folder_view for how far it got. */
void sorting_go_on(struct worker *worker);

/* question.c */

/** When to ask, on the steady clock; INT64_MAX where there is no reason to, or it was asked. */
int64_t question_due_at(const struct worker *worker);

/** Ask Close whether it is there, if that is due. */
void question_ask_if_due(struct worker *worker);

/** The question has ended. */
void question_answered(struct worker *worker);

#endif
