#!/usr/bin/env bats
# The queue on disk: damaged, newer, foreign, left behind by a power failure. Nothing is deleted, nothing is guessed, and
# queries create nothing.

load ../../support/story
WAIT_MAX=15
setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
}
teardown() { story_teardown; }

ends() { # COMMAND OPTION...: a program that should end at once
    run timeout 20 "$CLOSEDROP_BIN_DIR/closedrop" "$@" -c "$config"
}

make_queue() { # with one job done
    echo first >in/first.txt
    run_once
    [ "$agent_code" = 0 ]
    [ -f state/queue.db ]
}

@test "a queue whose first page is damaged is set aside, and a new one is started" {
    make_queue
    printf 'this is no database any more, and was never one to begin with' |
        dd of=state/queue.db conv=notrunc status=none
    cp state/queue.db damaged.db
    echo second >in/second.txt
    start_agent
    wait_until test -f "$uploaded/second.txt"
    wait_until log_says 'set aside as'
    cmp damaged.db state/queue.db.damaged-*
    jobs_are done 1
}

@test "a queue whose middle is damaged is set aside too" {
    local i
    for i in {1..60}; do
        echo "$i" >"in/$i.txt"
    done
    run_once
    [ "$agent_code" = 0 ]
    dd if=/dev/urandom of=state/queue.db bs=4096 seek=1 count=6 conv=notrunc status=none
    rm -f state/queue.db-wal state/queue.db-shm
    echo again >in/again.txt
    run_once
    [ "$agent_code" = 0 ]
    [ -n "$(find state -name 'queue.db.damaged-*')" ]
    [ -f "$uploaded/again.txt" ]
    log_says 'set aside as'
}

@test "a truncated queue is set aside" {
    make_queue
    truncate -s 5000 state/queue.db
    rm -f state/queue.db-wal state/queue.db-shm
    echo second >in/second.txt
    run_once
    [ "$agent_code" = 0 ]
    [ -n "$(find state -name 'queue.db.damaged-*')" ]
}

@test "two damaged queues are both kept" {
    make_queue
    printf 'no database at all, the first one' >state/queue.db
    run_once
    printf 'no database at all, the second one' >state/queue.db
    run_once
    grep -qsx 'no database at all, the first one' state/queue.db.damaged-*
    grep -qsx 'no database at all, the second one' state/queue.db.damaged-*
}

@test "a command only reports a damaged queue, and does not set it aside" {
    make_queue
    printf 'no database at all' >state/queue.db
    ends status
    [ "$status" = 1 ]
    [[ $output == *"queue"* ]]
    [ "$(cat state/queue.db)" = 'no database at all' ]
    [ -z "$(find state -name '*damaged*')" ]
}

@test "a queue of a newer closedrop is refused and left untouched, with advice" {
    make_queue
    sqlite3 state/queue.db 'PRAGMA user_version = 4711' || skip "sqlite3(1) is not installed"
    sha256sum <state/queue.db >before
    ends run --once
    [ "$status" = 78 ]
    [[ $output == *"newer closedrop"*"install that version, or choose another state_dir"* ]]
    ends status
    [ "$status" != 0 ]
    [[ $output == *"newer closedrop"* ]]
    sha256sum <state/queue.db | cmp - before
}

@test "a database of another program is refused, untouched" {
    mkdir state
    sqlite3 state/queue.db 'CREATE TABLE recipes (name)' || skip "sqlite3(1) is not installed"
    sha256sum <state/queue.db >before
    ends run --once
    [ "$status" = 78 ]
    [[ $output == *"created by another program; choose another state_dir"* ]]
    sha256sum <state/queue.db | cmp - before
}

@test "an empty queue.db, as a crash at the very first start leaves it, becomes a new queue" {
    mkdir state
    : >state/queue.db
    make_queue
    [ "$(uploads)" = 1 ]
}

@test "the power fails in the middle of a transfer: the file arrives after the start" {
    start_agent
    fault '[{"on":"s3","do":{"delay":"10s"}}]'
    echo hello >in/a.txt
    wait_until jobs_are uploading 1
    kill_agent
    [ -f in/a.txt ]
    start_agent
    wait_until test -f "$uploaded/a.txt"
    was_uploaded "$uploaded/a.txt"
    [ "$(uploads)" = 1 ]
    [ "$(closedrop list --json | wc -l)" = 1 ]
}

@test "the power fails with several files in progress: all arrive, and none is blamed" {
    fault '[{"on":"s3","times":4,"do":{"delay":"10s"}}]'
    echo 1 >in/1.txt
    echo 2 >in/2.txt
    echo 3 >in/3.txt
    echo 4 >in/4.txt
    start_agent
    wait_until jobs_are uploading 4
    kill_agent
    no_faults # not every one of them need have come to S3
    start_agent
    log_says 'jobs in progress when closedrop last crashed: 4;'
    wait_until jobs_are done 4
    jobs_are failed 0
    [ "$(uploads)" = 4 ]
}

@test "a file that is in progress at every crash fails after the third" {
    fault '[{"on":"s3","match":"bad","times":0,"do":{"delay":"20s"}}]'
    echo bad >in/bad.txt
    local i
    for i in 1 2 3; do
        start_agent
        wait_until jobs_are uploading 1
        kill_agent
    done
    echo good >in/good.txt
    start_agent
    wait_until test -f in/Failed/bad.txt.error.txt
    grep -q 'crashed three times' in/Failed/bad.txt.error.txt
    wait_until test -f "$uploaded/good.txt"
}

# Two files among thirty whose bytes kill the agent each time they are read: by the thread that does the work, or with
# CRASH_POISON_WATCH by the one that looks whether a file is finished.
poisons_fail_alone() {
    local i crashes=0
    "${CC:-cc}" -shared -fPIC -O1 -D_GNU_SOURCE -o shim.so "$CLOSEDROP_SOURCE_DIR/tests/crash/shim.c" -ldl
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    limits='doubt = "100ms";'
    more='rules = ( { name = "r"; lead_id = "lead_A"; email = { subject = "{stem}"; }; } );'
    write_config 'rules = [ "r" ];'
    for i in {1..30}; do
        echo "document $i" >"in/$i.txt"
    done
    echo 'POISON in a letter' >in/letter.txt
    echo 'POISON in a parcel' >in/parcel.txt
    (cd in && sha256sum -- *) >dropped
    export CRASH_POISON=POISON ASAN_OPTIONS=verify_asan_link_order=0
    until LD_PRELOAD=$PWD/shim.so run_once && [ "$agent_code" != 134 ]; do # SIGABRT
        crashes=$((crashes + 1))
        [ $crashes -lt 12 ]
    done
    [ $crashes -ge 3 ]
    [ "$agent_code" = 1 ]
    grep -q 'crashed three times' in/Failed/letter.txt.error.txt
    grep -q 'crashed three times' in/Failed/parcel.txt.error.txt
    closedrop list --json | "$CLOSEDROP_SOURCE_DIR/tests/support/invariants.py" "$admin" in dropped >end
    jq -e '(.failed | sort) == ["letter.txt", "parcel.txt"] and (.done | length) == 30 and .activities == 30' end
    # the program was fixed meanwhile
    closedrop retry --all
    run_once
    [ "$agent_code" = 0 ]
    activities_are 32
}

@test "two files whose contents crash the agent every time fail alone; the thirty others arrive" {
    poisons_fail_alone
}

@test "two files that crash the agent every time they settle fail alone; the thirty others arrive" {
    export CRASH_POISON_WATCH=yes
    poisons_fail_alone
}

@test "the power fails again and again: everything arrives" {
    local i
    settings '{"latency":"30ms"}'
    for i in {1..40}; do
        echo "$i" >"in/$i.txt"
    done
    for i in 1 2 3; do
        start_agent
        wait_until eval '[ "$(count_jobs done)" -ge '$((i * 5))' ]'
        kill_agent
    done
    start_agent
    wait_until jobs_are done 40
    wait_until find_gives 40 "$uploaded" -type f
    for i in {1..40}; do
        was_uploaded "$uploaded/$i.txt"
    done
    [ -z "$(find in -maxdepth 1 -type f)" ]
}

@test "queries create nothing: no queue, no directory" {
    local command
    for command in status list 'show 1' 'status --json' 'list --json'; do
        # shellcheck disable=SC2086 # several words
        ends $command
        [ "$status" = 1 ]
        [[ $output == *"there is no queue in $PWD/state yet; "*"run"* ]]
        [ ! -e state ]
        [ ! -e control.sock ]
    done
}

@test "only its owner can read a queue" {
    umask 000
    make_queue
    [ "$(stat -c %a state)" = 700 ]
    [ "$(stat -c %a state/queue.db)" = 600 ]
}

@test "queries while the agent starts do not keep it from starting" {
    make_queue
    local i asker code=0
    (while :; do closedrop status || true; done >/dev/null 2>&1) 3>&- & # it may ask one that just ended
    asker=$!
    for i in {1..8}; do
        run_once
        code=$((code + agent_code))
    done
    kill $asker
    tail -n 3 agent.log
    [ "$code" = 0 ]
}
