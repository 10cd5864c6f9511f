/** The text next to a file that waits: for somebody who only knows the folder. */
#include "waiting_text.h"
#include "errand_rows.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/moment.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** As many are ordered at once, at most. */
#define ITEMS_MAX 1024

/* ---- what it says ---- */

static void add_escaped(struct str *text, const char *bytes)
{
    utf8_escape(text, bytes, strlen(bytes));
}

/** Why, as far as anything is known: without what only an administrator can do about it. */
static void add_reason(struct str *text, const struct job *job)
{
    const char *message = job->error_message;
    if (!message) {
        str_add(text, "it could not be sent yet.");
        return;
    }
    size_t length = remedy_of(message) ? remedy_problem_length(message) : strlen(message);
    utf8_escape(text, message, length);
    str_add(text, length && message[length - 1] == '.' ? "" : ".");
}

void waiting_text_add(struct str *text, const struct job *job, int64_t since_ms)
{
    char since[MOMENT_TEXT];
    add_escaped(text, path_name(job->path));
    str_add(text, " has not been saved in Close yet.\n\nFile:    ");
    add_escaped(text, job->path);
    str_printf(text,
        "\nWaiting: since %s\nReason:  ", moment_print(since_ms, MOMENT_TO_THE_MINUTE, since));
    add_reason(text, job);
    str_printf(text,
        "\n\nWhat to do: nothing. Leave the file where it is. As soon as it can be sent, it is, "
        "and "
        "this message is removed. If that is urgent, show this message to your administrator.\n\n"
        "For the administrator: closedrop, the program that sends the files of drop folders to "
        "Close, wrote this message.\nJob %" PRId64 ", folder \"%s\". \"closedrop status\" shows "
        "what stops it, \"closedrop explain\" what holds up this file.\n",
        job->id, job->folder);
}

/* ---- where it is ---- */

void waiting_item_release(struct waiting_item *item)
{
    free(item->path);
    free(item->text);
    *item = (struct waiting_item){0};
}

void waiting_remove(int directory, const char *name)
{
    CLEANUP(free_text) char *text_name = path_with_suffix(name, WAITING_SUFFIX);
    if (text_name)
        (void)unlinkat(directory, text_name, 0);
}

static int remove_text(int directory, const char *name)
{
    CLEANUP(free_text) char *text_name = path_with_suffix(name, WAITING_SUFFIX);
    if (!text_name)
        return -ENOMEM;
    return unlinkat(directory, text_name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

/** For everybody who may list the directory, as an error text. */
static int write_text(int directory, const char *name, const char *text)
{
    struct stat stat;
    const struct destination destination = {.directory = directory};
    CLEANUP(free_text) char *text_name = path_with_suffix(name, WAITING_SUFFIX);
    if (!text_name)
        return -ENOMEM;
    if (fstat(directory, &stat) < 0)
        return -errno;
    return destination_write(
        &destination, text_name, text, (stat.st_mode & 0444) | 0600, stat.st_gid);
}

/** In the directory of the file. */
static int do_in(int directory, const struct waiting_item *item)
{
    const char *name = path_name(item->path);
    struct stat stat;
    CLEANUP(close_fd) int path_fd = safe_open_path(directory, name);
    bool is_there = path_fd >= 0 && fstat(path_fd, &stat) == 0 && S_ISREG(stat.st_mode);
    bool is_gone = !is_there && (path_fd >= 0 || safe_open_is_absent(path_fd));
    if (!is_there && !is_gone)
        return path_fd;
    if (item->errand == WAITING_WRITE)
        return is_gone ? -ENOENT : write_text(directory, name, item->text);
    if (item->errand == WAITING_CHECK && !is_gone)
        return 0;
    int result = remove_text(directory, name);
    return result == 0 && item->errand == WAITING_CHECK ? -ENOENT : result;
}

static int do_one(int root, const struct waiting_item *item)
{
    CLEANUP(free_text) char *parent = path_directory(item->path);
    CLEANUP(close_fd) int directory = parent ? safe_open_directory(root, parent) : -ENOMEM;
    if (directory >= 0)
        return do_in(directory, item);
    if (!safe_open_is_absent(directory))
        return directory;
    return item->errand == WAITING_REMOVE ? 0 : -ENOENT;
}

void waiting_do(const struct folder *folder, struct waiting_item *items, size_t count)
{
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    for (size_t i = 0; i < count; i++)
        items[i].result = root < 0 ? -EIO : do_one(root, &items[i]);
}

/* ---- as an errand ---- */

void waiting_question_add(struct str *out, const struct waiting_item *items, size_t count)
{
    wire_add_number(out, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        wire_add_number(out, items[i].errand);
        wire_add_text(out, items[i].path);
        wire_add_text(out, items[i].text);
    }
}

static void do_next(const struct folder *folder, struct wire *question, struct str *answer)
{
    struct waiting_item item = {
        .errand = (enum waiting_errand)wire_number_in(question, 0, WAITING_ERRANDS - 1),
        .path = wire_whole_text(question),
        .text = wire_text(question)};
    bool is_whole = item.path && path_is_plain_relative(item.path) &&
                    (item.errand != WAITING_WRITE || item.text);
    question->broken = question->broken || !is_whole;
    if (!question->broken) {
        waiting_do(folder, &item, 1);
        wire_add_number(answer, item.result);
    }
    waiting_item_release(&item);
}

void waiting_run(const struct folder *folder, struct wire *question, struct str *answer)
{
    size_t count = (size_t)wire_number_in(question, 0, ITEMS_MAX);
    for (size_t i = 0; i < count && !question->broken; i++)
        do_next(folder, question, answer);
}

bool waiting_answer_read(struct wire *answer, struct waiting_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        items[i].result = (int)wire_number_in(answer, -4095, 0);
    return wire_is_read(answer);
}
