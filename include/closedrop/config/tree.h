/**
 * What a configuration says, as plain data (closedrop.conf(5)). Nothing in it changes after it was
 * loaded.
 */
#ifndef CLOSEDROP_CONFIG_TREE_H
#define CLOSEDROP_CONFIG_TREE_H

#include "closedrop/base/log.h"
#include "closedrop/queue/guard.h"
#include "closedrop/rules/rule.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum watch_mode { WATCH_AUTO, WATCH_INOTIFY, WATCH_POLL, WATCH_MODES };
enum duplicates { DUPLICATES_ASK, DUPLICATES_FILE, DUPLICATES_SKIP, DUPLICATES_CHOICES };
enum after_upload { AFTER_ARCHIVE, AFTER_DELETE, AFTER_KEEP, AFTER_CHOICES };

/** S3's own limit for one form POST. */
#define FILE_SIZE_MAX (5LL * 1024 * 1024 * 1024)

/** One drop folder. Sizes in bytes, durations in ms. */
struct folder {
    char *name;
    char *path;    /* absolute, normal */
    unsigned line; /* of the configuration file, where `path` stands */
    bool recursive;
    char **include; /* patterns, NULL-terminated; empty takes all */
    char **exclude;
    int64_t min_size;
    int64_t max_size; /* never 0: FILE_SIZE_MAX at most */
    int64_t settle_ms;
    int64_t incomplete_ms;
    char *marker;      /* "" for none, else a name with "{name}" or "{stem}", or "{dir}/NAME" */
    bool remove_empty; /* a directory that was emptied goes */
    enum watch_mode watch;
    int64_t poll_ms;
    int64_t rescan_ms;
    enum after_upload after_upload;
    char *archive; /* a strftime pattern, relative to path or absolute */
    char *failed;
    bool receipts;
    enum duplicates duplicates; /* the same bytes were filed on the same lead before */
    bool sidecar;               /* a.pdf waits for a.pdf.json beside it */
    struct rule **rules;  /* in order, into config->rules; ends with NULL, never NULL itself */
    bool fails_unmatched; /* no_match = "fail" */
    char *mark;           /* of these rules: equal as long as they say the same */
};

struct close_settings {
    char *api_url;      /* ends in a slash */
    char *api_key_file; /* NULL: the systemd credential, then $CLOSE_API_KEY */
    unsigned key_line;  /* of the configuration file, where that stands, or the group */
    char **upload_hosts;
    char *ca_file; /* "" for the system's */
    unsigned ca_line;
    char *proxy; /* "" for none */
};

struct limits {
    int transfers;
    int64_t bandwidth; /* bytes sent a second, over all; 0: no limit */
    int max_attempts;
    int64_t retry_first_ms;
    int64_t retry_max_ms;
    int64_t timeout_ms;
    int64_t doubt_ms;     /* an unclear POST waits this long before Close is asked */
    int64_t max_sent;     /* bytes attached to one email that really leaves; 0: no limit */
    int64_t max_attached; /* bytes attached to any other activity; 0: no limit */
    struct guard_limits guard;
};

struct config {
    atomic_int references;
    char *file; /* where it was read from */
    char *state_dir;
    unsigned state_line;
    char *control_socket;
    struct close_settings close;
    struct limits limits;
    struct folder *folders;
    size_t folder_count;
    struct rule *rules;
    size_t rule_count;
    enum log_level log_level;
    enum log_format log_format;
    struct own_files *own_files; /* own_files.h */
};

#endif
