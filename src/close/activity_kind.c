/** The names of the kinds of activity. */
#include "closedrop/close/activity_kind.h"

#include <string.h>

const char *const activity_kind_names[ACTIVITY_KINDS] = {
    [ACTIVITY_NONE] = "",
    [ACTIVITY_EMAIL] = "email",
    [ACTIVITY_NOTE] = "note",
    [ACTIVITY_LEAD_FILE] = "lead_file",
    [ACTIVITY_OPPORTUNITY] = "opportunity",
    [ACTIVITY_WHATSAPP] = "whatsapp",
    [ACTIVITY_SMS] = "sms",
    [ACTIVITY_EMAIL_TEMPLATE] = "email_template",
    [ACTIVITY_SMS_TEMPLATE] = "sms_template",
    [ACTIVITY_TASK] = "task",
    [ACTIVITY_SET] = "set",
};

const char activity_kinds_text[] =
    "email, note, lead_file, opportunity, whatsapp, sms, email_template, sms_template, task and "
    "set";

const char activity_carriers_text[] =
    "email, note, lead_file, opportunity, whatsapp, sms, email_template and sms_template";

enum activity_kind activity_kind_from_name(const char *name)
{
    for (int i = 0; name && i < ACTIVITY_KINDS; i++)
        if (strcmp(name, activity_kind_names[i]) == 0)
            return (enum activity_kind)i;
    return ACTIVITY_NONE;
}
