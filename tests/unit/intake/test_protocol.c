/* What the agent and a file process say to each other: read as it was written, and broken anywhere
 * else. */
#include "frame_bytes.h"
#include "intake/protocol.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NUMBER 7
#define FOLDER 1

static char path[] = "a/b.pdf", note[] = "a note", code[] = "cut_off", words[] = "looks cut off";
static struct config config = {.references = 1};

static struct sighting sighting = {.path = path,
    .state = {.identity = {.handle = {1, 2, 3}, .handle_length = 3, .size = 4711, .mtime_ns = -5},
        .ctime_ns = 99,
        .links = 2,
        .mode = 0100644,
        .uid = 65534,
        .gid = 7},
    .moved_in = true,
    .error_code = code,
    .error_message = words,
    .note = note};

static void add(enum message_kind kind, size_t folder)
{
    struct message message = {
        .kind = kind, .folder = folder, .sightings = &sighting, .count = 1, .asked = 3, .scan = 12};
    message.health = (struct folder_health){.healthy = true, .missed = -EIO, .device = UINT64_MAX};
    snprintf(message.health.message, sizeof(message.health.message), "degraded");
    assert_int_equal(protocol_add(&bytes, NUMBER, &message), 0);
}

/* As protocol_read(), with the kind. `cut` bytes are missing at the end. */
static int read_message(int64_t number, size_t cut, struct message **ret_message)
{
    struct wire wire;
    assert_int_equal(frame_find(bytes.bytes, bytes.length, &wire), bytes.length);
    wire.left -= cut;
    enum message_kind kind = protocol_kind(&wire);
    return protocol_read(&wire, kind, number, &config, FOLDER, ret_message);
}

static void a_sighting_is_read_as_it_was(void **state)
{
    (void)state;
    struct message *message = NULL;
    add(MESSAGE_SETTLED, FOLDER);
    assert_int_equal(read_message(NUMBER, 0, &message), 1);
    assert_int_equal(message->kind, MESSAGE_SETTLED);
    assert_int_equal(message->asked, 3);
    assert_int_equal(message->scan, 12);
    assert_int_equal(message->count, 1);
    const struct sighting *read = message->sightings;
    assert_string_equal(read->path, path);
    assert_true(file_state_equal(&read->state, &sighting.state));
    assert_int_equal(read->state.links, 2);
    assert_int_equal(read->state.mode, 0100644);
    assert_int_equal(read->state.uid, 65534);
    assert_true(read->moved_in && !read->judged);
    assert_string_equal(read->error_code, code);
    assert_ptr_not_equal(read->error_code, code);
    assert_string_equal(read->error_message, words);
    assert_string_equal(read->note, note);
    message_free(message);
}

static void how_far_a_file_has_settled_is_read_as_it_was(void **state)
{
    (void)state;
    struct message *message = NULL;
    struct sighting unreadable = {.error_message = words};
    const struct message answer = {.kind = MESSAGE_PROGRESS,
        .folder = FOLDER,
        .sightings = &unreadable,
        .count = 1,
        .question = 8,
        .progress = {.is_settling = true,
            .is_written = true,
            .wait = SETTLE_ACCESS,
            .wants = COMPANION_SIDECAR,
            .unchanged_ms = 77,
            .next_ms = INT64_MAX}};
    assert_int_equal(protocol_add(&bytes, NUMBER, &answer), 0);
    assert_int_equal(read_message(NUMBER, 0, &message), 1);
    assert_int_equal(message->question, 8);
    assert_true(message->progress.is_settling && message->progress.is_written);
    assert_int_equal(message->progress.wait, SETTLE_ACCESS);
    assert_int_equal(message->progress.wants, COMPANION_SIDECAR);
    assert_int_equal(message->progress.unchanged_ms, 77);
    assert_int_equal(message->progress.next_ms, INT64_MAX);
    assert_int_equal(message->count, 1);
    assert_string_equal(message->sightings[0].error_message, words);
    message_free(message);
}

static void the_health_of_a_folder_is_read_as_it_was(void **state)
{
    (void)state;
    struct message *message = NULL;
    add(MESSAGE_HEALTH, FOLDER);
    assert_int_equal(read_message(NUMBER, 0, &message), 1);
    assert_true(message->health.healthy);
    assert_int_equal(message->health.missed, -EIO);
    assert_true(message->health.device == UINT64_MAX);
    assert_string_equal(message->health.message, "degraded");
    message_free(message);
}

static void what_is_about_another_configuration_is_old(void **state)
{
    (void)state;
    struct message *message = NULL;
    add(MESSAGE_SEEN, FOLDER);
    assert_int_equal(read_message(NUMBER + 1, 0, &message), 0);
    assert_null(message);
}

static void one_that_is_cut_anywhere_is_broken(void **state)
{
    (void)state;
    struct message *message = NULL;
    add(MESSAGE_HEALTH, FOLDER);
    for (size_t cut = 1; cut <= bytes.length - sizeof(uint32_t); cut++)
        assert_true(read_message(NUMBER, cut, &message) < 0);
    assert_null(message);
}

static void another_folder_is_not_spoken_of(void **state)
{
    (void)state;
    struct message *message = NULL;
    add(MESSAGE_SEEN, FOLDER + 1);
    assert_int_equal(read_message(NUMBER, 0, &message), -EPROTO);
}

static void expect_refused(void)
{
    struct message *message = NULL;
    str_clear(&bytes);
    add(MESSAGE_SETTLED, FOLDER);
    assert_int_equal(read_message(NUMBER, 0, &message), -EPROTO);
}

static void a_path_stays_in_the_folder_and_a_code_is_known(void **state)
{
    (void)state;
    const struct sighting good = sighting;
    static char above[] = "../b.pdf", absolute[] = "/b.pdf", unknown[] = "whatever";
    sighting.path = above;
    expect_refused();
    sighting.path = absolute;
    expect_refused();
    sighting.path = NULL;
    expect_refused();
    sighting = good;
    sighting.error_code = unknown;
    expect_refused();
    sighting = good;
    sighting.error_message = NULL;
    expect_refused();
    sighting = good;
}

static void the_configuration_is_what_a_file_process_needs(void **state)
{
    (void)state;
    static char nothing[] = "", file[] = "/etc/c.conf", state_dir[] = "/nowhere/state",
                key[] = "/nowhere/key", scans[] = "scans", in[] = "/nowhere/in", share[] = "share",
                at[] = "/nowhere/share", marker[] = "{name}.done", pdf[] = "*.pdf",
                archive[] = "Uploaded", failed[] = "Failed", table[] = "/nowhere/t.csv",
                by[] = "by-table";
    char *none[] = {NULL}, *only[] = {pdf, NULL};
    struct rule rule = {.name = by, .table = table};
    struct rule *no_rules[] = {NULL}, *rules[] = {&rule, NULL};
    struct folder folders[2] = {{.name = scans,
                                    .path = in,
                                    .include = none,
                                    .exclude = none,
                                    .marker = nothing,
                                    .archive = archive,
                                    .failed = failed,
                                    .rules = no_rules},
        {.name = share,
            .path = at,
            .include = only,
            .exclude = none,
            .settle_ms = 1234,
            .marker = marker,
            .watch = WATCH_POLL,
            .after_upload = AFTER_KEEP,
            .archive = archive,
            .failed = failed,
            .sidecar = true,
            .rules = rules}};
    struct config whole = {.references = 1,
        .file = file,
        .state_dir = state_dir,
        .close = {.api_key_file = key, .ca_file = nothing},
        .folders = folders,
        .folder_count = 2,
        .rules = &rule,
        .rule_count = 1};
    const struct briefing briefing = {NUMBER, 4711, FOLDER, true};
    struct briefing read;
    struct wire wire;
    assert_int_equal(protocol_add_config(&bytes, &briefing, &whole), 0);
    assert_int_equal(frame_find(bytes.bytes, bytes.length, &wire), bytes.length);
    assert_int_equal(protocol_kind(&wire), MESSAGE_CONFIG);
    struct config *told = protocol_read_config(&wire, &read);
    assert_non_null(told);
    assert_true(read.number == NUMBER && read.queue == 4711 && read.has_crashed);
    assert_true(atomic_load(&told->folders[0].is_elsewhere));
    const struct folder *mine = &told->folders[read.folder];
    assert_false(atomic_load(&mine->is_elsewhere));
    assert_string_equal(mine->path, at);
    assert_string_equal(mine->include[0], pdf);
    assert_null(mine->include[1]);
    assert_int_equal(mine->settle_ms, 1234);
    assert_int_equal(mine->watch, WATCH_POLL);
    assert_int_equal(mine->after_upload, AFTER_KEEP);
    assert_true(mine->sidecar && mine->rules[0] && !told->folders[0].rules[0]);
    assert_string_equal(mine->rules[0]->name, by);
    config_release(told);
    for (size_t cut = 1; cut < bytes.length - sizeof(uint32_t); cut++) {
        assert_true(frame_find(bytes.bytes, bytes.length, &wire) > 0);
        wire.left -= cut;
        (void)protocol_kind(&wire);
        assert_null(protocol_read_config(&wire, &read));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_sighting_is_read_as_it_was, setup),
        cmocka_unit_test_setup(the_health_of_a_folder_is_read_as_it_was, setup),
        cmocka_unit_test_setup(how_far_a_file_has_settled_is_read_as_it_was, setup),
        cmocka_unit_test_setup(what_is_about_another_configuration_is_old, setup),
        cmocka_unit_test_setup(one_that_is_cut_anywhere_is_broken, setup),
        cmocka_unit_test_setup(another_folder_is_not_spoken_of, setup),
        cmocka_unit_test_setup(a_path_stays_in_the_folder_and_a_code_is_known, setup),
        cmocka_unit_test_setup(the_configuration_is_what_a_file_process_needs, setup),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
