#!/usr/bin/env bats
# What a person deletes from Failed, with its text, needs no further attention: it ends as discarded, so that "failed" lists
# what remains to be done.

load ../../support/story
WAIT_MAX=15
setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A","name":"Amber","contacts":[]}]}'
    lead_rule='rules = ( { name = "lead"; match = { path = "(?<lead>lead_[A-Z]+)"; }; lead_id = "{lead}"; lead_file = {}; } );'
    write_config 'max_size = "9"; rescan = "1s";'
}
teardown() { story_teardown; }

# Files with these names fail, in this order, and are in Failed.
fail_files() { # NAME...
    local name
    for name in "$@"; do
        echo "too large: $name" >"in/$name"
        run_once
        [ -f "in/Failed/$name.error.txt" ]
    done
}

discard() { # NAME: as a person does
    rm "in/Failed/$1" "in/Failed/$1.error.txt"
}

is_discarded() { # ID
    closedrop show "$1" --json | jq -en 'input | .ended == "discarded" and .place == null' >/dev/null
}

failed_are() { # ID...: so many need somebody
    [ "$(closedrop list --state failed --json | jq .id | sort -n | xargs)" = "$*" ]
}

@test "a file that is deleted from Failed with its text is discarded, and no longer counted" {
    fail_files a.txt b.txt
    start_agent
    failed_are 1 2
    discard a.txt
    wait_until is_discarded 1
    failed_are 2
    [ "$(closedrop list --json | jq .id)" = 2 ]
    jobs_are failed 1
    folder_counts failed 1
    history_says 1 'discarded: its file and its error text were deleted from the directory for failed files'
    closedrop show 1 | grep -qx 'Ended as       discarded'
    log_says 'job 1: scans/a.txt: its failed file was deleted: discarded'
    run closedrop retry 1
    [ "$status" = 1 ]
    [[ $output == *'its file is gone: a person deleted it'* ]]
    closedrop retry --all | grep -qx '1 queued again'
}

@test "the same while no agent ran, in a polled folder, and across a restart" {
    write_config 'max_size = "9"; watch = "poll"; poll_interval = "100ms"; rescan = "1s";'
    fail_files a.txt b.txt
    discard a.txt
    run_once
    is_discarded 1
    failed_are 2
    start_agent
    discard b.txt
    wait_until is_discarded 2
    failed_are
    kill_agent
    run_once
    is_discarded 1
    [ "$agent_code" = 0 ]
}

@test "nothing is discarded whose file or text is still in Failed, even in a subdirectory" {
    fail_files 1.txt 2.txt 3.txt 4.txt 5.txt 6.txt
    mkdir in/Failed/later
    rm in/Failed/1.txt           # its text tells
    rm in/Failed/2.txt.error.txt # it is there
    mv in/Failed/3.txt in/Failed/three.txt
    rm in/Failed/3.txt.error.txt
    mv in/Failed/4.txt in/Failed/4.txt.error.txt in/Failed/later/
    touch in/Failed/5.txt
    discard 6.txt
    start_agent
    wait_until is_discarded 6 # the last that is looked for
    failed_are 1 2 3 4 5
    # what was sorted is known where it is now, so that a retry finds it
    [ "$(closedrop show 3 --json | jq -r .place)" = Failed/three.txt ]
    [ "$(closedrop show 4 --json | jq -r .place)" = Failed/later/4.txt ]
    history_says 4 'renamed in the directory for failed files, to Failed/later/4.txt'
    stop_agent
    write_config
    closedrop retry 4
    run_once
    job_is 4 done
    [ ! -e in/Failed/later/4.txt.error.txt ]
}

@test "nothing is decided while the folder, or all of Failed, is missing or cannot be read" {
    fail_files a.txt
    mv in away && mkdir in # a bare mount point
    run_once
    failed_are 1
    rm -r in && mv away in
    mv in/Failed failed
    run_once
    failed_are 1
    mv failed in/Failed
    mkdir in/Failed/closed
    mv in/Failed/a.txt* in/Failed/closed/
    become_nobody
    chown -R nobody:nogroup in state control.sock 2>/dev/null || true
    chmod 0 in/Failed/closed
    run_once
    failed_are 1
    chmod 755 in/Failed/closed
    run_once
    failed_are 1
    rm -r in/Failed/closed
    run_once
    failed_are
}

@test "failed files go to a directory outside the folder" {
    mkdir bad
    write_config "max_size = \"9\"; rescan = \"1s\"; failed = \"$PWD/bad\";"
    echo 'too large: a' >in/a.txt
    run_once
    echo 'too large: b' >in/b.txt
    run_once
    failed_are 1 2
    start_agent
    rm bad/a.txt*
    wait_until is_discarded 1
    failed_are 2
    rm bad/b.txt* # it is empty now, and known: no bare mount point
    wait_until is_discarded 2
    stop_agent
    echo 'too large: c' >in/c.txt
    run_once
    mv bad elsewhere && mkdir bad
    run_once
    failed_are 3
    rmdir bad && mv elsewhere bad
    run_once
    failed_are 3
}

# ---- what comes back after all ----

# The file leaves Failed for a desktop, and comes back when nobody reckons with it any more.
takes_away() { # ID NAME
    mv "in/Failed/$2" desktop.txt
    rm "in/Failed/$2.error.txt"
    run_once
    is_discarded "$1"
}

@test "a discarded file that is dragged back continues its job" {
    fail_files a.txt
    takes_away 1 a.txt
    write_config
    mv desktop.txt in/b.txt
    run_once
    job_is 1 done
    [ "$(closedrop list --json | jq -c '[.id, .path, .ended]')" = '[1,"b.txt",null]' ]
    history_says 1 'queued: brought back into the folder'
}

@test "a file that looked truncated is accepted as is when it comes back: a person has decided" {
    write_config 'incomplete = "100ms";'
    printf '%%PDF-1.4\nhalf of it' >in/a.pdf
    run_once
    wait_until test -f in/Failed/a.pdf || run_once
    [ "$(closedrop show 1 --json | jq -r .error.code)" = cut_off ]
    takes_away 1 a.pdf
    mv desktop.txt in/a.pdf
    run_once
    job_is 1 done
    [ "$(uploads)" = 1 ]
}

use_lead_rule() {
    more=$lead_rule
    write_config 'rules = [ "lead" ]; rescan = "1s";'
}

# A second file with the bytes of one that was filed asks a person.
filed_already() {
    use_lead_rule
    echo hello >in/lead_A-1.txt
    run_once
    echo hello >in/lead_A-2.txt
    run_once
    [ "$(closedrop show 2 --json | jq -r .error.code)" = already_filed ]
    activities_are 1
    takes_away 2 lead_A-2.txt
}

@test "a file that was filed already is filed again when it comes back" {
    filed_already
    mv desktop.txt in/lead_A-2.txt
    run_once
    job_is 2 done
    activities_are 2
}

# "hello" comes again, from whoever does not know of the person's word.
exported_again() { # NAME: a new file of these bytes; it is held back
    echo hello >"in/$1"
    run_once
    [ -f "in/Failed/$1" ]
    [ "$(closedrop list --json --limit 1 | jq -r .error.code)" = already_filed ]
    activities_are 1
}

@test "a new file with the contents of a deleted duplicate is held back again: deleting meant no" {
    filed_already
    exported_again lead_A-2.txt
    [ "$(closedrop list --json --limit 1 | jq .id)" = 3 ]
    discard lead_A-2.txt # not seen yet when the next one comes
    exported_again lead_A-4.txt
    cp desktop.txt in/lead_A-5.txt
    run_once
    activities_are 1
    # the file itself, by whatever name, is wanted after all
    mv desktop.txt in/lead_A-6.txt
    run_once
    job_is 2 done
    activities_are 2
}

@test "the same night after night, while the agent runs" {
    use_lead_rule
    start_agent
    local night
    echo hello >in/lead_A-1.txt
    wait_until jobs_are done 1
    for night in 2 3 4; do
        echo hello >in/lead_A-1.txt
        wait_until test -f in/Failed/lead_A-1.txt.error.txt
        discard lead_A-1.txt
        wait_until is_discarded "$night"
    done
    activities_are 1
}

@test "a deleted file is noticed before it is searched for; one that was taken out without its text is approved by its contents" {
    filed_already
    exported_again lead_A-3.txt
    exported_again lead_A-4.txt
    write_config 'rules = [ "lead" ];' # rescan is 15m: nothing is looked for
    start_agent
    discard lead_A-4.txt
    echo hello >in/lead_A-5.txt
    wait_until test -f in/Failed/lead_A-5.txt.error.txt
    activities_are 1
    # taken out, its text is still there: the same bytes are the approval
    cp in/Failed/lead_A-3.txt copy && rm in/Failed/lead_A-3.txt
    mv copy in/lead_A-6.txt
    wait_until activities_are 2
}

# ---- Failed renamed as a whole: housekeeping, and no word about any file in it ----

# Of what only a person can judge, a duplicate, a cut one and an empty one are in Failed.
judged_ones_failed() {
    more=$lead_rule write_config 'rules = [ "lead" ]; incomplete = "100ms"; rescan = "1s";'
    start_agent
    echo hello >in/lead_A-1.txt
    wait_until jobs_are done 1
    echo hello >in/lead_A-2.txt
    wait_until test -f in/Failed/lead_A-2.txt.error.txt
    printf '%%PDF-1.4\nhalf of it' >in/lead_A-3.pdf
    wait_until test -f in/Failed/lead_A-3.pdf.error.txt
    : >in/lead_A-4.txt
    wait_until test -f in/Failed/lead_A-4.txt.error.txt
    failed_are 2 3 4
}

known_in() { # DIRECTORY: the failed ones
    local id
    for id in 2 3 4; do
        [[ $(closedrop show "$id" --json | jq -r .place) == "$1"/* ]] || return 1
    done
}

@test "Failed is renamed: files that need a person's decision are left alone there, reported once, and filed when they are dragged out" {
    judged_ones_failed
    mv in/Failed in/Failed-October
    wait_until known_in Failed-October
    log_says 'job 2: scans/Failed-October/lead_A-2.txt was renamed together with the directory for failed files and is ignored'
    mkdir in/Failed-October/old
    mv in/Failed-October/lead_A-3.pdf in/Failed-October/old/ # sorted there
    wait_until closedrop_shows 3 Failed-October/old/lead_A-3.pdf
    mkdir in/archive
    mv in/Failed-October in/archive/ # and once more
    wait_until known_in archive/Failed-October
    touch in/lead_A-5.txt # there is a new Failed
    wait_until test -f in/Failed/lead_A-5.txt.error.txt
    stop_agent
    run_once
    failed_are 2 3 4 5
    [ "$(grep -c 'scans/Failed-October/lead_A-2.txt was renamed' agent.log)" = 1 ]
    activities_are 1
    mv in/archive/Failed-October/lead_A-2.txt in/
    mv in/archive/Failed-October/old/lead_A-3.pdf in/lead_A-3b.pdf
    run_once
    activities_are 3
    closedrop retry 4 # it is found where it is
    run_once
    activities_are 4
    [ ! -e in/archive/Failed-October/lead_A-4.txt ]
    failed_are 5
}

closedrop_shows() { # ID PLACE
    [ "$(closedrop show "$1" --json | jq -r .place)" = "$2" ]
}

@test "the same while no agent ran, and while the whole directory was missing; a file deleted there with its text, or with the directory, is discarded" {
    judged_ones_failed
    stop_agent
    mv in/Failed desktop
    touch in/lead_A-5.txt
    wait_until test -f in/Failed/lead_A-5.txt.error.txt || run_once # a new Failed: the others are nowhere
    run_once
    failed_are 5
    mv desktop in/Failed-October # and here they are
    run_once
    known_in Failed-October
    failed_are 2 3 4 5
    rm in/Failed-October/lead_A-2.txt*
    run_once
    is_discarded 2
    failed_are 3 4 5
    rm -r in/Failed-October
    run_once
    failed_are 5
    activities_are 1
}

@test "a duplicate that is touched in the renamed Failed is a new file, and still not approved" {
    judged_ones_failed
    mv in/Failed in/Failed-October
    wait_until known_in Failed-October
    touch in/Failed-October/lead_A-2.txt
    wait_until test -f in/Failed/Failed-October/lead_A-2.txt.error.txt
    activities_are 1
}

@test "all files of Failed, each dragged into the folder by itself, are filed" {
    local file
    judged_ones_failed
    mkdir in/again
    for file in in/Failed/*; do # a text is removed once its file is back
        mv "$file" in/again/ || [ ! -e "$file" ]
    done
    wait_until activities_are 4
    rmdir in/Failed
    failed_are
}

@test "hundreds of failed files are checked, and those that were deleted are found" {
    write_config 'max_size = "9";'
    local i
    for i in {1..300}; do
        echo 'too large for it' >"in/$i.txt"
    done
    run_once
    jobs_are failed 300
    rm in/Failed/*[02468].txt in/Failed/*[02468].txt.error.txt
    run_once
    jobs_are failed 150
    rm in/Failed/*
    run_once
    jobs_are failed 0
}
