#!/usr/bin/env bats
# Rate limits: what the server still accepts is used, also next to another client, and never more requests than that are in
# progress.

load ../../support/story
WAIT_MAX=60

setup() {
    timeout=60s # what is never answered stays so
    story_setup
}

teardown() { story_teardown; }

refusals() { # how often the sandbox answered 429
    curl -sf "${admin}ledger" | jq '[.refused[] | select(.status == 429)] | length'
}

another_client_asks() { # PATH: for nothing, but it is counted
    curl -s -u api_sandbox.secret: -d '{}' -H 'Content-Type: application/json' "$api$1" >/dev/null
}

is_at() { # NAME STAGE: in hand
    closedrop status --json | jq -e --arg name "$1" --arg stage "$2" '.transfers | any(.path == $name and .stage == $stage)' >/dev/null
}

# Of three requests to a group, in an hour, another client takes one; b.txt's is never answered, c.txt's has to wait for that.
let_c_wait() { # ENDPOINT PATH STAGE
    fault "[{\"on\":\"$1\",\"match\":\"b.txt\",\"do\":\"hang\"}]"
    settings '{"rate":3,"window":"1h"}'
    another_client_asks "$2"
    start_agent
    echo a >in/a.txt
    wait_until jobs_are done 1
    echo b >in/b.txt
    wait_until requests_reach "$1" 3
    echo c >in/c.txt
    wait_until is_at c.txt "$3"
}

stop_at_once() {
    kill -TERM "$agent_pid"
    wait_until log_says 'stopping'
    stop_agent
}

@test "two hundred files at twenty per second: almost no request is refused" {
    stop_sandbox
    start_sandbox --rate 20
    settle=0 write_config
    local i
    for i in {1..200}; do
        echo "contents of $i" >"in/$i.txt"
    done
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 200 ]
    [ "$(refusals)" -le 2 ]
}

@test "no more requests are in progress than the server still accepts" {
    let_c_wait upload files/upload/ ticket
    echo d >in/d.txt
    wait_until is_at d.txt ticket
    [ "$(counts .requests.upload)" = 3 ]
    [ "$(refusals)" = 0 ]
    settings '{"rate":0}'
    stop_at_once
    start_agent
    wait_until jobs_are done 4
    jobs_are failed 0
}

@test "a file whose request waits can still be written to" {
    let_c_wait upload files/upload/ ticket
    timeout 10 bash -c 'echo more >>in/c.txt'
    [ "$(refusals)" = 0 ]
    settings '{"rate":0}'
    stop_at_once
    start_agent
    wait_until jobs_are done 3
    was_uploaded "in/Uploaded/$(date +%Y-%m)/c.txt"
}

@test "an activity that waits to be created is not searched for after a stop" {
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "n"; lead_id = "lead_A"; note = { text = "{stem}"; }; } );'
    limits='doubt = "1s";' write_config 'rules = [ "n" ];'
    let_c_wait note activity/note/ attach
    stop_at_once
    history_says 3 'closedrop was stopped'
    job_is 3 uploaded
    settings '{"rate":0}'
    start_agent
    wait_until jobs_are done 3
    activities_are 3
    [ "$(counts .requests.note)" = 5 ] # the other client's, a, b twice, c once
    never history_says 3 'checked in Close'
}
