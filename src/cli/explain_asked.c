/** Asks the agent, or the queue, about one file: its job, its folder, and how far it has settled.
 */
#include "explain_asked.h"

#include "situation_words.h"

#include "closedrop/base/cleanup.h"
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

/** Which file is meant. A name that is too long for a question was never in the queue. */
static bool aim(const struct facts *facts, struct question *question)
{
    CLEANUP(free_text) char *resolved = facts->place.folder ? NULL : place_resolve(facts->given);
    const struct folder *folder = facts->place.folder;
    const char *path = folder ? facts->place.path : resolved;
    if (!path || strlen(path) >= sizeof(question->path) ||
        strlen(path_name(path)) >= sizeof(question->name))
        return false;
    snprintf(question->path, sizeof(question->path), "%s", path);
    snprintf(question->name, sizeof(question->name), "%s", path_name(path));
    snprintf(question->folder, sizeof(question->folder), "%s", folder ? folder->name : "");
    question->is_there = facts->kind == FILE_REGULAR;
    question->identity = facts->state.identity;
    question->by_path =
        folder && (folder->after_upload == AFTER_KEEP || facts->place.whereabouts != AMONG_DROPPED);
    return *question->name;
}

static const struct json *find_health(const struct facts *facts)
{
    const struct json *folders = json_get(facts->status, "folders");
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
    if (facts->kind == FILE_GONE || !facts->place.folder) /* or uploaded by hand from there */
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
    int result = client_open(facts->config, &client, trouble);
    if (result == 0) {
        ask_about_job(facts, client);
        ask_about_progress(facts, client);
    } else if (result != -ENOENT) { /* without a queue, there was no job */
        facts->trouble = str_text(trouble);
    }
    client_close(client);
}
