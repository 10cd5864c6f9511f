/** The messages between the agent and a file process to bytes and back, each field checked. */
#include "protocol.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/config/config_wire.h"
#include "closedrop/files/identity_wire.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* ---- to bytes ---- */

static void add_state(struct str *out, const struct file_state *state)
{
    file_state_to_wire(out, state);
    wire_add_number(out, (int64_t)state->links);
    wire_add_number(out, state->mode);
    wire_add_number(out, state->uid);
    wire_add_number(out, state->gid);
}

static void add_sighting(struct str *out, const struct sighting *sighting)
{
    wire_add_text(out, sighting->path);
    add_state(out, &sighting->state);
    wire_add_number(out, sighting->moved_in);
    wire_add_number(out, sighting->judged);
    wire_add_text(out, sighting->error_code);
    wire_add_text(out, sighting->error_message);
    wire_add_text(out, sighting->note);
}

/** Its only sighting has a message, and no file. */
static void add_progress(struct str *out, const struct message *message)
{
    const struct settle_progress *progress = &message->progress;
    wire_add_number(out, progress->is_settling);
    wire_add_number(out, progress->is_written);
    wire_add_number(out, progress->wait);
    wire_add_number(out, progress->wants);
    wire_add_number(out, progress->unchanged_ms);
    wire_add_number(out, progress->next_ms);
    wire_add_text(out, message->count ? message->sightings[0].error_message : NULL);
}

static bool has_body(enum message_kind kind)
{
    return kind == MESSAGE_ASSIGN || kind == MESSAGE_PUT_AWAY || kind == MESSAGE_RESULT ||
           kind == MESSAGE_READ || kind == MESSAGE_BLOCK;
}

bool protocol_is_about_open_file(enum message_kind kind)
{
    return kind == MESSAGE_READ || kind == MESSAGE_BLOCK || kind == MESSAGE_CLOSE;
}

int protocol_add(struct str *out, int64_t number, const struct message *message)
{
    size_t begin = frame_begin(out);
    wire_add_number(out, message->kind);
    wire_add_number(out, number);
    wire_add_number(out, (int64_t)message->folder);
    wire_add_number(out, (int64_t)message->asked);
    wire_add_number(out, message->scan);
    wire_add_number(out, message->question);
    size_t count = message->kind == MESSAGE_PROGRESS ? 0 : message->count;
    wire_add_number(out, (int64_t)count);
    for (size_t i = 0; i < count; i++)
        add_sighting(out, &message->sightings[i]);
    if (message->kind == MESSAGE_HEALTH)
        folder_health_add(out, &message->health);
    if (message->kind == MESSAGE_PROGRESS)
        add_progress(out, message);
    if (has_body(message->kind))
        wire_add_bytes(out, message->body, message->body_length);
    return frame_end(out, begin);
}

int protocol_add_config(
    struct str *out, const struct briefing *briefing, const struct config *config)
{
    size_t begin = frame_begin(out);
    wire_add_number(out, MESSAGE_CONFIG);
    wire_add_number(out, briefing->number);
    wire_add_number(out, briefing->queue);
    wire_add_number(out, (int64_t)briefing->folder);
    wire_add_number(out, briefing->has_crashed);
    config_to_wire(out, config);
    return frame_end(out, begin);
}

/* ---- and back ---- */

static void read_state(struct wire *wire, struct file_state *state)
{
    file_state_from_wire(wire, state);
    state->links = (uint64_t)wire_number(wire);
    state->mode = (mode_t)wire_number_in(wire, 0, UINT32_MAX);
    state->uid = (uid_t)wire_number_in(wire, 0, UINT32_MAX);
    state->gid = (gid_t)wire_number_in(wire, 0, UINT32_MAX);
}

static void read_sighting(struct wire *wire, struct sighting *sighting)
{
    sighting->path = wire_whole_text(wire);
    read_state(wire, &sighting->state);
    sighting->moved_in = wire_number_in(wire, 0, 1);
    sighting->judged = wire_number_in(wire, 0, 1);
    CLEANUP(free_text) char *code = wire_text(wire);
    sighting->error_code = settle_code(code);
    sighting->error_message = wire_text(wire);
    sighting->note = wire_text(wire);
    bool is_refused = code != NULL;
    if (!sighting->path || !path_is_plain_relative(sighting->path) ||
        strlen(sighting->path) > PATH_LENGTH_MAX || is_refused != (sighting->error_code != NULL) ||
        is_refused != (sighting->error_message != NULL))
        wire->broken = true;
}

static void read_progress(struct wire *wire, struct message *message)
{
    struct settle_progress *progress = &message->progress;
    progress->is_settling = wire_number_in(wire, 0, 1);
    progress->is_written = wire_number_in(wire, 0, 1);
    progress->wait = (enum settle_wait)wire_number_in(wire, 0, SETTLE_WAITS - 1);
    progress->wants = (enum companion)wire_number_in(wire, 0, COMPANIONS - 1);
    progress->unchanged_ms = wire_number(wire);
    progress->next_ms = wire_number(wire);
    message->sightings[message->count++].error_message = wire_text(wire);
}

enum message_kind protocol_kind(struct wire *wire)
{
    return (enum message_kind)wire_number_in(wire, 0, MESSAGE_RESCAN);
}

struct config *protocol_read_config(struct wire *wire, struct briefing *ret_briefing)
{
    struct briefing briefing;
    briefing.number = wire_number(wire);
    briefing.queue = wire_number(wire);
    briefing.folder = (size_t)wire_number_in(wire, 0, INT_MAX);
    briefing.has_crashed = wire_number_in(wire, 0, 1);
    struct config *config = config_from_wire(wire, briefing.folder);
    if (config && wire_is_read(wire)) {
        *ret_briefing = briefing;
        return config;
    }
    config_release(config);
    return NULL;
}

int protocol_read(struct wire *wire, enum message_kind kind, int64_t number, struct config *config,
    size_t folder, struct message **ret_message)
{
    bool counts_always = protocol_is_about_open_file(kind);
    bool is_old = wire_number(wire) != number && !counts_always;
    if (is_old)
        return wire->broken ? -EPROTO : 0;
    bool is_about_it = (size_t)wire_number(wire) == folder || counts_always;
    size_t asked = (size_t)wire_number_in(wire, 0, SIGHTINGS_MAX);
    int64_t scan = wire_number(wire);
    int64_t question = wire_number(wire);
    size_t count = (size_t)wire_number_in(wire, 0, SIGHTINGS_MAX);
    if (wire->broken || !is_about_it)
        return -EPROTO;
    struct message *message = message_new(kind, config, folder, count + 1);
    if (!message)
        return -ENOMEM;
    message->asked = asked;
    message->scan = scan;
    message->question = question;
    while (message->count < count && !wire->broken)
        read_sighting(wire, &message->sightings[message->count++]);
    if (kind == MESSAGE_HEALTH)
        folder_health_read(wire, &message->health);
    if (kind == MESSAGE_PROGRESS && !count)
        read_progress(wire, message);
    if (has_body(kind))
        message->body = wire_copy_bytes(wire, &message->body_length);
    if (!wire_is_read(wire)) {
        message_free(message);
        return -EPROTO;
    }
    *ret_message = message;
    return 1;
}
