/** A store that is not ours, not sound, or set aside. */
#include "store_fixture.h"

#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/checksum.h"
#include "closedrop/queue/effects.h"
#include "closedrop/queue/filed_memory.h"
#include "closedrop/queue/reading.h"
#include "queue/store_end.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

/* ---- strange files ---- */

static void write_at(const struct place *place, off_t offset, const void *bytes, size_t length)
{
    int fd = open(place->database, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, length, offset), length);
    close(fd);
}

/** Read all of it at the next start: what is written here may have the time of what was before. */
static void doubt(const struct place *place)
{
    end_note_doubt(place->database);
}

static void damage_all_pages_but_the_first(const struct place *place)
{
    char junk[4096];
    memset(junk, 0x5A, sizeof(junk));
    for (off_t page = 1; page < 4; page++)
        write_at(place, page * 4096, junk, sizeof(junk));
}

static void damage_the_head(const struct place *place)
{
    write_at(place, 0, "this is no database, is it?", 27);
}

static void cut_it(const struct place *place)
{
    assert_int_equal(truncate(place->database, 5000), 0);
}

static void make_it_newer(const struct place *place)
{
    write_at(place, 60, "\0\0\0\x63", 4); /* user_version */
}

static void make_it_of_another_program(const struct place *place)
{
    write_at(place, 68, "oops", 4); /* application_id */
}

static void make_it_of_nobody(const struct place *place)
{
    write_at(place, 68, "\0\0\0\0", 4);
}

static const struct {
    const char *name;
    void (*change)(const struct place *place);
    int problem;
} strange[] = {
    {"no database", damage_the_head, STORE_DAMAGED},
    {"damaged pages", damage_all_pages_but_the_first, STORE_DAMAGED},
    {"cut", cut_it, STORE_DAMAGED},
    {"newer", make_it_newer, STORE_NEWER},
    {"another program's", make_it_of_another_program, STORE_NEWER},
    {"foreign", make_it_of_nobody, STORE_NEWER},
};

static void empty_place(const struct place *place)
{
    char command[100];
    snprintf(command, sizeof(command), "rm -rf %s/deep", place->top);
    assert_int_equal(system(command), 0);
}

static void refuses_strange_files(void **state)
{
    for (size_t i = 0; i < COUNT(strange); i++) {
        struct queue *queue = NULL;
        empty_place(*state);
        make_database(*state);
        strange[i].change(*state);
        doubt(*state);
        int problem = try_open(*state, true, &queue);
        if (problem != strange[i].problem)
            fail_msg("%s: %d, not %d", strange[i].name, problem, strange[i].problem);
        assert_null(queue);
    }
}

/* it reads only what it is asked for; but it finds the damage if it is to look for it */
static void a_command_opens_it_at_once_and_checks_it_on_request(void **state)
{
    for (size_t i = 0; i < COUNT(strange); i++) {
        struct queue *queue = NULL;
        struct str why = STR_INIT(4096);
        empty_place(*state);
        make_database(*state);
        strange[i].change(*state);
        int problem = try_open(*state, false, &queue);
        if (problem != (queue ? 0 : strange[i].problem))
            fail_msg("%s: %d, not %d", strange[i].name, problem, strange[i].problem);
        if (queue && queue_check(queue, &why) != -EIO)
            fail_msg("%s: not found", strange[i].name);
        assert_true(!queue || strstr(str_text(&why), "it is damaged"));
        queue_close(queue);
        str_release(&why);
    }
    struct queue *sound = NULL;
    struct str why = STR_INIT(4096);
    empty_place(*state);
    make_database(*state);
    assert_int_equal(try_open(*state, false, &sound), 0);
    assert_int_equal(queue_check(sound, &why), 0);
    queue_close(sound);
}

/* ---- a byte that changed on the disk ---- */

#define FLIPS 200

#define FLIP_JOBS 40

/** A sound queue of jobs in all states; what each says. */
static void make_full_database(const struct place *place, int64_t sums[FLIP_JOBS])
{
    struct queue *queue = open_at(place);
    begin(queue);
    for (int i = 0; i < FLIP_JOBS; i++) {
        char path[40];
        snprintf(path, sizeof(path), "in/document %d.pdf", i);
        int64_t id = add(queue, path, file(1000 + i));
        struct job *job = load(queue, id);
        fill(job);
        job->state = i % JOB_STATES;
        queue_put(queue, job);
        sums[i] = checksum_job(job);
        job_free(job);
    }
    commit(queue);
    queue_close(queue);
}

/** Whether each job is there and unchanged; a read that fails is acceptable. */
static bool tells_the_truth(struct queue *queue, const int64_t sums[FLIP_JOBS])
{
    bool is_true = true;
    queue_begin(queue);
    for (int i = 0; i < FLIP_JOBS; i++) {
        struct identity identity = file(1000 + i);
        struct job *by_id = queue_load(queue, i + 1);
        struct job *found = queue_find(queue, "scans", &identity, NULL);
        is_true &= by_id && checksum_job(by_id) == sums[i];
        is_true &= found && checksum_job(found) == sums[i];
        job_free(by_id);
        job_free(found);
    }
    return queue_commit(queue) < 0 || is_true;
}

/** The bytes of a sound queue, and one of them changed. */
struct flip {
    unsigned char sound[400000];
    ssize_t size;
    off_t at;
    unsigned char flipped;
};

static void read_sound(const struct place *place, struct flip *flip)
{
    int fd = open(place->database, O_RDONLY | O_CLOEXEC);
    flip->size = read(fd, flip->sound, sizeof(flip->sound));
    close(fd);
    assert_true(flip->size > 0 && (size_t)flip->size < sizeof(flip->sound));
}

static void choose_byte(struct flip *flip)
{
    flip->at = rand() % flip->size;
    flip->flipped = flip->sound[flip->at] ^ (1U << (rand() % 8));
}

static void write_flipped(const struct place *place, const struct flip *flip)
{
    write_at(place, 0, flip->sound, (size_t)flip->size);
    write_at(place, flip->at, &flip->flipped, 1);
}

static void never_believes_a_byte_that_changed(void **state)
{
    const struct place *place = *state;
    static struct flip flip;
    int64_t sums[FLIP_JOBS];
    int refused = 0;
    make_full_database(place, sums);
    read_sound(place, &flip);
    srand(4);
    for (int i = 0; i < FLIPS; i++) {
        struct queue *queue = NULL;
        choose_byte(&flip);
        write_flipped(place, &flip);
        doubt(place);
        int problem = try_open(place, true, &queue);
        refused += problem != 0;
        if (problem == 0 && !tells_the_truth(queue, sums))
            fail_msg("byte %lld, made %#x, was believed", (long long)flip.at, flip.flipped);
        queue_close(queue);
    }
    assert_true(refused > 0);
    print_message(
        "%d of %d changed bytes were noticed, the others harmed nothing\n", refused, FLIPS);
}

/* ---- a byte that changed unnoticed: the next start reads nothing but what it needs ---- */

/** Whether each file that it knows is known, and none is queued again; or reading fails. */
static bool knows_its_files(struct queue *queue)
{
    for (int i = 0; i < FLIP_JOBS; i++) {
        char path[40];
        snprintf(path, sizeof(path), "in/document %d.pdf", i);
        queue_begin(queue);
        int64_t id = add(queue, path, file(1000 + i));
        if (queue_commit(queue) < 0)
            return true;
        if (id)
            return false;
    }
    return true;
}

/** Tend it until all of it was read, or damage was found. */
static bool is_found_sound(struct queue *queue)
{
    int result = 0;
    do {
        now += 8LL * 24 * 3600 * 1000;
        queue_begin(queue);
        queue_tend(queue);
        result = queue_commit(queue);
    } while (result == 0 && queue_number(queue, "verified") != 0);
    return result == 0;
}

/** What a start that reads everything says. */
static bool is_damaged(const struct place *place)
{
    struct queue *queue = NULL;
    doubt(place);
    int problem = try_open(place, true, &queue);
    queue_close(queue);
    return problem != 0;
}

static void finds_a_byte_that_changed_late(void **state)
{
    const struct place *place = *state;
    static struct flip flip;
    int64_t sums[FLIP_JOBS];
    int late = 0, at_once = 0;
    make_full_database(place, sums);
    read_sound(place, &flip);
    srand(5);
    for (int i = 0; i < FLIPS; i++) {
        struct queue *queue = NULL;
        choose_byte(&flip);
        write_flipped(place, &flip);
        bool damaged = is_damaged(place);
        write_flipped(place, &flip);
        end_note_closed(place->database); /* nobody saw it */
        if (try_open(place, true, &queue) == 0) {
            if (!knows_its_files(queue) || !tells_the_truth(queue, sums))
                fail_msg("byte %lld, made %#x, was believed", (long long)flip.at, flip.flipped);
            bool found = !is_found_sound(queue);
            late += found;
            queue_close(queue);
            queue = NULL;
            if (found)
                assert_int_equal(try_open(place, true, &queue), STORE_DAMAGED);
        } else {
            late++;
        }
        at_once += damaged;
    }
    print_message("%d changed bytes were noticed at once, %d late\n", at_once, late);
    assert_true(late > at_once / 2);
}

/* ---- what was posted ---- */

/** What an earlier one has left must not be read into the next. */
static void remove_log(const struct place *place)
{
    char log[sizeof(place->database) + 8];
    snprintf(log, sizeof(log), "%s-wal", place->database);
    (void)unlink(log);
}

#define POSTINGS 40
#define POSTING_CELLS 300 /* the last bytes of the page with the index */

static void count_token(void *context, const char *token, const char *lead_id,
    enum activity_kind activity, int64_t at_ms)
{
    (void)lead_id, (void)activity, (void)at_ms;
    *(int *)context += strcmp(token, "T") == 0;
}

static int count_postings(struct queue *queue, int64_t id)
{
    int count = 0;
    queue_postings(queue, id, count_token, &count);
    return count;
}

static void make_postings(const struct place *place)
{
    struct queue *queue = open_at(place);
    begin(queue);
    for (int i = 0; i < POSTINGS; i++) {
        struct job *job = load(queue, add(queue, "a.pdf", file(i)));
        assert_int_equal(str_assign(&job->token, "T") | str_assign(&job->lead_id, "lead_a"), 0);
        job->state = JOB_UPLOADED;
        queue_intend(queue, &job, 1, now);
        assert_int_equal(count_postings(queue, job->id), 1);
        job_free(job);
    }
    commit(queue);
    queue_close(queue);
}

static off_t end_of_index(const struct place *place, const char *name)
{
    sqlite3 *database;
    sqlite3_stmt *page;
    assert_int_equal(sqlite3_open(place->database, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database,
                         "SELECT rootpage FROM sqlite_schema WHERE name = ?1", -1, &page, NULL),
        SQLITE_OK);
    sqlite3_bind_text(page, 1, name, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(page), SQLITE_ROW);
    off_t end = (off_t)sqlite3_column_int64(page, 0) * 4096;
    sqlite3_finalize(page);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    return end;
}

/* a token that is not searched for at Close is posted again */
static void never_believes_that_something_was_not_posted(void **state)
{
    const struct place *place = *state;
    static struct flip flip;
    make_postings(place);
    off_t end = end_of_index(place, "posting_by_job");
    read_sound(place, &flip);
    for (int i = 1; i < POSTING_CELLS; i += 2) {
        struct queue *queue = NULL;
        flip.at = end - i;
        flip.flipped = flip.sound[flip.at] ^ (1U << (i % 7));
        remove_log(place);
        write_flipped(place, &flip);
        end_note_closed(place->database);
        assert_int_equal(try_open(place, true, &queue), 0);
        for (int id = 1; id <= POSTINGS; id++) {
            queue_begin(queue);
            int count = count_postings(queue, id);
            if (queue_commit(queue) < 0)
                break;
            if (count != 1)
                fail_msg("the %d. byte from the end: %d of job %d", i, count, id);
        }
        queue_close(queue);
    }
}

/* ---- what was filed ---- */

#define FILINGS 40
/** Of its row: the types, and then its digest, "email", and the lead. */
#define FILING_TYPES 8
#define FILING_KEY (FILING_TYPES + 32 + 5 + 6)
/** Of all these bytes, one in so many. */
#define FLIP_EACH 7

/** Each document is on four leads. */
static void print_filed(int number, char hex[DIGEST_SHA256_HEX], char lead[10])
{
    int document = number / 4;
    snprintf(hex, DIGEST_SHA256_HEX, "%02x%062d", 1 + document * 24, document);
    snprintf(lead, 10, "lead_%d", number % 10);
}

static void count_one(void *context, const struct filing *filing)
{
    (void)filing;
    ++*(int *)context;
}

static int count_filings(struct queue *queue, int number)
{
    char hex[DIGEST_SHA256_HEX], lead[10];
    int count = 0;
    print_filed(number, hex, lead);
    queue_filings(queue, hex, ACTIVITY_EMAIL, lead, count_one, &count);
    return count;
}

static void make_filings(const struct place *place)
{
    struct queue *queue = open_at(place);
    begin(queue);
    for (int i = 0; i < FILINGS; i++) {
        char hex[DIGEST_SHA256_HEX], lead[10];
        print_filed(i, hex, lead);
        const struct filing filing = {.lead_id = lead, .rule = "r", .job = i + 1, .at_ms = now};
        queue_remember(queue, hex, ACTIVITY_EMAIL, &filing);
    }
    for (int i = 0; i < FILINGS; i++)
        assert_int_equal(count_filings(queue, i), 1);
    assert_int_equal(count_filings(queue, FILINGS + 1), 0);
    commit(queue);
    queue_close(queue);
}

static off_t find_filing(const struct flip *flip, int number)
{
    char hex[DIGEST_SHA256_HEX], lead[10];
    uint8_t key[DIGEST_SHA256_SIZE + 5 + 6];
    print_filed(number, hex, lead);
    assert_true(digest_from_hex(hex, key, DIGEST_SHA256_SIZE));
    memcpy(key + DIGEST_SHA256_SIZE, "email", 5);
    memcpy(key + DIGEST_SHA256_SIZE + 5, lead, 6);
    const unsigned char *row = memmem(flip->sound, (size_t)flip->size, key, sizeof(key));
    assert_non_null(row);
    return row - FILING_TYPES - flip->sound;
}

/** Whether the filing is known, or reading fails. */
static bool knows_filing(const struct place *place, const struct flip *flip, int number)
{
    struct queue *queue = NULL;
    remove_log(place);
    write_flipped(place, flip);
    end_note_closed(place->database);
    assert_int_equal(try_open(place, true, &queue), 0);
    queue_begin(queue);
    int count = count_filings(queue, number);
    bool is_known = queue_commit(queue) < 0 || count == 1;
    queue_close(queue);
    return is_known;
}

/* it would be filed again */
static void never_believes_that_something_was_not_filed(void **state)
{
    const struct place *place = *state;
    static struct flip flip;
    make_filings(place);
    read_sound(place, &flip);
    for (int i = 0; i < FILINGS * FILING_KEY; i += FLIP_EACH) {
        flip.at = find_filing(&flip, i / FILING_KEY) + i % FILING_KEY;
        flip.flipped = flip.sound[flip.at] ^ (1U << (i % 8));
        if (!knows_filing(place, &flip, i / FILING_KEY))
            fail_msg("byte %d of filing %d was believed", i % FILING_KEY, i / FILING_KEY);
    }
}

/* what has become a NULL is neither less nor more than what is searched for */
static void never_believes_a_null_in_what_was_filed(void **state)
{
    const struct place *place = *state;
    static struct flip flip;
    make_filings(place);
    read_sound(place, &flip);
    for (int number = 0; number < FILINGS; number++)
        for (int column = 1; column <= 3; column++) {
            flip.at = find_filing(&flip, number) + column;
            flip.flipped = 0;
            if (!knows_filing(place, &flip, number))
                fail_msg("a NULL in column %d of filing %d was believed", column, number);
        }
}

/* the same again, and jobs of which no row is left: nothing of that is damage */
static void believes_a_document_that_was_filed_again(void **state)
{
    struct queue *queue = open_at(*state);
    char hex[DIGEST_SHA256_HEX], lead[10];
    print_filed(0, hex, lead);
    begin(queue);
    for (int64_t job = -11; job <= 11; job += 2) {
        const struct filing filing = {.lead_id = lead, .rule = "", .job = job, .at_ms = now};
        queue_remember(queue, hex, ACTIVITY_EMAIL, &filing);
    }
    for (enum activity_kind kind = ACTIVITY_NONE + 1; kind < ACTIVITY_KINDS; kind++) {
        int before = 0, behind = 0;
        queue_filings(queue, hex, kind, "lead_", count_one, &before);
        queue_filings(queue, hex, kind, "lead_x", count_one, &behind);
        assert_int_equal(before + behind, 0);
    }
    commit(queue);
    queue_close(queue);
}

/* ---- rows that are sound, but in place of others ---- */

/** Where a page without children says, in order, where its cells are:
 * https://sqlite.org/fileformat2.html#b_tree_pages */
#define CELLS_OF_LEAF 8

static bool knows_all_filings(struct queue *queue)
{
    for (int number = 0; number < FILINGS; number++) {
        queue_begin(queue);
        int count = count_filings(queue, number);
        if (queue_commit(queue) < 0)
            return true;
        if (count == 0)
            return false;
    }
    return true;
}

static bool knows_all_postings(struct queue *queue)
{
    for (int id = 1; id <= POSTINGS; id++) {
        queue_begin(queue);
        int count = count_postings(queue, id);
        if (queue_commit(queue) < 0)
            return true;
        if (count == 0)
            return false;
    }
    return true;
}

/** Put each third row there twice, in place of those around it; all fit on one page. */
static void put_in_place_of_others(
    const struct place *place, const char *index, bool (*knows_all_or_fails)(struct queue *queue))
{
    static struct flip flip;
    off_t cells = end_of_index(place, index) - 4096 + CELLS_OF_LEAF;
    read_sound(place, &flip);
    int count = flip.sound[cells - CELLS_OF_LEAF + 4];
    for (int cell = 2; cell < count - 2; cell += 3)
        for (int other = cell - 2; other <= cell + 2; other++) {
            remove_log(place);
            write_at(place, 0, flip.sound, (size_t)flip.size);
            write_at(place, cells + 2L * other, flip.sound + cells + 2L * cell, 2);
            end_note_closed(place->database); /* nobody saw it */
            struct queue *queue = open_at(place);
            if (!knows_all_or_fails(queue))
                fail_msg("%s: row %d in place of row %d was believed", index, cell, other);
            queue_close(queue);
        }
}

static void never_believes_a_filing_in_place_of_another(void **state)
{
    make_filings(*state);
    put_in_place_of_others(*state, "filing", knows_all_filings);
}

static void never_believes_a_posting_in_place_of_another(void **state)
{
    make_postings(*state);
    put_in_place_of_others(*state, "posting_by_job", knows_all_postings);
}

/** Change a byte of what is in the database once; whether it was there. */
static bool change_text(const struct place *place, const char *text)
{
    static struct flip flip;
    read_sound(place, &flip);
    const unsigned char *at = memmem(flip.sound, (size_t)flip.size, text, strlen(text));
    if (!at)
        return false;
    write_at(place, at - flip.sound, "#", 1);
    end_note_closed(place->database); /* nobody saw it */
    return true;
}

static void finds_an_effect_that_changed_late(void **state)
{
    const struct place *place = *state;
    static const char *const texts[] = {"what is asked", "what came of it"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        const struct effect effect = {.kind = ACTIVITY_TASK,
            .request = (char *)(uintptr_t)texts[0],
            .result = (char *)(uintptr_t)texts[1]};
        empty_place(place);
        make_database(place);
        struct queue *queue = open_at(place);
        begin(queue);
        queue_put_effect(queue, 100, &effect);
        commit(queue);
        assert_true(is_found_sound(queue));
        queue_close(queue);
        assert_true(change_text(place, texts[i]));
        queue = open_at(place);
        if (is_found_sound(queue))
            fail_msg("\"%s\" was believed", texts[i]);
        queue_close(queue);
        assert_int_equal(try_open(place, true, &queue), STORE_DAMAGED);
    }
}

/** The index of handles has the paths in their place. */
static void exchange_index(const struct place *place)
{
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(place->database, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database,
                         "DROP INDEX job_by_identity;"
                         "CREATE INDEX job_by_identity ON job (folder, path, size, mtime_ns);"
                         "PRAGMA writable_schema = ON;"
                         "UPDATE sqlite_schema SET sql = replace(sql, 'path', 'handle')"
                         " WHERE name = 'job_by_identity'",
                         NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(database);
    end_note_closed(place->database); /* nobody saw it */
}

/* its row is sound, and yet that of another file: taking it for this one would lose this one */
static void never_takes_one_file_for_another(void **state)
{
    struct identity identity = file(1);
    make_database(*state);
    exchange_index(*state);
    memcpy(identity.handle, "a.pdf", 5);
    identity.handle_length = 5;
    struct queue *queue = open_at(*state);
    queue_begin(queue);
    assert_null(queue_find(queue, "scans", &identity, NULL));
    assert_int_equal(queue_commit(queue), -EIO);
    queue_close(queue);
}

#define PATHS 10
#define TYPE_OF_PATH                                                                               \
    (12 + 2 * 5) /* https://sqlite.org/fileformat2.html#record_format; one more is that of a text  \
                  */

static void make_paths(const struct place *place)
{
    struct queue *queue = open_at(place);
    begin(queue);
    for (int i = 0; i < PATHS; i++)
        add(queue, (char[]){(char)('0' + i), '.', 'p', 'd', 'f', 0}, file(i));
    commit(queue);
    queue_close(queue);
}

/** Ask for each of them; a read that fails is acceptable. */
static void expect_each_path_or_damage(struct queue *queue)
{
    int result = 0;
    for (int i = 0; i < PATHS && result == 0; i++) {
        const char path[] = {(char)('0' + i), '.', 'p', 'd', 'f', 0};
        struct identity identity = file(i);
        identity.handle_length = 0;
        queue_begin(queue);
        struct job *job = queue_find(queue, "scans", &identity, path);
        result = queue_commit(queue);
        if (result == 0 && job)
            assert_string_equal(job->path, path);
        job_free(job);
    }
}

/* among paths that are bytes, one that became a text is where nobody looks for it, and is met by
 * those who look for the one before it */
static void never_takes_one_path_for_another(void **state)
{
    const struct place *place = *state;
    static struct flip flip;
    int tried = 0;
    make_paths(place);
    off_t end = end_of_index(place, "job_by_path");
    read_sound(place, &flip);
    for (flip.at = end - 1; flip.at > end - 300; flip.at--) {
        if (flip.sound[flip.at] != TYPE_OF_PATH)
            continue;
        flip.flipped = TYPE_OF_PATH + 1;
        remove_log(place);
        write_flipped(place, &flip);
        end_note_closed(place->database); /* nobody saw it */
        struct queue *queue = open_at(place);
        expect_each_path_or_damage(queue);
        queue_close(queue);
        tried++;
    }
    assert_true(tried >= PATHS);
}

static void reads_all_of_a_sound_one(void **state)
{
    const struct place *place = *state;
    int64_t sums[FLIP_JOBS];
    make_full_database(place, sums);
    for (int i = 0; i < 3; i++) {
        struct queue *queue = open_at(place);
        assert_true(is_found_sound(queue));
        queue_close(queue);
    }
}

/* an error ends the belief: the next start finds the damage, which it could not see */
static void reads_all_after_an_error(void **state)
{
    const struct place *place = *state;
    struct queue *queue = NULL;
    int64_t sums[FLIP_JOBS];
    make_full_database(place, sums);
    char junk[4096];
    memset(junk, 0x5A, sizeof(junk));
    for (off_t page = 30; page < 40; page++)
        write_at(place, page * 4096, junk, sizeof(junk));
    end_note_closed(place->database);
    int problem = try_open(place, true, &queue);
    if (problem == 0) {
        bool is_sound = is_found_sound(queue);
        queue_close(queue);
        assert_false(is_sound);
        problem = try_open(place, true, &queue);
    }
    assert_int_equal(problem, STORE_DAMAGED);
}

static void leaves_a_newer_database_as_it_is(void **state)
{
    const struct place *place = *state;
    static unsigned char before[200000], after[sizeof(before)];
    make_database(place);
    make_it_newer(place);
    for (int i = 0; i < 2; i++) {
        struct queue *queue = NULL;
        int fd = open(place->database, O_RDONLY | O_CLOEXEC);
        assert_true(read(fd, i ? after : before, sizeof(before)) > 0);
        close(fd);
        assert_int_equal(try_open(place, true, &queue), STORE_NEWER);
    }
    assert_memory_equal(before, after, sizeof(before));
}

static int count_aside(const struct place *place)
{
    DIR *stream = opendir(place->directory);
    assert_non_null(stream);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        count += strstr(entry->d_name, "queue.db.damaged-") == entry->d_name;
    closedir(stream);
    return count;
}

static void sets_a_damaged_store_aside(void **state)
{
    const struct place *place = *state;
    char *aside = NULL, head[10] = "";
    make_database(place);
    damage_the_head(place);
    assert_int_equal(queue_set_aside(place->directory, &aside), 0);
    assert_int_equal(access(place->database, F_OK), -1);
    int fd = open(aside, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, head, 9), 9);
    close(fd);
    assert_string_equal(head, "this is n"); /* kept as it was */
    free(aside);
    queue_close(open_at(place));
}

/* set aside, never deleted: also not by the next one */
static void sets_a_second_one_aside_beside_the_first(void **state)
{
    const struct place *place = *state;
    for (int i = 1; i <= 2; i++) {
        char *aside = NULL;
        make_database(place);
        assert_int_equal(queue_set_aside(place->directory, &aside), 0);
        free(aside);
        assert_int_equal(count_aside(place), i);
    }
}

#define ON_MEMORY(test) cmocka_unit_test_setup_teardown(test, open_queue, close_queue)

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DISK(refuses_strange_files),
        ON_DISK(a_command_opens_it_at_once_and_checks_it_on_request),
        ON_DISK(never_believes_a_byte_that_changed),
        ON_DISK(never_believes_that_something_was_not_posted),
        ON_DISK(never_believes_that_something_was_not_filed),
        ON_DISK(never_believes_a_null_in_what_was_filed),
        ON_DISK(believes_a_document_that_was_filed_again),
        ON_DISK(never_believes_a_filing_in_place_of_another),
        ON_DISK(never_believes_a_posting_in_place_of_another),
        ON_DISK(never_takes_one_file_for_another),
        ON_DISK(never_takes_one_path_for_another),
        ON_DISK(reads_all_of_a_sound_one),
        ON_DISK(finds_a_byte_that_changed_late),
        ON_DISK(finds_an_effect_that_changed_late),
        ON_DISK(reads_all_after_an_error),
        ON_DISK(leaves_a_newer_database_as_it_is),
        ON_DISK(sets_a_damaged_store_aside),
        ON_DISK(sets_a_second_one_aside_beside_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
