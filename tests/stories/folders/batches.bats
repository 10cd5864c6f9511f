#!/usr/bin/env bats
# One end marker for all files of a directory: it covers what arrived before it, never the next batch, and is put away after
# those files.

load ../../support/story

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
}

teardown() {
    [ ! -d servers ] || "$CLOSEDROP_SOURCE_DIR/tests/support/samba.sh" stop "$PWD/servers" || true
    story_teardown
}

with_marker() { # FOLDER-SETTING...
    write_config 'marker = "{dir}/READY";' "$@" "${how:-}"
}

waiting_are() { # NUMBER
    folder_counts waiting_marker "$1"
}

waits_for() { # TEXT
    folder_says ".waits_for == \"$1\""
}

by_events_and_by_looking() { # COMMAND ARGUMENT...: the same story with both ways of watching
    "$@"
    stop_agent
    rm -rf in state
    mkdir in
    curl -sf -X POST "${admin}reset" >/dev/null
    how='watch = "poll"; poll_interval = "200ms";'
    "$@"
}

drop() { # FILE...: each with a text of its own
    local file
    for file; do
        echo "this is $file" >"$file"
    done
}

lets_a_tick_go_by() { # until the file system's clock is past all that was written
    local before
    : >tick
    before=$(stat -c %z tick)
    until touch tick && [[ $(stat -c %z tick) > $before ]]; do
        sleep 0.001
    done
}

# ---- what a marker covers ----

two_batches() {
    with_marker
    start_agent
    drop in/a.txt in/b.txt
    wait_until waiting_are 2
    waits_for "a.txt waits for its marker READY"
    [ "$(uploads)" = 0 ]
    touch in/READY
    wait_until jobs_are done 2
    wait_until test -e "$uploaded/READY"
    [ ! -e in/READY ]
    [ -f "$uploaded/a.txt" ] && [ -f "$uploaded/b.txt" ]
    drop in/c.txt
    wait_until waiting_are 1
    waits_for "c.txt waits for its marker READY"
    touch in/READY
    wait_until jobs_are done 3
    wait_until test -e "$uploaded/READY (2)"
}

@test "a marker releases what arrived before it and is put away afterwards, and the next batch waits for its own" {
    by_events_and_by_looking two_batches
}

next_batch_under_way() { # the first batch cannot go yet, and so its marker stays
    with_marker
    start_agent
    closedrop pause
    drop in/a.txt
    lets_a_tick_go_by
    touch in/READY
    wait_until jobs_are queued 1
    lets_a_tick_go_by
    drop in/b.txt
    wait_until waiting_are 1
    waits_for "b.txt came after its marker READY and waits for the next one"
    [ "$(count_jobs queued)" = 1 ]
}

@test "what arrives while the first batch is in progress does not belong to it" {
    by_events_and_by_looking next_batch_under_way
}

@test "a marker that is written again covers what arrived before its last change" {
    next_batch_under_way
    echo 1 >in/READY
    wait_until jobs_are queued 2
    lets_a_tick_go_by
    drop in/c.txt
    wait_until waiting_are 1
    closedrop resume
    wait_until jobs_are done 2
    wait_until test -e "$uploaded/READY"
    [ -f in/c.txt ]
    wait_until waits_for "c.txt waits for its marker READY"
}

@test "each directory has its own marker, in upper or lower case" {
    with_marker
    mkdir -p in/one/deep in/two
    start_agent
    drop in/one/a.txt in/one/deep/b.txt in/two/c.txt
    wait_until waiting_are 3
    touch in/one/ready
    wait_until jobs_are done 1
    wait_until test -e "$uploaded/one/ready"
    waiting_are 2
    touch in/one/deep/Ready
    wait_until jobs_are done 2
    wait_until test -e "$uploaded/one/deep/Ready"
    waiting_are 1
    waits_for "two/c.txt waits for its marker READY"
    never was_uploaded in/two/c.txt
}

@test "a directory or a link with the marker's name is not a marker" {
    with_marker
    mkdir -p in/one in/two
    drop in/one/a.txt in/two/b.txt
    lets_a_tick_go_by
    touch outside
    mkdir in/one/READY
    ln -s "$PWD/outside" in/two/READY
    start_agent
    wait_until waiting_are 2
    [ -d in/one/READY ] && [ -L in/two/READY ]
    waits_for "one/a.txt waits for its marker READY"
}

@test "nor is it one if each file has its own marker" {
    write_config 'marker = "{name}.done";'
    mkdir in/a.txt.done
    drop in/a.txt
    start_agent
    wait_until waiting_are 1
    waits_for "a.txt waits for its marker a.txt.done"
}

batches_on_end() { # NUMBER: each on the heels of the one before
    local batch
    for ((batch = 1; batch <= $1; batch++)); do
        drop "in/$batch-a.txt" "in/$batch-b.txt" "in/$batch-c.txt"
        touch in/READY
        [ $((batch % 10)) != 0 ] || ${each_tenth:-true}
    done
}

kill_and_start() {
    kill_agent
    start_agent
}

many_batches() {
    with_marker
    start_agent
    batches_on_end 40
    wait_until find_gives 0 in -maxdepth 1 -type f
    [ "$(ledger | cut -f1 | sort -u | wc -l)" = 120 ]
    waiting_are 0
}

@test "batch after batch: all are sent, and the marker is put away" {
    WAIT_MAX=60
    by_events_and_by_looking many_batches
}

@test "the same while the agent is killed" {
    WAIT_MAX=60
    each_tenth=kill_and_start by_events_and_by_looking many_batches
}

@test "a batch from a Windows client, which sees the marker disappear" {
    type -P smbd smbclient >/dev/null || skip "samba is not installed"
    local server="$CLOSEDROP_SOURCE_DIR/tests/support/samba.sh" port
    "$server" start "$PWD/servers" "$folder" >port.txt
    # shellcheck source=/dev/null
    . ./port.txt
    with_marker
    start_agent
    drop a.txt b.txt c.txt
    touch READY
    smbclient -N -p "$port" //127.0.0.1/drop -c 'put a.txt; put b.txt; put READY' >smb.txt 2>&1
    lets_a_tick_go_by
    smbclient -N -p "$port" //127.0.0.1/drop -c 'put c.txt' >>smb.txt 2>&1
    wait_until jobs_are done 2
    wait_until test -e "$uploaded/READY"
    wait_until waiting_are 1
    [ -f in/c.txt ]
    smbclient -N -p "$port" //127.0.0.1/drop -c 'put READY' >>smb.txt 2>&1
    wait_until jobs_are done 3
    "$server" stop "$PWD/servers"
}

# ---- over a restart ----

@test "a batch that arrived while the agent was down is sent, and what arrived after its marker waits" {
    with_marker
    drop in/a.txt in/b.txt
    lets_a_tick_go_by
    touch in/READY
    lets_a_tick_go_by
    drop in/c.txt
    start_agent
    wait_until jobs_are done 2
    wait_until test -e "$uploaded/READY"
    wait_until waiting_are 1
    [ -f in/c.txt ]
    [ "$(uploads)" = 2 ]
}

killed_with_both_batches() {
    next_batch_under_way
    kill_agent
    start_agent
    wait_until waiting_are 1
    waits_for "b.txt came after its marker READY and waits for the next one"
    closedrop resume
    wait_until jobs_are done 1
    wait_until test -e "$uploaded/READY"
    [ -f in/b.txt ]
}

@test "after a kill and a restart it still tells the two batches apart" {
    by_events_and_by_looking killed_with_both_batches
}

@test "a file that was changed after its marker still belongs to the batch if it was seen before" {
    settle=1s
    with_marker
    start_agent
    drop in/a.txt
    wait_until folder_counts settling 1
    lets_a_tick_go_by
    touch in/READY
    lets_a_tick_go_by
    chmod 640 in/a.txt
    wait_until jobs_are done 1
    wait_until test -e "$uploaded/READY"
}

@test "a marker that was not put away after its files is put away at the next start" {
    with_marker
    start_agent
    closedrop pause
    drop in/a.txt
    touch in/READY
    wait_until jobs_are queued 1
    kill_agent
    mkdir -p "$uploaded"
    mv in/a.txt "$uploaded" # as if it had died after the last one was put away
    start_agent
    wait_until test -e "$uploaded/READY"
}

@test "run --once takes the batch and its marker" {
    with_marker
    drop in/a.txt in/b.txt
    touch in/READY
    run_once
    [ "$agent_code" = 0 ]
    [ -e "$uploaded/READY" ]
    [ ! -e in/READY ]
}

@test "a reload can introduce a marker, and remove it" {
    write_config
    start_agent
    drop in/a.txt
    wait_until jobs_are done 1
    with_marker
    kill -HUP "$agent_pid"
    wait_until log_says "reloaded"
    drop in/b.txt
    wait_until waiting_are 1
    write_config
    kill -HUP "$agent_pid"
    wait_until jobs_are done 2
}

# ---- when it goes, and where ----

@test "a file that cannot be put away keeps the marker, one that failed does not" {
    with_marker 'incomplete = "100ms"; archive = "/dev/null/nowhere";'
    start_agent
    : >in/empty.txt
    drop in/a.txt
    touch in/READY
    wait_until test -f in/Failed/empty.txt
    wait_until not_put_away_are 1
    [ -e in/READY ]
    with_marker
    kill -HUP "$agent_pid"
    wait_until test -e "$uploaded/a.txt"
    wait_until test -e "$uploaded/READY"
}

@test "a batch whose only file failed has its marker archived" {
    with_marker 'incomplete = "100ms";'
    start_agent
    : >in/empty.txt
    touch in/READY
    wait_until test -f in/Failed/empty.txt
    wait_until test -e "$uploaded/READY"
}

@test "an empty batch: its marker is put away, and covers nothing that arrives later" {
    with_marker
    start_agent
    touch in/READY
    wait_until test -e "$uploaded/READY"
    drop in/a.txt
    wait_until waiting_are 1
    [ "$(uploads)" = 0 ]
}

@test "if uploaded files are deleted, so is their marker" {
    with_marker 'after_upload = "delete";'
    start_agent
    drop in/a.txt
    touch in/READY
    wait_until jobs_are done 1
    wait_until find_gives 0 in -maxdepth 1 -type f
    [ ! -e in/Uploaded ]
    nothing_is_staged
}

@test "if uploaded files are kept, so is their marker: written again, it covers the next batch" {
    with_marker 'after_upload = "keep";'
    start_agent
    drop in/a.txt
    touch in/READY
    wait_until jobs_are done 1
    lets_a_tick_go_by
    drop in/b.txt
    wait_until waiting_are 1
    [ -e in/READY ]
    touch in/READY
    wait_until jobs_are done 2
    [ -e in/READY ]
}

@test "a forgotten file does not keep the marker" {
    with_marker
    start_agent
    closedrop pause
    drop in/a.txt in/b.txt
    touch in/READY
    wait_until jobs_are queued 2
    closedrop forget "$(closedrop list --json | jq -r 'select(.path == "b.txt") | .id')"
    closedrop resume
    wait_until test -e "$uploaded/READY"
    [ -f in/b.txt ]
}

@test "a marker that somebody has open for writing stays until it is closed" {
    with_marker
    start_agent
    drop in/a.txt
    exec 7>in/READY
    wait_until jobs_are done 1
    wait_until test -f "$uploaded/a.txt"
    wait_until folder_counts settling 0
    [ -e in/READY ]
    exec 7>&-
    wait_until test -e "$uploaded/READY"
}

@test "the files of a batch can be one group" {
    seed '{"leads": [{"id": "lead_a", "name": "A"}]}'
    more='rules = ( { name = "statements"; match = { path = "(?<lead>lead_[a-z]+)"; }; lead_id = "{lead}";
        group = { by = "{lead}"; wait = "300ms"; }; email = { subject = "Yours"; }; } );'
    with_marker 'rules = [ "statements" ];'
    start_agent
    drop in/lead_a-1.txt in/lead_a-2.txt
    wait_until waiting_are 2
    touch in/READY
    wait_until test -e "$uploaded/READY"
    [ "$(activity_count)" = 1 ]
    [ "$(activities '.[0].attachments | length')" = 2 ]
}

@test "a marker for a batch must be a plain file name" {
    local wrong
    for wrong in '{dir}' '{dir}/' '{dir}/x/READY' '{dir}/{name}' '{dir}/..' '{dir}READY'; do
        write_config "marker = \"$wrong\";"
        run closedrop check
        [ "$status" = 78 ]
        [[ $output == *'e.g. "{dir}/READY"'* ]]
    done
}

# ---- files that change after their marker ----

another_document_in_its_place() {
    settle=1s with_marker
    start_agent
    drop in/a.txt
    lets_a_tick_go_by
    touch in/READY
    wait_until folder_counts settling 2 # it, and its marker
    echo 'the second batch, line 1' >in/a.txt
    wait_until waiting_are 1
    echo 'line 2' >>in/a.txt
    lets_a_tick_go_by
    touch in/READY
    wait_until jobs_are done 1
    [ "$(cat "$uploaded/a.txt")" = $'the second batch, line 1\nline 2' ]
    [ "$(uploads)" = 1 ]
}

@test "a file that the next batch writes over one that is still settling waits for the next marker" {
    another_document_in_its_place
}

@test "a marker stays as long as a file of its batch is queued, whatever is done to the file" {
    with_marker
    start_agent
    closedrop pause
    drop in/a.txt
    lets_a_tick_go_by
    touch in/READY
    wait_until jobs_are queued 1
    lets_a_tick_go_by
    chmod 640 in/a.txt
    echo other >in/b.txt
    wait_until waiting_are 1 # it came later
    rm in/b.txt              # whatever leaves has the marker looked at
    wait_until waiting_are 0
    wait_until folder_counts settling 0
    wait_until jobs_are queued 1
    [ -e in/READY ]
    closedrop resume
    wait_until test ! -e in/READY
    jobs_are done 1
}
