/** The exit status of closedrop (closedrop(1), "EXIT STATUS"; 77 and 78 as in sysexits.h). */
#ifndef CLOSEDROP_BASE_EXIT_CODES_H
#define CLOSEDROP_BASE_EXIT_CODES_H

enum exit_code {
    EXIT_DONE = 0,
    EXIT_NOT_DONE = 1,
    EXIT_USAGE = 2,
    EXIT_KEY_REFUSED = 77,
    EXIT_CONFIG = 78,
};

#endif
