#!/usr/bin/env bats
# The HTTP server: who may see and do what, and that nobody can use it to hurt.

load ../../support/story
load ../../support/web

setup() {
    story_setup
    serve_web
}
teardown() { story_teardown; }

@test "without a token only the page itself is served, without data; with one to read all can be read, with the other changed" {
    start_agent
    local path
    for path in / /page.css /page.js /page.svg; do
        status_is 200 ask $path
    done
    for path in /api/status /api/jobs /api/who /api/events /api/jobs/1 /api/nothing; do
        status_is 401 ask $path
        status_is 401 ask "$path?token=$token"
    done
    status_is 401 ask /api/pause -X POST
    status_is 200 ask_as $read_token /api/status
    status_is 403 ask_as $read_token /api/pause -X POST
    [[ $(ask_as $read_token /api/who) == *'"may_write":false'* ]]
    [[ $(ask_as $token /api/who) == *'"may_write":true'* ]]
    [ "$(closedrop status --json | jq .paused)" = false ]
    status_is 200 ask_as $token /api/pause -X POST
    [ "$(closedrop status --json | jq .paused)" = true ]
    status_is 404 ask_as $token /api/uploads -X POST
    status_is 404 ask_as $token '/api/filings?id=-1' -X POST
}

@test "a browser's page of another site, and one whose name was made to resolve to this machine, get nothing" {
    start_agent
    status_is 403 ask_as $token /api/pause -X POST -H 'Origin: https://evil.example'
    status_is 403 ask_as $token /api/pause -X POST -H 'Origin: null'
    status_is 403 ask_as $token /api/status -H 'Host: evil.example'
    status_is 403 ask_as $token /api/pause -X POST -H "Host: evil.example:${web##*:}" -H "Origin: http://evil.example:${web##*:}"
    [ "$(closedrop status --json | jq .paused)" = false ]
    status_is 200 ask_as $token /api/pause -X POST -H "Origin: $web"
}

events_have() { # NUMBER PATTERN
    [ "$(grep -c "$2" events.txt)" -ge "$1" ]
}

@test "the status is sent as events, at once and when it changes, and while it does not, nothing but a comment" {
    start_agent
    curl -sN --max-time 20 -H "Authorization: Bearer $read_token" "$web/api/events" >events.txt 3>&- &
    local stream=$!
    wait_until events_have 1 '^data: {"paused":false'
    closedrop pause >/dev/null
    wait_until events_have 1 '^data: {"paused":true'
    wait_until events_have 1 '^:'
    kill $stream
    [ "$(grep -c '^event: status' events.txt)" = 2 ]
}
