/** Yes or no, from the person at the terminal. */
#include "confirm.h"

#include <stdio.h>
#include <unistd.h>

bool confirm_can_ask(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

bool confirm_ask(const char *question)
{
    char answer[16] = "";
    printf("%s [y/N] ", question);
    fflush(stdout);
    return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}
