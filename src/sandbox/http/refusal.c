/** Refuses a request in S3's words: its error codes with their statuses and messages, as XML. */
#include "http/refusal.h"

#include "http/reply.h"
#include "util/token.h"
#include "util/xml.h"

#include "closedrop/base/array.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct known_code {
    const char *code;
    int status;
    const char *message;
};

static const struct known_code known_codes[] = {
    {"AccessDenied", 403, "Access Denied"},
    {"AccountProblem", 403,
        "There is a problem with your AWS account that prevents the operation from completing "
        "successfully."},
    {"AllAccessDisabled", 403, "All access to this Amazon S3 resource has been disabled."},
    {"BadDigest", 400, "The Content-MD5 you specified did not match what we received."},
    {"EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size"},
    {"EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size"},
    {"ExpiredToken", 400, "The provided token has expired."},
    {"InternalError", 500, "We encountered an internal error. Please try again."},
    {"InvalidAccessKeyId", 403,
        "The AWS Access Key Id you provided does not exist in our records."},
    {"InvalidArgument", 400, "Invalid Argument"},
    {"InvalidPolicyDocument", 400,
        "The content of the form does not meet the conditions "
        "specified in the policy document."},
    {"InvalidToken", 400, "The provided token is malformed or otherwise invalid."},
    {"KMS.DisabledException", 400,
        "The request was rejected because the specified KMS key is not enabled."},
    {"KeyTooLongError", 400, "Your key is too long"},
    {"MalformedPOSTRequest", 400,
        "The body of your POST request is not well-formed multipart/form-data."},
    {"MaxPostPreDataLengthExceededError", 400,
        "Your POST request fields preceding the upload file were too large."},
    {"MethodNotAllowed", 405, "The specified method is not allowed against this resource."},
    {"MissingContentLength", 411, "You must provide the Content-Length HTTP header."},
    {"NoSuchBucket", 404, "The specified bucket does not exist"},
    {"PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold"},
    {"RequestTimeTooSkewed", 403,
        "The difference between the request time and the server's time is too large."},
    {"RequestTimeout", 400,
        "Your socket connection to the server was not read from or written to within the timeout "
        "period. Idle connections will be closed."},
    {"ServiceUnavailable", 503, "Service is unable to handle request."},
    {"SignatureDoesNotMatch", 403,
        "The request signature we calculated does not match the signature you provided. Check "
        "your key and signing method."},
    {"SlowDown", 503, "Please reduce your request rate."},
};

static const struct known_code *find_code(const char *code)
{
    static const struct known_code unknown = {"", 400, "Refused by a fault rule."};
    for (size_t i = 0; i < COUNT(known_codes); i++)
        if (strcmp(known_codes[i].code, code) == 0)
            return &known_codes[i];
    return &unknown;
}

void refuse(struct refusal *refusal, const char *code)
{
    refuse_because(refusal, code, "%s", find_code(code)->message);
}

void refuse_because(struct refusal *refusal, const char *code, const char *format, ...)
{
    if (is_refused(refusal))
        return;
    refusal->status = find_code(code)->status;
    snprintf(refusal->code, sizeof(refusal->code), "%s", code);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(refusal->message, sizeof(refusal->message), format, arguments);
    va_end(arguments);
}

bool is_refused(const struct refusal *refusal)
{
    return refusal->status != 0;
}

void refusal_reply(const struct refusal *refusal, struct reply *reply)
{
    char request_id[17], host_id[57];
    token_random(request_id, sizeof(request_id) - 1);
    token_random(host_id, sizeof(host_id) - 1);
    reply_text(reply, refusal->status, "application/xml", XML_DECLARATION "<Error>");
    xml_element(&reply->body, "Code", refusal->code);
    xml_element(&reply->body, "Message", refusal->message);
    xml_element(&reply->body, "RequestId", request_id);
    xml_element(&reply->body, "HostId", host_id);
    str_add(&reply->body, "</Error>");
    reply_header(reply, "x-amz-request-id", "%s", request_id);
    reply_header(reply, "x-amz-id-2", "%s", host_id);
    reply_because(reply, refusal->code, refusal->message);
}

void refusal_reply_code(struct reply *reply, int status, const char *code)
{
    struct refusal refusal = {0};
    refuse(&refusal, code);
    refusal.status = status;
    refusal_reply(&refusal, reply);
}
