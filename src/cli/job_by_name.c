/** From the name of a file to its job, as far as only one has it. */
#include "job_by_name.h"

#include "job_row.h"
#include "jobs.h"
#include "selected.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"
#include "closedrop/files/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Of more jobs than this, nobody reads the list. */
#define CANDIDATES_MAX 100

/** The jobs of a name, while they are asked for. */
struct candidates {
    struct json *first;
    int count;
    bool prints;
    const char *like; /* of what is asked for, those whose name is this but for its spelling */
};

static void take_candidate(void *context, const struct json *job)
{
    struct candidates *candidates = context;
    const char *name = path_name(job_member(job, "path"));
    if (candidates->like && text_compare(name, candidates->like) == TEXT_OTHER)
        return;
    if (candidates->prints)
        job_print_row(job, job_member(job, "state"), "queued_at");
    if (candidates->count++ == 0)
        candidates->first = json_copy(job);
}

/** The name of a file, or its path in its folder, or on this machine. */
static bool aim(const struct config *config, const char *text, struct question *question)
{
    const char *slash = strrchr(text, '/');
    const char *name = slash ? slash + 1 : text, *path = slash ? text : "";
    for (size_t i = 0; i < config->folder_count && *text == '/'; i++) {
        const struct folder *folder = &config->folders[i];
        size_t length = strlen(folder->path);
        if (strncmp(text, folder->path, length) != 0 || text[length] != '/')
            continue;
        path = text + length + 1;
        snprintf(question->folder, sizeof(question->folder), "%s", folder->name);
    }
    path = *path == '/' ? "" : path; /* in no folder: only uploaded by hand */
    bool fits =
        *name && strlen(name) < sizeof(question->name) && strlen(path) < sizeof(question->path);
    snprintf(question->name, sizeof(question->name), "%s", name);
    snprintf(question->path, sizeof(question->path), "%s", path);
    return fits;
}

/** What has ended counts where nothing else has the name. */
static int ask(const struct desk *desk, struct question *question, struct candidates *candidates)
{
    int code = EXIT_DONE;
    for (int all = 0; all < 2 && code == EXIT_DONE && !candidates->count; all++) {
        question->all = all;
        question->at_ms = question->below = 0;
        code = selected_each(desk, question, CANDIDATES_MAX, take_candidate, candidates);
    }
    return code;
}

/** By the name, and if nothing has it, by its other spellings: they take longer to find. */
static int find_candidates(const struct desk *desk, const char *name, struct question *question,
    struct candidates *candidates)
{
    int code = ask(desk, question, candidates);
    bool may_be_spelled_otherwise = !*question->path && strlen(name) < sizeof(question->match);
    if (code != EXIT_DONE || candidates->count || !may_be_spelled_otherwise)
        return code;
    memcpy(question->match, name, strlen(name) + 1);
    *question->name = '\0';
    candidates->like = name;
    return ask(desk, question, candidates);
}

static void list_candidates(const struct desk *desk, struct question *question, const char *like)
{
    struct candidates printed = {.prints = true, .like = like};
    question->at_ms = question->below = 0;
    job_print_heading("QUEUED");
    (void)selected_each(desk, question, CANDIDATES_MAX, take_candidate, &printed);
    json_free(printed.first);
}

/** There is no such job, or more than one. */
static void tell_not_one(const char *name, int count)
{
    CLEANUP(free_text) char *safe = utf8_escape_copy(name);
    if (count)
        fprintf(stderr, "closedrop: %d%s jobs have a file named \"%s\"; show one by its ID\n",
            count, count == CANDIDATES_MAX ? " or more" : "", safe ? safe : "?");
    else
        fprintf(stderr,
            "closedrop: no job has a file named \"%s\"; \"closedrop list --match\" finds part of a "
            "name\n",
            safe ? safe : "?");
}

int64_t job_by_name(const struct desk *desk, const char *name, bool lists)
{
    struct question question = {.kind = ASK_LIST, .state = -1};
    struct candidates candidates = {.count = 0};
    if (aim(desk->config, name, &question) &&
        find_candidates(desk, name, &question, &candidates) != EXIT_DONE)
        return 0;
    int64_t id = candidates.count == 1 ? json_get_int(candidates.first, "id", 0) : 0;
    if (candidates.count > 1 && lists)
        list_candidates(desk, &question, candidates.like);
    if (!id)
        tell_not_one(name, candidates.count);
    json_free(candidates.first);
    return id;
}
