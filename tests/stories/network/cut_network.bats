#!/usr/bin/env bats
# A network that breaks off, stalls or trickles in the middle of a request or of its answer, by a TCP proxy between the
# agent and the two servers: every file is filed once. Each fault is applied to RUNS files (12 unless set), each SWEEP /
# RUNS bytes later (SWEEP is 1500 unless set).

load ../../support/story
load ../../support/proxy

RUNS=${RUNS:-12}
SWEEP=${SWEEP:-1500}

setup() {
    story_setup
    stop_sandbox
    start_proxy s3 --to "$s3_port"
    start_sandbox --s3-endpoint "http://127.0.0.1:$proxy_port" --s3-bucket close-sandbox-files \
        --s3-key AKIASANDBOX --s3-secret sandbox-secret
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    start_proxy api --to "$api_port"
    api=http://127.0.0.1:$proxy_port/api/v1/
    limits='doubt = "300ms"; max_attempts = 50;' timeout=2s
    more='rules = ( { name = "r"; match = { path = "^a"; }; lead_id = "lead_A"; email = { subject = "{stem}"; }; } );'
    write_config 'rules = [ "r" ];'
    set_config limits.retry_max=100ms
}
teardown() {
    stop_proxies
    story_teardown
}

again_through() { # PLACE OPTION...: its proxy anew; open connections break
    stop_proxies "$1"
    if [ "$1" = s3 ]; then
        start_proxy s3 --to "$s3_port" "${@:2}"
    else
        start_proxy api --to "$api_port" "${@:2}"
    fi
}

drop() { # NUMBER
    local i
    for ((i = 0; i < $1; i++)); do
        echo "document $i" >"in/a$i.txt"
    done
}

each_once() { # NUMBER
    activities_are "$1"
    [ "$(activities '[.[].attachments[].filename] | unique | length')" = "$1" ]
    jobs_are done "$1"
    [ "$(closedrop list --json | jq -r .activity_id | sort)" = "$(activities '.[].id' | tr -d '"' | sort)" ]
}

sweep() { # PLACE REQUEST WAY DO: after more and more bytes
    again_through "$1" --match "$2" --fault "$3:1:$4" --step $((SWEEP / RUNS)) --times "$RUNS"
    drop "$RUNS"
    run_once
    [ "$agent_code" = 0 ]
    each_once "$RUNS"
}

@test "the request for a form is reset" { sweep api 'POST /api/v1/files/upload/' up reset; }
@test "the form Close gives is reset" { sweep api 'POST /api/v1/files/upload/' down reset; }
@test "the form Close gives is truncated" { sweep api 'POST /api/v1/files/upload/' down close; }
@test "the transfer to S3 is reset" { sweep s3 'POST /' up reset; }
@test "the transfer to S3 is interrupted" { sweep s3 'POST /' up close; }
@test "the answer of S3 is reset" { sweep s3 'POST /' down reset; }
@test "the POST of an activity is reset" { sweep api 'POST /api/v1/activity/email/' up reset; }
@test "the POST of an activity is interrupted" { sweep api 'POST /api/v1/activity/email/' up close; }
@test "the answer to an activity is reset" { sweep api 'POST /api/v1/activity/email/' down reset; }
@test "the answer to an activity is truncated" { sweep api 'POST /api/v1/activity/email/' down close; }

@test "an answer that trickles in is given up" {
    again_through api --match 'POST /api/v1/files/upload/' --fault down:300:drip --times 1
    drop 1
    start_agent
    wait_until jobs_are done 1
    each_once 1
    history_says 1 'made no progress in time'
}

@test "a transfer that stalls is given up, and does not delay the others" {
    again_through s3 --match 'POST /' --fault up:1000000:stall --times 1
    timeout=1h write_config 'rules = [ "r" ];'
    head -c 20000000 /dev/zero | tr '\0' x >in/a.bin
    start_agent
    wait_until eval '[ "$(closedrop status --json | jq "[.transfers[].sent] | max")" -gt 100000 ]'
    drop 3
    wait_until jobs_are done 3
    jobs_are uploading 1
    again_through s3
    wait_until jobs_are done 4
    each_once 4
    stop_agent
}

@test "the POST of an activity that stalls, either way, creates one" {
    again_through api --match 'POST /api/v1/activity/email/' --fault down:20:stall --times 3
    drop 3
    run_once
    each_once 3
}

@test "low bandwidth and high latency cost time, and nothing else" {
    again_through api --delay 100
    again_through s3 --delay 100 --rate 2000000
    timeout=20s write_config 'rules = [ "r" ];'
    drop 8
    head -c 1000000 /dev/zero | tr '\0' x >in/a.bin
    run_once
    each_once 9
    [ "$(closedrop list --json | jq .attempts | sort -u)" = 1 ]
}
