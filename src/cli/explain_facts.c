/** Collects the facts about one file: from the configuration, the disk, the agent and the queue. */
#include "explain.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/closed_directory.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/config/own_files.h"
#include "closedrop/control/client.h"
#include "closedrop/files/inode.h"
#include "closedrop/files/path.h"
#include "closedrop/files/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the disk ---- */

static enum file_kind kind_of(mode_t mode)
{
    return S_ISREG(mode)   ? FILE_REGULAR
           : S_ISDIR(mode) ? FILE_DIRECTORY
           : S_ISLNK(mode) ? FILE_LINK
                           : FILE_SPECIAL;
}

/** Why the path cannot be followed; whoever asks may lack rights that the agent has. */
static char *hidden_words(const char *path, int error)
{
    char words[RIGHTS_WORDS];
    CLEANUP(free_text) char *closed = error == EACCES ? closed_directory(path) : NULL;
    if (!closed)
        return strdup(strerror(error));
    CLEANUP(close_fd) int fd = open(closed, O_PATH | O_CLOEXEC);
    return str_format("the directory %s may not be entered: it %s", closed,
        rights_words(fd, RIGHTS_LIST_DIRECTORY, words));
}

static int inspect(struct facts *facts)
{
    CLEANUP(close_fd) int fd = open(facts->given, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        bool is_gone = errno == ENOENT || errno == ENOTDIR;
        facts->kind = is_gone ? FILE_GONE : FILE_HIDDEN;
        facts->hidden = is_gone ? NULL : hidden_words(facts->given, errno);
        return is_gone || facts->hidden ? 0 : -ENOMEM;
    }
    if (file_state_read(fd, &facts->state) < 0)
        return 0; /* as if it were gone: a moment ago, it was there */
    facts->kind = kind_of(facts->state.mode);
    facts->is_own = facts->kind == FILE_REGULAR && own_file(facts->config, fd) > 0;
    return 0;
}

/** Whether it is a drop folder itself, by whatever path. */
static void find_root(struct facts *facts)
{
    struct inode its, other;
    const struct config *config = facts->config;
    if (facts->kind != FILE_DIRECTORY || inode_at(AT_FDCWD, facts->given, &its) < 0)
        return;
    for (size_t i = 0; i < config->folder_count && !facts->root; i++)
        if (inode_at(AT_FDCWD, config->folders[i].path, &other) == 0 && inode_equal(&its, &other))
            facts->root = &config->folders[i];
}

static void judge_name(struct facts *facts)
{
    const struct place *place = &facts->place;
    if (!place->folder || place->whereabouts != AMONG_DROPPED)
        return;
    facts->filtered = facts->kind == FILE_DIRECTORY
                          ? filter_judge_directory(place->folder, place->path)
                          : filter_judge(place->folder, place->path);
}

static void check_folder(struct facts *facts)
{
    if (!facts->place.folder)
        return;
    CLEANUP(close_fd) int fd = open(facts->place.folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    facts->is_folder_missing = fd < 0;
}

/* ---- the agent, or the queue ---- */

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

int facts_collect(
    struct facts *facts, const struct config *config, const char *given, struct str *trouble)
{
    struct client *client = NULL;
    *facts = (struct facts){.config = config, .given = given};
    int result = place_find(config, given, &facts->place);
    if (result < 0 || (result = inspect(facts)) < 0)
        return result;
    check_folder(facts);
    find_root(facts);
    judge_name(facts);
    result = client_open(config, &client, trouble);
    if (result == 0)
        ask_about_job(facts, client);
    else if (result != -ENOENT) /* without a queue, there was no job */
        facts->trouble = str_text(trouble);
    client_close(client);
    return 0;
}

void facts_release(struct facts *facts)
{
    place_release(&facts->place);
    free(facts->hidden);
    json_free(facts->status);
    json_free(facts->answer);
}
