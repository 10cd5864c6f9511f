#!/bin/bash
# How well limits.bandwidth is kept: the agent sends one big file, then many small ones, each for about SECONDS at each RATE, and
# what it sent in that time is compared with the limit. What is counted is what the agent counts: the bodies it sent and its
# requests' headers, as a proxy in front of the sandbox hears them.
# Usage: tests/bench/bandwidth.sh [SECONDS [RATE...]]      (20 256K 1M 10M 50M)
#
# Needs a build with tests: CLOSEDROP_BIN_DIR (build/dev). Everything is below TMPDIR (/tmp) and is removed at the end.

set -euo pipefail

top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
bin=${CLOSEDROP_BIN_DIR:-$top/build/dev}
work='' pids=()

stop_all() {
    local pid
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    pids=()
}

clean_up() {
    stop_all
    [ -z "$work" ] || rm -rf -- "$work"
}

wait_until() { # COMMAND...
    local end=$((SECONDS + 600))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.02
    done
}

start_proxy() { # NAME TO
    "$bin/tests/tcp_proxy" --port-file "$1.port" --to "$2" --heard "$1.heard" &
    pids+=($!)
    wait_until test -s "$1.port"
}

start_servers() {
    local ports api s3
    ports=$("$top/tests/support/free_port.sh" 2)
    { read -r api && read -r s3; } <<<"$ports"
    start_proxy s3 "$s3"
    start_proxy api "$api"
    "$bin/closedrop-sandbox" --api-port "$api" --s3-port "$s3" --s3-endpoint "http://127.0.0.1:$(cat s3.port)" \
        --s3-bucket close-sandbox-files --s3-key AKIASANDBOX --s3-secret sandbox-secret --ready-file ready.json >sandbox.log &
    pids+=($!)
    wait_until test -s ready.json
}

configure() { # RATE
    cat >closedrop.conf <<CONF
state_dir = "state";
control_socket = "control.sock";
close = { api_url = "http://127.0.0.1:$(cat api.port)/api/v1/"; api_key_file = "key"; upload_hosts = [ "127.0.0.1" ]; };
limits = { bandwidth = "$1"; };
folders = ( { name = "drop"; path = "drop"; settle = "0"; after_upload = "delete"; } );
log = { level = "warn"; };
CONF
}

heard() {
    stat -c %s s3.heard api.heard | awk '{ s += $1 } END { print s }'
}

# Bytes in megabytes a second over what a second is.
measure() { # RATE-IN-BYTES: while there is more to send than the time allows
    local begin first end last
    first=$(heard)
    begin=$(date +%s%N)
    sleep "$seconds"
    last=$(heard)
    end=$(date +%s%N)
    awk -v rate="$1" -v bytes=$((last - first)) -v ns=$((end - begin)) 'BEGIN {
        real = bytes * 1e9 / ns
        printf "%10.0f of %9d bytes a second  %+5.1f %%\n", real, rate, 100 * (real / rate - 1)
    }'
}

sends() { # it has begun
    [ "$(heard)" -gt 200000 ]
}

run() { # RATE LOAD
    local bytes
    bytes=$(numfmt --from=iec "$1")
    work=$(mktemp -d "${TMPDIR:-/tmp}/closedrop-bandwidth.XXXXXX")
    cd -- "$work"
    mkdir drop
    (umask 077 && echo api_sandbox.secret >key)
    start_servers
    configure "$1"
    case $2 in
    big) printf x >drop/big.bin && truncate -s $((bytes * (seconds + 30))) drop/big.bin ;;
    small) "$top/tests/support/documents.sh" --big $((bytes * (seconds + 10))) stream && split -b 10240 -a 6 -d stream drop/f- && rm stream ;;
    esac
    "$bin/closedrop" run -c closedrop.conf 2>agent.log &
    pids+=($!)
    wait_until sends
    sleep 2
    printf '%6s a second, %s: ' "$1" "$([ "$2" = big ] && echo 'one big file        ' || echo 'many files of 10 KiB')"
    measure "$bytes"
    kill -TERM "${pids[-1]}" "${pids[-1]}"
    stop_all
    cd /
    rm -rf -- "$work"
    work=''
}

main() {
    local rate
    seconds=${1:-20}
    shift || true
    [ $# -gt 0 ] || set -- 256K 1M 10M 50M
    trap clean_up EXIT
    echo "$("$bin/closedrop" --version), $(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg), $seconds s each"
    for rate in "$@"; do
        run "$rate" big
        [ "$(numfmt --from=iec "$rate")" -gt 2000000 ] || run "$rate" small
    done
}

main "$@"
