/** Builds the keys and URLs of files, and takes them apart again. */
#include "crm/file_url.h"

#include "crm/account.h"
#include "util/percent.h"

#include "closedrop/base/str.h"

#include <stdio.h>
#include <string.h>

#define FILES "https://app.close.com/go/file/"
#define TEMPORARY FILES "temporary/" ACCOUNT_USER "/"

void file_url_add_key(struct str *out, const char *token, const char *filename)
{
    str_printf(out, "temporary/user/%s/%s/%s", ACCOUNT_USER, token, filename);
}

static void add_end(struct str *out, const char *token, const char *filename)
{
    str_printf(out, "%s/", token);
    percent_add(out, filename, "");
    str_add_char(out, '/');
}

void file_url_add_temporary(struct str *out, const char *token, const char *filename)
{
    str_add(out, TEMPORARY);
    add_end(out, token, filename);
}

void file_url_add_persisted(
    struct str *out, const struct file_url_owner *owner, const char *token, const char *filename)
{
    str_printf(out, FILES "persisted/%s/%s/%s/", ACCOUNT_ORGANIZATION, owner->type, owner->id);
    add_end(out, token, filename);
}

void file_url_add_media(struct str *out, const struct file_url_owner *owner, const char *media_id)
{
    const char *dot = strrchr(owner->type, '.');
    str_printf(out, "https://app.close.com/go/%s/%s/media/%s/", dot ? dot + 1 : owner->type,
        owner->id, media_id);
}

const char *file_url_split_key(const char *key, char token[FILE_URL_TOKEN])
{
    char user[FILE_URL_TOKEN];
    int behind = 0;
    if (sscanf(key, "temporary/user/%127[^/]/%127[^/]/%n", user, token, &behind) == 2 && behind)
        return key + behind;
    token[0] = '\0';
    const char *slash = strrchr(key, '/');
    return slash ? slash + 1 : key;
}

bool is_file_url(const char *url)
{
    return str_starts_with(url, FILES);
}

bool file_url_split_temporary(const char *url, char token[FILE_URL_TOKEN])
{
    int behind = 0;
    return str_starts_with(url, TEMPORARY) &&
           sscanf(url + strlen(TEMPORARY), "%127[^/]/%n", token, &behind) == 1 && behind &&
           url[strlen(TEMPORARY) + (size_t)behind];
}
