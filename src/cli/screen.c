/** Draws a screen, and gives the terminal back as it was. */
#include "screen.h"

#include "terminal.h"

#include "closedrop/base/array.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* the other screen, which keeps what is on this one; no cursor; lines are cut at the edge */
#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"
#define TO_THE_TOP "\033[H"
#define REST_OF_LINE "\033[K"
#define REST_OF_SCREEN "\033[J"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP, SIGWINCH};

static void enter(const struct screen *screen)
{
    struct termios keys = screen->before;
    keys.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
    if (screen->has_keys)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &keys);
    fputs(ENTER, stdout);
    fflush(stdout);
}

static void leave(const struct screen *screen)
{
    fputs(LEAVE, stdout);
    fflush(stdout);
    if (screen->has_keys)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &screen->before);
}

int screen_open(struct screen *screen)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < COUNT(signals); i++)
        sigaddset(&set, signals[i]);
    screen->has_keys = tcgetattr(STDIN_FILENO, &screen->before) == 0;
    screen->signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (screen->signals < 0)
        return -errno;
    sigprocmask(SIG_BLOCK, &set, NULL);
    enter(screen);
    return 0;
}

void screen_close(struct screen *screen)
{
    leave(screen);
    close(screen->signals);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

void screen_draw(const char *text)
{
    size_t room = terminal_lines(STDOUT_FILENO), lines = count_lines(text);
    size_t shown = lines <= room ? lines : room - 1;
    fputs(TO_THE_TOP, stdout);
    for (size_t i = 0; i < shown; i++) {
        size_t length = strcspn(text, "\n");
        printf("%s%.*s" REST_OF_LINE, i ? "\r\n" : "", (int)length, text);
        text += length + 1;
    }
    if (shown < lines)
        printf("\r\n(%zu more lines)" REST_OF_LINE, lines - shown);
    fputs(REST_OF_SCREEN, stdout);
    fflush(stdout);
}

/** Ctrl-Z: the shell has its terminal until the command continues. */
static enum screen_event hide(const struct screen *screen)
{
    leave(screen);
    raise(SIGSTOP);
    enter(screen);
    return SCREEN_RESIZED;
}

static enum screen_event take_signal(const struct screen *screen)
{
    struct signalfd_siginfo info;
    if (read(screen->signals, &info, sizeof(info)) != sizeof(info))
        return SCREEN_QUIT;
    return info.ssi_signo == SIGWINCH  ? SCREEN_RESIZED
           : info.ssi_signo == SIGTSTP ? hide(screen)
                                       : SCREEN_QUIT;
}

/** Any other key shows what is new at once. */
static enum screen_event take_key(void)
{
    char key;
    return read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q' ? SCREEN_QUIT
                                                                        : SCREEN_RESIZED;
}

enum screen_event screen_wait(struct screen *screen, int ms)
{
    struct pollfd fds[] = {{.fd = screen->signals, .events = POLLIN},
        {.fd = screen->has_keys ? STDIN_FILENO : -1, .events = POLLIN}};
    int ready = poll(fds, COUNT(fds), ms);
    if (ready < 0 || ferror(stdout))
        return SCREEN_QUIT;
    return fds[0].revents ? take_signal(screen) : fds[1].revents ? take_key() : SCREEN_TIME;
}
