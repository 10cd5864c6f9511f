#!/usr/bin/env bats
# limits.sends: what would be sent too fast waits for its turn, oldest first, whatever happens to the agent and the clock.

load ../../support/story
load ../../support/clock
load ../../support/guard

@test "only so many emails per hour and sender, oldest first; the rest is sent by itself" {
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
    set_clock +30m
    mails 1 d
    wait_until paced_are 10
    set_clock +61m
    wait_until jobs_are 'done' 10
    wait_until paced_are 5
    [ "$(activities '[.[5:10][].body.subject | .[0:1]] | unique')" = '["b"]' ]
    set_clock +122m
    wait_until jobs_are 'done' 15
    sent_are 15
}

@test "only so many emails per day, and a pause between two" {
    limits='ask_above = 0; sends = { per_day = 3; gap = "10m"; };'
    configure
    start_in_time
    mails 5
    wait_until paced_are 4
    set_clock +9m
    mails 1 another
    wait_until paced_are 5
    set_clock +11m
    wait_until jobs_are 'done' 2
    set_clock +22m
    wait_until jobs_are 'done' 3
    set_clock +23h
    mails 1 third
    wait_until paced_are 4
    set_clock +1438m
    wait_until paced_are 4
    set_clock +1441m
    wait_until jobs_are 'done' 4
    sent_are 4
}

@test "a group waits for its turn, and is sent, as one" {
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
    set_clock +61m
    wait_until activities_are 4
    set_clock +122m
    wait_until jobs_are 'done' 14
    [ "$(activities '[length, ([.[].attachments | length] | sort)]')" = '[5,[2,3,3,3,3]]' ]
}

@test "each sender has a pace of its own, across all rules" {
    limits='ask_above = 0; sends = { per_hour = 2; };'
    more="rules = ( $(mail_rule one '^a'), $(mail_rule two '^b'), $(sender=ceo@example.com mail_rule three '^c') );"
    write_config 'rules = [ "one", "two", "three" ];'
    start_in_time
    mails 3 a
    mails 3 b
    mails 3 c
    wait_until paced_are 5
    [ "$(activities '[.[].body.sender] | sort')" = '["billing@example.com","billing@example.com","ceo@example.com","ceo@example.com"]' ]
    set_clock +61m
    wait_until paced_are 2
    set_clock +122m
    wait_until jobs_are 'done' 9
    sent_are 9
}

@test "the pace still applies after a release; emails deleted or recalled while they wait for their turn are not sent" {
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
    grep -q 'is not waiting for release' refused
    closedrop recall "$id"
    wait_until paced_are 4
    set_clock +61m
    wait_until jobs_are 'done' 9
    sent_are 9
}

@test "the clock is set while the agent runs, or while it does not: no window contains more because of that" {
    limits='ask_above = 10; sends = { per_hour = 3; };'
    wall_only=yes
    configure
    start_in_time
    mails 6
    wait_until paced_are 3
    for shift in +2h -1d +1d +0; do
        set_clock "$shift"
        mails 1 "running$shift"
        wait_until paced_are "$(find in -maxdepth 1 -name '*.txt' | wc -l)"
        sent_are 3
        stop_agent
        for away in +3h -2d "$shift"; do
            set_clock "$away"
            start_in_time
            mails 1 "away$shift$away"
            wait_until paced_are "$(find in -maxdepth 1 -name '*.txt' | wc -l)"
            sent_are 3
            [ "$away" = "$shift" ] || stop_agent
        done
    done
}

@test "killed again and again on the way: no hour contains more, and each is sent once" {
    limits='ask_above = 0; doubt = "200ms"; sends = { per_hour = 5; };'
    configure
    mails 15
    for hour in 0 1 2; do
        set_clock "+$((hour * 61))m"
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

@test "upload does not send faster than limits.sends either" {
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

start_sandbox_in_time() {
    # shellcheck disable=SC2046
    local -x $(clock_variables)
    start_sandbox
}

@test "old statements dragged in at once: a few are sent, and after a release the rest at its pace, killed on the way" {
    local files=${FILES:-40} ask=${ASK:-5} hour=${HOUR:-5} day=${DAY:-15} minutes=0
    WAIT_MAX=900
    limits="ask_above = $ask; doubt = \"200ms\";"
    stop_sandbox
    start_sandbox_in_time
    seed_lead
    configure
    start_in_time
    mails "$files"
    wait_until held_are $((files - ask))
    sent_are "$ask"
    set_config limits.sends="{ per_hour = $hour; per_day = $day; }"
    kill -HUP "$agent_pid"
    wait_until log_says 'reloaded'
    closedrop release statements
    until [ "$(count_jobs 'done')" = "$files" ]; do
        [ $minutes -lt $((60 * 24 * (files / day + 3))) ]
        minutes=$((minutes + ${STEP:-240}))
        set_clock "+${minutes}m"
        [ -n "$agent_pid" ] || start_in_time
        sleep 1 # as long as it lives
        kill_agent
    done
    sent_are "$files"
    no_window_holds_more 3600 "$hour" "$ask"
    no_window_holds_more 86400 "$day" "$ask"
}
