#!/bin/bash
# Programs of the history are killed in the middle of everything, and the one of build/dev continues with what they have left
# (tests/stories/agent/upgrade_middle.bats).
# Usage: tests/upgrade/run.sh [COMMIT...]    of these; by default, the last ones that made a queue of each earlier format
#
# Each is built once, in build/upgrade. Exit status 0: nothing was lost, nothing was filed twice; 1: something was; 2: wrong usage.
# Needs the history: in a clone without it, says so and exits with 77.

set -euo pipefail
top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
# formats 5, 7, 8 and 9; earlier ones know a part of the story's configuration only
commits=(7e17771 9ecf49c ce15093 8cc4a21)

build() { # COMMIT: its program is in build/upgrade/COMMIT/build/release
    local tree=$top/build/upgrade/$1
    [ ! -x "$tree/build/release/closedrop" ] || return 0
    rm -rf -- "$tree"
    mkdir -p -- "$tree"
    git -C "$top" archive "$1" | tar -x -C "$tree"
    (cd -- "$tree" && cmake --preset release && cmake --build --preset release --target closedrop -j "$(nproc)") >"$tree.log" 2>&1 || {
        tail -n 20 "$tree.log" >&2
        return 1
    }
}

[[ ${1:-} != -* ]] || { sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2 && exit 2; }
[ $# = 0 ] || commits=("$@")
failed=0
for commit in "${commits[@]}"; do
    git -C "$top" cat-file -e "$commit^{commit}" 2>/dev/null || { echo "the history does not go back to $commit" >&2 && exit 77; }
    build "$commit"
    echo "from $(git -C "$top" log -1 --format='%h (%ad)' --date=short "$commit"):"
    OLD_BIN_DIR=$top/build/upgrade/$commit/build/release CLOSEDROP_SOURCE_DIR=$top \
        bats "$top/tests/stories/agent/upgrade_middle.bats" || failed=1
done
exit "$failed"
