/** The options of the command line, as given. */
#ifndef CLOSEDROP_CLI_OPTIONS_H
#define CLOSEDROP_CLI_OPTIONS_H

#include <stdbool.h>

/** All options of all commands; a command allows some of them (see struct command). */
struct options {
    const char *config_file; /* -c */
    bool json;
    bool online;
    bool once;
    bool all;
    bool again;
    bool yes;
    bool held;
    bool watch;
    bool csv;
    bool dry_run;
    const char *state;
    const char *folder;
    const char *rule;
    const char *code;
    const char *since;
    const char *until;
    const char *match;
    const char *lead;
    const char *contact;
    int limit; /* 0: all */
    char **arguments;
    int count;
};

#endif
