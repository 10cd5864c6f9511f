/* The name of a file, as bytes, on all its ways through the program; a byte for a number, the name,
 * NUL, the directory it is in, NUL, the pattern of a marker, NUL, a pattern of names to take. */
#include "fuzz.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/log.h"
#include "closedrop/files/path.h"
#include "closedrop/intake/filter.h"

#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- as text ---- */

static bool is_utf8(const char *bytes)
{
    char *clean = utf8_clean_copy(bytes);
    bool same = clean && strcmp(clean, bytes) == 0;
    assert(clean && fuzz_is_utf8(clean) && same == fuzz_is_utf8(bytes));
    free(clean);
    return same;
}

/** What is shown of it, on one line that nothing in it can break, move or turn round. */
static char *check_shown(const char *name)
{
    static const char *const disturbing[] = {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xAE"};
    char *shown = utf8_escape_copy(name);
    assert(shown && fuzz_is_utf8(shown) && fuzz_is_one_line(shown));
    for (size_t i = 0; i < COUNT(disturbing); i++)
        assert(!strstr(shown, disturbing[i]));
    return shown;
}

static void check_json(const char *name)
{
    char *clean = utf8_clean_copy(name);
    struct json *object = json_object();
    assert(clean && json_add_text(object, "path", name) == 0);
    char *printed = json_print(object);
    assert(printed && fuzz_is_utf8(printed) && !strpbrk(printed, "\n\r\t\x1B"));
    struct json *again = json_parse(printed, strlen(printed));
    assert(again && strcmp(json_get_text(again, "path"), clean) == 0);
    json_free(again);
    json_free(object);
    free(printed);
    free(clean);
}

/** What a call writes on standard error. */
static char *logged(enum log_format format, const char *name)
{
    static int file = -1;
    if (file < 0)
        file = memfd_create("log", MFD_CLOEXEC);
    int before = dup(STDERR_FILENO);
    struct str text = STR_INIT(1000000);
    assert(before >= 0 && ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0);
    assert(dup2(file, STDERR_FILENO) >= 0);
    log_configure(LOG_LEVEL_INFO, format);
    log_write(LOG_LEVEL_WARN, "fuzz", &(struct log_about){.file = name}, "%s", name);
    assert(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    assert(lseek(file, 0, SEEK_SET) == 0 && str_add_file(&text, file) == 0);
    return str_take(&text);
}

/** One line each, whatever the name is; a JSON line is JSON. */
static void check_log(const char *name, const char *shown)
{
    char *text = logged(LOG_FORMAT_TEXT, name);
    char *line = logged(LOG_FORMAT_JSON, name);
    assert(strchr(text, '\n') == text + strlen(text) - 1);
    assert(strchr(line, '\n') == line + strlen(line) - 1);
    assert(strstr(text, shown));
    struct json *object = json_parse(line, strlen(line));
    assert(object && strcmp(json_get_text(object, "message"), shown) == 0);
    assert(strcmp(json_get_text(object, "file"), shown) == 0);
    json_free(object);
    free(text);
    free(line);
}

/* ---- as a path ---- */

static void check_parts(const char *directory, const char *name)
{
    char *path = path_join(directory, name);
    char *above = path_directory(path);
    char *joined = path_join(above, path_name(path));
    assert(path && above && joined && !strchr(path_name(path), '/'));
    assert(strcmp(joined, path) == 0 || !*above); /* "/a" is in "" */
    free(joined);
    free(above);
    free(path);
}

static void check_normal(const char *directory, const char *name)
{
    char *path = path_normal(directory, name);
    char *again = path_normal("/elsewhere", path);
    assert(path && again && *path == '/' && strcmp(again, path) == 0);
    assert(!strstr(path, "//") && !strstr(path, "/./"));
    assert(!path[1] || !str_ends_with(path, "/"));
    assert(path_is_within(path, path) && path_is_within(path, "/"));
    if (path_is_plain_relative(name)) {
        char *top = path_normal("/", directory);
        assert(path_is_within(path, *name == '/' ? "/" : top));
        free(top);
    }
    free(again);
    free(path);
}

/** A name that a file of ours may have: as long as the disk takes, and in the same directory. */
static void check_given_name(const char *given, const char *name)
{
    assert(given && *given && strlen(given) <= NAME_MAX && !strchr(given, '/'));
    assert(!is_utf8(name) || is_utf8(given));
}

static void check_put_away(const struct folder *folder, const char *name, unsigned number)
{
    static const char *const ends[] = {".error.txt", ".close.json"};
    if (!*name || strlen(name) > NAME_MAX || strchr(name, '/'))
        return;
    char *numbered = path_numbered(name, number);
    check_given_name(numbered, name);
    assert((number < 2) == (strcmp(numbered, name) == 0));
    free(numbered);
    for (size_t i = 0; i < COUNT(ends); i++) {
        char *own = path_with_suffix(name, ends[i]);
        check_given_name(own, name);
        assert(str_ends_with(own, ends[i]) && !filter_takes(folder, own));
        free(own);
    }
}

/** A companion that waits for a file next to it is not a document. */
static void check_marker(const struct folder *folder, const char *path)
{
    char *marker = path_marker(folder->marker, path);
    if (marker && *path_name(path) && !strchr(folder->marker, '/')) {
        assert(!filter_takes(folder, marker));
        size_t above = (size_t)(path_name(path) - path);
        assert((size_t)(path_name(marker) - marker) == above && strncmp(marker, path, above) == 0);
    }
    free(marker);
}

static void check_filter(struct folder *folder, const char *directory, const char *name)
{
    char *path = path_join(directory, name);
    bool takes = filter_takes(folder, path);
    assert(!takes || (*path_name(path) != '.' && !str_ends_with(path, ".tmp")));
    assert(!filter_enters(folder, path) || *path_name(path) != '.');
    folder->sidecar = true;
    char *sidecar = path_marker(SIDECAR_PATTERN, path);
    assert(sidecar && !filter_takes(folder, sidecar));
    assert(!filter_takes(folder, path) || takes);
    folder->sidecar = false;
    check_marker(folder, path);
    free(sidecar);
    free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    unsigned number = fuzz_byte(&input);
    char *name = fuzz_text(&input);
    char *directory = fuzz_text(&input);
    char *marker = fuzz_text(&input);
    char *pattern = fuzz_text(&input);
    char *patterns[] = {pattern, NULL}, *none[] = {NULL};
    struct folder folder = {.include = *pattern ? patterns : none,
        .exclude = none,
        .marker = marker,
        .archive = (char[]){"Uploaded/%Y-%m"},
        .failed = (char[]){"Failed"}};
    char *shown = check_shown(name);
    check_json(name);
    check_log(name, shown);
    check_parts(directory, name);
    check_normal(directory, name);
    check_put_away(&folder, name, number);
    check_filter(&folder, directory, name);
    free(shown);
    free(name);
    free(directory);
    free(marker);
    free(pattern);
    return 0;
}
