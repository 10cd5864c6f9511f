/** Does what the worker has assigned, in a thread of its own, so that only that can hang. */
#include "closedrop/intake/filing.h"

#include "closedrop/base/str.h"
#include "closedrop/files/life.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define MESSAGES_MAX 4096

/** An assignment that is not over. */
struct under_way {
    struct message *message;
    void *assignment;
    struct under_way *next;
};

struct filing {
    pthread_t thread;
    const struct filing_work *work;
    struct mailbox *inbox;
    struct mailbox *outbox;
    struct under_way *first; /* whose turn it is */
    atomic_long pulse;       /* even: it waits */
};

/** The message becomes its own answer. */
static void answer(
    struct filing *filing, struct message *message, enum message_kind kind, struct str *result)
{
    free(message->body);
    message->kind = kind;
    message->body_length = str_error(result) ? 0 : result->length;
    message->body = str_take(result);
    (void)mailbox_post(filing->outbox, message, true);
}

static void take_turn_last(struct filing *filing, struct under_way *under_way)
{
    struct under_way **end = &filing->first;
    while (*end)
        end = &(*end)->next;
    under_way->next = NULL;
    *end = under_way;
}

static void begin(struct filing *filing, struct message *message)
{
    const struct filing_work *work = filing->work;
    struct wire wire = {.at = message->body, .left = message->body_length};
    struct str result = STR_INIT(FRAME_MAX / 2);
    struct under_way *under_way = calloc(1, sizeof(*under_way));
    if (under_way)
        *under_way = (struct under_way){.message = message,
            .assignment = work->begin(work->context, message->question, message->config,
                message->folder, &wire, &result)};
    if (under_way && under_way->assignment) {
        take_turn_last(filing, under_way);
        return;
    }
    free(under_way);
    answer(filing, message, MESSAGE_RESULT, &result);
}

static void read_block(struct filing *filing, struct message *message)
{
    struct wire wire = {.at = message->body, .left = message->body_length};
    struct str result = STR_INIT(FRAME_MAX / 2);
    filing->work->read(filing->work->context, message->question, &wire, &result);
    answer(filing, message, MESSAGE_BLOCK, &result);
}

static void take(struct filing *filing, struct message *message)
{
    switch (message->kind) {
    case MESSAGE_ASSIGN:
    case MESSAGE_PUT_AWAY:
        begin(filing, message);
        break;
    case MESSAGE_READ:
        read_block(filing, message);
        break;
    default:
        filing->work->close(filing->work->context, message->question);
        message_free(message);
    }
}

/** One step of the one whose turn it is. */
static void step(struct filing *filing)
{
    struct under_way *under_way = filing->first;
    struct str result = STR_INIT(FRAME_MAX / 2);
    filing->first = under_way->next;
    if (!filing->work->step(filing->work->context, under_way->assignment, &result)) {
        take_turn_last(filing, under_way);
        return;
    }
    answer(filing, under_way->message, MESSAGE_RESULT, &result);
    free(under_way);
}

/** A message, and a step: nobody waits for a long copy. */
static void turn(struct filing *filing)
{
    struct message *message = mailbox_take(filing->inbox);
    struct pollfd mail = {.fd = mailbox_descriptor(filing->inbox), .events = POLLIN};
    if (!message && !filing->first) {
        (void)poll(&mail, 1, -1);
        return;
    }
    atomic_fetch_add(&filing->pulse, 1);
    if (message)
        take(filing, message);
    atomic_fetch_add(&filing->pulse, 2);
    if (filing->first)
        step(filing);
    atomic_fetch_add(&filing->pulse, 1);
}

static void *run(void *context)
{
    struct filing *filing = context;
    life_count(&filing->pulse);
    while (!mailbox_is_closed(filing->inbox) || filing->first)
        turn(filing);
    return NULL;
}

int filing_start(const struct filing_work *work, struct mailbox *outbox, struct filing **ret_filing)
{
    struct filing *filing = calloc(1, sizeof(*filing));
    if (!filing)
        return -ENOMEM;
    *filing = (struct filing){.work = work, .outbox = outbox, .inbox = mailbox_new(MESSAGES_MAX)};
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
