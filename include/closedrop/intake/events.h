/**
 * File events, as hints. The only door to libinotifytools, and the only safe way through it
 * (reliability.md 1.3): one thread, one watch a directory, never its recursive watch, its regexes
 * or its repairs; whatever it may have lost is told as EVENT_LOST, and a full new start follows.
 *
 * The library keeps everything in static variables: one thread of the process may call these.
 */
#ifndef CLOSEDROP_INTAKE_EVENTS_H
#define CLOSEDROP_INTAKE_EVENTS_H

enum event_kind {
    EVENT_WRITTEN,  /* a file is new, or was closed after writing */
    EVENT_STAMPED,  /* its times, mode, owner or other attributes were set */
    EVENT_MOVED_IN, /* something came whole, by rename */
    EVENT_LEFT,     /* something was moved away */
    EVENT_DELETED,
    EVENT_DIRECTORY, /* a directory is new, or came */
    EVENT_LOST       /* events or watches were lost: begin anew */
};

struct event {
    enum event_kind kind;
    const char *directory; /* as given to events_watch(); valid until the next call */
    const char *name;      /* bytes */
};

/** Begin. The descriptor to poll, or a negative errno: -EMFILE where the limit of instances, or of
 * open files, is reached. */
int events_open(void);
void events_close(void);

/** From events_watch(): it was watched before. */
#define EVENTS_WATCHED 1

/**
 * Watch one directory, given by its absolute path; one that is watched already is left alone.
 * Returns 0 where it is watched from now on, EVENTS_WATCHED, or a negative errno: -ENOSPC where the
 * limit of watches is reached.
 */
int events_watch(const char *directory);

/** The next event, without waiting. Returns 1, or 0 where there is none. */
int events_next(struct event *ret_event);

/**
 * Forget all watches and waiting events. The new descriptor to poll, or a negative errno: then
 * there are no events until events_open() succeeds.
 */
int events_restart(void);

#endif
