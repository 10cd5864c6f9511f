/* A file's way from a scan to the work thread, step by step: the watch thread's files without the
 * thread, on a clock that the test sets. The test answers for the queue. */
#include "intake/end_marker.h"
#include "intake/folder_set.h"
#include "intake/hints.h"
#include "intake/inbox.h"
#include "intake/inspect.h"
#include "intake/report.h"
#include "intake/scanning.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/config/own_files.h"

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SETTLE_MS 5000
#define INCOMPLETE_MS 60000
#define HOUR_MS 3600000

/* ---- the clock ---- */

static int64_t ahead_ms; /* how far the clocks of the test are ahead of the machine's */

static int64_t read_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000 + ahead_ms;
}

static int64_t wall(void)
{
    return read_ms(CLOCK_REALTIME);
}

static int64_t steady(void)
{
    return read_ms(CLOCK_BOOTTIME);
}

static const struct clock_source test_clock = {wall, steady};

/* ---- the folder ---- */

static char top[SCRATCH_MAX];
static char name[] = "in", nothing[] = "", archive[] = "Uploaded", failed[] = "Failed";
static char file[] = "/nowhere/closedrop.conf", state_dir[] = "/nowhere/state";
static char by_name[] = "{name}.done", of_batch[] = "{dir}/READY";
static char *none[] = {NULL};
static struct rule *no_rules[] = {NULL};
static struct folder folder;
static struct config config;
static struct watch watch;
static struct watched *in;
static struct message *last_settled;

static int begin(void **state)
{
    (void)state;
    if (scratch_make(top) < 0 || chdir(top) < 0)
        return -1;
    ahead_ms = 0;
    clock_source = &test_clock;
    folder = (struct folder){.name = name,
        .path = top,
        .recursive = true,
        .include = none,
        .exclude = none,
        .min_size = 1,
        .max_size = 1000,
        .settle_ms = SETTLE_MS,
        .incomplete_ms = INCOMPLETE_MS,
        .marker = nothing,
        .watch = WATCH_POLL,
        .poll_ms = HOUR_MS,
        .rescan_ms = HOUR_MS,
        .archive = archive,
        .failed = failed,
        .rules = no_rules};
    config = (struct config){.references = 1,
        .file = file,
        .state_dir = state_dir,
        .close = {.api_key_file = nothing, .ca_file = nothing},
        .folders = &folder,
        .folder_count = 1};
    watch = (struct watch){
        .queue = 1, .inbox = mailbox_new(16), .outbox = mailbox_new(16), .events = -ENOSYS};
    if (own_files_make(&config) < 0 || folder_set_enter(&watch, &config) < 0)
        return -1;
    in = watch.folders;
    return 0;
}

static int end(void **state)
{
    (void)state;
    message_free(last_settled);
    last_settled = NULL;
    folder_set_leave_all(&watch);
    mailbox_free(watch.inbox);
    mailbox_free(watch.outbox);
    own_files_free(config.own_files);
    return chdir("/") < 0 ? -1 : scratch_remove(top);
}

static void put(const char *path, const char *text)
{
    FILE *stream = fopen(path, "we");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

/* ---- the thread's turns, and the queue ---- */

static void scan(void)
{
    do
        scanning_continue(in);
    while (in->schedule.scan);
}

/* The message of this kind that is sent now, to be freed; NULL: none. All others are dropped. */
static struct message *take(enum message_kind kind)
{
    struct message *message, *found = NULL;
    report_send(&watch);
    while ((message = mailbox_take(watch.outbox)) != NULL) {
        bool is_wanted = message->kind == kind;
        message_free(is_wanted ? found : message);
        found = is_wanted ? message : found;
    }
    return found;
}

/* The queue knows none of the files that were seen. Returns how many that were. */
static size_t answer_unknown(void)
{
    struct message *seen = take(MESSAGE_SEEN);
    size_t count = seen ? seen->count : 0;
    if (!seen)
        return 0;
    seen->kind = MESSAGE_UNKNOWN;
    seen->asked = count;
    assert_true(mailbox_post(watch.inbox, seen, false));
    inbox_take(&watch);
    return count;
}

static void pass(int64_t ms)
{
    ahead_ms += ms;
    inspect_due(&watch);
}

/* The one file that has settled, or was refused; fails if there is none. */
static const struct sighting *settled(void)
{
    message_free(last_settled);
    last_settled = take(MESSAGE_SETTLED);
    assert_non_null(last_settled);
    assert_int_equal(last_settled->count, 1);
    return last_settled->sightings;
}

static void assert_nothing_settled(void)
{
    assert_null(take(MESSAGE_SETTLED));
}

static void find(const char *path, const char *text)
{
    put(path, text);
    folder_request_scan(in);
    scan();
    assert_int_equal(answer_unknown(), 1);
}

/* ---- tests ---- */

static void a_file_settles_once_it_was_quiet(void **state)
{
    (void)state;
    find("a.txt", "hello");
    pass(0);
    assert_nothing_settled();
    pass(SETTLE_MS - 1000);
    assert_nothing_settled();
    pass(1001);
    const struct sighting *sighting = settled();
    assert_string_equal(sighting->path, "a.txt");
    assert_null(sighting->error_code);
    assert_int_equal(sighting->state.identity.size, 5);
    assert_int_equal(candidates_count(watch.candidates), 0);
    pass(HOUR_MS);
    assert_nothing_settled();
}

static void a_file_that_grows_waits_again(void **state)
{
    (void)state;
    find("a.txt", "hello");
    pass(SETTLE_MS - 1000);
    put("a.txt", "hello world");
    pass(1001);
    assert_nothing_settled();
    pass(SETTLE_MS - 1000);
    assert_nothing_settled();
    pass(1001);
    assert_int_equal(settled()->state.identity.size, 11);
}

static void a_file_that_was_moved_in_settles_at_once(void **state)
{
    (void)state;
    put("a.txt", "hello");
    scan();
    struct message *seen = take(MESSAGE_SEEN);
    message_free(seen);
    hint_take(in, "a.txt", HINT_MOVED_IN);
    assert_int_equal(answer_unknown(), 1);
    pass(2000); /* where leases are impossible it must not be young */
    assert_string_equal(settled()->path, "a.txt");
}

static void what_was_moved_in_is_read_when_it_is_inspected(void **state)
{
    (void)state;
    put("a.txt", "hello");
    scan();
    message_free(take(MESSAGE_SEEN));
    hint_take(in, "a.txt", HINT_MOVED_IN);
    report_send(&watch);
    put("a.txt", "hello again");
    assert_int_equal(answer_unknown(), 1);
    const struct candidate *candidate = candidates_first(watch.candidates);
    assert_int_equal(candidate->state.identity.size, 5); /* as it was seen */
    pass(2000);
    assert_int_equal(settled()->state.identity.size, 11);
}

/* where events tell, nothing is inspected before it can have settled */
static void with_events_a_written_file_is_not_inspected_before_it_was_quiet(void **state)
{
    (void)state;
    find("a.txt", "hello");
    in->coverage.polls = false;
    hint_take(in, "a.txt", HINT_WRITTEN);
    const struct candidate *candidate = candidates_first(watch.candidates);
    assert_true(candidate->due_ms >= clock_steady_ms() + SETTLE_MS - 1000);
    hint_take(in, "a.txt", HINT_MOVED_IN);
    assert_true(candidate->due_ms <= clock_steady_ms());
}

static void what_is_no_file_any_more_is_forgotten(void **state)
{
    (void)state;
    find("a.txt", "hello");
    unlink("a.txt");
    assert_int_equal(mkdir("a.txt", 0700), 0);
    pass(SETTLE_MS + 1);
    assert_nothing_settled();
    assert_int_equal(candidates_count(watch.candidates), 0);
}

static void a_file_that_disappears_is_forgotten(void **state)
{
    (void)state;
    find("a.txt", "hello");
    unlink("a.txt");
    pass(2 * SETTLE_MS);
    assert_nothing_settled();
    assert_int_equal(candidates_count(watch.candidates), 0);
}

static void a_file_that_is_written_does_not_settle(void **state)
{
    (void)state;
    find("a.txt", "hello");
    int fd = open("a.txt", O_WRONLY | O_CLOEXEC);
    for (int i = 0; i < 10; i++)
        pass(SETTLE_MS);
    assert_nothing_settled();
    close(fd);
    pass(SETTLE_MS);
    pass(SETTLE_MS);
    assert_string_equal(settled()->path, "a.txt");
}

/* at the border of what is read of it at once, and behind it */
static void a_pdf_settles_once_its_end_is_there(void **state)
{
    (void)state;
    static const char end[] = "\nstartxref\n0\n%%EOF\n";
    static const size_t sizes[] = {100, 16383, 16384, 16385, 20000, 40000};
    static char text[40001];
    folder.max_size = sizeof(text);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        memset(text, ' ', sizes[i]);
        memcpy(text, "%PDF-1.4\n", 9);
        text[sizes[i]] = '\0';
        find("a.pdf", text);
        pass(SETTLE_MS);
        assert_nothing_settled();
        memcpy(text + sizes[i] - strlen(end), end, strlen(end));
        put("a.pdf", text);
        pass(SETTLE_MS);
        pass(SETTLE_MS);
        assert_int_equal(settled()->state.identity.size, sizes[i]);
        unlink("a.pdf");
    }
}

static void an_empty_file_is_refused_when_it_has_had_its_time(void **state)
{
    (void)state;
    find("a.txt", "");
    pass(SETTLE_MS);
    pass(INCOMPLETE_MS - SETTLE_MS - 1000);
    assert_nothing_settled();
    assert_int_equal(in->health.waiting[SETTLE_GROWTH], 1);
    pass(1001);
    assert_string_equal(settled()->error_code, "empty");
}

static void a_file_that_is_too_large_is_refused(void **state)
{
    (void)state;
    folder.max_size = 4;
    find("a.txt", "hello");
    pass(SETTLE_MS + 1);
    assert_string_equal(settled()->error_code, "too_large");
}

static void a_file_waits_for_its_marker(void **state)
{
    (void)state;
    folder.marker = by_name;
    find("a.txt", "hello");
    pass(HOUR_MS);
    assert_nothing_settled();
    assert_int_equal(in->health.waiting[SETTLE_MARKER], 1);
    put("a.txt.done", "");
    hint_take(in, "a.txt.done", HINT_WRITTEN);
    pass(0);
    assert_string_equal(settled()->path, "a.txt");
}

static void what_has_settled_tells_of_the_document_it_replaced(void **state)
{
    (void)state;
    find("a.txt", "the first");
    pass(1000);
    unlink("a.txt");
    put("a.txt", "another");
    pass(SETTLE_MS + 1);
    pass(SETTLE_MS + 1);
    const char *note = settled()->note;
    assert_non_null(note);
    assert_non_null(strstr(note, "9 bytes"));
}

static void a_deleted_document_is_remembered_for_as_long_as_it_would_have_settled(void **state)
{
    (void)state;
    find("a.txt", "hello");
    pass(1000);
    struct candidate *candidate = candidates_find(watch.candidates, 0, "a.txt");
    assert_non_null(candidate);
    unlink("a.txt");
    hint_deleted(in, candidate);
    pass(SETTLE_MS - 1000);
    assert_int_equal(candidates_count(watch.candidates), 1);
    pass(1001);
    assert_int_equal(candidates_count(watch.candidates), 0);
    assert_nothing_settled();
}

static void what_is_not_ours_to_tell_waits(void **state)
{
    (void)state;
    find("a.txt", "hello");
    assert_int_equal(unlink(".closedrop/owner"), 0);
    pass(SETTLE_MS + 1);
    assert_nothing_settled();
    scanning_continue(in); /* claims it again */
    pass(1);
    assert_string_equal(settled()->path, "a.txt");
}

static void a_file_that_is_dragged_back_settles_again(void **state)
{
    (void)state;
    struct message *message = message_new(MESSAGE_RESETTLE, &config, 0, 1);
    put("a.txt", "hello");
    scan();
    message_free(take(MESSAGE_SEEN));
    message->sightings[0].path = strdup("a.txt");
    message->count = 1;
    assert_true(mailbox_post(watch.inbox, message, false));
    inbox_take(&watch);
    assert_int_equal(answer_unknown(), 1);
}

static void the_health_says_which_scan_has_ended(void **state)
{
    (void)state;
    struct message *message = message_new(MESSAGE_SCAN, &config, 0, 0), *health;
    put("a.txt", "hello");
    message->scan = 7;
    assert_true(mailbox_post(watch.inbox, message, false));
    inbox_take(&watch);
    scan();
    health = take(MESSAGE_HEALTH);
    assert_non_null(health);
    assert_true(health->health.healthy && health->health.scanned);
    assert_int_equal(health->health.scanned_for, 7);
    assert_int_equal(health->health.complete_scans, 1);
    message_free(health);
    assert_null(take(MESSAGE_HEALTH)); /* not twice */
}

static void messages_of_an_earlier_configuration_are_dropped(void **state)
{
    (void)state;
    struct config earlier = {.references = 1};
    struct message *message = message_new(MESSAGE_SCAN, &earlier, 0, 0);
    message->scan = 7;
    assert_true(mailbox_post(watch.inbox, message, false));
    inbox_take(&watch);
    assert_int_equal(in->schedule.asked, 0);
}

static char other_name[] = "other", new_name[] = "new", other_path[] = "/nowhere/other";

/* Watch the folders of this configuration from now on; `in` is the last of them. */
static void reload(struct config *new)
{
    assert_true(mailbox_post(watch.inbox, message_new(MESSAGE_CONFIG, new, 0, 0), false));
    inbox_take(&watch);
    folder_set_leave_unused(&watch);
    assert_ptr_equal(watch.config, new);
    in = &watch.folders[new->folder_count - 1];
}

static void a_folder_that_stays_over_a_reload_is_not_given_up(void **state)
{
    (void)state;
    static struct folder both[2];
    static struct config new;
    both[0] = both[1] = folder;
    both[0].name = other_name;
    both[0].path = other_path;
    both[1].name = new_name; /* it was renamed, too */
    new = config;
    new.references = 1;
    new.folders = both;
    new.folder_count = COUNT(both);
    assert_int_equal(own_files_make(&new), 0);
    find("a.txt", "hello");
    int owner = in->claim.ownership.file;
    assert_true(owner >= 0 && in->claim.is_ours);
    reload(&new);
    assert_int_equal(in->claim.ownership.file, owner);
    assert_int_equal(candidates_count(watch.candidates), 0);
    assert_int_equal(access(".closedrop/owner", F_OK), 0);
    scan();
    assert_int_equal(in->claim.ownership.file, owner);
    assert_int_equal(answer_unknown(), 1); /* everything is seen again */
    reload(&config);
    assert_int_equal(in->claim.ownership.file, owner);
    own_files_free(new.own_files);
}

/* The same configuration in memory of its own, which goes with its last reference. */
static struct config *copy_config(void)
{
    struct config *copy = calloc(1, sizeof(*copy));
    assert_non_null(copy);
    copy->references = 1;
    copy->file = strdup(file);
    copy->state_dir = strdup(state_dir);
    copy->folders = calloc(1, sizeof(*copy->folders));
    copy->folder_count = 1;
    copy->folders[0] = folder;
    copy->folders[0].name = strdup(name);
    copy->folders[0].path = strdup(top);
    copy->folders[0].include = calloc(1, sizeof(char *));
    copy->folders[0].exclude = calloc(1, sizeof(char *));
    copy->folders[0].marker = strdup(nothing);
    copy->folders[0].archive = strdup(archive);
    copy->folders[0].failed = strdup(failed);
    copy->folders[0].rules = calloc(1, sizeof(struct rule *));
    assert_int_equal(own_files_make(copy), 0);
    return copy;
}

static void a_folder_that_a_reload_took_out_is_given_up_when_no_job_uses_it(void **state)
{
    (void)state;
    static struct config without;
    struct config *copy = copy_config();
    without.references = 1;
    put("a.txt", "hello");
    reload(copy);
    scan();
    message_free(take(MESSAGE_SEEN));
    assert_true(in->claim.is_ours);
    assert_true(mailbox_post(watch.inbox, message_new(MESSAGE_CONFIG, &without, 0, 0), false));
    inbox_take(&watch);
    folder_set_leave_unused(&watch);
    assert_int_equal(access(".closedrop/owner", F_OK), 0);
    config_release(copy); /* the last job has ended */
    folder_set_leave_unused(&watch);
    assert_int_equal(access(".closedrop/owner", F_OK), -1);
    reload(&config);
}

static void an_end_marker_is_told_once_it_is_quiet_and_covers_nothing_more(void **state)
{
    (void)state;
    folder.marker = of_batch;
    folder.after_upload = AFTER_DELETE;
    find("a.txt", "hello");
    put("READY", "");
    hint_take(in, "READY", HINT_WRITTEN);
    int fd = open("a.txt", O_WRONLY | O_CLOEXEC);
    pass(SETTLE_MS);
    pass(SETTLE_MS);
    assert_null(take(MESSAGE_SPENT));
    close(fd);
    pass(SETTLE_MS);
    pass(SETTLE_MS);
    struct message *settled_files = take(MESSAGE_SETTLED);
    assert_non_null(settled_files);
    message_free(settled_files);
    unlink("a.txt");
    end_marker_note_left(in, "a.txt");
    pass(0);
    assert_null(take(MESSAGE_SPENT));
    pass(SETTLE_MS);
    pass(SETTLE_MS);
    struct message *spent = take(MESSAGE_SPENT);
    assert_non_null(spent);
    assert_string_equal(spent->sightings[0].path, "READY");
    message_free(spent);
}

static void a_folder_that_is_gone_says_so_and_reports_nothing(void **state)
{
    (void)state;
    char elsewhere[SCRATCH_MAX + 4];
    find("a.txt", "hello");
    snprintf(elsewhere, sizeof(elsewhere), "%s.x", top);
    assert_int_equal(rename(top, elsewhere), 0);
    folder_request_check(in);
    scan();
    pass(SETTLE_MS + 1);
    struct message *health = take(MESSAGE_HEALTH);
    assert_non_null(health);
    assert_false(health->health.healthy);
    assert_string_not_equal(health->health.message, "");
    message_free(health);
    assert_int_equal(rename(elsewhere, top), 0);
    folder_request_check(in);
    scan();
    scan();
    health = take(MESSAGE_HEALTH);
    assert_true(health && health->health.healthy);
    message_free(health);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_settles_once_it_was_quiet),
        TEST(a_file_that_grows_waits_again),
        TEST(a_file_that_was_moved_in_settles_at_once),
        TEST(what_was_moved_in_is_read_when_it_is_inspected),
        TEST(with_events_a_written_file_is_not_inspected_before_it_was_quiet),
        TEST(what_is_no_file_any_more_is_forgotten),
        TEST(a_file_that_disappears_is_forgotten),
        TEST(a_file_that_is_written_does_not_settle),
        TEST(a_pdf_settles_once_its_end_is_there),
        TEST(an_empty_file_is_refused_when_it_has_had_its_time),
        TEST(a_file_that_is_too_large_is_refused),
        TEST(a_file_waits_for_its_marker),
        TEST(what_has_settled_tells_of_the_document_it_replaced),
        TEST(a_deleted_document_is_remembered_for_as_long_as_it_would_have_settled),
        TEST(what_is_not_ours_to_tell_waits),
        TEST(a_file_that_is_dragged_back_settles_again),
        TEST(the_health_says_which_scan_has_ended),
        TEST(messages_of_an_earlier_configuration_are_dropped),
        TEST(a_folder_that_stays_over_a_reload_is_not_given_up),
        TEST(a_folder_that_a_reload_took_out_is_given_up_when_no_job_uses_it),
        TEST(an_end_marker_is_told_once_it_is_quiet_and_covers_nothing_more),
        TEST(a_folder_that_is_gone_says_so_and_reports_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
