#!/usr/bin/env bats
# A program is killed in the middle of everything, with files at every stage, and another one starts: each file is filed exactly
# once, what a person had to decide is still for that person, and nothing else has moved. The first program is an earlier one where
# OLD_BIN_DIR says where it is (tests/upgrade/run.sh builds those), else the same.

load ../../support/story

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A","name":"A","contacts":[{"id":"cont_A","name":"Ann"}]}]}'
    newer_bin_dir=$CLOSEDROP_BIN_DIR
    CLOSEDROP_BIN_DIR=${OLD_BIN_DIR:-$CLOSEDROP_BIN_DIR}
    mkdir slow
    patience 1h
}
teardown() { story_teardown; }

# Rules by the first letter of a name; every file is for lead A.
patience() { # DURATION: of a file in "slow", and of a group
    more_folders='{ name = "slow"; path = "slow"; settle = "'$1'"; rules = [ "note" ]; }'
    more='rules = (
        { name = "group"; match = { path = "^group"; }; lead_id = "lead_A"; group = { by = "all"; wait = "'$1'"; };
          email = { status = "draft"; subject = "{stem}"; }; },
        { name = "sent"; match = { path = "^sent"; }; lead_id = "lead_A"; email = { status = "outbox";
          sender = "billing@example.com"; to = [ "ann@example.com" ]; subject = "{stem}"; body_text = "x"; }; },
        { name = "note"; match = { path = "."; }; lead_id = "lead_A"; note = { text = "{stem}"; }; } );'
    limits='transfers = 4; max_attempts = 100; doubt = "500ms"; ask_above = 1;' write_config \
        'rules = [ "group", "sent", "note" ]; incomplete = "300ms";'
    set_config limits.retry_first=2s limits.retry_max=2s limits.timeout=10m
}

put() { # DIRECTORY NAME...
    local name
    for name in "${@:2}"; do
        echo "document $name" >"$1/$name.txt"
    done
}

is_in_state() { # NAME STATE
    [ "$(closedrop list --json | jq -r --arg path "$1.txt" 'select(.path == $path) | .state')" = "$2" ]
}

# Everything at once, at the moment at which the power fails.
in_the_middle() {
    start_agent
    put in done-1 done-2
    wait_until jobs_are 'done' 2
    put in sent-1
    wait_until jobs_are 'done' 3
    put in sent-2 group-1 # held, as more than one in an hour; uploaded, and waiting for more of its group
    wait_until jobs_are uploaded 2
    printf '%%PDF-1.4\n' >in/half.pdf
    wait_until test -f in/Failed/half.pdf.error.txt
    fault '[{"on":"upload","match":"retry","do":{"status":500},"times":0},
            {"on":"note","match":"unclear","do":"hang-after","times":1},
            {"on":"note","match":"unborn","do":"hang","times":1},
            {"on":"s3","match":"uploading","do":"hang","times":0}]'
    put in retry-1
    wait_until history_of retry-1 500
    put in unclear-1 unborn-1
    wait_until jobs_are attaching 2
    wait_until activities_are 4 # the answer about one of them is never heard
    put in uploading-1 uploading-2
    wait_until jobs_are uploading 2
    put in queued-1 queued-2
    wait_until is_in_state queued-2 queued
    put slow settling-1
    wait_until settles settling-1
    kill_agent
}

history_of() { # NAME TEXT
    local id
    id=$(closedrop list --json | jq -r --arg path "$1.txt" 'select(.path == $path) | .id')
    [ -n "$id" ] && history_says "$id" "$2"
}

settles() { # NAME: it is seen, and not yet a job
    closedrop status --json | jq -e '.folders[] | select(.name == "slow") | .waiting_quiet == 1' >/dev/null
}

subjects() { # what was created, one a line
    activities '.[] | .body.subject // .body.note' | jq -r . | LC_ALL=C sort
}

@test "killed in the middle of everything, and another program starts: nothing is lost, nothing is filed twice" {
    in_the_middle
    no_faults
    CLOSEDROP_BIN_DIR=$newer_bin_dir
    patience 200ms
    start_agent
    wait_until jobs_are 'done' 12
    closedrop list --held --json | jq -e '.path == "sent-2.txt"'
    subjects >before_release.txt
    never grep -q sent-2 before_release.txt
    closedrop release sent
    wait_until jobs_are 'done' 13
    diff <(subjects) - <<'ALL'
done-1
done-2
group-1
queued-1
queued-2
retry-1
sent-1
sent-2
settling-1
unborn-1
unclear-1
uploading-1
uploading-2
ALL
    jobs_are failed 1
    [ -f in/Failed/half.pdf ]
    wait_until find_gives 0 in slow -maxdepth 1 -type f
    find_gives 13 in/Uploaded slow/Uploaded -type f
    nothing_is_staged
}
