/** Keeps files open by number, and reads blocks of them. */
#include "closedrop/work/open_files.h"

#include "block_wire.h"

#include "closedrop/files/lease.h"

#include <errno.h>
#include <stdlib.h>

struct open_file {
    int64_t number;
    int64_t run; /* how often it was begun again */
    struct source *source;
    struct open_file *next;
};

static struct open_file **find(struct open_files *files, int64_t number)
{
    struct open_file **at = &files->first;
    while (*at && (*at)->number != number)
        at = &(*at)->next;
    return at;
}

static void close_at(struct open_file **at)
{
    struct open_file *file = *at;
    *at = file->next;
    source_close(file->source);
    free(file);
}

int open_files_keep(struct open_files *files, int64_t number, struct source *source)
{
    struct open_file *file = calloc(1, sizeof(*file));
    if (!file) {
        source_close(source);
        return -ENOMEM;
    }
    /* such file systems lend none that can be trusted, and nobody here would see it called back */
    if (source->leased)
        lease_give_up(source->fd);
    source->leased = false;
    *file = (struct open_file){.number = number, .source = source, .next = files->first};
    files->first = file;
    return 0;
}

void open_files_forget(void *context, int64_t number)
{
    struct open_file **at = find(context, number);
    if (*at)
        close_at(at);
}

void open_files_close(struct open_files *files)
{
    while (files->first)
        close_at(&files->first);
}

/** Fill a block, up to its end or that of the file. */
static void fill(struct source *source, char *bytes, struct block *block)
{
    int64_t got = 0;
    while (
        got >= 0 && block->length < BLOCK_SIZE && source->offset < source->before.identity.size) {
        got = source_read(source, bytes + block->length, BLOCK_SIZE - block->length);
        block->length += got > 0 ? (size_t)got : 0;
    }
    block->bytes = bytes;
    block->error = source->read_error;
    bool is_all = got >= 0 && source->offset == source->before.identity.size;
    bool is_one_version = !is_all || source_finish(source, block->sha256, block->md5);
    block->is_disturbed = source->disturbed || !is_one_version;
}

static void read_at(struct open_file *file, char *bytes, struct block *block)
{
    struct source *source = file->source;
    if (block->run != file->run)
        source_rewind(source);
    file->run = block->run;
    if (block->offset == source->offset)
        fill(source, bytes, block);
    else
        block->error = EPROTO;
}

void open_files_read(void *context, int64_t number, struct wire *question, struct str *result)
{
    static char bytes[BLOCK_SIZE];
    struct block block = {.bytes = bytes};
    struct open_file *file = *find(context, number);
    if (!block_question_read(question, &block.run, &block.offset))
        return;
    if (file)
        read_at(file, bytes, &block);
    else
        block.is_unknown = true;
    block_add(result, &block);
}
