/**
 * The worker's own state, shared by the files it is made of: claim.c takes jobs from the queue,
 * worker.c carries them through their stages, outcome.c says what a verdict does to them, moves.c
 * and grouping.c do it; pacing.c knows how much may be in progress, health.c whether Close is up,
 * worker_key.c which key it takes.
 */
#ifndef CLOSEDROP_WORK_WORKER_STATE_H
#define CLOSEDROP_WORK_WORKER_STATE_H

#include "errand_kind.h"
#include "task.h"
#include "telling.h"

#include "closedrop/close/activity.h"
#include "closedrop/close/key.h"
#include "closedrop/close/renewal.h"
#include "closedrop/http/breaker.h"
#include "closedrop/http/window.h"
#include "closedrop/work/close_clock.h"
#include "closedrop/work/rejections.h"
#include "closedrop/work/worker.h"

/** More members of a group than Close takes are still claimed, to fail together. */
#define GROUP_MAX (10 * ATTACHMENTS_MAX)

/** Whether every queued file's rule and group are known, in a folder where that matters. */
enum classifying { CLASSIFY_CANNOT, CLASSIFY_GOES_ON, CLASSIFY_DONE };

/** How many answers are kept until their question is repeated. */
#define CAME_BACK_MAX 16

/** What the worker knows of a folder, most of it from the watch thread. */
struct folder_view {
    const struct folder *folder; /* of the worker's configuration */
    struct due *due;             /* the queue's */
    bool healthy;
    int64_t scanned;        /* the last scan that was asked for and has ended (worker_scan) */
    int64_t complete_scans; /* how many scans of all of it have ended */
    bool checks_discards;   /* since the last of them; see discards.c */
    int64_t checked_up_to;  /* the ID of the last failed job that was searched for */
    int64_t checked_last;   /* the last of those that are being searched for; 0: none is left */
    int64_t check_next_ms;  /* steady clock: not before */
    uint64_t failed_device; /* which directory `failed` was when it had something in it */
    uint64_t failed_inode;
    enum classifying classifying;
    int64_t classify_again_ms; /* steady clock: CLASSIFY_CANNOT until then; 0: no time brings it
                                  about */
    uint64_t device;
    uint64_t inode;
    struct telling telling;
    bool told_unremovable; /* that an emptied directory cannot be removed */
    int64_t block_ms; /* steady clock: when a block of any file last came from its file process */
    int64_t errands[ERRANDS];         /* their numbers, while they are not answered; 0: none */
    int64_t came_back[CAME_BACK_MAX]; /* failed jobs whose files did (brought_back.c) */
    size_t came_back_next;
};

struct worker {
    const struct errand_row *errand_rows;
    struct queue *queue;
    struct http *http;
    struct config *config;
    struct key key;
    struct tables *tables;
    bool has_tables_to_check; /* once another process has read them */
    struct etags etags;
    struct absences absences;
    struct close_clock close_clock;
    worker_resettle *resettle;
    worker_scan *scan;
    worker_order *order;
    void *watch_context; /* of all three */

    int64_t orders; /* their numbers so far, and those of errands */

    struct task *tasks;
    struct folder_view *folders; /* in the order of config->folders */
    size_t turn;                 /* the folder that is asked first at the next claim */
    bool paused;
    const char *disk_short; /* worker_set_disk_short() */
    bool stopping;
    bool has_suspects;

    struct breaker api_breaker;
    struct breaker s3_breaker;
    struct rejections rejections; /* by S3 */
    char s3_rejection[768];       /* for people: why s3_breaker is open, with BREAKER_REJECTS */
    const char *api_code;         /* why api_breaker is open, NULL: it is not */
    char api_message[4096];       /* the same for people */
    bool api_has_worked;          /* since the start */
    bool key_unusable;            /* the key file changed since, and holds no key to ask with */
    struct renewal renewal;       /* of a login, while one is in progress */
    int64_t renew_at_ms;          /* steady clock: when the next one is due */
    int renew_tries;              /* that did not work out */
    bool needs_renewal;           /* its token is refused: all work waits for it */
    bool was_renewed;             /* for that reason, and not taken since */
    struct request *question;     /* GET me/, while one is in progress */
    struct window windows[API_GROUPS]; /* what the server still takes of each group */
    int64_t s3_success_ms;             /* steady clock: when a file last got through */
    int64_t s3_tripped_ms;             /* the same: when S3 was last found to be down */
    int64_t key_poll_ms;               /* steady clock: when the key file is checked next */
    int64_t failures;

    bool has_paced;         /* jobs wait for their sender (send_guard.c) */
    int64_t paced_until_ms; /* wall clock: when the first of the senders may continue */
    struct held_news *news; /* rules of which something is held, and nobody has been told yet */
};

#endif
