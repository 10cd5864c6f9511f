#!/usr/bin/env bats
# The list of a lead's files: Close may have an entry for each use of a file, or one for each content, which then names its
# last user. Whichever it is, an unclear POST of a lead file, and a lost queue, leave each file there once.

load ../../support/story

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A","name":"A"},{"id":"lead_B","name":"B"}]}'
    timeout=500ms
    limits='transfers = 64; doubt = "200ms"; max_attempts = 20;'
    use_rule 'lead_file = {};'
}
teardown() { story_teardown; }

use_rule() { # ACTIVITY FOLDER-SETTING...
    more="rules = ( { name = \"r\"; match = { path = \"^(?<l>[AB])\"; }; lead_id = \"lead_{l}\"; $1 } );"
    write_config 'rules = [ "r" ];' "${@:2}"
}

fold() { # true | false
    settings '{"fold_lead_files":'"$1"'}'
}

rows() { # LEAD JQ: what is on it, one JSON value a line
    curl -sf -u api_sandbox.secret: "${api}lead/lead_$1/files/" | jq -c ".data[] | $2"
}

each_once() { # LEAD FAULT: half of the contents are on the lead before, by a note
    local i
    for i in 1 2 3; do echo "document $i" >"in/$1-before$i.txt"; done
    use_rule 'note = { text = "{stem}"; };' 'duplicates = "file";'
    run_once
    use_rule 'lead_file = {};' 'duplicates = "file";'
    for i in 1 2 3 4 5 6; do echo "document $i" >"in/$1-$i.txt"; done
    fault '[{"on":"leadfile","do":'"$2"',"times":6}]'
    run_once
    [ "$agent_code" = 0 ]
    [ "$(activities '[.[] | select(.kind == "lead_file" and .lead_id == "lead_'"$1"'")] | length')" = 6 ]
    [ "$(rows "$1" .checksum | sort -u | wc -l)" = 6 ]
}

suffers() { # FAULT: on one lead with an entry for each use, on the other with one for each content
    fold false
    each_once A "$1"
    [ "$(rows A .id | wc -l)" = 9 ]
    fold true
    each_once B "$1"
    [ "$(rows B .id | wc -l)" = 6 ]
    jobs_are done 18
}

@test "reset before Close acts" { suffers '"reset-before"'; }
@test "reset after it acted" { suffers '"reset-after"'; }
@test "no answer in time" { suffers '"hang-after"'; }
@test "500, and it acted" { suffers '{"status":500,"after":true}'; }
@test "500, and it did not" { suffers '{"status":500}'; }
@test "it acts late" { suffers '{"late":"100ms"}'; }

killed() { # FOLD: kill -9 after Close acted, and before it answered
    fold "$1"
    fault '[{"on":"leadfile","do":"hang-after","times":2}]'
    echo one >in/A1.txt
    echo two >in/A2.txt
    start_agent
    wait_until activities_are 2
    kill_agent
    start_agent
    wait_until jobs_are done 2
    activities_are 2
    [ "$(rows A .checksum | sort -u | wc -l)" = 2 ]
}

@test "an entry for each use: kill -9 while a POST is in progress" { killed false; }
@test "one for each content: kill -9 while a POST is in progress" { killed true; }

@test "another use of the content takes the entry over while a POST is unclear" {
    fold true
    fault '[{"on":"leadfile","do":"hang-after","times":1}]'
    echo one >in/A1.txt
    start_agent
    wait_until activities_are 1
    stop_agent
    echo one >A-note.txt
    use_rule 'note = { text = "another"; };'
    closedrop upload --rule r --again A-note.txt
    [ "$(rows A .last_object_type)" = '"activity.note"' ]
    use_rule 'lead_file = {};'
    run_once
    jobs_are done 1
    [ "$(rows A .id | wc -l)" = 1 ]
}

lose_queue() { # ACTIVITY FOLD: two files, of which an earlier queue knew, and two of the same bytes
    fold "$2"
    use_rule "$1" 'after_upload = "keep"; duplicates = "file";'
    for i in 1 2; do echo "document $i" >"in/A$i.txt"; done
    echo "document 2" >in/A3.txt
    run_once
    activities_are 3
    printf 'no database' | dd of=state/queue.db conv=notrunc status=none
    run_once
}

@test "an entry for each use: after a lost queue all are found" {
    lose_queue 'note = { text = "{stem}"; };' false
    [ "$agent_code" = 0 ]
    activities_are 3
    jobs_are done 3
}

@test "one for each content: after a lost queue, one that may be there twice is for a person to decide" {
    lose_queue 'note = { text = "{stem}"; };' true
    activities_are 3
    jobs_are done 2
    jobs_are failed 1
    [ "$(closedrop list --state failed --json | jq -r .error.code)" = doubtful ]
}

@test "one for each content: after a lost queue, lead files are there once" {
    lose_queue 'lead_file = {};' true
    [ "$agent_code" = 0 ]
    jobs_are done 3
    [ "$(rows A .id | wc -l)" = 2 ]
}
