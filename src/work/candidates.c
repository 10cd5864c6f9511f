/**
 * What a search finds, page after page: exactly one must be left that is what was searched for.
 */
#include "candidates.h"
#include "resolution.h"

#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"
#include "closedrop/close/record.h"
#include "closedrop/work/answer.h"

#include <errno.h>
#include <string.h>

#define PAGES_MAX 50      /* of search results */
#define NAMES_MAX 5       /* candidates that a message names */
#define NAME_SHOWN_MAX 60 /* bytes of a name in a message */

#define TELL_APART                                                                                 \
    REMEDY "if they are one and the same, merge them in Close; if not, put the ID of the right "   \
           "one into the file's name (if a rule takes IDs), or use a rule that searches for "      \
           "something else, such as the email address"

/** Keep of a page what may be the one that is searched for. */
static int keep_candidates(struct resolution *resolution, const struct record_page *page)
{
    struct search search = resolution_search(resolution);
    const char *prefix = search_is_for_contacts(&search) ? "cont_" : "lead_";
    int result = 0;
    for (const struct json *one = json_first(page->data); one && !result; one = json_next(one)) {
        const char *id = json_get_text(one, "id");
        if (id && record_is_id(id, prefix) && search_compare(&search, one) != SEARCH_NO)
            result = json_append(resolution->candidates, json_copy(one));
    }
    return result;
}

struct verdict candidates_none(const struct resolution *resolution)
{
    struct search search = resolution_search(resolution);
    struct str why = STR_INIT(4096);
    str_add(&why, "Close has no ");
    search_add_words(&search, &why);
    str_add(&why, REMEDY "compare \"");
    utf8_escape(&why, search.value, utf8_cut(search.value, NAME_SHOWN_MAX));
    str_printf(&why,
        "\" with the document; if it is wrong, rename the file so that it has the right one; if it "
        "is right, "
        "add the %s in Close",
        search_is_for_contacts(&search) ? "contact" : "lead");
    return resolution_failed("no_target", -EINVAL, &why);
}

static void add_candidate(struct str *why, const struct json *candidate)
{
    const char *name = record_name(candidate);
    const char *id = json_get_text(candidate, "id");
    utf8_escape(why, name ? name : "", name ? utf8_cut(name, NAME_SHOWN_MAX) : 0);
    str_printf(why, " (%s)", id ? id : "?");
}

static struct verdict several_found(const struct resolution *resolution)
{
    struct search search = resolution_search(resolution);
    struct str why = STR_INIT(4096);
    size_t count = 0;
    str_add(&why, "Close has more than one ");
    search_add_words(&search, &why);
    for (const struct json *one = json_first(resolution->candidates); one; one = json_next(one)) {
        if (count++ < NAMES_MAX) {
            str_add(&why, count > 1 ? ", " : ": ");
            add_candidate(&why, one);
        }
    }
    str_add(&why, count > NAMES_MAX ? " and others" : "");
    str_add(&why, TELL_APART);
    return resolution_failed("several", -EINVAL, &why);
}

static bool is_match(
    const struct resolution *resolution, const struct json *candidate, enum search_match match)
{
    struct search search = resolution_search(resolution);
    return search_compare(&search, candidate) == match;
}

/** Where one has just the value, those that have it but for the case of letters are not meant. */
static int drop_less_likely(struct resolution *resolution)
{
    const struct json *it = json_first(resolution->candidates);
    while (it && !is_match(resolution, it, SEARCH_YES))
        it = json_next(it);
    if (!it)
        return 0;
    struct json *likely = json_array();
    int result = likely ? 0 : -ENOMEM;
    for (it = json_first(resolution->candidates); it && !result; it = json_next(it))
        if (!is_match(resolution, it, SEARCH_BUT_FOR_CASE))
            result = json_append(likely, json_copy(it));
    json_free(resolution->candidates);
    resolution->candidates = likely;
    return result;
}

/** All pages are in: exactly one candidate is the one. */
static struct verdict take_candidate(struct resolution *resolution)
{
    struct search search = resolution_search(resolution);
    if (drop_less_likely(resolution) < 0)
        return verdict_no_memory();
    const struct json *first = json_first(resolution->candidates);
    if (!first)
        return candidates_none(resolution);
    if (json_next(first))
        return several_found(resolution);
    bool is_contact = search_is_for_contacts(&search);
    char **id = is_contact ? &resolution->contact_id : &resolution->lead_id;
    if (str_assign(id, json_get_text(first, "id")) < 0)
        return verdict_no_memory();
    resolution->step = RESOLVE_CONTACT;
    return is_contact ? verdict_more() : resolution_go_to_lead(resolution);
}

struct verdict candidates_read(struct resolution *resolution, const char *body, size_t length)
{
    struct record_page page;
    if (record_page_read(body, length, &page) < 0)
        return answer_odd("data/search/");
    int result = keep_candidates(resolution, &page);
    if (result == 0)
        result = str_assign(&resolution->cursor, page.cursor);
    record_page_release(&page);
    if (result < 0)
        return verdict_no_memory();
    if (!resolution->cursor)
        return take_candidate(resolution);
    if (++resolution->page < PAGES_MAX)
        return verdict_more();
    struct search search = resolution_search(resolution);
    struct str why = STR_INIT(4096);
    str_add(&why, "Close finds too many candidates for the ");
    search_add_words(&search, &why);
    str_add(&why, TELL_APART);
    return resolution_failed("several", -EINVAL, &why);
}

/** The index lags: what it found must still be what was searched for. */
bool candidates_is_still_one(const struct resolution *resolution, const struct json *object)
{
    struct search search = resolution_search(resolution);
    return search_is_like(search_compare(&search, object));
}
