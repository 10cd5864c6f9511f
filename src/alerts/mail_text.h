/** What a mail says about its events: its subject and its text. */
#ifndef CLOSEDROP_ALERTS_MAIL_TEXT_H
#define CLOSEDROP_ALERTS_MAIL_TEXT_H

#include "closedrop/queue/notices.h"

struct str;

/** As many files are named in one mail. */
#define MAIL_FILES_MAX 20

/** The events of a mail: the first of them, and how many there are of its cause. */
struct mail_about {
    const struct notice *notice;
    int64_t count;
    const char *host;  /* the name of this machine */
    const char *files; /* failed: a paragraph for each of the first files (mail_text_add_file()) */
};

/** Add what happened to a file to the paragraphs of a mail. Pure. */
void mail_text_add_file(struct str *out, const char *folder, const char *path, const char *message);

/** Add the subject of a mail; pure. */
void mail_text_subject(struct str *out, const struct mail_about *about);

/** Add its text; pure, but for the time zone. */
void mail_text_body(struct str *out, const struct mail_about *about);

#endif
