/**
 * A task: one claimed job, and what it holds while it is. Shared by the worker and its stages only.
 */
#ifndef CLOSEDROP_WORK_TASK_H
#define CLOSEDROP_WORK_TASK_H

#include "closedrop/close/api.h"
#include "closedrop/config/config.h"
#include "closedrop/files/destination.h"
#include "closedrop/queue/job.h"
#include "closedrop/work/merged_leads.h"
#include "closedrop/work/resolve.h"
#include "closedrop/work/upload.h"
#include "closedrop/work/verify.h"

enum stage {
    STAGE_COMPARE, /* of a kept file: is it only its time that is new */
    STAGE_RESOLVE, /* whose file is it */
    STAGE_TICKET,
    STAGE_SEND,
    STAGE_PRESENT,   /* held back by the guard: does its file still lie there as it was */
    STAGE_RECONCILE, /* did an earlier queue, which is lost, file it */
    STAGE_DUPLICATE, /* its bytes were filed before: on this lead, and does a person want it again
                      */
    STAGE_ATTACH,    /* create its activity */
    STAGE_VERIFY,    /* was it created */
    STAGE_RENAMED,   /* filed, and renamed since: would it belong to another lead now */
    STAGE_FINISH,
    STAGES
};

struct task {
    struct job *job;
    struct job **members; /* the other members of its group, claimed with it */
    size_t member_count;
    struct config *config; /* held: a job ends with the settings it began with */
    const struct folder *folder;
    enum stage stage;
    bool to_start;          /* its stage begins after the next commit; or its request is made, and
                               waits until it may go */
    bool in_doubt;          /* waits for what GET me/ says */
    bool alone;             /* a suspect: nothing else is claimed */
    struct verdict verdict; /* of a stage that ended by itself; RUNNING: not yet */
    struct resolution resolution;
    bool has_resolution;
    struct upload upload;
    bool has_upload;
    struct verification verification;
    bool has_verification;
    char *activity_id;          /* what was created */
    struct merged_leads merged; /* into its lead; known once STAGE_DUPLICATE has asked */
    bool is_filed_before;       /* on its lead, says the memory */
    bool searched_failed;       /* whether a person brought back what was filed before */
    int64_t brought_back;       /* the job that failed, and whose file that is; 0: none */
    bool is_present;            /* its file, and those of its group, were seen where they belong */
    int64_t absent;             /* the job of its group whose file was not */
    char *other_lead;           /* its new name belongs to, after it was filed */
    int64_t kept;               /* the job that may have filed these bytes already, 0: none */
    char *kept_sha256;
    struct source *compared; /* the file, while it is read for that */
    bool is_kept;            /* its bytes are those */
    int64_t awaits_scan;     /* what has gone from its place is looked for in the folder */
    bool was_scanned;        /* and was not found */
    struct request *request;
    int64_t started_ms; /* steady clock: when its bytes began to go */
    int root;           /* the folder, open while the task touches it */
    int staging;        /* or, while a file is brought back, the directory it comes from */
    struct destination destination;
    struct copy *copy;
    char *outcome_location; /* where the file came to lie */
    struct task *next;
};

/** The jobs of a task: its own is the first, then the other members of its group. */
size_t task_count_jobs(const struct task *task);
struct job *task_job_at(const struct task *task, size_t i);

/** Let go of the other members, which are not claimed or no longer. */
void task_free_members(struct task *task);

/** On to the stage that begins after this turn's commit. */
void task_go_on(struct task *task, enum stage stage);

/** Whether its request is ready, and only waits until it may go. */
bool task_holds_request(const struct task *task);

/** The stage a job with an outcome goes on with: to put its file away, once it is known whether its
 * name still says what it was filed as. */
enum stage task_last_stage(const struct job *job, const struct folder *folder);

/** Whether whose the file is must be asked again, for it was renamed since. */
bool task_was_renamed(const struct task *task);

/** Free what a task holds of the upload. */
void task_close_upload(struct task *task);

/** What a stage may use. */
struct stage_tools {
    struct api api;
    struct tables *tables;
    struct etags *etags;
    struct absences *absences;
    struct store *store;  /* to read what was posted */
    uint64_t root_device; /* the folder's directory as the watch thread knows it, 0: unknown */
    uint64_t root_inode;
};

/**
 * A stage: `start` puts a request under way (RUNNING, with task->request to be started by the
 * worker), or is done at once; `finish` reads the request's end, MORE starts the stage again. A
 * copy is gone on with by itself.
 */
struct stage_row {
    const char *name;
    struct verdict (*start)(struct task *task, const struct stage_tools *tools);
    struct verdict (*finish)(struct task *task, const struct stage_tools *tools);
};

extern const struct stage_row stage_rows[STAGES];

/** Open the folder of a task; 0 or a negative errno. Closed with the task. */
int task_open_root(struct task *task);

/** Close `staging` and `place`, for another use of them. */
void task_leave_directories(struct task *task);

/** Whether the folder is still the directory it was, and not an empty mount point. */
bool task_folder_is_here(const struct task *task, const struct stage_tools *tools);

/** The request of a stage: under way, or no memory was left for it. */
struct verdict task_under_way(struct task *task, struct request *request);

/** Later, for a reason that is not the job's fault. */
struct verdict task_wait(int64_t ms, const char *code, const char *why);

/** What was to be done with the file failed for this (negative) errno: it is put away later. */
struct verdict task_not_put_away(const char *what, int error);

#endif
