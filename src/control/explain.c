/** Finds the job of a file: by what the file is or, if that has no job, by its name. */
#include "explain.h"
#include "jobs.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/queue/reading.h"

#include <string.h>

/** How many jobs of a name are searched for one that was uploaded by hand. */
#define NAMESAKES_MAX 100

/** The job of this very file. */
static struct job *find_same(const struct asked *asked)
{
    const struct question *question = asked->question;
    bool is_by_path = question->by_path || !question->identity.handle_length;
    if (!question->is_there || !*question->folder)
        return NULL;
    return queue_find(
        asked->queue, question->folder, &question->identity, is_by_path ? question->path : NULL);
}

struct namesake {
    const struct question *question;
    int64_t id; /* 0: none yet */
};

/** A file outside all folders can only have been uploaded by hand, from there. */
static void take_namesake(void *context, const struct job *job)
{
    struct namesake *namesake = context;
    const struct question *question = namesake->question;
    bool is_it = *question->folder || (job_is_by_hand(job) && job->location &&
                                          strcmp(job->location, question->path) == 0);
    if (is_it && !namesake->id)
        namesake->id = job->id;
}

/** The last job of its name, be it that all of them have ended. */
static struct job *find_namesake(const struct asked *asked)
{
    const struct question *question = asked->question;
    const char *folder = name_or_any(question->folder);
    struct namesake namesake = {.question = question};
    const struct job_page page = {.limit = folder ? 1 : NAMESAKES_MAX};
    for (int all = 0; all < 2 && !namesake.id; all++) {
        const struct job_filter filter = {.folder = folder,
            .name = question->name,
            .path = folder ? question->path : NULL,
            .all = all};
        queue_list(asked->queue, &filter, &page, take_namesake, &namesake);
    }
    return namesake.id ? queue_load(asked->queue, namesake.id) : NULL;
}

struct answer explain_get(const struct asked *asked)
{
    CLEANUP(job_freep) struct job *same = find_same(asked);
    CLEANUP(job_freep) struct job *namesake = same ? NULL : find_namesake(asked);
    const struct job *job = same ? same : namesake;
    struct json *body = json_object(), *view = NULL;
    int result = job ? jobs_view(asked, job, &view) : 0;
    result |= job ? json_add(body, "job", view) : json_add_null(body, "job");
    result |= json_add_bool(body, "same", same != NULL);
    result |= json_add_int(body, "ahead", job ? queue_count_ahead(asked->queue, job) : 0);
    return answer_body(body, result);
}

struct answer explain_progress(const struct asked *asked)
{
    (void)asked;
    return answer_body(json_object(), 0);
}
