/**
 * A task: one job in hand, and what it holds while it is. Shared by the worker and its stages only.
 */
#ifndef CLOSEDROP_WORK_TASK_H
#define CLOSEDROP_WORK_TASK_H

#include "closedrop/close/api.h"
#include "closedrop/config/config.h"
#include "closedrop/files/put_away.h"
#include "closedrop/queue/job.h"
#include "closedrop/work/look.h"
#include "closedrop/work/merged_leads.h"
#include "closedrop/work/resolve.h"
#include "closedrop/work/upload.h"

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
    STAGE_LOOK,      /* was it created */
    STAGE_RENAMED,   /* filed, and renamed since: would it belong to another lead now */
    STAGE_FINISH,
    STAGES
};

struct task {
    struct job *job;
    struct job **mates; /* the other members of its group, in hand with it */
    size_t mate_count;
    struct config *config; /* held: a job ends with the settings it began with */
    const struct folder *folder;
    enum stage stage;
    bool to_start;          /* its stage begins after the next commit; or its request is made, and
                               waits until it may go */
    bool in_doubt;          /* waits for what GET me/ says */
    bool alone;             /* a suspect: nothing else is in hand */
    struct verdict verdict; /* of a stage that ended by itself; RUNNING: not yet */
    struct resolution resolution;
    bool has_resolution;
    struct upload upload;
    bool has_upload;
    struct look look;
    bool has_look;
    char *activity_id;          /* what was created */
    struct merged_leads merged; /* into its lead; known once STAGE_DUPLICATE has asked */
    bool is_filed_before;       /* on its lead, says the memory */
    bool looked_in_failed;      /* whether a person brought back what was filed before */
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
    struct place place;
    struct copy *copy;
    char *outcome_place; /* where the file came to lie */
    struct task *next;
};

/** The jobs of a task: its own is the first, then its mates. */
size_t task_count_jobs(const struct task *task);
struct job *task_job_at(const struct task *task, size_t i);

/** Let go of the mates, which are not in hand or no longer. */
void task_free_mates(struct task *task);

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

/* compare.c */
struct verdict compare_start(struct task *task, const struct stage_tools *tools);

/** Read one more slice of the file. */
struct verdict compare_step(struct task *task);

/* guard.c */
struct verdict present_start(struct task *task, const struct stage_tools *tools);

/* duplicates.c */
struct verdict duplicate_start(struct task *task, const struct stage_tools *tools);
struct verdict duplicate_finish(struct task *task, const struct stage_tools *tools);

/* filing.c */
struct verdict renamed_start(struct task *task, const struct stage_tools *tools);
struct verdict renamed_finish(struct task *task, const struct stage_tools *tools);
struct verdict resolve_start(struct task *task, const struct stage_tools *tools);
struct verdict resolve_finish(struct task *task, const struct stage_tools *tools);
struct verdict reconcile_start(struct task *task, const struct stage_tools *tools);
struct verdict reconcile_finish(struct task *task, const struct stage_tools *tools);
struct verdict attach_start(struct task *task, const struct stage_tools *tools);
struct verdict attach_finish(struct task *task, const struct stage_tools *tools);
struct verdict look_start(struct task *task, const struct stage_tools *tools);
struct verdict look_finish(struct task *task, const struct stage_tools *tools);

/**
 * Sort a file below `root`, open at `fd` (-1: it was uploaded, and may have gone): rule, values,
 * group (see resolution_sort()); the resolution is to be released in any case.
 */
struct verdict sort_file(struct resolution *resolution, const struct job *job,
    const struct folder *folder, struct tables *tables, int root, int fd);

/** Keep in the job what sorting and looking up brought. Returns 0 or -ENOMEM. */
int keep_resolution(
    struct job *job, const struct resolution *resolution, const struct folder *folder);

/* send.c */
struct verdict ticket_start(struct task *task, const struct stage_tools *tools);
struct verdict ticket_finish(struct task *task, const struct stage_tools *tools);
struct verdict send_start(struct task *task, const struct stage_tools *tools);
struct verdict send_finish(struct task *task, const struct stage_tools *tools);

/**
 * Have the file where it belongs in its folder: one that had failed is brought back first. NEXT; or
 * RUNNING while it is copied; or why not.
 */
struct verdict task_fetch_file(struct task *task, const struct stage_tools *tools);

/** Open the file, once it was fetched, and see that it is still the one that was queued: NEXT and
 * the descriptor, the caller's. */
struct verdict task_open_file(struct task *task, const struct stage_tools *tools, int *ret_fd);

/** Both, and have it ready to be read: NEXT and the source, the caller's (source_close()). */
struct verdict task_open_source(
    struct task *task, const struct stage_tools *tools, struct source **ret_source);

/** Whether the file of a job of this task's folder lies where it belongs, as it was: NEXT; GONE;
 * CHANGED; or WAIT, where that cannot be told now. The folder is open. */
struct verdict task_look_at(
    const struct task *task, const struct stage_tools *tools, const struct job *job);

/** The request of a stage: under way, or no memory was left for it. */
struct verdict task_under_way(struct task *task, struct request *request);

/** Later, for a reason that is not the job's fault. */
struct verdict task_wait(int64_t ms, const char *code, const char *why);

/* finish.c */
struct verdict finish_start(struct task *task, const struct stage_tools *tools);

/** Copy one more slice of a file that goes to another file system. */
struct verdict finish_step(struct task *task);

/** Open the folder of a task; 0 or a negative errno. Closed with the task. */
int task_open_root(struct task *task);

/** Close `staging` and `place`, for another use of them. */
void task_leave_directories(struct task *task);

/** Whether the folder is still the directory it was, and not an empty mount point. */
bool task_folder_is_here(const struct task *task, const struct stage_tools *tools);

/**
 * Move a failed file back to its path, for a retry by hand. 0 (with task->copy where it is copied,
 * to be gone on with by bring_back_step()), or a negative errno: -ENOENT where it is there no more.
 */
int bring_back_start(struct task *task);
struct verdict bring_back_step(struct task *task);

/**
 * Whether the file of a failed job has left the directory `failed` of the folder open at `root`, by
 * itself: not sorted in it, nor with all of it. Its error text goes then. False where that cannot
 * be told.
 */
bool finish_has_left(int root, const char *failed, const struct job *job);

/** Whether a failed file, or its text, lies where it was put; also where that cannot be told. */
bool finish_still_lies(int root, const struct job *job);

/** A failed file that may have another name by now. */
struct sought {
    const struct identity *identity;
    bool takes_like; /* where its handle says nothing, one of its size and time may be it */
    char *place;     /* as job->place, where it was found; the caller's */
};

/**
 * Look for files where failed ones are put, in the directory that `place` begins with. 0, or a
 * negative errno where not all that lies there could be looked at.
 */
int finish_search(
    int root, const char *failed, const char *place, struct sought *sought, size_t count);

/** Remove an error text that lies beside the file in the folder. */
void finish_remove_error_text(const struct task *task);

#endif
