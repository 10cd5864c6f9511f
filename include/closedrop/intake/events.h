/**
 * File events, as hints. The only door to libinotifytools, limited to the parts that can be used
 * safely: one thread, one watch per directory, no recursive watches, no
 * regular expressions, no repairs. Anything it may have lost is reported as EVENT_LOST, and a
 * complete restart follows.
 *
 * The library keeps its state in static variables: only one thread of the process may call these.
 */
#ifndef CLOSEDROP_INTAKE_EVENTS_H
#define CLOSEDROP_INTAKE_EVENTS_H

enum event_kind {
    EVENT_WRITTEN,  /* a file was created, or closed after writing */
    EVENT_STAMPED,  /* its times, mode, owner or other attributes were set */
    EVENT_MOVED_IN, /* something was moved in, and is complete */
    EVENT_LEFT,     /* something was moved away */
    EVENT_DELETED,
    EVENT_DIRECTORY, /* a directory was created or moved in */
    EVENT_LOST       /* events or watches were lost: start again */
};

struct event {
    enum event_kind kind;
    const char *directory; /* as given to events_watch(); valid until the next call */
    const char *name;      /* bytes */
};

/**
 * Start. Returns the descriptor to poll, or a negative errno: -EMFILE if the limit on instances or
 * on open files is reached.
 */
int events_open(void);
void events_close(void);

/** From events_watch(): the directory was already watched. */
#define EVENTS_WATCHED 1

/**
 * Watch one directory, given by its absolute path. Returns 0 if it is watched from now on,
 * EVENTS_WATCHED if it already was, or a negative errno: -ENOSPC if the limit on watches is
 * reached.
 */
int events_watch(const char *directory);

/** Get the next event without waiting. Returns 1, or 0 if there is none. */
int events_next(struct event *ret_event);

/**
 * Drop all watches and pending events. Returns the new descriptor to poll, or a negative errno:
 * there are then no events until events_open() succeeds.
 */
int events_restart(void);

#endif
