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

@test "the status is sent as events, at once, and when it changes" {
    start_agent
    curl -sN --max-time 20 -H "Authorization: Bearer $read_token" "$web/api/events" >events.txt 3>&- &
    local stream=$!
    wait_until events_have 1 '^data: {"paused":false'
    closedrop pause >/dev/null
    wait_until events_have 1 '^data: {"paused":true'
    kill $stream
    [ "$(grep -c '^event: status' events.txt)" = 2 ]
}

@test "without any token, the server says which key to set, and shows nothing" {
    set_config http="{ listen = \"${web#http://}\"; }"
    start_agent
    local path
    for path in / /page.js /api/status /api/events; do
        status_is 403 ask $path
        [[ $(ask $path) == *'set http.token_file or http.read_token_file'* ]]
        status_is 403 ask_as $token $path
    done
    run closedrop page
    [ "$status" = 1 ]
    [[ $output == *'no token is set'* ]]
}

@test "a Unix socket serves its group without a token" {
    serve_web unix:http.sock
    start_agent
    [ "$(stat -c %a http.sock)" = 660 ]
    local at=(curl -s --unix-socket http.sock)
    "${at[@]}" http://localhost/ | grep -q '<title>'
    [ "$("${at[@]}" http://localhost/api/status | jq .paused)" = false ]
    [ "$("${at[@]}" -X POST http://localhost/api/pause | jq .paused)" = true ]
    [[ $("${at[@]}" -X POST -H 'Origin: https://evil.example' http://localhost/api/resume) == *'another site'* ]]
    run closedrop page
    [ "$status" = 1 ]
    [[ $output == *"Unix socket $PWD/http.sock"* ]]
    stop_agent
    [ ! -e http.sock ]
}

@test "closedrop page prints an address that opens, and says if there is none" {
    start_agent
    [ "$(closedrop page)" = "$web/#$token" ]
    stop_agent
    run closedrop page
    [ "$status" = 0 ]
    [[ $output == *'no agent is running'* ]]
    sed -i '/^http = /d' "$config"
    run closedrop page
    [ "$status" = 1 ]
    [[ $output == *'http.listen is not set'* ]]
}

@test "a token file that others can read, or with a short token, is refused by check and run" {
    chmod 640 token
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *": http.token_file: the token file $PWD/token can be read by others; make it private: chmod 600 $PWD/token"* ]]
    chmod 600 token
    echo short >read-token
    run closedrop run
    [ "$status" = 78 ]
    [[ $output == *': http.read_token_file: the token file '*' must contain one token of 16 to 256'* ]]
}

@test "a reload reads the tokens again, keeps the old ones if the new are wrong, and cannot move the server" {
    start_agent
    echo another-0123456789abcdef >token
    kill -HUP "$agent_pid"
    wait_until status_is 200 ask_as another-0123456789abcdef /api/status
    status_is 401 ask_as $token /api/status
    echo short >token
    kill -HUP "$agent_pid"
    wait_until log_says 'must contain one token'
    status_is 200 ask_as another-0123456789abcdef /api/status
    echo $token >token
    sed -i 's/listen = "[^"]*"/listen = "127.0.0.1:1"/' "$config"
    kill -HUP "$agent_pid"
    wait_until log_says "http.listen only changes on a restart; ${web#http://} stays in use"
    status_is 200 ask_as $token /api/status
}

took() { # SECONDS-FILE CONDITION on all of them, as one array
    jq -es "$2" "$1" >/dev/null
}

@test "who tries wrong tokens waits a second each time, and nobody else does" {
    start_agent
    local tries=() i
    for i in {1..20}; do
        curl -s -o /dev/null -w '%{time_total}\n' -H "Authorization: Bearer wrong-0123456789-$i" "$web/api/who" >>wrong.txt 3>&- &
        tries+=($!)
    done
    for i in {1..20}; do
        curl -s -o /dev/null -w '%{time_total}\n' -H "Authorization: Bearer $token" "$web/api/who" >>right.txt
    done
    wait "${tries[@]}"
    took wrong.txt 'all(. >= 1)'
    took right.txt 'any(. < 1)' # a slow machine may take its time for some, but not a second for each
    never grep -qe "$token" -e "$read_token" -e wrong-0123456789 agent.log
}

@test "every answer forbids what a page does not need: scripts and frames of others, guessing, referrers, caching" {
    start_agent
    local path
    for path in / /page.js /api/status /api/nothing; do
        curl -si "$web$path" >head.txt
        grep -qi "^Content-Security-Policy: default-src 'none'; script-src 'self'; .*frame-ancestors 'none'" head.txt
        grep -qi '^X-Content-Type-Options: nosniff' head.txt
        grep -qi '^Referrer-Policy: no-referrer' head.txt
        grep -qi '^Cache-Control: no-store' head.txt
        never grep -qi '^Access-Control' head.txt
    done
}

hostile() { # WAY: while a file is filed; the agent's memory and descriptors stay within bounds
    local memory client
    start_agent
    memory=$(memory_of)
    "$CLOSEDROP_SOURCE_DIR/tests/support/hostile.py" "$1" "${web##*:}" "$token" >hostile.txt 2>&1 3>&- &
    client=$!
    echo "$1" >in/file.txt
    wait_until jobs_are done 1
    [ "$(find "/proc/$agent_pid/fd" 2>/dev/null | wc -l)" -lt 150 ]
    wait $client || {
        cat hostile.txt
        return 1
    }
    [ $(($(memory_of) - memory)) -lt 65536 ] # KB, with a sanitizer
    status_is 200 ask_as $token /api/status
}

memory_of() {
    awk '/^VmRSS/ { print $2 }' "/proc/$agent_pid/status"
}

@test "ten thousand connections do not delay a file" {
    hostile connections
}

@test "whoever sends or keeps silent too slowly is cut off, and does not delay a file" {
    hostile slow
}

@test "a body of 1 GiB is refused before it is read" {
    hostile bodies
    [ "$(closedrop status --json | jq .paused)" = false ]
}

@test "no path leads to a file, around a token, or to what is not for others" {
    hostile paths
}

@test "a hundred event streams, half closed and never read: the oldest end, and the server still serves others" {
    hostile streams
}
