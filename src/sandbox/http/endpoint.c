/** The names of the endpoints, as fault rules and counts spell them. */
#include "http/endpoint.h"

const char *const endpoint_names[ENDPOINTS] = {
    [ENDPOINT_ME] = "me",
    [ENDPOINT_UPLOAD] = "upload",
    [ENDPOINT_S3] = "s3",
    [ENDPOINT_LEAD] = "lead",
    [ENDPOINT_CONTACT] = "contact",
    [ENDPOINT_SEARCH] = "search",
    [ENDPOINT_EMAIL] = "email",
    [ENDPOINT_NOTE] = "note",
    [ENDPOINT_LEAD_FILE] = "leadfile",
    [ENDPOINT_OPPORTUNITY] = "opportunity",
    [ENDPOINT_WHATSAPP] = "whatsapp",
    [ENDPOINT_SMS] = "sms",
    [ENDPOINT_EMAILS] = "emails",
    [ENDPOINT_NOTES] = "notes",
    [ENDPOINT_LEAD_FILES] = "leadfiles",
    [ENDPOINT_OPPORTUNITIES] = "opportunities",
    [ENDPOINT_WHATSAPPS] = "whatsapps",
    [ENDPOINT_SMSES] = "smses",
    [ENDPOINT_MERGE] = "merge",
    [ENDPOINT_MERGES] = "merges",
    [ENDPOINT_EVENTS] = "events",
    [ENDPOINT_AUTHORIZE] = "authorize",
    [ENDPOINT_TOKEN] = "token",
    [ENDPOINT_REVOKE] = "revoke",
};
