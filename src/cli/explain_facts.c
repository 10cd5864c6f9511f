/** Collects the facts about one file: what the configuration and the disk say, and who is asked. */
#include "explain.h"

#include "explain_asked.h"
#include "explain_disk.h"
#include "situation_words.h"

#include "closedrop/base/json.h"

#include <stdlib.h>

static void judge_name(struct facts *facts)
{
    const struct place *place = &facts->place;
    if (!place->folder || place->whereabouts != AMONG_DROPPED)
        return;
    facts->filtered = facts->kind == FILE_DIRECTORY
                          ? filter_judge_directory(place->folder, place->path)
                          : filter_judge(place->folder, place->path);
}

int facts_collect(
    struct facts *facts, const struct desk *desk, const char *given, struct str *trouble)
{
    *facts = (struct facts){
        .config = desk->config, .is_partial = desk->config->is_partial, .given = given};
    int result = disk_find(facts);
    if (result < 0)
        return result;
    facts->given = facts->found ? facts->found : given;
    judge_name(facts);
    facts_ask(facts, trouble);
    return fact_may_be_taken(facts) ? disk_read(facts) : 0;
}

void facts_release(struct facts *facts)
{
    place_release(&facts->place);
    free(facts->found);
    free(facts->resolved);
    free(facts->unanswered);
    free(facts->hidden);
    free(facts->writers);
    json_free(facts->status);
    json_free(facts->answer);
    json_free(facts->progress);
}
