/* An examination in a process of its own: what it tells arrives, however it ends. */
#include "closedrop/base/clock.h"
#include "closedrop/files/apart.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/** Any process has ended by the time somebody asks: one that hangs can be killed here. */
pid_t __real_waitpid(pid_t pid, int *how, int options);
pid_t __wrap_waitpid(pid_t pid, int *how, int options);
pid_t __wrap_waitpid(pid_t pid, int *how, int options)
{
    return __real_waitpid(pid, how, options & ~WNOHANG);
}

/** A clock on which this much time passes between any two looks at it. */
static int64_t pace_ms;

static int64_t fast_clock(void)
{
    static int64_t now_ms;
    return now_ms += pace_ms;
}

static const struct clock_source fast = {fast_clock, fast_clock};

static char arrived[4096];

static void take(void *context, const void *message, size_t length)
{
    size_t already = strlen(arrived);
    (void)context;
    snprintf(
        arrived + already, sizeof(arrived) - already, "%.*s;", (int)length, (const char *)message);
}

static int run(void (*examine)(const void *subject), const void *subject, int64_t patience_ms)
{
    const struct apart apart = {
        .examine = examine, .subject = subject, .take = take, .patience_ms = patience_ms};
    arrived[0] = '\0';
    return apart_run(&apart);
}

static void tell_twice(const void *subject)
{
    apart_tell(subject, strlen(subject));
    apart_show_life();
    apart_tell("the end", strlen("the end"));
}

static void passes_on_what_is_told(void **state)
{
    (void)state;
    assert_int_equal(run(tell_twice, "found", 0), 0);
    assert_string_equal(arrived, "found;the end;");
}

static void tell_and_crash(const void *subject)
{
    apart_tell(subject, strlen(subject));
    (void)raise(SIGKILL);
}

static void survives_a_crash(void **state)
{
    (void)state;
    assert_int_equal(run(tell_and_crash, "found", 0), -ECHILD);
    assert_string_equal(arrived, "found;");
}

static void tell_and_hang(const void *subject)
{
    if (subject)
        apart_tell(subject, strlen(subject));
    for (;;)
        (void)pause();
}

static void gives_up_who_is_silent(void **state)
{
    const struct clock_source *machine = clock_source;
    (void)state;
    clock_source = &fast;
    pace_ms = 2 * APART_MAX_MS;
    assert_int_equal(run(tell_and_hang, NULL, 0), -ETIMEDOUT);
    pace_ms = APART_MAX_MS; /* a longer patience is not had */
    assert_int_equal(run(tell_and_hang, NULL, 60LL * 60 * 1000), -ETIMEDOUT);
    clock_source = machine;
    assert_int_equal(run(tell_and_hang, "found", 1000), -ETIMEDOUT);
    assert_string_equal(arrived, "found;");
}

static void live_longer_than_patience(const void *subject)
{
    (void)subject;
    for (int i = 0; i < 15; i++) {
        (void)usleep(80000);
        apart_show_life();
    }
}

static void does_not_give_up_who_shows_life(void **state)
{
    (void)state;
    apart_show_life(); /* here it does nothing */
    assert_int_equal(run(live_longer_than_patience, NULL, 1000), 0);
}

/** The write end of a pipe, and our output, would keep those waiting who read from there. */
static void tell_what_is_open(const void *subject)
{
    char text[64];
    const int *output = subject;
    bool has_output = fcntl(*output, F_GETFD) >= 0;
    snprintf(text, sizeof(text), "%s", has_output ? "inherited" : "not inherited");
    apart_tell(text, strlen(text));
}

static void inherits_no_descriptor(void **state)
{
    int ends[2], high;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    high = fcntl(ends[1], F_DUPFD, 20);
    assert_int_equal(run(tell_what_is_open, &high, 0), 0);
    assert_string_equal(arrived, "not inherited;");
    close(ends[0]);
    close(ends[1]);
    close(high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_on_what_is_told),
        cmocka_unit_test(survives_a_crash),
        cmocka_unit_test(gives_up_who_is_silent),
        cmocka_unit_test(does_not_give_up_who_shows_life),
        cmocka_unit_test(inherits_no_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
