/** Answers GET me/, and gives out the form for an upload. */
#include "api/call.h"
#include "api/ticket.h"
#include "context.h"
#include "crm/account.h"
#include "crm/ledger.h"
#include "crm/schema.h"
#include "http/reply.h"
#include "util/pick.h"
#include "util/token.h"

#include "closedrop/base/json.h"

/* ---- GET me/ ---- */

static struct json *describe_me(const char *user_id)
{
    struct json *me = json_object();
    struct json *organization = json_object();
    struct json *organizations = json_array();
    int result = json_add_text(me, "id", user_id);
    result |= json_add_text(me, "first_name", ACCOUNT_FIRST_NAME);
    result |= json_add_text(me, "last_name", ACCOUNT_LAST_NAME);
    result |= json_add_text(me, "email", ACCOUNT_EMAIL);
    result |= json_add_text(organization, "id", ACCOUNT_ORGANIZATION);
    result |= json_add_text(organization, "name", "Sandbox");
    result |= json_append(organizations, organization);
    result |= json_add(me, "organizations", organizations);
    result |= json_add(me, "email_accounts", json_array());
    return pick_whole(me, result);
}

void call_me(struct call *call)
{
    reply_json(call->reply, 200, describe_me(call->settings.user_id));
}

/* ---- POST files/upload/ ---- */

static const struct schema_field upload_fields[] = {
    {.key = "filename", .need = SCHEMA_REQUIRED, .type = SCHEMA_NAME},
    {.key = "content_type", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT},
};

static const struct schema upload_schema = SCHEMA(upload_fields);

void call_upload(struct call *call)
{
    struct json *wrong = json_object();
    int result = schema_check(&upload_schema, call->body, wrong);
    if (call_refuse_fields(call, wrong, result))
        return;
    char token[TOKEN_LENGTH + 1];
    token_random(token, TOKEN_LENGTH);
    struct ticket_file file = {
        token, json_get_text(call->body, "filename"), json_get_text(call->body, "content_type")};
    struct json *ticket = ticket_new(call->sandbox, &file, call->settings.form_ttl_ms, call->fault);
    if (ticket && uploads_ticket(&call->sandbox->crm.uploads, token) == 0)
        ledger_ticket(call->sandbox->ledger);
    reply_json(call->reply, 200, ticket);
}
