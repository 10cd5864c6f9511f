/** Mails: one of these for each channel of mail sends the events that are due, one mail at a time,
 * those of one cause in one mail. */
#ifndef CLOSEDROP_ALERTS_MAILER_H
#define CLOSEDROP_ALERTS_MAILER_H

#include "delivery.h"

#include "closedrop/config/config.h"
#include "closedrop/http/http.h"

/** Further failures with the cause of one that was mailed wait so long, and go in one mail. */
#define MAIL_PAUSE_MS (60LL * 60 * 1000)

struct mailer {
    struct http *http;
    enum notice_channel channel; /* CHANNEL_MAIL, or CHANNEL_OWNER: to whoever dropped a file */
    const char *what;            /* what it is called in messages */
    struct notice notice;        /* a copy: of the mail in progress, or about to be */
    struct notice_batch batch;
    char *message;           /* claimed, and not started yet; else NULL */
    struct request *request; /* in progress; else NULL */
    int64_t end_ms;          /* when it is given up, on the steady clock; 0: by its own time */
    int64_t due_ms;          /* when the next event is due, on the wall clock */
    struct trouble trouble;
};

struct json;

/** Start what the last turn claimed; its commit has returned. */
void mailer_start(struct mailer *mailer, const struct config *config, struct queue *queue);

/** Record what has ended. */
void mailer_reap(struct mailer *mailer, struct queue *queue);

/** Claim what is due; while the disk is full only what reports something wrong. */
void mailer_claim(
    struct mailer *mailer, const struct config *config, struct queue *queue, bool is_disk_full);

/** Whether a mail is in progress or about to be. */
bool mailer_is_busy(const struct mailer *mailer);

/** Give up what is in progress. */
void mailer_stop(struct mailer *mailer);

/** Time in ms until one has to be claimed (if `may_claim`), started or given up; INT64_MAX for
 * never. */
int64_t mailer_timeout(const struct mailer *mailer, bool may_claim);

/** The name of this machine for mails; `name` is returned. */
#define MAIL_HOST 256
const char *mail_host(char name[MAIL_HOST]);

#endif
