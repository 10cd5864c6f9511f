#!/usr/bin/env bats
# A lead that is gone: where it went, or that it was deleted, is asked of Close with as few calls as can be, and not again for
# each file.

load ../support/story

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

@test "a 404 of somebody in between says nothing of the lead" {
    fault '[{"on":"lead","do":{"status":404,"body":"<html>","headers":{"Content-Type":"text/html"}},"times":2}]'
    echo a >in/lead_Home.txt
    run_once
    [ "$(activities 'map(.lead_id)')" = '["lead_Home"]' ]
    asked 3 0 0
}
