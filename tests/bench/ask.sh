#!/bin/bash
# How long a command takes that asks a large queue: the eight questions of an office, and a few more, each RUNS (7) times,
# process start included; the median counts.
# Usage: tests/bench/ask.sh [JOBS [DAYS]]      (1000000 730)
#
# The queue is made by SQL: JOBS jobs of four folders, spread evenly over DAYS that end now. They are asked with the
# agent running (--alone: without it). Needs the release build (CLOSEDROP_BIN_DIR) and sqlite3. Everything is below TMPDIR
# (/tmp) and is removed at the end.

set -euo pipefail

here=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")")
top=$(realpath -- "$here/../..")
# shellcheck source=old_queue.sh
. "$here/old_queue.sh"
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
    fill "$jobs" "$days"
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
