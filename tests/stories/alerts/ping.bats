#!/usr/bin/env bats
# Pings: a receiver hears at intervals that everything works, or what waits too long; the URL stays secret.

load ../../support/story
load ../../support/clock
load ../../support/doctor
load ../../support/ping

setup() { story_setup; }

teardown() {
    stop_receiver
    story_teardown
}

pinged() { # FOLDER-SETTING...: the configuration, with pings
    more="alert = { $ping_settings }; ${rules:-}"
    write_config "$@"
}

the_url_is_nowhere() { # but in its file
    closedrop status --json >status.txt
    closedrop status >>status.txt
    tr '\0' '\n' <"/proc/$agent_pid/cmdline" >cmdline.txt
    tr '\0' '\n' <"/proc/$agent_pid/environ" >environ.txt
    never grep -rlF "5ec2-e700" agent.log state status.txt cmdline.txt environ.txt
    never grep -lF "127.0.0.1:$ping_port" agent.log status.txt cmdline.txt
}

@test "while everything works a GET comes every period, and the next one says that a file waits too long" {
    late=2s start_receiver
    pinged
    start_agent
    wait_until pings_reach 3 '.method == "GET" and .path == "/9c0ffee5-5ec2-e700"'
    pings_are 0 '.method == "POST"'
    settings '{"api_key":"api_another.one"}'
    echo a >in/secret-name.txt
    wait_until state_is down "1 file has waited longer than 2 s, the first for "
    state_is down "; Close refuses the API key"
    jq -se 'map(select(.method == "POST"))[0] | .path == "/9c0ffee5-5ec2-e700/fail"
        and .type == "text/plain; charset=utf-8" and (.body | contains("secret") or contains("\n") or contains("/") | not)' \
        pings.jsonl
    settings '{"api_key":"api_sandbox.secret"}'
    wait_until jobs_are "done" 1
    wait_until state_is up
    jq -se 'map(.state) == ["up", "down", "up"]' states.jsonl
    the_url_is_nowhere
}

@test "Uptime Kuma hears of a failure in the query of the same URL" {
    ping_path='/api/push/5ec2-e700?status=up&msg=OK&ping=' late=1s start_receiver
    pinged
    start_agent
    wait_until pings_reach 1 '.path == "/api/push/5ec2-e700" and .query == {status: "up", msg: "OK", ping: ""}'
    closedrop pause
    echo a >in/a.txt
    wait_until state_is down "closedrop is paused"
    jq -se 'map(select(.query.status == "down"))[0] | .method == "GET" and .path == "/api/push/5ec2-e700"
        and (.query | keys) == ["msg", "status"] and (.query.msg | startswith("1 file has waited longer than 1 s"))' \
        pings.jsonl
    closedrop resume
    wait_until state_is up
}

@test "a file that is held open for too long is reported, too" {
    late=2s start_receiver
    pinged
    start_agent
    exec 7>in/open.txt
    echo begun >&7
    wait_until state_is down "a file in a drop folder has not been finished, or could not be read, for "
    exec 7>&-
    wait_until jobs_are "done" 1
    wait_until state_is up
}

@test "what waits for approval, for its turn or for its marker does not count" {
    seed '{"leads":[{"id":"lead_A","name":"A","contacts":[{"id":"cont_A","name":"B","emails":["b@example.com"]}]}]}'
    limits='ask_above = 1; sends = { per_day = 2; };'
    rules="rules = ( { name = \"mail\"; match = { path = \".\"; }; lead_id = \"lead_A\";
        email = { status = \"outbox\"; sender = \"a@example.com\"; to = [ \"b@example.com\" ]; subject = \"{stem}\"; }; } );"
    late=1s start_receiver
    mkdir other
    more_folders='{ name = "marked"; path = "other"; settle = "200ms"; marker = "{name}.done"; }'
    pinged 'rules = [ "mail" ];'
    echo waits >other/a.txt
    for i in 1 2 3 4; do echo "$i" >"drop$i.txt"; done
    start_agent
    mv drop?.txt in/
    wait_until eval '[ "$(closedrop list --held --json | wc -l)" = 3 ]'
    count=$(pings .)
    wait_until pings_reach $((count + 3)) '.method == "GET"'
    pings_are 0 '.method == "POST"'
    closedrop release --all
    wait_until jobs_are "done" 2 # the other two are paced
    count=$(pings .)
    wait_until pings_reach $((count + 3)) '.method == "GET"'
    pings_are 0 '.method == "POST"'
}

@test "a receiver that hangs, floods, refuses or answers nonsense delays no file, and is reported once" {
    start_receiver --status 500
    pinged
    start_agent
    wait_until failing_ping_says "answers with status 500"
    closedrop status | grep -F 'NOT NOTIFIED: ping: '
    stop_receiver
    wait_until failing_ping_says "could not be reached"
    start_receiver --body 'OK (not found)'
    wait_until failing_ping_says "does not know the URL"
    stop_receiver
    start_receiver --redirect http://127.0.0.1:1/
    wait_until failing_ping_says "redirect (status 302); what to do: write the URL that it leads to"
    stop_receiver
    start_receiver --flood
    wait_until failing_ping_says "sent a reply that is too large"
    stop_receiver
    start_receiver --hang
    count=$(pings .)
    wait_until pings_reach $((count + 1)) .
    for i in $(seq 20); do echo "$i" >"in/$i.txt"; done
    wait_until jobs_are "done" 20
    stop_receiver
    wait_until failing_ping_says "could not be reached"
    start_receiver --body $'\x01 any <b>words</b>'
    wait_until nothing_fails
    log_says_often "ping: works again" 1
    [ "$(grep -cF 'ping: the receiver' agent.log)" = 1 ]
    the_url_is_nowhere
}

@test "a receiver that says nothing, or never comes to an end, is given up after 30 seconds" {
    need_clock
    start_receiver --hang
    pinged
    start_in_time
    wait_until pings_reach 1 .
    set_clock +31s
    wait_until failing_ping_says "in time"
    stop_receiver
    start_receiver
    set_clock +2m
    wait_until nothing_fails
    stop_receiver
    start_receiver --drip
    count=$(pings .)
    wait_until pings_reach $((count + 1)) .
    set_clock +136s # less than it may take without progress
    closedrop status
    closedrop status
    set_clock +152s
    wait_until failing_ping_says "in time"
}

@test "the file with the URL is judged like that of the key, and read again when it changes" {
    start_receiver
    pinged
    chmod 644 ping
    doctor
    says wrong ping "the ping file $PWD/ping can be read by others" 'chmod 600'
    start_agent
    wait_until failing_ping_says "can be read by others"
    echo "ftp://127.0.0.1/" >ping && chmod 600 ping
    wait_until failing_ping_says "must contain one line with the URL to ping"
    write_ping_file "http://office.example.com/5ec2-e700"
    wait_until failing_ping_says "https:// (http is only allowed to this machine)"
    write_ping_file "http://127.0.0.1:$ping_port/another"
    wait_until pings_reach 1 '.path == "/another"'
    wait_until nothing_fails
    count=$(pings .)
    doctor
    says ok ping "the receiver of pings can be reached"
    write_ping_file "http://127.0.0.1:1/5ec2-e700"
    doctor
    says wrong ping "the receiver of pings could not be reached" 'alert.ping_file'
    ! grep -F 5ec2-e700 <<<"$output"
    rm ping
    doctor
    says wrong ping "the ping file $PWD/ping cannot be read: No such file or directory" 'put the URL to ping there'
}

@test "over TLS, with the certificates of close.ca_file" {
    "$CLOSEDROP_SOURCE_DIR/tests/support/tls_ca.sh" ca
    ping_scheme=https start_receiver --tls ca/server.pem ca/server.key
    pinged
    start_agent
    wait_until failing_ping_says "presented a certificate that is not trusted"
    set_config close.ca_file=ca/ca.pem
    kill -HUP "$agent_pid"
    wait_until pings_reach 1 '.method == "GET"'
    the_url_is_nowhere
}

@test "run --once pings when it begins" {
    start_receiver
    pinged
    echo a >in/a.txt
    run_once
    [ "$agent_code" = 0 ]
    pings_reach 1 '.method == "GET"'
}
