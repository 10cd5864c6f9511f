/** Which errno values mean that the machine is short of something, in one table. */
#include "closedrop/base/shortage.h"

#include <errno.h>
#include <stdlib.h>

bool is_shortage(int error)
{
    switch (abs(error)) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EINTR:
        return true;
    default:
        return false;
    }
}
