/** match: what would happen to a file, without touching anything. */
#include "match.h"
#include "names.h"
#include "unanswered.h"

#include "closedrop/base/account.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/files/path.h"
#include "closedrop/rules/sidecar.h"
#include "closedrop/work/attach.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** What stands for the address that only an upload gives a file. */
#define URL_TO_COME "https://app.close.com/go/file/temporary/..."
#define TOKEN_TO_COME "..."

#define TRIES_MAX 4
#define WAIT_MAX_MS 10000

static struct verdict resolve_once(struct match *match)
{
    const struct folder *folder = match->folder;
    assert(folder);
    const struct resolve_file file = {.folder = folder->name,
        .path = match->path,
        .content_type = match->content_type,
        .owner = account_login(match->state.uid, match->owner),
        .people = &match->session->config->people,
        .sidecar = folder->sidecar ? str_text(&match->sidecar) : NULL,
        .sidecar_length = match->sidecar.length,
        .size = match->state.identity.size,
        .mtime_ns = match->state.identity.mtime_ns,
        .queued_ms = clock_wall_ms()};
    struct verdict verdict = resolution_classify(
        &match->resolution, &file, folder->rules, folder->fails_unmatched, match->session->tables);
    if (match->resolution.facts.path) /* else memory was short */
        match->but_for_case =
            rule_but_for_case(folder->rules, match->resolution.rule, &match->resolution.facts);
    if (verdict.kind != VERDICT_NEXT || !match->resolution.rule)
        return verdict;
    match->resolution.absences = &match->session->absences;
    verdict = resolution_begin(&match->resolution);
    return verdict.kind == VERDICT_NEXT ? session_resolve(match->session, &match->resolution)
                                        : verdict;
}

static struct verdict resolve_again(struct match *match)
{
    resolution_release(&match->resolution);
    return resolve_once(match);
}

/** A table that is being written, a limit of Close: soon over. And a token may end. */
static struct verdict resolve(struct match *match)
{
    struct verdict verdict = resolve_once(match);
    if (session_key_refused(&verdict) && session_renew(match->session))
        verdict = resolve_again(match);
    for (int tries = 1; verdict.kind == VERDICT_WAIT && tries < TRIES_MAX; tries++) {
        usleep((useconds_t)(verdict.wait_ms < WAIT_MAX_MS ? verdict.wait_ms : WAIT_MAX_MS) * 1000);
        verdict = resolve_again(match);
    }
    return verdict;
}

static struct verdict make_body(struct match *match)
{
    const struct rule *rule = match->resolution.rule;
    CLEANUP(free_text) char *values = json_print(match->resolution.values);
    struct job job = {.folder = match->folder->name,
        .path = match->path,
        .owner = match->owner,
        .identity = match->state.identity,
        .content_type = match->content_type,
        .sha256 = match->sha256,
        .download_url = (char[]){URL_TO_COME},
        .token = (char[]){TOKEN_TO_COME},
        .queued_ms = match->resolution.facts.queued_ms,
        .values = values,
        .activity = rule->activity,
        .lead_id = match->resolution.lead_id,
        .contact_id = match->resolution.contact_id};
    struct job *const jobs[] = {&job};
    struct verdict verdict =
        attach_post(rule, &match->session->config->limits, jobs, 1, &match->post);
    for (size_t i = 0; i < rule->effect_count && verdict.kind == VERDICT_NEXT; i++)
        verdict = attach_effect(rule, &rule->effects[i], &job, &match->effects[i]);
    return verdict;
}

/** Whether all tables answer that may be needed. */
static struct verdict ask_tables(const struct match *match)
{
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "all answer");
    struct rule *const *rules = match->folder->rules;
    for (; *rules && verdict.kind == VERDICT_NEXT; rules++)
        verdict = unanswered_table(*rules, match->session->config);
    return verdict;
}

/** What would happen to it: NEXT with what, or FAIL with why nothing would. */
static struct verdict judge_file(struct match *match)
{
    struct verdict verdict = match_examine(match);
    if (match->is_left_out)
        return verdict;
    if (verdict.kind == VERDICT_NEXT)
        verdict = ask_tables(match);
    if (verdict.kind == VERDICT_NEXT)
        verdict = resolve(match);
    if (verdict.kind == VERDICT_NEXT && match->resolution.rule)
        verdict = make_body(match);
    if (verdict.kind == VERDICT_NEXT && !match->resolution.rule && match->folder->rules[0])
        return verdict_make(VERDICT_FAIL, "no_rule", "no rule matches: it would only be uploaded");
    if (verdict.kind == VERDICT_NEXT && !match->resolution.rule)
        return verdict_make(VERDICT_NEXT, NULL, "nothing: it is only uploaded");
    return verdict;
}

static void release(struct match *match)
{
    if (match->fd >= 0)
        close(match->fd);
    free(match->path);
    str_release(&match->sidecar);
    resolution_release(&match->resolution);
    activity_post_release(&match->post);
    for (size_t i = 0; i < RULE_EFFECTS_MAX; i++)
        activity_post_release(&match->effects[i]);
}

static int match_one(struct session *session, const char *path)
{
    struct match match = {.session = session,
        .given = path,
        .whereabouts = AMONG_DROPPED,
        .fd = -1,
        .sidecar = STR_INIT(SIDECAR_MAX)};
    struct verdict verdict = judge_file(&match);
    if (session->options->json)
        match_print_json(&match, &verdict);
    else if (session->options->count == 1)
        match_print_whole(&match, &verdict);
    else
        match_print_line(&match, &verdict);
    release(&match);
    if (session_key_refused(&verdict))
        return EXIT_KEY_REFUSED;
    return verdict.kind == VERDICT_NEXT ? EXIT_DONE : EXIT_NOT_DONE;
}

static int match(const struct options *options)
{
    struct session session;
    int code = session_open(options, &session);
    const struct desk nobody = {.config = session.config};
    if (code == EXIT_DONE)
        code = names_check(&nobody, options->folder, NULL);
    bool usable = code == EXIT_DONE;
    if (usable && options->count > 1 && !options->json)
        printf("%-40s  %-16s  %s\n", "FILE", "RULE", "RESULT");
    for (int i = 0; usable && i < options->count && code != EXIT_KEY_REFUSED; i++) {
        int one = match_one(&session, options->arguments[i]);
        code = one ? one : code;
    }
    session_close(&session);
    return code;
}

const struct command command_match = {
    .name = "match",
    .allowed = "cjF",
    .least = 1,
    .most = -1,
    .arguments = "PATH...",
    .values = VALUE_FILE,
    .summary = "show what the rules would do with a file (dry run)",
    .help = "Shows for each file which rule matches it, which lead or contact it belongs to, and\n"
            "the exact JSON that would be posted. Queries Close, but changes nothing, neither\n"
            "there nor in the folder. For several files it prints a table. The exit status is 1\n"
            "if any file has no matching rule or lead. Files that were already archived are\n"
            "treated as if they were still in the folder, so that a change to the rules can be\n"
            "tried on everything in Uploaded. Needs no running agent.",
    .run = match,
};
