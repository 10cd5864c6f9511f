#!/usr/bin/env bats
# closedrop moves to another server, by the steps of docs/operations.md: with its queue, it knows there what was filed, what is held
# and what waits, although every file is a new one to the file system.

load ../../support/story

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = (
        { name = "sent"; match = { path = "^sent"; }; lead_id = "lead_A"; email = { status = "outbox";
          sender = "billing@example.com"; to = [ "ann@example.com" ]; subject = "{stem}"; body_text = "x"; }; },
        { name = "note"; match = { path = "^note"; }; lead_id = "lead_A"; note = { text = "{stem}"; }; } );'
    limits='ask_above = 1; max_attempts = 20;' write_config 'rules = [ "sent", "note" ]; no_match = "fail";'
}
teardown() { story_teardown; }

put() { # NAME...
    local name
    for name; do echo "document $name" >"in/$name.txt"; done
}

move() { # the configuration, the queue and the folder, to a directory that stands for the new server
    type -P rsync >/dev/null || skip "rsync is not installed"
    mkdir other
    rsync -a closedrop.conf key state in other
    cd other
    config=$PWD/closedrop.conf
}

titles() {
    activities '.[] | .body.subject // .body.note' | jq -r . | LC_ALL=C sort | paste -sd ' '
}

@test "moved to another server: nothing is filed again, and what waited, was held or had failed continues there" {
    start_agent
    put note-1 sent-1
    wait_until jobs_are 'done' 2
    put sent-2 memo
    wait_until jobs_are uploaded 1
    wait_until jobs_are failed 1
    fault '[{"on":"upload","do":{"status":503},"times":0}]'
    put note-2
    wait_until jobs_are queued 1
    stop_agent
    move
    no_faults
    start_agent
    wait_until jobs_are 'done' 3
    [ "$(titles)" = "note-1 note-2 sent-1" ]
    closedrop list --held --json | jq -e '.path == "sent-2.txt"'
    closedrop release sent
    wait_until jobs_are 'done' 4
    mv in/Failed/memo.txt in/note-memo.txt
    wait_until jobs_are 'done' 5
    # what was filed on the old server is known
    cp "in/Uploaded/$(date +%Y-%m)/note-1.txt" in/note-again.txt
    wait_until test -f in/Failed/note-again.txt.error.txt
    grep -q 'exactly the same content' in/Failed/note-again.txt.error.txt
    [ "$(titles)" = "note-1 note-2 note-memo sent-1 sent-2" ]
    [ "$(find in -maxdepth 1 -type f | wc -l)" = 0 ]
}

@test "the old server, started by mistake with the shared folder, sends nothing" {
    start_agent
    put note-1
    wait_until jobs_are 'done' 1
    stop_agent
    cp -a state old-state
    start_agent # the new server
    sed 's/"state"/"old-state"/; s/control\.sock/old.sock/' "$config" >old.conf
    "$CLOSEDROP_BIN_DIR/closedrop" run -c old.conf >old.log 2>&1 3>&- &
    old_pid=$!
    wait_until grep -q 'is watched by another closedrop' old.log
    put note-2
    wait_until jobs_are 'done' 2
    kill "$old_pid"
    wait "$old_pid" || true
    [ "$(titles)" = "note-1 note-2" ]
}
