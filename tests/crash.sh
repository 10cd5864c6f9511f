#!/bin/bash
# Kills the agent at every durable call, one after the other, starts it again, and demands the same end: each file in Uploaded,
# each activity created once.
# Usage: tests/crash.sh [OPTION]...
#   --every N     only every N-th call (1: all of them)
#   --group       two files in one group, in place of one file alone
#   --help        this text
#
# A call is one that makes something durable (fsync, fdatasync, write, rename, unlink ...) or leaves the machine (send, recv);
# tests/crash/shim.c counts them. At each, the agent dies once before the call and once after it. Then a second agent goes on
# from what is on the disk.
#
# Needs CLOSEDROP_BIN_DIR (build/release unless set), and a C compiler.
# Exit code 0: all points are good; 1: one is not, and what is wrong was printed; 2: wrong usage.

set -euo pipefail

top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/..")
bin=${CLOSEDROP_BIN_DIR:-$top/build/release}
every=1 group=false

usage() {
    sed -n '/^# Usage/,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

while [ $# -gt 0 ]; do
    case $1 in
    --every) every=$2 && shift 2 ;;
    --group) group=true && shift ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
done

work=$(mktemp -d)
sandbox_pid=''
cleanup() {
    [ -z "$sandbox_pid" ] || kill "$sandbox_pid" 2>/dev/null || true
    rm -rf -- "$work"
}
trap cleanup EXIT
cd "$work"

"${CC:-cc}" -shared -fPIC -O1 -D_GNU_SOURCE -o shim.so "$top/tests/crash/shim.c" -ldl
(umask 077 && echo api_sandbox.secret >key)
echo '{"leads":[{"id":"lead_A","name":"A"}]}' >seed.json
"$bin/closedrop-sandbox" --api-port 0 --s3-port 0 --ready-file "$work/ready.json" --seed seed.json >sandbox.log 2>&1 &
sandbox_pid=$!
for ((i = 0; i < 100; i++)); do
    [ -s ready.json ] && break
    sleep 0.1
done
api=$(jq -r .api_url ready.json)
admin=$(jq -r .admin_url ready.json)
group_setting='' files=1 wanted=1
if $group; then
    group_setting='group = { by = "x"; wait = "100ms"; };'
    files=2
fi
cat >closedrop.conf <<CONF
state_dir = "state";
control_socket = "control.sock";
close = { api_url = "$api"; api_key_file = "key"; upload_hosts = [ "127.0.0.1" ]; };
limits = { retry_first = "20ms"; retry_max = "100ms"; timeout = "5s"; doubt = "150ms"; };
folders = ( { name = "scans"; path = "in"; settle = "0"; watch = "poll"; poll_interval = "100ms"; rules = [ "r" ]; } );
rules = ( { name = "r"; lead_id = "lead_A"; $group_setting email = { subject = "{stem}"; }; } );
CONF

begin() { # a fresh state, and the files
    rm -rf state in
    mkdir in
    curl -sf -X POST "${admin}reset" >/dev/null
    local i
    for ((i = 1; i <= files; i++)); do echo "document $i" >"in/$i.txt"; done
}

agent() { # [VARIABLE=VALUE]...: over what is there
    # AddressSanitizer wants to be loaded first, and can do without
    timeout 60 env ASAN_OPTIONS=verify_asan_link_order=0 "$@" "$bin/closedrop" run -c closedrop.conf --once >>agent.log 2>&1
}

point=''
complain() {
    echo "$point: $*"
    "$bin/closedrop" list -c closedrop.conf --json || true
    curl -s "${admin}activities" || true
    find in
    tail -n 40 agent.log
    exit 1
}

check() { # the end is as it must be
    local activities
    activities=$(curl -sf "${admin}activities" | jq length)
    [ "$activities" = "$wanted" ] || complain "$activities activities, not $wanted"
    [ "$(curl -sf "${admin}activities" | jq '[.[].attachments[].filename] | unique | length')" = "$files" ] ||
        complain "not every file is attached"
    [ "$("$bin/closedrop" status -c closedrop.conf --json | jq .jobs.done)" = "$files" ] || complain "not all jobs are done"
    local i
    for ((i = 1; i <= files; i++)); do
        [ -f "in/Uploaded/$(date +%Y-%m)/$i.txt" ] || complain "$i.txt is not in Uploaded"
    done
    [ -z "$(find in -maxdepth 1 -type f)" ] || complain "something lies in the folder"
}

begin
agent LD_PRELOAD="$work/shim.so" CRASH_COUNT="$work/count"
check
total=$(cat count)
points=0
for ((n = 1; n <= total; n += every)); do
    for when in before after; do
        point="killed $when call $n of $total"
        : >agent.log
        begin
        { agent LD_PRELOAD="$work/shim.so" CRASH_AT="$n" CRASH_WHEN="$when" || true; } 2>/dev/null
        agent || complain "the second agent did not end well"
        check
        points=$((points + 1))
    done
done
echo "$points points of $total calls, each killed and gone on from: $wanted activity and $files files every time"
