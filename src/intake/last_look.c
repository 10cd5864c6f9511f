/* The small file that is written before each look and taken back after it. */
#include "closedrop/intake/last_look.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/** How many lives may end with a file. */
#define DEATHS_MOST 3
/** How many such files are told apart. */
#define KILLERS_MOST 8
/** A folder's name and a path. */
#define NAME_MOST (PATH_LENGTH_MOST + 256)

/** A file that lives have ended with. */
struct killer {
    char name[NAME_MOST];
    int deaths;  /* since a look at it last went well */
    int refused; /* 1: in the life that is on, or was the last */
};

/** What lies in the file. */
struct page {
    char looking[NAME_MOST]; /* "" while no file is looked into */
    struct killer killers[KILLERS_MOST];
};

struct last_look {
    struct page *page;
};

static struct killer *find_killer(struct page *page, const char *name)
{
    for (size_t i = 0; i < KILLERS_MOST; i++)
        if (strcmp(page->killers[i].name, name) == 0)
            return &page->killers[i];
    return NULL;
}

/** Where there is no room for another name, the one with the fewest deaths is forgotten. */
static struct killer *take_killer(struct page *page, const char *name)
{
    struct killer *killer = find_killer(page, name), *least = page->killers;
    if (killer)
        return killer;
    for (size_t i = 1; i < KILLERS_MOST; i++)
        if (page->killers[i].deaths < least->deaths)
            least = &page->killers[i];
    *least = (struct killer){.deaths = 0};
    memcpy(least->name, name, strlen(name) + 1);
    return least;
}

/** What was refused stays so when the next look was a death: nobody may have heard of it. */
static void count_death(struct page *page)
{
    page->looking[NAME_MOST - 1] = '\0';
    bool died = page->looking[0];
    for (size_t i = 0; i < KILLERS_MOST; i++) {
        struct killer *killer = &page->killers[i];
        killer->name[NAME_MOST - 1] = '\0';
        if (killer->refused && !died)
            killer->deaths = 0;
        killer->refused = 0;
    }
    struct killer *killer = died ? take_killer(page, page->looking) : NULL;
    if (killer && killer->deaths < DEATHS_MOST)
        killer->deaths++;
    page->looking[0] = '\0';
}

static struct page *map_page(const char *state_dir)
{
    CLEANUP(free_text) char *path = str_format("%s/looking", state_dir);
    CLEANUP(close_fd) int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    /* a hole in a mapped file would be a signal where the disk is full */
    if (fd < 0 || posix_fallocate(fd, 0, sizeof(struct page)) != 0)
        return NULL;
    void *page = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return page == MAP_FAILED ? NULL : page;
}

struct last_look *last_look_open(const char *state_dir)
{
    struct last_look *last = calloc(1, sizeof(*last));
    if (last)
        last->page = map_page(state_dir);
    if (!last || !last->page) {
        free(last);
        return NULL;
    }
    count_death(last->page);
    return last;
}

void last_look_close(struct last_look *last)
{
    if (!last)
        return;
    munmap(last->page, sizeof(*last->page));
    free(last);
}

/** "FOLDER/PATH"; "" where that cannot be had: then nothing is remembered of the file. */
static void make_name(const char *folder, const char *path, char name[NAME_MOST])
{
    int length = snprintf(name, NAME_MOST, "%s/%s", folder, path);
    if (length < 0 || length >= NAME_MOST)
        *name = '\0';
}

bool last_look_begin(struct last_look *last, const char *folder, const char *path)
{
    char name[NAME_MOST];
    if (!last)
        return true;
    make_name(folder, path, name);
    struct killer *killer = find_killer(last->page, name);
    bool kills = killer && killer->deaths >= DEATHS_MOST && !killer->refused;
    if (killer && killer->refused) /* it was brought back */
        killer->deaths = 0;
    if (killer)
        killer->refused = kills;
    if (!kills)
        strcpy(last->page->looking, name);
    return !kills;
}

void last_look_end(struct last_look *last)
{
    if (!last)
        return;
    struct page *page = last->page;
    struct killer *killer = page->looking[0] ? find_killer(page, page->looking) : NULL;
    if (killer)
        killer->deaths = 0;
    page->looking[0] = '\0';
}

bool last_look_begin_sample(struct last_look *last, const char *folder, const char *path)
{
    char name[NAME_MOST];
    if (!last)
        return true;
    make_name(folder, path, name);
    const struct killer *killer = find_killer(last->page, name);
    if (killer && killer->deaths >= DEATHS_MOST)
        return false;
    strcpy(last->page->looking, name);
    return true;
}

void last_look_end_sample(struct last_look *last)
{
    if (last)
        last->page->looking[0] = '\0';
}
