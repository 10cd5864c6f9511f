/**
 * Scope cleanup for single resources, and the visible hand-over when ownership moves on.
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

/** Hand a pointer over: the value of `p`, which becomes NULL. */
#define TAKE_PTR(p)                                                                                \
    ({                                                                                             \
        __typeof__(p) taken_ = (p);                                                                \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })

/** Hand a descriptor over: the value of `fd`, which becomes -1. */
#define TAKE_FD(fd)                                                                                \
    ({                                                                                             \
        int taken_ = (fd);                                                                         \
        (fd) = -1;                                                                                 \
        taken_;                                                                                    \
    })

/** For CLEANUP on any `char *` or other malloc()ed pointer. */
static inline void free_text(void *pointer)
{
    free(*(void **)pointer);
}

/** For CLEANUP on an `int fd`; -1 is nothing to close. */
static inline void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

#endif
