/**
 * Why one file is where it is: the facts about it, and the situation that they show.
 *
 * Facts are collected by explain_facts.c from the configuration, the disk, the agent and the queue;
 * everything else is pure. A situation is a row of a table: a name for programs, what is so, and
 * what to do about it. The first row that applies is the answer.
 */
#ifndef CLOSEDROP_CLI_EXPLAIN_H
#define CLOSEDROP_CLI_EXPLAIN_H

#include "closedrop/cli/desk.h"
#include "closedrop/config/place.h"
#include "closedrop/files/identity.h"
#include "closedrop/intake/filter.h"
#include "closedrop/intake/settle.h"

#include <stdbool.h>
#include <stdint.h>

struct json;
struct str;

enum file_kind {
    FILE_GONE,
    FILE_HIDDEN,
    FILE_UNANSWERED, /* its disk does not answer */
    FILE_REGULAR,
    FILE_DIRECTORY,
    FILE_LINK,
    FILE_SPECIAL
};

/** What is known about a file. JSON is owned by `status` and `answer`. */
struct facts {
    const struct config *config;
    bool is_partial; /* it has errors: its folders and rules are not known, but the agent's jobs */
    const char *given; /* its path, as on the command line, or as it is spelled on the disk: */
    char *found;       /* the same; NULL: not known */
    char *resolved;    /* its path without links (place_resolve()); NULL: not known */
    struct place place;
    enum file_kind kind;
    const struct folder *root;     /* the folder that this directory is; or NULL */
    char *hidden;                  /* FILE_HIDDEN: why it cannot be inspected */
    char *unanswered;              /* FILE_UNANSWERED: what does not answer ... */
    const char *unanswered_remedy; /* and what to do about that */
    struct file_state state;       /* of a regular file */
    bool is_folder_missing;        /* its directory cannot be opened by whoever asks */
    bool is_own;                   /* closedrop itself uses it */
    struct filtered filtered;      /* of a file or directory in the folder, where it was dropped */

    const char *trouble;       /* why neither agent nor queue could be asked; NULL: one was */
    struct json *status;       /* NULL: nobody was asked */
    struct json *answer;       /* as explain_get() answers it; NULL: the same */
    const struct json *health; /* what the agent says about the folder; NULL: no agent is running */
    const struct json *job;    /* the job of the file, or the last one of its name; or NULL */
    const struct json *transfer; /* of that job, while it is in progress; or NULL */
    struct json *progress; /* how far it has settled (agent/progress.h); NULL: not asked for */
    enum companion lacks;  /* what should be next to it and is not, as whoever asks sees it */
    char *writers;         /* who has it open for writing (writers.h); NULL: nobody is seen */
    const char *cut;       /* why its contents look incomplete; NULL: not checked, or they do not */
    bool is_its_job;       /* that job has the file now, or had it last if it is gone */
};

/** A row of a table; the last one has no name. */
struct situation {
    const char *name;
    bool (*applies)(const struct facts *facts);
    void (*tell)(const struct facts *facts, struct str *out);
    void (*advise)(const struct facts *facts, struct str *out); /* NULL: there is nothing to do */
};

/**
 * Collect the facts about the file `given`; the desk need not be open. Whoever cannot be asked is
 * left out, and `trouble` says why; its text is part of the facts. Returns 0 or -ENOMEM; release
 * them in any case.
 */
int facts_collect(
    struct facts *facts, const struct desk *desk, const char *given, struct str *trouble);
void facts_release(struct facts *facts);

/** The situation that the facts show. Never NULL. Pure. */
const struct situation *situation_find(const struct facts *facts);

/** What the file is before anything is known about its job: unreadable, a directory, a link. */
extern const struct situation situations_of_kind[];

/** What its job has done. */
extern const struct situation situations_of_outcome[];

/** What its job does, or waits for. */
extern const struct situation situations_in_queue[];

/** Why the agent does not take it yet. */
extern const struct situation situations_while_settling[];

/** Why it has no job. */
extern const struct situation situations_without_job[];

#endif
