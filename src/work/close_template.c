/** A template of Close: found by its ID or its name, and what is in it. */
#include "closedrop/work/close_template.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"
#include "closedrop/close/record.h"
#include "closedrop/http/request.h"
#include "closedrop/work/answer.h"

#include <stdlib.h>
#include <string.h>

#define PAGES_MAX 50
#define NAMES_MAX 5       /* files that a message names */
#define NAME_SHOWN_MAX 80 /* bytes of a name in a message */

static struct verdict known(void)
{
    return verdict_make(VERDICT_NEXT, NULL, "known");
}

static const char *prefix_of(const struct close_template *template)
{
    return activity_traits(template->kind)->prefix;
}

/** "an email template" */
static const char *called(const struct close_template *template)
{
    return activity_traits(template->kind)->called;
}

/* ---- which one ---- */

static struct verdict take_id(struct close_template *template, const char *id)
{
    if (!record_is_id(id, prefix_of(template))) {
        CLEANUP(free_text) char *shown = utf8_escape_copy(id);
        return verdict_make(VERDICT_FAIL, "no_target",
            "\"%s\" is not the ID of %s, which looks like %s4tX9..." REMEDY "correct the rule",
            shown ? shown : "?", called(template), prefix_of(template));
    }
    template->step = TEMPLATE_READ;
    return str_assign(&template->id, id) < 0 ? verdict_no_memory() : known();
}

struct verdict close_template_begin(
    struct close_template *template, enum activity_kind kind, const struct json *fields)
{
    const char *id = json_get_text(fields, "id"), *name = json_get_text(fields, "name");
    *template = (struct close_template){.kind = kind};
    if (id)
        return take_id(template, id);
    if (!name)
        return verdict_make(VERDICT_FAIL, "no_target",
            "the rule yields neither the ID nor the name of %s for this file" REMEDY
            "correct the rule, or the name of the file",
            called(template));
    return str_assign(&template->name, name) < 0 ? verdict_no_memory() : known();
}

struct verdict close_template_again(struct close_template *template, enum activity_kind kind,
    const struct json *fields, const char *id)
{
    struct verdict verdict = close_template_begin(template, kind, fields);
    bool was_found = verdict.kind == VERDICT_NEXT && *id;
    return was_found ? take_id(template, id) : verdict;
}

void close_template_release(struct close_template *template)
{
    free(template->id);
    free(template->name);
    json_free(template->held);
    *template = (struct close_template){.kind = ACTIVITY_NONE};
}

/* ---- asking ---- */

struct request *close_template_ask(struct close_template *template, const struct api *api)
{
    return template->step == TEMPLATE_SEARCH
               ? api_templates(api, template->kind, template->page * API_PAGE)
               : api_template(api, template->kind, template->id);
}

/* ---- the list of all: only one may have the name ---- */

static bool is_archived(const struct json *one)
{
    const char *status = json_get_text(one, "status");
    return json_get_bool(one, "is_archived", false) || (status && strcmp(status, "archived") == 0);
}

static bool is_meant(const struct close_template *template, const struct json *one)
{
    const char *id = json_get_text(one, "id"), *name = json_get_text(one, "name");
    return id && name && record_is_id(id, prefix_of(template)) && !is_archived(one) &&
           strcmp(name, template->name) == 0;
}

static struct verdict take_from_page(struct close_template *template, const struct json *data)
{
    for (const struct json *one = json_first(data); one; one = json_next(one)) {
        if (!is_meant(template, one))
            continue;
        const char *id = json_get_text(one, "id");
        if (template->id && strcmp(template->id, id) != 0)
            return verdict_make(VERDICT_FAIL, "several",
                "in Close, %s and %s are both %s with the name \"%s\"" REMEDY
                "say in the rule which one is meant, by its id",
                template->id, id, called(template), template->name);
        if (str_assign(&template->id, id) < 0)
            return verdict_no_memory();
    }
    return known();
}

/** All were listed: to be created, or to be read. */
static struct verdict end_search(struct close_template *template)
{
    template->step = template->id ? TEMPLATE_READ : TEMPLATE_KNOWN;
    if (template->id)
        return verdict_more();
    return str_assign(&template->id, "") < 0 ? verdict_no_memory() : known();
}

static struct verdict read_page(struct close_template *template, const struct request *request)
{
    size_t length;
    const char *body = request_reply(request, &length);
    struct record_page page;
    struct verdict verdict = answer_read(request, activity_endpoint(template->kind));
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    if (record_page_read(body, length, &page) < 0)
        return answer_odd("the list of templates");
    verdict = take_from_page(template, page.data);
    bool has_more = page.has_more;
    record_page_release(&page);
    if (verdict.kind != VERDICT_NEXT || !has_more)
        return verdict.kind == VERDICT_NEXT ? end_search(template) : verdict;
    return ++template->page < PAGES_MAX
               ? verdict_more()
               : verdict_make(VERDICT_FAIL, "no_target",
                     "Close has too many templates to search for one by its name" REMEDY
                     "say in the rule which one is meant, by its id");
}

/* ---- the one ---- */

static struct verdict take(struct close_template *template, const struct json *one)
{
    const char *id = json_get_text(one, "id"), *name = json_get_text(one, "name");
    const struct json *attachments = json_get(one, "attachments");
    if (!id || strcmp(id, template->id) != 0)
        return answer_odd(activity_endpoint(template->kind));
    json_free(template->held);
    template->held = json_is_array(attachments) ? json_copy(attachments) : json_array();
    template->step = TEMPLATE_KNOWN;
    int result = name ? str_assign(&template->name, name) : 0;
    return result < 0 || !template->held ? verdict_no_memory() : known();
}

static struct verdict read_one(struct close_template *template, const struct request *request)
{
    size_t length;
    const char *body = request_reply(request, &length);
    if (answer_is_absent(request))
        return verdict_make(VERDICT_FAIL, "no_target",
            "Close has no %s with the ID %s: it was deleted, or belongs to another organization, "
            "or the ID is wrong" REMEDY "correct the ID in the rule",
            activity_noun(template->kind), template->id);
    struct verdict verdict = answer_read(request, activity_endpoint(template->kind));
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    CLEANUP(json_freep) struct json *one = json_parse(body, length);
    return take(template, one);
}

struct verdict close_template_read(struct close_template *template, const struct request *request)
{
    return template->step == TEMPLATE_SEARCH ? read_page(template, request)
                                             : read_one(template, request);
}

/* ---- what is in it ---- */

static const char *name_of(const struct json *file)
{
    const char *name = json_get_text(file, "filename");
    return name ? name : "";
}

static void add_name(struct str *names, const struct json *file)
{
    const char *name = name_of(file);
    size_t length = strlen(name);
    str_add(names, "\"");
    utf8_escape(names, name, length < NAME_SHOWN_MAX ? length : utf8_cut(name, NAME_SHOWN_MAX));
    str_add(names, "\"");
}

/** "terms.pdf", "map.pdf" and more */
static void add_names(struct str *names, const struct json *files)
{
    int count = 0;
    const struct json *file = json_first(files);
    for (; file && count < NAMES_MAX; file = json_next(file), count++) {
        str_add(names, count ? ", " : "");
        add_name(names, file);
    }
    str_add(names, file ? " and more" : "");
}

static struct verdict refuse(const struct close_template *template)
{
    struct str names = STR_INIT(4096);
    add_names(&names, template->held);
    struct verdict verdict = verdict_make(VERDICT_FAIL, "other_files",
        "the %s \"%s\" (%s) has other files in it, which closedrop has not put there: "
        "%s" REMEDY "remove them from the template in Close, or let the rule name another one",
        activity_noun(template->kind), template->name ? template->name : "", template->id,
        str_text(&names));
    str_release(&names);
    return verdict;
}

struct verdict close_template_takes(const struct close_template *template, const char *filename,
    close_template_is_ours *is_ours, void *context)
{
    const struct json *first = json_first(template->held);
    if (!first)
        return known();
    CLEANUP(free_text) char *clean = text_clean_name(filename);
    if (!clean)
        return verdict_no_memory();
    bool is_replaced = !json_next(first) && (!is_ours || strcmp(name_of(first), clean) == 0 ||
                                                is_ours(context, name_of(first)));
    return is_replaced ? known() : refuse(template);
}

struct verdict close_template_check(enum activity_kind kind, const char *body, size_t length)
{
    CLEANUP(json_freep) struct json *answer = json_parse(body, length);
    const struct json *files = json_get(answer, "attachments");
    const struct json *first = json_is_array(files) ? json_first(files) : NULL;
    if (!first || !json_next(first))
        return known();
    struct str names = STR_INIT(4096);
    add_names(&names, files);
    struct verdict verdict = verdict_make(VERDICT_FAIL, "other_files",
        "it is in the %s now, but Close has not removed the file before it: %s" REMEDY
        "remove all files from the template in Close",
        activity_noun(kind), str_text(&names));
    str_release(&names);
    return verdict;
}
