/** The contents of a configuration, as plain data (closedrop.conf(5)). Read-only once loaded. */
#ifndef CLOSEDROP_CONFIG_TREE_H
#define CLOSEDROP_CONFIG_TREE_H

#include "closedrop/base/digest.h"
#include "closedrop/base/log.h"
#include "closedrop/config/expectation.h"
#include "closedrop/queue/guard.h"
#include "closedrop/queue/notice.h"
#include "closedrop/rules/people.h"
#include "closedrop/rules/rule.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum watch_mode { WATCH_AUTO, WATCH_INOTIFY, WATCH_POLL, WATCH_MODES };
enum duplicates { DUPLICATES_ASK, DUPLICATES_FILE, DUPLICATES_SKIP, DUPLICATES_CHOICES };
enum after_upload { AFTER_ARCHIVE, AFTER_DELETE, AFTER_KEEP, AFTER_CHOICES };

/** S3's limit for one form POST. */
#define FILE_SIZE_MAX (5LL * 1024 * 1024 * 1024)

/** There is a hook for each kind of event but the last, which is for mail. */
#define CONFIG_HOOKS NOTICE_SUMMARY

/** How whoever dropped a file hears of it. */
struct tell_settings {
    int64_t late_ms;       /* if the file waits longer than this; 0: however long it waits, not */
    bool failed;           /* if it has failed, by mail only */
    struct template *mail; /* gives an address; NULL: there is no mail */
};

/** A drop folder. Sizes are in bytes, durations in ms. */
struct folder {
    char *name;
    char *path;    /* absolute and normalized */
    unsigned line; /* of `path` in the configuration file */
    bool recursive;
    char **include; /* patterns, NULL-terminated; empty: all files */
    char **exclude;
    int64_t min_size;
    int64_t max_size; /* never 0: FILE_SIZE_MAX at most */
    int64_t settle_ms;
    int64_t incomplete_ms;
    char *marker;      /* "": none; else a name with "{name}" or "{stem}", or "{dir}/NAME" */
    bool remove_empty; /* remove a directory once it was emptied */
    struct expectation expect; /* when a file must have come */
    char *expect_text;         /* the same as it is written; "": at no time */
    struct tell_settings tell;
    int64_t silent_ms; /* how long none may come; 0: any time */
    enum watch_mode watch;
    int64_t poll_ms;
    int64_t rescan_ms;
    enum after_upload after_upload;
    char *archive; /* a strftime pattern, relative to `path` or absolute */
    char *failed;
    bool receipts;
    bool link;                  /* write a shortcut to the lead next to an archived file */
    enum duplicates duplicates; /* for contents already filed on the same lead */
    bool sidecar;               /* a.pdf waits for a.pdf.json next to it */
    struct rule **rules;  /* in order; point into config->rules; NULL-terminated, never NULL */
    bool fails_unmatched; /* no_match = "fail" */
    bool wants_owner;     /* who owns a file must be known when it arrives */
    char *rules_digest;   /* digest of what these rules say */
    /* another process touches its files, and this one does not: for the agent, the folder's file
       process, because its file system can hang (files/mounts.h); in a file process, all folders
       but its own are. Not part of the configuration: once true, it stays so */
    atomic_bool is_elsewhere;
};

struct close_settings {
    char *api_url;           /* ends with a slash */
    char *api_key_file;      /* NULL: systemd credential, then $CLOSE_API_KEY */
    unsigned key_line;       /* of that key in the configuration file, or of its group */
    char *access_token_file; /* NULL: an API key is used */
    unsigned token_line;
    char *client_id; /* of the OAuth app for which somebody logs in; NULL: another way is used */
    char *client_secret_file;
    unsigned oauth_line;
    char **upload_hosts;
    char *ca_file; /* "": the system's */
    unsigned ca_line;
    char *proxy; /* "": none */
};

struct limits {
    int transfers;
    int64_t bandwidth; /* bytes per second, all transfers together; 0: no limit */
    int max_attempts;
    int64_t retry_first_ms;
    int64_t retry_max_ms;
    int64_t timeout_ms;
    int64_t doubt_ms;     /* wait after an unclear POST before Close is asked */
    int64_t max_sent;     /* bytes attached to one outgoing email; 0: no limit */
    int64_t max_attached; /* bytes attached to any other activity; 0: no limit */
    struct guard_limits guard;
};

/** The HTTP server. */
struct http_settings {
    char *listen;        /* as listen_address.h reads it; "": there is no server */
    char *token_file;    /* NULL: none */
    unsigned token_line; /* of that key in the configuration file, or of its group */
    char *read_token_file;
    unsigned read_token_line;
};

/** Mail about events, and pings. */
struct alert_settings {
    char **mail; /* addresses, NULL-terminated; empty: no mail */
    char *from;
    char *smtp;                /* a URL */
    char *login_file;          /* "": none */
    struct expectation digest; /* when a summary is mailed each day; no days: never */
    char *ping_file;           /* contains the URL to ping; "": there are no pings */
    int64_t every_ms;          /* between two pings */
    int64_t late_ms;           /* how long a file may wait until they say that something is wrong */
};

struct config {
    atomic_int references;
    char *file;                     /* the file it was loaded from ... */
    char digest[DIGEST_SHA256_HEX]; /* ... and its SHA-256 in hex; "" if it could not be read */
    bool is_partial;         /* it has errors: of the rest, only the paths that follow are known, */
    bool is_state_dir_known; /* the first of them for certain if this is set */
    char *state_dir;
    unsigned state_line;
    char *control_socket;
    struct close_settings close;
    struct limits limits;
    int64_t history_ms; /* how long a job is kept after it ended (queue/prune.h); 0: for ever */
    struct http_settings http;
    struct folder *folders;
    size_t folder_count;
    struct people people;
    struct rule *rules;
    size_t rule_count;
    char **hooks[CONFIG_HOOKS]; /* by kind of event: program (absolute) and arguments,
                                   NULL-terminated; without a program: none */
    struct alert_settings alert;
    enum log_level log_level;
    enum log_format log_format;
    struct own_files *own_files; /* own_files.h */
};

#endif
