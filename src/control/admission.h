/** Who may ask what of the HTTP server. Pure. */
#ifndef CLOSEDROP_CONTROL_ADMISSION_H
#define CLOSEDROP_CONTROL_ADMISSION_H

#include "closedrop/control/tokens.h"

#include <stdbool.h>

/** What must be allowed for a request. */
enum need {
    NEED_NOTHING, /* figures without names */
    NEED_PAGE,    /* the page itself, which has no data: of use where a token exists */
    NEED_READ,
    NEED_WRITE,
    NEEDS
};

/** Where and how somebody asks. */
struct visitor {
    int port;           /* of the server; 0: a Unix socket, which only its group can reach */
    const char *listen; /* http.listen, one of the names that the server may be called by */
    bool has_tokens;    /* whether there are tokens at all */
    enum access access; /* what the visitor's token allows */
    const char *shown;  /* the header Authorization, or NULL; as are the following headers */
    const char *host;
    const char *origin;
    const char *forwarded_host;
};

struct refusal {
    int status; /* of HTTP */
    const char *why;
    bool is_slowed; /* a wrong token: the next try has to wait */
};

/** Why the visitor may not ask this; NULL: he may. */
const struct refusal *admission_refuse(const struct visitor *visitor, enum need need);

#endif
