/** What a mail says to whoever dropped files: which, what is the matter, and what to do. */
#include "owner_text.h"

#include "closedrop/base/str.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

static bool are_late(const struct mail_about *about)
{
    return about->notice->kind == NOTICE_LATE;
}

/** The first line about the files is the name of the first. */
void owner_text_subject(struct str *out, const struct mail_about *about)
{
    const char *what = are_late(about) ? "not in Close yet" : "could not be added to Close";
    if (about->count > 1)
        str_printf(out, "%" PRId64 " of your files are %s", about->count,
            are_late(about) ? what : "not in Close, because they have failed");
    else
        str_printf(out, "%.*s: %s", (int)strcspn(about->files, "\n"), about->files, what);
}

void owner_text_body(struct str *out, const struct mail_about *about)
{
    bool is_one = about->count == 1;
    if (are_late(about))
        str_printf(out, "%s not been added to Close yet:\n\n",
            is_one ? "This file of yours has" : "These files of yours have");
    else
        str_printf(out, "%s could not be added to Close:\n\n",
            is_one ? "This file of yours" : "These files of yours");
    str_add(out, about->files);
    if (about->count > MAIL_FILES_MAX)
        str_printf(out, "and %" PRId64 " more.\n\n", about->count - MAIL_FILES_MAX);
    if (are_late(about))
        str_add(out, "You need not do anything: leave files where they are, and each is added as "
                     "soon as that is possible. If that is urgent, ask your administrator.\n");
    else
        str_add(out,
            "Each was moved to the directory for failed files, with a text next to it that "
            "says what to do.\n");
    str_printf(out, "\n-- \nclosedrop on %s, event %" PRId64 "\n", about->host, about->notice->id);
}
