/** Does one assignment after the other, in a thread of its own, so that only that can hang. */
#include "closedrop/intake/filing.h"

#include "closedrop/base/str.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define ASSIGNMENTS_MAX 1024

struct filing {
    pthread_t thread;
    filing_work *work;
    struct mailbox *inbox;
    struct mailbox *outbox;
    atomic_long pulse; /* even: it waits */
};

static void next_step(void *context)
{
    struct filing *filing = context;
    atomic_fetch_add(&filing->pulse, 2);
}

/** The message becomes its own answer. */
static void do_assignment(struct filing *filing, struct message *message)
{
    struct wire wire = {.at = message->body, .left = message->body_length};
    struct str result = STR_INIT(FRAME_MAX / 2);
    atomic_fetch_add(&filing->pulse, 1);
    filing->work(message->config, message->folder, &wire, next_step, filing, &result);
    atomic_fetch_add(&filing->pulse, 1);
    free(message->body);
    message->kind = MESSAGE_RESULT;
    message->body_length = str_error(&result) ? 0 : result.length;
    message->body = str_take(&result);
}

static void *run(void *context)
{
    struct filing *filing = context;
    while (!mailbox_is_closed(filing->inbox)) {
        struct message *message = mailbox_take(filing->inbox);
        struct pollfd mail = {.fd = mailbox_descriptor(filing->inbox), .events = POLLIN};
        if (!message) {
            (void)poll(&mail, 1, -1);
            continue;
        }
        do_assignment(filing, message);
        (void)mailbox_post(filing->outbox, message, true);
    }
    return NULL;
}

int filing_start(filing_work *work, struct mailbox *outbox, struct filing **ret_filing)
{
    struct filing *filing = calloc(1, sizeof(*filing));
    if (!filing)
        return -ENOMEM;
    *filing =
        (struct filing){.work = work, .outbox = outbox, .inbox = mailbox_new(ASSIGNMENTS_MAX)};
    int result = filing->inbox ? -pthread_create(&filing->thread, NULL, run, filing) : -ENOMEM;
    if (result < 0) {
        mailbox_free(filing->inbox);
        free(filing);
        return result;
    }
    *ret_filing = filing;
    return 0;
}

void filing_stop(struct filing *filing)
{
    if (!filing)
        return;
    mailbox_close(filing->inbox);
    pthread_join(filing->thread, NULL);
    mailbox_free(filing->inbox);
    free(filing);
}

int filing_post(struct filing *filing, struct message *message)
{
    return mailbox_post(filing->inbox, message, false) ? 0 : -ENOMEM;
}

long filing_pulse(const struct filing *filing)
{
    return atomic_load(&filing->pulse);
}

bool filing_hangs(const struct filing *filing, long pulse)
{
    return pulse % 2 && atomic_load(&filing->pulse) == pulse;
}
