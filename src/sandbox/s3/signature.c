/** Signs policies in both of AWS's styles, and checks the signature of a form. */
#include "s3/signature.h"

#include "context.h"
#include "http/refusal.h"
#include "s3/form.h"

#include "closedrop/base/array.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"

#include <string.h>

void signature_old(struct str *out, const struct signer *signer, const char *policy)
{
    uint8_t mac[DIGEST_SHA1_SIZE];
    digest_hmac_sha1(signer->secret, strlen(signer->secret), policy, strlen(policy), mac);
    digest_add_base64(out, mac, sizeof(mac));
}

void signature_v4(struct str *out, const struct signer *signer, const char *day, const char *policy)
{
    struct str secret = STR_INIT(4096);
    str_printf(&secret, "AWS4%s", signer->secret);
    const char *const steps[] = {day, signer->region, "s3", "aws4_request", policy};
    uint8_t key[DIGEST_SHA256_SIZE], mac[DIGEST_SHA256_SIZE];
    const void *with = str_text(&secret);
    size_t length = secret.length;
    for (size_t i = 0; i < COUNT(steps); i++) {
        digest_hmac_sha256(with, length, steps[i], strlen(steps[i]), mac);
        memcpy(key, mac, sizeof(key));
        with = key;
        length = sizeof(key);
    }
    digest_add_hex(out, mac, sizeof(mac));
    str_release(&secret);
}

void signature_credential(struct str *out, const struct signer *signer, const char *day)
{
    str_printf(out, "%s/%s/%s/s3/aws4_request", signer->key, day, signer->region);
}

/** The field, or a refusal in S3's words when it is not there. */
static const char *need(const struct form *form, const char *name, struct refusal *refusal)
{
    const char *value = form_get(form, name);
    if (!value)
        refuse_because(refusal, "InvalidArgument",
            "Bucket POST must contain a field named '%s'.  If it is specified, please check the "
            "order of the fields.",
            name);
    return value;
}

static void compare(struct str *computed, const char *given, struct refusal *refusal)
{
    if (str_error(computed) || strcmp(str_text(computed), given) != 0)
        refuse(refusal, "SignatureDoesNotMatch");
    str_release(computed);
}

static void check_old(const struct form *form, const struct signer *signer, struct refusal *refusal)
{
    const char *key = need(form, "AWSAccessKeyId", refusal);
    const char *given = need(form, "signature", refusal);
    const char *policy = need(form, "policy", refusal);
    if (is_refused(refusal))
        return;
    if (strcmp(key, signer->key) != 0) {
        refuse(refusal, "InvalidAccessKeyId");
        return;
    }
    struct str computed = STR_INIT(128);
    signature_old(&computed, signer, policy);
    compare(&computed, given, refusal);
}

/** KEY/YYYYMMDD/REGION/s3/aws4_request: is it ours, and for which day? */
static void check_credential(
    const char *credential, const struct signer *signer, char day[9], struct refusal *refusal)
{
    size_t key_length = strcspn(credential, "/");
    const char *rest = credential + key_length;
    if (*rest != '/' || strspn(rest + 1, "0123456789") != 8 || rest[9] != '/') {
        refuse_because(refusal, "InvalidArgument",
            "The x-amz-credential is not KEY/DATE/REGION/s3/aws4_request.");
        return;
    }
    memcpy(day, rest + 1, 8);
    day[8] = '\0';
    if (key_length != strlen(signer->key) || memcmp(credential, signer->key, key_length) != 0) {
        refuse(refusal, "InvalidAccessKeyId");
        return;
    }
    struct str ours = STR_INIT(4096);
    signature_credential(&ours, signer, day);
    if (strcmp(str_text(&ours), credential) != 0)
        refuse_because(refusal, "InvalidArgument",
            "The x-amz-credential is for another region or service; expecting '%s'.",
            signer->region);
    str_release(&ours);
}

static void check_v4(const struct form *form, const struct signer *signer, struct refusal *refusal)
{
    const char *algorithm = need(form, "x-amz-algorithm", refusal);
    const char *credential = need(form, "x-amz-credential", refusal);
    const char *date = need(form, "x-amz-date", refusal);
    const char *given = need(form, "x-amz-signature", refusal);
    const char *policy = need(form, "policy", refusal);
    if (is_refused(refusal))
        return;
    if (strcmp(algorithm, SIGNATURE_V4_ALGORITHM) != 0)
        refuse_because(refusal, "InvalidArgument",
            "X-Amz-Algorithm only supports \"" SIGNATURE_V4_ALGORITHM "\"");
    char day[9] = "";
    check_credential(credential, signer, day, refusal);
    if (strncmp(date, day, 8) != 0)
        refuse_because(refusal, "InvalidArgument",
            "The x-amz-date is not of the day that the x-amz-credential names.");
    if (is_refused(refusal))
        return;
    struct str computed = STR_INIT(128);
    signature_v4(&computed, signer, day, policy);
    compare(&computed, given, refusal);
}

void signature_check(const struct form *form, const struct signer *signer, struct refusal *refusal)
{
    static const char *const new_style[] = {
        "x-amz-signature", "x-amz-algorithm", "x-amz-credential"};
    for (size_t i = 0; i < COUNT(new_style); i++)
        if (form_get(form, new_style[i])) {
            check_v4(form, signer, refusal);
            return;
        }
    /* nobody signed anything: an anonymous request, and the bucket is private */
    if (!form_get(form, "policy") && !form_get(form, "signature") &&
        !form_get(form, "AWSAccessKeyId"))
        refuse(refusal, "AccessDenied");
    else
        check_old(form, signer, refusal);
}
