/**
 * A task: one claimed job, and what it holds while it is. Shared by the worker and its stages only.
 */
#ifndef CLOSEDROP_WORK_TASK_H
#define CLOSEDROP_WORK_TASK_H

#include "clues.h"
#include "errand_kind.h"
#include "failed_names.h"

#include "closedrop/close/api.h"
#include "closedrop/config/config.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/lease.h"
#include "closedrop/queue/effects.h"
#include "closedrop/queue/job.h"
#include "closedrop/work/current_lead.h"
#include "closedrop/work/merged_leads.h"
#include "closedrop/work/resolve.h"
#include "closedrop/work/upload.h"
#include "closedrop/work/verify.h"

enum stage {
    STAGE_COMPARE, /* of a kept file: is it only its time that is new */
    STAGE_RESOLVE, /* whose file is it */
    STAGE_TICKET,
    STAGE_SEND,
    STAGE_PRESENT,     /* held back by the guard: is its file still there, unchanged */
    STAGE_RECONCILE,   /* did an earlier queue, which is lost, file it */
    STAGE_DUPLICATE,   /* its bytes were filed before: on this lead, and does a person want it again
                        */
    STAGE_ATTACH,      /* create its activity */
    STAGE_VERIFY,      /* was it created */
    STAGE_EFFECT,      /* filed: create what belongs next to it, such as a task */
    STAGE_EFFECT_LEAD, /* Close says its lead does not exist: was it merged */
    STAGE_EFFECT_VERIFY, /* was that created */
    STAGE_RENAMED,       /* filed, and renamed since: would it belong to another lead now */
    STAGE_FINISH,
    STAGES
};

/**
 * Where a task is within its stage, with what belongs to that and to nothing else.
 *
 *              start()                 it may go              it has ended
 *     START ------+--> READY ------------> ASKING --+-----------------------> ENDED
 *       ^         +--> COPYING, READING, a slice a turn ----------------------^ | |
 *       |         +--> ELSEWHERE --------------------------------------------^ | |
 *       |         +--> (at once) ---------------------------------------------^ | |
 *       +--<-- the stage that follows; or SEARCH, when it is over --<-----------+ |
 *                                     DOUBT, until GET me/ was answered --<-------+
 */
enum step_kind {
    STEP_START,     /* its stage begins after the next commit */
    STEP_READY,     /* its request is made, and goes as soon as it may */
    STEP_ASKING,    /* its request is in progress */
    STEP_COPYING,   /* its file goes to another file system */
    STEP_READING,   /* its file is read, to be compared */
    STEP_ELSEWHERE, /* a file process is at it (ORDER_STAGE) */
    STEP_SEARCH,    /* what has gone from its place is searched for in the folder */
    STEP_ENDED,     /* the stage has ended; its verdict is to be applied */
    STEP_DOUBT      /* what GET me/ says decides about its verdict */
};

struct step {
    enum step_kind kind;
    union {
        struct request *request; /* READY, ASKING */
        struct copy *copy;       /* COPYING */
        struct source *source;   /* READING */
        int64_t scan;            /* SEARCH: its number (worker_scan) */
        int64_t order;           /* ELSEWHERE: its number */
        struct verdict verdict;  /* ENDED, DOUBT */
    };
};

/** How far the search for a failed file that was brought back has come (brought_back.c). */
struct failed_search {
    int64_t failed;    /* the job that it is about */
    enum errand asked; /* about that one; ERRANDS: nothing yet */
    size_t folder;     /* who was asked */
    enum { SEARCH_FOUND_NOT, SEARCH_WAITS, SEARCH_FOUND, SEARCH_IMPOSSIBLE } answer;
};

/** A directory that a task has changed, and which is not on disk yet (durable.h). */
struct unwritten {
    bool is_due;
    int directory; /* one that the task has open */
    struct inode inode;
    int result; /* of writing it */
};

struct task {
    struct job *job;
    struct job **members; /* the other members of its group, claimed with it */
    size_t member_count;
    struct config *config; /* held: a job ends with the settings it began with */
    const struct folder *folder;
    enum stage stage;
    struct step step;
    bool alone;         /* a suspect: nothing else is claimed */
    struct clues clues; /* read, and not judged yet */
    struct resolution resolution;
    bool has_resolution;
    struct upload upload;
    bool has_upload;
    struct leased_file sent; /* its file, from when it was sent until it is put away */
    struct verification verification;
    bool has_verification;
    struct close_template close_template; /* of STAGE_ATTACH, if the rule fills one */
    char *activity_id;                    /* what was created */
    struct effect effect;                 /* of STAGE_EFFECT; without a request there is none */
    struct current_lead lead;             /* of STAGE_EFFECT_LEAD; without an ID there is none */
    struct merged_leads merged;           /* into its lead; known once STAGE_DUPLICATE has asked */
    bool is_filed_before;                 /* on its lead, says the memory */
    bool searched_failed;                 /* whether a person brought back what was filed before */
    struct failed_search failed_search;   /* for that */
    int64_t brought_back;                 /* the job that failed, and whose file that is; 0: none */
    bool is_present;  /* its file, and those of its group, were seen where they belong */
    int64_t absent;   /* the job of its group whose file was not */
    char *other_lead; /* its new name belongs to, after it was filed */
    int64_t kept;     /* the job that may have filed these bytes already, 0: none */
    char *kept_sha256;
    bool is_kept;       /* its bytes are those */
    bool was_searched;  /* what has gone from its place is not in the folder */
    int64_t started_ms; /* steady clock: when its bytes began to go */
    bool was_touched;   /* what its stage does with files is done, elsewhere */
    int root;           /* the folder, open while the task touches it */
    int staging;        /* or, while a file is brought back, the directory it comes from */
    struct destination destination;
    struct unwritten unwritten;
    char *outcome_location;           /* where the file came to lie */
    struct failed_names failed_names; /* if it failed: the directories for that, as they are now */
    struct task *next;
};

/** The jobs of a task: its own is the first, then the other members of its group. */
size_t task_count_jobs(const struct task *task);
struct job *task_job_at(const struct task *task, size_t i);

/** Let go of the other members, which are not claimed or no longer. */
void task_free_members(struct task *task);

/** On to the stage that begins after this turn's commit. A request has been dropped before
 * (pacing_drop_request()), as for all that change the step; what else it holds is freed. */
void task_continue(struct task *task, enum stage stage);

/** The stage has ended. */
void task_end_stage(struct task *task, const struct verdict *verdict);

/** What its stage does from now on, a slice a turn: the task's. */
void task_copy(struct task *task, struct copy *copy);
void task_read(struct task *task, struct source *source);

/** A scan of its folder was asked for, which has this number. */
void task_search(struct task *task, int64_t scan);

/** Its stage was assigned to a file process, by the order with this number. */
void task_assign(struct task *task, int64_t order);

/** The verdict of the stage that has ended waits for what GET me/ says. */
void task_doubt(struct task *task);

/** Its request, made or in progress; NULL: there is none. */
struct request *task_request(const struct task *task);

/** The stage with which a job with an outcome continues: to put its file away, once it is known
 * whether its name still says what it was filed as. */
enum stage task_last_stage(const struct job *job, const struct folder *folder);

/** Whether the lead of the file must be looked up again, because it was renamed since. */
bool task_was_renamed(const struct task *task);

/** Free what a task holds of the upload. */
void task_close_upload(struct task *task);

/** The same once it is sent; its file stays open under its lease, for being put away. */
void task_end_upload(struct task *task);

struct worker;

/** What a stage may use. */
struct stage_tools {
    struct api api;
    struct tables *tables;
    struct etags *etags;
    struct absences *absences;
    struct queue *queue;   /* to read what was posted; NULL in a file process */
    struct worker *worker; /* whose errands it may run; likewise */
    bool has_successor;    /* there: queue_has_successor() */
    struct job **held;     /* there: of the job's group, those that were held back */
    size_t held_count;
    uint64_t root_device; /* the folder's directory as the watch thread knows it, 0: unknown */
    uint64_t root_inode;
};

/**
 * A stage: `start` makes a request or begins to copy or read (RUNNING, and the step says which), or
 * is done at once; `finish` reads the request's end, MORE starts the stage again; `step` copies or
 * reads the next slice; `next` is what follows, inside a transaction. `touch` is the part of
 * `start` that touches files, and `step` continues: a file process does it where the folder is
 * elsewhere.
 */
struct stage_row {
    const char *name;
    struct verdict (*touch)(struct task *task, const struct stage_tools *tools);
    struct verdict (*start)(struct task *task, const struct stage_tools *tools);
    struct verdict (*finish)(struct task *task, const struct stage_tools *tools);
    struct verdict (*step)(struct task *task);
    void (*next)(struct worker *worker, struct task *task);
};

extern const struct stage_row stage_rows[STAGES];

/** Open the folder of a task; 0 or a negative errno. Closed with the task. */
int task_open_root(struct task *task);

/** Close `staging` and `place`, for another use of them. */
void task_leave_directories(struct task *task);

/** Whether the folder is still the directory it was, and not an empty mount point. */
bool task_folder_is_here(const struct task *task, const struct stage_tools *tools);

/** The request of a stage is made; or, NULL, no memory was left for it. */
struct verdict task_await(struct task *task, struct request *request);

/** Later, for a reason that is not the job's fault. */
struct verdict task_wait(int64_t ms, const char *code, const char *why);

/** What was to be done with the file failed for this (negative) errno: it is put away later. */
struct verdict task_not_put_away(const char *what, int error);

#endif
