#!/bin/bash
# How long a command takes that asks a large queue: the eight questions of an office, and a few more, each RUNS (7) times,
# process start included; the median counts.
# Usage: tests/bench/ask.sh [JOBS [DAYS]]      (1000000 730)
#
# The queue is made by SQL: JOBS jobs of four folders, spread evenly over DAYS that end now. They are asked with the
# agent running (--alone: without it). Needs the release build (CLOSEDROP_BIN_DIR) and sqlite3. Everything is below TMPDIR
# (/tmp) and is removed at the end.

set -euo pipefail

top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
bin=${CLOSEDROP_BIN_DIR:-$top/build/release}
alone=''
[ "${1:-}" != --alone ] || { alone=1 && shift; }
jobs=${1:-1000000}
days=${2:-730}
runs=${RUNS:-7}
work='' agent_pid='' failed='' lead=''

clean_up() {
    if [ -n "$agent_pid" ]; then
        kill "$agent_pid" 2>/dev/null || true
        wait "$agent_pid" 2>/dev/null || true
    fi
    [ -z "$work" ] || rm -rf -- "$work"
}

make_queue() {
    mkdir scans fax invoices post
    (umask 077 && echo api_none.secret >key)
    cat >closedrop.conf <<'CONF'
state_dir = "state";
control_socket = "control.sock";
close = { api_url = "http://127.0.0.1:9/"; api_key_file = "key"; };
folders = ( { path = "scans"; }, { path = "fax"; }, { path = "invoices"; }, { path = "post"; } );
log = { level = "warn"; };
CONF
    "$bin/closedrop" run --once -c closedrop.conf
    touch scans/waits.part
    fill
}

# One job in a hundred has failed; there are 3,000 leads.
fill() {
    local now=$(($(date +%s) * 1000))
    sqlite3 state/queue.db <<SQL
PRAGMA synchronous = OFF;
PRAGMA cache_size = -400000;
BEGIN;
WITH RECURSIVE
    number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < $jobs),
    drawn AS (SELECT i, $now - ($jobs - i) * ($days * 86400000 / $jobs) AS at_ms, i * 7919 % 100 AS chance,
        i * 104729 % 1000 < 10 AS fails, i * 15485863 % 3000 AS lead FROM number)
INSERT INTO job (folder, path, handle, size, mtime_ns, state, filed, attempts, due_ms, place, error_code, error_message,
    content_type, sha256, md5, download_url, token, queued_ms, uploaded_ms, done_ms, mark, rule, lead_id, lead_name,
    activity, activity_id, entered)
SELECT CASE WHEN chance < 50 THEN 'scans' WHEN chance < 70 THEN 'fax' WHEN chance < 95 THEN 'invoices' ELSE 'post' END,
    CAST(CASE WHEN chance < 50 THEN 'Scan_' || i || '.pdf' WHEN chance < 70 THEN '+4930' || i || '-1.tif'
        ELSE 'in/2026/Document ' || i || '.pdf' END AS BLOB),
    CAST('h' || printf('%010d', i) AS BLOB), 48213, i, iif(fails, 'failed', 'done'), 1, 1, at_ms,
    CAST(iif(fails, 'Failed/', 'Uploaded/') || i AS BLOB), iif(fails, 'no_target', NULL),
    iif(fails, 'Close has no contact with the email address "x"', NULL), 'application/pdf', printf('%064d', i),
    printf('%032d', i), 'https://app.close.com/go/file/temporary/user_1/' || i || '/', 'token' || i, at_ms, at_ms + 1000,
    at_ms + 2000, 'mark', 'by-lead', iif(fails, NULL, 'lead_' || printf('%043d', lead)),
    iif(fails, NULL, 'Company ' || lead), 'email', iif(fails, NULL, 'acti_' || printf('%043d', i)), i
FROM drawn;
INSERT INTO history SELECT id, queued_ms, 'queued', 'settled' FROM job;
INSERT INTO history SELECT id, done_ms, state, 'done' FROM job;
COMMIT;
SQL
}

# Before the agent locks the queue.
choose() {
    failed=$(sqlite3 state/queue.db "SELECT name FROM job WHERE state = 'failed' ORDER BY id DESC LIMIT 1")
    lead=$(sqlite3 state/queue.db "SELECT lead_id FROM job WHERE lead_id IS NOT NULL ORDER BY id DESC LIMIT 1")
}

start_agent() {
    "$bin/closedrop" run -c closedrop.conf 2>agent.log &
    agent_pid=$!
    until [ -S control.sock ]; do
        kill -0 "$agent_pid" || { cat agent.log >&2 && exit 1; }
        sleep 0.1
    done
}

ask() { # WHAT ARGUMENT...
    local what=$1 from to i times=()
    shift
    for ((i = 0; i < runs; i++)); do
        from=$(date +%s%N)
        "$bin/closedrop" "$@" -c closedrop.conf >answer
        to=$(date +%s%N)
        times+=($(((to - from) / 100000)))
    done
    mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
    i=${times[runs / 2]}
    printf '%6d.%d ms %7d lines  %-26s closedrop %s\n' $((i / 10)) $((i % 10)) "$(wc -l <answer)" "$what" "$*"
}

ask_all() {
    ask 'scanned at 10:14' list --folder scans --since "$(date -d '-3 hours' '+%F %H:%M')" \
        --until "$(date -d '-2 hours' '+%F %H:%M')"
    ask 'why it is not on the lead' show "$failed"
    ask 'failed this week' list --state failed --since 7d
    ask 'filed today' report --since today
    ask 'a silent scanner' list --folder fax --since yesterday --limit 1
    ask 'what went to a lead' list --lead "$lead"
    ask 'a folder since Monday' list --folder invoices --since monday
    ask 'for the auditor, a day' report --since yesterday --until yesterday --csv
    ask 'for the auditor, 30 days' report --since "$(date -d '-30 days' +%F)" --csv
    ask 'a name that nothing has' list --match zzz
    ask 'how it goes' status
    ask 'where a file went' explain "scans/$failed"
    ask 'why a file waits' explain scans/waits.part
}

trap clean_up EXIT
work=$(mktemp -d "${TMPDIR:-/tmp}/closedrop-ask.XXXXXX")
cd "$work"
make_queue
choose
[ -n "$alone" ] || start_agent
ask_all
