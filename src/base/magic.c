#include "closedrop/base/magic.h"

#include <magic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define LOOK_AT 65536

static const struct {
    const char *suffix;
    const char *type;
} known_suffixes[] = {
    {"pdf", "application/pdf"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"png", "image/png"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"heic", "image/heic"},
    {"bmp", "image/bmp"},
    {"csv", "text/csv"},
    {"txt", "text/plain"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"xml", "application/xml"},
    {"json", "application/json"},
    {"eml", "message/rfc822"},
    {"vcf", "text/vcard"},
    {"ics", "text/calendar"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"doc", "application/msword"},
    {"xls", "application/vnd.ms-excel"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"rtf", "application/rtf"},
    {"mp3", "audio/mpeg"},
    {"wav", "audio/wav"},
    {"mp4", "video/mp4"},
    {"mov", "video/quicktime"},
};

static const char *type_of_suffix(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof(known_suffixes) / sizeof(*known_suffixes); i++)
        if (strcasecmp(dot + 1, known_suffixes[i].suffix) == 0)
            return known_suffixes[i].type;
    return NULL;
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

void content_type_guess(const char *name, int fd, char ret_type[CONTENT_TYPE_MOST])
{
    static char head[LOOK_AT];
    const char *type = type_of_suffix(name);
    if (!type && tables()) {
        ssize_t got = pread(fd, head, sizeof(head), 0);
        type = got > 0 ? magic_buffer(tables(), head, (size_t)got) : NULL;
    }
    if (!type || !strchr(type, '/'))
        type = "application/octet-stream";
    snprintf(ret_type, CONTENT_TYPE_MOST, "%s", type);
}
