#!/bin/bash
# Kills the agent at every durable call, one after the other, starts it again, and requires the same end: each file in its
# place, each activity created once.
# Usage: tests/crash/run.sh [OPTION]...
#   --scenario NAME   what is in progress (alone):
#                       alone     one file
#                       linked    one file, which gets a shortcut to its lead
#                       group     two files that are filed together
#                       effects   the same, with a task next to their email, and a custom field of the lead
#                       three     three files and one rule; S3 answers 503 to one attempt
#                       failed    one file, and one whose lead does not exist
#                       returned  the same; then its lead exists, and it is retried
#                       renamed   one file, which is renamed while the agent is down
#                       twins     two files with the same contents, of which one is filed and the other held back
#                       heard     as failed, with a hook, mail, and mail to the owner: each outcome is heard of once or, for each kill, again
#   --power           cut the power: everything is on a disk of its own, which keeps only what was made durable (root)
#   --again           the agent that continues is killed too, at any call, and a third one continues
#   --every N         only every N-th call (1: all of them)
#   --at N            only this call
#   --seed N          which calls --again takes (1)
#   --help            this text
#
# A call is one that changes what is on the disk, makes it durable, or uses the network; tests/crash/shim.c counts
# them. Their number differs a little from run to run, so this continues until a run ends before the call that should kill it.
#
# Needs CLOSEDROP_BIN_DIR (build/release unless set), and a C compiler.
# Exit status 0: all points are good; 1: one is not, and what is wrong was printed; 2: wrong usage; 77: --power is not available.

# shellcheck disable=SC2034,SC2154,SC2119 # what story.bash reads, and what it sets
set -euo pipefail
top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
CLOSEDROP_BIN_DIR=${CLOSEDROP_BIN_DIR:-$top/build/release}
scenario=alone power=false again=false every=1 at='' seed=1

usage() {
    sed -n '/^# Usage/,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

while [ $# -gt 0 ]; do
    case $1 in
    --scenario) scenario=$2 && shift ;;
    --power) power=true ;;
    --again) again=true ;;
    --every) every=$2 && shift ;;
    --at) at=$2 && shift ;;
    --seed) seed=$2 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done

BATS_TEST_TMPDIR=$(mktemp -d) sandbox_pid=''
# shellcheck source=../support/story.bash
. "$top/tests/support/story.bash"
trap finish EXIT

finish() {
    umount disk 2>/dev/null || true
    [ -z "${mail_pid:-}" ] || kill "$mail_pid" 2>/dev/null || true
    stop_sandbox
    [ -n "${KEEP:-}" ] || rm -rf -- "$BATS_TEST_TMPDIR"
}

# ---- the disk ----

make_disk() {
    truncate -s 32M new.img
    mkfs.ext4 -q -F new.img
}

can_cut_power() {
    [ "$(id -u)" = 0 ] && make_disk 2>/dev/null && mount -o loop new.img disk 2>/dev/null && umount disk
}

fresh_disk() {
    if $power; then
        umount disk 2>/dev/null || true
        cp --sparse=always new.img disk.img
        mount -o loop disk.img disk
    else
        rm -rf disk/*
    fi
    mkdir disk/in
}

# The power is back: the journal tells what was durable.
disk_is_back() {
    $power || return 0
    umount disk
    mount -o loop disk.img disk
}

# ---- scenarios ----

# what the end must be, and the exit statuses of the agent that reaches it
group='' effects='' end='' codes=0

drop() { # NAME...
    local name
    for name; do echo "document $name" >"disk/in/$name"; done
    (cd disk/in && sha256sum -- *) >dropped
}

begin_alone() { drop A1.txt; }
begin_linked() { drop A1.txt; }
begin_group() { drop A1.txt A2.txt; }
begin_effects() { begin_group; }
begin_failed() { drop A1.txt B1.txt; }

begin_three() {
    drop A1.txt A2.txt A3.txt
    fault '[{"on":"s3","do":{"status":503,"code":"SlowDown"}}]'
}

begin_returned() {
    drop B1.txt
    curl -s -d '{"id":"lead_B"}' "${admin}lead/delete" >/dev/null
    ! agent || complain "B1.txt did not fail"
    seed '{"leads":[{"id":"lead_B","name":"B"}]}'
    closedrop retry --all >/dev/null
}

begin_renamed() { drop A1.txt; }

begin_heard() {
    drop A1.txt B1.txt
    : >heard.jsonl
    : >mails.jsonl
}

# With a queue there: one that was killed while it was made has the next look for both in Close, and find the one in the other.
begin_twins() {
    agent || complain "nothing could be begun"
    echo document >disk/in/A1.txt
    cp disk/in/A1.txt disk/in/A2.txt
    (cd disk/in && sha256sum -- *) >dropped
}

# What people do while the agent is dead.
meanwhile() {
    if [ "$scenario" = renamed ] && mv disk/in/A1.txt disk/in/A2.txt 2>/dev/null; then
        sed -i 's/A1/A2/' dropped
    fi
}

# Which of two names it is in the end depends on where the agent died.
normal() {
    case $scenario in
    renamed) sed 's/A2/A1/' ;;
    twins) sed 's/^{"done": \["A2.txt"\], "failed": \["A1.txt"\]/{"done": ["A1.txt"], "failed": ["A2.txt"]/' ;;
    *) cat ;;
    esac
}

case $scenario in
alone | linked | renamed) end='{"done": ["A1.txt"], "failed": [], "activities": 1}' ;;
group)
    end='{"done": ["A1.txt", "A2.txt"], "failed": [], "activities": 1}'
    group='group = { by = "x"; wait = "100ms"; };'
    ;;
effects)
    end='{"done": ["A1.txt", "A2.txt"], "failed": [], "activities": 2}'
    group='group = { by = "x"; wait = "100ms"; };'
    effects='task = { text = "Check {stem}"; }; set = { custom = { cf_SandboxText = "{name}"; }; };'
    ;;
three) end='{"done": ["A1.txt", "A2.txt", "A3.txt"], "failed": [], "activities": 3}' ;;
failed | heard)
    end='{"done": ["A1.txt"], "failed": ["B1.txt"], "activities": 1}'
    codes='[01]' # 0 where it had failed before the kill
    ;;
twins)
    end='{"done": ["A1.txt"], "failed": ["A2.txt"], "activities": 1}'
    codes='[01]'
    ;;
returned) end='{"done": ["B1.txt"], "failed": [], "activities": 1}' ;;
*) usage >&2 && exit 2 ;;
esac

begin() { # everything as it is before the first start, and on the disk
    curl -sf -X POST "${admin}reset" >/dev/null
    : >agent.log
    fresh_disk
    "begin_$scenario"
    ! $power || sync -f disk
}

# ---- one point ----

agent() { # [VARIABLE=VALUE]...: over what is there; its exit code is in $agent_code
    # AddressSanitizer wants to be loaded first, and can do without
    agent_code=0
    {
        timeout 60 env ASAN_OPTIONS=verify_asan_link_order=0 "$@" "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" --once \
            >>agent.log 2>&1 || agent_code=$?
    } 2>/dev/null
    [ "$agent_code" = 0 ]
}

killed_agent() { # CALL: whether it was killed before that call
    local shim=(LD_PRELOAD="$PWD/shim.so" CRASH_AT="$1")
    ! $power || shim+=(CRASH_POWER="$PWD/disk")
    agent "${shim[@]}" || true
    [ "$agent_code" = 137 ] || return
    disk_is_back
}

# ---- who hears of it ----

hear() { # a hook, and a mail server where it is installed, write what they get
    printf '#!/bin/sh\ncat >>"%s"\n' "$PWD/heard.jsonl" >hook
    chmod 700 hook
    more+="hooks = { done = [ \"hook\" ]; failed = [ \"hook\" ]; };"
    /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || return 0
    "$top/tests/support/mail_server.py" mails.jsonl smtp.port 2>smtp.log 3>&- &
    mail_pid=$!
    wait_until test -s smtp.port
    more+="alert = { mail = [ \"a@example.com\" ]; smtp = \"smtp://127.0.0.1:$(cat smtp.port)\"; };"
}

check_heard() { # one event for each outcome, and each delivered once or, for each kill, once more
    local most=2
    ! $again || most=3
    [ "$scenario" = heard ] || return 0
    jq -se --argjson most $most '[group_by(.event)[] | {kind: .[0].kind, path: .[0].job.path, times: length}]
        | sort_by(.path) | map([.kind, .path]) == [["done", "A1.txt"], ["failed", "B1.txt"]]
        and all(.[]; .times <= $most)' heard.jsonl >/dev/null || complain "heard by the hook: $(cat heard.jsonl)"
    [ -n "${mail_pid:-}" ] || return 0
    local address
    for address in a@example.com owner@example.com; do
        jq -se --argjson most $most --arg to $address 'map(select(.to == [$to])) | length >= 1 and length <= $most
            and (map(.id) | unique | length) == 1' mails.jsonl >/dev/null || complain "heard by mail: $(cat mails.jsonl)"
    done
}

check_effects() { # the custom field is set, which is unset before
    curl -s -u "$(cat key):" "${api}lead/lead_A/" | jq -e '.["custom.cf_SandboxText"] == "A1.txt"' >/dev/null ||
        complain "the custom field is not set"
    curl -s -o /dev/null -X PUT -u "$(cat key):" -H 'Content-Type: application/json' -d '{"custom.cf_SandboxText":""}' "${api}lead/lead_A/"
}

check_linked() { # one shortcut, whole, and no draft of one
    local archive
    archive=disk/in/Uploaded/$(date +%Y-%m)
    [ "$(ls -A "$archive")" = $'A1.txt\nA1.txt.url' ] || complain "the archive has $(ls -A "$archive")"
    cmp -s "$archive/A1.txt.url" <(printf '[InternetShortcut]\r\nURL=https://app.close.com/lead/lead_A/\r\n') ||
        complain "the shortcut is $(cat -A "$archive/A1.txt.url")"
}

point=''
complain() {
    echo "$point: $*"
    activities || true
    find disk -printf '%M %s %p\n'
    tail -n 60 agent.log
    exit 1
}

check() { # the end is as it must be
    local found
    # shellcheck disable=SC2053 # a pattern
    [[ $agent_code == $codes ]] || complain "the last agent ended with $agent_code"
    found=$(closedrop list --json | "$top/tests/support/invariants.py" "$admin" disk/in dropped) || complain "$found"
    [ "$(normal <<<"$found")" = "$end" ] || complain "the end is $found, not $end"
    check_heard
    [ "$scenario" != linked ] || check_linked
    [ "$scenario" != effects ] || check_effects
}

go_through() { # CALL: false when a run ended before it
    point="$scenario, call $1"
    begin
    if ! killed_agent "$1"; then
        check
        return 1
    fi
    if $again; then
        RANDOM=$((seed + $1))
        local second=$((1 + RANDOM % total))
        point+=" (seed $seed: and $second)"
        killed_agent $second || true
    fi
    meanwhile
    agent || true
    check
}

main() {
    local n points=0 total
    cd "$BATS_TEST_TMPDIR"
    mkdir disk
    if $power && ! can_cut_power; then
        echo "ok 1 crash/run.sh --power # skip it needs root, and ext4 on a loop mount"
        exit 77
    fi
    "${CC:-cc}" -shared -fPIC -O1 -D_GNU_SOURCE -o shim.so "$top/tests/crash/shim.c" -ldl
    config=$PWD/closedrop.conf
    (umask 077 && echo api_sandbox.secret >key)
    start_sandbox
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    limits='doubt = "150ms";' timeout=5s settle=0
    more="rules = ( { name = \"r\"; match = { path = \"^(?<l>.)\"; }; lead_id = \"lead_{l}\"; $group email = { subject = \"{stem}\"; }; $effects } );"
    [ "$scenario" != heard ] || hear
    write_config 'watch = "poll"; poll_interval = "100ms"; rules = [ "r" ];'
    [ "$scenario" != linked ] || set_config folders.link=true
    [ "$scenario" != heard ] || set_config folders.tell='{ failed = true; mail = "owner@example.com"; }'
    set_config state_dir=disk/state folders.path=disk/in limits.retry_first=20ms limits.retry_max=100ms
    begin
    agent LD_PRELOAD="$PWD/shim.so" CRASH_COUNT="$PWD/count" || true
    point='not killed'
    check
    total=$(cat count)
    for ((n = ${at:-1}; ; n += every)); do
        go_through "$n" || break
        points=$((points + 1))
        [ -z "$at" ] || break
    done
    echo "$points points of about $total calls, each killed and gone on from: the end was $end every time"
}

main
