/** Counts outcomes by local day and folder: what the chart of the page shows. */
#include "days.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/moment.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** One folder's outcomes, a number for each day. */
struct folder_days {
    char *name;
    int64_t done[DAYS_MAX];
    int64_t failed[DAYS_MAX];
};

struct days {
    int count;
    int64_t ends_ms[DAYS_MAX]; /* of each day, the oldest first */
    int day;                   /* of the last outcome; they come in order */
    struct folder_days *folders;
    size_t folder_count;
    int result; /* 0 or -ENOMEM */
};

static struct folder_days *add_folder(struct days *days, const char *name)
{
    char *copy = strdup(name);
    struct folder_days *grown =
        copy ? reallocarray(days->folders, days->folder_count + 1, sizeof(*grown)) : NULL;
    if (!grown) {
        free(copy);
        days->result = -ENOMEM;
        return NULL;
    }
    days->folders = grown;
    grown[days->folder_count] = (struct folder_days){.name = copy};
    return &grown[days->folder_count++];
}

static struct folder_days *folder_of(struct days *days, const char *name)
{
    for (size_t i = 0; i < days->folder_count; i++)
        if (strcmp(days->folders[i].name, name) == 0)
            return &days->folders[i];
    return add_folder(days, name);
}

/** What is later than today (the clock was set back) is left out. */
static void add_outcome(
    void *context, const char *name, enum job_state state, int64_t at_ms, int64_t jobs)
{
    struct days *days = context;
    struct folder_days *folder = folder_of(days, name);
    while (days->day < days->count && at_ms >= days->ends_ms[days->day])
        days->day++;
    if (!folder || days->day == days->count)
        return;
    int64_t *numbers = state == JOB_DONE ? folder->done : folder->failed;
    numbers[days->day] += jobs;
}

static int add_numbers(
    struct json *object, const char *key, const int64_t *numbers, const struct days *days)
{
    struct json *array = json_array();
    int result = 0;
    for (int i = 0; i < days->count; i++)
        result |= json_append_int(array, numbers[i]);
    return result | json_add(object, key, array);
}

static int add_folders(struct json *body, const struct days *days)
{
    struct json *array = json_array();
    int result = 0;
    for (size_t i = 0; i < days->folder_count; i++) {
        const struct folder_days *folder = &days->folders[i];
        struct json *one = json_object();
        result |= json_add_text(one, "name", folder->name);
        result |= add_numbers(one, "done", folder->done, days);
        result |= add_numbers(one, "failed", folder->failed, days);
        result |= json_append(array, one);
    }
    return result | json_add(body, "folders", array);
}

/** Fill in when each day ends, and add its name. Returns when the first begins. */
static int64_t add_days(struct json *body, struct days *days)
{
    struct json *array = json_array();
    int64_t now_ms = clock_wall_ms(), since_ms = 0;
    for (int i = 0; i < days->count; i++) {
        char text[MOMENT_TEXT];
        const struct moment day = moment_day(now_ms, days->count - 1 - i);
        since_ms = i ? since_ms : day.from_ms;
        days->ends_ms[i] = day.to_ms;
        days->result |= json_append_text(array, moment_print(day.from_ms, MOMENT_DATE, text));
    }
    days->result |= json_add(body, "days", array);
    return since_ms;
}

static void release(struct days *days)
{
    for (size_t i = 0; i < days->folder_count; i++)
        free(days->folders[i].name);
    free(days->folders);
}

struct answer days_count(const struct asked *asked)
{
    struct days days = {.count = asked->question->days};
    struct json *body = json_object();
    int64_t since_ms = add_days(body, &days);
    for (size_t i = 0; i < asked->config->folder_count; i++)
        (void)folder_of(&days, asked->config->folders[i].name);
    queue_count_outcomes(asked->queue, since_ms, add_outcome, &days);
    days.result |= add_folders(body, &days);
    release(&days);
    return answer_body(body, days.result);
}
