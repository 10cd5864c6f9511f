/** The result of an upload: as JSON, as a line, and as a row of the queue's list. */
#include "upload_result.h"

#include "listed.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/config/place.h"
#include "closedrop/files/path.h"

#include <stdio.h>
#include <stdlib.h>

static bool is_template(const struct errand *errand)
{
    return errand->rule && activity_traits(errand->rule->activity)->is_template;
}

/** The lead; or the template, which has no ID before it is created. */
static int add_target(struct json *object, const struct errand *errand)
{
    const char *id = errand->resolution.lead_id;
    int result = json_add_text(object, "lead_id", is_template(errand) ? NULL : id);
    return is_template(errand)
               ? result | json_add_text(object, "template_id", id && *id ? id : NULL)
               : result;
}

static int add_filing(struct json *object, const struct errand *errand)
{
    const struct resolution *resolution = &errand->resolution;
    const struct rule *rule = errand->rule;
    int result = json_add_text(object, "rule", errand->session->options->rule);
    result |= add_target(object, errand);
    result |= json_add_text(object, "contact_id", resolution->contact_id);
    result |= json_add_text(object, "activity", rule ? activity_kind_names[rule->activity] : NULL);
    return result | json_add_text(object, "activity_id", errand->activity_id);
}

static int add_result(
    struct json *object, const struct errand *errand, const struct verdict *verdict)
{
    const struct upload *upload = &errand->upload;
    bool is_sent = errand->uploaded_ms != 0;
    int result = json_add_text(object, "state", verdict->kind == VERDICT_NEXT ? "done" : "failed");
    result |=
        json_add_int(object, "size", upload->source ? upload->source->before.identity.size : 0);
    result |= json_add_text(object, "sha256", is_sent ? upload->sha256 : NULL);
    result |= json_add_text(object, "content_type", is_sent ? upload->content_type : NULL);
    result |= json_add_text(object, "download_url", is_sent ? upload->ticket.download_url : NULL);
    result |= add_filing(object, errand);
    if (verdict->kind != VERDICT_NEXT || !errand->lacks)
        return result | session_add_error(object, verdict);
    const struct verdict lacks =
        verdict_make(VERDICT_FAIL, errand->lacks_code, "%s", errand->lacks);
    return result | session_add_error(object, &lacks);
}

/** A name that Close has for the target; null where it has none, or it is not known. */
static int add_name(struct json *told, const char *key, const struct errand *errand, const char *of)
{
    const char *name = json_get_text(errand->resolution.values, of);
    return json_add_text(told, key, name && *name ? name : NULL);
}

/** For the queue's list (queue/by_hand.h). */
static struct json *told_of(const struct errand *errand, const struct verdict *verdict)
{
    CLEANUP(free_text) char *place = place_resolve(errand->path);
    struct json *told = json_object();
    int result = json_add_text(told, "name", path_name(errand->path));
    result |= json_add_text(told, "place", place);
    result |= json_add_int(told, "id", errand->listed);
    result |=
        json_add_int(told, "mtime_ms", errand->upload.source->before.identity.mtime_ns / 1000000);
    result |= json_add_int(told, "attempts", errand->attempts);
    result |= json_add_int(told, "queued_ms", errand->begun_ms);
    result |= json_add_int(told, "uploaded_ms", errand->uploaded_ms);
    result |= add_name(told, "lead_name", errand, "lead.name");
    if (is_template(errand))
        result |= json_add_text(told, "template_name", errand->resolution.close_template.name);
    result |= add_name(told, "contact_name", errand, "contact.name");
    if ((result | add_result(told, errand, verdict)) == 0)
        return told;
    json_free(told);
    return NULL;
}

void result_list(struct errand *errand, const struct verdict *verdict)
{
    if (!errand->upload.source)
        return;
    CLEANUP(json_freep) struct json *told = told_of(errand, verdict);
    errand->listed = listed_put(errand->session, told);
}

static int print_json(const struct errand *errand, const struct verdict *verdict)
{
    CLEANUP(json_freep) struct json *object = json_object();
    int result = json_add_text(object, "path", errand->path);
    result |= add_result(object, errand, verdict);
    cli_print_json(result ? NULL : object);
    return verdict->kind == VERDICT_NEXT && !errand->lacks ? EXIT_DONE : EXIT_NOT_DONE;
}

int result_print(const struct errand *errand, const struct verdict *verdict)
{
    if (errand->session->options->json)
        return print_json(errand, verdict);
    if (verdict->kind != VERDICT_NEXT) {
        fprintf(stderr, "closedrop: %s: %s\n", errand->path, verdict->message);
        return EXIT_NOT_DONE;
    }
    puts(errand->upload.ticket.download_url);
    if (errand->rule)
        fprintf(stderr, "closedrop: %s: %s %s%s%s\n", errand->path,
            activity_kind_names[errand->rule->activity], errand->activity_id,
            is_template(errand) ? "" : " on ",
            is_template(errand) ? "" : errand->resolution.lead_id);
    if (errand->lacks)
        fprintf(stderr, "closedrop: %s: %s\n", errand->path, errand->lacks);
    return errand->lacks ? EXIT_NOT_DONE : EXIT_DONE;
}
