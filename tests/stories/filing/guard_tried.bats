#!/usr/bin/env bats
# Attempts to get past the send guard: renames, recalls, outages, and rules that are removed at the wrong moment.

load ../../support/story
load ../../support/clock
load ../../support/guard

another_goes() { # FILE: one that no rule takes has gone its way; what came before it was seen
    echo "$1" >"in/$1"
    wait_until find_gives 1 in/Uploaded -name "$1"
}

@test "renamed while it is held and nothing is sent: the agent keeps running, and status and log name no other rule" {
    configure
    start_agent
    mails 12
    wait_until held_are 2
    closedrop pause
    mv "in/$(closedrop list --held --json | jq -rs '.[0].path')" in/another.txt
    wait_until held_are 1
    wait_until log_says '1 email of the rule "statements" waits for you'
    [ "$(closedrop status | grep -c HELD)" = 1 ]
    closedrop resume
    wait_until held_are 2
}

@test "what was recalled is not sent by a later release of its rule, and what arrived with it is recalled, too" {
    limits='ask_above = 5; transfers = 16; max_attempts = 1000;'
    configure
    start_agent
    fault '[{"on":"upload","match":"slow-","times":0,"do":{"status":500}}]'
    mkdir drop
    for i in 1 2 3 4 5 6 7 8 9; do echo "q$i" >"drop/quick-$i.txt"; done
    for i in 1 2 3; do echo "s$i" >"drop/slow-$i.txt"; done
    mv drop/* in/
    wait_until held_are 4
    closedrop recall statements | grep -q 'and what came with them when it is uploaded'
    wait_until jobs_are failed 4
    mails 2 next
    wait_until held_are 2
    closedrop release statements
    no_faults
    wait_until jobs_are failed 7
    wait_until jobs_are 'done' 7
    [ "$(activities '[.[].body.subject | select(startswith("slow"))] | length')" = 0 ]
}

@test "released, delayed by Close, then deleted: not sent" {
    limits='ask_above = 5; transfers = 4;'
    configure
    start_agent
    mails 12
    all_held 7
    fault '[{"on":"email","times":4,"do":{"status":429,"headers":{"Retry-After":"4"}}}]'
    closedrop release statements
    wait_until held_are 0
    wait_until log_says 'Close answered 429'
    closedrop list --state uploaded --json | jq -r .path | (cd in && xargs rm)
    wait_until jobs_are uploaded 0
    sent_are "$(count_jobs 'done')"
    [ "$(sent)" -le 8 ] # the four that were put off were deleted then
}

@test "paced while its rule is removed, and deleted meanwhile: not sent when the rule is back" {
    limits='ask_above = 0; sends = { per_hour = 2; };'
    configure
    start_in_time
    mails 5
    wait_until paced_are 3
    local keep=$more
    more="rules = ( $(mail_rule other '^zzz') );"
    write_config 'rules = [ "other" ];'
    kill -HUP "$agent_pid"
    wait_until log_says 'no longer in the configuration'
    another_goes zz.txt
    closedrop list --state uploaded --json | jq -r .path | (cd in && xargs rm)
    set_clock +61m
    more=$keep
    write_config "$rules"
    kill -HUP "$agent_pid"
    wait_until jobs_are uploaded 0
    sent_are 2
}

@test "paced for longer than an upload is valid while S3 is down, and recalled: not sent when S3 is back" {
    limits='ask_above = 0; sends = { per_hour = 2; };'
    configure
    start_in_time
    mails 6
    wait_until paced_are 4
    fault '[{"on":"s3","times":0,"do":{"status":503,"code":"SlowDown"}}]'
    set_clock +21h
    wait_until log_says 'uploads fail'
    closedrop recall statements
    no_faults
    set_clock +23h
    wait_until jobs_are failed 4
    sent_are 2
}

@test "a release or recall of a rule does not cover what is renamed into it later" {
    more="rules = ( $(mail_rule statements '^s'), $(mail_rule reminders '^r') );"
    write_config 'rules = [ "statements", "reminders" ];'
    start_agent
    mails 13 s
    wait_until held_are 3
    mails 12 r
    wait_until held_are 5
    closedrop release reminders
    wait_until jobs_are 'done' 22
    for name in $(closedrop list --held --json | jq -r .path); do mv "in/$name" "in/r-moved-$name"; done
    of_reminders() { [ "$(closedrop status --json | jq -c '.held')" = '[{"rule":"reminders","emails":3}]' ]; }
    wait_until of_reminders
    [ "$(sent)" = 22 ]
}

@test "a file that arrives late for a group that waits for its turn gets a second email, and delays nothing" {
    limits='ask_above = 0; sends = { per_hour = 1; };'
    more="rules = ( $(mail_rule g '^g(?<n>[0-9]+)-' 'group = { by = "{n}"; wait = "300ms"; };'), $(mail_rule statements '^s') );"
    write_config 'rules = [ "g", "statements" ];'
    start_in_time
    mails 1 s
    wait_until jobs_are 'done' 1
    echo 1 >in/g1-a.txt
    wait_until paced_are 1
    mails 1 st
    wait_until paced_are 2
    fault '[{"on":"upload","match":"g1-b","times":0,"do":{"status":429,"headers":{"Retry-After":"1"}}}]'
    echo 2 >in/g1-b.txt
    wait_until jobs_are queued 1
    set_clock +61m
    wait_until activities_are 2
    [ "$(activities '.[1].attachments | length')" = 1 ]
    set_clock +122m
    wait_until activities_are 3
    no_faults
    set_clock +183m
    wait_until activities_are 4
}

@test "a sender that is spelled in other ways is the same sender" {
    limits='ask_above = 0; sends = { per_hour = 2; };'
    more="rules = ( $(mail_rule a '^a'), $(sender=Billing@Example.com mail_rule b '^b'), $(sender='Billing <billing@example.com>' mail_rule c '^c') );"
    write_config 'rules = [ "a", "b", "c" ];'
    start_agent
    for kind in a b c; do mails 3 $kind; done
    wait_until paced_are 7
    sent_are 2
}

@test "the gap starts when the previous email has been created" {
    limits='ask_above = 0; sends = { gap = "3s"; };'
    configure
    start_agent
    fault '[{"on":"email","do":{"delay":"4s"}}]'
    mails 2
    wait_until jobs_are 'done' 2
    [ "$(activities '[.[].at | sub("\\.[0-9]+Z"; "Z") | fromdate] | sort | .[1] - .[0] >= 2')" = true ]
}

@test "a directory that cannot be read for a while is not a reason to drop what is held in it" {
    limits='ask_above = 1;'
    become_nobody
    chown -R nobody:nogroup in
    configure
    start_agent
    mkdir in/sub
    chown nobody:nogroup in/sub
    mails 1
    wait_until jobs_are 'done' 1
    echo h >held.txt
    chown nobody:nogroup held.txt
    mv held.txt in/sub/
    wait_until held_are 1
    id=$(closedrop list --held --json | jq .id)
    chmod 000 in/sub
    closedrop release statements
    wait_until history_says "$id" 'Permission denied'
    chmod 755 in/sub
    wait_until jobs_are 'done' 2
}
