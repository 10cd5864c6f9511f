/* A key, NUL, the bytes of a table. Without a key the first of the table is looked up. */
#include "fuzz.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"
#include "closedrop/rules/table.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/** So late that no table is young. */
static int64_t late(void)
{
    return INT64_C(100000000000000);
}

static const struct clock_source late_clock = {late, late};

static int write_file(const char *bytes, size_t length)
{
    int fd = memfd_create("table", MFD_CLOEXEC);
    assert(fd >= 0);
    while (length) {
        ssize_t done = write(fd, bytes, length);
        assert(done > 0);
        bytes += done;
        length -= (size_t)done;
    }
    return fd;
}

/** What the first line below the head begins with. */
static char *first_key(const char *bytes, size_t length)
{
    struct fuzz_input input = {bytes, length};
    char *text = fuzz_text(&input);
    const char *line = text + strcspn(text, "\r\n");
    line += strspn(line, "\r\n\" ");
    char *key = strndup(line, strcspn(line, ",;\t\r\n\""));
    free(text);
    assert(key);
    return key;
}

/** As people see it. */
static bool is_same_key(const char *asked, const char *found)
{
    size_t length = strlen(asked);
    utf8_trim(&asked, &length);
    char *bare = strndup(asked, length);
    assert(bare);
    bool is_same = text_compare(bare, found) != TEXT_OTHER;
    free(bare);
    return is_same;
}

static void check_found(const struct json *values, const char *key)
{
    assert(is_same_key(key, json_get_text(values, "row.key")));
    assert(json_get_text(values, "row.lead_id") || json_get_text(values, "row.contact_id"));
    for (const struct json *it = json_first(values); it; it = json_next(it)) {
        assert(str_starts_with(json_key(it), "row.") && strlen(json_key(it)) > strlen("row."));
        assert(json_get(values, json_key(it)) == it);
        assert(fuzz_is_utf8(json_key(it)) && fuzz_is_utf8(json_text(it)));
    }
}

static char *lookup(struct tables *tables, const char *file, const char *key)
{
    struct json *values = json_object();
    struct str why = STR_INIT(100000);
    const struct table_ask ask = {.file = file, .encoding = NULL};
    enum table_answer answer = tables_lookup(tables, &ask, key, values, &why);
    assert(answer != TABLE_CHANGING);
    assert((answer == TABLE_FOUND) == (why.length == 0));
    assert((answer == TABLE_FOUND) == (json_first(values) != NULL));
    assert(!str_error(&why) && fuzz_is_one_line(str_text(&why)));
    if (answer == TABLE_FOUND)
        check_found(values, key);
    struct str check = STR_INIT(100000);
    int result = tables_check(tables, &ask, &check);
    assert(result == (answer == TABLE_UNUSABLE ? -EINVAL : 0));
    char *text = answer == TABLE_FOUND ? json_print(values) : str_take(&why);
    json_free(values);
    str_release(&why);
    str_release(&check);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    char *key = fuzz_text(&input);
    if (!*key) {
        free(key);
        key = first_key(input.bytes, input.left);
    }
    clock_source = &late_clock;
    int fd = write_file(input.bytes, input.left);
    char file[64];
    snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
    struct tables *tables = tables_new();
    char *first = lookup(tables, file, key);
    char *second = lookup(tables, file, key);
    assert(strcmp(first, second) == 0);
    tables_free(tables);
    close(fd);
    free(first);
    free(second);
    free(key);
    return 0;
}
