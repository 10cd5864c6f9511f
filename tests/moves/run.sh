#!/bin/bash
# People rename, sort and drag what they have dropped, at every moment: each file is filed once, on one lead.
# Usage: tests/moves/run.sh [OPTION]...
#   --files N     how many (1000)
#   --seed N      which moments (1)
#   --kill        kill -9 the agent about twice a second, and start it again
#   --poll        watch = "poll"
#   --group       files of one lead that arrive together share an email
#   --help        this text
#
# moves/moved.py says what must hold. Needs CLOSEDROP_BIN_DIR (build/dev unless set). Exit status 0 if all of it holds.

# shellcheck disable=SC2034,SC2154,SC2119 # what story.bash reads, and what it sets
set -euo pipefail
top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
CLOSEDROP_BIN_DIR=${CLOSEDROP_BIN_DIR:-$top/build/dev}
files=1000 seed=1 kills=false watch=auto group=''

usage() {
    sed -n '/^# Usage/,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

while [ $# -gt 0 ]; do
    case $1 in
    --files) files=$2 && shift ;;
    --seed) seed=$2 && shift ;;
    --kill) kills=true ;;
    --poll) watch=poll ;;
    --group) group='group = { by = "{l}"; wait = "700ms"; };' ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done

BATS_TEST_TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/moves.XXXXXX")
# shellcheck source=../support/story.bash
. "$top/tests/support/story.bash"
trap finish EXIT

finish() {
    story_teardown || true
    [ -n "${KEEP:-}" ] || rm -rf -- "$BATS_TEST_TMPDIR"
}

# The pauses are random, so that a kill comes at any moment.
kill_now_and_then() { # PID of the mover
    RANDOM=$seed
    while kill -0 "$1" 2>/dev/null; do
        sleep "0.$((2 + RANDOM % 7))"
        kill_agent
        "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" >>agent.log 2>&1 &
        agent_pid=$!
    done
    wait_until agent_is_up
}

what_holds() {
    closedrop list --json --limit 10000000 | "$top/tests/moves/moved.py" "$admin" moved
}

# A file that was alone in progress at three crashes has failed, as it should.
end_all() {
    run_once
    closedrop list --state failed --json | jq -r 'select(.error.code == "crashed") | .id' | while read -r id; do
        closedrop retry "$id" >/dev/null
    done
    run_once
}

main() {
    local mover
    story_setup
    seed "$(jq -n '{leads: [range(20) | "0\(.)"[-2:] | {id: "lead_\(.)", name: .}]}')"
    settings '{"latency":"15ms"}'
    limits='doubt = "300ms";'
    more="rules = ( { name = \"r\"; match = { path = \"(^|/)(?<l>[0-9][0-9])-[^/]*\$\"; }; lead_id = \"lead_{l}\";
        $group email = { subject = \"{stem}\"; }; } ); log = { level = \"warn\"; };"
    write_config "rules = [ \"r\" ]; watch = \"$watch\"; poll_interval = \"300ms\";"
    start_agent
    "$top/tests/moves/mover.py" in "$files" "$seed" >moved &
    mover=$!
    if $kills; then kill_now_and_then "$mover"; fi
    wait "$mover"
    stop_agent
    end_all
    what_holds || { tail -n 50 agent.log && exit 1; }
    no_sanitizer_spoke
}

main
