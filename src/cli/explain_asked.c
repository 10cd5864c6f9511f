/** Asks the agent, or the queue, about one file: its job, its folder, and how far it has settled.
 */
#include "explain_asked.h"

#include "jobs.h"
#include "situation_words.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/control/client.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** How long, and how often, the watch thread is asked for an answer. */
#define PROGRESS_WAIT_MS 3000
#define PROGRESS_PAUSE_US 5000

static struct json *ask(struct client *client, const struct question *question)
{
    struct answer answer = client_ask(client, question);
    if (answer.status == 200)
        return answer.body;
    json_free(answer.body);
    return NULL;
}

/** If the configuration cannot be read: the agent's folder that contains the path, or NULL. */
static const struct json *find_folder(const struct facts *facts, const char *path)
{
    const struct json *folders = json_get(facts->status, "folders");
    for (const struct json *one = json_first(folders); one && facts->is_partial;
         one = json_next(one)) {
        const char *its = job_member(one, "path");
        if (*its && path_is_within(path, its) && path[strlen(its)] == '/')
            return one;
    }
    return NULL;
}

/** Write names into a question. One that is too long for that was never in the queue. */
static bool put_names(struct question *question, const char *folder, const char *path)
{
    const char *name = path_name(path);
    snprintf(question->folder, sizeof(question->folder), "%s", folder);
    snprintf(question->path, sizeof(question->path), "%s", path);
    snprintf(question->name, sizeof(question->name), "%s", name);
    return *name && strlen(path) < sizeof(question->path) && strlen(name) < sizeof(question->name);
}

/** Which file is meant, by its folder or, in none, by where it is. */
static bool aim(const struct facts *facts, struct question *question)
{
    const struct place *place = &facts->place;
    question->is_there = facts->kind == FILE_REGULAR;
    question->identity = facts->state.identity;
    question->by_path = place->folder && (place->folder->after_upload == AFTER_KEEP ||
                                             place->whereabouts != AMONG_DROPPED);
    if (place->folder)
        return put_names(question, place->folder->name, place->path);
    const char *resolved = facts->resolved;
    const struct json *folder = resolved ? find_folder(facts, resolved) : NULL;
    if (!folder)
        return resolved && put_names(question, "", resolved);
    return put_names(
        question, job_member(folder, "name"), resolved + strlen(job_member(folder, "path")) + 1);
}

/** Only an agent knows how its folder is; without one, the status has folders that nobody watches.
 */
static const struct json *find_health(const struct facts *facts)
{
    bool has_agent = json_is_object(json_get(facts->status, "agent"));
    const struct json *folders = has_agent ? json_get(facts->status, "folders") : NULL;
    const char *name = facts->place.folder ? facts->place.folder->name : "";
    for (const struct json *one = json_first(folders); one; one = json_next(one)) {
        const char *its = json_get_text(one, "name");
        if (its && strcmp(its, name) == 0)
            return one;
    }
    return NULL;
}

static const struct json *find_transfer(const struct facts *facts)
{
    int64_t id = json_get_int(facts->job, "id", 0);
    const struct json *transfers = json_get(facts->status, "transfers");
    for (const struct json *one = json_first(transfers); one; one = json_next(one))
        if (id && json_get_int(one, "id", 0) == id)
            return one;
    return NULL;
}

/**
 * Whether the job is about the file as it is now. A file that was taken back out of the archive, or
 * put again after its job had ended, is a new one; so is another file of the same name.
 */
static bool has_its_job(const struct facts *facts)
{
    const char *ended = json_get_text(facts->job, "ended");
    const char *file = json_get_text(facts->job, "file");
    bool is_same = json_get_bool(facts->answer, "same", false);
    bool is_taken_back = file && strcmp(file, "put_away") == 0 && facts->place.folder &&
                         facts->place.whereabouts == AMONG_DROPPED;
    if (!json_is_object(facts->job))
        return false;
    bool is_by_hand = !json_get_text(facts->job, "folder"); /* from there */
    if (facts->kind == FILE_GONE || facts->kind == FILE_UNANSWERED || is_by_hand)
        return true;
    return is_same && !is_taken_back && (!ended || strcmp(ended, "forgotten") == 0);
}

static void ask_about_job(struct facts *facts, struct client *client)
{
    struct question question = {.kind = ASK_EXPLAIN, .state = -1};
    facts->status = ask(client, &(struct question){.kind = ASK_STATUS});
    facts->health = find_health(facts);
    if (!aim(facts, &question))
        return;
    facts->answer = ask(client, &question);
    facts->job = json_get(facts->answer, "job");
    facts->is_its_job = has_its_job(facts);
    facts->transfer = find_transfer(facts);
}

/** The watch thread answers between two steps of its loop: the question is repeated until then. */
static void ask_about_progress(struct facts *facts, struct client *client)
{
    struct question question = {.kind = ASK_PROGRESS, .state = -1};
    int64_t end = clock_steady_ms() + PROGRESS_WAIT_MS;
    if (!facts->health || !fact_may_be_taken(facts) || !aim(facts, &question))
        return;
    question.is_there = false; /* its name is enough */
    do {
        json_free(facts->progress);
        facts->progress = ask(client, &question);
        question.asked = json_get_int(facts->progress, "asked", 0);
    } while (question.asked && clock_steady_ms() < end && usleep(PROGRESS_PAUSE_US) == 0);
    if (!json_get(facts->progress, "settling")) {
        json_free(facts->progress);
        facts->progress = NULL;
    }
}

void facts_ask(struct facts *facts, struct str *trouble)
{
    struct client *client = NULL;
    int result = facts->is_partial ? client_open_agent(facts->config, &client)
                                   : client_open(facts->config, &client, trouble);
    if (result == 0) {
        ask_about_job(facts, client);
        ask_about_progress(facts, client);
    } else if (result != -ENOENT) { /* without a queue, there was no job */
        facts->trouble = str_text(trouble);
    }
    client_close(client);
}
