#!/usr/bin/env bats
# Email that is really sent: if there is too much of it, it waits for a person; files that were removed meanwhile are never
# sent.

load ../../support/story
load ../../support/clock
load ../../support/guard

@test "thirty dropped at once: ten are sent, twenty are held, and the first line of status says so; once released, all are sent, each once" {
    local said
    said='20 emails of the rule "statements" wait for your approval; to see: "closedrop list --held"; to send: '
    said+='"closedrop release statements"; to cancel, so that the files go to Failed: "closedrop recall statements"'
    configure
    start_agent
    mails 30
    all_held 20
    sent_are 10
    closedrop status | head -1 | grep -qx 'HELD: '"$said"
    [ "$(closedrop list --held --json | jq -s '[.[] | select(.state == "uploaded" and .error.code == "held")] | length')" = 20 ]
    wait_until log_says "$said"
    [ "$(grep -c 'of the rule "statements" wait' agent.log)" = 1 ]
    closedrop release statements | grep -qx '20 emails of the rule "statements" are released'
    wait_until jobs_are 'done' 30
    sent_are 30
    closedrop release statements 2>&1 | grep -q 'no email of rule "statements" waits for release'
}

@test "a release covers what is held then, not what arrives later" {
    configure
    start_agent
    mails 20
    all_held 10
    closedrop release --all
    wait_until jobs_are 'done' 20
    mails 5 later
    all_held 5
    sent_are 20
}

@test "a release by ID: that email is sent, the others wait" {
    configure
    start_agent
    mails 13
    all_held 3
    id=$(closedrop list --held --json | jq -s '.[0].id')
    closedrop release "$id" | grep -q "^job $id is released"
    wait_until jobs_are 'done' 11
    held_are 2
    ! closedrop release 1
    id=$(closedrop list --held --json | jq -s '.[0].id')
    closedrop recall "$id"
    wait_until jobs_are failed 1
    held_are 1
}

@test "recalled: each file is in Failed with the reason; one that is dragged back is sent at once" {
    local held=${HELD:-15}
    configure
    start_agent
    mails $((held + 10))
    all_held "$held"
    closedrop recall statements | grep -q "^$held files of the rule \"statements\" are recalled"
    wait_until find_gives "$held" in/Failed -name '*.txt.error.txt'
    find_gives "$held" in/Failed -name 'mail-*[0-9].txt'
    grep -q 'somebody recalled it' in/Failed/mail-*.error.txt
    grep -q '^- If it is not to be sent, delete mail-.*\.txt and this message' in/Failed/mail-*.error.txt
    one=$(find in/Failed -name 'mail-*[0-9].txt' | head -1)
    mv "$one" in/
    wait_until jobs_are 'done' 11
    sent_are 11
    closedrop retry --all | grep -q "$((held - 1)) left out, they need your judgement: recalled $((held - 1))"
    held_are 0
}

@test "deleted, moved out of the folder, or rewritten while they are held: none of them is sent" {
    local away=${AWAY:-5} # so many deleted, and as many moved out
    configure
    start_agent
    mails $((20 + 2 * away))
    all_held $((10 + 2 * away))
    closedrop list --held --json | jq -r .path >held
    mkdir out
    sed -n "1,${away}p" held | (cd in && xargs rm)
    sed -n "$((away + 1)),$((2 * away))p" held | (cd in && xargs mv -t ../out)
    wait_until held_are 10
    sed -n "$((2 * away + 1)),$((2 * away + 2))p" held | while read -r name; do echo rewritten >>"in/$name"; done
    wait_until jobs_are queued 0
    wait_until history_says "$(closedrop list --held --json | jq -s '.[0].id')" settled
    all_held 10 # two new ones in place of those that were rewritten
    closedrop release statements
    wait_until jobs_are 'done' 20
    sent_are 20
    sed -n "1,$((2 * away))s/.txt$//p" held | sort >taken_away
    [ -z "$(activities '.[].body.subject' | jq -r . | sort | comm -12 - taken_away)" ]
}

@test "deleted while the agent is stopped, then released: none of them is sent" {
    configure
    start_agent
    mails 20
    all_held 10
    closedrop list --held --json | jq -r .path >held
    stop_agent
    sed -n 1,4p held | (cd in && xargs rm)
    closedrop status | sed -n 2p | grep -q '^HELD: 10 emails of the rule "statements"'
    closedrop release statements | grep -q '^10 emails'
    start_agent
    wait_until jobs_are 'done' 16
    wait_until jobs_are uploaded 0
    sent_are 16
}

@test "recalled, and Failed is renamed: nothing is sent because of that; one that is dragged out of there is" {
    configure
    start_agent
    mails 13
    all_held 3
    closedrop recall statements
    wait_until find_gives 3 in/Failed -name '*.error.txt'
    wait_until jobs_are failed 3
    mv in/Failed in/Failed-October
    wait_until places_are 3 Failed-October/
    jobs_are failed 3
    sent_are 10
    one=$(find in/Failed-October -name 'mail-*[0-9].txt' | head -1)
    mv "$one" in/
    wait_until sent_are 11
    jobs_are failed 2
}

places_are() { # NUMBER START: so many files lie there
    [ "$(closedrop list --json | jq -r '.place // ""' | grep -c "^$2")" = "$1" ]
}

@test "recalled while the agent is stopped: its next start moves the files to Failed" {
    configure
    start_agent
    mails 14
    all_held 4
    stop_agent
    closedrop recall statements
    start_agent
    wait_until find_gives 4 in/Failed -name '*.error.txt'
    sent_are 10
}

@test "a file that is renamed while it is held is classified again, and stays held" {
    configure
    start_agent
    mails 12
    all_held 2
    name=$(closedrop list --held --json | jq -rs '.[0].path')
    mv "in/$name" in/another.txt
    list_has() { closedrop list --held --json | jq -rs '.[].path' | grep -qx "$1"; }
    wait_until list_has another.txt
    all_held 2
    sent_are 10
}

@test "a group counts as one, and is held and sent as one" {
    limits='ask_above = 2;'
    configure 'group = { by = "{stem}"; wait = "300ms"; };'
    start_agent
    mkdir drop
    for i in 1 2 3 4; do
        mkdir "drop/d$i"
        for name in a b c d e; do echo "$i$name" >"drop/d$i/$name.txt"; done
    done
    mv drop/* in/
    wait_until held_are 3
    wait_until jobs_are 'done' 8
    jobs_are uploaded 12
    closedrop release statements | grep -qx '3 emails of the rule "statements" are released'
    wait_until jobs_are 'done' 20
    [ "$(activities '[length, ([.[].attachments | length] | unique)]')" = '[5,[4]]' ]
}

@test "drafts and notes are not counted, and each rule is counted separately" {
    more="rules = ( $(mail_rule statements '^s'), $(mail_rule reminders '^r'), $(status=draft mail_rule drafts '^d'),
        { name = \"notes\"; match = { path = \"^n\"; }; lead_id = \"lead_A\"; note = { text = \"x\"; }; } );"
    limits='ask_above = 3;'
    write_config 'rules = [ "statements", "reminders", "drafts", "notes" ];'
    start_agent
    for kind in s r d n; do mails 5 $kind; done
    all_held 4
    jobs_are 'done' 16
    [ "$(closedrop status --json | jq -c '[.held[] | [.rule, .emails]]')" = '[["reminders",2],["statements",2]]' ]
    closedrop recall reminders
    closedrop release statements
    wait_until jobs_are 'done' 18
    [ "$(activities '[.[] | select(.body.subject // "" | startswith("r"))] | length')" = 3 ]
}

@test "a limit of 0 never holds anything, not even what was held before" {
    configure
    start_agent
    mails 13
    all_held 3
    set_config limits.ask_above=0
    kill -HUP "$agent_pid"
    wait_until jobs_are 'done' 13
    sent_are 13
}

@test "the queue is lost: nothing more is sent without a person's approval" {
    configure
    start_agent
    mails 30
    all_held 20
    stop_agent
    rm -r state
    start_agent
    all_held 20
    sent_are 10
    closedrop release statements
    wait_until jobs_are 'done' 20
    sent_are 30
}

@test "killed again and again while emails are sent: exactly as many are sent as allowed" {
    limits='ask_above = 10; doubt = "200ms";'
    configure
    mails 20
    for i in $(seq 30); do
        start_agent
        sleep "0.$((RANDOM % 10))" # the moment of the kill is the case
        kill_agent
    done
    start_agent
    all_held 10
    sent_are 10
}

@test "--once exits with 1 and says what is held" {
    configure
    mails 12
    run_once
    [ "$agent_code" = 1 ]
    log_says '2 emails of the rule "statements" wait for you'
    sent_are 10
}

@test "upload asks the same queue: refused above the limit without --yes, and if there is no queue" {
    configure
    echo 1 >one.txt
    ! closedrop upload --rule statements one.txt 2>upload.log
    grep -q 'the queue that counts those is not available' upload.log
    mails 10
    run_once
    [ "$agent_code" = 0 ]
    ! closedrop upload --rule statements one.txt 2>upload.log
    grep -q 'limits.ask_above); --yes sends it anyway' upload.log
    sent_are 10
    closedrop upload --rule statements --yes one.txt
    sent_are 11
}

@test "for each rule that sends, check says what the guard will do" {
    configure
    closedrop check | grep -qxF 'note: the rule "statements" really sends email: at most 10 an hour are sent without your approval; set limits.ask_above to the size of your largest batch'
    [[ $(closedrop check) != *'there are no rules'* ]]
    limits='ask_above = 0; sends = { per_hour = 20; per_day = 200; gap = "30s"; };'
    configure
    closedrop check | grep -qxF 'note: the rule "statements" really sends email: any number is sent without your approval (limits.ask_above is 0); of one sender 20 an hour and 200 a day, at least 30 s apart (limits.sends), the rest follows automatically'
    limits='ask_above = -1; sends = { per_hour = 20; hourly = 3; gap = 5; };'
    configure
    ! closedrop check 2>problems
    cat problems
    grep -q 'limits.ask_above: ' problems
    grep -q 'limits.sends.hourly: unknown key' problems
    grep -q 'limits.sends.gap: ' problems
}
