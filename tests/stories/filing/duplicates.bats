#!/usr/bin/env bats
# The same contents are filed once on a lead, whatever their name and wherever they come from; a person may want them filed
# again.

load ../../support/story
WAIT_MAX=20

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    seed '{"leads":[{"id":"lead_A","name":"ACME"},{"id":"lead_B","name":"B"}]}'
    use_rule 'email = { subject = "{stem}"; };'
}

teardown() { story_teardown; }

use_rule() { # ACTIVITY FOLDER-SETTING...: A* belongs to lead_A, B* to lead_B
    more="rules = ( { name = \"r\"; match = { path = \"(^|/)(?<l>[AB])[^/]*\$\"; }; lead_id = \"lead_{l}\"; $1 } );"
    write_config 'rules = [ "r" ];' "${@:2}"
}

file_one() { # NAME: "hello" is filed
    echo hello >"in/$1"
    run_once
    [ "$agent_code" = 0 ]
    activities_are 1
}

was_held_back() { # FILE: it lies in Failed, and its text says why
    [ -f "$1" ]
    grep -q " on $(LC_ALL=C date '+%-d %B %Y')\.$" "$1.error.txt"
    grep -q "^- If .* wanted there twice, move ${1##*/} (not this message) to " "$1.error.txt"
    activities_are 1
}

@test "the same contents under another name are held back, and the text says when and where they were filed" {
    file_one A1.txt
    echo hello >in/A2.txt
    run_once
    [ "$agent_code" = 1 ]
    was_held_back in/Failed/A2.txt
    grep -qx 'A2.txt was not saved in Close, because its content was sent there before.' in/Failed/A2.txt.error.txt
    grep -qF 'content, A1.txt, was already added to the lead "ACME" (lead_A) on' in/Failed/A2.txt.error.txt
    grep -qx 'Open the link above and look for that file.' in/Failed/A2.txt.error.txt
    grep -q '^- If it is there, and once is enough, delete A2.txt and this message' in/Failed/A2.txt.error.txt
    [ "$(closedrop list --state failed --json | jq -r .error.code)" = already_filed ]
}

@test "notes and lead files are remembered as well as emails, and each kind counts for itself" {
    local activity
    for activity in 'note = { text = "n"; };' 'lead_file = {};'; do
        use_rule "$activity" 'after_upload = "delete";'
        echo hello >in/A1.txt
        run_once
        [ "$agent_code" = 0 ]
        echo hello >in/A2.txt
        run_once
        [ "$agent_code" = 1 ]
        rm in/Failed/*
    done
    activities_are 2
}

@test "on another lead they are filed" {
    file_one A1.txt
    echo hello >in/B1.txt
    run_once
    [ "$agent_code" = 0 ]
    activities_are 2
}

@test "dragging it back files it again, and only once" {
    file_one A1.txt
    echo hello >in/A2.txt
    run_once
    mv in/Failed/A2.txt in/A3.txt
    run_once
    [ "$agent_code" = 0 ]
    activities_are 2
    [ -f "$uploaded/A3.txt" ]
    find_gives 0 in/Failed -type f
    echo hello >in/A4.txt
    run_once
    [ -f in/Failed/A4.txt ]
    activities_are 2
}

@test "brought back with a new handle, as when a desktop or a share copies it, it is filed again" {
    file_one A1.txt
    echo hello >in/A2.txt
    run_once
    cp in/Failed/A2.txt .
    rm in/Failed/A2.txt
    cp A2.txt 'in/A2 copy.txt'
    run_once
    [ "$agent_code" = 0 ]
    activities_are 2
    find_gives 0 in/Failed -type f
    [ "$(closedrop list --json | jq -s 'map(.state) | unique | join(" ")')" = '"done"' ]
    history_says 3 'brought back by a person'
}

@test "a third copy while the second is in Failed is not an approval" {
    file_one A1.txt
    echo hello >in/A2.txt
    run_once
    echo hello >in/A3.txt
    run_once
    was_held_back in/Failed/A2.txt
    was_held_back in/Failed/A3.txt
}

fail_one() { # NAME...: filed once already, each in Failed
    file_one A1.txt
    local name
    for name in "$@"; do
        mkdir -p "$(dirname "in/$name")"
        echo hello >"in/$name"
    done
    run_once
    for name in "$@"; do [ -f "in/Failed/$name" ]; done
    activities_are 1
}

third_copy_is_held_back() {
    echo hello >in/A3.txt
    run_once
    was_held_back in/Failed/A3.txt
}

@test "touching a file in Failed, or sorting it there, does not approve another copy" {
    fail_one A2.txt
    touch -d 2020-01-01 in/Failed/A2.txt
    third_copy_is_held_back
    mkdir in/Failed/old
    mv in/Failed/A2.txt in/Failed/A3.txt in/Failed/old/
    echo hello >in/A4.txt
    run_once
    was_held_back in/Failed/A4.txt
}

@test "restoring the folder from a backup, including Failed, is not an approval" {
    fail_one A2.txt
    cp -a in backup
    rm -r in
    mv backup in
    third_copy_is_held_back
}

@test "renaming all of Failed is not an approval" {
    fail_one A2.txt A3.txt
    mv in/Failed in/Problems
    run_once
    run_once
    activities_are 1
}

@test "a Failed that is not mounted is not an approval" {
    mkdir bad
    mount_or_skip -t tmpfs tmpfs bad
    use_rule 'email = { subject = "{stem}"; };' "failed = \"$PWD/bad\";"
    file_one A1.txt
    echo hello >in/A2.txt
    run_once
    was_held_back bad/A2.txt
    umount bad
    echo hello >in/A3.txt
    run_once
    was_held_back bad/A3.txt
}

@test "the directory above becomes the folder: files in Failed are not an approval, whatever Failed is called now" {
    fail_one A2.txt A3.txt
    mkdir office
    mv in office/
    set_config folders.path=office
    run_once
    run_once
    activities_are 1
    set_config folders.name=letters
    run_once
    activities_are 1
}

@test "a directory of failed files that is dragged back is filed again" {
    fail_one sub/A2.txt
    mv in/Failed/sub in/sub/
    run_once
    activities_are 2
}

@test "deleting a directory of failed files with their texts does not approve a copy of it" {
    fail_one sub/A2.txt
    cp -r in/Failed/sub back
    rm -r in/Failed/sub back/*.error.txt
    cp -r back in/sub
    run_once
    was_held_back in/Failed/sub/back/A2.txt
}

@test "Close does not list merges for this key: on another lead, the file is filed all the same" {
    local status
    for status in 400 403; do
        fault '[{"on":"merges","do":{"status":'$status',"body":"{\"error\":\"no\"}"},"times":0}]'
        echo "$status" >in/A1.txt
        run_once
        echo "$status" >in/B1.txt
        run_once
        [ "$agent_code" = 0 ]
    done
    activities_are 4
}

@test "retry ID is an approval as well" {
    file_one A1.txt
    echo hello >in/A2.txt
    run_once
    closedrop retry 2
    run_once
    [ "$agent_code" = 0 ]
    activities_are 2
    [ -f "$uploaded/A2.txt" ]
}

@test "skip: done without an activity; file: filed without asking" {
    file_one A1.txt
    use_rule 'email = { subject = "{stem}"; };' 'duplicates = "skip";'
    echo hello >in/A2.txt
    run_once
    [ "$agent_code" = 0 ]
    activities_are 1
    [ -f "$uploaded/A2.txt" ]
    history_says 2 'it is not added again'
    use_rule 'email = { subject = "{stem}"; };' 'duplicates = "file";'
    echo hello >in/A3.txt
    run_once
    activities_are 2
}

@test "two copies that arrive together: one is filed, the other waits for it and is held back" {
    local i
    for i in 1 2 3 4 5 6 7 8; do echo hello >"in/A$i.txt"; done
    run_once
    activities_are 1
    find_gives 7 in/Failed -name 'A?.txt'
}

@test "a copy of a file that Close refuses is not held back" {
    fault '[{"on":"email","do":{"status":400,"body":"{\"errors\":[\"no\"]}"},"times":1}]'
    echo hello >in/A1.txt
    echo hello >in/A2.txt
    run_once
    activities_are 1
    [ "$(closedrop list --state failed --json | jq -r .error.code)" = close_refused ]
}

@test "an activity that is unclear counts" {
    limits='doubt = "1h"; '
    use_rule 'email = { subject = "{stem}"; };'
    fault '[{"on":"email","do":"hang-after","times":0}]'
    timeout=500ms
    use_rule 'email = { subject = "{stem}"; };'
    echo hello >in/A1.txt
    start_agent
    wait_until activities_are 1
    wait_until log_says 'checking in'
    no_faults
    echo hello >in/A2.txt
    wait_until history_says 2 'waiting for that'
    stop_agent
    activities_are 1
}

@test "the file of a group that was filed before is left out, and fails alone" {
    file_one A1.txt
    use_rule 'group = { by = "{l}"; wait = "300ms"; }; email = { subject = "{l}"; };'
    echo hello >in/A2.txt
    echo two >in/A3.txt
    echo three >in/A4.txt
    run_once
    activities_are 2
    [ "$(activities '.[1].attachments | map(.filename)')" = '["A3.txt","A4.txt"]' ]
    [ -f in/Failed/A2.txt ]
    find_gives 1 in/Failed -name '*.txt' ! -name '*.error.txt'
}

merge() { # SOURCE DESTINATION
    curl -sf -u api_sandbox.secret: -H 'Content-Type: application/json' \
        -d "{\"source\":\"$1\",\"destination\":\"$2\"}" "${api}lead/merge/" >/dev/null
}

@test "filed on a lead that was merged into this one: held back, and both are named" {
    seed '{"leads":[{"id":"lead_C","name":"C"}]}'
    file_one A1.txt
    merge lead_A lead_C
    merge lead_C lead_B
    echo hello >in/B1.txt
    run_once
    was_held_back in/Failed/B1.txt
    grep -q 'was already added to the lead lead_A, which was merged into lead_B, on' in/Failed/B1.txt.error.txt
}

@test "filed on a lead that was merged into a different one: it is filed" {
    seed '{"leads":[{"id":"lead_C","name":"C"}]}'
    file_one A1.txt
    merge lead_A lead_C
    echo hello >in/B1.txt
    run_once
    [ "$agent_code" = 0 ]
    activities_are 2
}

@test "without a rule, what was uploaded before is uploaded again" {
    write_config
    echo hello >in/a.txt
    run_once
    echo hello >in/b.txt
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 2 ]
}

@test "keep: touched three times, restored from a backup, or moved and touched, nothing is sent or filed again" {
    local i
    use_rule 'email = { subject = "{stem}"; };' 'after_upload = "keep";'
    file_one A1.txt
    for i in 1 2 3; do
        touch -d "2020-01-0$i" in/A1.txt
        run_once
        [ "$agent_code" = 0 ]
    done
    cp in/A1.txt backup
    rm in/A1.txt
    cp backup in/A1.txt
    run_once
    mkdir in/sub
    mv in/A1.txt in/sub/A1.txt
    touch in/sub/A1.txt
    run_once
    run_once
    activities_are 1
    [ "$(uploads)" = 1 ]
    [ -f in/sub/A1.txt ]
    history_says 1 'its file has a new modification time, but the same bytes that were filed'
    [ "$(closedrop list --json | jq -s length)" = 1 ]
}

@test "keep: a file of the same size that was rewritten is filed" {
    use_rule 'email = { subject = "{stem}"; };' 'after_upload = "keep";'
    file_one A1.txt
    echo hallo >in/A1.txt
    run_once
    activities_are 2
}

@test "keep: touched without a rule, it is not uploaded again" {
    write_config 'after_upload = "keep";'
    echo hello >in/a.txt
    run_once
    touch in/a.txt
    run_once
    [ "$(uploads)" = 1 ]
}

@test "keep: a copy is recognised by its contents, and stays" {
    use_rule 'email = { subject = "{stem}"; };' 'after_upload = "keep";'
    file_one A1.txt
    cp in/A1.txt 'in/A1 copy.txt'
    run_once
    [ "$agent_code" = 0 ]
    activities_are 1
    [ -f 'in/A1 copy.txt' ]
    run_once
    activities_are 1
}

# ---- closedrop upload ----

upload_is_held_back() { # OPTION...
    run closedrop upload "$@" letter.txt
    [ "$status" = 1 ]
    [[ $output == *"was already filed on lead_A on $(date -u +%Y-%m-%d); --again files it a second time"* ]]
}

@test "upload checks the same with a running agent and with the queue, and continues only with --again" {
    use_rule 'lead_file = {};'
    file_one A1.txt
    echo hello >letter.txt
    upload_is_held_back --lead lead_A
    start_agent
    upload_is_held_back --lead lead_A
    [ "$(closedrop upload --json --lead lead_A letter.txt | jq -r .error.code)" = already_filed ]
    activities_are 1
    closedrop upload --again --lead lead_A letter.txt
    closedrop upload --lead lead_B letter.txt
    activities_are 3
}

@test "upload and the folder know what upload has filed" {
    run_once
    echo hello >letter.txt
    cp letter.txt A9.txt
    closedrop upload --rule r A9.txt
    run closedrop upload --rule r A9.txt
    [ "$status" = 1 ]
    echo hello >in/A1.txt
    run_once
    was_held_back in/Failed/A1.txt
}

@test "upload works without a queue" {
    echo hello >letter.txt
    closedrop upload --lead lead_A letter.txt
    activities_are 1
    [ ! -e state ]
}

@test "upload twice at once, or while the folder posts the same: one is filed" {
    start_agent
    fault '[{"on":"email","do":{"delay":"900ms"},"times":2}]'
    echo hello >A9.txt
    "$CLOSEDROP_BIN_DIR/closedrop" upload -c "$config" --rule r A9.txt 3>&- &
    local first=$!
    "$CLOSEDROP_BIN_DIR/closedrop" upload -c "$config" --rule r A9.txt 3>&- || true
    wait "$first" || true
    activities_are 1
    echo two >in/A1.txt
    wait_until jobs_are attaching 1
    cp in/A1.txt A8.txt
    run closedrop upload --rule r A8.txt
    [ "$status" = 1 ]
    wait_until jobs_are done 1
    activities_are 2
}

@test "upload killed during its POST: the folder knows what may have been created" {
    run_once
    fault '[{"on":"email","do":"hang-after","times":1}]'
    echo hello >A9.txt
    "$CLOSEDROP_BIN_DIR/closedrop" upload -c "$config" --rule r A9.txt 3>&- &
    local upload=$!
    wait_until activities_are 1
    kill -9 "$upload"
    wait "$upload" || true
    cp A9.txt in/A1.txt
    run_once
    was_held_back in/Failed/A1.txt
}

@test "an upload that Close refuses holds nothing back" {
    run_once
    fault '[{"on":"email","do":{"status":400,"body":"{\"errors\":[\"no\"]}"},"times":1}]'
    echo hello >A9.txt
    run closedrop upload --rule r A9.txt
    [ "$status" = 1 ]
    closedrop upload --rule r A9.txt
    activities_are 1
}
