#!/usr/bin/env bats
# A lead that no longer exists: Close is asked where it was merged into, or whether it was deleted, with as few calls as
# possible, and not again for each file.

load ../../support/story

by_lead_id='{ name = "by-lead-id"; match = { path = "(?<lead>lead_[A-Za-z0-9]+)"; }; lead_id = "{lead}"; note = {}; }'
json='"headers":{"Content-Type":"application/json"}'

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_Home","name":"Home"},{"id":"lead_Old","name":"Old"},{"id":"lead_Older","name":"Older"},
        {"id":"lead_Gone","name":"Gone"}]}'
    more="rules = ( $by_lead_id );"
    write_config 'rules = [ "by-lead-id" ];'
}
teardown() { story_teardown; }

merge() { # SOURCE DESTINATION
    curl -sf -X POST -d '{"source":"'"$1"'","destination":"'"$2"'"}' "${admin}merge"
}

merge_many() { # NUMBER: other leads, which nobody asks for
    seed "$(jq -n --argjson n "$1" '{leads: [range($n) | {id: "lead_Other\(.)", name: "Other"}]}')"
    for i in $(seq 0 $(($1 - 1))); do
        printf 'next\nsilent\nfail\noutput = /dev/null\nurl = "%smerge"\ndata = "{\\"source\\":\\"lead_Other%d\\",\\"destination\\":\\"lead_Home\\"}"\n' \
            "$admin" "$i"
    done | curl -K -
}

fault_always() { # ENDPOINT WHAT
    fault '[{"on":"'"$1"'","do":'"$2"',"times":0}]'
}

asked() { # LEAD EVENT MERGES: that often was the sandbox asked for each
    local got
    got=$(counts '[.requests.lead, .requests.events, .requests.merges]' | jq -c .)
    echo "asked: $got"
    [ "$got" = "[$1,$2,$3]" ]
}

error_says() { # FILE TEXT
    grep -qF -- "$2" "in/Failed/$1.error.txt" || {
        cat "in/Failed/$1.error.txt"
        return 1
    }
}

@test "a merged lead is found by one event, across all its merges" {
    merge_many 101
    merge lead_Older lead_Old
    merge lead_Old lead_Home
    echo a >in/lead_Older.txt
    run_once
    [ "$(activities 'map(.lead_id)')" = '["lead_Home"]' ]
    asked 3 2 0
}

@test "if events give no answer, the list of merges is read, page by page, until the lead is in it" {
    local answer
    merge lead_Old lead_Home
    merge_many 101
    for answer in '"status":200,"body":"{\"data\":[],\"cursor_next\":null}"' '"status":400,"body":"{}"' \
        '"status":403,"body":"{}"' '"status":404,"body":"{}"'; do
        curl -sf -X POST "${admin}reset"
        fault_always events "{$answer,$json}"
        echo "$answer" >in/lead_Old.txt
        run_once
        [ "$(activities 'map(.lead_id)')" = '["lead_Home"]' ]
        asked 2 1 2
    done
}

@test "for a deleted lead, the error says so, and when, and no merges are read" {
    curl -sf -X POST -d '{"id":"lead_Gone"}' "${admin}lead/delete"
    echo a >in/lead_Gone.txt
    run_once
    error_says lead_Gone.txt "the lead lead_Gone no longer exists in Close: it was deleted on $(date -u +%F)"
    asked 1 1 0
    closedrop list --json | jq -e '.error.code == "no_target"'
}

@test "for twenty wrong IDs, the list of merges is read once" {
    merge_many 201
    for i in $(seq 20); do echo "$i" >"in/lead_Wrong$i.txt"; done
    run_once
    find_gives 20 in/Failed -name 'lead_Wrong*.txt' ! -name '*.error.txt'
    error_says lead_Wrong7.txt 'no lead with the ID lead_Wrong7: it was deleted, or the ID is wrong'
    asked 20 20 3
}

@test "twenty files with one wrong ID: only those ask that are in progress before the first answer" {
    for i in $(seq 20); do echo "$i" >"in/lead_Wrong-$i.txt"; done
    run_once
    curl -sf "${admin}counts" | jq -e '.requests | .lead <= 8 and .events <= 8 and .merges == 1' # 8: limits.transfers
}

@test "twenty files with one wrong ID, or of one merged lead, one at a time: the first one asks" {
    merge lead_Old lead_Home
    limits='transfers = 1;' write_config 'rules = [ "by-lead-id" ];'
    for i in $(seq 20); do echo "$i" >"in/lead_Wrong-$i.txt"; done
    run_once
    find_gives 20 in/Failed -name 'lead_Wrong*.txt' ! -name '*.error.txt'
    asked 1 1 1
    for i in $(seq 20); do echo "$i" >"in/lead_Old-$i.txt"; done
    run_once
    activities_are 20
    asked 22 2 1 # the lead they are filed on is read for each
}

@test "a list of merges that is too long proves nothing" {
    fault_always merges '{"status":200,"body":"{\"data\":[],\"has_more\":true}",'"$json"'}'
    echo a >in/lead_Wrong1.txt
    echo b >in/lead_Wrong2.txt
    run_once
    error_says lead_Wrong1.txt 'among the latest 5000 merges: it was deleted, merged before those, or the ID is wrong'
    error_says lead_Wrong2.txt 'no lead with the ID lead_Wrong2, nor is it among'
    asked 2 2 50
}

@test "a missing answer is not remembered: what Close says later counts" {
    merge lead_Old lead_Home
    fault '[{"on":"events","do":{"status":500},"times":2}]'
    echo a >in/lead_Old.txt
    run_once
    [ "$(activities 'map(.lead_id)')" = '["lead_Home"]' ]
    asked 4 3 0
}

@test "a 404 from something in between says nothing about the lead" {
    fault '[{"on":"lead","do":{"status":404,"body":"<html>","headers":{"Content-Type":"text/html"}},"times":2}]'
    echo a >in/lead_Home.txt
    run_once
    [ "$(activities 'map(.lead_id)')" = '["lead_Home"]' ]
    asked 3 0 0
}

@test "a merge after the list was read is found, even by a key that may not list events" {
    fault_always events '{"status":403,"body":"{\"error\":\"no\"}"}'
    start_agent
    echo a >in/lead_Wrong.txt
    wait_until jobs_are failed 1
    merge lead_Old lead_Home
    echo b >in/lead_Old.txt
    wait_until jobs_are done 1
    [ "$(activities 'map(.lead_id)')" = '["lead_Home"]' ]
}

@test "a reload forgets what was remembered" {
    start_agent
    echo a >in/lead_New.txt
    wait_until jobs_are failed 1
    seed '{"leads":[{"id":"lead_New","name":"New"}]}'
    kill -HUP "$agent_pid"
    wait_until log_says reloaded
    echo b >in/lead_New-b.txt
    wait_until jobs_are done 1
}

@test "match asks once for a lead that several files name" {
    rm -rf in/* && mkdir archive
    for i in $(seq 5); do echo "$i" >"archive/lead_Wrong-$i.txt"; done
    run closedrop match --folder scans archive/*
    [ "$(grep -c 'no lead with the ID lead_Wrong' <<<"$output")" = 5 ]
    asked 1 1 1
}
