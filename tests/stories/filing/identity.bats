#!/usr/bin/env bats
# Which file is which: not the name decides, but the file itself. A second drop is never mistaken for the first, and no file
# is sent twice because it was inspected twice.

load ../../support/story
WAIT_MAX=15

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
}

teardown() { story_teardown; }

shown() { # ID JQ-EXPRESSION
    closedrop show "$1" --json | jq -r "$2"
}

queued_while_paused() { # NAME: a file that waits for its turn
    start_agent
    closedrop pause
    echo "first version" >"in/$1"
    wait_until jobs_are queued 1
}

@test "a file that is taken out of Uploaded and dropped again is sent again" {
    start_agent
    echo hello >in/a.txt
    wait_until test -f "$uploaded/a.txt"
    mv "$uploaded/a.txt" in/a.txt
    wait_until jobs_are done 2
    wait_until test -f "$uploaded/a.txt"
    [ "$(uploads)" = 2 ]
}

@test "the same content under two names is sent twice" {
    start_agent
    echo hello >in/a.txt
    echo hello >in/b.txt
    wait_until jobs_are done 2
    [ "$(uploads)" = 2 ]
    [ "$(ledger | cut -f1 | sort -u | wc -l)" = 1 ]
}

@test "the same name again is another file" {
    start_agent
    local i
    for i in 1 2 3; do
        echo "version $i" >in/a.txt
        wait_until jobs_are done "$i"
        wait_until test ! -e in/a.txt
    done
    [ "$(uploads)" = 3 ]
}

@test "the same name, content, size and time again (cp -p) is another file" {
    echo hello >a.txt
    touch -d '2020-02-02 02:02:02' a.txt
    start_agent
    cp -p a.txt in/a.txt
    wait_until jobs_are done 1
    wait_until test ! -e in/a.txt
    cp -p a.txt in/a.txt
    wait_until jobs_are done 2
    [ "$(uploads)" = 2 ]
}

@test "times of 1970 and 2040, and odd ones, are only numbers" {
    local i=0 time
    start_agent
    for time in '1970-01-01 UTC' '2040-01-01' '1969-12-31 12:00 UTC' '2106-02-07 06:28:16 UTC'; do
        i=$((i + 1))
        echo "$time" >"$i.txt"
        touch -d "$time" "$i.txt"
        cp -p "$i.txt" in/
        wait_until jobs_are done "$i"
    done
    [ "$(date -r "$uploaded/2.txt" +%Y)" = 2040 ]
    stop_agent
    run_once
    [ "$(uploads)" = 4 ]
}

@test "a file that is replaced while it is queued: the new one is sent, the old job ends as superseded" {
    queued_while_paused a.txt
    echo "second version" >new.txt
    mv new.txt in/a.txt
    wait_until jobs_are queued 1
    wait_until eval '[ "$(closedrop list --json | jq .id)" = 2 ]'
    [ "$(shown 1 .ended)" = superseded ]
    closedrop resume
    wait_until jobs_are done 1
    [ "$(cat "$uploaded/a.txt")" = "second version" ]
    [ "$(uploads)" = 1 ]
}

@test "a file that is rewritten while it is queued is sent once, as it is then" {
    queued_while_paused a.txt
    echo "the second version" >in/a.txt
    wait_until eval '[ "$(closedrop list --json | jq .id)" = 2 ]'
    [ "$(shown 1 .ended)" = superseded ]
    closedrop resume
    wait_until jobs_are done 1
    [ "$(cat "$uploaded/a.txt")" = "the second version" ]
    [ "$(uploads)" = 1 ]
}

@test "a file that is rewritten while no agent runs" {
    queued_while_paused a.txt
    stop_agent
    closedrop resume
    echo "the second version" >in/a.txt
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 1 ]
    [ "$(cat "$uploaded/a.txt")" = "the second version" ]
    [ "$(shown 1 .ended)" = superseded ]
}

@test "a file that is renamed while it is queued is sent once, under its new name" {
    queued_while_paused a.txt
    mv in/a.txt in/b.txt
    closedrop resume
    wait_until test -f "$uploaded/b.txt"
    wait_until jobs_are queued 0
    [ "$(uploads)" = 1 ]
    [ "$(ledger | cut -f3)" = b.txt ]
    jobs_are failed 0
}

@test "a file that is moved into a subdirectory while it is queued is sent once" {
    queued_while_paused a.txt
    mkdir in/sub
    mv in/a.txt in/sub/a.txt
    closedrop resume
    wait_until test -f "$uploaded/sub/a.txt"
    wait_until jobs_are queued 0
    [ "$(uploads)" = 1 ]
}

@test "two queued files that swap names are each sent with their own contents" {
    start_agent
    closedrop pause
    echo one >in/a.txt
    echo two >in/b.txt
    wait_until jobs_are queued 2
    mv in/a.txt c && mv in/b.txt in/a.txt && mv c in/b.txt
    closedrop resume
    wait_until test -f "$uploaded/a.txt"
    wait_until test -f "$uploaded/b.txt"
    [ "$(cat "$uploaded/a.txt")" = two ]
    [ "$(cat "$uploaded/b.txt")" = one ]
    [ "$(uploads)" = 2 ]
    jobs_are failed 0
}

@test "a queued file that is moved to another folder is sent from there" {
    mkdir other
    more_folders='{ path = "other"; settle = "200ms"; }' write_config
    queued_while_paused a.txt
    mv in/a.txt other/a.txt
    closedrop resume
    wait_until test -f "other/Uploaded/$(date +%Y-%m)/a.txt"
    wait_until jobs_are queued 0
    [ "$(uploads)" = 1 ]
    jobs_are failed 0
}

@test "a file that was taken out and put back before its turn is sent" {
    queued_while_paused a.txt
    mv in/a.txt aside.txt
    closedrop resume
    wait_until jobs_are queued 0
    mv aside.txt in/a.txt
    wait_until test -f "$uploaded/a.txt"
    [ "$(uploads)" = 1 ]
}

@test "an agent that scans the same files again and again sends each once" {
    write_config 'watch = "poll"; poll_interval = "100ms"; after_upload = "keep";'
    local i
    for i in {1..20}; do
        echo "$i" >"in/$i.txt"
    done
    start_agent
    wait_until jobs_are done 20
    echo last >in/last.txt
    wait_until jobs_are done 21
    echo "very last" >in/very-last.txt
    wait_until jobs_are done 22
    [ "$(uploads)" = 22 ]
}

@test "a failed file that is dragged back is the same job, one that was edited is a new one" {
    write_config 'max_size = "3";'
    echo hello >in/a.txt
    echo hello >in/b.txt
    run_once
    write_config
    mv in/Failed/a.txt in/Failed/b.txt in/
    echo "edited" >>in/b.txt
    run_once
    [ "$(closedrop list --json | jq -s 'map(select(.path == "a.txt"))[0].id')" -le 2 ]
    [ "$(closedrop list --json | jq -s 'map(select(.path == "b.txt" and .state == "done"))[0].id')" = 3 ]
    [ "$(uploads)" = 2 ]
}
