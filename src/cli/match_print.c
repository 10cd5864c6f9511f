/** What `closedrop match` says about a file: in full, in a line of a table, or as JSON. */
#include "match.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *name_of(const struct match *match, const char *key)
{
    const char *name = json_get_text(match->resolution.values, key);
    return name && *name ? name : "(no name)";
}

static void print_field(const char *label, const char *text)
{
    printf("%-9s ", label);
    cli_print_text(text);
    putchar('\n');
}

/** "PUT email_template/tmpl_8xQ2/", in new memory. */
static char *describe_request(const struct match *match)
{
    return str_format("%s %s", match->post.is_put ? "PUT" : "POST", match->post.path);
}

/** "Price list, tmpl_8xQ2", and what is asked of Close for it. */
static void print_template(const struct match *match)
{
    const struct close_template *template = &match->resolution.close_template;
    CLEANUP(free_text)
    char *which = str_format("%s, %s", template->name ? template->name : "(no name)",
        *template->id ? template->id : "which is created");
    CLEANUP(free_text) char *request = describe_request(match);
    print_field("Template", which ? which : "?");
    print_field("Request", request ? request : "?");
}

static void print_target(const struct match *match)
{
    const struct resolution *resolution = &match->resolution;
    if (resolution->step == RESOLVE_TEMPLATE) {
        print_template(match);
        return;
    }
    CLEANUP(free_text)
    char *lead = str_format("%s, %s", name_of(match, "lead.name"), resolution->lead_id);
    CLEANUP(free_text)
    char *contact = str_format("%s, %s", name_of(match, "contact.name"), resolution->contact_id);
    print_field("Lead", lead ? lead : "?");
    if (resolution->contact_id)
        print_field("Contact", contact ? contact : "?");
    if (resolution->group)
        print_field("Group", resolution->group);
}

/** "email (draft)"; shouted if it is really sent. */
static char *describe_activity(const struct match *match)
{
    const struct rule *rule = match->resolution.rule;
    const char *status = json_get_text(match->post.body, "status");
    const char *to = json_text(json_first(json_get(match->post.body, "to")));
    const char *kind = activity_kind_names[rule->activity];
    if (rule->activity == ACTIVITY_SMS)
        to = json_get_text(match->post.body, "remote_phone");
    if (rule->is_sent)
        return str_format("%s (%s: REALLY SENT, to %s)", kind, status, to ? to : "?");
    return status ? str_format("%s (%s)", kind, status) : strdup(kind);
}

/** "note and task" */
static char *describe_all(const struct match *match)
{
    struct str words = STR_INIT(4096);
    CLEANUP(free_text) char *activity = describe_activity(match);
    str_add(&words, activity ? activity : "?");
    const struct rule *rule = match->resolution.rule;
    for (size_t i = 0; i < rule->effect_count; i++)
        str_printf(&words, " and %s", activity_kind_names[rule->effects[i].kind]);
    return str_take(&words);
}

static void print_body(const struct activity_post *post)
{
    CLEANUP(free_text) char *text = json_print(post->body);
    print_field("JSON", text ? text : "?");
}

/** What is created next to it: a pair of lines each. */
static void print_effects(const struct match *match)
{
    const struct rule *rule = match->resolution.rule;
    for (size_t i = 0; i < rule->effect_count; i++) {
        print_field("Also", activity_kind_names[rule->effects[i].kind]);
        print_body(&match->effects[i]);
    }
}

/** The moment an email leaves, as Close reads it: without a zone it is UTC. False: it cannot. */
static bool read_moment(const char *text, time_t *ret_seconds)
{
    struct tm moment = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &moment);
    if (rest && *rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    if (rest && *rest)
        rest = strptime(rest, "%z", &moment);
    const long offset = moment.tm_gmtoff; /* timegm() forgets it */
    if (!rest || *rest)
        return false;
    *ret_seconds = timegm(&moment) - offset;
    return true;
}

/** "2026-11-22 18:00:00 CET (2026-11-22 17:00:00 UTC)": a wrong zone is seen before it is sent. */
static void print_moment(const char *text)
{
    char here[64], there[64];
    struct tm local, utc;
    time_t seconds;
    bool is_moment = read_moment(text, &seconds) && localtime_r(&seconds, &local) &&
                     gmtime_r(&seconds, &utc) &&
                     strftime(here, sizeof(here), "%Y-%m-%d %H:%M:%S %Z", &local) &&
                     strftime(there, sizeof(there), "%Y-%m-%d %H:%M:%S UTC", &utc);
    CLEANUP(free_text)
    char *words = is_moment ? str_format("%s (%s)", here, there)
                            : str_format("\"%s\" is not a valid date and time for Close; write it "
                                         "like 2026-11-22T18:00:00+01:00",
                                  text);
    print_field("Sends", words ? words : "?");
}

/** What Close is searched for, in new memory; NULL: nothing is. */
static char *search_words(const struct match *match)
{
    struct str words = STR_INIT(8192);
    bool is_searched = resolution_add_search(&match->resolution, &words);
    char *text = is_searched ? str_take(&words) : NULL;
    str_release(&words);
    return text;
}

/** "rule "fax" would take it, but for upper and lower case; ..." In new memory, or NULL. */
static char *describe_hint(const struct match *match)
{
    if (!match->but_for_case)
        return NULL;
    return str_format("rule \"%s\" would match it if case were ignored; to ignore case, begin its "
                      "match.path with (?i)",
        match->but_for_case->name);
}

/** Everything about one file. */
void match_print_whole(const struct match *match, const struct verdict *verdict)
{
    const struct rule *rule = match->resolution.rule;
    assert(rule || !match->post.body);
    print_field("File", match->given);
    if (match->path)
        print_field("Folder", match->folder->name);
    print_field("Rule", rule ? rule->name : "none");
    CLEANUP(free_text) char *search = search_words(match);
    if (search)
        print_field("Finds", search);
    if (match->post.body) {
        CLEANUP(free_text) char *creates = describe_activity(match);
        print_target(match);
        const char *scheduled = json_get_text(match->post.body, "date_scheduled");
        print_field("Creates", creates ? creates : "?");
        if (scheduled)
            print_moment(scheduled);
        print_body(&match->post);
        print_effects(match);
    } else {
        print_field(verdict->kind == VERDICT_NEXT ? "Creates" : "Problem", verdict->message);
    }
    CLEANUP(free_text) char *hint = describe_hint(match);
    if (hint)
        print_field("Hint", hint);
}

static char *describe_target(const struct match *match, const char *creates)
{
    const struct resolution *resolution = &match->resolution;
    const char *name = resolution->close_template.name;
    if (resolution->step != RESOLVE_TEMPLATE)
        return str_format(
            "%s on %s (%s)", creates, name_of(match, "lead.name"), resolution->lead_id);
    return *resolution->lead_id
               ? str_format("%s %s (%s)", creates, name ? name : "(no name)", resolution->lead_id)
               : str_format("%s %s, which is created", creates, name ? name : "(no name)");
}

void match_print_line(const struct match *match, const struct verdict *verdict)
{
    const struct rule *rule = match->resolution.rule;
    assert(rule || !match->post.body);
    CLEANUP(free_text) char *file = utf8_escape_copy(match->path ? match->path : match->given);
    CLEANUP(free_text)
    char *creates = match->post.body ? describe_all(match) : NULL;
    CLEANUP(free_text)
    char *target = match->post.body                ? describe_target(match, creates ? creates : "?")
                   : verdict->kind == VERDICT_NEXT ? strdup(verdict->message)
                                                   : str_format("-- %s", verdict->message);
    printf("%-40s  %-16s  ", file ? file : "?", rule ? rule->name : "-");
    cli_print_text(target ? target : "?");
    CLEANUP(free_text) char *hint = describe_hint(match);
    if (hint) {
        printf("; ");
        cli_print_text(hint);
    }
    putchar('\n');
}

/** Null where it cannot be filed; what would be posted, and where. */
static int add_effects(struct json *object, struct match *match)
{
    const struct rule *rule = match->resolution.rule;
    struct json *list = json_array();
    int result = 0;
    for (size_t i = 0; rule && i < rule->effect_count && match->effects[i].body; i++) {
        struct json *effect = json_object();
        result |= json_add_text(effect, "activity", activity_kind_names[rule->effects[i].kind]);
        result |= json_add_text(effect, "method", match->effects[i].is_put ? "PUT" : "POST");
        result |= json_add_text(effect, "path", match->effects[i].path);
        result |= json_add(effect, "body", TAKE_PTR(match->effects[i].body));
        result |= json_append(list, effect);
    }
    return result | json_add(object, "effects", list);
}

/** The lead; or the template, null where it is created, and how it gets the file. */
static int add_where(struct json *object, const struct match *match)
{
    const struct resolution *resolution = &match->resolution;
    bool is_template = resolution->step == RESOLVE_TEMPLATE;
    bool is_there = resolution->lead_id && *resolution->lead_id;
    int result = json_add_text(object, "lead_id", is_template ? NULL : resolution->lead_id);
    if (!is_template)
        return result;
    result |= json_add_text(object, "template_id", is_there ? resolution->lead_id : NULL);
    result |= json_add_text(object, "template_name", resolution->close_template.name);
    CLEANUP(free_text) char *request = match->post.body ? describe_request(match) : NULL;
    return result | json_add_text(object, "request", request);
}

void match_print_json(struct match *match, const struct verdict *verdict)
{
    const struct resolution *resolution = &match->resolution;
    const struct rule *rule = resolution->rule;
    CLEANUP(json_freep) struct json *object = json_object();
    CLEANUP(free_text) char *search = search_words(match);
    int result = json_add_text(object, "path", match->given);
    result |= json_add_text(object, "folder", match->folder ? match->folder->name : NULL);
    result |= json_add_text(object, "rule", rule ? rule->name : NULL);
    result |= json_add_text(object, "search", search);
    result |= add_where(object, match);
    result |= json_add_text(object, "contact_id", resolution->contact_id);
    result |= json_add_text(object, "group", resolution->group);
    result |= json_add_text(object, "activity", rule ? activity_kind_names[rule->activity] : NULL);
    result |= match->post.body ? json_add(object, "body", TAKE_PTR(match->post.body))
                               : json_add_null(object, "body");
    result |= add_effects(object, match);
    CLEANUP(free_text) char *hint = describe_hint(match);
    result |= json_add_text(object, "hint", hint);
    result |= session_add_error(object, verdict);
    cli_print_json(result ? NULL : object);
}
