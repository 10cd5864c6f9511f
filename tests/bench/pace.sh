#!/bin/bash
# How well rate limits are kept: the agent has more files than it may send, another client uses up half of each window
# (other_client.py), and both are counted by the sandbox. Wanted: 1 % of the agent's requests refused at most, and 95 % used
# of what the other client left.
# Usage: tests/bench/pace.sh [LATENCY]      (0: how long each answer of the sandbox takes)
#
# Limits of 2, 20 and 100 a second in windows of 1, 5 and 60 s, and another client that asks at an even pace, or takes its half
# at once; about eight minutes. Needs the release build (CLOSEDROP_BIN_DIR) and python3. Everything is below TMPDIR (/tmp) and
# is removed at the end.

set -euo pipefail

top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
bin=${CLOSEDROP_BIN_DIR:-$top/build/release}
latency=${1:-0}
work='' pids=()

clean_up() {
    local pid
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    [ -z "$work" ] || rm -rf -- "$work"
}

wait_until() { # COMMAND...
    local end=$((SECONDS + 60))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

make_files() { # NUMBER: more than can be sent
    local i
    mkdir drop
    for ((i = 0; i < $1; i++)); do
        echo "contents of $i" >"drop/$i.txt"
    done
}

start() { # RATE WINDOW
    "$bin/closedrop-sandbox" --api-port 0 --s3-port 0 --ready-file ready.json --rate $(($1 * $2)) --window "$2s" \
        --latency "$latency" >sandbox.log 2>&1 &
    pids+=($!)
    wait_until test -s ready.json
    (umask 077 && echo api_sandbox.secret >key)
    cat >closedrop.conf <<CONF
state_dir = "state";
control_socket = "control.sock";
close = { api_url = "$(jq -r .api_url ready.json)"; api_key_file = "key"; upload_hosts = [ "127.0.0.1" ]; };
folders = ( { name = "drop"; path = "drop"; settle = "0"; after_upload = "delete"; } );
log = { level = "warn"; };
CONF
    "$bin/closedrop" run -c closedrop.conf 2>agent.log &
    pids+=($!)
}

has_uploaded() {
    curl -sf --noproxy '*' "$(jq -r .admin_url ready.json)counts" | jq -e '.uploads > 0' >/dev/null
}

measure() { # RATE WINDOW WINDOWS HOW
    local cell=$work/$1-$2-$4 windows limit others others_refused ours refused
    mkdir -- "$cell"
    cd -- "$cell"
    make_files $(($1 * $2 * ($3 + 2)))
    start "$1" "$2"
    wait_until has_uploaded
    read -r windows limit others others_refused ours refused < <("$top/tests/bench/other_client.py" ready.json "$2" "$3" "$4")
    awk -v rate="$1" -v window="$2" -v windows="$windows" -v how="$4" -v limit="$limit" -v eaten=$((others - others_refused)) \
        -v ours="$ours" -v refused="$refused" 'BEGIN {
            all = windows * limit
            printf "%-8s %4d %5d s %8d %8.1f %% %9d %5d %9.2f %% %8.1f %%\n", how, rate, window, windows, 100 * eaten / all,
                ours, refused, 100 * refused / ours, 100 * (ours - refused) / (all - eaten)
        }'
    clean_up_cell
}

clean_up_cell() {
    work='' clean_up
    pids=()
}

main() {
    local how window windows rate cells
    trap clean_up EXIT
    work=$(mktemp -d "${TMPDIR:-/tmp}/closedrop-pace.XXXXXX")
    echo "$("$bin/closedrop" --version), $(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg), latency $latency"
    echo 'other    rate  window  windows   it took  requests  429s     refused  used of what was left'
    for how in steady at-once; do
        for window in 1 5 60; do
            windows=$((window < 60 ? 60 / window : 2))
            cells=()
            for rate in 2 20 100; do
                (
                    trap clean_up_cell EXIT
                    measure "$rate" "$window" "$windows" "$how" >"$work/row-$rate"
                ) &
                cells+=($!)
            done
            wait "${cells[@]}"
            cat "$work"/row-{2,20,100}
        done
    done
}

main "$@"
