#!/usr/bin/env bats
# A batch export: many statements, many customers, one email for each customer.

load ../../support/story

setup() {
    story_setup
    limits='ask_above = 0;' # hundreds of emails leave here
}
teardown() { story_teardown; }

customers() { # NUMBER: as many leads, each with one contact, and a table of them
    python3 - "$1" <<'PY' >seed.json
import json, sys
print(json.dumps({"leads": [{"id": f"lead_C{i}", "name": f"Customer {i}", "contacts": [
    {"id": f"cont_C{i}", "name": f"Boss {i}", "emails": [f"boss{i}@example.com"]}]} for i in range(int(sys.argv[1]))]}))
PY
    curl -skf -X POST -d @seed.json "${admin}seed" >/dev/null
    {
        echo key,lead_id,contact_id
        for ((i = 0; i < $1; i++)); do echo "$((10000 + i)),lead_C$i,cont_C$i"; done
    } >customers.csv
}

statements() { # FIRST LAST MONTH [DIRECTORY]: a real PDF for each customer, no two alike
    [ -e one.pdf ] || pdf one.pdf "Statement of account"
    local i
    for ((i = $1; i <= $2; i++)); do
        { cat one.pdf && echo "% $i $3"; } >"${4:-in}/statement-$((10000 + i))-$3.pdf"
    done
}

rule() { # [GROUP]
    more='rules = ( { name = "statements"; match = { path = "statement-(?<customer>[0-9]+)-"; };
        table = { file = "customers.csv"; key = "{customer}"; }; '"${1:-}"'
        email = { status = "outbox"; sender = "billing@example.com"; to = [ "{contact.email}" ]; subject = "Your statement"; }; } );'
    write_config 'rules = [ "statements" ]; no_match = "fail";'
}

export_500() { # 400 customers, 80 of them with two statements; 20 of customers nobody knows
    mkdir -p export
    statements 0 399 2026-10 export
    statements 0 79 2026-11 export
    statements 900 919 2026-10 export
    mv export/* in/
}

each_on_its_lead() { # every attachment is on the lead of the customer in its name
    [ "$(activities '[.[] | .lead_id as $l | .attachments[] | select("lead_C" + (.filename[10:15] | tonumber - 10000 | tostring) != $l)]')" = '[]' ]
    [ "$(activities '[.[].attachments[].filename] | [length, (unique | length)]')" = '[480,480]' ]
}

twenty_failed() {
    jobs_are failed 20
    wait_until find_gives 20 in/Failed -name 'statement-109*.pdf.error.txt'
    grep -q '10905' in/Failed/statement-10905-2026-10.pdf.error.txt
    grep -q 'customers.csv' in/Failed/statement-10905-2026-10.pdf.error.txt
}

@test "500 statements, grouped: 400 emails with 480 attachments, 20 failed" {
    customers 400
    rule 'group = { by = "{customer}"; wait = "2s"; };'
    export_500
    run_once
    [ "$agent_code" = 1 ]
    activities_are 400
    each_on_its_lead
    [ "$(activities '[.[] | select(.attachments | length == 2)] | length')" = 80 ]
    twenty_failed
    jobs_are done 480
}

@test "500 statements, each alone: 480 emails" {
    customers 400
    rule
    export_500
    run_once
    activities_are 480
    each_on_its_lead
    twenty_failed
}

@test "with one slot, the group still waits for all files that are there" {
    limits='transfers = 1;'
    customers 20
    rule 'group = { by = "{customer}"; wait = "300ms"; };'
    for month in 01 02 03 04 05; do statements 0 19 $month; done
    run_once
    activities_are 20
    [ "$(activities '[.[].attachments | length] | unique')" = '[5]' ]
    [ "$(activities '[.[].attachments | map(.filename) | . == sort] | unique')" = '[true]' ]
}

@test "a late file gets a second email" {
    customers 1
    rule 'group = { by = "{customer}"; wait = "300ms"; };'
    start_agent
    statements 0 0 01
    wait_until jobs_are done 1
    statements 0 0 02
    wait_until jobs_are done 2
    activities_are 2
}

@test "the group waits for its newest file, across a restart and a reload" {
    customers 1
    rule 'group = { by = "{customer}"; wait = "10s"; };' # longer than a busy machine takes to start
    start_agent
    statements 0 0 01
    wait_until jobs_are uploaded 1
    kill_agent
    start_agent
    statements 0 0 02
    wait_until jobs_are uploaded 2
    kill -HUP "$agent_pid"
    wait_until jobs_are done 2
    activities_are 1
}

@test "a file that fails goes alone, and the group waits for it no longer than group.wait" {
    limits='max_attempts = 1000;'
    customers 1
    rule 'group = { by = "{customer}"; wait = "500ms"; };'
    fault '[{"on":"s3","match":"-02.pdf","do":{"status":400,"code":"IncompleteBody"},"times":0}]'
    start_agent
    statements 0 0 01
    statements 0 0 02
    wait_until jobs_are done 1
    activities_are 1
    no_faults
    wait_until jobs_are done 2
    activities_are 2
}

@test "above the limit, the whole group fails" {
    limits='max_sent = "5K";'
    customers 2
    rule 'group = { by = "{customer}"; wait = "300ms"; };'
    for month in 01 02 03 04; do statements 0 0 $month; done
    statements 1 1 01
    run_once
    activities_are 1
    jobs_are failed 4
    grep -q 'Reason: 4 files belong together and are too large: .* KB; at most 5 KB can be sent at once' in/Failed/statement-10000-03.pdf.error.txt
}

@test "if Close refuses it, the whole group fails, with Close's words" {
    customers 1
    rule 'group = { by = "{customer}"; wait = "300ms"; };'
    fault '[{"on":"email","do":{"status":400,"body":"{\"errors\":[\"no such thing\"]}"}}]'
    for month in 01 02 03; do statements 0 0 $month; done
    run_once
    jobs_are failed 3
    activities_are 0
    for month in 01 02 03; do grep -q 'no such thing' "in/Failed/statement-10000-$month.pdf.error.txt"; done
    closedrop retry --all
    run_once
    activities_are 1
    jobs_are done 3
}

@test "a rule that changes while the group waits is applied again" {
    customers 2
    rule 'group = { by = "{customer}"; wait = "1h"; };'
    start_agent
    statements 0 0 01
    statements 0 0 02
    wait_until jobs_are uploaded 2
    rule
    kill -HUP "$agent_pid"
    wait_until jobs_are done 2
    activities_are 2
    [ "$(uploads)" = 2 ]
}

@test "retry of a file whose sidecar is in Failed files it, and not without its activity" {
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "r"; match = { path = "^A"; }; lead_id = "{meta.lead}"; group = { by = "{stem}"; wait = "100ms"; };
        email = { subject = "{stem}"; }; } );'
    write_config 'rules = [ "r" ]; sidecar = true; no_match = "fail";'
    fault '[{"on":"email","do":{"status":400}}]'
    echo '{"lead":"lead_A"}' >in/A1.txt.json
    echo 1 >in/A1.txt
    start_agent
    wait_until test -f in/Failed/A1.txt.json
    closedrop retry 1
    wait_until jobs_are done 1
    activities_are 1
}

two_rules() { # PATTERN-OF-THE-SECOND: the first makes it a folder with groups
    more="rules = ( { name = \"g\"; match = { path = \"^g\"; }; lead_id = \"lead_A\"; group = { by = \"x\"; wait = \"100ms\"; };
        note = { text = \"x\"; }; }, { name = \"r\"; match = { path = \"$1\"; }; lead_id = \"lead_A\"; email = { subject = \"a\"; }; } );"
    write_config 'rules = [ "g", "r" ]; no_match = "fail";'
}

file_waits_for_s3() { # in/a.txt, which the rule "r" takes
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    limits='max_attempts = 100;'
    two_rules ^a
    fault '[{"on":"s3","do":{"status":400,"code":"IncompleteBody"},"times":0}]'
    start_agent
    echo hello >in/a.txt
    wait_until history_says 1 'it belongs to lead_A'
    wait_until history_says 1 'IncompleteBody'
}

@test "a rule that is corrected while its file waits for S3 no longer files it on the old lead" {
    file_waits_for_s3
    two_rules ^b
    kill -HUP "$agent_pid"
    wait_until jobs_are failed 1
    activities_are 0
    closedrop show 1 --json | jq -e '.error.code == "no_rule"'
}

@test "a file whose rule is removed waits for it, even while others are grouped" {
    file_waits_for_s3
    local both=$more
    more=${more%, \{ name = \"r\"*}' );'
    write_config 'rules = [ "g" ];'
    kill -HUP "$agent_pid"
    wait_until history_says 1 'continues when the rule returns'
    no_faults
    more=$both
    write_config 'rules = [ "g", "r" ]; no_match = "fail";'
    kill -HUP "$agent_pid"
    wait_until jobs_are done 1
    activities_are 1
}

# ---- what a group waits for wakes it ----

paced_member() { # one of two of a group is uploaded, the other is told to come again in an hour
    customers 1
    rule 'group = { by = "{customer}"; wait = "300ms"; };'
    fault '[{"on":"upload","skip":1,"do":{"status":429,"headers":{"Retry-After":"3600"}}}]'
    statements 0 0 2026-01
    statements 0 0 2026-02
}

@test "--once exits although a group waits for a file that Close delays for an hour, and says what waits" {
    paced_member
    run_once
    [ "$agent_code" = 1 ]
    log_says 'waits for the other files of its group'
    log_says 'exiting with files still waiting'
    activities_are 0
}

@test "a file that leaves the queue wakes the others of its group, which are filed without it" {
    paced_member
    start_agent
    wait_until jobs_are uploaded 1
    id=$(closedrop list --state queued --json | jq .id)
    wait_until history_says "$id" 'Close answered 429'
    closedrop forget "$id"
    wait_until jobs_are 'done' 1
    [ "$(activities '[.[].attachments | length]')" = '[1]' ]
}

@test "a file that is renamed into another group wakes the one it leaves" {
    paced_member
    start_agent
    wait_until jobs_are uploaded 1
    id=$(closedrop list --state queued --json | jq .id)
    wait_until history_says "$id" 'Close answered 429'
    mv "in/$(closedrop show "$id" --json | jq -r .path)" in/statement-10001-2026.pdf
    wait_until jobs_are 'done' 1
}
