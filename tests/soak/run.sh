#!/bin/bash
# The office at its worst: many documents of mixed kinds, dropped by five writers at once in every way
# there is, into one folder; then every hash must be in the sandbox's ledger, and the folder empty.
#
#   tests/soak/run.sh [--files N]      how many documents (1000)
#                     [--big SIZE]     an additional one of SIZE without holes, e.g. 1G (none)
#                     [--poll]         watch = "poll"
#                     [--queue N]      fs.inotify.max_queued_events while it runs: changes the whole machine's setting
#                                      (root), and puts it back afterwards
#                     [--kill SECONDS] kill -9 the agent about every second for this long, and start it again
#                     [--no-servers]   without Samba and FTP
#
#   tests/soak/run.sh --minutes N      instead: agents that live a fraction of a second, each ended by kill -9, while files
#                                      arrive that a rule files as emails, for this long
#                     --kills N        the same for N such agents, while --files arrive
#                     [--seed N]       which moments (1)
#
# What holds: every document's hash is in the ledger; without --kill none is there twice; with --kill a
# second time only for files that were in progress at a kill. Empty files end in Failed with their reason. With
# --minutes and --kills: what support/invariants.py says, with one email for each job.
# Needs $CLOSEDROP_BIN_DIR (build/dev by default) and what tests/run.sh installs. Exit 0 if all holds.

# shellcheck disable=SC2034,SC2154,SC2119 # what story.bash reads, and what it sets
set -euo pipefail
top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
support=$top/tests/support
CLOSEDROP_BIN_DIR=${CLOSEDROP_BIN_DIR:-$top/build/dev}
files=1000 big='' watch=auto queue='' kill_for=0 servers=yes minutes=0 lives=0 seed=1

while [ $# -gt 0 ]; do
    case $1 in
    --files) files=$2 && shift ;;
    --big) big=$2 && shift ;;
    --poll) watch=poll ;;
    --queue) queue=$2 && shift ;;
    --kill) kill_for=$2 && shift ;;
    --no-servers) servers='' ;;
    --minutes) minutes=$2 && shift ;;
    --kills) lives=$2 && shift ;;
    --seed) seed=$2 && shift ;;
    *) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" && exit 2 ;;
    esac
    shift
done

BATS_TEST_TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/soak.XXXXXX")
WAIT_MAX=120
# shellcheck source=../support/story.bash
. "$support/story.bash"
# shellcheck source=../support/writers.sh
. "$support/writers.sh"
events_limit=/proc/sys/fs/inotify/max_queued_events
old_queue=$(cat $events_limit)

finish() {
    [ -z "$queue" ] || echo "$old_queue" >$events_limit
    "$support/samba.sh" stop "$BATS_TEST_TMPDIR/servers" 2>/dev/null || true
    "$support/ftp.sh" stop "$BATS_TEST_TMPDIR/servers" 2>/dev/null || true
    story_teardown || true
    [ -n "${KEEP:-}" ] || rm -rf "$BATS_TEST_TMPDIR"
}
trap finish EXIT

say() {
    printf '%s %s\n' "$(date +%T)" "$*"
}

# ---- the documents ----

make_documents() {
    "$support/documents.sh" --count "$files" documents
    "$support/documents.sh" one-of-each
    mv one-of-each/* documents/
    "$support/documents.sh" --names names
    [ -z "$big" ] || "$support/documents.sh" --big "$big" documents/big.bin
    mkdir special
    for n in 1 2 3; do
        { echo "slow $n"; cat documents/notes.txt; } >"special/slow-$n.txt"
    done
    # whole PDFs that end differently, so that half of one ends nowhere
    for n in ${servers:+smb ftp}; do
        { cat documents/contract.pdf; printf '%% %s\n%%%%EOF\n' "$n"; } >"special/cut-$n.pdf"
    done
    find documents names special -type f -size +0 -exec sha256sum {} + | sed 's/^\\//' | cut -c1-64 | sort -u >expected
}

# ---- the writers ----

# drop NUMBER FILE: one document, in the way its number says.
drop() {
    local name ways
    name=$(basename -- "$2")
    ways=(put_cp put_mv put_rsync put_link put_tmpfile put_rsync_inplace put_mv put_cp)
    [ -n "$servers" ] && ways+=(smb ftp)
    case ${ways[$1 % ${#ways[@]}]} in
    smb) put_smb "$smb_port" "$2" "$name" >/dev/null ;;
    ftp) put_ftp "$ftp_port" "$2" "$name" ;;
    *) "${ways[$1 % ${#ways[@]}]}" "$2" "in/$name" ;;
    esac
}

# writer NUMBER: every fifth document; the special ones it does on its own way.
writer() {
    local i=0 file
    while IFS= read -r -d '' file; do
        i=$((i + 1))
        [ $((i % 5)) = "$1" ] && drop $((i / 5)) "$file"
    done < <(find documents -type f -print0 | sort -z)
    [ "$1" = 0 ] && find names -type f -exec cp -- {} in/ \;
    return 0
}

# Interrupted transfers: half a PDF stays behind under its final name, and is completed later.
interrupted() {
    put_smb_cut "$smb_port" special/cut-smb.pdf cut-smb.pdf
    put_smb "$smb_port" special/cut-smb.pdf cut-smb.pdf >/dev/null
    put_ftp_cut "$ftp_port" special/cut-ftp.pdf cut-ftp.pdf
    put_ftp_resume "$ftp_port" special/cut-ftp.pdf cut-ftp.pdf
}

slow_writers() {
    local i
    for i in 1 2 3; do put_slow "special/slow-$i.txt" "in/slow-$i.txt" 3 & done
    wait
}

# ---- the kills ----

kills=0
kill_now_and_then() {
    local end=$((SECONDS + kill_for))
    while [ $SECONDS -lt $end ]; do
        sleep 1
        kill_agent
        kills=$((kills + 1))
        "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" >>agent.log 2>&1 &
        agent_pid=$!
    done
}

# ---- the proof ----

folder_is_empty() {
    [ -z "$(find in -path in/Uploaded -prune -o -path in/Failed -prune -o -path in/.closedrop -prune \
        -o -type f -print -quit)" ]
}

everything_arrived() {
    ledger | cut -f1 | sort -u >arrived
    [ -z "$(comm -23 expected arrived)" ] && folder_is_empty
}

# Hashes that are stored twice although their job was not in progress at any kill.
twice_without_reason() {
    local hash id
    while read -r hash; do
        id=$(closedrop list --json | jq -r --arg hash "$hash" 'select(.sha256 == $hash) | .id')
        closedrop show "$id" | grep -q 'was in progress when closedrop crashed' || echo "$hash"
    done < <(uniq -d all)
}

report() {
    ledger | cut -f1 | sort >all
    local twice foreign baseless
    twice=$(uniq -d all | wc -l)
    foreign=$(sort -u all | comm -23 - expected | wc -l)
    baseless=$(twice_without_reason | wc -l)
    say "expected $(wc -l <expected), stored $(wc -l <all), missing $(sort -u all | comm -13 - expected | wc -l)," \
        "twice $twice (not in hand at a kill: $baseless), wrong or partial $foreign, kills $kills"
    say "failed: $(find in/Failed -type f -name '*.error.txt' 2>/dev/null | wc -l)," \
        "left in the folder: $(find in -maxdepth 1 -type f | wc -l)"
    [ "$foreign" = 0 ] && [ "$baseless" = 0 ] && [ -z "$(sort -u all | comm -13 - expected)" ] && folder_is_empty
}

# ---- many short lives ----

# An unclear POST is verified soon, and a job takes long enough to be in progress at a kill.
short_lives_config() {
    seed "$(jq -n '{leads: [range(50) | "0\(.)"[-2:] | {id: "lead_\(.)", name: .}]}')"
    settings '{"latency":"15ms"}'
    limits='doubt = "500ms";'
    more='rules = ( { name = "r"; match = { path = "^(?<l>..)-"; }; lead_id = "lead_{l}"; email = { subject = "{stem}"; }; } );
log = { level = "warn"; };'
    write_config 'rules = [ "r" ];'
}

what_holds() {
    closedrop list --json --limit 10000000 | "$top/tests/support/invariants.py" "$admin" in dropped
}

# Files that were alone in progress at three crashes have failed, as they should: they are reported, and tried again.
until_all_are_done() {
    run_once
    what_holds >end || { head -n 100 end && return 1; }
    say "failed: $(jq '.failed | length' end)"
    [ "$(jq '.failed | length' end)" = 0 ] && return
    closedrop list --state failed --json | jq -r .error.code | sort | uniq -c
    closedrop retry --all
    run_once
    what_holds >end || { head -n 100 end && return 1; }
    jq -e '.failed == []' end >/dev/null
}

short_lives() {
    local span=(--minutes "$minutes")
    [ "$lives" = 0 ] || span=(--kills "$lives" --files "$files")
    short_lives_config
    say "seed $seed, in $PWD"
    "$top/tests/soak/lives.py" "${span[@]}" --seed "$seed" --into in --dropped dropped --log agent.log -- \
        "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config"
    say "ends that found jobs in hand: $(grep -c 'in progress when closedrop last crashed' agent.log)"
    until_all_are_done
    say "$(wc -l <dropped) files: $(jq '.done | length' end) jobs done, $(jq .activities end) activities, $(uploads) uploads"
}

main() {
    local n
    story_setup
    if [ "$minutes$lives" != 00 ]; then
        short_lives
        return
    fi
    if [ -n "$queue" ]; then echo "$queue" >$events_limit; fi
    settle=1s
    write_config 'incomplete = "8s"; rescan = "20s"; poll_interval = "1s"; watch = "'$watch'";'
    make_documents
    say "$(wc -l <expected) documents"
    if [ -n "$servers" ]; then
        n=$("$support/samba.sh" start "$BATS_TEST_TMPDIR/servers" "$folder") && smb_port=${n#port=}
        n=$("$support/ftp.sh" start "$BATS_TEST_TMPDIR/servers" "$folder") && ftp_port=${n#port=}
        interrupted_too=interrupted
    fi
    ${interrupted_too:-true} &
    local others=($!)
    slow_writers &
    others+=($!)
    start_agent
    for n in 0 1 2 3 4; do
        writer $n &
        others+=($!)
    done
    [ "$kill_for" = 0 ] || kill_now_and_then
    wait "${others[@]}"
    say "all dropped"
    wait_until everything_arrived || { say "missing or left over:" && comm -23 expected arrived | head; }
    wait_until jobs_are uploading 0
    report
    stop_agent
    no_sanitizer_spoke
}

main
