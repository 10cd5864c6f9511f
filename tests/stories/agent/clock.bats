#!/usr/bin/env bats
# The wall clock is wrong, or is set while the agent runs or is stopped: waiting files neither stall nor all start at once,
# and nothing is filed twice. libfaketime provides the agent's clock, from a file.

load ../../support/story
load ../../support/clock
WAIT_MAX=20 wall_only=yes

setup() {
    story_setup
    need_clock
    uploaded=in/Uploaded
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    limits='doubt = "400ms";'
    use_rule "$email"
}
teardown() { story_teardown; }

email='email = { subject = "{stem}"; };' note='note = { text = "{stem}"; };' lead_file='lead_file = { };'

use_rule() { # ACTIVITY; what must be tried again is tried after an hour
    more="rules = ( { name = \"r\"; lead_id = \"lead_A\"; $1 } );"
    write_config 'rules = [ "r" ]; archive = "Uploaded";'
    set_config limits.retry_first=1h limits.retry_max=1h
}

# One that waits for its retry in an hour: Close refused it once, which was its own fault.
one_waits() {
    fault '[{"on":"upload","do":{"status":500}}]'
    echo waits >in/waits.txt
    wait_until history_says 1 'Close answered 500'
    wait_until job_is 1 queued
}

another_goes() { # NAME: the agent is at work, and has had its turns
    echo "$1" >"in/$1.txt"
    wait_until test -f "$uploaded/$1.txt"
}

due_in() { # HOURS: from the agent's now, about
    closedrop show 1 --json | jq -e --arg now "$(with_clock date +%s)" --argjson hours "$1" \
        '(.next_attempt_at | sub("\\.[0-9]+Z$"; "Z") | fromdate) - ($now | tonumber) | . > $hours * 3600 - 3000 and . <= $hours * 3600 + 60' >/dev/null
}

@test "set forward and back while it runs: what waits, waits exactly as long as intended" {
    local shift
    start_in_time
    one_waits
    for shift in +1h -1h +10y +0; do
        set_clock "$shift"
        another_goes "x$shift"
        due_in 1
        job_is 1 queued
    done
    log_says 'the clock jumped forward by'
    log_says 'the clock jumped backward by'
    closedrop show 1 --json | jq -en 'input | .attempts == 1' >/dev/null
}

@test "set back while the agent was stopped: what waits, waits no longer" {
    set_clock +3d
    start_in_time
    one_waits
    stop_agent
    set_clock +0
    start_in_time
    another_goes x
    due_in 1
}

@test "started in 1970, and corrected later: everything arrives, once" {
    set_clock '1970-01-01 00:01:00'
    start_in_time
    another_goes a
    set_clock +0
    another_goes b
    activities_are 2
}

@test "settle does not depend on the wall clock" {
    start_in_time
    echo hello >in/a.txt
    set_clock -1h
    wait_until test -f "$uploaded/a.txt"
    touch -d '2040-01-01' in/b.part
    mv in/b.part in/b.txt
    echo another >>in/b.txt
    wait_until test -f "$uploaded/b.txt"
}

@test "posted with a clock ten years ahead, and verified once it is right: one activity" {
    set_clock +10y
    fault '[{"on":"email","do":"hang-after"}]'
    start_in_time
    echo hello >in/a.txt
    wait_until activities_are 1
    kill_agent
    set_clock +0
    start_in_time
    wait_until jobs_are done 1
    activities_are 1
}

# One POST whose answer is lost, with the clock at one shift when it is made and at another when it is verified.
one_answer_is_lost() { # ACTIVITY SHIFT SHIFT-AT-THE-LOOK
    use_rule "$1"
    set_clock "$2"
    fault '[{"on":"email","do":"reset-after"},{"on":"note","do":"reset-after"},{"on":"leadfile","do":"reset-after"}]'
    start_in_time
    echo hello >in/a.txt
    wait_until log_says 'checking in'
    set_clock "$3"
    wait_until jobs_are done 1
    activities_are 1
    history_says 1 'it is unknown whether the activity was created'
}

@test "two days ahead, and one answer is lost: one email" { one_answer_is_lost "$email" +2d +2d; }
@test "two days behind, and one answer is lost: one email" { one_answer_is_lost "$email" -2d -2d; }
@test "twenty hours ahead, and one answer is lost: one email" { one_answer_is_lost "$email" +20h +20h; }
@test "ten years ahead, and one answer is lost: one note" { one_answer_is_lost "$note" +10y +10y; }
@test "in 1971, and one answer is lost: one email" { one_answer_is_lost "$email" -20400d -20400d; }
@test "two days ahead, and one answer is lost: one lead file" { one_answer_is_lost "$lead_file" +2d +2d; }
@test "two days behind, and one answer is lost: one lead file" { one_answer_is_lost "$lead_file" -2d -2d; }
@test "set back by days between the POST and its verification: one email" { one_answer_is_lost "$email" +0 -3d; }
@test "set forward by days between the POST and its verification: one email" { one_answer_is_lost "$email" +0 +3d; }
@test "two days ahead, and set back by half a day before the verification: one email" { one_answer_is_lost "$email" +2d +36h; }
@test "two days ahead, and corrected before the verification: one lead file" { one_answer_is_lost "$lead_file" +2d +0; }

@test "two days ahead, posted after a restart, before Close has sent its time, and the answer is lost: one email" {
    use_rule "group = { by = \"all\"; wait = \"2s\"; }; $email"
    set_clock +2d
    start_in_time
    echo hello >in/a.txt
    wait_until job_is 1 uploaded
    stop_agent
    fault '[{"on":"email","do":"reset-after"}]'
    start_in_time
    wait_until log_says 'checking in'
    wait_until jobs_are done 1
    activities_are 1
    [ "$(counts .requests.upload)" = 1 ]
}

@test "upload --rule with a clock two days ahead or behind, and the answer is lost: one email each" {
    local shift count=0
    set_config limits.doubt=200ms limits.retry_first=100ms limits.retry_max=100ms
    echo hello >a.txt
    for shift in +2d -2d; do
        set_clock "$shift"
        fault '[{"on":"email","do":"reset-after"}]'
        with_clock "$CLOSEDROP_BIN_DIR/closedrop" upload -c "$config" --rule r a.txt
        count=$((count + 1))
        activities_are "$count"
    done
}

@test "a date in Retry-After is relative to the date of the answer" {
    local start=$SECONDS
    set_clock -2d
    fault "[{\"on\":\"upload\",\"do\":{\"status\":429,\"headers\":{\"Retry-After\":\"$(date -u -d '+2 seconds' '+%a, %d %b %Y %H:%M:%S GMT')\"}}}]"
    start_in_time
    echo hello >in/a.txt
    wait_until jobs_are done 1
    [ $((SECONDS - start)) -lt 20 ]
}
