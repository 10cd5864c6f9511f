#!/bin/bash
# The agent among writers that never stop, or among attackers: what it sends is always one whole version of a file,
# and nothing is lost, read or moved that is not its own.
#
#   tests/race/run.sh write  [--writes N]     seven ways of writing, two files each, until N writes were made (20000)
#   tests/race/run.sh attack [--seconds N]    nine attackers swap what is in the folder for this long (5)
#                     [--on DIR]              where everything is, and so the file system ($TMPDIR, or /tmp)
#                     [--after HOW]           after_upload: archive (the default), delete or keep
#                     [--poll]                watch = "poll"
#
# What holds after "write": every object that was stored is one whole version, and so is every file in the archive;
# the last version of each file arrived. After "attack": every object is a file that an attacker had put there
# whole; each of these files is in exactly one place, and those in Uploaded (or deleted) were stored; the secret
# was never read, nothing outside changed, and the log is clean. The attackers are another user where we are root.
# Needs $CLOSEDROP_BIN_DIR (build/dev by default). Exit 0 if all holds, 77 where DIR
# cannot be written.

# shellcheck disable=SC2034,SC2154,SC2119 # what story.bash reads, and what it sets
set -euo pipefail
top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
CLOSEDROP_BIN_DIR=${CLOSEDROP_BIN_DIR:-$top/build/dev}
what=${1:-} writes=20000 seconds=5 on=${TMPDIR:-/tmp} after=archive watch=auto files=600

usage() {
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
    exit 2
}

[[ $what == write || $what == attack ]] || usage
shift
while [ $# -gt 0 ]; do
    case $1 in
    --writes) writes=$2 && shift ;;
    --seconds) seconds=$2 && shift ;;
    --on) on=$2 && shift ;;
    --after) after=$2 && shift ;;
    --poll) watch=poll ;;
    *) usage ;;
    esac
    shift
done

[ -w "$on" ] || { echo "skipped: $on cannot be written" && exit 77; }
BATS_TEST_TMPDIR=$(mktemp -d "$on/closedrop-race.XXXXXX")
WAIT_MAX=60
# shellcheck source=../support/story.bash
. "$top/tests/support/story.bash"
racer=$CLOSEDROP_BIN_DIR/tests/racer

finish() {
    story_teardown || true
    [ -n "${KEEP:-}" ] || rm -rf "$BATS_TEST_TMPDIR"
}
trap finish EXIT

say() {
    printf '%s %s\n' "$(date +%T)" "$*"
}

fails() {
    say "FAILED: $*"
    exit 1
}

# ---- what both end with ----

documents_left() { # in the folder, in their places
    find in -mindepth 1 \( -name '.*' -o -path in/Uploaded -o -path in/Failed \) -prune -o -type f -print
}

nothing_under_way() {
    [ "$(closedrop status --json | jq '[(.transfers | length), .not_put_away, .jobs.queued, .folders[0].settling] | add')" = 0 ] &&
        { [ "$after" = keep ] || [ -z "$(documents_left)" ]; }
}

sums_of() { # DIR...: of the documents there
    find "$@" -type f -name '*.txt' ! -name '.*' ! -name '*.error.txt' -exec sha256sum {} + 2>/dev/null |
        cut -c1-64 | sort
}

all_in() { # WHAT SUMS: each of them was stored
    local missing
    missing=$(comm -23 <(sort -u "$2") stored)
    [ -z "$missing" ] || fails "$1, but never stored: $missing"
}

end_of_race() {
    wait_until nothing_under_way || fails "something is left: $(documents_left | head) $(closedrop status)"
    stop_agent
    no_sanitizer_spoke || fails "a sanitizer spoke"
    ledger >ledger.tsv
    cut -f1 ledger.tsv | sort -u >stored
    if grep -qP '[\x00-\x08\x0b-\x1f\x7f]' agent.log; then fails "the log has control characters"; fi
}

# ---- writers ----

race_of_writers() {
    mkdir outside
    fault '[{"on":"s3","times":0,"every":2,"do":{"delay":"400ms"}}]' # that writers find it sending
    start_agent
    "$racer" write in outside "$writes" 2 >report
    end_of_race
    say "transfers that began anew: $(grep -c 'starts over' agent.log || true)"
    "$racer" check report <ledger.tsv || fails "an upload was torn"
    # what is there now: the last versions (keep), and all that were put away (archive)
    sums_of in >lying
    all_in "in the folder" lying
    [ "$(wc -l <stored)" -ge 14 ] || fails "hardly anything was stored"
}

# ---- attackers ----

as_attacker() { # COMMAND...: another user, who owns nothing of the agent's
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
    else
        "$@"
    fi
}

lay_out() { # what racer.c wants for its attacks
    local i
    mkdir -p outside/pool outside/directory in/sub
    for ((i = 0; i < files; i++)); do
        echo "whole file $i" >"outside/pool/$i.txt"
    done
    echo "the secret key" | tee outside/secret.txt >outside/directory/secret.txt
    ln -s "$PWD/outside/secret.txt" outside/link
    ln -s "$PWD/outside/directory" outside/directory-link
    for i in .decoy .uploaded .failed; do
        ln -s "$PWD/outside/directory" "in/$i"
    done
    mkdir -p in/Uploaded in/Failed
    [ "$(id -u)" != 0 ] || chown -hR nobody outside in
    chmod 777 in
    chmod 711 .
    sums_of outside/pool >files
}

each_in_one_place() { # what attackers moved about still is; what is not was deleted, and sent
    local places
    places=(in outside/pool)
    sums_of "${places[@]}" | comm -12 - <(sort -u files) >here
    [ -z "$(uniq -d here)" ] || fails "in two places: $(uniq -d here)"
    comm -23 files here >gone
    [ "$after" = delete ] || [ ! -s gone ] || fails "lost: $(cat gone)"
    all_in "gone" gone
    sums_of in/Uploaded >put_away
    all_in "in the archive" put_away
}

outside_is_untouched() {
    local secret
    secret=$(echo "the secret key" | sha256sum | cut -c1-64)
    [ "$(cat outside/secret.txt outside/directory/secret.txt | sort -u)" = "the secret key" ] || fails "a secret changed"
    [ "$(ls -A outside/directory)" = secret.txt ] || fails "something came outside: $(ls -A outside/directory)"
    never grep -q "$secret" stored || fails "the secret was sent"
}

race_of_attackers() {
    lay_out
    start_agent
    as_attacker "$racer" attack in outside "$seconds" || fails "the attackers failed"
    end_of_race
    say "files $files, stored $(wc -l <ledger.tsv), put away $(sums_of in/Uploaded | wc -l)," \
        "failed $(find in/Failed -name '*.error.txt' | wc -l)"
    outside_is_untouched
    [ -z "$(comm -13 files stored)" ] || fails "stored, but no whole file: $(comm -13 files stored)"
    each_in_one_place
    [ "$(wc -l <stored)" -ge 5 ] || fails "hardly anything was stored"
}

story_setup
settle=5ms
write_config "incomplete = \"1s\"; rescan = \"2s\"; poll_interval = \"100ms\"; watch = \"$watch\"; after_upload = \"$after\";"
start=$SECONDS
say "$what, after_upload = $after, on $(stat -f -c %T .)"
if [ "$what" = write ]; then race_of_writers; else race_of_attackers; fi
say "all holds, after $((SECONDS - start)) s"
