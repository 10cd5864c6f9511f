#!/usr/bin/env bats
# Whatever goes wrong is heard of once, and once when it is over: by a hook, by mail and, where files wait too long or nothing
# works any more, by the pings, whose receiver has a clock of its own.

load ../../support/story
load ../../support/clock
load ../../support/mail
load ../../support/ping
load ../../support/proxy

setup() {
    need_mail_server
    story_setup
    need_clock
    freezer_pid=''
    { echo '#!/bin/sh' && echo "cat >>'$PWD/events.jsonl'"; } >listen
    chmod +x listen
    start_mail_server
    late=2m start_receiver --period 2
}

teardown() {
    thaw
    stop_proxies
    stop_receiver
    stop_mail_server
    story_teardown
}

all_ears() { # FOLDER-SETTING...: the configuration
    more="hooks = { blocked = [ \"listen\" ]; held = [ \"listen\" ]; silent = [ \"listen\" ]; recovered = [ \"listen\" ]; };
        alert = { $mail_settings $ping_settings }; ${rules:-}"
    write_config "$@"
}

start_listening() { # until the first ping and no more is under way
    start_in_time
    wait_until state_is up
}

hooks_are() { # NUMBER KIND: so many events of it have come
    [ "$(cat events.jsonl 2>/dev/null | jq -s --arg kind "$2" '[.[] | select(.kind == $kind)] | length')" = "$1" ]
}

is_delivered() {
    closedrop status --json | jq -e '.alerts | .hooks_waiting == 0 and .mails_waiting == 0' >/dev/null
}

begins() { # KIND CAUSE: a hook and a mail have reported it
    wait_until hooks_are 1 "$1"
    jq -se --arg kind "$1" --arg cause "$2" 'map(select(.kind == $kind))[0].cause == $cause' events.jsonl
    wait_until mails_are 1 '.reply_to == null'
    wait_until is_delivered
}

is_over() { # KIND: the same for its end; each was heard of once
    wait_until hooks_are 1 recovered
    wait_until mails_are 1 '.reply_to != null'
    wait_until is_delivered
    hooks_are 1 "$1"
    mails_are 1 '.reply_to == null'
    jq -se 'map(select(.kind == "recovered"))[0].recovered_from == map(select(.kind != "recovered"))[0].event' events.jsonl
    jq -se '.[1].reply_to == .[0].id' mails.jsonl
}

receiver_has_said() { # STATE...: these were all its changes
    [ "$(jq -r .state states.jsonl | xargs)" = "$*" ]
}

threads() {
    ls "/proc/$agent_pid/task" | sort -n
}

freeze() { # TID
    "$CLOSEDROP_SOURCE_DIR/tests/support/freeze.py" "$1" >frozen 2>&1 3>&- &
    freezer_pid=$!
    wait_until eval 'grep -q . frozen'
    grep -q frozen frozen || skip "no thread can be frozen here: $(cat frozen)"
}

thaw() {
    [ -n "$freezer_pid" ] || return 0
    kill "$freezer_pid" 2>/dev/null
    wait "$freezer_pid" 2>/dev/null || true
    freezer_pid=''
}

@test "the key is revoked" {
    all_ears
    start_listening
    settings '{"api_key":"api_another.one"}'
    echo a >in/a.txt
    begins blocked blocked:key
    set_clock +3m
    wait_until state_is down "1 file has waited longer than 2 min, the first for 3 min"
    state_is down "Close refuses the API key"
    settings '{"api_key":"api_sandbox.secret"}'
    set_clock +10m # it asks again
    is_over blocked
    wait_until state_is up
    receiver_has_said up down up
}

@test "the network is down, also for mails and pings" {
    start_proxy net --to "$ping_port"
    write_ping_file "http://127.0.0.1:$proxy_port/5ec2-e700"
    all_ears
    start_listening
    stop_proxies net
    stop_sandbox
    stop_mail_server
    echo a >in/a.txt
    wait_until state_is down "no ping"
    wait_until log_says "Close does not answer"
    set_clock +90s
    wait_until hooks_are 1 blocked
    start_proxy net --to "$ping_port"
    start_mail_server
    wait_until state_is up
    kill -HUP "$agent_pid"
    begins blocked blocked:no_answer
    set_clock +5m
    wait_until state_is down "Close does not answer"
    start_sandbox
    set_clock +10m
    wait_until jobs_are "done" 1
    wait_until state_is up
    set_clock +20m
    is_over blocked
    receiver_has_said up down up down up
}

@test "the disk is full" {
    mkdir state
    mount_or_skip -t tmpfs -o size=32m,mode=0700 tmpfs state
    all_ears
    start_listening
    kill -STOP "$agent_pid"
    dd if=/dev/zero of=state/fill bs=64K status=none 2>/dev/null || true
    kill -CONT "$agent_pid"
    begins blocked blocked:disk_full
    echo a >in/a.txt # is not even queued
    set_clock +3m
    wait_until state_is down "the disk has been full for 3 min"
    rm state/fill
    is_over blocked
    wait_until state_is up
    wait_until jobs_are "done" 1
}

@test "the share is unplugged" {
    all_ears 'poll_interval = "200ms";'
    start_listening
    mv in unplugged
    wait_until eval 'closedrop status --json | jq -e ".folders[0].healthy | not"'
    set_clock +90s
    begins blocked blocked:folder_away:scans
    set_clock +4m
    wait_until state_is down "a drop folder has been away for "
    mv unplugged in
    wait_until eval 'closedrop status --json | jq -e ".folders[0].healthy"'
    wait_until state_is up
    set_clock +8m
    is_over blocked
    receiver_has_said up down up
}

@test "the watch thread is frozen" {
    all_ears
    start_listening
    freeze "$(threads | sed -n 2p)"
    wait_until state_is down "the watch thread hangs"
    set_clock +90s
    begins blocked blocked:watch_stuck
    thaw
    wait_until state_is up
    set_clock +3m
    is_over blocked
    receiver_has_said up down up
    echo a >in/a.txt
    wait_until jobs_are "done" 1
}

@test "the work thread is frozen: only the receiver of pings can hear of it" {
    all_ears
    start_listening
    freeze "$agent_pid"
    wait_until state_is down "no ping"
    thaw
    wait_until state_is up
    hooks_are 0 blocked
    mails_are 0 .
}

@test "the machine is switched off, and on again" {
    all_ears
    start_listening
    kill_agent
    wait_until state_is down "no ping"
    start_in_time
    wait_until state_is up
    receiver_has_said up down up
    hooks_are 0 blocked
    mails_are 0 .
}

@test "emails wait for approval: a hook and a mail, and pings as before" {
    seed '{"leads":[{"id":"lead_A","name":"A","contacts":[{"id":"cont_A","name":"B","emails":["b@example.com"]}]}]}'
    limits='ask_above = 1;'
    rules="rules = ( { name = \"mail\"; match = { path = \".\"; }; lead_id = \"lead_A\";
        email = { status = \"outbox\"; sender = \"a@example.com\"; to = [ \"b@example.com\" ]; subject = \"{stem}\"; }; } );"
    all_ears 'rules = [ "mail" ];'
    for i in 1 2 3; do echo "$i" >"drop$i.txt"; done
    start_listening
    mv drop?.txt in/
    begins held held:mail
    count=$(pings .)
    set_clock +3m
    wait_until pings_reach $((count + 3)) .
    closedrop release --all
    wait_until jobs_are "done" 3
    set_clock +4m
    is_over held
    receiver_has_said up
}

@test "a scanner is silent: a hook and a mail, and pings as before" {
    all_ears 'silent = "1h";'
    start_listening
    set_clock +61m
    begins silent silent:scans
    count=$(pings .)
    wait_until pings_reach $((count + 3)) .
    echo a >in/a.txt
    is_over silent
    receiver_has_said up
}
