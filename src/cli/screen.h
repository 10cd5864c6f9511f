/**
 * The whole screen of a terminal, to be written again and again. Signals wait while it is open, so
 * that the terminal is left as it was, whatever ends the command.
 */
#ifndef CLOSEDROP_CLI_SCREEN_H
#define CLOSEDROP_CLI_SCREEN_H

#include <stdbool.h>
#include <termios.h>

/** A screen on standard output; keys come from standard input. */
struct screen {
    struct termios before; /* how standard input was */
    bool has_keys;         /* standard input is a terminal, too */
    int signals;           /* descriptor */
};

/** What ended the wait. */
enum screen_event {
    SCREEN_TIME,    /* the time is over */
    SCREEN_RESIZED, /* or it was hidden, and must be drawn again */
    SCREEN_QUIT     /* q, Ctrl-C, a signal, or nobody looks any more */
};

/** Take over the terminal. Returns 0, or a negative errno if it cannot be used. */
int screen_open(struct screen *screen);

/** Give it back as it was. */
void screen_close(struct screen *screen);

/** Show the lines of a text; those below the bottom are counted in the last one. */
void screen_draw(const char *text);

/** Wait up to `ms` for something that a person does. */
enum screen_event screen_wait(struct screen *screen, int ms);

#endif
