/**
 * The least work of any honest durable agent: what ceiling.c does, and for each file SHA-256 and
 * MD5 of every byte, three records in a journal, and a rename. What the agent is measured against.
 *
 *     UPLOADED=DIRECTORY JOURNAL=FILE floor API_URL KEY CONNECTIONS FILE... (or on standard input)
 *
 * The journal is on the disk (fdatasync(2), once a turn) before anything depends on it: that a file
 * is queued before it is sent, that it is stored before it is moved to DIRECTORY, and that it was
 * moved before the end. DIRECTORY itself is not synced: a power failure may leave a file
 * at either place. With ACTIVITY=1, an email is posted for each file before it is moved, with a
 * record before and one after. Exit status 0: every file was stored and moved.
 */
#include "bare.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORD_MAX 400 /* bytes: a name, two digests, a URL, as in the agent's queue */

/** What a slot waits for the journal with. */
enum next { NOTHING, TO_SEND, TO_POST, TO_MOVE };

/** The file of a slot, and what is known of its bytes. */
struct content {
    enum next next;
    FILE *file;
    EVP_MD_CTX *sha256, *md5;
};

static struct slot *slots;
static struct content *contents;
static const char *uploaded;
static bool has_activity;
static int journal = -1;
static bool is_written;
static int in_progress;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static struct content *content_of(const struct slot *slot)
{
    return &contents[slot - slots];
}

/** Three of these are the life of a file; each has the size that the agent's rows have. */
static void record(const struct slot *slot, const char *state, const char *digest)
{
    char text[RECORD_MAX];
    memset(text, ' ', sizeof(text));
    snprintf(text, sizeof(text), "%s %s %s", state, slot->path, digest);
    text[sizeof(text) - 1] = '\n';
    if (write(journal, text, sizeof(text)) != (ssize_t)sizeof(text))
        fail("journal");
    is_written = true;
}

static size_t read_and_hash(char *bytes, size_t one, size_t count, void *context)
{
    struct content *content = context;
    size_t got = fread(bytes, one, count, content->file);
    EVP_DigestUpdate(content->sha256, bytes, got);
    EVP_DigestUpdate(content->md5, bytes, got);
    return got;
}

static void add_file(struct slot *slot, curl_mimepart *part)
{
    struct content *content = content_of(slot);
    struct stat stat_of;
    content->file = fopen(slot->path, "rbe");
    if (!content->file || fstat(fileno(content->file), &stat_of) < 0)
        fail(slot->path);
    EVP_DigestInit_ex(content->sha256, EVP_sha256(), NULL);
    EVP_DigestInit_ex(content->md5, EVP_md5(), NULL);
    curl_mime_data_cb(part, stat_of.st_size, read_and_hash, NULL, NULL, content);
    curl_mime_filename(part, slot->path);
}

/** The next file is queued; it is sent once that is on the disk. */
static void next_file(struct slot *slot)
{
    slot->path = bare_next();
    if (!slot->path)
        return;
    in_progress++;
    record(slot, "queued", "");
    content_of(slot)->next = TO_SEND;
}

/** The email was created; the file is moved once that is on the disk. */
static void end_activity(struct slot *slot)
{
    record(slot, "filed", "");
    content_of(slot)->next = TO_MOVE;
}

/** The file is stored; it is moved, or its email posted, once that is on the disk. */
static void end_form(struct slot *slot)
{
    struct content *content = content_of(slot);
    unsigned char sha256[EVP_MAX_MD_SIZE], md5[EVP_MAX_MD_SIZE];
    char digest[2 * 32 + 1];
    if (content->file)
        fclose(content->file);
    content->file = NULL;
    EVP_DigestFinal_ex(content->sha256, sha256, NULL);
    EVP_DigestFinal_ex(content->md5, md5, NULL);
    for (int i = 0; i < 32; i++)
        snprintf(digest + 2 * i, 3, "%02x", sha256[i]);
    record(slot, "stored", digest);
    content->next = has_activity ? TO_POST : TO_MOVE;
}

static void end_file(struct slot *slot, bool is_good)
{
    if (!is_good)
        exit(1);
    slot->is_posted ? end_activity(slot) : end_form(slot);
}

static void move(struct slot *slot)
{
    char to[4096];
    const char *name = strrchr(slot->path, '/');
    snprintf(to, sizeof(to), "%s/%s", uploaded, name ? name + 1 : slot->path);
    if (rename(slot->path, to) < 0)
        fail(to);
    record(slot, "moved", "");
    in_progress--;
    next_file(slot);
}

static void sync_journal(void)
{
    if (is_written && fdatasync(journal) < 0)
        fail("journal");
    is_written = false;
}

/** What was written before this turn's sync may be acted upon. */
static void act(int count)
{
    for (int i = 0; i < count; i++) {
        enum next next = contents[i].next;
        contents[i].next = NOTHING;
        if (next == TO_SEND)
            bare_send(&slots[i]);
        else if (next == TO_POST)
            bare_post_activity(&slots[i]);
        else if (next == TO_MOVE)
            move(&slots[i]);
    }
}

static void open_journal(int count)
{
    const char *path = getenv("JOURNAL");
    uploaded = getenv("UPLOADED");
    has_activity = getenv("ACTIVITY") != NULL;
    if (!path || !uploaded) {
        fprintf(stderr, "floor: set JOURNAL and UPLOADED\n");
        exit(2);
    }
    journal = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    contents = calloc((size_t)count, sizeof(*contents));
    if (journal < 0 || !contents)
        fail(path);
    for (int i = 0; i < count; i++) {
        contents[i].sha256 = EVP_MD_CTX_new();
        contents[i].md5 = EVP_MD_CTX_new();
    }
}

int main(int argc, char **argv)
{
    int count;
    slots = bare_begin(argc, argv, add_file, &count);
    open_journal(count);
    for (int i = 0; i < count; i++)
        next_file(&slots[i]);
    while (in_progress) {
        bool was_written = is_written;
        sync_journal();
        act(count);
        bare_perform(end_file);
        if (!was_written && !is_written)
            bare_wait();
    }
    sync_journal();
    return bare_failures() ? 1 : 0;
}
