/** One libconfig file: read, checked and parsed, with the errors that are found in it. */
#include "setting_state.h"
#include "syntax.h"

#include "closedrop/base/shortage.h"
#include "closedrop/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (1024 * 1024)
#define PROBLEMS_MAX (256 * 1024)

void settings_add_problem(
    struct settings *settings, unsigned line, const char *key, const char *what)
{
    str_printf(&settings->problems, "%s:%u: ", settings->path, line);
    if (key)
        str_printf(&settings->problems, "%s: ", key);
    utf8_escape(&settings->problems, what, strlen(what));
    str_add_char(&settings->problems, '\n');
    settings->problem_count++;
}

/** Read the file ourselves: libconfig would take a directory, a FIFO or a gigabyte. */
static int read_file(const char *path, struct str *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    int result = str_add_file(text, fd);
    close(fd);
    if (!result && memchr(str_text(text), '\0', text->length))
        result = -EILSEQ;
    return result;
}

static void note_digest(struct settings *settings, const struct str *text)
{
    uint8_t digest[DIGEST_SHA256_SIZE];
    struct str hex = STR_INIT(DIGEST_SHA256_HEX);
    digest_sha256(str_text(text), text->length, digest);
    digest_add_hex(&hex, digest, sizeof(digest));
    snprintf(settings->digest, sizeof(settings->digest), "%s", str_text(&hex));
    str_release(&hex);
}

const char *settings_digest(const struct settings *settings)
{
    return settings->digest;
}

static void report_unreadable(struct settings *settings, int error)
{
    const char *what = error == -E2BIG    ? "the file is larger than 1 MB; is this the right file?"
                       : error == -EILSEQ ? "the file contains a NUL byte; is this the right file?"
                                          : strerror(-error);
    str_printf(&settings->problems, "%s: cannot be read: %s\n", settings->path, what);
    settings->problem_count++;
}

/** Some editors begin a file with a byte order mark. */
static const char *after_mark(const char *text)
{
    static const char mark[] = "\xEF\xBB\xBF";
    return text + (str_starts_with(text, mark) ? strlen(mark) : 0);
}

/** Parse what has passed syntax_check(). libconfig only says that it stumbled: say also over what
 * it usually stumbles. */
static void read_tree(struct settings *settings, const char *text, struct str *what)
{
    if (config_read_string(&settings->tree, text))
        return;
    unsigned line = syntax_explain(text, what);
    if (!line) {
        line = (unsigned)config_error_line(&settings->tree);
        str_printf(what,
            "%s; look here and just above for a missing ; , } ) ] or quote, or a key that appears "
            "twice",
            config_error_text(&settings->tree));
    }
    settings_add_problem(settings, line, NULL, str_text(what));
}

/** What is wrong is noted. */
static void parse(struct settings *settings, const char *text)
{
    struct str what = STR_INIT(512);
    unsigned line = syntax_check(text, &what);
    if (line)
        settings_add_problem(settings, line, NULL, str_text(&what));
    else
        read_tree(settings, text, &what);
    str_release(&what);
}

int settings_open(const char *path, struct settings **ret_settings)
{
    struct settings *settings = calloc(1, sizeof(*settings));
    *ret_settings = settings;
    if (!settings)
        return -ENOMEM;
    settings->problems = (struct str)STR_INIT(PROBLEMS_MAX);
    config_init(&settings->tree);
    settings->path = strdup(path);
    if (!settings->path)
        return -ENOMEM;

    struct str text = STR_INIT(FILE_MAX);
    int result = read_file(path, &text);
    if (result < 0) {
        report_unreadable(settings, result);
    } else {
        note_digest(settings, &text);
        parse(settings, after_mark(str_text(&text)));
    }
    str_release(&text);
    if (is_shortage(result))
        return result;
    return settings->problem_count ? -EINVAL : 0;
}

void settings_close(struct settings *settings)
{
    if (!settings)
        return;
    config_destroy(&settings->tree);
    str_release(&settings->problems);
    free(settings->path);
    free(settings->asked);
    free(settings);
}

const char *settings_problems(const struct settings *settings)
{
    return str_text(&settings->problems);
}

void settings_set_short(struct settings *settings)
{
    settings->is_short = true;
}

bool settings_are_short(const struct settings *settings)
{
    return settings->is_short;
}

size_t settings_problem_count(const struct settings *settings)
{
    return settings->problem_count;
}
