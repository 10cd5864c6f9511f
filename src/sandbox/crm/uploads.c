/** Keeps the temporary files: first as tickets, then as what was stored for them. */
#include "crm/uploads.h"

#include "crm/ledger.h"

#include "closedrop/base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int uploads_ticket(struct uploads *uploads, const char *token)
{
    struct upload *upload = calloc(1, sizeof(*upload));
    if (rows_add(&uploads->all, upload) != 0) {
        free(upload);
        return -ENOMEM;
    }
    snprintf(upload->token, sizeof(upload->token), "%s", token);
    upload->at_ms = clock_steady_ms();
    return lookup_put(&uploads->by_token, upload->token, upload);
}

void uploads_stored(struct uploads *uploads, const struct ledger_object *object)
{
    char token[FILE_URL_TOKEN];
    file_url_split_key(object->key, token);
    struct upload *upload = lookup_get(&uploads->by_token, token);
    if (!upload)
        return;
    upload->stored = true;
    upload->at_ms = clock_steady_ms();
    upload->size = object->size;
    snprintf(upload->sha256, sizeof(upload->sha256), "%s", object->sha256);
    snprintf(upload->md5, sizeof(upload->md5), "%s", object->md5);
}

const struct upload *uploads_find(const struct uploads *uploads, const char *url)
{
    char token[FILE_URL_TOKEN];
    return file_url_split_temporary(url, token) ? lookup_get(&uploads->by_token, token) : NULL;
}

void uploads_release(struct uploads *uploads)
{
    lookup_release(&uploads->by_token);
    rows_release(&uploads->all, free);
}
