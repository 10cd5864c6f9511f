/**
 * An event as a value, and the name of its cause. Pure.
 */
#ifndef CLOSEDROP_QUEUE_EVENT_H
#define CLOSEDROP_QUEUE_EVENT_H

#include <stdint.h>

enum event_kind {
    EVENT_DONE,
    EVENT_FAILED,
    EVENT_BLOCKED,   /* something holds up all files, or those of a folder */
    EVENT_HELD,      /* emails wait for a person */
    EVENT_SILENT,    /* an expected file did not come */
    EVENT_RECOVERED, /* one of the three before is over */
    EVENT_DIGEST,    /* a summary of a day; for mail only */
    EVENT_KINDS
};

extern const char *const event_kind_names[EVENT_KINDS];

/** The kind of a name; EVENT_KINDS if there is none. */
enum event_kind event_kind_of(const char *name);

enum event_channel { CHANNEL_HOOK, CHANNEL_MAIL, CHANNELS };

extern const char *const event_channel_names[CHANNELS];

struct event {
    int64_t id;
    enum event_kind kind;
    const char *cause;   /* event_cause() */
    const char *message; /* for people */
    int64_t job;         /* 0: it is not about one */
    int64_t at_ms;       /* when it happened, on the wall clock */
    int64_t since_ms;    /* recovered: when that had begun; digest: where its day begins */
    int64_t opened_by;   /* recovered: the event that reported the beginning; 0: none */
    int tries;           /* deliveries that began so far */
    int unknown;         /* of these the last ones whose end is unknown, because of a crash */
};

/** What distinguishes causes of a kind; NULL where it does not matter. */
struct cause_parts {
    const char *code;   /* failed: the error code; blocked: that of status */
    const char *folder; /* failed, silent; blocked: the one that is away */
    const char *rule;   /* failed, held */
};

/**
 * The name of a cause: equal for events with the same cause, different for all others. "" for
 * EVENT_DONE, EVENT_RECOVERED and EVENT_DIGEST, which have no cause of their own. All reasons not
 * to use the API key are one cause, and so are all reasons why S3 takes no files. The caller frees
 * it; NULL if out of memory.
 */
char *event_cause(enum event_kind kind, const struct cause_parts *parts);

#endif
