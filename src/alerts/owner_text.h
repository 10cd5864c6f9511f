/** What a mail says to whoever dropped files, and may know nothing but the folder. */
#ifndef CLOSEDROP_ALERTS_OWNER_TEXT_H
#define CLOSEDROP_ALERTS_OWNER_TEXT_H

#include "mail_text.h"

/** Add the subject of a mail about files that wait or have failed; pure. */
void owner_text_subject(struct str *out, const struct mail_about *about);

/** Add its text; pure. */
void owner_text_body(struct str *out, const struct mail_about *about);

#endif
