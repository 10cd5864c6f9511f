#!/usr/bin/env bats
# Hooks: a program hears of each outcome, and once of what lasts, whatever it does itself.

load ../../support/story
load ../../support/doctor
setup() { story_setup; }
teardown() { story_teardown; }

hook() { # NAME: a program made of standard input
    { echo '#!/bin/sh' && cat; } >"$1"
    chmod +x "$1"
}

heard() { # KIND: how many events of it
    jq -sr --arg kind "$1" '[.[] | select(.kind == $kind)] | length' events.jsonl 2>/dev/null || echo 0
}

heard_is() { # KIND NUMBER
    [ "$(heard "$1")" = "$2" ]
}

listen() { # every hook appends its event to events.jsonl
    hook listen <<<"cat >>'$PWD/events.jsonl'; echo \"heard of \$CLOSEDROP_EVENT\""
    more="hooks = { done = [ \"listen\" ]; failed = [ \"listen\" ]; blocked = [ \"listen\" ];
        held = [ \"listen\" ]; recovered = [ \"listen\" ]; };"
}

@test "a hook hears of each file that is done or has failed, with its job" {
    listen
    write_config 'incomplete = "300ms";'
    start_agent
    echo a >in/a.txt
    : >in/b.txt
    wait_until heard_is "done" 1
    wait_until heard_is failed 1
    jq -se 'map(select(.kind == "done"))[0] | .event > 0 and .cause == null and .job.path == "a.txt"
        and .job.state == "done" and (.job.history | length) > 2' events.jsonl
    jq -se 'map(select(.kind == "failed"))[0] | .cause == "failed:empty:scans" and .job.error.code == "empty"
        and .message == .job.error.message' events.jsonl
    id=$(jq -s 'map(select(.kind == "done"))[0].job.id' events.jsonl)
    wait_until eval "closedrop show $id --json | jq -e '.history[-1].why == \"hook done: ended well; it wrote: heard of done\\n\"'"
    closedrop status --json | jq -e '.alerts.hooks_waiting == 0 and .alerts.failing == []'
}

@test "a hook hears of a file once it is known what became of its task" {
    listen
    : >events.jsonl
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more+=' rules = ( { name = "r"; lead_id = "lead_A"; note = { text = "x"; }; task = { text = "y"; };
        set = { custom = { cf_Gone = "x"; }; }; } );'
    write_config 'rules = [ "r" ];'
    fault '[{"on":"task","do":{"status":429,"headers":{"Retry-After":"1"}},"times":0}]'
    start_agent
    echo a >in/a.txt
    wait_until requests_reach task 1
    closedrop status >/dev/null # its answer comes after a turn in which the hook would have begun
    kill_agent
    heard_is "done" 0
    no_faults
    start_agent
    wait_until heard_is "done" 1
    run_once
    heard_is "done" 1
    jq -se '.[0] | .message == .job.error.message and .job.error.code == "set_missing" and .cause == null
        and (.message | startswith("its update of custom fields is missing: "))
        and (.job.history | map(.why) | any(startswith("task task_")))' events.jsonl
}

@test "an outage with many files is reported once, and once when it is over, also over a crash" {
    listen
    write_config
    (umask 077 && echo api_wrong.secret >key)
    for i in $(seq 40); do echo "$i" >"in/$i.txt"; done
    start_agent
    wait_until heard_is blocked 1
    kill_agent
    start_agent
    wait_until log_says_often "Close refuses the API key" 2
    (umask 077 && echo api_sandbox.secret >key)
    wait_until heard_is recovered 1
    wait_until heard_is "done" 40
    heard_is blocked 1
    jq -se 'map(select(.kind == "blocked" or .kind == "recovered")) | .[0].cause == "blocked:key"
        and .[1].recovered_from == .[0].event and .[1].since != null' events.jsonl
}

@test "what was over while closedrop was stopped is reported at the start, although no file waits" {
    listen
    write_config
    echo api_wrong.secret >key
    echo a >in/a.txt
    start_agent
    wait_until heard_is blocked 1
    stop_agent
    rm in/a.txt
    echo api_sandbox.secret >key
    start_agent
    wait_until heard_is recovered 1
}

@test "emails that wait for approval are reported once, and once when none does any more" {
    listen
    more+="rules = ( { name = \"mail\"; match = { path = \".\"; }; lead_id = \"lead_A\";
        email = { status = \"outbox\"; sender = \"a@example.com\"; to = [ \"b@example.com\" ]; subject = \"{stem}\"; }; } );"
    seed '{"leads":[{"id":"lead_A","name":"A","contacts":[{"id":"cont_A","name":"B","emails":["b@example.com"]}]}]}'
    limits='ask_above = 1;'
    write_config 'rules = [ "mail" ];'
    for i in 1 2 3; do echo "$i" >"drop$i.txt"; done
    start_agent
    mv drop?.txt in/
    wait_until heard_is held 1
    wait_until heard_is "done" 1
    closedrop release --all --yes || closedrop release --all
    wait_until heard_is recovered 1
    wait_until heard_is "done" 3
    jq -se 'map(select(.kind == "held"))[0].cause == "held:mail"' events.jsonl
    heard_is held 1
}

@test "a hook has neither a key nor our files, and a session of its own" {
    hook look <<<"env >'$PWD/env.txt'; ls -l /proc/self/fd >'$PWD/fds.txt'; ps -o sid=,pid= \$\$ >'$PWD/sid.txt'"
    more='hooks = { done = [ "look", "an argument" ]; };'
    write_config
    export CREDENTIALS_DIRECTORY=$PWD CLOSE_API_KEY=secret.key
    echo a >in/a.txt
    run_once
    [ "$agent_code" = 0 ]
    sed 's/=.*//' env.txt | sort | grep -vE '^(PWD|SHLVL|OLDPWD|_)$' >names.txt
    never grep -vxE 'PATH|LANG|HOME|CLOSEDROP_EVENT' names.txt
    grep -q '^CLOSEDROP_EVENT=done$' env.txt
    [ "$(grep -c -- '->' fds.txt)" = 4 ] # the three, and the directory that ls lists
    read -r sid pid <sid.txt
    [ "$sid" = "$pid" ]
}

@test "hooks that hang, flood, fork, fail or are not there delay no file, and status names them" {
    hook hang <<<'sleep 98765 & exec sleep 98765'
    hook flood <<<'exec yes'
    hook fork <<<'for i in 1 2 3 4 5 6 7 8; do sleep 98765 & done'
    echo text >not_executable
    more='hooks = { done = [ "hang" ]; failed = [ "flood" ]; blocked = [ "not_executable" ]; recovered = [ "fork" ]; };'
    write_config 'max_size = "100";'
    doctor
    says ok hook "hooks.done: $PWD/hang can be run"
    says wrong hook "hooks.blocked: $PWD/not_executable cannot be run: Permission denied" 'chmod a+rx'
    start_agent
    for i in 1 2 3; do head -c 200 /dev/zero >"in/large$i.bin"; done
    for i in $(seq 20); do echo "$i" >"in/$i.txt"; done
    wait_until jobs_are "done" 20
    wait_until log_says "hook failed: event"
    wait_until eval 'closedrop status --json | jq -e ".alerts.failing[] | select(.what == \"hook failed\").message == \"wrote more than 1024 KB and was killed\""'
    settings '{"api_key":"api_another.one"}'
    echo late >in/late.txt
    wait_until log_says "not_executable cannot be started: Permission denied"
    settings '{"api_key":"api_sandbox.secret"}'
    wait_until jobs_are "done" 21
    stop_agent
    [ "$agent_code" = 0 ]
    wait_until eval '! pgrep -f "sleep 98765"'
}

@test "a folder that is silent is reported once, also over a restart, and again when a file came" {
    hook listen <<<"cat >>'$PWD/events.jsonl'"
    more='hooks = { silent = [ "listen" ]; recovered = [ "listen" ]; };'
    write_config 'silent = "1s";'
    start_agent
    wait_until heard_is silent 1
    jq -se '.[0].cause == "silent:scans" and (.[0].message | startswith("no file has come in the folder \"scans\""))' \
        events.jsonl
    stop_agent
    start_agent
    echo a >in/a.txt
    wait_until heard_is recovered 1
    wait_until heard_is silent 2
}
