/**
 * Answers a form POST: reads the fields, checks them when the file begins, hashes the file, and
 * stores or refuses it once the body is in.
 *
 *     begin     the header
 *     body      fields -> judged: form, signature, policy -> the file, counted and hashed
 *     finish    size and MD5 -> stored, or refused
 */
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
#define KEY_MAX 1024

/** What the service keeps with a request. */
struct form_post {
    struct multipart reader;
    struct form form;
    enum { POST_FIELDS, POST_FILE, POST_BEHIND } stage; /* in the body */
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
    const struct request *request, struct form_post *post, const struct multipart_events *events)
{
    const char *type = request_header(request, "Content-Type");
    char boundary[MULTIPART_BOUNDARY_MAX + 1];
    int result = multipart_boundary(type ? type : "", boundary);
    if (result == -EPROTOTYPE)
        refuse_because(&post->refusal, "PreconditionFailed",
            "Bucket POST must be of the enclosure-type multipart/form-data");
    else if (result < 0)
        refuse_because(&post->refusal, "InvalidArgument",
            "Bucket POST of the enclosure-type multipart/form-data must name its boundary");
    else
        multipart_init(&post->reader, boundary, events, (void *)(uintptr_t)request);
}

/* ---- the fields are complete ---- */

static void check_form(const struct sandbox *sandbox, struct form_post *post)
{
    const struct form *form = &post->form;
    const char *key = form_get(form, "key");
    if (!key || !*key)
        refuse_because(&post->refusal, "InvalidArgument",
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the "
            "order of the fields.");
    else if (strlen(key) > KEY_MAX)
        refuse(&post->refusal, "KeyTooLongError");
    signature_check(form, &sandbox->signer, &post->refusal);
    if (!is_refused(&post->refusal))
        policy_check(form, sandbox->bucket, clock_wall_ms(), &post->range, &post->refusal);
}

/** Checked once for each request: as soon as the file begins, or else at the end. */
static int judge(struct request *request, struct form_post *post)
{
    struct sandbox *sandbox = request_context(request);
    post->judged = true;
    post->fault = faults_take(sandbox->faults, ENDPOINT_S3, form_get(&post->form, "key"));
    int result = effect_before(post->fault, request);
    if (result == 0 && !is_refused(&post->refusal) && effect_kind(post->fault) != FAULT_ANSWER)
        check_form(sandbox, post);
    return result;
}

/* ---- what the reader finds ---- */

static void keep(struct form_post *post, int result)
{
    if (result == -E2BIG)
        refuse(&post->refusal, "MaxPostPreDataLengthExceededError");
    else if (result < 0)
        refuse(&post->refusal, "InternalError");
}

static int begin_file(struct request *request, struct form_post *post, const char *filename)
{
    post->stage = POST_FILE;
    keep(post, form_expand(&post->form, filename ? filename : ""));
    post->digest = digest_new();
    if (!post->digest)
        keep(post, -ENOMEM);
    return judge(request, post);
}

static int on_part(void *request, const struct multipart_part *part)
{
    struct form_post *post = request_state(request);
    if (post->stage != POST_FIELDS)
        return 0;
    if (strcasecmp(part->name, "file") == 0)
        return begin_file(request, post, part->filename);
    keep(post, form_begin(&post->form, part->name));
    return 0;
}

/** The next bytes of the file, as they are to be stored. */
static void take_file(struct form_post *post, const char *bytes, size_t length)
{
    if (effect_kind(post->fault) == FAULT_OTHER_BYTES && !post->size && length) {
        const char other = (char)~bytes[0];
        digest_update(post->digest, &other, 1);
        digest_update(post->digest, bytes + 1, length - 1);
    } else {
        digest_update(post->digest, bytes, length);
    }
    post->size += (int64_t)length;
}

static int on_bytes(void *request, const char *bytes, size_t length)
{
    struct form_post *post = request_state(request);
    if (is_refused(&post->refusal))
        return 0;
    if (post->stage == POST_FIELDS) {
        keep(post, form_append(&post->form, bytes, length));
    } else if (post->stage == POST_FILE) {
        take_file(post, bytes, length);
    }
    return 0;
}

static int on_part_end(void *request)
{
    struct form_post *post = request_state(request);
    if (post->stage == POST_FILE)
        post->stage = POST_BEHIND;
    return 0;
}

static const struct multipart_events events = {on_part, on_bytes, on_part_end};

/* ---- the body is in ---- */

static void check_digest(struct form_post *post)
{
    digest_finish(post->digest, post->sha256, post->md5);
    const char *wanted = form_get(&post->form, "Content-MD5");
    if (!wanted)
        return;
    struct str raw = STR_INIT(DIGEST_MD5_HEX), hex = STR_INIT(2 * DIGEST_MD5_HEX);
    if (digest_decode_base64(&raw, wanted, strlen(wanted)) == 0)
        digest_add_hex(&hex, str_text(&raw), raw.length);
    if (strcmp(str_text(&hex), post->md5) != 0)
        refuse(&post->refusal, "BadDigest");
    str_release(&raw);
    str_release(&hex);
}

static void check_body(struct form_post *post)
{
    if (post->stage == POST_FIELDS)
        refuse_because(&post->refusal, "InvalidArgument",
            "POST requires exactly one file upload per request.");
    else if (!multipart_complete(&post->reader))
        refuse(&post->refusal, "MalformedPOSTRequest");
    else if (post->size > post->range.max)
        refuse(&post->refusal, "EntityTooLarge");
    else if (post->size < post->range.min)
        refuse(&post->refusal, "EntityTooSmall");
    else
        check_digest(post);
}

/** Its texts are the post's. */
static struct ledger_object describe_object(const struct form_post *post)
{
    const char *content_type = form_get(&post->form, "Content-Type");
    return (struct ledger_object){
        .key = form_get(&post->form, "key"),
        .content_type = content_type ? content_type : "binary/octet-stream",
        .sha256 = post->sha256,
        .md5 = post->md5,
        .size = post->size,
    };
}

static void store(struct sandbox *sandbox, struct form_post *post)
{
    struct ledger_object object = describe_object(post);
    if (ledger_store(sandbox->ledger, &object) != 0)
        refuse(&post->refusal, "InternalError");
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

/** What the answer says about the object's bytes: with their MD5, or with something else. */
static void add_etag(
    struct str *etag, enum settings_etag kind, const struct form_post *post, struct reply *reply)
{
    char random[DIGEST_MD5_SIZE + 1];
    if (effect_kind(post->fault) == FAULT_ETAG) {
        str_add(etag, post->fault->etag);
    } else if (kind == ETAG_MD5) {
        str_add(etag, post->md5);
    } else {
        token_random(random, DIGEST_MD5_SIZE);
        digest_add_hex(etag, random, DIGEST_MD5_SIZE);
    }
    if (kind == ETAG_KMS)
        reply_header(reply, "x-amz-server-side-encryption", "aws:kms");
}

static void reply_stored(struct sandbox *sandbox, const struct form_post *post, struct reply *reply)
{
    const char *key = form_get(&post->form, "key");
    struct str location = STR_INIT(8192), etag = STR_INIT(1024);
    str_printf(&location, "%s%s/", sandbox->own_url, sandbox->bucket);
    percent_add(&location, key, "/");
    str_add(&etag, "\"");
    add_etag(&etag, settings_get(&sandbox->settings).etag, post, reply);
    str_add(&etag, "\"");
    reply->status = success_status(&post->form);
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

static void act_deferred(void *context)
{
    const struct deferred_store *store = context;
    if (ledger_store(store->sandbox->ledger, &store->object) == 0)
        crm_stored(&store->sandbox->crm, &store->object);
}

static void end_deferred(void *context)
{
    struct deferred_store *store = context;
    free(store->key);
    free(store->content_type);
    free(store);
}

static void store_deferred(struct sandbox *sandbox, const struct form_post *post)
{
    struct deferred_store *store = calloc(1, sizeof(*store));
    if (!store)
        return;
    store->sandbox = sandbox;
    store->object = describe_object(post);
    store->object.key = store->key = strdup(store->object.key);
    store->object.content_type = store->content_type = strdup(store->object.content_type);
    store->object.sha256 = memcpy(store->sha256, post->sha256, sizeof(store->sha256));
    store->object.md5 = memcpy(store->md5, post->md5, sizeof(store->md5));
    if (store->key && store->content_type)
        deferred_add(sandbox->deferred, post->fault->late_ms,
            &(struct deferred_act){act_deferred, end_deferred, store});
    else
        end_deferred(store);
}

static void conclude(struct sandbox *sandbox, struct form_post *post, struct reply *reply)
{
    enum effect_act act = effect_act(post->fault);
    if (act == EFFECT_ACT_NEVER)
        return;
    if (!is_refused(&post->refusal))
        check_body(post);
    if (!is_refused(&post->refusal) && act == EFFECT_ACT_DEFERRED)
        store_deferred(sandbox, post);
    else if (!is_refused(&post->refusal))
        store(sandbox, post);
    if (is_refused(&post->refusal))
        refusal_reply(&post->refusal, reply);
    else
        reply_stored(sandbox, post, reply);
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
    struct form_post *post = request_state(request);
    ledger_enter(sandbox->ledger);
    ledger_request(sandbox->ledger, ENDPOINT_S3);
    check_header(request, &post->refusal);
    if (!is_refused(&post->refusal))
        check_content_type(request, post, &events);
    if (is_refused(&post->refusal)) {
        refusal_reply(&post->refusal, reply);
        settle_reply(sandbox, reply);
    }
}

static int bucket_body(struct request *request, const char *bytes, size_t length)
{
    struct form_post *post = request_state(request);
    if (is_refused(&post->refusal) || effect_kind(post->fault) == FAULT_ANSWER)
        return 0;
    int result = multipart_feed(&post->reader, bytes, length);
    if (result == -EBADMSG)
        refuse(&post->refusal, "MalformedPOSTRequest");
    return result == -EBADMSG ? 0 : result;
}

static int bucket_finish(struct request *request, struct reply *reply)
{
    struct sandbox *sandbox = request_context(request);
    struct form_post *post = request_state(request);
    int result = post->judged ? 0 : judge(request, post);
    if (result < 0)
        return result;
    conclude(sandbox, post, reply);
    result = effect_after(post->fault, request, reply);
    if (result == 0)
        settle_reply(sandbox, reply);
    return result;
}

static void bucket_leave(struct request *request)
{
    struct sandbox *sandbox = request_context(request);
    ledger_leave(sandbox->ledger);
}

static void bucket_end(struct request *request)
{
    struct form_post *post = request_state(request);
    form_release(&post->form);
    digest_free(post->digest);
}

const struct service bucket_service = {
    .state_size = sizeof(struct form_post),
    .begin = bucket_begin,
    .body = bucket_body,
    .finish = bucket_finish,
    .leave = bucket_leave,
    .end = bucket_end,
};
