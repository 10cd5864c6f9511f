/**
 * The configuration: one read-only tree, read whole, checked whole, swapped whole
 * (closedrop.conf(5)).
 *
 * A tree is counted by reference and may be read by any thread; nothing in it changes after
 * config_load(). A job in hand keeps the tree it began with.
 */
#ifndef CLOSEDROP_CONFIG_CONFIG_H
#define CLOSEDROP_CONFIG_CONFIG_H

#include "closedrop/base/log.h"
#include "closedrop/queue/guard.h"
#include "closedrop/rules/rule.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

enum watch_mode { WATCH_AUTO, WATCH_INOTIFY, WATCH_POLL, WATCH_MODES };
enum duplicates { DUPLICATES_ASK, DUPLICATES_FILE, DUPLICATES_SKIP, DUPLICATES_CHOICES };
enum after_upload { AFTER_ARCHIVE, AFTER_DELETE, AFTER_KEEP, AFTER_CHOICES };

/** S3's own limit for one form POST. */
#define FILE_SIZE_MOST (5LL * 1024 * 1024 * 1024)

/** One drop folder. Sizes in bytes, durations in ms. */
struct folder {
    char *name;
    char *path;    /* absolute, normal */
    unsigned line; /* of the configuration file, where `path` stands */
    bool recursive;
    char **include; /* patterns, NULL-terminated; empty takes all */
    char **exclude;
    int64_t min_size;
    int64_t max_size; /* never 0: FILE_SIZE_MOST at most */
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

/**
 * The file to read: `given`, else $CLOSEDROP_CONFIG, else the user's own (not for root), else the
 * system's. In new memory; NULL when memory is short.
 */
char *config_locate(const char *given);

/** How directories that may not lie in one another are compared. */
enum config_places {
    CONFIG_PLACES_SPELLED, /* by their paths: nothing is touched, so no dead server holds it up */
    CONFIG_PLACES_FOUND,   /* by device and inode too (inode.h) */
};

/**
 * Read and check `file`. Returns 0, or -EINVAL with every mistake added to `problems`, one line
 * each, or -ENOMEM. `ret_config` is written on success only; config_release() gives it back.
 */
int config_load(
    const char *file, enum config_places places, struct config **ret_config, struct str *problems);

/** One reference more, or one less; the last one frees the tree. NULL is nothing. */
struct config *config_hold(struct config *config);
void config_release(struct config *config);

/** Whether others than the caller hold it, too. */
bool config_is_shared(const struct config *config);

/** The folder called `name`, NULL where there is none (any more). */
const struct folder *config_folder(const struct config *config, const char *name);

/** The rule called `name`, NULL where there is none (any more). */
const struct rule *config_rule(const struct config *config, const char *name);

#endif
