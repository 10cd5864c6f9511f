#!/usr/bin/env bats
# Trees that come with files in them, are renamed, taken out, brought back and deleted while they are walked through: what
# is not deleted arrives, once the tree is at rest, and no watch is left behind.
# CHURN_OPERATIONS=20000 makes a long run of it.

WAIT_MAX=${WAIT_MAX:-60}
load ../../support/story

setup() { story_setup; }
teardown() { story_teardown; }

churn() { # SEED
    python3 "$CLOSEDROP_SOURCE_DIR/tests/support/churn.py" "$folder" "${CHURN_OPERATIONS:-800}" "$1" >expected
}

everything_arrived() {
    ledger | cut -f1 | sort -u >arrived
    [ -z "$(sort -u expected | comm -23 - arrived)" ] && [ -z "$(lying_files)" ]
}

lying_files() {
    find in \( -path in/Uploaded -o -path in/Failed -o -path in/.closedrop \) -prune -o -type f -print -quit
}

watches_fit() { # one for each directory that is watched, and one for the directory above
    local directories
    directories=$(find in \( -path in/Uploaded -o -path in/Failed -o -path in/.closedrop \) -prune -o -type d -print | wc -l)
    watches_are $((directories + 1))
}

@test "trees that appear and disappear, with events: all that stays arrives" {
    write_config 'rescan = "1h";'
    start_agent
    churn first
    wait_until everything_arrived
    wait_until watches_fit
    [ "$(closedrop status --json | jq .jobs.failed)" = 0 ]
}

@test "trees that appear and disappear, with polling: all that stays arrives" {
    write_config 'watch = "poll"; poll_interval = "300ms";'
    start_agent
    churn second
    wait_until everything_arrived
    [ "$(closedrop status --json | jq .jobs.failed)" = 0 ]
}
