/** From the template of a folder, and the table of people, to an address; or to none. */
#include "owner_address.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"
#include "closedrop/config/mail_address.h"

#include <stdlib.h>
#include <string.h>

/** An SMTP path has 256 bytes at most (RFC 5321, 4.5.3.1.3). */
#define ADDRESS_MAX 256

/** What the table has of the owner, if the template asks for any of it. */
static enum table_answer look_up(const struct worker *worker, const struct template *mail,
    const struct template_facts *facts, struct json *values)
{
    const struct people_columns used = {.email = template_uses(mail, "owner.email"),
        .user_id = template_uses(mail, "owner.user_id")};
    if (!used.email && !used.user_id)
        return TABLE_FOUND;
    CLEANUP(json_freep) struct json *columns = people_columns(&used);
    struct str why = STR_INIT(4096);
    const struct people *people = &worker->config->people;
    const struct table_ask ask = people_ask(people, columns);
    enum table_answer answer =
        columns ? people_lookup(people, worker->tables, &ask, facts, values, &why) : TABLE_CHANGING;
    str_release(&why);
    return answer;
}

static char *expand(
    const struct template *mail, const struct template_facts *facts, const struct json *values)
{
    struct str out = STR_INIT(ADDRESS_MAX);
    if (template_expand(mail, facts, values, TEMPLATE_PLAIN, &out) < 0) {
        str_release(&out);
        return NULL;
    }
    const char *text = str_text(&out);
    size_t length = out.length;
    utf8_trim(&text, &length);
    char *address = strndup(text, length);
    str_release(&out);
    return address;
}

enum address_answer owner_address(const struct worker *worker, const struct folder *folder,
    const struct job *job, char **ret_address)
{
    const struct template *mail = folder->tell.mail;
    if (!mail)
        return ADDRESS_NONE;
    CLEANUP(free_text) char *path = text_clean_name(job->path);
    CLEANUP(json_freep) struct json *values = json_object();
    if (!path || !values)
        return ADDRESS_LATER;
    const struct template_facts facts = {.folder = job->folder,
        .path = path,
        .content_type = job->content_type ? job->content_type : "",
        .owner = job->owner,
        .size = job->identity.size,
        .mtime_ns = job->identity.mtime_ns,
        .queued_ms = job->queued_ms};
    if (look_up(worker, mail, &facts, values) == TABLE_CHANGING)
        return ADDRESS_LATER;
    CLEANUP(free_text) char *address = expand(mail, &facts, values);
    if (!address || strlen(address) > ADDRESS_MAX - 2 || !mail_address_is_valid(address))
        return ADDRESS_NONE;
    *ret_address = TAKE_PTR(address);
    return ADDRESS_KNOWN;
}
