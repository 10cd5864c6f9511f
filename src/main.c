/**
 * closedrop watches drop folders and uploads new documents to the Close CRM, filing each one on the
 * right lead. This is the map of its source. Each file says at its top what it is for.
 *
 * A file's way through the program, from left to right:
 *
 *      watch thread                       |  work thread
 *                                         |
 *      drop folder -> events, scan        |
 *                     -> settle -> mailbox -> queue -> resolve -> ticket -> send -> attach
 *                                         |            -> finish -> Uploaded/
 *
 * - main(): from argv to a command
 *     cli/                 one file per command: check (with check_machine), doctor, explain,
 *                          forget, list, login and logout (with login_desk), match (with
 *                          match_examine, match_folder, match_file and match_print), page (its
 *                          address), prune, release (and recall), report, retry, run, show, status
 *                          (pause and resume), upload (with errand, upload_filing, upload_effects
 *                          and upload_result); cli and option_table (all commands and options),
 *                          from which come help and completion (with completion_bash,
 *                          completion_fish, completion_zsh and completion_text); explain_facts
 *                          (with explain_disk, explain_asked and writers) and situation (the tables
 *                          of what they show, each pure: situation_kind, situation_outcome,
 *                          situation_queued, situation_settling and situation_new, in the words of
 *                          situation_words); what commands share: desk and session (ask an agent or
 *                          the queue), selected (which jobs the options mean), jobs, job_row and
 *                          job_csv (a job for people, and for spreadsheets: csv), listed and filed
 *                          (rows for people), names, job_by_name, spelling and named_file (find
 *                          what was named), unanswered (what does not answer), confirm, absence;
 *                          for terminals terminal (its size), screen, and of a status status_view,
 *                          status_text, status_folders and status_transfers
 *
 * - agent_run(): starts the stages, reloads them, and stops them in reverse
 *     agent/agent          starts the stages from left to right, and stops them
 *     agent/loop           the loop of the work thread: one turn, one transaction
 *     agent/arrivals       messages from the watch thread; requests are messages to it
 *     agent/recover        what an earlier process left behind; recover_elsewhere: on a share
 *     agent/spent          end markers, once none of their files is left
 *     agent/signals        stop and reload; config_changes: what a reload means for the queue
 *     agent/control        answers on the control socket; progress: how far a file has settled;
 *                          folder_away: which jobs wait for their folder
 *     agent/once           whether --once is done; once_bar: how far it is, on a terminal
 *     agent/conditions     what holds up files now, for the alerts
 *     agent/pruning        forgets what is older than `history`, a little at a time
 *     agent/upkeep         tends the queue while little else is to be done
 *     agent/figures        what is measured, for programs that watch the agent
 *     agent/agent_state    what these files share
 *
 * - intake_open(): events and scans become settled files, in the watch thread for local folders,
 *   and in a file process for each folder whose file system can hang
 *     intake/intake        the door to both; mailbox: the messages to and from them
 *     intake/processes     all file processes; served is a folder that has one, process the
 *                          process, pulse whether it answers, protocol messages as bytes (pure)
 *     intake/file_process  what such a process does: a watch thread of its own, filing (a thread
 *                          for what the worker assigns), and a socket
 *     intake/watch         its loop
 *     intake/folder_state  what these files know about each folder, and request of one another
 *     intake/folder_set    the folders of the configuration, and of earlier ones still in use
 *     intake/folders       which directory a folder is, and its watches; with folder_root (found
 *                          and left), folder_claim (is it ours), polling (or are there events) and
 *                          watch_limit (the kernel's limits on these)
 *     intake/events        file events (the door to libinotifytools); event_dispatch passes them on
 *     intake/inbox         messages from the work thread
 *     intake/scan_schedule which scan of a folder is due (pure); scanning carries it out
 *     intake/scan          the walk through a folder, a slice at a time; closed: directories that
 *                          it cannot list or enter yet
 *     intake/filter        which names are documents (pure)
 *     intake/hints         what events and scans point at: touch a candidate, or ask the queue
 *     intake/candidates    the files that are settling, in the order in which they are due
 *     intake/inspect       inspects those that are due; companions: their markers and sidecars
 *     intake/settle        decides when a file is finished (pure)
 *     intake/complete      whether a file has its format's end: one file of format/ per format, as
 *                          jpeg, pdf, png, tiff and zip, and zeros; bytes reads them (pure)
 *     intake/crash_guard   refuses a file whose inspection crashed the program three times
 *     intake/document      recognises a document by a sample of its bytes; replaced reports that
 *                          another one took its name
 *     intake/batch         which files an end marker covers (pure); end_marker: expected, then
 *                          unchanged, then perhaps put away
 *     intake/report        what was seen and settled, for the work thread
 *     intake/waits         what the candidates wait for, counted for folder_health (pure)
 *
 * - queue_add(), queue_claim() ...: every promise is a row
 *     queue/queue          opens the queue; its transactions, and how a job is written
 *     queue/arrivals       which job a file belongs to, or a new one
 *     queue/claims         which job is next; what a claim holds, and what a crash leaves
 *     queue/due            when the next jobs of a folder are due
 *     queue/lifecycle      a job from its claim to its outcome
 *     queue/orders         what people order for jobs
 *     queue/recovery       what a crash left claimed; due times follow a clock that was set
 *     queue/prune          forgets what ended long ago
 *     queue/job            a job (pure); view: how it looks from outside (pure)
 *     queue/job_fields     the table of what is kept of a job (pure); job_wire: a job as bytes;
 *                          job_log: a job in the log
 *     queue/job_filter     which jobs are meant (pure); job_query: the query for that (pure)
 *     queue/by_hand        a file of `closedrop upload`, as a job without a folder (pure)
 *     queue/guard          how much may be sent to people outside, and how fast
 *     queue/backoff        how long to wait (pure)
 *     queue/notices        what is to be reported until it is; notice: its kind and cause (pure)
 *     queue/reading        what it has to say: jobs, lists, counts; groups: of jobs that leave
 *                          together; filed_memory: which bytes were filed; ledger: what was sent;
 *                          job_history: what happened to one, as JSON
 *     queue/effects        what belongs next to an activity, a row each: waiting, posted, done
 *     queue/store          what it asks of a driver, as values (query.h); the driver is SQLite:
 *     queue/sqlite         the door to it; store_sql.h has all SQL, store_query answers, store_row
 *                          reads a row, store_put writes a job; store_look_up answers several
 *                          questions; store_find: which jobs files have; store_names: the index of
 *                          names, which store_list asks and store_tend fills; store_count: how many
 *                          are not put away
 *     queue/store_open     opens or creates the database; store_check: is it ours and sound;
 *                          store_end: must all of it be read for that, or (store_verify) only a
 *                          slice at a time; store_aside: sets a damaged one aside; store_room:
 *                          gives back what removed rows have left
 *     queue/checksum       detects rows that the disk has changed (pure)
 *     queue/ballast        room that is held back for a full disk
 *
 * - worker_reap(), worker_claim(), worker_start(): jobs pass through their stages
 *     work/worker          the jobs in progress, from stage to stage (stages has the table);
 *                          worker_life: its start and end; wakeup: when it has something to do;
 *                          folder_view: what it knows about each folder
 *     work/claim           which job is taken from the queue next, and where it starts
 *     work/pacing          how much may be in progress: lanes, rate limits, back-off
 *     work/apply           applies the verdict of a stage: outcome decides by tables (pure), moves
 *                          carries it out, stage_next continues after a success, in_doubt after a
 *                          POST with an unclear end, effects what a rule creates next to it, and
 *                          effect_lead on which lead by now (effect_request: as a text)
 *     work/grouping        leads what is uploaded to its POST, alone or with its group
 *     work/duplicates      does not file the same bytes twice, unless a person wants that
 *     work/replacing       which of several files for one template is put there, and when
 *     work/send_guard      what really leaves: too much waits for a person (held_news reports it),
 *                          too fast waits for its turn (paced); present: is the file still there
 *     work/errand          what is asked of the files of a folder, or done with them, besides the
 *                          stages: here, or by a file process (errand_kind: which there are,
 *                          errand_rows: in a table)
 *     work/discards        failed files that a person deleted; brought_back: or brought back
 *     work/classify        which files belong together, before the first of them goes
 *     work/health          GET me/: is Close up, is the key valid; s3_health: is S3 to blame;
 *                          blocked: why nothing is sent
 *     work/worker_key      another key when its file changes, and the renewal of a login;
 *                          fresh_key: the same for a command
 *     work/worker_status   what is in progress, and why nothing is
 *     work/task            a task: its jobs, its stage, its open directories
 *     work/filing          the stages resolve, attach, verify, reconcile and renamed
 *     work/clues           what a file itself says about where it belongs: type, sidecar
 *     work/compare         a kept file that was only touched
 *     work/send            the stages ticket and send: ask for the form, stream the bytes
 *     work/elsewhere       what stages have a file process do, and what it reads for an upload; on
 *                          its side that is assignment, and open_files; assignment_wire and
 *                          block_wire are what both say (pure)
 *     work/task_file       the file of a task: opened, and still the one that was queued
 *     work/finish          puts the file away; beside: what is next to it; error_text: why it
 *                          failed, for people; advice: what they can do; copying: to another disk
 *     work/durable         directories are on disk before the queue says so, once a turn
 *     work/search          a file that disappeared may have another name now
 *     work/bring_back      moves a failed file back; failed_files: where such files are;
 *                          failed_directories: the directories that they were put into
 *     work/emptied         directories that are empty because their files were put away
 *     work/end_marker      puts away the marker of a batch after its files
 *     work/tell            whoever dropped a file hears that it waits or has failed: by mail, if
 *                          owner_address finds an address, or by a waiting_text next to it
 *                          (telling: how far it is)
 *     work/staging         what a crash left in .closedrop/
 *   shared with `closedrop upload` and `closedrop match`:
 *     work/upload          the two requests for one file
 *     work/resolve_rule    from a rule to a lead, without the network; resolve_target starts to
 *                          ask, candidates are what a search finds, resolve_lead asks on, and
 *                          resolution is the result
 *     work/current_lead    from an ID to the lead that it stands for now; merged_leads: back to the
 *                          IDs that were merged into it
 *     work/absences        what is known about missing leads (pure); merge_list: Close's list of
 *                          merges (pure)
 *     work/attach          the POST of an activity; verify: was it created; close_template: which
 *                          template gets a file, and what is in it
 *     work/answer          an answer of the API, from request to verdict
 *     work/close_clock     what time it is at Close (pure)
 *     work/verdict         what a reply means for a job, by tables (pure)
 *     work/etags           what S3's ETag says about the bytes, by bucket
 *     work/rejections      is it the file or the server that S3 refuses: other files show (pure)
 *
 * - alerts_turn(): reports what happens, and what lasts
 *     alerts/alerts        the turn; causes: what lasts, and when it is reported; silence: did an
 *                          expected file not come (pure); delivery: when a failed one is tried
 *                          again
 *     alerts/hooks         a program for each notice (notice_json): child starts it and ends it
 *     alerts/mailer        mails: mail_text, summary_text and owner_text (what they say),
 *                          mail_message (how that is sent: pure), mail_server (the one that is
 *                          configured)
 *     alerts/ping          pings, by which somebody elsewhere hears of a machine that is off:
 *                          ping_line (what is wrong) and ping_url (where that is reported), both
 *                          pure; ping_receiver (the one that is configured)
 *
 * - doctor_run(): what is wrong, and how to fix it
 *     doctor/doctor        the table of checks; diagnosis: what they share; finding: a result
 *                          (pure)
 *     doctor/configuration loads it, as the user that closedrop runs as
 *     doctor/running       the agent: its unit, version and configuration
 *     doctor/queue_health  what the status says; waiting: which files wait after an error
 *     doctor/online        Close: its name, its answer, the key, and the clock
 *     doctor/notified      can hooks be run, do the mail server and the receiver of pings answer
 *     doctor/directory     what can be done in one, by a probe_file; disk: the space on its disk
 *     doctor/apart_check   in a process of its own, because a mount may hang:
 *     doctor/tables        each table that a rule in use needs
 *     doctor/folders       each folder, in turn: folder_rights (its directories), folder_events
 *                          (events and leases), folder_files (what is in it)
 *
 * - what these are built on
 *     rules/               rule (which files, which lead, what), pattern (the door to PCRE2), table
 *                          (rows by key), table_state, table_file (when it may be read), table_far
 *                          (by another process), table_parse and delimiter (the door to libcsv),
 *                          table_contents (what was read), people (who dropped a file); pure:
 *                          variable, template, template_parse, sidecar
 *     close/               api (what is sent), activity_kind, activity and activity_post (what is
 *                          posted), search (what is asked, and compared), phone (numbers as they
 *                          are written), ticket, s3_reply, reply and record (what comes back), key,
 *                          login (tokens that are kept, by login_file), oauth (where they come
 *                          from), renewal (new ones for old ones)
 *     http/                http, sockets, request, fields_request, mail_request and shaper (the
 *                          door to libcurl: the loop, what it polls, a transfer, fields of a form,
 *                          a mail, the turns of the bandwidth); pure: rate_limit (what a reply
 *                          says), window (how many requests it still allows), breaker (the circuit
 *                          breaker of a server), progress (is a transfer moving), bucket, date
 *     files/               safe_open, identity (identity_wire: as bytes), inode, entries (what is
 *                          in a directory), lease, filesystem, mounts (what can hang), apart (what
 *                          may hang, in a process that is left behind if it does), life (signs of
 *                          it), own_program (this one again, for what may hang), far_file (a file
 *                          that such a process reads), source (with remote: read by another one),
 *                          put_away (into staging, and on), secret_file (who may read it),
 *                          destination, free_name, copy, ownership, rights, path, companion
 *     config/              tree.h (what it says), config (holds it), load (one file into one tree;
 *                          nesting checks it as a whole), reader, read_folder, read_rule,
 *                          read_activity, read_people, read_tell, read_alerts, rules_digest,
 *                          locate, own_files (what is never taken), place (which folder a file is
 *                          in), service_account (who runs as), listen_address (where the HTTP
 *                          server listens: pure), expectation (times of the week) and mail_address
 *                          (pure); settings, setting, setting_values, unknown_keys (key by key: the
 *                          door to libconfig); pure: syntax, never_fits, refusal, config_wire (for
 *                          a file process)
 *     control/             server and exchange (the door to libmicrohttpd: a server, and one
 *                          request of it), reply (what is sent back), listening (sockets);
 *                          control_socket (for commands), and web (the page and its data, for
 *                          browsers), with api (questions as requests), tokens (who may read and
 *                          write), admission (who may ask what: pure), feed (the status as events),
 *                          metrics and metrics_text (counts, for Prometheus: pure), healthz (is it
 *                          healthy: pure) and page/, which is embedded; client, questions (the
 *                          table of all that can be asked), answer; status (with folder_status),
 *                          jobs, bulk (many jobs at once), explain (one file), filings, held, days
 *                          (how many jobs ended each day) and prune answer; selection: which jobs
 *                          are meant; gone: what is no longer in the configuration
 *     base/                text (names as people see them: the door to libunistring), cells (text
 *                          in columns of a terminal: the door to its widths), encoding (the door
 *                          to iconv), json (the door to cJSON), digest (the door to nettle), hasher
 *                          (digests of large files, on threads of their own), magic (the door to
 *                          libmagic), notify and journal (the door to libsystemd), str, wire
 *                          (values as bytes), utf8, xhtml, clock, turn (of a loop), moment (times
 *                          as people write them), log, units, url, shortage, account,
 *                          closed_directory, core_file, remedy
 *
 * - sandbox/               closedrop-sandbox, a Close and an S3 bucket to try closedrop against: a
 *                          program of its own, with a map of its own, that shares only base/
 */
#include "closedrop/agent/spent.h"
#include "closedrop/cli/cli.h"
#include "closedrop/files/far_file.h"
#include "closedrop/files/own_program.h"
#include "closedrop/intake/file_process.h"
#include "closedrop/work/assignment.h"
#include "closedrop/work/open_files.h"

/** What the agent, or its worker, wants to have done. */
static void *begin(void *context, int64_t number, struct config *config, size_t folder,
    struct wire *wire, struct str *result)
{
    return spent_run(config, &config->folders[folder], wire, result)
               ? NULL
               : assignment_begin(context, number, config, folder, wire, result);
}

static int be_file_process(void)
{
    struct open_files files = {NULL};
    const struct filing_work work = {
        &files, begin, assignment_step, open_files_read, open_files_forget};
    int status = file_process_run(&work);
    open_files_close(&files);
    return status;
}

int main(int argc, char **argv)
{
    if (own_program_is(FAR_FILE_COMMAND, argc, argv))
        return far_file_run(argv[2]);
    return file_process_is_meant(argc, argv) ? be_file_process() : cli_main(argc, argv);
}
