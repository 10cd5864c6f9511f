/**
 * The two requests that bring a file into Close, by libcurl alone: what ceiling.c and floor.c
 * share. A fault of the machine ends the program.
 */
#ifndef BARE_H
#define BARE_H

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdbool.h>

#define BARE_REPLY_MAX 65536

/** One file at a time: first its ticket, then its form. */
struct slot {
    CURL *easy;
    char *path; /* NULL: free */
    bool has_ticket;
    bool is_posted; /* its activity, after its form */
    cJSON *ticket;
    curl_mime *form;
    char reply[BARE_REPLY_MAX];
    size_t length;
};

/** Adds the contents of the slot's file to its form. */
typedef void bare_add_file(struct slot *slot, curl_mimepart *part);

/** A file was stored, or its activity created; or not. */
typedef void bare_ended(struct slot *slot, bool is_good);

/** API_URL KEY CONNECTIONS [FILE...], else the names on standard input. Returns all slots, free. */
struct slot *bare_begin(int argc, char **argv, bare_add_file *add_file, int *ret_count);

/** The next name; NULL after the last. */
char *bare_next(void);

/** Ask for a ticket for slot->path; its form follows by itself. */
void bare_send(struct slot *slot);

/** Post an email for a file that is stored, on a connection of its own. */
void bare_post_activity(struct slot *slot);

/** Continue all requests; calls `ended` for each that has ended, and says which have failed. */
void bare_perform(bare_ended *ended);

/** Wait until there is something to do. */
void bare_wait(void);

/** How many files were not answered with 201. */
int bare_failures(void);

#endif
