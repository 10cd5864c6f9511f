/** Tests of memory that runs out: the n-th call of what tests/CMakeLists.txt wraps fails. */
#ifndef TESTS_UNIT_FAILING_CALLS_H
#define TESTS_UNIT_FAILING_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#define NEVER INT32_MAX
static int calls_left = NEVER;

static inline bool fails(void)
{
    return calls_left-- == 0;
}

/** A wrapped function, what it returns where it fails, its parameters, and how they are passed on.
 */
#define FAILING_CALL(type, name, failure, parameters, arguments)                                   \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return fails() ? (failure) : __real_##name arguments;                                      \
    }

#endif
