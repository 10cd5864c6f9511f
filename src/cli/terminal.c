/** Asks the terminal for its size, and the environment for what it can do. */
#include "terminal.h"

#include "closedrop/base/cells.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/** Less than this is a terminal that does not know its size, or one that nobody can read. */
#define COLUMNS_MIN 40
#define LINES_MIN 5

static struct winsize size_of(int fd)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    struct winsize measured;
    if (ioctl(fd, TIOCGWINSZ, &measured) == 0 && measured.ws_col && measured.ws_row)
        size = measured;
    return size;
}

size_t terminal_columns(int fd)
{
    if (!isatty(fd))
        return CELLS_ANY;
    size_t columns = size_of(fd).ws_col;
    return columns > COLUMNS_MIN ? columns : COLUMNS_MIN;
}

size_t terminal_lines(int fd)
{
    size_t lines = size_of(fd).ws_row;
    return lines > LINES_MIN ? lines : LINES_MIN;
}

bool terminal_can_redraw(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}
