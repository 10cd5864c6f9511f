/**
 * A reader of multipart/form-data (RFC 7578) that is fed as the bytes arrive.
 *
 * It keeps nothing but a part's header and the few bytes that may yet turn out to be a boundary,
 * so a body of any size costs the same memory, and it does not matter where the chunks are cut.
 * What it finds it tells at once through three callbacks: a part begins, some of its bytes, the
 * part is over. Strict where S3 is: the body begins with a boundary, and it is only complete
 * when the closing one was seen. What follows that is ignored.
 */
#ifndef CLOSEDROP_SANDBOX_HTTP_MULTIPART_H
#define CLOSEDROP_SANDBOX_HTTP_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

/** RFC 2046 allows 70 bytes; clients have been seen to be more generous. */
#define MULTIPART_BOUNDARY_MAX 200

/** The most that the header lines of one part may take. */
#define MULTIPART_HEAD_MAX 16384

/** One part's name and file name (NULL: none). Good until the callback returns. */
struct multipart_part {
    const char *name;
    const char *filename;
};

/** A callback that returns other than 0 ends the reading, and the feeder gets that value. */
struct multipart_events {
    int (*part)(void *context, const struct multipart_part *part);
    int (*bytes)(void *context, const char *bytes, size_t length);
    int (*part_end)(void *context);
};

enum multipart_stage {
    MULTIPART_START, /* before the first boundary */
    MULTIPART_BODY,  /* inside a part */
    MULTIPART_AFTER, /* behind a boundary: is it the closing one? */
    MULTIPART_HEAD,  /* in a part's header lines */
    MULTIPART_END    /* behind the closing boundary */
};

/** Owns nothing: no release is needed. */
struct multipart {
    const struct multipart_events *events;
    void *context;
    enum multipart_stage stage;
    char delimiter[MULTIPART_BOUNDARY_MAX + 5]; /* CR LF "--" boundary */
    size_t delimiter_length;
    size_t matched; /* how much of the delimiter the bytes so far ended with */
    char head[MULTIPART_HEAD_MAX + 1];
    size_t head_length;
};

/**
 * The boundary named by a Content-Type value, into `boundary`.
 * Returns 0; -EPROTOTYPE where it is not multipart/form-data; -EINVAL without a usable boundary.
 */
int multipart_boundary(const char *content_type, char boundary[MULTIPART_BOUNDARY_MAX + 1]);

/** Make ready for a body with this boundary. */
void multipart_init(struct multipart *reader, const char *boundary,
    const struct multipart_events *events, void *context);

/**
 * Read the next `length` bytes. Returns 0, -EBADMSG where they are not well-formed, or what a
 * callback returned; after anything but 0 the reader must not be fed again.
 */
int multipart_feed(struct multipart *reader, const char *bytes, size_t length);

/** Whether the closing boundary was seen. */
bool multipart_complete(const struct multipart *reader);

#endif
