/** match: what would become of a file, without touching anything. */
#include "named_file.h"
#include "names.h"
#include "session.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/json.h"
#include "closedrop/base/magic.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"
#include "closedrop/config/own_files.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/identity.h"
#include "closedrop/files/path.h"
#include "closedrop/intake/complete.h"
#include "closedrop/intake/filter.h"
#include "closedrop/intake/settle.h"
#include "closedrop/rules/sidecar.h"
#include "closedrop/work/attach.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/** What stands for the address that only an upload gives a file. */
#define URL_TO_COME "https://app.close.com/go/file/temporary/..."

#define TRIES_MAX 4
#define WAIT_MAX_MS 10000

/** Where in its folder a file lies: where it was dropped, or where it was put. */
enum whereabouts { AMONG_TAKEN, AMONG_FAILED, AMONG_DROPPED };

/** One file that is looked at. */
struct look_at {
    struct session *session;
    const char *given; /* as on the command line */
    const struct folder *folder;
    char *path; /* in its folder */
    enum whereabouts whereabouts;
    bool is_behind_link; /* in its folder as it is spelled, and in truth elsewhere */
    mode_t mode;         /* of what was named: a link is a link */
    int fd;              /* of a regular file */
    struct file_state state;
    char content_type[CONTENT_TYPE_MAX];
    char sha256[DIGEST_SHA256_HEX];
    struct str sidecar;
    struct resolution resolution;
    const struct rule *but_for_case; /* would have taken it in other letters; NULL: none would */
    struct json *body;               /* what would be posted; NULL: it would only be uploaded */
};

/* ---- where it lies ---- */

/**
 * What follows a place like "/srv/scans/Uploaded/%Y-%m" in `path`; NULL where it does not lie
 * there. A part with a conversion stands for any one directory.
 */
static const char *below_place(const char *path, const char *place)
{
    while (*place) {
        size_t in_place = strcspn(place + 1, "/") + 1, in_path = strcspn(path + 1, "/") + 1;
        bool is_open = memchr(place, '%', in_place) != NULL;
        bool is_same = in_place == in_path && strncmp(place, path, in_place) == 0;
        if (*path != '/' || !path[in_path] || (!is_open && !is_same))
            return NULL;
        place += in_place;
        path += in_path;
    }
    return path + 1;
}

/** The path of the file at `place`, now or before it was put away, in the folder that lies at
 * `root`. False where it is none of its. */
static bool find_path(struct look_at *look, const char *root, const char *place)
{
    const char *const places[] = {[AMONG_TAKEN] = look->folder->archive,
        [AMONG_FAILED] = look->folder->failed,
        [AMONG_DROPPED] = ""};
    for (size_t i = 0; root && place && i < COUNT(places); i++) {
        CLEANUP(free_text) char *start = path_normal(root, places[i]);
        const char *below = start ? below_place(place, start) : NULL;
        if (below && path_is_plain_relative(below)) {
            look->whereabouts = (enum whereabouts)i;
            look->path = strdup(below);
            return true;
        }
    }
    return false;
}

static char *absolute_path(const char *given)
{
    char here[PATH_LENGTH_MAX + 1];
    return getcwd(here, sizeof(here)) ? path_normal(here, given) : NULL;
}

/** Where it lies in truth counts, and only then how it is spelled: an archive may be reached by a
 * link. */
static bool lies_in(struct look_at *look, const struct folder *folder)
{
    CLEANUP(free_text) char *root = realpath(folder->path, NULL);
    CLEANUP(free_text) char *place = named_file_place(look->given);
    CLEANUP(free_text) char *spelled = absolute_path(look->given);
    look->folder = folder;
    if (find_path(look, root, place) || find_path(look, folder->path, place))
        return true;
    bool is_spelled_so = find_path(look, folder->path, spelled);
    look->is_behind_link = is_spelled_so && look->whereabouts == AMONG_DROPPED;
    return is_spelled_so;
}

/** The folder the file is of: named, or the one it lies in, or the only one. */
static struct verdict find_folder(struct look_at *look)
{
    const struct config *config = look->session->config;
    const char *name = look->session->options->folder;
    for (size_t i = 0; i < config->folder_count; i++)
        if ((!name || strcmp(name, config->folders[i].name) == 0) &&
            lies_in(look, &config->folders[i]))
            return look->path ? verdict_make(VERDICT_NEXT, NULL, "found") : verdict_no_memory();
    look->folder = name                        ? config_folder(config, name)
                   : config->folder_count == 1 ? &config->folders[0]
                                               : NULL;
    if (!look->folder)
        return verdict_make(VERDICT_FAIL, "no_folder",
            "it lies in none of the configured folders; say by --folder which one it is for");
    look->path = strdup(path_name(look->given));
    return look->path ? verdict_make(VERDICT_NEXT, NULL, "found") : verdict_no_memory();
}

/* ---- what it is ---- */

static struct verdict cannot_read(const char *what, int error)
{
    return verdict_make(VERDICT_FAIL, "unreadable", "%s cannot be read: %s", what, strerror(error));
}

static struct verdict read_sidecar(struct look_at *look)
{
    CLEANUP(free_text) char *path = companion_path(AT_FDCWD, SIDECAR_PATTERN, look->given);
    CLEANUP(close_fd) int fd = path ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
    if (path && fd < 0 && errno == ENOENT)
        return verdict_make(VERDICT_FAIL, "sidecar",
            "it waits for its sidecar %s, which is not there", path_name(path));
    int result = fd < 0 ? -errno : str_add_file(&look->sidecar, fd);
    return result < 0 ? cannot_read("its sidecar", -result)
                      : verdict_make(VERDICT_NEXT, NULL, "read");
}

/** The hash is known only after an upload; whoever sees the JSON wants the real one. */
static int hash_file(int fd, char sha256[DIGEST_SHA256_HEX])
{
    char md5[DIGEST_MD5_HEX], piece[65536];
    struct digest *digest = digest_new();
    ssize_t got = -1;
    if (!digest)
        return ENOMEM;
    while ((got = read(fd, piece, sizeof(piece))) > 0)
        digest_update(digest, piece, (size_t)got);
    digest_finish(digest, sha256, md5);
    digest_free(digest);
    return got < 0 ? errno : 0;
}

/** What the agent would refuse it for, once it is quiet and nobody writes to it. */
static struct verdict refuse_as_agent(const struct look_at *look)
{
    int fd = look->fd;
    const bool was_taken = look->whereabouts == AMONG_TAKEN;
    struct settle_findings inside = {.lease = LEASE_HELD};
    const struct bytes bytes = {look->state.identity.size, bytes_read_file, &fd, &inside.error};
    const struct settle_facts facts = {.now = look->folder->incomplete_ms,
        .moved_in = true,
        .judged = was_taken,
        .size = look->state.identity.size,
        .links = was_taken ? 1 : look->state.links,
        .age_ms = -1,
        .has_companions = true};
    struct settle_step step = settle_before_open(look->folder, &facts);
    if (step.kind == SETTLE_OPEN) {
        inside.cut = complete_find_cut(&bytes, path_name(look->path));
        step = settle_after_open(look->folder, &facts, &inside);
    }
    return step.kind == SETTLE_REFUSE ? verdict_make(VERDICT_FAIL, step.code, "%s", step.message)
                                      : verdict_make(VERDICT_NEXT, NULL, "finished");
}

static struct verdict read_file(struct look_at *look)
{
    int result = file_state_read(look->fd, &look->state);
    if (result < 0)
        return cannot_read("it", -result);
    struct verdict verdict = refuse_as_agent(look);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    content_type_guess(path_name(look->path), look->fd, look->content_type);
    int error = hash_file(look->fd, look->sha256);
    if (error)
        return cannot_read("it", error);
    return look->folder->sidecar ? read_sidecar(look) : verdict;
}

/* ---- what would become of it ---- */

static struct verdict resolve_once(struct look_at *look)
{
    const struct folder *folder = look->folder;
    assert(folder);
    const struct resolve_file file = {.folder = folder->name,
        .path = look->path,
        .content_type = look->content_type,
        .sidecar = folder->sidecar ? str_text(&look->sidecar) : NULL,
        .sidecar_length = look->sidecar.length,
        .size = look->state.identity.size,
        .mtime_ns = look->state.identity.mtime_ns,
        .queued_ms = clock_wall_ms()};
    struct verdict verdict = resolution_classify(
        &look->resolution, &file, folder->rules, folder->fails_unmatched, look->session->tables);
    if (look->resolution.facts.path) /* else memory was short */
        look->but_for_case =
            rule_but_for_case(folder->rules, look->resolution.rule, &look->resolution.facts);
    if (verdict.kind != VERDICT_NEXT || !look->resolution.rule)
        return verdict;
    look->resolution.absences = &look->session->absences;
    verdict = resolution_begin(&look->resolution);
    return verdict.kind == VERDICT_NEXT ? session_resolve(look->session, &look->resolution)
                                        : verdict;
}

/** A table that is being written, a limit of Close: soon over. */
static struct verdict resolve(struct look_at *look)
{
    struct verdict verdict = resolve_once(look);
    for (int tries = 1; verdict.kind == VERDICT_WAIT && tries < TRIES_MAX; tries++) {
        usleep((useconds_t)(verdict.wait_ms < WAIT_MAX_MS ? verdict.wait_ms : WAIT_MAX_MS) * 1000);
        resolution_release(&look->resolution);
        verdict = resolve_once(look);
    }
    return verdict;
}

static struct verdict make_body(struct look_at *look)
{
    const struct rule *rule = look->resolution.rule;
    CLEANUP(free_text) char *values = json_print(look->resolution.values);
    struct job job = {.folder = look->folder->name,
        .path = look->path,
        .identity = look->state.identity,
        .content_type = look->content_type,
        .sha256 = look->sha256,
        .download_url = (char[]){URL_TO_COME},
        .queued_ms = look->resolution.facts.queued_ms,
        .values = values,
        .activity = rule->activity,
        .lead_id = look->resolution.lead_id,
        .contact_id = look->resolution.contact_id};
    struct job *const jobs[] = {&job};
    return attach_body(rule, &look->session->config->limits, jobs, 1, &look->body);
}

/** There is such a file at all, and it may be read, before its name is judged. */
static struct verdict open_file(struct look_at *look)
{
    struct stat stat_of;
    if (lstat(look->given, &stat_of) < 0)
        return named_file_missing(look->given, errno);
    look->mode = stat_of.st_mode;
    if (S_ISDIR(look->mode))
        return verdict_make(VERDICT_FAIL, "unreadable",
            "it is a directory; name the files in it: find DIRECTORY -type f -exec closedrop match "
            "{} +");
    if (!S_ISREG(look->mode))
        return verdict_make(VERDICT_NEXT, NULL, "not to be opened");
    look->fd = open(look->given, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    return look->fd < 0 ? named_file_missing(look->given, errno)
                        : verdict_make(VERDICT_NEXT, NULL, "open");
}

/** Why the agent never takes it, in words; NULL where it does. */
static const char *leaves_out(const struct look_at *look)
{
    if (S_ISLNK(look->mode))
        return "it is left alone; it is a symbolic link, and those are never followed";
    if (look->is_behind_link)
        return "it is left alone; it lies behind a symbolic link, and those are never followed";
    if (!S_ISREG(look->mode))
        return "it is left alone; it is no regular file, and nothing else is ever taken";
    return own_file(look->session->config, look->fd) > 0 ? "closedrop itself uses it" : NULL;
}

static struct verdict look_at_file(struct look_at *look)
{
    struct verdict verdict = open_file(look);
    if (verdict.kind == VERDICT_NEXT)
        verdict = find_folder(look);
    const char *why =
        verdict.kind == VERDICT_NEXT ? filter_leaves_out(look->folder, look->path) : NULL;
    if (why)
        return verdict_make(VERDICT_NEXT, NULL, "nothing: it is left alone; %s", why);
    why = verdict.kind == VERDICT_NEXT ? leaves_out(look) : NULL;
    if (why)
        return verdict_make(VERDICT_NEXT, NULL, "nothing: %s", why);
    if (verdict.kind == VERDICT_NEXT)
        verdict = read_file(look);
    if (verdict.kind == VERDICT_NEXT)
        verdict = resolve(look);
    if (verdict.kind == VERDICT_NEXT && look->resolution.rule)
        verdict = make_body(look);
    if (verdict.kind == VERDICT_NEXT && !look->resolution.rule && look->folder->rules[0])
        return verdict_make(
            VERDICT_FAIL, "no_rule", "no rule takes it: it would be uploaded, and no more");
    if (verdict.kind == VERDICT_NEXT && !look->resolution.rule)
        return verdict_make(VERDICT_NEXT, NULL, "nothing: it is uploaded only");
    return verdict;
}

static void release_look(struct look_at *look)
{
    if (look->fd >= 0)
        close(look->fd);
    free(look->path);
    str_release(&look->sidecar);
    resolution_release(&look->resolution);
    json_free(look->body);
}

/* ---- saying so ---- */

static const char *name_of(const struct look_at *look, const char *key)
{
    const char *name = json_get_text(look->resolution.values, key);
    return name && *name ? name : "(no name)";
}

static void print_field(const char *label, const char *text)
{
    printf("%-9s ", label);
    cli_print_text(text);
    putchar('\n');
}

static void print_target(const struct look_at *look)
{
    const struct resolution *resolution = &look->resolution;
    CLEANUP(free_text)
    char *lead = str_format("%s, %s", name_of(look, "lead.name"), resolution->lead_id);
    CLEANUP(free_text)
    char *contact = str_format("%s, %s", name_of(look, "contact.name"), resolution->contact_id);
    print_field("Lead", lead ? lead : "?");
    if (resolution->contact_id)
        print_field("Contact", contact ? contact : "?");
    if (resolution->group)
        print_field("Group", resolution->group);
}

/** "email (draft)"; what leaves the house is not to be overlooked. */
static char *describe_activity(const struct look_at *look)
{
    const struct rule *rule = look->resolution.rule;
    const char *status = json_get_text(look->body, "status");
    const char *to = json_text(json_first(json_get(look->body, "to")));
    if (rule->is_sent)
        return str_format("email (%s: REALLY SENT, to %s)", status, to ? to : "?");
    return status ? str_format("email (%s)", status) : strdup(activity_kind_names[rule->activity]);
}

/** The moment an email leaves, as Close reads it: without a zone it is UTC. False: it cannot. */
static bool read_moment(const char *text, time_t *ret_seconds)
{
    struct tm moment = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &moment);
    if (rest && *rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    if (rest && *rest)
        rest = strptime(rest, "%z", &moment);
    const long offset = moment.tm_gmtoff; /* timegm() forgets it */
    if (!rest || *rest)
        return false;
    *ret_seconds = timegm(&moment) - offset;
    return true;
}

/** "2026-11-22 18:00:00 CET (2026-11-22 17:00:00 UTC)": a wrong zone is seen before it is sent. */
static void print_moment(const char *text)
{
    char here[64], there[64];
    struct tm local, utc;
    time_t seconds;
    bool is_moment = read_moment(text, &seconds) && localtime_r(&seconds, &local) &&
                     gmtime_r(&seconds, &utc) &&
                     strftime(here, sizeof(here), "%Y-%m-%d %H:%M:%S %Z", &local) &&
                     strftime(there, sizeof(there), "%Y-%m-%d %H:%M:%S UTC", &utc);
    CLEANUP(free_text)
    char *words = is_moment ? str_format("%s (%s)", here, there)
                            : str_format("\"%s\" is no moment that Close knows; right would be "
                                         "2026-11-22T18:00:00+01:00",
                                  text);
    print_field("Sends", words ? words : "?");
}

/** What Close is searched for, in new memory; NULL: nothing is. */
static char *search_words(const struct look_at *look)
{
    struct str words = STR_INIT(8192);
    bool is_searched = resolution_add_search(&look->resolution, &words);
    char *text = is_searched ? str_take(&words) : NULL;
    str_release(&words);
    return text;
}

/** "rule "fax" would take it, but for upper and lower case; ..." In new memory, or NULL. */
static char *describe_hint(const struct look_at *look)
{
    if (!look->but_for_case)
        return NULL;
    return str_format(
        "rule \"%s\" would take it, but for upper and lower case; where that is not to "
        "count, begin its match.path with (?i)",
        look->but_for_case->name);
}

/** All there is to say of one file. */
static void print_whole(const struct look_at *look, const struct verdict *verdict)
{
    const struct rule *rule = look->resolution.rule;
    assert(rule || !look->body);
    print_field("File", look->given);
    if (look->path)
        print_field("Folder", look->folder->name);
    print_field("Rule", rule ? rule->name : "none");
    CLEANUP(free_text) char *search = search_words(look);
    if (search)
        print_field("Finds", search);
    if (look->body) {
        CLEANUP(free_text) char *creates = describe_activity(look);
        print_target(look);
        const char *scheduled = json_get_text(look->body, "date_scheduled");
        print_field("Creates", creates ? creates : "?");
        if (scheduled)
            print_moment(scheduled);
        CLEANUP(free_text) char *text = json_print(look->body);
        print_field("JSON", text ? text : "?");
    } else {
        print_field(verdict->kind == VERDICT_NEXT ? "Creates" : "Problem", verdict->message);
    }
    CLEANUP(free_text) char *hint = describe_hint(look);
    if (hint)
        print_field("Hint", hint);
}

static void print_line(const struct look_at *look, const struct verdict *verdict)
{
    const struct rule *rule = look->resolution.rule;
    assert(rule || !look->body);
    CLEANUP(free_text) char *file = utf8_escape_copy(look->path ? look->path : look->given);
    CLEANUP(free_text)
    char *creates = look->body ? describe_activity(look) : NULL;
    CLEANUP(free_text)
    char *target = look->body ? str_format("%s on %s (%s)", creates ? creates : "?",
                                    name_of(look, "lead.name"), look->resolution.lead_id)
                   : verdict->kind == VERDICT_NEXT ? strdup(verdict->message)
                                                   : str_format("-- %s", verdict->message);
    printf("%-40s  %-16s  ", file ? file : "?", rule ? rule->name : "-");
    cli_print_text(target ? target : "?");
    CLEANUP(free_text) char *hint = describe_hint(look);
    if (hint) {
        printf("; ");
        cli_print_text(hint);
    }
    putchar('\n');
}

static int add_error(struct json *object, const struct verdict *verdict)
{
    if (verdict->kind == VERDICT_NEXT)
        return json_add_null(object, "error");
    struct json *error = json_object();
    int result = json_add_text(error, "code", verdict->code);
    result |= json_add_text(error, "message", verdict->message);
    return result | json_add(object, "error", error);
}

static void print_json(struct look_at *look, const struct verdict *verdict)
{
    const struct resolution *resolution = &look->resolution;
    const struct rule *rule = resolution->rule;
    CLEANUP(json_freep) struct json *object = json_object();
    CLEANUP(free_text) char *search = search_words(look);
    int result = json_add_text(object, "path", look->given);
    result |= json_add_text(object, "folder", look->folder ? look->folder->name : NULL);
    result |= json_add_text(object, "rule", rule ? rule->name : NULL);
    result |= json_add_text(object, "search", search);
    result |= json_add_text(object, "lead_id", resolution->lead_id);
    result |= json_add_text(object, "contact_id", resolution->contact_id);
    result |= json_add_text(object, "group", resolution->group);
    result |= json_add_text(object, "activity", rule ? activity_kind_names[rule->activity] : NULL);
    result |=
        look->body ? json_add(object, "body", TAKE_PTR(look->body)) : json_add_null(object, "body");
    CLEANUP(free_text) char *hint = describe_hint(look);
    result |= json_add_text(object, "hint", hint);
    result |= add_error(object, verdict);
    cli_print_json(result ? NULL : object);
}

static int match_one(struct session *session, const char *path)
{
    struct look_at look = {.session = session,
        .given = path,
        .whereabouts = AMONG_DROPPED,
        .fd = -1,
        .sidecar = STR_INIT(SIDECAR_MAX)};
    struct verdict verdict = look_at_file(&look);
    if (session->options->json)
        print_json(&look, &verdict);
    else if (session->options->count == 1)
        print_whole(&look, &verdict);
    else
        print_line(&look, &verdict);
    release_look(&look);
    if (session_key_refused(&verdict))
        return EXIT_KEY_REFUSED;
    return verdict.kind == VERDICT_NEXT ? EXIT_DONE : EXIT_NOT_DONE;
}

static int match(const struct options *options)
{
    struct session session;
    int code = session_open(options, &session);
    const struct desk nobody = {.config = session.config};
    if (code == EXIT_DONE)
        code = names_check(&nobody, options->folder, NULL);
    bool usable = code == EXIT_DONE;
    if (usable && options->count > 1 && !options->json)
        printf("%-40s  %-16s  %s\n", "FILE", "RULE", "WHAT WOULD BECOME OF IT");
    for (int i = 0; usable && i < options->count && code != EXIT_KEY_REFUSED; i++) {
        int one = match_one(&session, options->arguments[i]);
        code = one ? one : code;
    }
    session_close(&session);
    return code;
}

const struct command command_match = {
    .name = "match",
    .allowed = "cjf",
    .least = 1,
    .most = -1,
    .arguments = "PATH...",
    .summary = "which rule takes a file, whose it is, and what would be created",
    .help = "Says for each file which rule would take it, which lead or contact it belongs to, and "
            "the\n"
            "exact JSON that would be posted. Asks Close, but changes nothing: neither there nor "
            "in the\n"
            "folder. For several files it prints a table; the exit code is 1 if any of them would "
            "find\n"
            "no home. Files that were put away are taken as if they still lay in the folder, so "
            "that a\n"
            "change of the rules can be tried on all of Uploaded. Without an agent.",
    .run = match,
};
