#!/bin/bash
# How fast the agent is, next to the ceiling, bare libcurl making the same requests and nothing else (ceiling.c), and to the
# floor, which also hashes, keeps a journal on the disk and moves each file (floor.c): what any durable agent must do.
# All send to the same server, which costs next to nothing (server.c), one after the other, on this machine alone.
# Usage: tests/bench/run.sh [FILES [SIZE-OF-THE-BIG-ONE]]      (5000 1G)
#
# Two loads: FILES files of 10 KiB, and one big file. For the agent the clock runs from the first `mv` into the drop
# folder until the last file is in Uploaded, and its outcome on disk; it watches, settles, leases, hashes and remembers.
# The server and the files are on the same machine: the ratios are meaningful, the absolute numbers are not.
# Each is measured RUNS (3) times, in turn, and the best counts. MAX_S (300) bounds each measurement. Everything is
# below TMPDIR (/tmp) and is removed at the end. DELAY_MS (0) is how long the server takes for each answer, TRANSFERS (8)
# how many files are sent at once.

set -euo pipefail

top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
bin=${CLOSEDROP_BIN_DIR:-$top/build/release}
# shellcheck source=../../packaging/packages.sh
. "$top/packaging/packages.sh"

files=${1:-5000}
big=${2:-1G}
most_s=${MAX_S:-300}
runs=${RUNS:-3}
transfers=${TRANSFERS:-8}
key=api_key.secret
work='' agent_pid='' server_pid=''

die() {
    printf 'bench: %s\n' "$*" >&2
    exit 1
}

stop() { # PID
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

clean_up() {
    stop "$agent_pid"
    stop "$server_pid"
    [ -z "$work" ] || rm -rf -- "$work"
}

wait_until() { # COMMAND...
    local end=$((SECONDS + most_s))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

now() {
    date +%s.%N
}

since() { # BEGIN
    awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'
}

peak_kib() { # PID
    awk '/^VmHWM:/ { print $2 }' "/proc/$1/status"
}

# Seconds of processor time a process has used.
cpu_s() { # PID
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%.2f", ($12 + $13) / hz }' "/proc/$1/stat"
}

build() {
    install_packages "${build_packages[@]}" libssl-dev curl jq openssl || die "cannot go on without these packages"
    if [ -z "${CLOSEDROP_BIN_DIR:-}" ]; then
        (cd -- "$top" && quiet cmake --preset release && quiet cmake --build --preset release -j "$(nproc)") ||
            die "the build failed"
    fi
    local bench=$top/tests/bench
    # shellcheck disable=SC2046 # several words
    cc -O2 -o "$work/ceiling" "$bench/ceiling.c" "$bench/bare.c" $(pkg-config --cflags --libs libcurl libcjson)
    # shellcheck disable=SC2046
    cc -O2 -o "$work/floor" "$bench/floor.c" "$bench/bare.c" $(pkg-config --cflags --libs libcurl libcjson libcrypto)
    cc -D_GNU_SOURCE -O2 -o "$work/server" "$bench/server.c"
}

# The same files for both: small ones in small/, the big one in big/.
make_files() {
    mkdir -- "$work/small" "$work/large"
    "$top/tests/support/documents.sh" --big $((files * 10240)) "$work/stream"
    split -b 10240 -a 6 -d --additional-suffix=.pdf "$work/stream" "$work/small/file-"
    "$top/tests/support/documents.sh" --big "$big" "$work/large/big.pdf"
    rm -- "$work/stream"
    sync
}

start_server() {
    "$work/server" "${DELAY_MS:-0}" >"$work/port" 2>"$work/server.log" &
    server_pid=$!
    wait_until test -s "$work/port" || die "the server did not start"
    server=http://127.0.0.1:$(cat "$work/port")
    api=$server/api/v1/
}

# Those of all measurements so far.
uploads() {
    curl -sf --noproxy '*' "$server/counts" | jq .uploads
}

have_arrived() { # NUMBER
    [ "$(uploads)" = "$((uploads_before + $1))" ]
}

agent_is_up() {
    "$bin/closedrop" status -c "$work/closedrop.conf" --json 2>/dev/null | jq -e '.folders[0].healthy' >/dev/null
}

start_agent() {
    mkdir -- "$work/drop"
    (umask 077 && echo "$key" >"$work/key")
    cat >"$work/closedrop.conf" <<CONF
state_dir = "state";
control_socket = "control.sock";
close = { api_url = "$api"; api_key_file = "key"; upload_hosts = [ "127.0.0.1" ]; };
limits = { transfers = $transfers; };
folders = ( { name = "drop"; path = "drop"; settle = "0"; archive = "Uploaded"; } );
log = { level = "warn"; };
CONF
    "$bin/closedrop" run -c "$work/closedrop.conf" >"$work/agent.log" 2>&1 &
    agent_pid=$!
    wait_until agent_is_up || die "the agent did not start: $(cat "$work/agent.log")"
}

stop_agent() {
    stop "$agent_pid"
    agent_pid=''
    rm -rf -- "$work/state" "$work/drop"
}

# All of them are where they belong, and the agent has said so in its queue.
are_put_away() { # NUMBER
    "$bin/closedrop" status -c "$work/closedrop.conf" --json |
        jq -e --argjson n "$1" '.jobs.done >= $n and .not_put_away == 0' >/dev/null
}

# smaller A B
smaller() {
    awk -v a="$1" -v b="$2" 'BEGIN { print a != "" && a + 0 < b + 0 ? a : b }'
}

# measure_ceiling DIRECTORY: sets $ceiling_s
measure_ceiling() {
    local begin
    begin=$(now)
    find "$1" -type f | timeout "$most_s" "$work/ceiling" "$api" "$key" "$transfers" || die "the ceiling failed"
    ceiling_s=$(smaller "$ceiling_s" "$(since "$begin")")
}

# measure_floor DIRECTORY: sets $floor_s
measure_floor() {
    local begin
    mkdir -- "$work/moved"
    begin=$(now)
    find "$1" -type f | UPLOADED=$work/moved JOURNAL=$work/journal timeout "$most_s" "$work/floor" "$api" "$key" "$transfers" ||
        die "the floor failed"
    floor_s=$(smaller "$floor_s" "$(since "$begin")")
    find "$work/moved" -type f -exec mv -t "$1" -- {} +
    rmdir -- "$work/moved"
}

# measure_agent DIRECTORY NUMBER: sets $sent_s (all are stored), $agent_s (all are put away), $agent_kib, $agent_cpu
measure_agent() {
    local begin uploads_before
    start_agent
    uploads_before=$(uploads)
    idle_kib=$(peak_kib "$agent_pid")
    begin=$(now)
    find "$1" -type f -exec mv -t "$work/drop" -- {} +
    wait_until have_arrived "$2" || die "$(uploads) of $2 files arrived in $most_s s"
    sent_s=$(smaller "$sent_s" "$(since "$begin")")
    wait_until are_put_away "$2" || die "not all files were put away in $most_s s"
    agent_s=$(smaller "$agent_s" "$(since "$begin")")
    agent_kib=$(peak_kib "$agent_pid")
    agent_cpu=$(smaller "$agent_cpu" "$(cpu_s "$agent_pid")")
    [ "$(find "$work/drop/Uploaded" -type f | wc -l)" = "$2" ] || die "files are missing in Uploaded"
    find "$work/drop/Uploaded" -type f -exec mv -t "$1" -- {} +
    stop_agent
}

# measure DIRECTORY NUMBER: all three, in turn; the best of each counts, since others may use the machine too.
measure() {
    ceiling_s='' floor_s='' sent_s='' agent_s='' agent_cpu=''''
    for ((run = 0; run < runs; run++)); do
        measure_ceiling "$@"
        measure_floor "$@"
        measure_agent "$@"
    done
}

# row LOAD UNIT AMOUNT
row() {
    awk -v load="$1" -v unit="$2" -v amount="$3" -v c="$ceiling_s" -v f="$floor_s" -v s="$sent_s" -v a="$agent_s" -v kib="$agent_kib" \
        -v idle="$idle_kib" -v cpu="$agent_cpu" 'BEGIN {
            printf "%s\n", load
            printf "  %-34s %8s s %10.0f %s\n", "ceiling (bare libcurl)", c, amount / c, unit
            printf "  %-34s %8s s %10.0f %s\n", "floor (durable and nothing else)", f, amount / f, unit
            printf "  %-34s %8s s %10.0f %s   %.2f of the floor\n", "agent, last one stored", s, amount / s, unit, f / s
            printf "  %-34s %8s s %10.0f %s   %.2f of the floor, %.2f of the ceiling\n", "agent, last one put away", a, amount / a, unit, f / a, c / a
            printf "  %-34s %8.1f MiB (%.1f MiB before the first file)\n", "agent, peak memory (VmHWM)", kib / 1024, idle / 1024
            printf "  %-34s %8.2f s\n", "agent, processor time", cpu
        }'
}

main() {
    case ${1:-} in
    -*)
        sed -n '/^# Usage/,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        return 2
        ;;
    esac
    export LC_ALL=C
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    work=$(mktemp -d "${TMPDIR:-/tmp}/closedrop-bench.XXXXXX")
    build
    make_files
    start_server
    echo "$("$bin/closedrop" --version), $(nproc) processors, $transfers files at once, $(df --output=fstype "$work" | tail -n 1), loopback without TLS," \
        "best of $runs, load $(cut -d ' ' -f 1 /proc/loadavg) at the start"

    measure "$work/small" "$files"
    row "$files files of 10 KiB" "files/s" "$files"

    local bytes
    bytes=$(stat -c %s "$work/large/big.pdf")
    measure "$work/large" 1
    row "one file of $big" "MB/s" "$((bytes / 1000000))"
}

main "$@"
