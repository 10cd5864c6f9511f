/** Keeps what a process knows out of core files. */
#include "closedrop/base/core_file.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void core_file_forbid(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* its leak check attaches to the process */
    prctl(PR_SET_DUMPABLE, 0);
#endif
}
