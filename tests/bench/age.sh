#!/bin/bash
# What age costs: a start, and questions, with a queue of JOBS jobs; a start and a scan with FILES files that the queue knows.
# Usage: tests/bench/age.sh [JOBS [FILES]]     (1000000 1000000)
#
# Each figure is the median of RUNS (5). docs/performance.md says how to read them. The queue and the files are made below
# TMPDIR (/tmp), 1.2 GB for a million jobs, and removed at the end. Needs the release build (CLOSEDROP_BIN_DIR), sqlite3, curl.
#
# Names are found by an index that the agent fills while it is idle. The time that takes is measured, at most INDEX_S (3600);
# INDEX_S=0 asks without it.

set -euo pipefail

here=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")")
top=$(realpath -- "$here/../..")
bin=${CLOSEDROP_BIN_DIR:-$top/build/release}
jobs=${1:-1000000} files=${2:-1000000} runs=${RUNS:-5} index_s=${INDEX_S:-3600}
work='' agent_pid=''
# shellcheck source=old_queue.sh
. "$here/old_queue.sh"

clean_up() {
    stop_agent
    [ -z "$work" ] || rm -rf -- "$work"
}

median() { # of the numbers on stdin
    sort -n | sed -n "$(((runs + 1) / 2))p"
}

tell() { # FIGURE VALUE UNIT
    printf '%-58s %10s %s\n' "$@"
}

configure() { # FOLDERS
    (umask 077 && echo api_none.secret >key)
    cat >closedrop.conf <<CONF
state_dir = "state";
control_socket = "control.sock";
close = { api_url = "http://127.0.0.1:9/"; api_key_file = "key"; };
folders = ( $1 );
log = { level = "warn"; };
CONF
    "$bin/closedrop" run --once -c closedrop.conf
}

# ---- the agent ----

answers() {
    [ -S control.sock ] && curl -sf --unix-socket control.sock http://closedrop/status >answer
}

# Prints how long it took until it answered, in ms.
start_agent() {
    local from
    from=$(date +%s%N)
    "$bin/closedrop" run -c closedrop.conf 2>>agent.log &
    agent_pid=$!
    until answers; do
        kill -0 "$agent_pid" || { cat agent.log >&2 && exit 1; }
        sleep 0.005
    done
    first_ms=$((($(date +%s%N) - from) / 1000000))
}

stop_agent() { # [SIGNAL]
    [ -n "$agent_pid" ] || return 0
    kill "${1:--TERM}" "$agent_pid" 2>/dev/null || true
    wait "$agent_pid" 2>/dev/null || true
    agent_pid=''
    rm -f control.sock
}

# A field of its memory, in MiB.
memory() { # FIELD
    awk -v field="$1:" '$1 == field { printf "%.1f\n", $2 / 1024 }' "/proc/$agent_pid/status"
}

starts() { # FIGURE [SIGNAL]
    local i all=()
    for ((i = 0; i < runs; i++)); do
        start_agent
        stop_agent "${2:-}"
        all+=("$first_ms")
    done
    tell "$1" "$(printf '%s\n' "${all[@]}" | median)" ms
}

# ---- questions ----

ask() { # FIGURE QUESTION: without the start of a process
    local i all=() from
    for ((i = 0; i < runs; i++)); do
        from=$(curl -sf -o answer -w '%{time_total}' --unix-socket control.sock "http://closedrop/$2")
        all+=("$from")
    done
    tell "$1" "$(printf '%s\n' "${all[@]}" | median | awk '{ printf "%.1f", $1 * 1000 }')" ms
}

ask_all() {
    ask 'status' status
    ask 'list --limit 20' 'jobs?limit=20'
    ask 'list --match: a name that one job has' "jobs?limit=20&match=$((jobs / 2))"
    ask 'list --match: a name that nothing has' 'jobs?limit=20&match=zzz'
    ask 'list --match: a name that most have' 'jobs?limit=20&match=pdf'
    ask 'list --match --state done' "jobs?limit=20&state=done&match=$((jobs / 2))"
    ask 'list --match --state failed: nothing' 'jobs?limit=20&state=failed&match=zzz'
}

# Until the index of names has all but the latest jobs: the queue is only open to the agent, so each look is a restart.
wait_for_index() {
    local from last newest
    from=$(date +%s)
    newest=$(sqlite3 state/queue.db 'SELECT min(queued_ms) FROM (SELECT queued_ms FROM job ORDER BY id DESC LIMIT 2000)')
    while [ $(($(date +%s) - from)) -lt "$index_s" ]; do
        start_agent
        sleep 30
        stop_agent
        last=$(sqlite3 state/queue.db "SELECT value FROM number WHERE name = 'names_ms'")
        [ "${last:-0}" -lt "$newest" ] || break
    done
    tell 'until the index of names is complete' "$(($(date +%s) - from))" s
}

many_jobs() {
    mkdir jobs && cd jobs
    mkdir scans fax invoices post
    configure '{ path = "scans"; }, { path = "fax"; }, { path = "invoices"; }, { path = "post"; }'
    fill "$jobs" 730
    start_agent
    stop_agent
    tell "first answer, $jobs jobs, the queue in doubt" "$first_ms" ms
    [ "$index_s" = 0 ] || wait_for_index
    tell 'bytes a job' $(($(stat -c %s state/queue.db) / jobs)) B
    starts 'first answer after a clean end'
    starts 'first answer after kill -9' -KILL
    start_agent
    ask_all
    tell 'resident at its peak' "$(memory VmHWM)" MiB
    stop_agent
    cd ..
}

# ---- files that are known ----

seconds_of() { # COMMAND...
    local from
    from=$(date +%s%N)
    "$@" >answer
    echo $((($(date +%s%N) - from) / 1000000))
}

many_files() {
    local i found=() scanned=()
    mkdir files && cd files
    mkdir scans
    configure '{ path = "scans"; after_upload = "keep"; }'
    "$here/known_files.py" "$files" scans state/queue.db
    start_agent
    stop_agent
    starts "first answer, $files known files, clean end"
    for ((i = 0; i < runs; i++)); do
        found+=("$(seconds_of find scans -printf '%s %T@ %i\n')")
        scanned+=("$(seconds_of "$bin/closedrop" run --once -c closedrop.conf)")
    done
    tell 'find of all' "$(printf '%s\n' "${found[@]}" | median)" ms
    tell 'run --once, which scans all' "$(printf '%s\n' "${scanned[@]}" | median)" ms
    start_agent
    tell 'resident after the start' "$(memory VmHWM)" MiB
    stop_agent
    [ "$(sqlite3 state/queue.db 'SELECT count(*) FROM job')" = "$files" ] || { echo 'not all were known' >&2 && exit 1; }
    cd ..
}

trap clean_up EXIT
work=$(mktemp -d "${TMPDIR:-/tmp}/closedrop-age.XXXXXX")
cd "$work"
many_jobs
many_files
