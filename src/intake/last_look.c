#include "closedrop/intake/last_look.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/path.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/** How many lives may end with a file. */
#define DEATHS_MOST 3
/** A folder's name and a path. */
#define NAME_MOST (PATH_LENGTH_MOST + 256)

/** What lies in the file. */
struct page {
    char looking[NAME_MOST]; /* "" while no file is looked into */
    char killer[NAME_MOST];  /* the one that the last death was during */
    int deaths;              /* in a row, with it */
};

struct last_look {
    struct page *page;
};

/** Who died here is counted; somebody else's death ends the row. */
static void count_death(struct page *page)
{
    page->looking[NAME_MOST - 1] = page->killer[NAME_MOST - 1] = '\0';
    if (!page->looking[0])
        return;
    if (strcmp(page->looking, page->killer) != 0)
        page->deaths = 0;
    memcpy(page->killer, page->looking, NAME_MOST);
    page->deaths++;
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

bool last_look_begin(struct last_look *last, const char *folder, const char *path)
{
    struct str name = STR_INIT(NAME_MOST - 1);
    if (!last)
        return true;
    str_printf(&name, "%s/%s", folder, path);
    struct page *page = last->page;
    bool kills = page->deaths >= DEATHS_MOST && strcmp(str_text(&name), page->killer) == 0;
    if (kills)
        page->deaths = 0;
    else if (!str_error(&name))
        memcpy(page->looking, str_text(&name), name.length + 1);
    str_release(&name);
    return !kills;
}

void last_look_end(struct last_look *last)
{
    if (!last)
        return;
    if (strcmp(last->page->looking, last->page->killer) == 0)
        last->page->deaths = 0;
    last->page->looking[0] = '\0';
}
