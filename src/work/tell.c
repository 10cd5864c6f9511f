/** Who dropped a file and should hear of it: found page by page, and told by mail or by a text. */
#define LOG_MODULE "worker"

#include "tell.h"

#include "errand_rows.h"
#include "owner_address.h"
#include "waiting_text.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/moment.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/notices.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** As many jobs are examined in one turn: of those that have become late, and of those whose owners
 * know it. */
#define PAGE 32
#define ITEMS (2 * PAGE)
/** What was held back, or without success, is examined again after so many pages. */
#define PAGES 10

#define PERIOD_MIN_MS 250
#define PERIOD_MAX_MS 60000

int64_t tell_period_ms(int64_t late_ms)
{
    return earlier(later(late_ms / 4, PERIOD_MIN_MS), PERIOD_MAX_MS);
}

/** One folder in this turn. */
struct turn {
    struct worker *worker;
    size_t index;
    const struct folder *folder;
    struct telling *telling;
};

/* ---- forgotten ---- */

static void forget_items(struct telling *telling)
{
    for (size_t i = 0; i < telling->count; i++)
        waiting_item_release(&telling->items[i]);
    free(telling->items);
    telling->items = NULL;
    telling->count = 0;
}

void tell_end(struct worker *worker)
{
    for (size_t i = 0; worker->folders && i < worker->config->folder_count; i++)
        forget_items(&worker->folders[i].telling);
}

void tell_abandon(struct worker *worker, size_t folder)
{
    forget_items(&worker->folders[folder].telling);
}

/* ---- what is to be done about texts ---- */

static void add_item(const struct turn *turn, enum waiting_errand errand, const struct job *job,
    const char *path, const char *text)
{
    struct telling *telling = turn->telling;
    if (telling->count == ITEMS)
        return;
    struct waiting_item item = {
        .errand = errand, .job = job->id, .path = strdup(path), .text = text ? strdup(text) : NULL};
    if (item.path && (item.text || !text))
        telling->items[telling->count++] = item;
    else
        waiting_item_release(&item); /* with a later page */
}

/** Whether nobody needs to hear of the job any more. */
static bool is_over(const struct turn *turn, const struct job *job)
{
    return job->ending || job_has_outcome(job) || !turn->folder->tell.late_ms;
}

/** A job whose owner knows: by mail, which only needs to be forgotten, or by a text. */
static void look_at_told(const struct turn *turn, struct job *job)
{
    bool was_mailed = !*job->told;
    if (was_mailed && is_over(turn, job))
        queue_set_told(turn->worker->queue, job, NULL, NULL);
    if (was_mailed)
        return;
    bool is_elsewhere = is_over(turn, job) || strcmp(job->told, job->path) != 0;
    add_item(turn, is_elsewhere ? WAITING_REMOVE : WAITING_CHECK, job, job->told, NULL);
}

static void look_at_page_of_told(const struct turn *turn)
{
    int64_t ids[PAGE];
    struct telling *telling = turn->telling;
    size_t count =
        queue_list_told(turn->worker->queue, turn->folder->name, telling->told_after, ids, PAGE);
    telling->has_told = count > 0 || telling->told_after > 0;
    for (size_t i = 0; i < count; i++) {
        CLEANUP(job_freep) struct job *job = queue_load(turn->worker->queue, ids[i]);
        if (job && job->told)
            look_at_told(turn, job);
    }
    telling->told_after = count == PAGE ? ids[count - 1] : 0;
}

/* ---- who hears of it ---- */

static bool mail_owner(const struct turn *turn, enum notice_kind kind, const struct job *job,
    const char *address, const char *message)
{
    const struct owner_notice notice = {
        .kind = kind, .address = address, .job = job, .message = message};
    return queue_add_owner_notice(turn->worker->queue, &notice) != 0;
}

static void mail_late(
    const struct turn *turn, struct job *job, const char *address, int64_t since_ms)
{
    char since[MOMENT_TEXT];
    const char *why = job->error_message;
    size_t length = why && remedy_of(why) ? remedy_problem_length(why) : why ? strlen(why) : 0;
    CLEANUP(free_text)
    char *message =
        str_format("waiting since %s%s%.*s", moment_print(since_ms, MOMENT_TO_THE_MINUTE, since),
            length ? ": " : "", (int)length, why ? why : "");
    CLEANUP(free_text) char *note = str_format("it waits, which is mailed to %s", address);
    if (message && note && mail_owner(turn, NOTICE_LATE, job, address, message))
        queue_set_told(turn->worker->queue, job, "", note);
}

static void write_late(const struct turn *turn, const struct job *job, int64_t since_ms)
{
    struct str text = STR_INIT(65536);
    waiting_text_add(&text, job, since_ms);
    if (str_error(&text) == 0)
        add_item(turn, WAITING_WRITE, job, job->path, str_text(&text));
    str_release(&text);
}

static void look_at_late(const struct turn *turn, struct job *job)
{
    CLEANUP(free_text) char *address = NULL;
    int64_t since_ms = later(job->queued_ms, job->done_ms);
    switch (owner_address(turn->worker, turn->folder, job, &address)) {
    case ADDRESS_KNOWN:
        mail_late(turn, job, address, since_ms);
        break;
    case ADDRESS_NONE:
        write_late(turn, job, since_ms);
        break;
    case ADDRESS_LATER:
        break;
    }
}

/** Returns whether there are more. */
static bool look_at_page_of_late(const struct turn *turn)
{
    int64_t ids[PAGE];
    struct telling *telling = turn->telling;
    int64_t before_ms = clock_wall_ms() - turn->folder->tell.late_ms;
    if (++telling->pages > PAGES) {
        telling->pages = 0;
        telling->late_after = 0;
    }
    size_t count = queue_list_untold(
        turn->worker->queue, turn->folder->name, before_ms, telling->late_after, ids, PAGE);
    for (size_t i = 0; i < count; i++) {
        CLEANUP(job_freep) struct job *job = queue_load(turn->worker->queue, ids[i]);
        if (job)
            look_at_late(turn, job);
    }
    if (count)
        telling->late_after = ids[count - 1];
    return count == PAGE;
}

/* ---- what has failed ---- */

/** Up to which failure of a folder owners know: two numbers of the queue. */
struct mark {
    char *at_name, *id_name;
    int64_t at_ms, id;
};

/** From now on, if nothing is known; or if the clock was set back. False if out of memory; to be
 * released in any case. */
static bool read_mark(const struct turn *turn, int64_t now, struct mark *mark)
{
    struct queue *queue = turn->worker->queue;
    *mark = (struct mark){.at_name = str_format("told_at:%s", turn->folder->name),
        .id_name = str_format("told_id:%s", turn->folder->name)};
    if (!mark->at_name || !mark->id_name)
        return false;
    mark->at_ms = queue_number(queue, mark->at_name);
    mark->id = later(queue_number(queue, mark->id_name), 1);
    if (mark->at_ms && mark->at_ms <= now)
        return true;
    mark->at_ms = now;
    queue_set_number(queue, mark->at_name, now);
    return true;
}

static void set_mark(const struct turn *turn, const struct mark *mark, const struct job *job)
{
    queue_set_number(turn->worker->queue, mark->at_name, job->done_ms);
    queue_set_number(turn->worker->queue, mark->id_name, job->id);
}

static void release_mark(struct mark *mark)
{
    free(mark->at_name);
    free(mark->id_name);
}

/** Returns false if it is not known now who is to be told. */
static bool tell_failure(const struct turn *turn, const struct job *job)
{
    CLEANUP(free_text) char *address = NULL;
    enum address_answer answer = owner_address(turn->worker, turn->folder, job, &address);
    if (answer == ADDRESS_KNOWN)
        mail_owner(turn, NOTICE_FAILED, job, address, job->error_message ? job->error_message : "");
    return answer != ADDRESS_LATER;
}

/** Returns in how many ms there is more to do; INT64_MAX if there is not. What failed in this very
 * millisecond waits: more may come in it, with a lower ID. */
static int64_t tell_page_of_failed(const struct turn *turn, int64_t now)
{
    struct mark mark;
    struct job *jobs[PAGE] = {NULL};
    size_t count = 0, told = 0;
    const struct job_filter filter = {
        .folder = turn->folder->name, .state = job_state_names[JOB_FAILED], .all = true};
    if (read_mark(turn, now, &mark)) {
        const struct job_page page = {mark.at_ms, mark.id, PAGE};
        count = queue_list_oldest(turn->worker->queue, &filter, &page, jobs);
    }
    while (told < count && jobs[told]->done_ms < now && tell_failure(turn, jobs[told]))
        told++;
    if (told)
        set_mark(turn, &mark, jobs[told - 1]);
    int64_t wait_ms = count == PAGE ? 0 : INT64_MAX; /* there may be more behind a whole page */
    if (told < count)
        wait_ms = jobs[told]->done_ms < now ? PERIOD_MIN_MS : 1;
    for (size_t i = 0; i < count; i++)
        job_free(jobs[i]);
    release_mark(&mark);
    return wait_ms;
}

/* ---- results ---- */

static void warn_of(const struct turn *turn, const struct waiting_item *item)
{
    if (!turn->telling->has_warned)
        log_warn("folder %s: the text that says why %s waits cannot be written: %s",
            turn->folder->name, item->path, strerror(-item->result));
    turn->telling->has_warned = true;
}

/** A job that is claimed meanwhile comes again with a later page. */
static void take_result_of(const struct turn *turn, const struct waiting_item *item)
{
    struct queue *queue = turn->worker->queue;
    CLEANUP(job_freep) struct job *job = queue_load(queue, item->job);
    if (!job || job->claimed)
        return;
    bool is_gone = item->result == -ENOENT;
    if (item->errand == WAITING_WRITE && item->result == 0) {
        log_info("job %lld waits, as a text next to its file says: %s/%s", (long long)job->id,
            turn->folder->name, item->path);
        queue_set_told(queue, job, item->path, "it waits, as a text next to its file says");
        turn->telling->has_told = true;
    } else if (item->errand == WAITING_WRITE && !is_gone) {
        warn_of(turn, item);
    } else if (item->errand == WAITING_REMOVE ? item->result == 0 : is_gone && job->told) {
        queue_set_told(queue, job, NULL, NULL);
    }
}

static void take_results(const struct turn *turn)
{
    for (size_t i = 0; i < turn->telling->count; i++)
        take_result_of(turn, &turn->telling->items[i]);
    forget_items(turn->telling);
}

void tell_take(struct worker *worker, const struct errand_answer *answer)
{
    struct folder_view *view = &worker->folders[answer->folder];
    const struct turn turn = {worker, answer->folder, view->folder, &view->telling};
    if (waiting_answer_read(answer->wire, view->telling.items, view->telling.count))
        take_results(&turn);
}

/* ---- a turn ---- */

/** What nobody can do now is found again. */
static void carry_out(const struct turn *turn)
{
    struct telling *telling = turn->telling;
    enum errand_begun begun = ERRAND_REFUSED;
    if (telling->count) {
        struct str question = STR_INIT(FRAME_MAX / 2);
        waiting_question_add(&question, telling->items, telling->count);
        begun = errand_begin(turn->worker, turn->index, ERRAND_WAITING, &question);
    }
    if (begun != ERRAND_GIVEN)
        forget_items(telling);
}

static void tell_folder(const struct turn *turn)
{
    bool has_more = false;
    struct telling *telling = turn->telling;
    forget_items(telling); /* of an errand that nobody answered */
    telling->items = calloc(ITEMS, sizeof(*telling->items));
    if (telling->items) {
        look_at_page_of_told(turn);
        if (turn->folder->tell.late_ms)
            has_more = look_at_page_of_late(turn);
        carry_out(turn);
    }
    int64_t period_ms =
        turn->folder->tell.late_ms ? tell_period_ms(turn->folder->tell.late_ms) : PERIOD_MAX_MS;
    telling->next_ms = clock_steady_ms() + (has_more ? 0 : period_ms);
}

/** A failure is part of a turn, so each turn is asked about; only what is left over needs a time.
 */
static void tell_failures(const struct turn *turn, int64_t now)
{
    int64_t wait_ms = tell_page_of_failed(turn, clock_wall_ms());
    turn->telling->failed_ms = wait_ms == INT64_MAX ? 0 : now + wait_ms;
}

static bool is_active(const struct folder_view *view)
{
    return view->healthy && !errand_is_given(view, ERRAND_WAITING) &&
           (view->telling.has_told || view->folder->tell.late_ms);
}

void tell_owners(struct worker *worker)
{
    int64_t now = clock_steady_ms();
    for (size_t i = 0; i < worker->config->folder_count && !worker->disk_short; i++) {
        struct folder_view *view = &worker->folders[i];
        const struct turn turn = {worker, i, view->folder, &view->telling};
        if (is_active(view) && view->telling.next_ms <= now)
            tell_folder(&turn);
        if (view->folder->tell.failed)
            tell_failures(&turn, now);
    }
}

int64_t tell_wait(const struct worker *worker)
{
    int64_t wait = INT64_MAX, now = clock_steady_ms();
    for (size_t i = 0; i < worker->config->folder_count && !worker->disk_short; i++) {
        const struct folder_view *view = &worker->folders[i];
        if (is_active(view))
            wait = earlier(wait, later(view->telling.next_ms - now, 0));
        if (view->telling.failed_ms)
            wait = earlier(wait, later(view->telling.failed_ms - now, 0));
    }
    return wait;
}
