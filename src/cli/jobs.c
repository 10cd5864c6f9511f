/** list, show, retry, forget: what there is to see and do about jobs. */
#include "names.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/cli/cli.h"
#include "closedrop/queue/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *colour_of(const char *state)
{
    if (!cli_has_colours())
        return "";
    return strcmp(state, "failed") == 0 ? "\033[31m" : strcmp(state, "done") == 0 ? "\033[32m" : "";
}

static const char *text_of(const struct json *object, const char *key)
{
    const char *text = json_get_text(object, key);
    return text ? text : "";
}

static const char *folder_of(const struct json *job)
{
    const char *folder = json_get_text(job, "folder");
    return folder ? folder : "by hand";
}

/** Why a job is not done; that its file is not put away yet is no error of its own. */
static const char *error_of(const struct json *job)
{
    const struct json *error = json_get(job, "error");
    const char *code = json_get_text(error, "code");
    return code && strcmp(code, "not_put_away") == 0 ? NULL : json_get_text(error, "message");
}

/** Why a job is not done, or where it was filed; and why its file is still where it was. */
static void print_remark(const struct json *job)
{
    const char *stuck = json_get_text(job, "not_put_away");
    const char *error = error_of(job);
    const char *activity_id = json_get_text(job, "activity_id");
    CLEANUP(free_text)
    char *filed = activity_id
                      ? str_format("%s on %s", text_of(job, "activity"), text_of(job, "lead_id"))
                      : NULL;
    const char *outcome = error ? error : filed;
    if (!outcome && !stuck)
        return;
    CLEANUP(free_text)
    char *remark = str_format("%s%s%s", outcome ? outcome : "uploaded",
        stuck ? "; not put away yet: " : "", stuck ? stuck : "");
    printf("  (");
    cli_print_text(remark ? remark : "");
    putchar(')');
}

static void print_row(const struct json *job)
{
    struct str size = STR_INIT(64);
    const char *state = text_of(job, "state");
    const char *colour = colour_of(state);
    units_print_size(&size, json_get_int(job, "size", 0));
    printf("%7" PRId64 "  %s%-9s%s  %-12s  %9s  ", json_get_int(job, "id", 0), colour, state,
        *colour ? "\033[0m" : "", folder_of(job), str_text(&size));
    cli_print_text(text_of(job, "path"));
    print_remark(job);
    putchar('\n');
    str_release(&size);
}

/** Print one page; the smallest id on it, 0 at the end of the list. */
static int64_t print_page(const struct options *options, const struct json *body, int *left)
{
    int64_t last = 0;
    const struct json *jobs = json_get(body, "jobs");
    for (const struct json *job = json_first(jobs); job; job = json_next(job)) {
        if (options->json)
            cli_print_json(job);
        else
            print_row(job);
        last = json_get_int(job, "id", 0);
        (*left)--;
    }
    return last;
}

/** Open the desk for a command that is narrowed to a folder or a rule, and set both in its
 * question. */
static int open_narrowed(
    const struct options *options, struct question *question, struct desk *ret_desk)
{
    int code = cli_desk_open(options, ret_desk);
    if (code != EXIT_DONE)
        return code;
    code = names_check(ret_desk, options->folder, options->rule);
    if (code != EXIT_DONE) {
        cli_desk_close(ret_desk);
        return code;
    }
    snprintf(
        question->folder, sizeof(question->folder), "%s", options->folder ? options->folder : "");
    snprintf(question->rule, sizeof(question->rule), "%s", options->rule ? options->rule : "");
    return EXIT_DONE;
}

static int list(const struct options *options)
{
    struct question question = {.kind = ASK_LIST, .state = -1, .held = options->held};
    int left = options->limit ? options->limit : INT32_MAX;
    if (options->state && (question.state = job_state_from_name(options->state)) < 0) {
        fprintf(stderr,
            "closedrop: there is no state \"%s\"; there are queued, uploading, uploaded, "
            "attaching, done and failed\n",
            options->state);
        return EXIT_USAGE;
    }
    struct desk desk;
    int code = open_narrowed(options, &question, &desk);
    if (code != EXIT_DONE)
        return code;
    if (!options->json)
        printf("%7s  %-9s  %-12s  %9s  %s\n", "ID", "STATE", "FOLDER", "SIZE", "FILE");
    do {
        question.limit = left < LIST_PAGE ? left : LIST_PAGE;
        CLEANUP(json_freep) struct json *body = cli_ask(&desk, &question);
        question.below = print_page(options, body, &left);
        code = body ? EXIT_DONE : EXIT_NOT_DONE;
    } while (question.below && left > 0);
    cli_desk_close(&desk);
    return code;
}

/* ---- show ---- */

static void print_field(const char *label, const char *text)
{
    if (!text || !*text)
        return;
    printf("%-14s ", label);
    cli_print_text(text);
    putchar('\n');
}

static void print_job(const struct json *job)
{
    static const char *const fields[][2] = {{"State", "state"}, {"Ended as", "ended"},
        {"File", "path"}, {"Lies now at", "place"}, {"Content type", "content_type"},
        {"SHA-256", "sha256"}, {"Rule", "rule"}, {"Lead", "lead_id"}, {"Contact", "contact_id"},
        {"Activity", "activity"}, {"Activity's id", "activity_id"}, {"Queued", "queued_at"},
        {"Next try", "next_attempt_at"}, {"Uploaded", "uploaded_at"}, {"Done", "done_at"},
        {"Download", "download_url"}};
    struct str size = STR_INIT(64);
    units_print_size(&size, json_get_int(job, "size", 0));
    printf("%-14s %" PRId64 "\n", "Job", json_get_int(job, "id", 0));
    print_field("Folder", folder_of(job));
    for (size_t i = 0; i < COUNT(fields); i++)
        print_field(fields[i][0], json_get_text(job, fields[i][1]));
    print_field("Size", str_text(&size));
    printf("%-14s %" PRId64 "\n", "Attempts", json_get_int(job, "attempts", 0));
    print_field("Error", error_of(job));
    print_field("Not put away", json_get_text(job, "not_put_away"));
    printf("\nHistory:\n");
    const struct json *history = json_get(job, "history");
    for (const struct json *row = json_first(history); row; row = json_next(row)) {
        printf("  %s  %-10s ", text_of(row, "at"), text_of(row, "state"));
        cli_print_text(text_of(row, "why"));
        putchar('\n');
    }
    str_release(&size);
}

static int show(const struct options *options)
{
    struct question question = {.kind = ASK_SHOW};
    if (!cli_job_id(options->arguments[0], &question.id))
        return EXIT_USAGE;
    struct desk desk;
    int code = cli_desk_open(options, &desk);
    if (code != EXIT_DONE)
        return code;
    CLEANUP(json_freep) struct json *job = cli_ask(&desk, &question);
    if (job && options->json)
        cli_print_json(job);
    else if (job)
        print_job(job);
    cli_desk_close(&desk);
    return job ? EXIT_DONE : EXIT_NOT_DONE;
}

/* ---- retry, forget ---- */

static int change_job(
    const struct desk *desk, enum question_kind kind, const char *id, const char *what_was_done)
{
    struct question question = {.kind = kind};
    if (!cli_job_id(id, &question.id))
        return EXIT_USAGE;
    CLEANUP(json_freep) struct json *job = cli_ask(desk, &question);
    if (!job)
        return EXIT_NOT_DONE;
    printf("job %" PRId64 " %s: ", question.id, what_was_done);
    cli_print_text(text_of(job, "path"));
    putchar('\n');
    return EXIT_DONE;
}

/** Ask the same of each job named; the last trouble is the exit code. */
static int for_each_job(
    const struct options *options, enum question_kind kind, const char *what_was_done)
{
    struct desk desk;
    int code = cli_desk_open(options, &desk);
    if (code != EXIT_DONE)
        return code;
    for (int i = 0; i < options->count; i++) {
        int one = change_job(&desk, kind, options->arguments[i], what_was_done);
        code = one ? one : code;
    }
    cli_desk_close(&desk);
    return code;
}

static int64_t sum_of(const struct json *numbers)
{
    int64_t sum = 0;
    for (const struct json *number = json_first(numbers); number; number = json_next(number))
        sum += json_get_int(numbers, json_key(number), 0);
    return sum;
}

static void print_left_out(const struct json *numbers, int64_t sum)
{
    printf("; %" PRId64 " left out, %s your judgement", sum, sum == 1 ? "it needs" : "they need");
    const char *before = ": ";
    for (const struct json *number = json_first(numbers); number; number = json_next(number)) {
        const char *code = json_key(number);
        printf("%s%s %" PRId64, before, code, json_get_int(numbers, code, 0));
        before = ", ";
    }
    printf("\nLook at each of them (closedrop list --state failed). One that is right is filed by\n"
           "closedrop retry ID, or when its file is dragged back into its folder.\n");
}

/** "14 queued again; 2 left out, they need your judgement: cut_off 1, empty 1" */
static void print_retried(const struct json *body)
{
    const struct json *left_out = json_get(body, "left_out");
    int64_t retried = json_get_int(body, "retried", 0), left = sum_of(left_out);
    if (!retried && !left) {
        puts("there is no failed job");
        return;
    }
    if (retried)
        printf("%" PRId64 " queued again", retried);
    else
        printf("none queued again");
    if (left)
        print_left_out(left_out, left);
    else
        putchar('\n');
}

static int retry_many(const struct options *options)
{
    struct question question = {.kind = ASK_RETRY_ALL};
    struct desk desk;
    const char *code_asked = options->code;
    if (code_asked && (!*code_asked || strlen(code_asked) >= sizeof(question.code))) {
        fprintf(stderr, "closedrop retry: --code takes a name of 1 to %zu characters\n",
            sizeof(question.code) - 1);
        return EXIT_USAGE;
    }
    snprintf(question.code, sizeof(question.code), "%s", code_asked ? code_asked : "");
    int code = open_narrowed(options, &question, &desk);
    if (code != EXIT_DONE)
        return code;
    CLEANUP(json_freep) struct json *body = cli_ask(&desk, &question);
    if (body)
        print_retried(body);
    cli_desk_close(&desk);
    return body ? EXIT_DONE : EXIT_NOT_DONE;
}

static int retry(const struct options *options)
{
    return options->count ? for_each_job(options, ASK_RETRY, "is queued again")
                          : retry_many(options);
}

static int forget(const struct options *options)
{
    return for_each_job(options, ASK_FORGET, "is forgotten");
}

/* ---- release, recall ---- */

/** "412 emails of rule statements are released"; what `sends` paces then is said in status. */
static void print_released(const struct json *body)
{
    const struct json *rules = json_get(body, "rules");
    for (const struct json *one = json_first(rules); one; one = json_next(one)) {
        int64_t emails = json_get_int(one, "emails", 0);
        printf("%" PRId64 " email%s of rule ", emails, emails == 1 ? "" : "s");
        cli_print_text(text_of(one, "rule"));
        printf(" %s released\n", emails == 1 ? "is" : "are");
    }
}

static void print_recalled(const struct json *body)
{
    int64_t files = json_get_int(body, "files", 0);
    printf("%" PRId64 " file%s of rule ", files, files == 1 ? "" : "s");
    cli_print_text(text_of(body, "rule"));
    printf(" %s recalled and go%s to Failed", files == 1 ? "is" : "are", files == 1 ? "es" : "");
    puts(json_get_bool(body, "more", false) ? ", and what came with them when it is uploaded" : "");
}

/** What release and recall have of their own. */
struct decision {
    enum question_kind of_rule;
    enum question_kind of_job;
    const char *what_was_done;
    void (*print)(const struct json *body);
};

static int decide_rule(const struct desk *desk, const struct decision *decision, const char *rule)
{
    struct question question = {.kind = decision->of_rule};
    int code = *rule ? names_check(desk, NULL, rule) : EXIT_DONE;
    if (code != EXIT_DONE)
        return code;
    snprintf(question.rule, sizeof(question.rule), "%s", rule);
    CLEANUP(json_freep) struct json *body = cli_ask(desk, &question);
    if (body)
        decision->print(body);
    return body ? EXIT_DONE : EXIT_NOT_DONE;
}

/** A number is a job's id, unless a rule is called so. */
static bool names_a_job(const struct desk *desk, const char *argument)
{
    return argument[strspn(argument, "0123456789")] == '\0' && !config_rule(desk->config, argument);
}

static int decide(const struct options *options, const struct decision *decision)
{
    struct desk desk;
    int code = cli_desk_open(options, &desk);
    if (code != EXIT_DONE)
        return code;
    if (options->all)
        code = decide_rule(&desk, decision, "");
    for (int i = 0; i < options->count; i++) {
        const char *argument = options->arguments[i];
        int one = names_a_job(&desk, argument)
                      ? change_job(&desk, decision->of_job, argument, decision->what_was_done)
                      : decide_rule(&desk, decision, argument);
        code = one ? one : code;
    }
    cli_desk_close(&desk);
    return code;
}

static int release(const struct options *options)
{
    static const struct decision decision = {
        ASK_RELEASE, ASK_RELEASE_JOB, "is released", print_released};
    return decide(options, &decision);
}

static int recall(const struct options *options)
{
    static const struct decision decision = {
        ASK_RECALL, ASK_RECALL_JOB, "is recalled, and its file goes to Failed", print_recalled};
    return decide(options, &decision);
}

const struct command command_list = {
    .name = "list",
    .allowed = "cjsfRHn",
    .arguments = "",
    .summary = "the jobs, newest first",
    .help = "Lists the jobs in the queue, newest first; with --json one object a line.\n"
            "States: queued, uploading, uploaded, attaching, done, failed. With --held only the\n"
            "emails that wait for closedrop release, or recall. A folder or a rule that left the\n"
            "configuration is known as long as the queue has jobs of it.",
    .run = list,
};

const struct command command_show = {
    .name = "show",
    .allowed = "cj",
    .least = 1,
    .most = 1,
    .arguments = "ID",
    .summary = "one job with its whole history",
    .help = "Shows one job and everything that happened to it.",
    .run = show,
};

const struct command command_retry = {
    .name = "retry",
    .allowed = "cafRk",
    .least = 1,
    .most = -1,
    .arguments = "ID... | --all",
    .summary = "try failed jobs again, at once",
    .help =
        "Queues failed jobs again, with all their attempts. Their files are moved back from the\n"
        "Failed directory first. Either name them by their ID, or let --all take all of them, or\n"
        "--folder, --rule and --code (together, too) all that fit. What a person must judge goes\n"
        "only by its ID; the answer says how many were left out.",
    .run = retry,
};

const struct command command_forget = {
    .name = "forget",
    .allowed = "c",
    .least = 1,
    .most = -1,
    .arguments = "ID...",
    .summary = "take jobs out of the queue; their files stay where they are",
    .help =
        "Takes jobs that are not in hand out of the queue. A file that lies in the folder stays\n"
        "there and is left alone until somebody changes it.",
    .run = forget,
};

const struct command command_release = {
    .name = "release",
    .allowed = "cA",
    .least = 1,
    .most = -1,
    .arguments = "RULE | ID...",
    .summary = "let the emails leave that wait for a person's word",
    .help =
        "When more emails of one rule would leave within an hour than limits.ask_above, the rest\n"
        "waits. This lets go what waits of the rules named, or of --all, now: also what came with\n"
        "it and is still being uploaded, but not what comes later. An ID releases one email, with\n"
        "all files of its group. limits.sends goes on to set the pace.",
    .run = release,
};

const struct command command_recall = {
    .name = "recall",
    .allowed = "c",
    .least = 1,
    .most = -1,
    .arguments = "RULE | ID...",
    .summary = "do not send the emails that wait; their files go to Failed",
    .help =
        "Fails what the send guard holds back (limits.ask_above, limits.sends) of the rules "
        "named,\n"
        "or the emails of these jobs. Their files go to the Failed directory; one that is dragged\n"
        "back is sent all the same. To delete a file, or move it out of its folder, while it "
        "waits\n"
        "also recalls it.",
    .run = recall,
};
