/**
 * Scope cleanup for single resources, and the visible transfer of their ownership.
 *
 *     CLEANUP(free_text) char *name = strdup(path);
 *     ...
 *     *ret_name = TAKE_PTR(name);
 */
#ifndef CLOSEDROP_BASE_CLEANUP_H
#define CLOSEDROP_BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(release) __attribute__((cleanup(release)))

/** Transfer a pointer: returns the value of `p` and sets `p` to NULL. */
#define TAKE_PTR(p)                                                                                \
    ({                                                                                             \
        __typeof__(p) taken_ = (p);                                                                \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })

/** Transfer a descriptor: returns the value of `fd` and sets `fd` to -1. */
#define TAKE_FD(fd)                                                                                \
    ({                                                                                             \
        int taken_ = (fd);                                                                         \
        (fd) = -1;                                                                                 \
        taken_;                                                                                    \
    })

/** For CLEANUP on a `char *` or any other pointer from malloc(). */
static inline void free_text(void *pointer)
{
    free(*(void **)pointer);
}

/** For CLEANUP on an `int fd`; ignores -1. */
static inline void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

#endif
