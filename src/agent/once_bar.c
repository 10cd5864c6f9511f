/** Draws a bar on standard error, over which the next line of the log is written. */
#include "once_bar.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/queue/reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_WIDTH 20
#define EVERY_MS 200
#define LINE_SIZE 256

/** How far it is: files, counted from the start of this run. */
struct extent {
    int64_t done, failed, all, settling;
};

static struct extent measure(const struct agent *agent)
{
    struct queue_counts counts;
    struct extent extent = {0};
    queue_count(agent->queue, NULL, &counts);
    extent.done = later(counts.by_state[JOB_DONE] - agent->bar.done, 0);
    extent.failed = later(counts.by_state[JOB_FAILED] - agent->bar.failed, 0);
    extent.all = extent.done + extent.failed + counts.by_state[JOB_QUEUED] +
                 counts.by_state[JOB_UPLOADING] + counts.by_state[JOB_UPLOADED] +
                 counts.by_state[JOB_ATTACHING];
    for (size_t i = 0; i < agent->config->folder_count; i++)
        extent.settling += agent->folders[i].health.settling;
    return extent;
}

void once_bar_begin(struct agent *agent)
{
    const char *term = getenv("TERM");
    bool can_be_drawn = isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
    struct queue_counts counts;
    if (!agent->once || !can_be_drawn)
        return;
    queue_count(agent->queue, NULL, &counts);
    agent->bar = (struct bar_state){
        .is_shown = true, .done = counts.by_state[JOB_DONE], .failed = counts.by_state[JOB_FAILED]};
    log_set_over_bar(true);
}

/** "[#####-----] 12 of 24 files, 1 failed, sending 1.5 MiB of 4 MiB" */
static void print_extent(const struct agent *agent, const struct extent *extent, struct str *line)
{
    int64_t sent, size, ended = extent->done + extent->failed;
    int full = extent->all ? (int)(ended * BAR_WIDTH / extent->all) : 0;
    str_printf(line, "[%.*s%.*s] %" PRId64 " of %" PRId64 " files", full, "####################",
        BAR_WIDTH - full, "--------------------", ended, extent->all);
    if (extent->failed)
        str_printf(line, ", %" PRId64 " failed", extent->failed);
    if (extent->settling)
        str_printf(line, ", %" PRId64 " settling", extent->settling);
    worker_count_bytes(agent->worker, &sent, &size);
    if (!size)
        return;
    str_add(line, ", sending ");
    units_print_size(line, sent);
    str_add(line, " of ");
    units_print_size(line, size);
}

static int columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

void once_bar_show(struct agent *agent)
{
    int64_t now = clock_steady_ms();
    if (!agent->bar.is_shown || now < agent->bar.next_ms)
        return;
    const struct extent extent = measure(agent);
    struct str line = STR_INIT(LINE_SIZE);
    print_extent(agent, &extent, &line);
    /* the cursor is back at its beginning, for the log */
    fprintf(stderr, "\r%.*s\033[K\r", columns() - 1, str_text(&line));
    str_release(&line);
    agent->bar.next_ms = now + EVERY_MS;
}

int64_t once_bar_timeout(const struct agent *agent)
{
    return agent->bar.is_shown ? later(agent->bar.next_ms - clock_steady_ms(), 0) : INT64_MAX;
}

void once_bar_end(struct agent *agent)
{
    if (!agent->bar.is_shown)
        return;
    fputs("\r\033[K", stderr);
    log_set_over_bar(false);
}
