/** Tables that another process reads: what has come, and whether it comes at all. */
#define LOG_MODULE "rules"

#include "table_far.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/moment.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int far_table_begin(struct table *table, int epoll)
{
    struct far_table *far = calloc(1, sizeof(*far));
    if (far)
        far->process = far_file_new(table->file, TABLE_FILE_MAX, epoll);
    if (far && far->process) {
        table->far = far;
        return 0;
    }
    free(far);
    return -ENOMEM;
}

void far_table_end(struct table *table)
{
    if (!table->far)
        return;
    far_file_free(table->far->process);
    whole_file_release(&table->far->file);
    free(table->far);
    table->far = NULL;
}

bool far_table_is_silent(const struct table *table)
{
    return table->far && table->far->silent_ms;
}

void far_table_explain(const struct table *table, struct str *why)
{
    char since[MOMENT_TEXT];
    str_printf(why, "does not answer since %s (its file server or disk hangs)",
        moment_print(table->far->silent_ms, MOMENT_TO_THE_MINUTE, since));
}

/* ---- asked ---- */

/** Its bytes come only if they are not here already. */
static int begin_asking(struct table *table)
{
    struct far_table *far = table->far;
    bool is_known = far->has_come && (far->file.bytes || table->is_remembered);
    int result = far_file_ask(far->process, is_known ? &far->file.stat : NULL);
    if (result == 0)
        far->asking_ms = clock_steady_ms();
    return result;
}

/** Whether what has come was asked for after somebody began to wait, and not long ago. */
static bool counts(const struct far_table *far, const struct table_patience *patience)
{
    int64_t now = clock_steady_ms();
    bool waits_since = !patience->takes_young && patience->waited_ms >= 0;
    int64_t age =
        waits_since ? earlier(patience->waited_ms, FAR_TABLE_AGAIN_MS) : FAR_TABLE_AGAIN_MS;
    return far->has_come && far->asked_ms >= now - age;
}

int far_table_ask(struct table *table, const struct table_patience *patience, struct str *why)
{
    if (far_table_is_silent(table) && table->is_remembered)
        return 0;
    if (far_table_is_silent(table)) {
        utf8_escape(why, table->file, strlen(table->file));
        str_add_char(why, ' ');
        far_table_explain(table, why);
        return -ETIMEDOUT;
    }
    if (counts(table->far, patience))
        return 0;
    int result = begin_asking(table);
    return result == 0 || result == -EALREADY ? -EINPROGRESS : -ENOMEM;
}

/* ---- what comes ---- */

/** Its bytes are those that have come before and were not used yet. */
static bool is_as_before(const struct whole_file *before, const struct whole_file *file)
{
    return before->bytes && !before->error && !file->error && !file->bytes &&
           whole_file_same_stat(&before->stat, &file->stat);
}

static void keep(struct table *table, struct whole_file *file)
{
    struct far_table *far = table->far;
    if (is_as_before(&far->file, file)) {
        far->file.is_written = file->is_written;
    } else {
        whole_file_release(&far->file);
        far->file = *file;
    }
    far->has_come = true;
    far->asked_ms = far->asking_ms;
    if (far->silent_ms)
        log_info("the table %s answers again", table->file);
    far->silent_ms = 0;
}

static bool give_up(struct table *table)
{
    struct far_table *far = table->far;
    int64_t now = clock_steady_ms();
    bool is_news = !far->silent_ms;
    far_file_leave(far->process);
    far->next_ms = now + FAR_TABLE_AGAIN_MS;
    if (is_news)
        far->silent_ms = clock_wall_ms() - (now - far->asking_ms);
    if (is_news)
        log_warn("the table %s does not answer (its file server or disk hangs); %s", table->file,
            table->is_remembered ? "what was read of it before stays in use"
                                 : "files that need it wait");
    return is_news;
}

static void try_again(struct table *table)
{
    table->far->next_ms = clock_steady_ms() + FAR_TABLE_AGAIN_MS;
    (void)begin_asking(table); /* if too many processes hang, after they have ended */
}

bool far_table_take(struct table *table, int64_t timeout_ms)
{
    struct far_table *far = table->far;
    int64_t now = clock_steady_ms();
    if (!far_file_is_asked(far->process)) {
        far_file_reap(far->process);
        if (far->silent_ms && now >= far->next_ms)
            try_again(table);
        return false;
    }
    struct whole_file file = {.error = EIO};
    if (far_file_take(far->process, &file) != 0) { /* or its process has failed */
        keep(table, &file);
        return true;
    }
    return now - far->asking_ms >= timeout_ms && give_up(table);
}

int64_t far_table_next(const struct table *table, int64_t timeout_ms)
{
    const struct far_table *far = table->far;
    if (far_file_is_asked(far->process))
        return far->asking_ms + timeout_ms;
    int64_t reaps_ms = clock_steady_ms() + FAR_TABLE_AGAIN_MS;
    return earlier(far->silent_ms ? far->next_ms : INT64_MAX,
        far_file_has_left(far->process) ? reaps_ms : INT64_MAX);
}
