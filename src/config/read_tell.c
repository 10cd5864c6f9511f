/** The group `tell` of a folder: when whoever dropped a file hears of it, and how. */
#include "read_tell.h"

#include "reader.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/config/mail_address.h"

#include <string.h>

#define LATE_MIN_MS 1000

/** A template for an address; what has no variable must be one itself. */
static struct template *read_mail(
    struct settings *settings, struct setting *tell, const struct config *config)
{
    const struct template_scope scope = {.people = config->people.file != NULL};
    CLEANUP(free_text) char *text = setting_text(settings, tell, "mail", NULL);
    if (!text)
        return NULL;
    if (!strchr(text, '{') && !mail_address_is_valid(text))
        setting_problem(settings, tell, "mail",
            "\"%s\" is not a valid address, and contains no variable in braces, e.g. "
            "\"{owner.email}\"",
            text);
    return reader_make_template(
        &(struct rule_reader){.settings = settings}, tell, "mail", text, &scope);
}

void read_tell(struct settings *settings, struct setting *group, const struct config *config,
    struct folder *folder)
{
    struct setting *tell = setting_group(settings, group, "tell");
    folder->tell.late_ms = setting_duration(settings, tell, "late", "0", "0", "366d");
    folder->tell.failed = setting_bool(settings, tell, "failed", false);
    folder->tell.mail = read_mail(settings, tell, config);
    if (folder->tell.late_ms && folder->tell.late_ms < LATE_MIN_MS)
        setting_problem(settings, tell, "late",
            "is too short to mean anything; it must be \"1s\" to \"366d\", or \"0\" for never");
    if (folder->tell.failed && !setting_has(tell, "mail"))
        setting_problem(settings, tell, "failed",
            "has no effect without mail (there is a text next to a failed file in any case); write "
            "mail = \"{owner.email}\";");
    if (setting_has(tell, "mail") && !folder->tell.failed && !folder->tell.late_ms)
        setting_problem(settings, tell, "mail",
            "has no effect without late or failed; write e.g. late = \"4h\";");
    if (folder->tell.mail && template_uses(folder->tell.mail, "owner"))
        folder->wants_owner = true;
}
