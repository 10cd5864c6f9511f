#!/usr/bin/env bats
# closedrop upload: one file now, from a shell, without queue or folder.

load ../../support/story
WAIT_MAX=15

setup() {
    story_setup
    echo hello >letter.txt
}

teardown() { story_teardown; }

up() { # ARGUMENT...: stdout to out.txt, stderr to err.txt, the code to $code
    code=0
    timeout 30 "$CLOSEDROP_BIN_DIR/closedrop" upload -c "$config" "$@" >out.txt 2>err.txt || code=$?
}

@test "it prints the download URL, and nothing else" {
    up letter.txt
    [ "$code" = 0 ]
    [ "$(wc -l <out.txt)" = 1 ]
    grep -qE '^https?://.*/go/file/' out.txt
    [ ! -s err.txt ]
    was_uploaded letter.txt
}

@test "it needs no queue, no folder and no agent, and creates nothing" {
    rmdir in
    up letter.txt
    [ "$code" = 0 ]
    was_uploaded letter.txt
    [ ! -e state ]
    [ ! -e in ]
    [ ! -e control.sock ]
}

@test "it never moves the file, not even one in a drop folder" {
    cp -p letter.txt in/letter.txt
    stat in/letter.txt -c '%i %Y %s %a' >before
    up in/letter.txt
    [ "$code" = 0 ]
    stat in/letter.txt -c '%i %Y %s %a' | cmp before -
    was_uploaded in/letter.txt
}

@test "--json prints one object per file" {
    echo second >second.txt
    up --json letter.txt second.txt
    [ "$code" = 0 ]
    [ "$(wc -l <out.txt)" = 2 ]
    jq -es --arg sum "$(sha256sum <letter.txt | cut -d' ' -f1)" '.[0] | .path == "letter.txt" and .state == "done" and
        .size == 6 and .sha256 == $sum and .content_type == "text/plain" and .error == null and
        (.download_url | startswith("http"))' out.txt
    jq -es '.[1].path == "second.txt"' out.txt
}

@test "--json also prints what failed" {
    up --json nowhere.txt letter.txt
    [ "$code" = 1 ]
    jq -es '.[0] | .path == "nowhere.txt" and .state == "failed" and .error.code == "unreadable" and
        (.error.message | contains("no such file")) and .download_url == null and .sha256 == null' out.txt
    jq -es '.[1].state == "done"' out.txt
}

@test "several files: a failure does not stop the others" {
    echo second >second.txt
    up letter.txt nowhere.txt second.txt
    [ "$code" = 1 ]
    [ "$(wc -l <out.txt)" = 2 ]
    grep -qx 'closedrop: nowhere.txt: no such file' err.txt
    [ "$(uploads)" = 2 ]
}

@test "a wrong key exits with 77, at once, and without a request for each file" {
    echo api_wrong.secret >key
    up letter.txt letter.txt letter.txt
    [ "$code" = 77 ]
    [ ! -s out.txt ]
    grep -q 'API key' err.txt
    [ "$(counts .requests.upload)" = 1 ]
    if grep -q api_wrong err.txt; then return 1; fi
}

@test "a missing key exits with 78" {
    rm key
    up letter.txt
    [ "$code" = 78 ]
    grep -q "$PWD/key" err.txt
}

@test "a configuration with errors exits with 78" {
    set_config colour=blue
    up letter.txt
    [ "$code" = 78 ]
    grep -q 'colour: unknown key' err.txt
}

@test "an empty file, a directory and a pipe are refused in words" {
    : >empty.txt
    mkdir directory
    mkfifo pipe
    local file
    for file in empty.txt directory pipe; do
        up "$file"
        [ "$code" = 1 ]
        grep -q "^closedrop: $file: " err.txt
    done
    truncate -s 6G huge.bin
    up huge.bin
    [ "$code" = 1 ]
    grep -q '5 G' err.txt
    [ "$(counts .tickets)" = 0 ]
}

@test "S3 says 503: it is tried again, and says so" {
    fault '[{"on":"s3","times":2,"do":{"status":503,"code":"SlowDown"}}]'
    up letter.txt
    [ "$code" = 0 ]
    [ "$(grep -c 'SlowDown.*retrying in' err.txt)" = 2 ]
    [ "$(wc -l <out.txt)" = 1 ]
    [ "$(uploads)" = 1 ]
}

@test "Close says 500, resets and answers garbage: it is tried again" {
    fault '[{"on":"upload","do":{"status":500}},{"on":"upload","do":"reset-before"},{"on":"upload","do":"garbage"}]'
    up letter.txt
    [ "$code" = 0 ]
    was_uploaded letter.txt
}

@test "an expired form is requested again" {
    fault '[{"on":"upload","do":"expired-form"}]'
    up letter.txt
    [ "$code" = 0 ]
    [ "$(counts .tickets)" = 2 ]
}

@test "Close is down: it gives up after some tries, and exits with 1" {
    stop_sandbox
    SECONDS=0
    up letter.txt
    [ "$code" = 1 ]
    [ ! -s out.txt ]
    grep -q 'letter.txt: Close ' err.txt
    [ $SECONDS -lt 20 ]
}

@test "what Close refuses is reported in its own words, without another try" {
    fault '[{"on":"upload","times":0,"do":{"status":400,"body":"{\"error\":\"No such plan.\"}"}}]'
    up letter.txt
    [ "$code" = 1 ]
    grep -q 'No such plan.' err.txt
    [ "$(counts .requests.upload)" = 1 ]
}

@test "a form that points at a foreign host is refused" {
    fault '[{"on":"upload","times":0,"do":"foreign-host"}]'
    up letter.txt
    [ "$code" = 1 ]
    grep -q 'files.example.com' err.txt
    [ "$(counts .requests.s3)" = 0 ]
}

@test "a file that is written to meanwhile is not sent as a mixture of old and new" {
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --big 12M old.bin
    cp old.bin big.bin
    fault '[{"on":"s3","do":{"delay":"1s"}}]'
    up big.bin 3>&- &
    local pid=$!
    wait_until eval '[ "$(counts .tickets)" = 1 ]'
    sleep 0.3
    echo "one line more" >>big.bin
    wait "$pid"
    # either it says that it did not work, or one of the two went
    [ -s err.txt ] || [ "$(wc -l <out.txt)" = 1 ]
    local sums
    sums=$(sha256sum old.bin big.bin | cut -d' ' -f1)
    [ -z "$(ledger | cut -f1 | grep -vF "$sums")" ]
}

@test "it works while the agent runs, and does not disturb it" {
    start_agent
    echo dropped >in/a.txt
    up letter.txt
    [ "$code" = 0 ]
    wait_until jobs_are done 1
    [ "$(uploads)" = 2 ]
    [ "$(closedrop list --json | jq -c 'select(.folder)' | wc -l)" = 1 ]
}

@test "awkward names are sent as they are, and need no quoting" {
    local name
    for name in '-rf.txt' 'Müller Straße.txt' $'new\nline.txt' $'not UTF-8 \xff.txt' '"quoted".txt'; do
        echo "$name" >"./$name"
        up -- "$name"
        [ "$code" = 0 ]
        was_uploaded "./$name"
    done
    up --json -- $'not UTF-8 \xff.txt'
    jq -e '.path == "not UTF-8 \ufffd.txt"' out.txt
}

@test "without a terminal there is no progress bar" {
    up letter.txt
    [ "$code" = 0 ]
    [ "$(wc -l <out.txt)" = 1 ]
    if grep -q $'\r' err.txt out.txt; then return 1; fi
}

@test "on a terminal there is a progress bar" {
    type -P script >/dev/null || skip "script(1) is not installed"
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --big 12M big.bin
    fault '[{"on":"s3","do":{"delay":"500ms"}}]'
    script -qec "$CLOSEDROP_BIN_DIR/closedrop upload -c $config big.bin" /dev/null </dev/null >terminal.txt
    grep -q '%' terminal.txt
    grep -q $'\r' terminal.txt
}

# ---- on the queue's list ----

by_hand() { # JQ-CONDITION: on the newest job
    closedrop list --json --limit 1 | jq -en "input | .folder == null and ($1)" >/dev/null
}

lists() { # NUMBER of jobs
    [ "$(closedrop list --json | wc -l)" = "$1" ]
}

@test "with an agent it is listed as by hand, and the agent leaves it alone; retry says why" {
    local sum
    sum=$(sha256sum <letter.txt | cut -d' ' -f1)
    start_agent
    up letter.txt
    [ "$code" = 0 ]
    [ ! -s err.txt ]
    by_hand ".id == 1 and .path == \"letter.txt\" and .place == \"$PWD/letter.txt\" and .size == 6 and .sha256 == \"$sum\" and
        .content_type == \"text/plain\" and .state == \"done\" and .attempts == 1 and .error == null and .rule == null and
        .download_url == \"$(cat out.txt)\" and .queued_at <= .uploaded_at and .uploaded_at <= .done_at"
    closedrop list | grep -E '^ +1 +done +[-0-9]+ [0-9:]+ +by hand +6 B +letter.txt$'
    closedrop show 1 | grep -E '^Folder +by hand$'
    history_says 1 'done: uploaded by hand'
    run closedrop retry 1
    [ "$status" = 1 ]
    [[ $output == *'uploaded by hand; run "closedrop upload" again'* ]]
    closedrop status --json | jq -en 'input | .jobs == {queued:0,uploading:0,uploaded:0,attaching:0,done:0,failed:0}'
    cp -p letter.txt in/ # another file, though of the same name and bytes
    wait_until jobs_are done 1
    closedrop forget 1
    lists 1
}

@test "a failure is listed with its error, but not a file that could not be opened; retry --all leaves it alone" {
    start_agent
    fault '[{"on":"upload","match":"letter","do":{"status":400,"body":"{\"error\":\"no such thing\"}"},"times":0}]'
    up letter.txt nowhere.txt
    [ "$code" = 1 ]
    lists 1
    by_hand '.state == "failed" and .error.code == "close_refused" and (.error.message | contains("no such thing")) and
        .sha256 == null and .download_url == null'
    [[ $(closedrop retry --all) == *"there is no failed job"* ]]
    closedrop list --state failed | grep 'by hand'
    restart_says_nothing_of_folders
}

restart_says_nothing_of_folders() { # such as that one is not in the configuration
    stop_agent
    start_agent
    never log_says 'no longer in the configuration'
    closedrop check | grep 'is valid'
    [[ $(closedrop check 2>&1) != *"no longer"* ]]
}

@test "without an agent it is recorded in the queue itself; the agent's own jobs end as usual" {
    echo scan >in/scan.txt
    run_once
    up letter.txt
    [ "$code" = 0 ]
    [ ! -s err.txt ]
    by_hand '.id == 2 and .path == "letter.txt" and .state == "done"'
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 2 ]
}

@test "a user without access to the queue can upload as usual, and a message says once that it is not listed" {
    [ "$(id -u)" = 0 ] || skip "only root can be two users"
    start_agent
    become_nobody
    chown nobody: letter.txt
    up --json letter.txt letter.txt
    [ "$code" = 0 ]
    jq -es 'length == 2 and all(.state == "done" and .error == null)' out.txt
    [ "$(grep -c "not recorded in the queue: you have no permission to read $PWD/state" err.txt)" = 1 ]
    [ "$(wc -l <err.txt)" = 1 ]
}

tell_agent() { # JSON: what the control socket answers
    curl -s --unix-socket control.sock -w '%{http_code}\n' --data-binary "$1" http://localhost/uploads
}

@test "what the control socket receives is refused with a reason if it is not an upload" {
    start_agent
    [[ $(tell_agent 'junk') == *'an upload is reported as one JSON object'*400 ]]
    [[ $(tell_agent '{"state":"queued","name":"a"}') == *'\"state\" must be'*400 ]]
    [[ $(tell_agent '{"state":"done","name":"../a"}') == *'\"name\" must be'*400 ]]
    head -c 70000 /dev/zero | tr '\0' ' ' >long
    [[ $(tell_agent @long) == *'too long'*413 ]]
    [[ $(curl -s --unix-socket control.sock -X POST http://localhost/uploads) == *'one JSON object'* ]]
    lists 0
    up letter.txt
    lists 1
}

@test "list shows where a file that was uploaded by hand is, whatever path led to it" {
    mkdir -p in/deep
    echo hello >out.txt
    start_agent
    closedrop upload in/deep/../../out.txt
    closedrop list --json | jq -e --arg place "$(realpath out.txt)" '.place == $place'
}
