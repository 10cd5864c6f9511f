/** The MIME type of a file: what its first bytes are to libmagic, made finer by its suffix where
 * the two do not contradict. */
#include "closedrop/base/magic.h"

#include "closedrop/base/array.h"

#include <magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define LOOK_AT 65536

static const char unknown[] = "application/octet-stream";

/** How far from its start a PDF may begin. */
#define PDF_HEAD_MAX 1024

/** With what a file of a format begins, whoever wrote it; more than one, divided by bars. */
#define TEXT "" /* with anything, but it is text */
#define OLE "\xD0\xCF\x11\xE0"
#define OFFICE "PK|" OLE /* with a password it is wrapped in the older format */

static const struct suffix {
    const char *suffix;
    const char *type;
    const char *start; /* NULL: nothing can be said */
} known_suffixes[] = {
    {"pdf", "application/pdf", "%PDF-"},
    {"tif", "image/tiff", "II|MM"},
    {"tiff", "image/tiff", "II|MM"},
    {"jpg", "image/jpeg", "\xFF\xD8"},
    {"jpeg", "image/jpeg", "\xFF\xD8"},
    {"png", "image/png", "\x89PNG"},
    {"gif", "image/gif", "GIF8"},
    {"webp", "image/webp", "RIFF"},
    {"heic", "image/heic", NULL},
    {"bmp", "image/bmp", "BM"},
    {"csv", "text/csv", TEXT},
    {"txt", "text/plain", TEXT},
    {"htm", "text/html", TEXT},
    {"html", "text/html", TEXT},
    {"xml", "application/xml", TEXT},
    {"json", "application/json", TEXT},
    {"eml", "message/rfc822", TEXT},
    {"vcf", "text/vcard", TEXT},
    {"ics", "text/calendar", TEXT},
    {"zip", "application/zip", "PK"},
    {"gz", "application/gzip", "\x1F\x8B"},
    {"doc", "application/msword", OLE},
    {"xls", "application/vnd.ms-excel", OLE},
    {"ppt", "application/vnd.ms-powerpoint", OLE},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", OFFICE},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", OFFICE},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", OFFICE},
    {"odt", "application/vnd.oasis.opendocument.text", "PK"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet", "PK"},
    {"rtf", "application/rtf", "{\\rtf"},
    {"mp3", "audio/mpeg", NULL},
    {"wav", "audio/wav", "RIFF"},
    {"mp4", "video/mp4", NULL},
    {"mov", "video/quicktime", NULL},
};

static const struct suffix *find_suffix(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < COUNT(known_suffixes); i++)
        if (strcasecmp(dot + 1, known_suffixes[i].suffix) == 0)
            return &known_suffixes[i];
    return NULL;
}

static bool holds_pdf(const char *head, size_t length)
{
    return memmem(head, length < PDF_HEAD_MAX ? length : PDF_HEAD_MAX, "%PDF-", 5) != NULL;
}

static bool begins_with(const char *head, size_t length, const char *starts)
{
    for (const char *start = starts; *start; start += *start == '|') {
        size_t size = strcspn(start, "|");
        if (length >= size && memcmp(head, start, size) == 0)
            return true;
        start += size;
    }
    return false;
}

/** An error page, most often. */
static bool begins_as_html(const char *head, size_t length)
{
    static const char *const starts[] = {"<!doctype html", "<html"};
    for (; length && strchr(" \t\r\n", *head); head++)
        length--;
    for (size_t i = 0; i < COUNT(starts); i++)
        if (length > strlen(starts[i]) && strncasecmp(head, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

static bool may_be_html(const struct suffix *suffix)
{
    return strcmp(suffix->type, "text/html") == 0 || strcmp(suffix->type, "application/xml") == 0;
}

/** Whether a file cannot be what its suffix says. */
static bool contradicts(const struct suffix *suffix, const char *head, size_t length)
{
    if (!may_be_html(suffix) && begins_as_html(head, length))
        return true;
    if (!suffix->start || !length)
        return false;
    if (!*suffix->start) /* of all that is not text, only a PDF can be without a zero byte */
        return memchr(head, '\0', length) || begins_with(head, length, "%PDF-");
    if (*suffix->start == '%')
        return !holds_pdf(head, length);
    return !begins_with(head, length, suffix->start);
}

/** The library's own tables, loaded at the first file that needs them. */
static magic_t tables(void)
{
    static magic_t cookie;
    if (!cookie) {
        cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR);
        if (cookie && magic_load(cookie, NULL) != 0) {
            magic_close(cookie);
            cookie = NULL;
        }
    }
    return cookie;
}

/** What it is by its first bytes; NULL where they say nothing. */
static const char *type_of_content(const char *head, size_t length)
{
    const char *type = length && tables() ? magic_buffer(tables(), head, length) : NULL;
    return type && strchr(type, '/') && strcmp(type, unknown) != 0 ? type : NULL;
}

void content_type_guess(const char *name, int fd, char ret_type[CONTENT_TYPE_MAX])
{
    static char head[LOOK_AT];
    const struct suffix *suffix = find_suffix(name);
    ssize_t got = pread(fd, head, sizeof(head), 0);
    size_t length = got > 0 ? (size_t)got : 0;
    const char *type = suffix ? suffix->type : unknown;
    const char *found =
        !suffix || contradicts(suffix, head, length) ? type_of_content(head, length) : NULL;
    /* text is often in UTF-16, which is full of zeros */
    bool is_still_text = found && suffix && suffix->start && !*suffix->start &&
                         strncmp(found, "text/", 5) == 0 && strcmp(found, "text/html") != 0;
    snprintf(ret_type, CONTENT_TYPE_MAX, "%s", found && !is_still_text ? found : type);
}
