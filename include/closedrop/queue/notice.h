/**
 * A notice: an event that is to be reported, as a value, and the name of its cause. Users and
 * messages call it an event; in the code, events are those of the file system. Pure.
 */
#ifndef CLOSEDROP_QUEUE_NOTICE_H
#define CLOSEDROP_QUEUE_NOTICE_H

#include <stdint.h>

enum notice_kind {
    NOTICE_DONE,
    NOTICE_FAILED,
    NOTICE_BLOCKED,   /* something holds up all files, or those of a folder */
    NOTICE_HELD,      /* emails wait for a person */
    NOTICE_SILENT,    /* an expected file did not come */
    NOTICE_RECOVERED, /* one of the three before is over */
    NOTICE_SUMMARY,   /* a summary of a day; for mail only */
    NOTICE_LATE,      /* a file waits longer than it should; for its owner only */
    NOTICE_KINDS
};

extern const char *const notice_kind_names[NOTICE_KINDS];

/** The kind of a name; NOTICE_KINDS if there is none. */
enum notice_kind notice_kind_of(const char *name);

/** CHANNEL_OWNER: mail to whoever dropped a file. */
enum notice_channel { CHANNEL_HOOK, CHANNEL_MAIL, CHANNEL_OWNER, CHANNELS };

extern const char *const notice_channel_names[CHANNELS];

struct notice {
    int64_t id;
    enum notice_kind kind;
    const char *cause;   /* notice_cause() */
    const char *message; /* for people */
    int64_t job;         /* 0: it is not about one */
    int64_t at_ms;       /* when it happened, on the wall clock */
    int64_t since_ms;    /* recovered: when that had begun; summary: from when on */
    int64_t opened_by;   /* recovered: the event that reported the beginning; 0: none */
    int tries;           /* deliveries that began so far */
};

/** What distinguishes causes of a kind; NULL where it does not matter. */
struct cause_parts {
    const char *code;   /* failed: the error code; blocked: that of status */
    const char *folder; /* failed, silent; blocked: the one that is away */
    const char *rule;   /* failed, held */
};

/**
 * The name of a cause: equal for events with the same cause, different for all others. "" for
 * NOTICE_DONE, NOTICE_RECOVERED and NOTICE_SUMMARY, which have no cause of their own. All reasons
 * not to use the API key are one cause, and so are all reasons why S3 takes no files. The caller
 * frees it; NULL if out of memory.
 */
char *notice_cause(enum notice_kind kind, const struct cause_parts *parts);

/**
 * The same for events of CHANNEL_OWNER: what is told to one person about one folder, and for one
 * reason, is one cause. `code` is that of the error, or NULL.
 */
char *notice_owner_cause(
    enum notice_kind kind, const char *code, const char *folder, const char *address);

/** The address in such a cause, which the caller frees; NULL if out of memory. */
char *notice_owner_address(const char *cause);

#endif
