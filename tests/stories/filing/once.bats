#!/usr/bin/env bats
# Exactly once: whatever happens to the answer to a POST, there are as many activities as there are jobs. Each fault is
# applied to RUNS files (20 unless set; the measurements were made with 200).

load ../../support/story

RUNS=${RUNS:-20}
# a Close that does not answer is asked one request at a time
export once_s=$((120 + 2 * RUNS))

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A","name":"A"},{"id":"lead_B","name":"B"}]}'
    timeout=1500ms
    limits='transfers = 64; doubt = "600ms"; max_attempts = 20;'
    email='email = { status = "draft"; subject = "{stem}"; };'
    use_rule "$email"
}
teardown() { story_teardown; }

use_rule() { # ACTIVITY
    more="rules = ( { name = \"r\"; match = { path = \"^(?<l>[AB])\"; }; lead_id = \"lead_{l}\"; $1 } );"
    write_config 'rules = [ "r" ];'
}

drop() { # NUMBER: half of them for each lead
    local i lead
    for ((i = 0; i < $1; i++)); do
        lead=A
        [ $((i % 2)) = 0 ] || lead=B
        echo "document $i" >"in/$lead$i.txt"
    done
}

each_once() { # NUMBER: that many activities, each file in exactly one
    activities_are "$1"
    [ "$(activities '[.[].attachments[].filename] | unique | length')" = "$1" ]
    jobs_are done "$1"
    [ "$(activities '[.[] | select(.lead_id[5:] != .attachments[0].filename[:1])] | length')" = 0 ]
    # what the queue says was created is what was created
    [ "$(closedrop list --json | jq -r .activity_id | sort)" = "$(activities '.[].id' | tr -d '"' | sort)" ]
}

suffers() { # FAULT [ACTIVITY-ENDPOINT]
    fault '[{"on":"'"${2:-email}"'","do":'"$1"',"times":'"$RUNS"'}]'
    drop "$RUNS"
    run_once
    [ "$agent_code" = 0 ]
    each_once "$RUNS"
}

@test "the connection is reset before Close acts" { suffers '"reset-before"'; }
@test "the connection is reset after Close acted" { suffers '"reset-after"'; }
@test "the answer does not come in time" { suffers '"hang-after"'; }
@test "Close acts, and answers 500" { suffers '{"status":500,"after":true}'; }
@test "Close acts, and its 200 is garbage" { suffers '"garbage"'; }
@test "the answer breaks off" { suffers '"truncated"'; }
@test "Close acts late, after the connection broke" { suffers '{"late":"400ms"}'; }
@test "Close answers 502 and acts late" { suffers '{"late":"400ms","status":502}'; }
@test "Close answers 500 and does nothing" { suffers '{"status":500}'; }
@test "nobody answers at all" { suffers '"hang"'; }

@test "notes: reset after Close acted" {
    use_rule 'note = { text = "{stem}"; };'
    suffers '"reset-after"' note
}

@test "lead files: reset after Close acted" {
    use_rule 'lead_file = {};'
    suffers '"reset-after"' leadfile
}

@test "a group: reset after Close acted, and 500 without" {
    use_rule "group = { by = \"{l}\"; wait = \"300ms\"; }; $email"
    fault '[{"on":"email","do":"reset-after"},{"on":"email","do":{"status":500}}]'
    drop 10
    run_once
    [ "$agent_code" = 0 ]
    activities_are 2
    [ "$(activities '[.[].attachments | length]')" = '[5,5]' ]
    jobs_are done 10
}

@test "a group: max_attempts bounds its POSTs, and it fails as a whole" {
    limits='doubt = "100ms"; max_attempts = 3;'
    use_rule "group = { by = \"{l}\"; wait = \"300ms\"; }; $email"
    fault '[{"on":"email","do":{"status":500},"times":0}]'
    for i in 1 2 3 4; do echo "document $i" >"in/A$i.txt"; done
    run_once
    jobs_are failed 4
    [ "$(counts .requests.email)" -le 3 ]
    activities_are 0
    grep -q 'was not created (gave up after 3 attempts)' in/Failed/A4.txt.error.txt
    no_faults
    closedrop retry --all
    run_once
    jobs_are done 4
    activities_are 1
}

@test "if the verification itself fails, nothing is posted" {
    fault '[{"on":"email","do":"reset-after","times":1},{"on":"emails","do":{"status":500},"times":0},{"on":"lead","skip":1,"do":{"status":500},"times":0}]'
    drop 1
    start_agent
    wait_until log_says "checking in"
    wait_until requests_reach lead 4
    [ "$(counts .requests.email)" = 1 ]
    jobs_are attaching 1
    no_faults
    wait_until jobs_are done 1
    [ "$(counts .requests.email)" = 1 ]
    each_once 1
}

@test "of two that were created, the oldest counts, and no third is posted" {
    local url
    fault '[{"on":"email","do":"reset-after","times":1}]'
    drop 1
    start_agent
    wait_until log_says "checking in"
    kill_agent
    url=$(sqlite3 state/queue.db 'SELECT download_url FROM job')
    curl -skf -u api_sandbox.secret: -H 'Content-Type: application/json' "${api}activity/email/" -d "{\"lead_id\":\"lead_A\",
        \"status\":\"draft\",\"attachments\":[{\"url\":\"$url\",\"filename\":\"A0.txt\",\"content_type\":\"text/plain\",\"size\":11}]}" >/dev/null
    run_once
    jobs_are done 1
    activities_are 2
    [ "$(closedrop list --json | jq -c .activity_id)" = "$(activities 'min_by(.date_created) | .id')" ]
}

@test "an outcome that stays unclear fails and says so, and a retry verifies before it posts" {
    limits='doubt = "100ms"; max_attempts = 2;'
    use_rule "$email"
    # Close is there, but will not show what the lead has
    fault '[{"on":"email","do":"reset-after","times":1},{"on":"emails","do":{"status":400,"body":"{\"error\":\"no\"}"},"times":0}]'
    drop 1
    start_agent
    wait_until jobs_are failed 1
    wait_until test -f in/Failed/A0.txt.error.txt
    closedrop list --json | jq -e '.error.code == "unclear"'
    grep -q '^- If it is there, delete A0.txt and this message' in/Failed/A0.txt.error.txt
    activities_are 1
    no_faults
    closedrop retry 1
    wait_until jobs_are done 1
    each_once 1
    [ "$(counts .requests.email)" = 1 ]
    wait_until test -f "in/Uploaded/$(date +%Y-%m)/A0.txt"
    [ ! -e in/Failed/A0.txt.error.txt ]
}

@test "the lead is merged between the POST and its verification" {
    limits='doubt = "2s";'
    use_rule "$email"
    fault '[{"on":"email","do":"reset-after"}]'
    drop 1
    start_agent
    wait_until log_says "checking in"
    curl -sf -X POST -d '{"source":"lead_A","destination":"lead_B"}' "${admin}merge"
    wait_until jobs_are done 1
    activities_are 1
}

@test "a kept connection that dies during the POST is not used twice" {
    # libcurl by itself repeats a POST on a reused connection, but not one whose body it cannot rewind
    fault '[{"on":"email","do":"reset-after","every":2,"times":0}]'
    limits='transfers = 1; doubt = "200ms";'
    use_rule "$email"
    drop 8
    run_once
    each_once 8
}

@test "kill -9 while the POST is in progress" {
    settings '{"latency":"300ms"}'
    limits='doubt = "500ms";'
    use_rule "$email"
    drop 4
    start_agent
    wait_until requests_reach email 1
    kill_agent
    settings '{"latency":"0"}'
    start_agent
    wait_until jobs_are done 4
    each_once 4
}

@test "yesterday's upload is repeated before it is attached" {
    start_agent
    fault '[{"on":"email","do":{"status":429,"headers":{"Retry-After":"3600"}}}]'
    drop 1
    wait_until log_says 'job 1 waits'
    stop_agent
    sqlite3 state/queue.db 'UPDATE job SET uploaded_ms = uploaded_ms - 21 * 3600000, due_ms = 0, checksum = 0'
    start_agent
    wait_until jobs_are done 1
    [ "$(uploads)" = 2 ]
    activities_are 1
    history_says 1 'expired'
}

@test "yesterday's upload whose file is gone fails and says so; a younger one is filed without its file" {
    local lead count=0
    for lead in A B; do # one run each: the 429 holds back all other files of its run
        start_agent
        fault '[{"on":"email","do":{"status":429,"headers":{"Retry-After":"3600"}}}]'
        echo "document of $lead" >"in/$lead.txt"
        wait_until jobs_are uploaded $((++count))
        wait_until log_says "job $count waits"
        stop_agent
    done
    sqlite3 state/queue.db 'UPDATE job SET due_ms = 0; UPDATE job SET uploaded_ms = uploaded_ms - 21 * 3600000, checksum = 0 WHERE id = 1'
    rm in/*.txt
    start_agent
    wait_until jobs_are failed 1
    wait_until jobs_are done 1
    closedrop show 1 --json | jq -e '.error.code == "gone"'
    activities_are 1
}
