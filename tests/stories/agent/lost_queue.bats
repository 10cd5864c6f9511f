#!/usr/bin/env bats
# The queue is damaged or gone, and with it what it knew: files that are still in a folder are searched for in Close before
# they are filed, and nothing is filed twice.

load ../../support/story
WAIT_MAX=15

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A","name":"A"},{"id":"lead_B","name":"B"}]}'
    use_rule 'email = { subject = "{stem}"; };'
    echo one >in/A1.txt
    echo two >in/B2.txt
    run_once
    [ "$agent_code" = 0 ]
    activities_are 2
    before=$(activities '.[].id')
}
teardown() { story_teardown; }

use_rule() { # ACTIVITY FOLDER-SETTING...
    more="rules = ( { name = \"r\"; match = { path = \"^(?<l>[AB])\"; }; lead_id = \"lead_{l}\"; $1 } );"
    write_config 'rules = [ "r" ]; after_upload = "keep";' "${@:2}"
}

damage_queue() {
    printf 'no database' | dd of=state/queue.db conv=notrunc status=none
}

nothing_new() { # all is done, and by what was there before
    [ "$agent_code" = 0 ]
    [ "$(activities '.[].id')" = "$before" ]
    jobs_are done 2
    [ "$(closedrop list --json | jq .activity_id | sort)" = "$(sort <<<"$before")" ]
}

@test "damaged: kept files that were filed are found, and nothing is filed again" {
    damage_queue
    run_once
    log_says 'are checked against Close before they are filed'
    nothing_new
    history_says 1 'was filed already'
}

@test "deleted: kept files that were filed are found, and nothing is filed again" {
    rm state/queue.db*
    run_once
    nothing_new
}

found_again() { # ACTIVITY: what the rule creates is found when the queue is damaged
    use_rule "$1"
    echo three >in/A3.txt
    run_once
    before=$(activities '.[].id')
    damage_queue
    run_once
    [ "$agent_code" = 0 ]
    [ "$(activities '.[].id')" = "$before" ]
}

@test "notes are found as well as emails" {
    found_again 'note = { text = "{stem}"; };'
}

@test "lead files are found" {
    found_again 'lead_file = {};'
}

@test "next to a note that is found, nothing is done again, and that is said" {
    found_again 'note = { text = "{stem}"; }; task = { text = "{stem}"; }; set = { custom = { cf_SandboxText = "{stem}"; }; };'
    [ "$(counts .requests.setlead)" = 1 ]
    closedrop list --json | jq -se 'all(.state == "done" and .error == null)'
    id=$(closedrop list --json | jq -s 'map(select(.path == "A3.txt"))[0].id')
    history_says "$id" 'its task or custom fields are not repeated, and may be missing'
}

@test "the files of one email are found together" {
    use_rule 'group = { by = "{l}"; wait = "100ms"; }; email = { subject = "{l}"; };'
    echo three >in/A3.txt
    echo four >in/A4.txt
    run_once
    activities_are 3
    damage_queue
    run_once
    [ "$agent_code" = 0 ]
    activities_are 3
    jobs_are done 4
}

@test "files that were not filed yet are filed, once" {
    fault '[{"on":"email","do":{"status":500},"times":0}]'
    echo three >in/A3.txt
    start_agent
    wait_until job_is 3 attaching
    kill_agent
    no_faults
    rm state/queue.db*
    run_once
    [ "$agent_code" = 0 ]
    activities_are 3
    jobs_are done 3
}

@test "a POST that was in progress when the queue was lost is found" {
    fault '[{"on":"email","do":"hang-after"}]'
    echo three >in/A3.txt
    start_agent
    wait_until activities_are 3
    kill_agent
    rm -r state
    mkdir state
    touch state/ballast # an earlier queue had been there
    run_once
    [ "$agent_code" = 0 ]
    activities_are 3
    jobs_are done 3
}

@test "of two identical files one of which was filed, the other goes where the folder's settings say" {
    use_rule 'email = { subject = "{stem}"; };' 'duplicates = "file";'
    damage_queue
    cp in/A1.txt in/A1-again.txt
    run_once
    [ "$agent_code" = 0 ]
    activities_are 3
    jobs_are done 3
    [ "$(closedrop list --json | jq -r .activity_id | sort -u | wc -l)" = 3 ]
}

@test "a file that arrived after the loss is not searched for" {
    damage_queue
    start_agent
    wait_until jobs_are done 2
    stop_agent
    sqlite3 state/queue.db "UPDATE number SET value = value - 3600000 WHERE name = 'lost_ms'"
    use_rule 'email = { subject = "{stem}"; };' 'duplicates = "file";'
    start_agent
    cp in/A1.txt in/A5.txt
    wait_until jobs_are done 3
    activities_are 3
}

@test "a file of the same name and size whose contents Close does not reveal fails, for a person to judge" {
    fault '[{"on":"leadfiles","do":{"status":200,"headers":{"Content-Type":"application/json"},"body":"{\"data\":[{\"id\":\"leadfile_1\",\"name\":\"A1.txt\",\"size\":4,\"checksum\":null}],\"has_more\":false}"},"times":0}]'
    damage_queue
    rm in/B2.txt
    run_once
    [ "$agent_code" = 1 ]
    grep -q '^- If it is there, delete A1.txt and this message' in/Failed/A1.txt.error.txt
    activities_are 2
    mv in/Failed/A1.txt in/ # a person has judged
    no_faults
    run_once
    activities_are 3
}

@test "the agent's own directory in a folder also shows that there was a queue" {
    use_rule 'email = { subject = "{stem}"; };' 'after_upload = "archive";'
    write_config 'rules = [ "r" ];'
    [ -d in/.closedrop ]
    rm -r state
    run_once
    log_says 'are checked against Close before they are filed'
    [ "$agent_code" = 0 ]
    [ "$(activities '.[].id')" = "$before" ]
}

@test "nothing is filed while the lead's files cannot be read" {
    fault '[{"on":"leadfiles","do":{"status":500},"times":0}]'
    damage_queue
    run_once
    activities_are 2
    jobs_are failed 2
    no_faults
    closedrop retry --all
    run_once
    nothing_new
}
