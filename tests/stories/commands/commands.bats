#!/usr/bin/env bats
# status, list, show, retry, forget, pause and resume: the same while the agent runs and while it does not.

load ../../support/story
WAIT_MAX=15
setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
}
teardown() { story_teardown; }

ends() { # COMMAND OPTION...
    run timeout 20 "$CLOSEDROP_BIN_DIR/closedrop" "$@" -c "$config"
}

# Two files are done, one has failed, one of another folder is done.
some_jobs() {
    mkdir -p other
    more_folders='{ path = "other"; settle = "200ms"; }' limits='max_attempts = 1;' write_config
    fault '[{"on":"upload","match":"bad","times":0,"do":{"status":403}}]'
    echo one >in/one.txt
    echo two >in/two.txt
    echo bad >in/bad.txt
    echo three >other/three.txt
    run_once
    [ "$agent_code" = 1 ]
    bad=$(closedrop list --state failed --json | jq .id)
}

id_of() { # PATH
    closedrop list --json | jq "select(.path == \"$1\") | .id"
}

# The same story twice: COMMAND ARGUMENT... with the agent down, and with it up.
down_and_up() {
    "$@"
    start_agent
    "$@"
}

# ---- what they print ----

is_whole_status() {
    closedrop status --json >status.json
    [ "$(wc -l <status.json)" = 1 ]
    jq -e '.paused == false' status.json
    jq -e '.jobs == {"queued":0,"uploading":0,"uploaded":0,"attaching":0,"done":3,"failed":1}' status.json
    jq -e '.not_put_away == 0' status.json
}

@test "status --json is one object, with its counts" {
    some_jobs
    down_and_up is_whole_status
    jq -e --arg pid "$agent_pid" '.agent.pid == ($pid | tonumber)' status.json
    jq -e '.agent.version and (.agent.started_at | fromdateiso8601? // test("^20.*Z$"))' status.json
    jq -e '.blocked == null and .transfers == []' status.json
    wait_until eval 'closedrop status --json | jq -en "input | .folders[0].healthy and .folders[1].healthy"'
    closedrop status --json | jq -en --arg path "$PWD/in" 'input | .folders[0] |
        .name == "scans" and .path == $path and .queued == 0 and .failed == 1 and .settling == 0'
}

says_status() {
    closedrop status >status.txt
    grep -q '3 done' status.txt
    grep -q '1 failed' status.txt
}

@test "status says it in words" {
    some_jobs
    down_and_up says_status
    grep -q "^Agent:  closedrop .*, pid $agent_pid, since " status.txt
    grep -qE "^scans +events +0 +1 .* $PWD/in$" status.txt
    stop_agent
    closedrop status | head -n 1 | grep -qE "^closedrop is not running \(since 20[0-9: -]+\)\$"
}

is_whole_list() {
    closedrop list --json >list.json
    [ "$(wc -l <list.json)" = 4 ]
    jq -es 'map(.id) == ([.[].id] | sort | reverse)' list.json
    for key in id folder path size sha256 content_type state attempts next_attempt_at error rule lead_id contact_id \
        activity activity_id download_url queued_at uploaded_at done_at; do
        jq -es --arg key "$key" 'all(has($key))' list.json >/dev/null || {
            echo "list --json has no $key"
            return 1
        }
    done
    jq -es 'map(select(.path == "one.txt"))[0] | .folder == "scans" and .size == 4 and .content_type == "text/plain" and
        .state == "done" and .attempts == 1 and .next_attempt_at == null and .error == null' list.json
    jq -es --arg sum "$(printf 'one\n' | sha256sum | cut -d' ' -f1)" 'map(select(.path == "one.txt"))[0] | .sha256 == $sum' \
        list.json
    jq -es 'map(select(.path == "one.txt"))[0] | [.queued_at, .uploaded_at, .done_at] |
        all(test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$"))' list.json
    jq -es 'map(select(.path == "one.txt"))[0] | .download_url | startswith("http")' list.json
    jq -es 'map(select(.path == "bad.txt"))[0] | .state == "failed" and (.error.code | length > 0) and
        (.error.message | contains("403")) and .done_at == null and .sha256 == null' list.json
}

@test "list --json prints one object per line, with every key, newest first" {
    some_jobs
    down_and_up is_whole_list
}

lists_what_is_asked() {
    [ "$(closedrop list --json --state done | wc -l)" = 3 ]
    [ "$(closedrop list --json --state failed | jq -r .path)" = bad.txt ]
    [ "$(closedrop list --json --state queued | wc -l)" = 0 ]
    [ "$(closedrop list --json --folder other | jq -r .path)" = three.txt ]
    [ "$(closedrop list --json --limit 2 | wc -l)" = 2 ]
    [ "$(closedrop list --json --limit 1 --state done --folder scans | wc -l)" = 1 ]
    [ "$(closedrop list --limit 1 | wc -l)" = 2 ]
}

@test "list --state, --folder and --limit" {
    some_jobs
    down_and_up lists_what_is_asked
}

refuses_unknown_names() {
    local command
    for command in 'list --folder' 'retry --folder'; do
        ends $command nope # two words
        [ "$status" = 2 ]
        [ "${lines[-1]}" = "closedrop: there is no folder \"nope\" in $config; there are: \"scans\", \"other\"" ]
    done
    for command in 'list --rule' 'retry --rule' release recall 'upload in/one.txt --rule'; do
        ends $command nope
        [ "$status" = 2 ]
        [ "${lines[-1]}" = "closedrop: there is no rule \"nope\" in $config; there are: \"notes\"" ]
    done
    ends match --folder nope other/three.txt
    [ "$status" = 2 ]
    [[ $output == *'there is no folder "nope"'*'"scans", "other"' ]]
    ends list --folder scans --rule notes
    [ "$status" = 0 ]
}

@test "an unknown folder or rule is refused, and the existing ones are named" {
    some_jobs
    more='rules = ( { name = "notes"; match = { path = "x"; }; lead_id = "lead_A"; note = { text = "x"; }; } );'
    more_folders='{ path = "other"; settle = "200ms"; }' write_config 'rules = [ "notes" ];'
    down_and_up refuses_unknown_names
}

lists_the_lost() {
    [ "$(closedrop list --json --folder scans | jq -r .path)" = one.txt ]
    [ "$(closedrop list --json --rule notes | jq -r .path)" = one.txt ]
    ends list --folder other
    [ "$status" = 2 ]
    ends recall notes # it is known, but there is nothing to recall
    [ "$status" = 1 ]
}

@test "the jobs of a folder and a rule that were removed from the configuration can still be listed" {
    seed '{"leads":[{"id":"lead_A","name":"Amber","contacts":[]}]}'
    more='rules = ( { name = "notes"; match = { path = "one"; }; lead_id = "lead_A"; note = { text = "x"; }; } );'
    write_config 'rules = [ "notes" ];'
    echo one >in/one.txt
    run_once
    jobs_are done 1
    mkdir letters
    more='' write_config
    set_config folders.name=letters folders.path=letters
    down_and_up lists_the_lost
}

@test "a list longer than a page is complete" {
    local i
    write_config 'max_size = "1";'
    for i in {1..250}; do
        echo "too large" >"in/$i.txt"
    done
    run_once
    [ "$(closedrop list --json | jq .id | sort -un | wc -l)" = 250 ]
    [ "$(closedrop list --json --limit 230 | wc -l)" = 230 ]
    start_agent
    [ "$(closedrop list --json | jq .id | sort -un | wc -l)" = 250 ]
}

@test "list prints a line per job, and why it failed" {
    some_jobs
    closedrop list >list.txt
    [ "$(wc -l <list.txt)" = 5 ]
    grep -q '^ *ID *STATE *QUEUED *FOLDER *SIZE *FILE' list.txt
    grep -qE "^ *$bad +failed +$(date +%Y-%m)-[0-9]+ [0-9:]+ +scans .* bad.txt +\(.*403.*; now Failed/bad.txt\)" list.txt
}

shows_history() {
    closedrop show "$1" --json >show.json
    [ "$(wc -l <show.json)" = 1 ]
    jq -e --argjson id "$1" '.id == $id and .path == "one.txt"' show.json
    jq -e '[.history[].state] | index("queued") < index("uploading") and index("uploading") < index("done")' show.json
    jq -e '.history | all((.at | endswith("Z")) and (.why | length > 0))' show.json
    closedrop show "$1" >show.txt
    grep -qE '^State +done' show.txt
    grep -q '^History:' show.txt
}

@test "show prints a job's whole history" {
    some_jobs
    down_and_up shows_history "$(id_of one.txt)"
}

knows_no_such_job() {
    ends show 4711
    [ "$status" = 1 ]
    [[ $output == *"there is no job 4711"* ]]
    ends retry 4711
    [ "$status" = 1 ]
    ends forget 4711
    [ "$status" = 1 ]
}

@test "a job that does not exist" {
    some_jobs
    down_and_up knows_no_such_job
}

@test "no colours unless asked for" {
    some_jobs
    unset NO_COLOR
    closedrop list | grep -q $'\033' && return 1
    type -P script >/dev/null || skip "script(1) is not installed"
    local command="$CLOSEDROP_BIN_DIR/closedrop list -c $config"
    script -qec "$command" /dev/null </dev/null | grep -q $'\033\[31mfailed'
    if NO_COLOR=1 script -qec "$command" /dev/null </dev/null | grep -q $'\033\['; then
        return 1
    fi
}

@test "results go to stdout, messages to stderr" {
    some_jobs
    closedrop list --json 2>err.txt | jq -e . >/dev/null
    grep -qvE '^closedrop is not running' err.txt && return 1
    closedrop show 4711 2>err.txt >out.txt || true
    grep -q 'there is no job 4711' err.txt
    [ ! -s out.txt ]
}

# ---- retry ----

@test "retry while the agent runs: the file goes back to its place and is sent at once" {
    some_jobs
    start_agent
    no_faults
    closedrop retry "$bad" | grep -q "job $bad is queued again: bad.txt"
    wait_until test -f "$uploaded/bad.txt"
    [ -z "$(find in/Failed -type f)" ]
    [ "$(closedrop list --json | wc -l)" = 4 ]
    closedrop show "$bad" --json | jq -en 'input | .state == "done" and .error == null'
}

@test "retry while no agent runs: the file is sent at the next start" {
    some_jobs
    no_faults
    closedrop retry "$bad"
    [ "$(count_jobs queued)" = 1 ]
    run_once
    [ "$agent_code" = 0 ]
    [ -f "$uploaded/bad.txt" ]
    [ -z "$(find in/Failed -type f)" ]
    [ "$(closedrop list --json | wc -l)" = 4 ]
}

@test "retry --all retries everything that failed, and says how many" {
    write_config 'max_size = "4";'
    local i
    for i in 1 2 3; do
        echo "file $i" >"in/$i.txt"
    done
    run_once
    [ "$(count_jobs failed)" = 3 ]
    write_config
    start_agent
    closedrop retry --all | grep -q '^3 queued again'
    wait_until jobs_are done 3
    wait_until find_gives 0 in/Failed -type f
    closedrop retry --all | grep -q '^there is no failed job'
}

@test "retry of a job that has not failed says so" {
    some_jobs
    ends retry "$(id_of one.txt)"
    [ "$status" = 1 ]
    [[ $output == *"has not failed"* ]]
}

@test "retry of several jobs: a failure does not stop the others" {
    some_jobs
    no_faults
    ends retry 4711 "$bad"
    [ "$status" = 1 ]
    [ "$(count_jobs queued)" = 1 ]
}

@test "retry brings a file back under another name if its own is taken meanwhile" {
    some_jobs
    no_faults
    closedrop pause
    start_agent
    echo "a new one" >in/bad.txt
    closedrop retry "$bad"
    closedrop resume
    wait_until jobs_are done 5
    grep -qx bad "$uploaded"/bad*.txt
    grep -qx 'a new one' "$uploaded"/bad*.txt
}

@test "retry of a file that was removed from Failed says so, and does no harm" {
    some_jobs
    no_faults
    rm in/Failed/bad.txt
    start_agent
    closedrop retry "$bad"
    wait_until jobs_are queued 0
    closedrop show "$bad" --json | jq -r '.history[-1].why' | grep -qE 'removed|gone|not there'
    [ "$(uploads)" = 3 ]
}

# ---- forget ----

@test "forget while the agent runs: the file stays where it is, and is left alone" {
    start_agent
    closedrop pause
    echo hello >in/a.txt
    wait_until jobs_are queued 1
    closedrop forget 1 | grep -q 'job 1 is forgotten: a.txt'
    jobs_are queued 0
    closedrop resume
    echo other >in/b.txt
    wait_until jobs_are done 1
    stop_agent
    run_once
    [ -f in/a.txt ]
    [ "$(uploads)" = 1 ]
    # until somebody changes it
    echo "hello again" >in/a.txt
    run_once
    [ "$(uploads)" = 2 ]
}

@test "forget while no agent runs" {
    some_jobs
    closedrop forget "$bad"
    [ "$(closedrop list --json | wc -l)" = 3 ]
    [ -f in/Failed/bad.txt ]
    ends forget "$bad"
    [ "$status" = 1 ]
}

@test "a job in progress cannot be forgotten" {
    start_agent
    fault '[{"on":"s3","do":{"delay":"2s"}}]'
    echo hello >in/a.txt
    wait_until jobs_are uploading 1
    ends forget 1
    [ "$status" = 1 ]
    [[ $output == *"in progress"* ]]
    wait_until jobs_are done 1
}

# ---- pause ----

@test "pause: files are queued, none is sent, and those in progress finish; resume continues" {
    start_agent
    fault '[{"on":"s3","do":{"delay":"1s"}}]'
    echo hello >in/a.txt
    wait_until jobs_are uploading 1
    closedrop pause
    wait_until jobs_are done 1
    echo hello >in/b.txt
    wait_until jobs_are queued 1
    closedrop status --json | jq -en 'input | .paused'
    [ "$(closedrop status | head -n 1)" = "PAUSED: files are queued but not sent; run \"closedrop resume\" to continue" ]
    [ "$(uploads)" = 1 ]
    closedrop resume
    wait_until jobs_are done 2
    closedrop status --json | jq -en 'input | .paused | not'
}

@test "a pause persists across restarts" {
    start_agent
    closedrop pause
    stop_agent
    echo hello >in/a.txt
    start_agent
    wait_until jobs_are queued 1
    log_says 'paused'
    [ "$(uploads)" = 0 ]
    kill_agent
    start_agent
    [ "$(uploads)" = 0 ]
    closedrop resume
    wait_until jobs_are done 1
}

@test "pause and resume while no agent runs" {
    run_once
    closedrop pause | grep -q '^PAUSED'
    echo hello >in/a.txt
    run_once
    [ "$agent_code" = 1 ]
    [ -f in/a.txt ]
    closedrop resume
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 1 ]
}

@test "pause and resume say so if the agent runs" {
    start_agent
    closedrop pause >pause.txt
    grep -q "pid $agent_pid" pause.txt
    never grep -q 'not running' pause.txt
    closedrop resume >resume.txt
    grep -q "pid $agent_pid" resume.txt
    never grep -q 'not running' resume.txt
    never grep -q PAUSED resume.txt
}

@test "status --watch prints again and again, until it is stopped" {
    start_agent
    run timeout 3 "$CLOSEDROP_BIN_DIR/closedrop" status -c "$config" --watch
    [ "$status" = 124 ]
    [ "$(grep -c '^Agent:' <<<"$output")" = 2 ]
}

@test "only the agent's user can use the control socket, and it is gone after the exit" {
    start_agent
    wait_until test -S control.sock
    [ "$(stat -c %a control.sock)" = 660 ]
    stop_agent
    [ ! -e control.sock ]
    [ "$agent_code" = 0 ]
}
