/** Draws random tokens and ids from the kernel's generator. */
#include "util/token.h"

#include "closedrop/base/str.h"

#include <stdlib.h>
#include <sys/random.h>

#define ID_LENGTH 43

static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

void token_random(char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        unsigned char pool[64];
        /* requests of up to 256 bytes are neither cut short nor interrupted */
        if (getrandom(pool, sizeof(pool), 0) != sizeof(pool))
            abort();
        for (size_t i = 0; i < sizeof(pool) && done < length; i++)
            if ((pool[i] & 63) < sizeof(letters) - 1) /* leaving two of 64 out keeps it even */
                text[done++] = letters[pool[i] & 63];
    }
    text[length] = '\0';
}

char *token_id(const char *prefix)
{
    char token[ID_LENGTH + 1];
    token_random(token, ID_LENGTH);
    return str_format("%s%s", prefix, token);
}
