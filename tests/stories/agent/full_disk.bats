#!/usr/bin/env bats
# The disk of the queue is full: nothing new is started, what is in progress is recorded all the same, and everything
# continues by itself once there is room.

load ../../support/story
WAIT_MAX=15

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    limits='doubt = "300ms";'
    more='rules = ( { name = "r"; lead_id = "lead_A"; email = { subject = "{stem}"; }; } );'
    write_config 'rules = [ "r" ];'
    uploaded=in/Uploaded/$(date +%Y-%m)
    mkdir state
    mount_or_skip -t tmpfs -o size=32m,mode=0700 tmpfs state
}
teardown() { story_teardown; }

signal_agent() { # SIGNAL: to the agent, if one is running
    [ -z "${agent_pid:-}" ] || kill "-$1" "$agent_pid"
}

# To the last byte; what dd cannot write is what it is about. An agent that checked the disk halfway would give its
# ballast up to dd.
fill_disk() {
    signal_agent STOP
    dd if=/dev/zero of=state/fill bs=64K status=none 2>/dev/null || true
    dd if=/dev/zero of=state/fill bs=1 oflag=append conv=notrunc status=none 2>/dev/null || true
    signal_agent CONT
}

is_full() {
    closedrop status --json | jq -en 'input | .blocked.code == "disk_full"' >/dev/null
}

filed_once() { # FILE
    wait_until test -f "$uploaded/$1"
    was_uploaded "$uploaded/$1"
    activities_are 1
}

@test "full before anything was sent: the file stays, status says so, and it is sent once there is room" {
    start_agent
    fill_disk
    wait_until is_full
    echo hello >in/a.txt
    [[ $(closedrop status) == *"free, and closedrop needs 12 MB; free at least "* ]]
    log_says 'free, and closedrop needs 12 MB; free at least '
    [ -f in/a.txt ]
    [ "$(uploads)" = 0 ]
    [ "$(counts .tickets)" = 0 ]
    rm state/fill
    filed_once a.txt
    log_says 'there is enough free space in'
    [ -f state/ballast ] # held back again
}

missing() { # what status says is missing, in MB
    closedrop status --json | jq -r '.blocked.message' | sed -n 's/.*free at least \([0-9.]*\) MB.*/\1/p'
}

less_is_missing() { # THAN
    jq -en --argjson now "$(missing)" --argjson before "$1" '$now < $before' >/dev/null
}

@test "a small disk that is full and then emptied: status says how much is missing now, and the agent continues by itself" {
    umount state
    mount_or_skip -t tmpfs -o size=14m,mode=0700 tmpfs state
    start_agent
    fill_disk
    wait_until is_full
    echo hello >in/a.txt
    [[ $(closedrop status) == *"free, and closedrop needs 7 MB; free at least "* ]]
    local before
    before=$(missing)
    truncate -s -1M state/fill
    wait_until less_is_missing "$before"
    [ -f in/a.txt ]
    rm state/fill
    filed_once a.txt
    closedrop status --json | jq -en 'input | .blocked == null' >/dev/null
}

@test "full while the activity is created: its outcome is recorded, and nothing is created twice" {
    fault '[{"on":"email","do":{"delay":"1500ms"}}]'
    start_agent
    echo hello >in/a.txt
    wait_until requests_reach email 1
    fill_disk
    wait_until jobs_are done 1
    is_full
    activities_are 1
    kill_agent # whatever it knew, the disk knows
    rm state/fill
    start_agent
    filed_once a.txt
    [ "$(counts .requests.email)" = 1 ]
}

@test "full while it is unclear whether the activity was created: it is searched for once there is room" {
    fault '[{"on":"email","do":{"delay":"1s","status":500,"after":true}}]'
    start_agent
    echo hello >in/a.txt
    wait_until requests_reach email 1
    fill_disk
    wait_until is_full
    wait_until history_says 1 'Close answered 500'
    rm state/fill
    filed_once a.txt
}

@test "full at the start: the agent waits for room" {
    echo hello >in/a.txt
    run_once
    [ "$agent_code" = 0 ]
    echo again >in/b.txt
    fill_disk
    start_agent
    wait_until is_full
    [ -f in/b.txt ]
    rm state/fill
    wait_until test -f "$uploaded/b.txt"
    activities_are 2
}

@test "full at the very first start: it exits with 1 and says so, because the configuration is valid" {
    fill_disk
    run_once
    [ "$agent_code" = 1 ]
    log_says 'free at least '
    rm state/fill
    echo hello >in/a.txt
    run_once
    [ "$agent_code" = 0 ]
    filed_once a.txt
}

@test "full during run --once: it exits with 1, and the file stays" {
    echo hello >in/a.txt
    run_once
    echo again >in/b.txt
    fill_disk
    run_once
    [ "$agent_code" = 1 ]
    [ -f in/b.txt ]
    activities_are 1
}

@test "a small disk is not filled by what the queue itself writes there" {
    local i
    umount state
    mount_or_skip -t tmpfs -o size=8m,mode=0700 tmpfs state
    start_agent
    for i in {1..450}; do
        echo "$i" >"in/$i.txt"
    done
    wait_until jobs_are done 450
    closedrop status --json | jq -en 'input | .blocked == null' >/dev/null
}

heard() { # KIND: its hook has run for it
    grep -q "\"kind\":\"$1\"" events.jsonl 2>/dev/null
}

@test "a full disk is reported while it is full, and when it is over" {
    printf '#!/bin/sh\ncat >>"%s/events.jsonl"\n' "$PWD" >hook
    chmod +x hook
    more+='hooks = { blocked = [ "hook" ]; recovered = [ "hook" ]; };'
    write_config 'rules = [ "r" ];'
    start_agent
    fill_disk
    echo hello >in/a.txt # it is noticed when there is something to do
    wait_until heard blocked
    grep -q 'blocked:disk_full' events.jsonl
    rm state/fill
    wait_until heard recovered
}

log_in_app() { # a login with OAuth in place of the key, whose access token Close refuses from now on
    unset_config close.api_key_file
    set_config 'close.oauth={ client_id = "oa2client_sandbox"; client_secret_file = "secret"; }'
    (umask 077 && echo sandbox-app-secret >secret)
    settings '{"api_key":"api_nobody.has"}'
    curl -sf -o /dev/null -w '%{redirect_url}' \
        "${api%/api/v1/}/oauth2/authorize/?client_id=oa2client_sandbox&response_type=code" | closedrop login >/dev/null
    refused=$(token access_token)
    curl -sf -o /dev/null "${api%/api/v1/}/oauth2/revoke/" --data-urlencode "token=$refused" \
        -d client_id=oa2client_sandbox -d client_secret=sandbox-app-secret
}

token() { # NAME: of the kept login
    sed -n "s/^$1 //p" state/login
}

is_another_token() {
    [ "$(token access_token)" != "$refused" ]
}

ask_for_tokens() { # FILE...: full, and without these files, once new tokens are asked for
    fault '[{"on":"token","do":{"delay":"1500ms"},"times":1}]'
    start_agent
    echo hello >in/a.txt
    wait_until requests_reach token 2
    signal_agent STOP
    rm -f "$@"
    fill_disk
}

@test "full while new tokens are on their way: there is room for them" {
    log_in_app
    ask_for_tokens
    wait_until is_another_token
    is_full
    rm state/fill
    filed_once a.txt
    [ "$(counts .requests.token)" = 2 ]
}

@test "full while new tokens are on their way, and no room could be held for them: they are kept once there is some" {
    log_in_app
    ask_for_tokens state/login.new state/ballast
    wait_until log_says "the login cannot be kept in $PWD/state: No space left on device; closedrop tries again, and uses the new token once it is kept"
    wait_until is_full
    [[ $(closedrop status) == *'free, and closedrop needs 12 MB; free at least '* ]]
    is_another_token && return 1
    rm state/fill
    filed_once a.txt
    [ "$(counts .requests.token)" = 2 ]
}

@test "killed while new tokens cannot be kept: they are lost, and somebody has to log in again" {
    log_in_app
    ask_for_tokens state/login.new state/ballast
    wait_until log_says "the login cannot be kept in $PWD/state"
    kill_agent
    rm state/fill
    start_agent
    wait_until eval 'closedrop status --json | jq -e ".blocked.message | test(\"answer to an earlier renewal, at .* was lost; log in again\")"'
    [ -f in/a.txt ]
    activities_are 0
}
