/**
 * closedrop watches drop folders and files what lands in them in the Close CRM.
 *
 * A file's way through the program, from left to right:
 *
 *     drop folder -> watch, scan -> settle -> mailbox -> queue
 *         -> resolve -> ticket -> send -> attach -> finish -> Uploaded/
 *
 * - main(): argv to a command
 *     - cli/          one file a command; what they ask is answered by control/
 *
 * - agent_run(): wires the stages, reloads them, stops them in reverse
 *     - agent/agent          the stages started, from left to right, and stopped in reverse
 *     - agent/recover        what an earlier life left behind
 *     - agent/loop           the work thread's loop: one turn, one transaction
 *     - agent/arrivals       messages from the watch thread, and requests to it
 *     - agent/signals        stop, reload; what a reload means for the queue: config_changes
 *     - agent/control        answers to the control socket
 *     - agent/once           whether --once is done
 *
 * - watch_start(): the watch thread turns events and scans into settled files
 *     - intake/watch          its loop
 *     - intake/event_dispatch file events, each brought to its folder; inbox has the work thread's
 *     - intake/folder_set     the folders of the configuration, and of earlier ones still in use
 *     - intake/folder_state   what these files know of each folder, and note for each other
 *     - intake/folders        which directory a folder is, and its watches; by folder_root,
 *                             folder_claim (is it ours) and polling (or are there events)
 *     - intake/scan_schedule  which scan of a folder is due (pure); scanning carries it out
 *     - intake/hints          what events and scans point at: touch it, or ask the queue
 *     - intake/inspect        the candidates whose time has come
 *     - intake/end_marker     the markers of batches: expected, then quiet, then perhaps spent
 *     - intake/closed         directories that we may not list or enter, until we may
 *     - intake/report         what is seen and settled, and how each folder is, to the work thread
 *     - intake/waits          what the candidates of each folder wait for
 *     - intake/folder_health  how a folder is (pure)
 *     - intake/events         file events, as hints (the door to libinotifytools)
 *     - intake/scan           the walk through a folder, a slice at a time
 *     - intake/filter         which names are documents (pure)
 *     - intake/candidates     the files being settled, in the order they are due
 *     - intake/replaced       says when another document took the name of one that settled
 *     - intake/document       which document lies under a name, by a sample of its bytes
 *     - intake/settle         when is a file finished: the decision (pure)
 *     - intake/batch          which files an end marker covers, and whether any is left
 *     - intake/crash_guard    a file whose inspection kills the program is inspected three times
 *     - intake/complete       whether a format's end is there; one file of format/ each (pure)
 *     - intake/mailbox      what the two threads say to each other
 *
 * - queue_add(), queue_claim() ...: every promise is a row
 *     - queue/queue         opened, its transactions, and how a job is written
 *     - queue/arrivals      which job a file belongs to, or a new one
 *     - queue/claims        which job goes next; what a claim holds, and what a crash leaves
 *     - queue/lifecycle     a job from its claim to its outcome
 *     - queue/orders        what a person wants of jobs
 *     - queue/recovery      what a crash left claimed; due times follow a clock that was set
 *     - queue/job, view     a job, and how it looks from outside (pure)
 *     - queue/by_hand       what `closedrop upload` tells of a file, as a job of no folder (pure)
 *     - queue/guard         how much may leave the house, and how fast
 *     - queue/backoff       how long to wait (pure)
 *     - queue/sqlite        the door to SQLite; all SQL is in store_sql.h
 *     - queue/store_jobs    rows: of jobs (a row is read and written by store_row), their groups
 *                           (store_groups), what was filed (store_filings), history, lists and
 *                           numbers (store_history), the guard's (store_guard)
 *     - queue/store_open    the database opened and made; store_check sees whether it is ours and
 *                           sound, store_aside sets a damaged one aside
 *     - queue/checksum      a number by which a row that the disk has changed is known (pure)
 *     - queue/ballast       room held back for a full disk
 *
 * - worker_reap(), worker_claim(), worker_start(): jobs through their stages
 *     - work/worker         the jobs in progress, from stage to stage (the table of them is in
 *                           stages); worker_life begins and ends it, wakeup knows when it has
 *                           something to do, folder_view what the watch thread says of a folder
 *     - work/claim          which job is taken from the queue next, and where it begins
 *     - work/pacing         how much may be under way: lanes, rate limits, back-off
 *     - work/apply          a stage's verdict is applied: work/outcome decides by tables (pure),
 *                           work/moves carries it out, work/stage_next goes on after a success,
 *                           work/in_doubt after a POST whose end was unclear
 *     - work/grouping       leads what is uploaded to its POST, alone or with its group
 *     - work/duplicates     the same bytes are not filed twice, unless a person wants that
 *     - work/send_guard     what really leaves the house: too much waits for a person (held_news
 *                           tells), too fast for its turn (paced); present sees that the file is
 *                           still there before it goes on
 *     - work/discards       a failed file that a person deleted needs nobody any more
 *     - work/classify       which files belong together, before the first of them goes
 *     - work/health         GET me/: is Close up, is the key good
 *     - work/s3_health      whose fault it is that an upload did not get through
 *     - work/worker_status  what is under way, and why nothing is
 *     - work/task           a task: its jobs, its stage, its open directories
 *     - work/filing         resolve, attach, verify: whose it is, its activity, was it created;
 *                           reconcile: was it filed by an earlier queue, which is lost;
 *                           renamed: whose would it be under the name it has now
 *     - work/compare        a kept file that was only touched
 *     - work/send           ticket and send: the form asked for, the bytes streamed
 *     - work/task_file      the file of a task: fetched, opened, and still the one that was queued
 *     - work/finish         the file is put away; work/beside has the text that says what became of
 *                           it, work/copying the way to another disk
 *     - work/search         a file that has gone from its place may have another name now
 *     - work/bring_back     a failed file moved back; work/failed_files knows where such files are,
 *                           work/failed_directories which directories they were put into
 *     - work/emptied        directories that are empty because their files were put away
 *     - work/end_marker     the marker of a batch is put away after its files
 *     - work/staging        what an unclean end left in .closedrop/
 *   and what `closedrop upload` and `match` share with them:
 *     - work/upload         the two requests of one file
 *     - work/resolve        from a rule to a lead: resolve_rule needs no network, resolve_target
 *                           begins to ask, candidates are what a search finds, and resolve_lead
 *                           asks on; current_lead goes forward, from an id to the lead it stands
 *                           for now, and merged_leads back, to the ids that were merged into it
 *     - work/absences       what was found out about leads that are gone, for a while (pure);
 *                           work/merge_list is Close's list of merges in it (pure)
 *     - work/attach, verify the POST of an activity; looking for it where its end is unclear
 *     - work/answer         an answer of the API, from request to verdict
 *     - work/close_clock    what time it is at Close (pure)
 *     - work/verdict        what a reply means for a job, by tables (pure)
 *     - work/etags          what S3's ETag says of the bytes, bucket by bucket
 *     - work/rejections     is it the file or the place that S3 refuses: other files show (pure)
 *
 * - rules/    rule (which files, whose, what), pattern (the door to PCRE2), table (the row of a
 *             key; table_parse is the door to libcsv, table_file knows when a file may be read),
 *             template and sidecar (pure)
 * - close/    api (what is sent), activity_kind and activity (what is posted), search (what is
 * asked, and compared), phone (numbers as they are written), reply and record (what comes back),
 * key
 * - http/     http, request and shaper (the door to libcurl: the loop, one transfer, the turns
 *             of the bandwidth); and, all pure, rate_limit (what a reply says of asking again),
 *             window (how many requests a rate limit still takes), breaker (the circuit breaker
 *             of a server), progress (does a transfer go on), bucket, date
 * - files/    safe_open, identity, inode, lease, filesystem, source, put_away (a file taken into
 *             staging, and moved on), destination, free_name, copy, ownership, rights, path,
 *             companion: what intake and work stand on
 * - config/   tree (what it says), config (held by whoever reads it), load (one file into one tree;
 *             places checks it as a whole), read_folder, read_rule, read_activity, locate,
 *             settings, setting, setting_values, unknown_keys (one file, key by key: the door to
 *             libconfig), own_files (what is never taken); syntax, never_fits, refusal (pure)
 * - control/  server (the door to libmicrohttpd), client, questions (the table of all that may be
 *             asked); status, jobs, filings and held answer, gone has what is no longer configured
 * - base/     text (names as people see them: the door to libunistring), encoding (the door to
 *             iconv), str, utf8, json, xhtml (pure), digest, clock, log, units, array, url, magic,
 *             notify, shortage, account, closed_directory
 *
 * - sandbox/  closedrop-sandbox, a Close and an S3 bucket to try it against: a program of its own
 *             that shares only base/
 */
#include "closedrop/cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
