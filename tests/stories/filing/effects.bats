#!/usr/bin/env bats
# What a rule does besides, next to an email or alone: a task is created once, whatever becomes of Close's answer, and custom fields
# are set. A file that was filed stays filed, whatever becomes of these. The custom fields are those of the sandbox.

load ../../support/story

RUNS=${RUNS:-10}
export once_s=$((120 + 2 * RUNS))

task='task = { text = "Check {stem}"; assigned_to = "user_SandboxRGFG7pztSeJiiMFdN7O2MFl71nD0uGO3bIOo4W"; due_date = "2026-12-01";
    priority = "high"; };'
set='set = { custom = { cf_SandboxText = "{stem}"; cf_SandboxDate = "{date:%Y-%m-%d}"; }; custom_add = { cf_SandboxTags = "{ext}"; }; };'
note='note = { text = "{stem}"; };'

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A","name":"A","contacts":[{"id":"cont_A","name":"Ann"}]}]}'
    timeout=1500ms
    limits='transfers = 16; doubt = "300ms";'
}
teardown() { story_teardown; }

use_rule() { # WHAT [MORE [FOLDER-SETTING]]
    more="rules = ( { name = \"r\"; contact_id = \"cont_A\"; ${2:-} $1 } );"
    write_config 'rules = [ "r" ]; archive = "Uploaded";' "${3:-}"
}

drop_files() { # NUMBER
    local i
    for ((i = 1; i <= $1; i++)); do echo "Order $i" >"in/order $i.txt"; done
}

created() { # KIND: how many
    activities "[.[] | select(.kind == \"$1\")] | length"
}

are() { # KIND NUMBER
    [ "$(created "$1")" = "$2" ] || { activities; return 1; }
}

holds() { # JQ-CONDITION on what was created
    [ "$(activities "$1")" = true ] || { activities; return 1; }
}

# ---- as Close wants it ----

@test "a note and its task" {
    use_rule "$note $task"
    drop_files 1
    run_once
    [ "$agent_code" = 0 ]
    jobs_are done 1
    activities_are 2
    holds '.[0].kind == "note" and .[1].kind == "task"'
    holds '.[1].body | del(.text) == {"_type": "lead", "lead_id": "lead_A", "contact_id": "cont_A", "due_date": "2026-12-01",
        "assigned_to": "user_SandboxRGFG7pztSeJiiMFdN7O2MFl71nD0uGO3bIOo4W", "priority": "high"}'
    holds '.[1].body.text == "Check order 1 [closedrop " + .[0].attachments[0].token + "]"'
    closedrop list --json | jq -e '.activity == "note" and .error == null and .file == "put_away"'
    closedrop show 1 | grep -q 'task task_.* on lead_A'
}

@test "a task alone" {
    use_rule "$task"
    drop_files 1
    run_once
    jobs_are done 1
    activities_are 1
    holds '.[0].kind == "task" and (.[0].body.text | test("^Check order 1 \\[closedrop [^ ]+\\]$"))'
    [ "$(closedrop list --json | jq -r '.activity + " " + .activity_id')" = "task $(activities '.[0].id' | tr -d '"')" ]
}

@test "a group has one task" {
    use_rule "$note $task" 'group = { by = "all"; wait = "200ms"; };'
    drop_files 3
    run_once
    jobs_are done 3
    are note 1
    are task 1
    holds '.[0].body.note == "order 1" and (.[1].body.text | startswith("Check order 1 "))'
}

@test "the same bytes again get no second task" {
    use_rule "$note $task"
    drop_files 1
    run_once
    cp "in/Uploaded/order 1.txt" in/again.txt
    run_once
    are note 1
    are task 1
}

fields_of() { # lead|contact ID JQ
    curl -sf -u "$(cat key):" "$api$1/$2/" | jq -c "$3"
}

@test "custom fields of the lead, next to a note and a task" {
    use_rule "$note $task $set"
    drop_files 1
    run_once
    jobs_are done 1
    are note 1
    are task 1
    [ "$(fields_of lead lead_A '[.["custom.cf_SandboxText"], .["custom.cf_SandboxDate"], .["custom.cf_SandboxTags"]]')" = \
        "[\"order 1\",\"$(date +%Y-%m-%d)\",[\"txt\"]]" ]
    [ "$(counts .requests.setlead)" = 1 ]
    closedrop show 1 | grep -q 'update of custom fields lead_A on lead_A'
}

@test "custom fields of the contact, alone, and for the same bytes again" {
    use_rule "${set/custom =/on = \"contact\"; custom =}"
    drop_files 1
    run_once
    jobs_are done 1
    activities_are 0
    [ "$(fields_of contact cont_A '.["custom.cf_SandboxText"]')" = '"order 1"' ]
    [ "$(closedrop list --json | jq -r '.activity + " " + .activity_id')" = "set cont_A" ]
    cp "in/Uploaded/order 1.txt" in/again.txt
    run_once
    jobs_are done 2
    [ "$(fields_of contact cont_A '.["custom.cf_SandboxText"]')" = '"again"' ]
    [ "$(fields_of contact cont_A '.["custom.cf_SandboxTags"]')" = '["txt"]' ]
}

# ---- once ----

each_once() { # NUMBER
    are note "$1"
    are task "$1"
    [ "$(activities '[.[] | select(.kind == "task") | .body.text] | unique | length')" = "$1" ]
    jobs_are done "$1"
    [ "$(closedrop list --json | jq -sc 'all(.error == null)')" = true ]
}

suffers() { # FAULT [WHAT]
    use_rule "${2:-$note $task}"
    fault '[{"on":"task","do":'"$1"',"times":'"$RUNS"'}]'
    drop_files "$RUNS"
    run_once
    [ "$agent_code" = 0 ]
}

@test "tasks: reset after Close acted" { suffers '"reset-after"' && each_once "$RUNS"; }
@test "tasks: reset before Close acts" { suffers '"reset-before"' && each_once "$RUNS"; }
@test "tasks: Close acts late, and answers 502" { suffers '{"late":"100ms","status":502}' && each_once "$RUNS"; }
@test "tasks: Close acts, and answers 500" { suffers '{"status":500,"after":true}' && each_once "$RUNS"; }
@test "tasks: Close answers 503, and does nothing" { suffers '{"status":503}' && each_once "$RUNS"; }
@test "tasks: Close acts, and never answers" { suffers '"hang-after"' && each_once "$RUNS"; }
@test "tasks: Close acts, and its 200 is garbage" { suffers '"garbage"' && each_once "$RUNS"; }
@test "tasks: Close acts, and its answer breaks off" { suffers '"truncated"' && each_once "$RUNS"; }

@test "tasks named after any file: NFD, Windows-1252, lines, capitals, our own mark" {
    local names=($'Gru\xcc\x88\xc3\x9fe.TXT' $'Gr\xfc\xdfe.txt' $'two\nlines.txt' 'ORDER.TXT' 'Order.txt' 'x [closedrop x].txt' "$(printf '%0251d' 0).txt") name
    use_rule "$note $task"
    fault '[{"on":"task","do":"reset-after","times":0}]'
    for name in "${names[@]}"; do
        printf '%s' "$name" >"in/$name"
    done
    run_once
    each_once ${#names[@]}
    holds '[.[] | select(.kind == "task") | .body.text] | all(test("^Check [^\n]* \\[closedrop [A-Za-z0-9]+\\]$"))'
}

@test "tasks alone: reset after Close acted" {
    suffers '"reset-after"' "$task"
    are task "$RUNS"
    jobs_are done "$RUNS"
}

@test "killed while Close makes the task: there is one" {
    use_rule "$note $task"
    fault '[{"on":"task","do":"hang-after"}]'
    drop_files 1
    start_agent
    wait_until requests_reach task 1
    kill_agent
    run_once
    each_once 1
}

@test "custom fields: every unclear end, and they are set in the end" {
    local fault
    for fault in '"reset-after"' '"reset-before"' '{"status":500,"after":true}' '{"status":502}' '"garbage"' '"truncated"'; do
        rm -rf in state
        mkdir in
        use_rule "$note $set"
        fault '[{"on":"setlead","do":'"$fault"'}]'
        drop_files 1
        run_once
        [ "$agent_code" = 0 ]
        jobs_are done 1
        closedrop list --json | jq -e '.error == null'
        [ "$(fields_of lead lead_A '.["custom.cf_SandboxText"]')" = '"order 1"' ]
        curl -sf -X PUT -u "$(cat key):" -H 'Content-Type: application/json' -d '{"custom.cf_SandboxText":"none"}' "${api}lead/lead_A/"
    done
    are note 6
}

@test "custom fields alone: an unclear end, and a kill" {
    use_rule "$set"
    fault '[{"on":"setlead","do":"reset-after"},{"on":"setlead","do":"hang-after"}]'
    drop_files 2
    start_agent
    wait_until requests_reach setlead 2
    kill_agent
    run_once
    [ "$agent_code" = 0 ]
    jobs_are done 2
}

# ---- the lead is merged, or deleted, between the note and what comes next to it ----

meanwhile() { # ENDPOINT ADMIN-CALL JSON: the call comes after the note, and before Close takes a request at the endpoint
    fault '[{"on":"'"$1"'","do":{"status":429,"headers":{"Retry-After":"1"}},"times":0}]'
    drop_files 1
    start_agent
    wait_until requests_reach "$1" 1
    curl -sf -X POST -d "$3" "$admin$2" >/dev/null
    no_faults
    wait_until eval '[ "$(closedrop list --json | jq -r .file)" = put_away ]'
    jobs_are done 1
}

@test "the lead is merged before its task: the other lead gets it" {
    seed '{"leads":[{"id":"lead_B","name":"B"}]}'
    use_rule "$note $task"
    meanwhile task merge '{"source":"lead_A","destination":"lead_B"}'
    closedrop list --json | jq -e '.error == null'
    are task 1
    holds '[.[] | select(.kind == "task")][0].body | .lead_id == "lead_B" and .contact_id == "cont_A"'
    closedrop show 1 | grep -q 'lead_A was merged into lead_B, where its task is created'
    closedrop show 1 | grep -q 'task task_.* on lead_B'
}

@test "the lead is merged before its custom fields are set: those of the other lead are set" {
    seed '{"leads":[{"id":"lead_B","name":"B"}]}'
    use_rule "$note $set"
    meanwhile setlead merge '{"source":"lead_A","destination":"lead_B"}'
    closedrop list --json | jq -e '.error == null'
    [ "$(fields_of lead lead_B '.["custom.cf_SandboxText"]')" = '"order 1"' ]
    closedrop show 1 | grep -q 'update of custom fields lead_B on lead_B'
}

@test "the lead is merged while it is unknown whether its task exists: it is found, and not repeated" {
    seed '{"leads":[{"id":"lead_B","name":"B"}]}'
    use_rule "$note $task"
    fault '[{"on":"task","do":"reset-after"},{"on":"tasks","do":{"status":429,"headers":{"Retry-After":"1"}},"times":0}]'
    drop_files 1
    start_agent
    wait_until requests_reach tasks 1
    curl -sf -X POST -d '{"source":"lead_A","destination":"lead_B"}' "${admin}merge"
    no_faults
    wait_until eval '[ "$(closedrop list --json | jq -r .file)" = put_away ]'
    each_once 1
}

@test "the lead is deleted before its task: that is missing, and why is said" {
    use_rule "$note $task"
    meanwhile task lead/delete '{"id":"lead_A"}'
    closedrop list --json | jq -e '.error | .code == "task_missing" and (.message | startswith(
        "its task is missing: the lead lead_A no longer exists in Close: it was deleted on ") and endswith(now | todate | .[:10]))'
    [ "$(counts .requests.task)" -lt 10 ]
}

@test "the contact is deleted before its custom fields are set: that is said" {
    use_rule "$note ${set/custom =/on = \"contact\"; custom =}"
    meanwhile setcontact lead/delete '{"id":"lead_A"}'
    closedrop list --json | jq -e '.error.message ==
        "its update of custom fields is missing: the contact cont_A no longer exists in Close: it was deleted or merged"'
}

@test "killed between the merge and the task: there is one, on the other lead" {
    seed '{"leads":[{"id":"lead_B","name":"B"}]}'
    use_rule "$note $task"
    fault '[{"on":"task","do":{"status":429,"headers":{"Retry-After":"1"}},"times":0}]'
    drop_files 1
    start_agent
    wait_until requests_reach task 1
    no_faults
    fault '[{"on":"events","do":"hang"}]'
    curl -sf -X POST -d '{"source":"lead_A","destination":"lead_B"}' "${admin}merge"
    wait_until requests_reach events 1
    kill_agent
    run_once
    each_once 1
    holds '[.[] | select(.kind == "task")][0].body.lead_id == "lead_B"'
}

# ---- without ----

is_missing() { # CUSTOM-FIELDS TEXT
    rm -rf in state
    mkdir in
    use_rule "$note $task set = { custom = { $1 }; };"
    drop_files 1
    run_once
    jobs_are done 1
    closedrop list --json | jq -e '.error.code == "set_missing"'
    grep -qF "$2" <(closedrop show 1)
    grep -q 'its update of custom fields is missing' "in/Uploaded/order 1.txt.error.txt"
}

@test "a field of another type, or one that Close does not know: the note and the task are there" {
    is_missing 'cf_SandboxNumber = "many";' 'custom.cf_SandboxNumber: Value must be of number type.'
    is_missing 'cf_SandboxDate = "soon";' 'custom.cf_SandboxDate: Could not parse date.'
    is_missing 'cf_Gone = "x";' 'custom.cf_Gone: Custom field does not exist.'
    are note 3
    are task 3
}

@test "custom fields alone that Close does not take fail" {
    use_rule 'set = { custom = { cf_Gone = "x"; }; };'
    drop_files 1
    run_once
    jobs_are failed 1
    closedrop list --json | jq -e '.error.code == "close_refused"'
}

@test "custom fields of a contact where the rule finds only a lead: nothing is posted" {
    more="rules = ( { name = \"r\"; lead_id = \"lead_A\"; $note ${set/custom =/on = \"contact\"; custom =} } );"
    write_config 'rules = [ "r" ];'
    drop_files 1
    run_once
    jobs_are failed 1
    activities_are 0
    closedrop list --json | jq -e '.error.code == "no_contact"'
}

@test "a task for a user who has left: the note is there, and the task is missing" {
    use_rule "$note ${task/user_Sandbox/user_Left}" '' 'receipts = true;'
    drop_files 2
    run_once
    [ "$agent_code" = 1 ]
    jobs_are done 2
    are note 2
    are task 0
    [ "$(counts .requests.task)" = 2 ]
    closedrop list --json | jq -se 'all(.error.code == "task_missing" and
        (.error.message | startswith("its task is missing: ") and test("assigned_to: Object does not exist")))'
    grep -q 'its task is missing' "in/Uploaded/order 1.txt.error.txt"
    jq -e '.error.code == "task_missing"' "in/Uploaded/order 1.txt.close.json"
    closedrop status >out
    cat out
    tr -s ' \n' ' ' <out | grep -q 'MISSING: 2 files were filed, but something is missing'
    closedrop show 1 | grep -q 'its task is missing'
    run_once
    [ "$(counts .requests.task)" = 2 ]
}

@test "what is bad of one file is bad of that file alone, and is tried once" {
    more="rules = (
        { name = \"left\"; match = { path = \"left\"; }; lead_id = \"lead_A\"; $note ${task/user_Sandbox/user_Left} },
        { name = \"field\"; match = { path = \"field\"; }; lead_id = \"lead_A\"; $note set = { custom = { cf_SandboxNumber = \"x\"; }; }; },
        { name = \"pipeline\"; match = { path = \"pipeline\"; }; lead_id = \"lead_A\"; opportunity = { pipeline_id = \"pipe_Gone\"; }; $task },
        { name = \"good\"; lead_id = \"lead_A\"; $note $task $set } );"
    write_config 'rules = [ "left", "field", "pipeline", "good" ];'
    for name in left field pipeline good; do echo "$name" >"in/$name.txt"; done
    run_once
    [ "$agent_code" = 1 ]
    jobs_are done 3
    jobs_are failed 1
    closedrop list --json | jq -se 'map({key: .rule, value: (.error.message // "none")}) | from_entries
        | (.left | contains("assigned_to: Object does not exist")) and (.field | contains("custom.cf_SandboxNumber: "))
        and (.pipeline | contains("pipeline_id: Object does not exist")) and .good == "none"'
    are note 3
    are task 1
    [ "$(counts '.requests | [.note, .task, .setlead, .opportunity]' | jq -c .)" = '[3,2,2,1]' ]
}

@test "what is missing no longer counts once it is forgotten" {
    use_rule "$note ${task/user_Sandbox/user_Left}"
    drop_files 1
    run_once
    closedrop status | grep -q MISSING
    closedrop forget 1
    run closedrop status
    [[ $output != *MISSING* ]]
}

@test "a task that Close never confirms is missing in the end, and the note is not repeated" {
    limits="$limits max_attempts = 3;"
    use_rule "$note $task"
    fault '[{"on":"task","do":{"status":500},"times":100}]'
    drop_files 1
    run_once
    jobs_are done 1
    are note 1
    are task 0
    closedrop list --json | jq -e '.error.code == "task_missing"'
}

@test "a text that comes out empty fails before anything is posted" {
    use_rule "$note task = { text = \"{meta.none}\"; };" '' 'sidecar = true;'
    drop_files 1
    echo '{"none": ""}' >"in/order 1.txt.json"
    run_once
    jobs_are failed 1
    activities_are 0
}

@test "a task waits while closedrop is paused, and Close is away" {
    use_rule "$note $task"
    fault '[{"on":"task","do":{"status":503},"times":3},{"on":"me","do":{"status":503},"times":3}]'
    drop_files 1
    run_once
    each_once 1
}

@test "match says all that would be created" {
    use_rule "$note $task"
    drop_files 1
    closedrop match "in/order 1.txt" >out
    cat out
    grep -q '^Also  *task$' out
    [ "$(grep -c ^JSON out)" = 2 ]
    closedrop match --json "in/order 1.txt" | jq -e '.activity == "note" and .body.note == "order 1" and
        (.effects | length == 1 and (.[0] | .method == "POST" and .activity == "task" and .path == "task/" and .body._type == "lead"))'
    cp "in/order 1.txt" "in/order 2.txt"
    closedrop match in/*.txt | grep -q 'note and task on A'
    activities_are 0
}

@test "an upload by hand creates the task too, once, and says if it is missing" {
    use_rule "$note $task"
    drop_files 3
    fault '[{"on":"task","do":"reset-after"}]'
    closedrop upload --rule r "in/order 1.txt"
    are note 1
    are task 1
    use_rule "$note ${task/user_Sandbox/user_Left}"
    run closedrop upload --rule r "in/order 2.txt"
    [ "$status" = 1 ]
    [[ $output == *'its task is missing: '*'assigned_to: Object does not exist'* ]]
    are note 2
    run closedrop upload --json --rule r "in/order 3.txt"
    [ "$status" = 1 ]
    jq -e '.state == "done" and .error.code == "task_missing"' <<<"$output"
}

@test "a rule that has neither is refused" {
    use_rule ''
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'or only task or set'* ]]
}
