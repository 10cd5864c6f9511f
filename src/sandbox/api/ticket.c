/**
 * Builds the signed form that an upload is posted with, and spoils it where a fault rule says so.
 */
#include "api/ticket.h"

#include "context.h"
#include "crm/file_url.h"
#include "s3/form.h"
#include "s3/policy.h"
#include "s3/signature.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <time.h>

/** Behind the end of an expired form's life. */
#define EXPIRED_MS 1000

struct plan {
    const struct sandbox *sandbox;
    const struct ticket_file *file;
    int64_t expires_ms;
    enum fault_kind fault;
    char day[9], date[17]; /* of the signature: 20261122, 20261122T100000Z */
};

/** Add the text and release it. */
static int add_str(struct json *object, const char *key, struct str *text)
{
    int result = str_error(text);
    if (result == 0)
        result = json_add_text(object, key, str_text(text));
    str_release(text);
    return result;
}

static int add_disposition(struct json *fields, const char *filename)
{
    struct str text = STR_INIT(FORM_MAX);
    str_add(&text, "inline; filename=\"");
    for (; *filename; filename++) {
        if (*filename == '"' || *filename == '\\')
            str_add_char(&text, '\\');
        str_add_char(&text, *filename);
    }
    str_add_char(&text, '"');
    return add_str(fields, "Content-Disposition", &text);
}

static int add_key(struct json *fields, const struct plan *plan)
{
    struct str text = STR_INIT(FORM_MAX);
    file_url_add_key(&text, plan->file->token, plan->file->filename);
    return add_str(fields, "key", &text);
}

static int add_v4_names(struct json *fields, const struct plan *plan)
{
    struct str credential = STR_INIT(1024);
    signature_credential(&credential, &plan->sandbox->signer, plan->day);
    return json_add_text(fields, "x-amz-algorithm", SIGNATURE_V4_ALGORITHM) |
           add_str(fields, "x-amz-credential", &credential) |
           json_add_text(fields, "x-amz-date", plan->date);
}

/** Everything that the policy has to name. */
static int add_signed_fields(struct json *fields, const struct plan *plan)
{
    int result = add_disposition(fields, plan->file->filename);
    result |= json_add_text(fields, "Content-Type", plan->file->content_type);
    result |= add_key(fields, plan);
    result |= json_add_text(fields, "success_action_status", "201");
    if (plan->sandbox->sigv4)
        result |= add_v4_names(fields, plan);
    if (plan->fault == FAULT_EXTRA_FIELDS) {
        result |=
            json_add_text(fields, "x-amz-security-token", "FwoGZXIvYXdzEBYaDs//sandbox+token==");
        result |= json_add_text(fields, "X-Weird Name", "a value; with=\"everything\" & \xC3\xBC");
    }
    return result;
}

static int add_signature(struct json *fields, const struct plan *plan, const char *policy)
{
    const struct signer *signer = &plan->sandbox->signer;
    struct str signature = STR_INIT(128);
    if (plan->sandbox->sigv4) {
        signature_v4(&signature, signer, plan->day, policy);
        return add_str(fields, "x-amz-signature", &signature);
    }
    signature_old(&signature, signer, policy);
    return json_add_text(fields, "AWSAccessKeyId", signer->key) |
           add_str(fields, "signature", &signature);
}

static struct json *make_fields(const struct plan *plan)
{
    struct json *fields = json_object();
    struct str policy = STR_INIT(4 * FORM_MAX);
    int result = add_signed_fields(fields, plan);
    if (result == 0)
        result = policy_write(&policy, plan->sandbox->bucket, plan->expires_ms, fields);
    if (result == 0)
        result = json_add_text(fields, "policy", str_text(&policy));
    if (result == 0)
        result = add_signature(fields, plan, str_text(&policy));
    str_release(&policy);
    if (result == 0)
        return fields;
    json_free(fields);
    return NULL;
}

static struct json *make_upload(const struct plan *plan)
{
    bool foreign = plan->fault == FAULT_FOREIGN_HOST;
    struct json *upload = json_object();
    int result = json_add_text(
        upload, "url", foreign ? "https://files.example.com/" : plan->sandbox->form_url);
    if (plan->fault != FAULT_NO_FIELDS)
        result |= json_add(upload, "fields", make_fields(plan));
    if (result == 0)
        return upload;
    json_free(upload);
    return NULL;
}

static struct json *make_download(const struct plan *plan)
{
    struct str url = STR_INIT(4 * FORM_MAX);
    file_url_add_temporary(&url, plan->file->token, plan->file->filename);
    struct json *download = json_object();
    if (add_str(download, "url", &url) == 0)
        return download;
    json_free(download);
    return NULL;
}

struct json *ticket_new(const struct sandbox *sandbox, const struct ticket_file *file,
    int64_t ttl_ms, enum fault_kind fault)
{
    int64_t now_ms = clock_wall_ms();
    bool expired = fault == FAULT_EXPIRED_FORM;
    struct plan plan = {
        sandbox, file, expired ? now_ms - EXPIRED_MS : now_ms + ttl_ms, fault, "", ""};
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(plan.day, sizeof(plan.day), "%Y%m%d", &utc);
    strftime(plan.date, sizeof(plan.date), "%Y%m%dT%H%M%SZ", &utc);
    struct json *ticket = json_object();
    int result = json_add(ticket, "download", make_download(&plan));
    result |= json_add(ticket, "upload", make_upload(&plan));
    if (result == 0)
        return ticket;
    json_free(ticket);
    return NULL;
}
