/** The body of the POST, its answer, and which activity it made. */
#include "closedrop/work/attach.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/units.h"
#include "closedrop/base/utf8.h"
#include "closedrop/close/activity.h"
#include "closedrop/close/record.h"
#include "closedrop/close/reply.h"
#include "closedrop/files/path.h"
#include "closedrop/http/request.h"
#include "closedrop/work/answer.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* ---- the body ---- */

/** As people see the names: a Mac writes its letters in other bytes. */
static int compare_names(const void *a, const void *b)
{
    const struct job *const *one = a, *const *other = b;
    const char *first = path_name(job_filed_path(*one));
    const char *second = path_name(job_filed_path(*other));
    CLEANUP(free_text) char *first_key = text_key(first);
    CLEANUP(free_text) char *second_key = text_key(second);
    int order =
        str_compare_natural(first_key ? first_key : first, second_key ? second_key : second);
    return order ? order : (*one)->id < (*other)->id ? -1 : 1;
}

void attach_sort(struct job **jobs, size_t count)
{
    qsort(jobs, count, sizeof(struct job *), compare_names);
}

struct job *attach_first(struct job *const *jobs, size_t count)
{
    struct job *const *first = jobs;
    for (size_t i = 1; i < count; i++)
        if (compare_names(&jobs[i], first) < 0)
            first = &jobs[i];
    return *first;
}

/** What a rule's activity takes at most: Close's limit, or ours where that is lower. */
static int64_t most_bytes(const struct rule *rule, const struct limits *limits)
{
    int64_t ours = rule->is_sent ? limits->max_sent : limits->max_attached;
    int64_t theirs = activity_traits(rule->activity)->most_bytes;
    return theirs && (!ours || theirs < ours) ? theirs : ours;
}

static struct verdict check_count(const struct rule *rule, size_t count)
{
    const struct activity_traits *traits = activity_traits(rule->activity);
    size_t most = traits->most_files ? traits->most_files : ATTACHMENTS_MAX;
    if (count <= most)
        return verdict_make(VERDICT_NEXT, NULL, "fits");
    return verdict_make(VERDICT_FAIL, "too_much",
        "%zu files belong together, and Close accepts at most %zu at once in %s" REMEDY
        "make smaller groups",
        count, most, traits->called);
}

static struct verdict check_size(
    const struct rule *rule, const struct limits *limits, struct job *const *jobs, size_t count)
{
    int64_t most = most_bytes(rule, limits);
    int64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += jobs[i]->identity.size;
    if (!most || total <= most)
        return verdict_make(VERDICT_NEXT, NULL, "fits");
    struct str why = STR_INIT(400);
    if (count > 1)
        str_printf(&why, "%zu files belong together and are too large: ", count);
    else
        str_add(&why, "the file is too large: ");
    units_spell_size(&why, total);
    str_add(&why, "; at most ");
    units_spell_size(&why, most);
    str_printf(
        &why, " can be %s at once" REMEDY "use smaller files", rule->is_sent ? "sent" : "attached");
    if (most != activity_traits(rule->activity)->most_bytes)
        str_printf(&why, ", or raise limits.%s", rule->is_sent ? "max_sent" : "max_attached");
    struct verdict verdict = verdict_make(VERDICT_FAIL, "too_much", "%s", str_text(&why));
    str_release(&why);
    return verdict;
}

static bool takes_type(const char *const *types, const char *type)
{
    for (; types && *types; types++)
        if (strcasecmp(*types, type) == 0)
            return true;
    return !types;
}

static struct verdict check_types(const struct rule *rule, struct job *const *jobs, size_t count)
{
    const struct activity_traits *traits = activity_traits(rule->activity);
    for (size_t i = 0; i < count; i++) {
        const char *type = jobs[i]->content_type ? jobs[i]->content_type : "";
        if (!takes_type(traits->types, type))
            return verdict_make(VERDICT_FAIL, "wrong_type",
                "Close does not accept %s in %s" REMEDY
                "drop a PDF, an image, or audio or video of a common kind, or let the rule take "
                "only those (match.content_type)",
                *type ? type : "a file of unknown type", traits->called);
    }
    return verdict_make(VERDICT_NEXT, NULL, "fits");
}

static struct verdict check_contact(
    const struct rule *rule, enum activity_kind kind, const struct job *job)
{
    const struct activity_traits *traits = activity_traits(kind);
    bool is_needed = traits->needs_contact || (kind == ACTIVITY_SET && rule->sets_contact);
    if (!is_needed || job->contact_id)
        return verdict_make(VERDICT_NEXT, NULL, "fits");
    return verdict_make(VERDICT_FAIL, "no_contact",
        "%s belongs to a contact, and the rule \"%s\" names only the lead" REMEDY
        "let the rule find a contact (contact_id, or find by the contact's email or phone)",
        traits->called, rule->name);
}

static struct verdict check_what_fits(
    const struct rule *rule, const struct limits *limits, struct job *const *jobs, size_t count)
{
    if (activity_traits(rule->activity)->has_no_files)
        return check_contact(rule, rule->activity, jobs[0]);
    struct verdict verdict = check_count(rule, count);
    if (verdict.kind == VERDICT_NEXT)
        verdict = check_size(rule, limits, jobs, count);
    if (verdict.kind == VERDICT_NEXT)
        verdict = check_types(rule, jobs, count);
    return verdict.kind == VERDICT_NEXT ? check_contact(rule, rule->activity, jobs[0]) : verdict;
}

/** Expand the fields for a job: by what was known when its target was looked up, and its hash. */
static struct verdict fill(const struct rule *rule, const struct rule_fields *fields,
    const struct job *job, struct json **ret_fields)
{
    CLEANUP(free_text) char *path = text_clean_name(job_filed_path(job));
    CLEANUP(free_text) char *type = utf8_clean_copy(job->content_type ? job->content_type : "");
    const char *text = job->values ? job->values : "{}";
    CLEANUP(json_freep) struct json *values = json_parse(text, strlen(text));
    if (!path || !type || !values) /* the values are our own, so they can be read */
        return verdict_no_memory();
    const struct template_facts facts = {.folder = job->folder,
        .path = path,
        .content_type = type,
        .owner = job->owner,
        .sha256 = job->sha256,
        .size = job->identity.size,
        .mtime_ns = job->identity.mtime_ns,
        .queued_ms = job->queued_ms};
    struct str why = STR_INIT(4096);
    int result = rule_fill(rule, fields, &facts, values, ret_fields, &why);
    struct verdict verdict = result == -ENOMEM ? verdict_no_memory()
                             : result < 0
                                 ? verdict_make(VERDICT_FAIL, "template", "%s", str_text(&why))
                                 : verdict_make(VERDICT_NEXT, NULL, "filled");
    str_release(&why);
    return verdict;
}

static int make_post(const struct rule *rule, enum activity_kind kind, struct job *const *jobs,
    size_t count, const struct json *fields, struct activity_post *ret_post)
{
    struct attachment *attachments = calloc(count, sizeof(*attachments));
    for (size_t i = 0; attachments && i < count; i++)
        attachments[i] = (struct attachment){.url = jobs[i]->download_url,
            .filename = path_name(job_filed_path(jobs[i])),
            .content_type = jobs[i]->content_type,
            .size = jobs[i]->identity.size,
            .token = jobs[i]->token};
    const struct activity activity = {.kind = kind,
        .lead_id = jobs[0]->lead_id,
        .contact_id = jobs[0]->contact_id,
        .on_contact = rule->sets_contact,
        .fields = fields,
        .attachments = attachments,
        .count = count};
    int result = attachments ? activity_post(&activity, ret_post) : -ENOMEM;
    free(attachments);
    return result;
}

struct verdict attach_post(const struct rule *rule, const struct limits *limits,
    struct job *const *jobs, size_t count, struct activity_post *ret_post)
{
    struct verdict verdict = check_what_fits(rule, limits, jobs, count);
    CLEANUP(json_freep) struct json *fields = NULL;
    if (verdict.kind == VERDICT_NEXT)
        verdict = fill(rule, &rule->fields, jobs[0], &fields);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    return make_post(rule, rule->activity, jobs, count, fields, ret_post) < 0 ? verdict_no_memory()
                                                                              : verdict;
}

struct verdict attach_effect(const struct rule *rule, const struct rule_effect *effect,
    struct job *job, struct activity_post *ret_post)
{
    CLEANUP(json_freep) struct json *fields = NULL;
    struct verdict verdict = check_contact(rule, effect->kind, job);
    if (verdict.kind == VERDICT_NEXT)
        verdict = fill(rule, &effect->fields, job, &fields);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    return make_post(rule, effect->kind, &job, 1, fields, ret_post) < 0 ? verdict_no_memory()
                                                                        : verdict;
}

/** The address alone, in small letters: a mail provider counts by it, however it is written. */
static char *address_of(const char *sender)
{
    const char *begin = strrchr(sender, '<'), *end = begin ? strchr(begin, '>') : NULL;
    bool has_brackets = begin && end;
    char *address = has_brackets ? strndup(begin + 1, (size_t)(end - begin - 1)) : strdup(sender);
    for (char *at = address; at && *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    return address;
}

struct verdict attach_template(
    const struct rule *rule, const struct job *job, struct close_template *template)
{
    CLEANUP(json_freep) struct json *fields = NULL;
    struct verdict verdict = fill(rule, &rule->fields, job, &fields);
    return verdict.kind == VERDICT_NEXT
               ? close_template_again(template, rule->activity, fields, job->lead_id)
               : verdict;
}

struct verdict attach_template_takes(const struct close_template *template, const struct job *job,
    close_template_is_ours *is_ours, void *context)
{
    if (strcmp(template->id, job->lead_id) != 0)
        return verdict_make(VERDICT_RETRY, "no_target", "the %s \"%s\" was created meanwhile",
            activity_noun(template->kind), template->name ? template->name : "");
    return close_template_takes(template, path_name(job_filed_path(job)), is_ours, context);
}

struct verdict attach_sender(const struct rule *rule, const struct job *job, char **ret_sender)
{
    CLEANUP(json_freep) struct json *fields = NULL;
    struct verdict verdict = fill(rule, &rule->fields, job, &fields);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    const bool is_sms = rule->activity == ACTIVITY_SMS;
    const char *sender = json_get_text(fields, is_sms ? "local_phone" : "sender");
    *ret_sender = address_of(sender ? sender : "");
    return *ret_sender ? verdict : verdict_no_memory();
}

/* ---- the answer ---- */

struct verdict attach_read(
    const struct request *request, enum activity_kind activity, char **ret_activity_id)
{
    size_t length;
    const char *body = request_reply(request, &length);
    struct verdict verdict = answer_created(request, activity_endpoint(activity));
    if (verdict.kind == VERDICT_FAIL && reply_blames_target(body, length)) {
        verdict.kind = VERDICT_RETRY; /* merged or deleted meanwhile: look its target up again */
        verdict.code = "no_target";
    }
    const struct activity_traits *traits = activity_traits(activity);
    if (verdict.kind == VERDICT_UNCLEAR && traits->replaces && !traits->is_template)
        verdict.kind = VERDICT_DOUBT; /* it does not matter if it was done, or still will be */
    if (verdict.kind == VERDICT_NEXT && traits->is_template)
        verdict = close_template_check(activity, body, length);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    char *id = record_created_id(body, length);
    if (!id)
        return verdict_make(VERDICT_UNCLEAR, "unclear",
            "Close's answer to %s does not name what was created", activity_endpoint(activity));
    *ret_activity_id = id;
    return verdict;
}
