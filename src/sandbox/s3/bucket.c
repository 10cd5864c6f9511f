#include "s3/bucket.h"

#include "context.h"
#include "crm/crm.h"
#include "crm/ledger.h"
#include "faults/deferred.h"
#include "faults/effect.h"
#include "http/multipart.h"
#include "http/refusal.h"
#include "http/reply.h"
#include "s3/form.h"
#include "s3/policy.h"
#include "s3/signature.h"
#include "util/percent.h"
#include "util/token.h"
#include "util/xml.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/** The longest key S3 takes. */
#define KEY_MOST 1024

/** What the service keeps with a request. */
struct visit {
    struct multipart reader;
    struct form form;
    enum { VISIT_FIELDS, VISIT_FILE, VISIT_BEHIND } place; /* in the body */
    bool judged; /* the fields were checked, or a fault took their place */
    const struct fault *fault;
    struct refusal refusal;
    struct policy_range range;
    struct digest *digest;
    int64_t size;
    char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX];
};

/* ---- before the body ---- */

static bool is_bucket_path(const char *path, const char *bucket)
{
    size_t length = strlen(bucket);
    if (strcmp(path, "/") == 0)
        return true;
    bool named = path[0] == '/' && strncmp(path + 1, bucket, length) == 0;
    return named && (!path[1 + length] || strcmp(path + 1 + length, "/") == 0);
}

static void check_header(const struct request *request, struct refusal *refusal)
{
    const struct sandbox *sandbox = request_context(request);
    if (!is_bucket_path(request_path(request), sandbox->bucket))
        refuse(refusal, "NoSuchBucket");
    else if (strcmp(request_method(request), "POST") != 0)
        refuse(refusal, "MethodNotAllowed");
    else if (request_header(request, "Authorization"))
        refuse_because(refusal, "InvalidArgument", "Unsupported Authorization Type");
    else if (!request_header(request, "Content-Length") ||
             request_header(request, "Transfer-Encoding"))
        refuse(refusal, "MissingContentLength");
}

static void check_content_type(
    const struct request *request, struct visit *visit, const struct multipart_events *events)
{
    const char *type = request_header(request, "Content-Type");
    char boundary[MULTIPART_BOUNDARY_MOST + 1];
    int error = multipart_boundary(type ? type : "", boundary);
    if (error == -EPROTOTYPE)
        refuse_because(&visit->refusal, "PreconditionFailed",
            "Bucket POST must be of the enclosure-type multipart/form-data");
    else if (error)
        refuse_because(&visit->refusal, "InvalidArgument",
            "Bucket POST of the enclosure-type multipart/form-data must name its boundary");
    else
        multipart_init(&visit->reader, boundary, events, (void *)(uintptr_t)request);
}

/* ---- the fields are complete ---- */

static void check_form(const struct sandbox *sandbox, struct visit *visit)
{
    const struct form *form = &visit->form;
    const char *key = form_get(form, "key");
    if (!key || !*key)
        refuse_because(&visit->refusal, "InvalidArgument",
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the "
            "order of the fields.");
    else if (strlen(key) > KEY_MOST)
        refuse(&visit->refusal, "KeyTooLongError");
    signature_check(form, &sandbox->signer, &visit->refusal);
    if (!is_refused(&visit->refusal))
        policy_check(form, sandbox->bucket, clock_wall_ms(), &visit->range, &visit->refusal);
}

/** Checked once for each request: as soon as the file begins, or else at the end. */
static int judge(struct request *request, struct visit *visit)
{
    struct sandbox *sandbox = request_context(request);
    visit->judged = true;
    visit->fault = faults_take(sandbox->faults, ENDPOINT_S3, form_get(&visit->form, "key"));
    int error = effect_before(visit->fault, request);
    if (!error && !is_refused(&visit->refusal) && effect_kind(visit->fault) != FAULT_ANSWER)
        check_form(sandbox, visit);
    return error;
}

/* ---- what the reader finds ---- */

static void keep(struct visit *visit, int error)
{
    if (error == -E2BIG)
        refuse(&visit->refusal, "MaxPostPreDataLengthExceededError");
    else if (error)
        refuse(&visit->refusal, "InternalError");
}

static int begin_file(struct request *request, struct visit *visit, const char *filename)
{
    visit->place = VISIT_FILE;
    keep(visit, form_expand(&visit->form, filename ? filename : ""));
    visit->digest = digest_new();
    if (!visit->digest)
        keep(visit, -ENOMEM);
    return judge(request, visit);
}

static int on_part(void *self, const struct multipart_part *part)
{
    struct visit *visit = request_state(self);
    if (visit->place != VISIT_FIELDS)
        return 0;
    if (strcasecmp(part->name, "file") == 0)
        return begin_file(self, visit, part->filename);
    keep(visit, form_begin(&visit->form, part->name));
    return 0;
}

/** The next bytes of the file, as they are to be stored. */
static void take_file(struct visit *visit, const char *bytes, size_t length)
{
    if (effect_kind(visit->fault) == FAULT_OTHER_BYTES && !visit->size && length) {
        const char other = (char)~bytes[0];
        digest_update(visit->digest, &other, 1);
        digest_update(visit->digest, bytes + 1, length - 1);
    } else {
        digest_update(visit->digest, bytes, length);
    }
    visit->size += (int64_t)length;
}

static int on_bytes(void *self, const char *bytes, size_t length)
{
    struct visit *visit = request_state(self);
    if (is_refused(&visit->refusal))
        return 0;
    if (visit->place == VISIT_FIELDS) {
        keep(visit, form_append(&visit->form, bytes, length));
    } else if (visit->place == VISIT_FILE) {
        take_file(visit, bytes, length);
    }
    return 0;
}

static int on_part_end(void *self)
{
    struct visit *visit = request_state(self);
    if (visit->place == VISIT_FILE)
        visit->place = VISIT_BEHIND;
    return 0;
}

static const struct multipart_events events = {on_part, on_bytes, on_part_end};

/* ---- the body is in ---- */

static void check_digest(struct visit *visit)
{
    digest_finish(visit->digest, visit->sha256, visit->md5);
    const char *wanted = form_get(&visit->form, "Content-MD5");
    if (!wanted)
        return;
    struct str raw = STR_INIT(DIGEST_MD5_HEX), hex = STR_INIT(2 * DIGEST_MD5_HEX);
    if (digest_decode_base64(&raw, wanted, strlen(wanted)) == 0)
        digest_add_hex(&hex, str_text(&raw), raw.length);
    if (strcmp(str_text(&hex), visit->md5) != 0)
        refuse(&visit->refusal, "BadDigest");
    str_release(&raw);
    str_release(&hex);
}

static void check_body(struct visit *visit)
{
    if (visit->place == VISIT_FIELDS)
        refuse_because(&visit->refusal, "InvalidArgument",
            "POST requires exactly one file upload per request.");
    else if (!multipart_complete(&visit->reader))
        refuse(&visit->refusal, "MalformedPOSTRequest");
    else if (visit->size > visit->range.most)
        refuse(&visit->refusal, "EntityTooLarge");
    else if (visit->size < visit->range.least)
        refuse(&visit->refusal, "EntityTooSmall");
    else
        check_digest(visit);
}

/** Its texts are the visit's. */
static struct ledger_object describe_object(const struct visit *visit)
{
    const char *content_type = form_get(&visit->form, "Content-Type");
    return (struct ledger_object){
        .key = form_get(&visit->form, "key"),
        .content_type = content_type ? content_type : "binary/octet-stream",
        .sha256 = visit->sha256,
        .md5 = visit->md5,
        .size = visit->size,
    };
}

static void store(struct sandbox *sandbox, struct visit *visit)
{
    struct ledger_object object = describe_object(visit);
    if (ledger_store(sandbox->ledger, &object) != 0)
        refuse(&visit->refusal, "InternalError");
    else
        crm_stored(&sandbox->crm, &object);
}

/** 201 brings a document, 200 and 204 (which is also what everything else means) do not. */
static int success_status(const struct form *form)
{
    const char *wanted = form_get(form, "success_action_status");
    if (wanted && strcmp(wanted, "201") == 0)
        return 201;
    return wanted && strcmp(wanted, "200") == 0 ? 200 : 204;
}

/** What the answer says of the object's bytes: with an MD5 of them, or with one that is none. */
static void add_etag(
    struct str *etag, enum settings_etag kind, const struct visit *visit, struct reply *reply)
{
    char random[DIGEST_MD5_SIZE + 1];
    if (effect_kind(visit->fault) == FAULT_ETAG) {
        str_add(etag, visit->fault->etag);
    } else if (kind == ETAG_MD5) {
        str_add(etag, visit->md5);
    } else {
        token_random(random, DIGEST_MD5_SIZE);
        digest_add_hex(etag, random, DIGEST_MD5_SIZE);
    }
    if (kind == ETAG_KMS)
        reply_header(reply, "x-amz-server-side-encryption", "aws:kms");
}

static void reply_stored(struct sandbox *sandbox, const struct visit *visit, struct reply *reply)
{
    const char *key = form_get(&visit->form, "key");
    struct str location = STR_INIT(8192), etag = STR_INIT(1024);
    str_printf(&location, "%s%s/", sandbox->own_url, sandbox->bucket);
    percent_add(&location, key, "/");
    str_add(&etag, "\"");
    add_etag(&etag, settings_get(&sandbox->settings).etag, visit, reply);
    str_add(&etag, "\"");
    reply->status = success_status(&visit->form);
    if (reply->status == 201) {
        reply_text(reply, 201, "application/xml", XML_DECLARATION "<PostResponse>");
        xml_element(&reply->body, "Location", str_text(&location));
        xml_element(&reply->body, "Bucket", sandbox->bucket);
        xml_element(&reply->body, "Key", key);
        xml_element(&reply->body, "ETag", str_text(&etag));
        str_add(&reply->body, "</PostResponse>");
    }
    reply_header(reply, "Location", "%s", str_text(&location));
    reply_header(reply, "ETag", "%s", str_text(&etag));
    str_release(&location);
    str_release(&etag);
}

/** What is stored when its client has gone already. */
struct deferred_store {
    struct sandbox *sandbox;
    struct ledger_object object;
    char *key, *content_type;
    char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX];
};

static void act_deferred(void *self)
{
    const struct deferred_store *store = self;
    if (ledger_store(store->sandbox->ledger, &store->object) == 0)
        crm_stored(&store->sandbox->crm, &store->object);
}

static void end_deferred(void *self)
{
    struct deferred_store *store = self;
    free(store->key);
    free(store->content_type);
    free(store);
}

static void store_deferred(struct sandbox *sandbox, const struct visit *visit)
{
    struct deferred_store *store = calloc(1, sizeof(*store));
    if (!store)
        return;
    store->sandbox = sandbox;
    store->object = describe_object(visit);
    store->object.key = store->key = strdup(store->object.key);
    store->object.content_type = store->content_type = strdup(store->object.content_type);
    store->object.sha256 = memcpy(store->sha256, visit->sha256, sizeof(store->sha256));
    store->object.md5 = memcpy(store->md5, visit->md5, sizeof(store->md5));
    if (store->key && store->content_type)
        deferred_add(sandbox->deferred, visit->fault->late_ms,
            &(struct deferred_act){act_deferred, end_deferred, store});
    else
        end_deferred(store);
}

static void conclude(struct sandbox *sandbox, struct visit *visit, struct reply *reply)
{
    enum effect_act act = effect_act(visit->fault);
    if (act == EFFECT_ACT_NEVER)
        return;
    if (!is_refused(&visit->refusal))
        check_body(visit);
    if (!is_refused(&visit->refusal) && act == EFFECT_ACT_DEFERRED)
        store_deferred(sandbox, visit);
    else if (!is_refused(&visit->refusal))
        store(sandbox, visit);
    if (is_refused(&visit->refusal))
        refusal_reply(&visit->refusal, reply);
    else
        reply_stored(sandbox, visit, reply);
}

/* ---- the service ---- */

static void settle_reply(struct sandbox *sandbox, struct reply *reply)
{
    reply->delay_ms = settings_get(&sandbox->settings).latency_ms;
    if (reply->end != REPLY_NOTHING)
        ledger_answer(sandbox->ledger, "s3", reply);
}

static void bucket_begin(struct request *request, struct reply *reply)
{
    struct sandbox *sandbox = request_context(request);
    struct visit *visit = request_state(request);
    ledger_enter(sandbox->ledger);
    ledger_request(sandbox->ledger, ENDPOINT_S3);
    check_header(request, &visit->refusal);
    if (!is_refused(&visit->refusal))
        check_content_type(request, visit, &events);
    if (is_refused(&visit->refusal)) {
        refusal_reply(&visit->refusal, reply);
        settle_reply(sandbox, reply);
    }
}

static int bucket_body(struct request *request, const char *bytes, size_t length)
{
    struct visit *visit = request_state(request);
    if (is_refused(&visit->refusal) || effect_kind(visit->fault) == FAULT_ANSWER)
        return 0;
    int error = multipart_feed(&visit->reader, bytes, length);
    if (error == -EBADMSG)
        refuse(&visit->refusal, "MalformedPOSTRequest");
    return error == -EBADMSG ? 0 : error;
}

static int bucket_finish(struct request *request, struct reply *reply)
{
    struct sandbox *sandbox = request_context(request);
    struct visit *visit = request_state(request);
    int error = visit->judged ? 0 : judge(request, visit);
    if (error)
        return error;
    conclude(sandbox, visit, reply);
    error = effect_after(visit->fault, request, reply);
    if (!error)
        settle_reply(sandbox, reply);
    return error;
}

static void bucket_leave(struct request *request)
{
    struct sandbox *sandbox = request_context(request);
    ledger_leave(sandbox->ledger);
}

static void bucket_end(struct request *request)
{
    struct visit *visit = request_state(request);
    form_release(&visit->form);
    digest_free(visit->digest);
}

const struct service bucket_service = {
    .state_size = sizeof(struct visit),
    .begin = bucket_begin,
    .body = bucket_body,
    .finish = bucket_finish,
    .leave = bucket_leave,
    .end = bucket_end,
};
