#!/usr/bin/env bats
# What really leaves the house: too much of it waits for a person, too fast for its turn; what was taken away meanwhile is
# never sent.

load ../support/story
WAIT_MOST=30

setup() {
    story_setup
    faketime=$(dpkg -L libfaketime 2>/dev/null | grep -m1 '/libfaketime\.so\.1$') || skip "libfaketime is not installed"
    seed_lead
    limits='ask_above = 10;'
    rules='rules = [ "statements" ];'
}
teardown() { story_teardown; }

seed_lead() {
    seed '{"leads":[{"id":"lead_A","name":"A","contacts":[{"id":"cont_A","name":"B","emails":["b@example.com"]}]}]}'
}

mail_rule() { # NAME PATTERN [MORE]: an email that leaves
    echo "{ name = \"$1\"; match = { path = \"$2\"; }; lead_id = \"lead_A\"; ${3:-}
        email = { status = \"${status:-outbox}\"; sender = \"${sender:-billing@example.com}\"; to = [ \"b@example.com\" ]; subject = \"{stem}\"; }; }"
}

configure() { # [MORE-OF-THE-RULE]
    more="rules = ( $(mail_rule statements '^in/|^[a-z]' "${1:-}") );"
    write_config "$rules"
}

mails() { # NUMBER [PREFIX]: so many files, all at once
    local i
    mkdir -p drop
    for ((i = 1; i <= $1; i++)); do echo "${2:-mail} $i" >"drop/${2:-mail}-$i.txt"; done
    mv drop/* in/
}

sent() { # how many emails left the house
    activities '[.[] | select(.body.status == "outbox" or .body.status == "scheduled")] | length'
}

held_are() { # NUMBER
    [ "$(closedrop status --json | jq '[.held[].emails] | add // 0')" = "$1" ]
}

sent_are() { # NUMBER: and none of them twice
    [ "$(sent)" = "$1" ] && [ "$(activities '[.[].body.subject] | (length == (unique | length))')" = true ]
}

all_held() { # NUMBER: and nothing else is under way
    wait_until held_are "$1"
    wait_until jobs_are queued 0
    jobs_are uploading 0 && jobs_are attaching 0
}

@test "thirty dropped at once: ten leave, twenty wait, and it is said first; released, all are sent, each once" {
    configure
    start_agent
    mails 30
    all_held 20
    sent_are 10
    closedrop status | head -1 | grep -qx 'HELD: 20 emails of rule statements wait for you: closedrop release statements, or recall'
    [ "$(closedrop list --held --json | jq -s '[.[] | select(.state == "uploaded" and .error.code == "held")] | length')" = 20 ]
    wait_until log_says '20 emails of rule statements wait for you: closedrop release statements, or recall'
    [ "$(grep -c 'of rule statements wait' agent.log)" = 1 ]
    closedrop release statements | grep -qx '20 emails of rule statements are released'
    wait_until jobs_are 'done' 30
    sent_are 30
    closedrop release statements 2>&1 | grep -q 'no email of rule "statements" waits for release'
}

@test "a release covers what waits then, not what comes later" {
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

@test "one by its id: it leaves, the others wait" {
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

@test "recalled: each file lies in Failed with the reason; one that is dragged back leaves, at once" {
    local held=${HELD:-15}
    configure
    start_agent
    mails $((held + 10))
    all_held "$held"
    closedrop recall statements | grep -q "^$held files of rule statements are recalled"
    wait_until find_gives "$held" in/Failed -name '*.txt.error.txt'
    find_gives "$held" in/Failed -name 'mail-*[0-9].txt'
    grep -q 'recalled by a person' in/Failed/mail-*.error.txt
    one=$(find in/Failed -name 'mail-*[0-9].txt' | head -1)
    mv "$one" in/
    wait_until jobs_are 'done' 11
    sent_are 11
    closedrop retry --all | grep -q "$((held - 1)) left out, they need your judgement: recalled $((held - 1))"
    held_are 0
}

@test "deleted, moved out of the folder, or rewritten while they wait: none of them leaves" {
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

@test "deleted while the agent is away, then released: none of them leaves" {
    configure
    start_agent
    mails 20
    all_held 10
    closedrop list --held --json | jq -r .path >held
    stop_agent
    sed -n 1,4p held | (cd in && xargs rm)
    closedrop status | head -1 | grep -q '^HELD: 10 emails of rule statements'
    closedrop release statements | grep -q '^10 emails'
    start_agent
    wait_until jobs_are 'done' 16
    wait_until jobs_are uploaded 0
    sent_are 16
}

@test "recalled while the agent is away: its next start puts the files into Failed" {
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

@test "what is renamed while it waits is looked at anew, and waits on" {
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

@test "a group counts as one, and waits and goes as one" {
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
    closedrop release statements | grep -qx '3 emails of rule statements are released'
    wait_until jobs_are 'done' 20
    [ "$(activities '[length, ([.[].attachments | length] | unique)]')" = '[5,[4]]' ]
}

@test "drafts and notes are not counted, and each rule is by itself" {
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

@test "a limit of 0 never asks, also of what waits already" {
    configure
    start_agent
    mails 13
    all_held 3
    sed -i 's/ask_above = 10/ask_above = 0/' "$config"
    kill -HUP "$agent_pid"
    wait_until jobs_are 'done' 13
    sent_are 13
}

@test "the queue is lost: nothing more leaves without a person" {
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

@test "killed again and again while they go: exactly as many leave as may" {
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

@test "--once ends with 1 and says what is held" {
    configure
    mails 12
    run_once
    [ "$agent_code" = 1 ]
    log_says '2 emails of rule statements wait for you'
    sent_are 10
}

@test "upload asks the same queue: refused above the limit without --yes, and where there is no queue" {
    configure
    echo 1 >one.txt
    ! closedrop upload --rule statements one.txt 2>upload.log
    grep -q 'the queue that counts those cannot be asked' upload.log
    mails 10
    run_once
    [ "$agent_code" = 0 ]
    ! closedrop upload --rule statements one.txt 2>upload.log
    grep -q 'limits.ask_above); --yes sends it all the same' upload.log
    sent_are 10
    closedrop upload --rule statements --yes one.txt
    sent_are 11
}

# ---- limits.sends: the pace ----

set_time() { # SHIFT: e.g. +61m; time has passed, for all its clocks
    echo "$1" >clock.new
    mv clock.new clock
}

start_in_time() {
    [ -e clock ] || set_time +0
    env LD_PRELOAD="$faketime" FAKETIME_TIMESTAMP_FILE="$PWD/clock" FAKETIME_NO_CACHE=1 NO_FAKE_STAT=1 ${wall_only:+FAKETIME_DONT_FAKE_MONOTONIC=1} \
        ASAN_OPTIONS=verify_asan_link_order=0 "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" >>agent.log 2>&1 3>&- &
    agent_pid=$!
    wait_until agent_is_up
}

paced_are() { # NUMBER: so many wait for their turn, and nothing else is under way
    [ "$(closedrop list --json | jq -s '[.[] | select(.state == "uploaded" and .error.code == "paced")] | length')" = "$1" ] &&
        jobs_are queued 0 && jobs_are uploading 0 && jobs_are attaching 0
}

@test "so many an hour of one sender, the oldest first; the rest goes by itself" {
    limits='ask_above = 0; sends = { per_hour = 5; };'
    configure
    start_in_time
    mails 5 a
    wait_until jobs_are 'done' 5
    mails 5 b
    wait_until paced_are 5
    mails 4 c
    wait_until paced_are 9
    sent_are 5
    [ "$(closedrop status --json | jq -c .held)" = '[]' ]
    set_time +30m
    mails 1 d
    wait_until paced_are 10
    set_time +61m
    wait_until jobs_are 'done' 10
    wait_until paced_are 5
    [ "$(activities '[.[5:10][].body.subject | .[0:1]] | unique')" = '["b"]' ]
    set_time +122m
    wait_until jobs_are 'done' 15
    sent_are 15
}

@test "so many a day, and a pause between two" {
    limits='ask_above = 0; sends = { per_day = 3; gap = "10m"; };'
    configure
    start_in_time
    mails 5
    wait_until paced_are 4
    set_time +9m
    mails 1 another
    wait_until paced_are 5
    set_time +11m
    wait_until jobs_are 'done' 2
    set_time +22m
    wait_until jobs_are 'done' 3
    set_time +23h
    mails 1 third
    wait_until paced_are 4
    set_time +1438m
    wait_until paced_are 4
    set_time +1441m
    wait_until jobs_are 'done' 4
    sent_are 4
}

@test "a group waits for its turn, and goes, as one" {
    limits='ask_above = 0; sends = { per_hour = 2; };'
    configure 'group = { by = "{stem}"; wait = "300ms"; };'
    start_in_time
    mkdir drop
    for i in 1 2 3; do
        mkdir "drop/d$i"
        for name in a b c d e; do echo "$i$name" >"drop/d$i/$name.txt"; done
    done
    mv drop/* in/
    wait_until paced_are 9
    closedrop list --json | jq -rs '[.[] | select(.error.code == "paced") | .path][0]' >gone
    rm "in/$(cat gone)"
    wait_until paced_are 8
    set_time +61m
    wait_until activities_are 4
    set_time +122m
    wait_until jobs_are 'done' 14
    [ "$(activities '[length, ([.[].attachments | length] | sort)]')" = '[5,[2,3,3,3,3]]' ]
}

@test "each sender has a pace of its own, over all rules" {
    limits='ask_above = 0; sends = { per_hour = 2; };'
    more="rules = ( $(mail_rule one '^a'), $(mail_rule two '^b'), $(sender=ceo@example.com mail_rule three '^c') );"
    write_config 'rules = [ "one", "two", "three" ];'
    start_in_time
    mails 3 a
    mails 3 b
    mails 3 c
    wait_until paced_are 5
    [ "$(activities '[.[].body.sender] | sort')" = '["billing@example.com","billing@example.com","ceo@example.com","ceo@example.com"]' ]
    set_time +61m
    wait_until paced_are 2
    set_time +122m
    wait_until jobs_are 'done' 9
    sent_are 9
}

@test "released, the pace still holds; deleted or recalled while they wait for their turn, they are not sent" {
    limits='ask_above = 3; sends = { per_hour = 5; };'
    configure
    start_in_time
    mails 12
    all_held 9
    closedrop release statements
    wait_until paced_are 7
    sent_are 5
    closedrop list --json | jq -rs '.[] | select(.error.code == "paced") | .path' >paced
    rm "in/$(sed -n 1p paced)" "in/$(sed -n 2p paced)"
    wait_until paced_are 5
    id=$(closedrop list --json | jq -s '[.[] | select(.error.code == "paced") | .id][0]')
    ! closedrop release "$id" 2>refused
    grep -q 'does not wait for release' refused
    closedrop recall "$id"
    wait_until paced_are 4
    set_time +61m
    wait_until jobs_are 'done' 9
    sent_are 9
}

@test "the clock is set while it runs, or while it does not: no window holds more for that" {
    limits='ask_above = 10; sends = { per_hour = 3; };'
    wall_only=1
    configure
    start_in_time
    mails 6
    wait_until paced_are 3
    for shift in +2h -1d +1d +0; do
        set_time "$shift"
        mails 1 "running$shift"
        wait_until paced_are "$(find in -maxdepth 1 -name '*.txt' | wc -l)"
        sent_are 3
        stop_agent
        for away in +3h -2d "$shift"; do
            set_time "$away"
            start_in_time
            mails 1 "away$shift$away"
            wait_until paced_are "$(find in -maxdepth 1 -name '*.txt' | wc -l)"
            sent_are 3
            [ "$away" = "$shift" ] || stop_agent
        done
    done
}

@test "killed again and again on the way: no hour holds more, and each is sent once" {
    limits='ask_above = 0; doubt = "200ms"; sends = { per_hour = 5; };'
    configure
    mails 15
    for hour in 0 1 2; do
        set_time "+$((hour * 61))m"
        for i in $(seq 8); do
            start_in_time
            sleep "0.$((RANDOM % 10))" # the moment of the kill is the case
            kill_agent
        done
        start_in_time
        wait_until jobs_are 'done' $((5 * hour + 5))
        wait_until paced_are $((10 - 5 * hour))
        kill_agent
        sent_are $((5 * hour + 5))
    done
}

@test "upload does not go faster than limits.sends either" {
    limits='ask_above = 0; sends = { per_hour = 1; };'
    configure
    mails 1
    run_once
    echo 1 >one.txt
    ! closedrop upload --yes --rule statements one.txt 2>upload.log
    grep -q 'its sender may send again at .* (limits.sends)' upload.log
    sent_are 1
}

# FILES=5000 ASK=100 HOUR=20 DAY=200 STEP=61 is the whole of it, and takes half an hour
no_window_holds_more() { # SECONDS NUMBER SKIP: of what Close has, by its clock, but the first SKIP
    activities '[.[].at]' | python3 -c '
import datetime, json, sys
window, most, skip = map(int, sys.argv[1:])
at = sorted(datetime.datetime.fromisoformat(one.replace("Z", "+00:00")) for one in json.load(sys.stdin))[skip:]
more = [(str(a), str(b)) for a, b in zip(at, at[most:]) if (b - a).total_seconds() < window]
print(*more, sep="\n", file=sys.stderr)
sys.exit(bool(more))' "$@"
}

@test "old statements dragged in at once: a few leave, and once released the rest at its pace, killed on the way" {
    local files=${FILES:-40} ask=${ASK:-5} hour=${HOUR:-5} day=${DAY:-15} minutes=0
    WAIT_MOST=900
    limits="ask_above = $ask; doubt = \"200ms\";"
    stop_sandbox
    set_time +0
    LD_PRELOAD="$faketime" FAKETIME_TIMESTAMP_FILE="$PWD/clock" FAKETIME_NO_CACHE=1 ASAN_OPTIONS=verify_asan_link_order=0 start_sandbox
    seed_lead
    configure
    start_in_time
    mails "$files"
    wait_until held_are $((files - ask))
    sent_are "$ask"
    sed -i "s/ask_above = $ask;/ask_above = $ask; sends = { per_hour = $hour; per_day = $day; };/" "$config"
    kill -HUP "$agent_pid"
    wait_until log_says 'reloaded'
    closedrop release statements
    until [ "$(count_jobs 'done')" = "$files" ]; do
        [ $minutes -lt $((60 * 24 * (files / day + 3))) ]
        minutes=$((minutes + ${STEP:-240}))
        set_time "+${minutes}m"
        [ -n "$agent_pid" ] || start_in_time
        sleep 1 # as long as it lives
        kill_agent
    done
    sent_are "$files"
    no_window_holds_more 3600 "$hour" "$ask"
    no_window_holds_more 86400 "$day" "$ask"
}

@test "check says of each rule that sends what the guard will do" {
    configure
    closedrop check | grep -qxF 'note: the rule "statements" really sends email: at most 10 an hour leave without you; set limits.ask_above to your largest run'
    limits='ask_above = 0; sends = { per_hour = 20; per_day = 200; gap = "30s"; };'
    configure
    closedrop check | grep -qxF 'note: the rule "statements" really sends email: any number leaves without you (limits.ask_above is 0); of one sender 20 an hour and 200 a day, at least 30 s apart (limits.sends), the rest goes by itself'
    limits='ask_above = -1; sends = { per_hour = 20; hourly = 3; gap = 5; };'
    configure
    ! closedrop check 2>problems
    cat problems
    grep -q 'limits.ask_above: ' problems
    grep -q 'limits.sends.hourly: unknown key' problems
    grep -q 'limits.sends.gap: ' problems
}

# ---- what was tried against it ----

another_goes() { # FILE: one that no rule takes has gone its way; what came before it was seen
    echo "$1" >"in/$1"
    wait_until find_gives 1 in/Uploaded -name "$1"
}

@test "renamed while it waits and nothing is sent: the agent lives, and status and log name no other rule" {
    configure
    start_agent
    mails 12
    wait_until held_are 2
    closedrop pause
    mv "in/$(closedrop list --held --json | jq -rs '.[0].path')" in/another.txt
    wait_until held_are 1
    wait_until log_says '1 email of rule statements waits for you'
    [ "$(closedrop status | grep -c HELD)" = 1 ]
    closedrop resume
    wait_until held_are 2
}

@test "what was recalled is not sent by a later release of its rule, and what came with it is recalled as it comes" {
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

@test "released, put off by Close, then deleted: not sent" {
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

@test "paced while its rule is gone, and deleted meanwhile: not sent when the rule is back" {
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
    set_time +61m
    more=$keep
    write_config "$rules"
    kill -HUP "$agent_pid"
    wait_until jobs_are uploaded 0
    sent_are 2
}

@test "paced for longer than an upload lasts while S3 is down, and recalled: not sent when S3 is back" {
    limits='ask_above = 0; sends = { per_hour = 2; };'
    configure
    start_in_time
    mails 6
    wait_until paced_are 4
    fault '[{"on":"s3","times":0,"do":{"status":503,"code":"SlowDown"}}]'
    set_time +21h
    wait_until log_says 'uploads do not get through'
    closedrop recall statements
    no_faults
    set_time +23h
    wait_until jobs_are failed 4
    sent_are 2
}

@test "another rule's release or recall says nothing of what is renamed into it later" {
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

@test "a file that comes later for a group that waits for its turn makes a second email, and holds up nobody" {
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
    set_time +61m
    wait_until activities_are 2
    [ "$(activities '.[1].attachments | length')" = 1 ]
    set_time +122m
    wait_until activities_are 3
    no_faults
    set_time +183m
    wait_until activities_are 4
}

@test "one sender, spelled in other ways, is one sender" {
    limits='ask_above = 0; sends = { per_hour = 2; };'
    more="rules = ( $(mail_rule a '^a'), $(sender=Billing@Example.com mail_rule b '^b'), $(sender='Billing <billing@example.com>' mail_rule c '^c') );"
    write_config 'rules = [ "a", "b", "c" ];'
    start_agent
    for kind in a b c; do mails 3 $kind; done
    wait_until paced_are 7
    sent_are 2
}

@test "the gap begins when the email before has been created" {
    limits='ask_above = 0; sends = { gap = "3s"; };'
    configure
    start_agent
    fault '[{"on":"email","do":{"delay":"4s"}}]'
    mails 2
    wait_until jobs_are 'done' 2
    [ "$(activities '[.[].at | sub("\\.[0-9]+Z"; "Z") | fromdate] | sort | .[1] - .[0] >= 2')" = true ]
}

@test "a directory that cannot be read for a while is no reason to drop what waits in it" {
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
