/**
 * Writers and attackers that race against the agent, each a process that never rests for long.
 *
 *     racer write FOLDER OUTSIDE WRITES COPIES >REPORT
 *
 * COPIES of each way of writing, every second one with large files, until together they made
 * WRITES: in place, truncated, appended, renamed over, through a mapping, unlinked and created
 * again, O_TMPFILE and linkat. A write is a call of write(2), or a piece stored into a mapping.
 *
 *     racer check REPORT <LEDGER
 *
 * Whether every object of the ledger ("sha256<TAB>size<TAB>name" a line) is one whole version of
 * its file. Says how many were written, stored and torn; ends with 1 where any was torn.
 *
 *     racer attack FOLDER OUTSIDE SECONDS
 *
 * Swaps what is in the folder while the agent reads it. OUTSIDE is on the same file
 * system and holds pool/N.txt (whole files), secret.txt, directory/secret.txt, and the symbolic
 * links link and directory-link to those; in the folder, .decoy, .uploaded and .failed are links
 * to the directory.
 *
 * The content of a version is a function of the file's name and the version alone, so the checker
 * makes it again; each block of 64 bytes says which file, version and block it is. An appended file
 * is a run of versions.
 */
#include "closedrop/base/array.h"
#include "closedrop/base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 64
#define BLOCKS_MAX 65536 /* 4 MiB: more than goes out at once */
#define RUN_MAX 4        /* versions in an appended file */
#define WRITES_MAX 256   /* in one version */

static void die(const char *what)
{
    perror(what);
    exit(2);
}

/* ---- what a version is ---- */

static uint32_t mix(const char *name, uint32_t version)
{
    uint32_t hash = 2166136261U;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619U;
    hash = (hash ^ version) * 2654435761U;
    return hash ^ hash >> 15;
}

/** Of a file that is called large, from 1 to 4 MiB; of others up to 8 KiB. */
static uint32_t blocks_of(const char *name, uint32_t version)
{
    bool is_large = strncmp(name, "large", 5) == 0;
    uint32_t hash = mix(name, version) >> 4;
    return is_large ? BLOCKS_MAX / 4 + hash % (3 * BLOCKS_MAX / 4 + 1) : 1 + hash % 128;
}

/** The version's bytes; returns how many. */
static size_t fill(const char *name, uint32_t version, char *bytes)
{
    uint32_t blocks = blocks_of(name, version);
    char block[2 * BLOCK];
    int at = snprintf(block, sizeof(block), "%.24s version %07" PRIu32 " of %05" PRIu32 ": ", name,
        version, blocks);
    memset(block + at, ' ', sizeof(block) - (size_t)at);
    block[BLOCK - 1] = '\n';
    for (uint32_t i = 0; i < blocks; i++) {
        uint32_t number = i + 1;
        for (int digit = at + 4; digit >= at; digit--, number /= 10)
            block[digit] = (char)('0' + number % 10);
        memcpy(bytes + (size_t)i * BLOCK, block, BLOCK);
    }
    return (size_t)blocks * BLOCK;
}

/* ---- a racer ---- */

struct racer {
    char name[32];
    int folder, outside;
    uint32_t version; /* the last one begun */
    uint32_t run;     /* versions in the appended file */
    uint64_t writes;
    char bytes[BLOCK * BLOCKS_MAX];
};

/** Mostly not at all; long enough for the agent to begin with a file, now and then to end with it.
 */
static void pause_now_and_then(void)
{
    if (rand() % 4 == 0)
        usleep((useconds_t)(rand() % 20000));
    if (rand() % 3 == 0)
        usleep((useconds_t)(rand() % 900000));
}

/** How much one write takes, that a version is made of several of them. */
static size_t piece_of(size_t length)
{
    size_t piece = length / WRITES_MAX / BLOCK * BLOCK;
    return piece ? piece : 8 * BLOCK;
}

static void write_pieces(struct racer *racer, int fd, size_t length)
{
    size_t piece = piece_of(length);
    for (size_t at = 0; at < length; at += piece, racer->writes++) {
        size_t count = length - at < piece ? length - at : piece;
        if (write(fd, racer->bytes + at, count) != (ssize_t)count)
            die("write");
    }
}

static int open_file(const struct racer *racer, const char *name, int flags)
{
    int fd = openat(racer->folder, name, flags | O_CLOEXEC, 0666);
    if (fd < 0 && errno != EEXIST)
        die(name);
    return fd;
}

static size_t next_version(struct racer *racer)
{
    return fill(racer->name, ++racer->version, racer->bytes);
}

static void rewrite_in_place(struct racer *racer)
{
    size_t length = next_version(racer);
    int fd = open_file(racer, racer->name, O_WRONLY | O_CREAT);
    write_pieces(racer, fd, length);
    if (ftruncate(fd, (off_t)length) < 0)
        die("ftruncate");
    close(fd);
}

static void truncate_and_write(struct racer *racer)
{
    size_t length = next_version(racer);
    int fd = open_file(racer, racer->name, O_WRONLY | O_CREAT | O_TRUNC);
    write_pieces(racer, fd, length);
    close(fd);
}

/** Until it is long, or was taken out of the folder: then it starts again. */
static void append(struct racer *racer)
{
    struct stat stat;
    size_t length = next_version(racer);
    int fd = open_file(racer, racer->name, O_WRONLY | O_CREAT | O_APPEND);
    if (fstat(fd, &stat) < 0)
        die("fstat");
    racer->run = stat.st_size ? racer->run + 1 : 1;
    if (racer->run > RUN_MAX) {
        racer->run = 1;
        if (ftruncate(fd, 0) < 0)
            die("ftruncate");
    }
    write_pieces(racer, fd, length);
    close(fd);
}

static void rename_over(struct racer *racer)
{
    char temporary[40];
    size_t length = next_version(racer);
    snprintf(temporary, sizeof(temporary), ".%s", racer->name);
    int fd = open_file(racer, temporary, O_WRONLY | O_CREAT | O_TRUNC);
    write_pieces(racer, fd, length);
    close(fd);
    if (renameat(racer->folder, temporary, racer->folder, racer->name) < 0)
        die("rename");
}

/** The descriptor is closed long before the last store. */
static void write_through_mapping(struct racer *racer)
{
    size_t length = next_version(racer);
    int fd = open_file(racer, racer->name, O_RDWR | O_CREAT);
    if (ftruncate(fd, (off_t)length) < 0)
        die("ftruncate");
    char *mapping = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapping == MAP_FAILED)
        die("mmap");
    size_t piece = piece_of(length);
    for (size_t at = 0; at < length; at += piece, racer->writes++)
        memcpy(mapping + at, racer->bytes + at, length - at < piece ? length - at : piece);
    munmap(mapping, length);
}

static void make_anew(struct racer *racer)
{
    size_t length = next_version(racer);
    unlinkat(racer->folder, racer->name, 0);
    int fd = open_file(racer, racer->name, O_WRONLY | O_CREAT | O_EXCL);
    write_pieces(racer, fd, length);
    close(fd);
}

static void link_temporary(struct racer *racer)
{
    char path[40];
    size_t length = next_version(racer);
    int fd = openat(racer->folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0)
        die("O_TMPFILE");
    write_pieces(racer, fd, length);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    unlinkat(racer->folder, racer->name, 0);
    if (linkat(AT_FDCWD, path, racer->folder, racer->name, AT_SYMLINK_FOLLOW) < 0)
        die("linkat");
    close(fd);
}

static const struct way {
    const char *name;
    void (*turn)(struct racer *racer);
    uint32_t max_run;
} ways[] = {
    {"rewritten", rewrite_in_place, 1},
    {"truncated", truncate_and_write, 1},
    {"appended", append, RUN_MAX},
    {"renamed", rename_over, 1},
    {"mapped", write_through_mapping, 1},
    {"anew", make_anew, 1},
    {"linked", link_temporary, 1},
};

/** One writer, until all of them together have written enough; reports what it did in one line. */
static void race(struct racer *racer, const struct way *way, atomic_ullong *total, uint64_t most)
{
    char line[100];
    while (atomic_load(total) < most) {
        uint64_t before = racer->writes;
        way->turn(racer);
        atomic_fetch_add(total, racer->writes - before);
        pause_now_and_then();
    }
    int length = snprintf(line, sizeof(line), "%s %" PRIu32 " %" PRIu32 " %" PRIu64 "\n",
        racer->name, racer->version, way->max_run, racer->writes);
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        die("report");
}

static int open_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        die(path);
    return fd;
}

static int wait_for_all(void)
{
    int status, result = 0;
    while (wait(&status) > 0)
        result |= status;
    return result ? 2 : 0;
}

static int write_command(char **arguments)
{
    static struct racer racer;
    uint64_t most = strtoull(arguments[2], NULL, 10);
    int copies = atoi(arguments[3]);
    atomic_ullong *total =
        mmap(NULL, sizeof(*total), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (total == MAP_FAILED)
        die("mmap");
    racer.folder = open_directory(arguments[0]);
    racer.outside = open_directory(arguments[1]);
    for (int i = 0; i < copies * (int)COUNT(ways); i++) {
        const struct way *way = &ways[(size_t)i % COUNT(ways)];
        if (fork() != 0)
            continue;
        srand((unsigned)i + 1);
        const char *size = i / (int)COUNT(ways) % 2 ? "large" : "small";
        snprintf(racer.name, sizeof(racer.name), "%s-%s-%d.txt", size, way->name, i);
        race(&racer, way, total, most);
        exit(0);
    }
    return wait_for_all();
}

/* ---- the checker ---- */

struct object {
    long long size;
    char sha256[DIGEST_SHA256_HEX];
    char name[64];
    bool is_whole;
};

static int compare_sizes(const void *a, const void *b)
{
    const struct object *left = a, *right = b;
    return left->size < right->size ? -1 : left->size > right->size;
}

static struct object *read_ledger(size_t *ret_count)
{
    size_t room = 1024, count = 0;
    struct object *objects = calloc(room, sizeof(*objects));
    while (objects && scanf("%64s %lld %63[^\n]", objects[count].sha256, &objects[count].size,
                          objects[count].name) == 3) {
        objects[count].is_whole = false;
        if (++count < room)
            continue;
        struct object *more = realloc(objects, (room *= 2) * sizeof(*objects));
        if (!more)
            die("ledger");
        objects = more;
    }
    if (!objects)
        die("ledger");
    qsort(objects, count, sizeof(*objects), compare_sizes);
    *ret_count = count;
    return objects;
}

/** The hash of `run` versions of a file, from `first` on. */
static void hash_run(struct digest *digest, const char *name, uint32_t first, uint32_t run,
    char sha256[DIGEST_SHA256_HEX])
{
    static char bytes[BLOCK * BLOCKS_MAX];
    char md5[DIGEST_MD5_HEX];
    for (uint32_t i = 0; i < run; i++)
        digest_update(digest, bytes, fill(name, first + i, bytes));
    digest_finish(digest, sha256, md5);
}

/** A run is made again only where something of its size was stored. */
static void mark_run(struct object *objects, size_t count, struct digest *digest, const char *name,
    uint32_t first, uint32_t run)
{
    struct object key = {.size = 0};
    char sha256[DIGEST_SHA256_HEX];
    for (uint32_t i = 0; i < run; i++)
        key.size += (long long)blocks_of(name, first + i) * BLOCK;
    struct object *found = bsearch(&key, objects, count, sizeof(*objects), compare_sizes);
    if (!found)
        return;
    hash_run(digest, name, first, run, sha256);
    while (found > objects && found[-1].size == key.size)
        found--;
    for (; found < objects + count && found->size == key.size; found++)
        found->is_whole |= strcmp(found->sha256, sha256) == 0;
}

/** All that the file `name` ever was: each version, or each run of up to `max_run` of them. */
static void mark_versions(
    struct object *objects, size_t count, const char *name, uint32_t versions, uint32_t max_run)
{
    struct digest *digest = digest_new();
    for (uint32_t first = 1; first <= versions; first++)
        for (uint32_t run = 1; run <= max_run && first + run - 1 <= versions; run++)
            mark_run(objects, count, digest, name, first, run);
    digest_free(digest);
}

static int check_command(char **arguments)
{
    FILE *report = fopen(arguments[0], "r");
    size_t count;
    struct object *objects = read_ledger(&count);
    char name[32];
    uint32_t versions, max_run;
    uint64_t writes, all_writes = 0, all_versions = 0;
    if (!report)
        die(arguments[0]);
    while (fscanf(report, "%31s %" SCNu32 " %" SCNu32 " %" SCNu64, name, &versions, &max_run,
               &writes) == 4) {
        mark_versions(objects, count, name, versions, max_run);
        all_writes += writes;
        all_versions += versions;
    }
    size_t torn = 0;
    for (size_t i = 0; i < count; i++)
        if (!objects[i].is_whole) {
            printf("torn: %s %s\n", objects[i].name, objects[i].sha256);
            torn++;
        }
    printf("writes %" PRIu64 ", versions %" PRIu64 ", stored %zu, torn %zu\n", all_writes,
        all_versions, count, torn);
    fclose(report);
    free(objects);
    return torn != 0;
}

/* ---- attackers ---- */

/** Exchange what two names stand for; where the first stands for nothing, the second moves there.
 */
static void swap(int directory, const char *name, int other_directory, const char *other)
{
    if (renameat2(directory, name, other_directory, other, RENAME_EXCHANGE) < 0)
        (void)renameat2(other_directory, other, directory, name, RENAME_NOREPLACE);
}

/** A whole file out of the pool, if the name is free. */
static void put_from_pool(struct racer *racer, const char *name)
{
    char pooled[32];
    snprintf(pooled, sizeof(pooled), "pool/%d.txt", rand() % 1000);
    (void)renameat2(racer->outside, pooled, racer->folder, name, RENAME_NOREPLACE);
}

static void swap_with_pool(struct racer *racer)
{
    char pooled[32];
    snprintf(pooled, sizeof(pooled), "pool/%d.txt", rand() % 1000);
    swap(racer->folder, "swapped.txt", racer->outside, pooled);
}

static void exchange_two(struct racer *racer)
{
    put_from_pool(racer, "one.txt");
    put_from_pool(racer, "two.txt");
    swap(racer->folder, "one.txt", racer->folder, "two.txt");
}

static void flip_to_link(struct racer *racer)
{
    put_from_pool(racer, "flipped.txt");
    swap(racer->folder, "flipped.txt", racer->outside, "link");
}

static void flip_directory(struct racer *racer)
{
    put_from_pool(racer, "sub/secret.txt");
    swap(racer->folder, "sub", racer->outside, "directory-link");
}

static void link_secret(struct racer *racer)
{
    if (linkat(racer->outside, "secret.txt", racer->folder, "linked.txt", 0) < 0)
        unlinkat(racer->folder, "linked.txt", 0);
}

static void replace_staging(struct racer *racer)
{
    swap(racer->folder, ".closedrop", racer->folder, ".decoy");
}

static void replace_places(struct racer *racer)
{
    swap(racer->folder, "Uploaded", racer->folder, ".uploaded");
    swap(racer->folder, "Failed", racer->folder, ".failed");
}

/** A write lease makes others' plain open() wait for 45 seconds. */
static void hold_write_lease(struct racer *racer)
{
    put_from_pool(racer, "leased.txt");
    int fd = openat(racer->folder, "leased.txt", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fcntl(fd, F_SETLEASE, F_WRLCK);
    usleep((useconds_t)(rand() % 300000));
    close(fd);
}

static void keep_open(struct racer *racer)
{
    put_from_pool(racer, "open.txt");
    int fd = openat(racer->folder, "open.txt", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    usleep((useconds_t)(rand() % 100000));
    if (fd >= 0)
        close(fd);
}

static void (*const attacks[])(struct racer *racer) = {swap_with_pool, exchange_two, flip_to_link,
    flip_directory, link_secret, replace_staging, replace_places, hold_write_lease, keep_open};

/** What was there before the attack is there again. */
static void undo(
    const struct racer *racer, const char *name, int other_directory, const char *other)
{
    struct stat stat;
    if (fstatat(racer->folder, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(stat.st_mode))
        swap(racer->folder, name, other_directory, other);
}

static int attack_command(char **arguments)
{
    static struct racer racer;
    time_t end = time(NULL) + atoi(arguments[2]);
    racer.folder = open_directory(arguments[0]);
    racer.outside = open_directory(arguments[1]);
    signal(SIGIO, SIG_IGN); /* a lease of ours is called back */
    for (size_t i = 0; i < COUNT(attacks); i++) {
        if (fork() != 0)
            continue;
        srand((unsigned)i + 1);
        while (time(NULL) < end) {
            attacks[i](&racer);
            pause_now_and_then();
        }
        exit(0);
    }
    int result = wait_for_all();
    undo(&racer, "flipped.txt", racer.outside, "link");
    undo(&racer, "sub", racer.outside, "directory-link");
    undo(&racer, ".closedrop", racer.folder, ".decoy");
    undo(&racer, "Uploaded", racer.folder, ".uploaded");
    undo(&racer, "Failed", racer.folder, ".failed");
    return result;
}

/* ---- commands ---- */

static const struct {
    const char *name;
    int arguments;
    int (*run)(char **arguments);
} commands[] = {
    {"write", 4, write_command},
    {"check", 1, check_command},
    {"attack", 3, attack_command},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < COUNT(commands); i++)
        if (argc == commands[i].arguments + 2 && strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argv + 2);
    fputs("usage: see the head of racer.c\n", stderr);
    return 2;
}
