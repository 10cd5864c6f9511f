/**
 * Tells whoever started the sandbox where it listens: on stdout, and in a file that appears whole.
 */
#include "ready.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct json *describe(const struct ready *ready)
{
    const char *scheme = ready->tls ? "https" : "http";
    char api[64], s3[64], admin[64];
    snprintf(api, sizeof(api), "%s://127.0.0.1:%d/api/v1/", scheme, ready->api_port);
    snprintf(s3, sizeof(s3), "%s://127.0.0.1:%d/", scheme, ready->s3_port);
    snprintf(admin, sizeof(admin), "%s://127.0.0.1:%d/admin/", scheme, ready->api_port);
    struct json *object = json_object();
    int result = json_add_text(object, "api_url", api);
    result |= json_add_text(object, "s3_url", s3);
    result |= json_add_text(object, "admin_url", admin);
    result |= json_add_int(object, "pid", getpid());
    if (result == 0)
        return object;
    json_free(object);
    return NULL;
}

static int write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return -errno;
    int result = fprintf(file, "%s\n", text) < 0 ? -EIO : 0;
    if (fclose(file) != 0)
        result = -errno;
    return result;
}

static int write_file(const char *path, const char *text)
{
    CLEANUP(free_text) char *aside = str_format("%s.new", path);
    if (!aside)
        return -ENOMEM;
    int result = write_text(aside, text);
    if (result == 0 && rename(aside, path) != 0)
        result = -errno;
    if (result < 0)
        unlink(aside);
    return result;
}

int ready_tell(const struct ready *ready, const char *path)
{
    CLEANUP(json_freep) struct json *object = describe(ready);
    CLEANUP(free_text) char *text = json_print(object);
    if (!text)
        return -ENOMEM;
    for (const struct json *one = json_first(object); one; one = json_next(one))
        if (json_text(one))
            printf("ready %s %s\n", json_key(one), json_text(one));
    if (fflush(stdout) != 0)
        return -errno;
    return path ? write_file(path, text) : 0;
}
