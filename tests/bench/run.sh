#!/bin/bash
# How much of what is possible the agent reaches, scenario by scenario. Several programs do the same work, measured in turn on
# this machine, against a server that costs next to nothing (server.c):
#   ceiling  bare libcurl, which makes the same requests and does nothing else (ceiling.c)
#   floor    what any honest durable agent must do besides: two digests, a journal, a rename (floor.c)
#   agent    closedrop, from the first `mv` into its folder until the last file is in Uploaded, and its queue on disk says so
#   shell, python    what people write instead (shell_client.sh, python_client.py)
# docs/performance.md says how to read the results.
#
# Usage: tests/bench/run.sh [--quick] [--json FILE] [--svg FILE] [SCENARIO...]
#        tests/bench/run.sh --age [JOBS [FILES]]
#        tests/bench/run.sh --crowd [SCENARIO...]
#   --quick   a few small files, once: only whether it all works
#   --json    write each single measurement to FILE, a line of JSON each
#   --svg     draw the agent's share of the floor into FILE
#   --age     instead: what many old jobs and known files cost (age.sh)
#   --crowd   instead: what many files, directories and forgotten jobs cost those that come meanwhile (crowd.sh)
# Scenarios: small email big big_tls four latency latency_tls folders moved idle; all by default.
# The environment may set RUNS (5), FILES (5000), BIG (bytes of the big file: 4 GiB), OTHERS (300: files for shell and python),
# IDLE_S (60) and MAX_S (300: the most for one measurement). Everything is below TMPDIR (/tmp) and is removed at the end.

set -euo pipefail

here=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")")
top=$(realpath -- "$here/../..")
bin=${CLOSEDROP_BIN_DIR:-$top/build/release}
# shellcheck source=../../packaging/packages.sh
. "$top/packaging/packages.sh"
# shellcheck source=machinery.sh
. "$here/machinery.sh"

all_scenarios=(small email big big_tls four latency latency_tls folders moved idle)
runs=${RUNS:-5} files=${FILES:-5000} big=${BIG:-4294967296} others=${OTHERS:-300} idle_s=${IDLE_S:-60} most_s=${MAX_S:-300}
json='' svg='' scenarios=()

usage() {
    sed -n '/^# Usage/,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

options() {
    while [ $# -gt 0 ]; do
        case $1 in
        --age) shift && exec "$here/age.sh" "$@" ;;
        --crowd) shift && exec "$here/crowd.sh" "$@" ;;
        --quick) runs=1 files=20 big=3000000 others=3 idle_s=1 ;;
        --json) json=$(realpath -m -- "$2") && shift ;;
        --svg) svg=$(realpath -m -- "$2") && shift ;;
        small | email | big | big_tls | four | latency | latency_tls | folders | moved | idle) scenarios+=("$1") ;;
        *) usage >&2 && exit 2 ;;
        esac
        shift
    done
    [ ${#scenarios[@]} -gt 0 ] || scenarios=("${all_scenarios[@]}")
}

# ---- the scenarios: each is called once a run, and notes what it has measured ----

small() {
    with_files "$files" 10240
    transfers=8
    compare small "files/s" "$files"
    note small agent "ms of processor time a file" "$(per_file "$agent_cpu_ms" "$files")"
    note small agent "MiB at its peak" "$(mebibytes "$peak_kib")"
    with_files "$others" 10240
    other_client shell inotifywait "$here/shell_client.sh"
    other_client python /usr/bin/python3 "$here/python_client.py"
}

email() {
    with_files "$files" 10240
    transfers=8 rule='email = { status = "draft"; subject = "{stem}"; };'
    ACTIVITY=1 measure_floor email "files/s" "$files"
    measure_agent email "files/s" "$files"
    rule=''
}

one_big_file() { # SCENARIO
    with_files 1 "$big"
    transfers=1
    compare "$1" "MB/s" "$((big / 1000000))"
    note "$1" agent "MiB more than idle" "$(mebibytes $((peak_kib - idle_kib)))"
}

big() {
    one_big_file big
}

big_tls() {
    start_server 0 tls
    one_big_file big_tls
    start_server 0
}

# Four at once, each a quarter of the big one.
four() {
    with_files 4 "$((big / 4))"
    transfers=4
    compare four "MB/s" "$((big / 1000000))"
}

# Each answer takes 50 ms: a file takes two, so this many at once can do no more than that.
latency() {
    for transfers in 8 64; do
        with_files $((transfers * (files > 1000 ? 50 : 2))) 10240
        start_server 50
        note "latency_$transfers" possible "files/s" $((transfers * 1000 / 100))
        measure_agent "latency_$transfers" "files/s" $((transfers * (files > 1000 ? 50 : 2)))
        start_server 0
    done
}

# The same with an email each, over TLS: a file takes three answers.
latency_tls() {
    rule='email = { status = "draft"; subject = "{stem}"; };'
    for transfers in 8 64; do
        with_files $((transfers * (files > 1000 ? 50 : 2))) 10240
        start_server 50 tls
        note "latency_tls_$transfers" possible "files/s" $((transfers * 1000 / 150))
        measure_agent "latency_tls_$transfers" "files/s" $((transfers * (files > 1000 ? 50 : 2)))
        start_server 0
    done
    rule=''
}

folders() {
    with_files "$files" 10240
    transfers=8
    measure_agent folders_1 "files/s" "$files"
    folder_count=200
    measure_agent folders_200 "files/s" "$files"
    folder_count=1
}

moved() {
    local ms
    with_files $((files > 1000 ? 50 : 3)) 10240
    transfers=8
    measure_ceiling_alone moved
    start_agent
    ms=$(python3 "$here/moved_in.py" "$server" "$work/files" "$work/drop0" | sort -n | middle)
    note moved agent "ms to stored, median" "$ms"
    stop_agent
}

idle() {
    local before
    transfers=8
    start_agent
    sleep 1
    before=$(switches)
    sleep "$idle_s"
    note idle agent "wake-ups in $idle_s s" $(($(switches) - before))
    stop_agent
}

main() {
    options "$@"
    export LC_ALL=C
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    work=$(mktemp -d "${TMPDIR:-/tmp}/closedrop-bench.XXXXXX")
    build
    start_server 0
    machine="$("$bin/closedrop" --version), $(nproc) processors, $(df --output=fstype "$work" | tail -n 1), loopback,"
    machine+=" load $(cut -d ' ' -f 1 /proc/loadavg) at the start"
    local run scenario
    for ((run = 0; run < runs; run++)); do
        for scenario in "${scenarios[@]}"; do
            "$scenario"
        done
    done
    [ -z "$json" ] || cp -- "$work/results.jsonl" "$json"
    python3 "$here/report.py" "$machine" "$work/results.jsonl" ${svg:+"$svg"}
}

main "$@"
