#!/usr/bin/env bats
# A share whose server stops answering: each call on it hangs, in a state that no signal ends. It holds up nobody else.

load ../../support/story
load ../../support/clock

with_share() { # FOLDER-SETTING...: of the share
    timeout=1s more_folders="{ name = \"share\"; path = \"share\"; settle = \"200ms\"; poll_interval = \"200ms\"; $* }" \
        write_config 'poll_interval = "200ms";'
}

setup() {
    story_setup
    mount_hanging
    with_share
}

teardown() {
    local result=0
    answer # first: even to ask for "share" could hang
    story_teardown || result=$?
    end_hanging
    return $result
}

share_says() { # JQ-CONDITION on the share in status
    closedrop status --json | jq -en "input | .folders[] | select(.name == \"share\") | $1" >/dev/null
}

share_is_away() {
    share_says '.healthy == false and (.message | test("^does not answer since [0-2][0-9]:[0-5][0-9]$"))'
}

@test "a local folder delivers while the share hangs, status and log say so, and it comes back" {
    start_agent
    wait_until share_says .healthy
    hang all
    wait_until share_is_away
    wait_until log_says "folder share ($PWD/share): does not answer since"
    echo local >in/a.txt
    wait_until jobs_are done 1
    echo shared >behind/b.txt
    answer
    wait_until share_says '.healthy and .message == null'
    wait_until jobs_are done 2
    [ "$(uploads)" = 2 ]
    wait_until test -f "behind/Uploaded/$(date +%Y-%m)/b.txt"
}

@test "list and show say why a job of the share waits" {
    start_agent
    wait_until share_says .healthy
    closedrop pause
    echo shared >behind/b.txt
    echo local >in/a.txt
    wait_until jobs_are queued 2
    hang all
    wait_until share_is_away
    closedrop list --json | jq -s -e 'map(select(.folder_away | strings | test("^does not answer since "))) | map(.path) == ["b.txt"]'
    [[ $(closedrop list) == *'b.txt  (its folder is away: does not answer since '* ]]
    [[ $(closedrop show b.txt) == *$'\nWaits          its folder is away: does not answer since '* ]]
    answer
    wait_until share_says .healthy
    [[ $(closedrop list) != *'folder is away'* ]]
}

@test "a start while the share hangs: the control socket answers, and the local folder delivers" {
    hang all
    echo local >in/a.txt
    start_agent
    wait_until jobs_are done 1
    wait_until share_is_away
    answer
    wait_until share_says .healthy
}

@test "the share hangs while what a crash left there is put back: the local folder delivers, and so does the share once it answers" {
    mkdir -p behind/.closedrop
    echo left >behind/.closedrop/99
    touch behind/.closedrop/marker # of a batch: it is deleted first
    hang unlink
    start_agent
    wait_until has_hung unlink
    echo local >in/a.txt
    wait_until test -f "in/Uploaded/$(date +%Y-%m)/a.txt"
    wait_until share_is_away
    [ -e behind/.closedrop/99 ]
    answer
    wait_until log_says '99 was put back into the folder after a crash'
    wait_until test -f "behind/Uploaded/$(date +%Y-%m)/99"
    [ "$(uploads)" = 2 ]
}

@test "SIGTERM ends the agent while the share hangs" {
    start_agent
    wait_until share_says .healthy
    hang all
    wait_until share_is_away
    local before=$SECONDS
    stop_agent
    [ "$agent_code" = 0 ]
    [ $((SECONDS - before)) -le 5 ]
    answer
}

@test "run --once while the share hangs: it delivers from the local folder, and whoever reads its output does not wait" {
    hang all
    echo local >in/a.txt
    run closedrop run --once # through a pipe
    [ "$status" = 1 ]
    [[ $output == *"folder share ($PWD/share): does not answer since "* ]]
    [ "$(uploads)" = 1 ]
    answer
}

there_are() { # NUMBER of file processes, also of those that were killed and hang
    [ "$(ps --no-headers --ppid "$agent_pid" | wc -l)" = "$1" ]
}

@test "no more than three file processes, and one again once the share answers" {
    start_agent
    wait_until share_says .healthy
    hang all
    wait_until there_are 3
    sleep 1 # another one would have been tried
    there_are 3
    answer
    wait_until share_says .healthy
    wait_until there_are 1
}

@test "a file process that crashes takes its folder away for a moment, not the agent" {
    start_agent
    wait_until share_says .healthy
    kill -ABRT "$(pgrep -P "$agent_pid")"
    wait_until log_says 'its file process has ended unexpectedly'
    wait_until share_says .healthy
    echo shared >behind/b.txt
    wait_until jobs_are done 1
}

@test "an archive on a share that hangs: the other folder delivers, and the file is put away once it answers" {
    mkdir other
    timeout=1s more_folders='{ name = "other"; path = "other"; settle = "200ms"; }' \
        write_config "archive = \"$PWD/share/archive\"; poll_interval = \"200ms\";"
    start_agent
    wait_until folder_says .healthy
    hang all
    echo shared >in/b.txt
    wait_until folder_says '.message | strings | test("^does not answer since ")'
    echo local >other/a.txt
    wait_until test -f "other/Uploaded/$(date +%Y-%m)/a.txt"
    answer
    wait_until test -f behind/archive/b.txt
    [ "$(uploads)" = 2 ]
    [[ $(cat agent.log) != *"watched by another closedrop"* ]] # it was the process that hung
}

@test "the share hangs while a file of it is put away: the local folder delivers, and the file is put away once it answers" {
    start_agent
    wait_until share_says .healthy
    hang rename
    echo shared >behind/b.txt
    wait_until has_hung rename
    echo local >in/a.txt
    wait_until test -f "in/Uploaded/$(date +%Y-%m)/a.txt"
    wait_until share_is_away
    answer
    wait_until share_says .healthy
    wait_until test -f "behind/Uploaded/$(date +%Y-%m)/b.txt"
    [ "$(uploads)" = 2 ]
    [ "$(closedrop show 2 --json | jq .attempts)" = 1 ] || [ "$(closedrop show 1 --json | jq .attempts)" = 1 ]
}

@test "the share hangs between a note and its task: the local folder delivers, and the task is created once it answers" {
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "r"; lead_id = "lead_A"; note = { text = "x"; }; task = { text = "y"; }; } );'
    with_share 'rules = [ "r" ];'
    fault '[{"on":"task","do":{"status":429,"headers":{"Retry-After":"1"}},"times":0}]'
    start_agent
    wait_until share_says .healthy
    echo shared >behind/b.txt
    wait_until requests_reach task 1
    hang all
    wait_until share_is_away
    no_faults
    echo local >in/a.txt
    wait_until test -f "in/Uploaded/$(date +%Y-%m)/a.txt"
    answer
    wait_until test -f "behind/Uploaded/$(date +%Y-%m)/b.txt"
    activities_are 2
    closedrop show 1 | grep -q 'task task_.* on lead_A'
}

b_is_filed_once() { # job 1, and the one of the local folder
    wait_until cmp -s b.bin "behind/Uploaded/$(date +%Y-%m)/b.bin"
    [ "$(uploads)" = 2 ]
    closedrop show 1 --json | jq -e '.state == "done" and .attempts == 1'
}

the_local_folder_delivers() {
    echo local >in/a.txt
    wait_until test -f "in/Uploaded/$(date +%Y-%m)/a.txt"
    wait_until share_is_away
    wait_until log_says 'job 1 waits: share/b.bin: its folder does not answer'
}

@test "the share hangs while a file of it is opened to be sent: the local folder delivers, and the file is sent once it answers" {
    start_agent
    wait_until share_says .healthy
    closedrop pause
    head -c 700000 /dev/urandom | tee b.bin >behind/b.bin
    wait_until jobs_are queued 1
    hang open
    closedrop resume
    wait_until has_hung open
    the_local_folder_delivers
    answer
    b_is_filed_once
}

@test "the share hangs while a file of it is sent: the local folder delivers, SIGTERM ends the agent, and the next one sends the file" {
    set_config limits.bandwidth=1M
    start_agent
    wait_until share_says .healthy
    head -c 2500000 /dev/urandom | tee b.bin >behind/b.bin
    wait_until eval 'closedrop status --json | jq -e ".transfers[0].sent > 0"'
    hang read
    wait_until has_hung read
    the_local_folder_delivers
    local before=$SECONDS
    stop_agent
    [ "$agent_code" = 0 ]
    [ $((SECONDS - before)) -le 5 ]
    answer
    start_agent
    b_is_filed_once
}

# ---- what is done besides the stages of a file ----

with_rules() { # RULE FOLDER-SETTING...: files that begin with A belong to lead_A
    seed '{"leads":[{"id":"lead_A","name":"ACME"}]}'
    more="rules = ( { name = \"r\"; match = { path = \"^A\"; }; lead_id = \"lead_A\"; $1 } );" with_share 'rules = [ "r" ];' "${@:2}"
}

nobody_else_waits() { # for what hangs as CALL
    wait_until has_hung "$1"
    echo local >in/a.txt
    wait_until test -f "in/Uploaded/$(date +%Y-%m)/a.txt"
    wait_until share_is_away
    answer
    wait_until share_says .healthy
}

job_has() { # ID JQ-CONDITION
    closedrop show "$1" --json | jq -en "input | $2" >/dev/null
}

@test "the share hangs while the files of a group are classified: the local folder delivers, and the group is sent once" {
    with_rules 'group = { by = "x"; wait = "100ms"; }; email = { subject = "x"; };'
    start_agent
    wait_until share_says .healthy
    closedrop pause
    echo 1 >behind/A1.txt
    echo 2 >behind/A2.txt
    wait_until jobs_are queued 2
    wait_until job_has 2 '.rule == "r"'
    hang open:/A
    sed -i 's/\^A/^[A]/' "$config" # other rules: all are classified again
    kill -HUP "$agent_pid"
    wait_until has_hung open
    closedrop resume
    nobody_else_waits open
    wait_until jobs_are done 3
    activities_are 1
    [ "$(activities '.[0].attachments | length')" = 2 ]
}

fail_on_share() { # FILE: it is too large
    with_share 'max_size = "9"; rescan = "1s";'
    start_agent
    wait_until share_says .healthy
    echo "too large: $1" >"behind/$1"
    wait_until test -f "behind/Failed/$1.error.txt"
}

@test "the share hangs where a failed file should be: the local folder delivers, and one that was deleted is discarded" {
    fail_on_share b.txt
    hang statx:/Failed/b.txt
    nobody_else_waits statx
    rm behind/Failed/b.txt*
    wait_until job_has 1 '.ended == "discarded"'
}

@test "the share hangs while Failed is searched: the local folder delivers, and what was sorted there is found" {
    fail_on_share b.txt
    hang statx:/Failed/sorted
    mkdir behind/Failed/sorted
    mv behind/Failed/b.txt behind/Failed/sorted/c.txt
    rm behind/Failed/b.txt.error.txt
    nobody_else_waits statx
    wait_until job_has 1 '.place == "Failed/sorted/c.txt"'
}

@test "the share hangs while an end marker is put away: the local folder delivers, and the marker follows its files" {
    with_share 'marker = "{dir}/READY";'
    start_agent
    wait_until share_says .healthy
    hang rename:/READY
    echo shared >behind/b.txt
    touch behind/READY
    nobody_else_waits rename
    wait_until test -f "behind/Uploaded/$(date +%Y-%m)/READY"
    [ -f "behind/Uploaded/$(date +%Y-%m)/b.txt" ]
    [ "$(uploads)" = 2 ]
}

@test "the share hangs while an emptied directory is removed: the local folder delivers, and it goes later" {
    need_clock
    with_share 'remove_empty = true;'
    wall_only=yes start_in_time
    wait_until share_says .healthy
    mkdir behind/sub
    echo shared >behind/sub/b.txt
    wait_until test -f "behind/Uploaded/$(date +%Y-%m)/sub/b.txt"
    hang rmdir
    set_clock +5m
    nobody_else_waits rmdir
    wait_until eval '[ ! -e behind/sub ]'
    [ "$(uploads)" = 2 ]
}

@test "the share hangs where a duplicate had failed: the local folder delivers, and a copy of it is filed again" {
    with_rules 'note = { text = "n"; };'
    start_agent
    wait_until share_says .healthy
    echo same >behind/A1.txt
    wait_until activities_are 1
    echo same >behind/A2.txt
    wait_until test -f behind/Failed/A2.txt.error.txt
    hang statx:/Failed/A2
    cp behind/Failed/A2.txt behind/.A3
    rm behind/Failed/A2.txt
    mv behind/.A3 behind/A3.txt
    nobody_else_waits statx
    wait_until activities_are 2
    [ "$(uploads)" = 4 ]
}

# ---- tables ----

with_table() { # the local folder needs it, "other" needs none
    seed '{"leads":[{"id":"lead_A","name":"ACME"},{"id":"lead_B","name":"B"}]}'
    mkdir -p other
    printf 'key,lead_id\n1,lead_A\n2,lead_A\n' >behind/customers.csv
    touch -d -1min behind/customers.csv
    more='rules = ( { name = "t"; match = { path = "(?<n>[0-9]+)"; }; note = { text = "{name}"; };
        table = { file = "share/customers.csv"; key = "{n}"; }; } );'
    timeout=1s more_folders='{ name = "other"; path = "other"; settle = "200ms"; }' write_config 'rules = [ "t" ];'
}

the_table_is_away() {
    closedrop status --json | jq -en 'input | .tables_away[] | select(.file | endswith("/customers.csv"))
        | .message | test("^does not answer since ")' >/dev/null
}

no_table_is_away() {
    closedrop status --json | jq -en 'input | .tables_away == []' >/dev/null
}

other_delivers() {
    echo other >other/a.txt
    wait_until test -f "other/Uploaded/$(date +%Y-%m)/a.txt"
}

@test "a table on a share that hangs: the others deliver, what was read of it stays in use, status and log say so" {
    with_table
    start_agent
    echo 1 >in/1.txt
    wait_until activities_are 1
    hang all
    echo 2 >in/2.txt
    wait_until has_hung statx
    other_delivers
    wait_until the_table_is_away
    [[ $(closedrop status) == *"AWAY: table $PWD/share/customers.csv: does not answer since "* ]]
    log_says "the table $PWD/share/customers.csv does not answer (its file server or disk hangs); what was read of it before stays in use"
    wait_until activities_are 2
    echo 3 >in/3.txt # not in the table, as far as that is known
    wait_until jobs_are queued 1
    printf '3,lead_B\n' >>behind/customers.csv
    touch -d -1min behind/customers.csv
    answer
    wait_until no_table_is_away
    log_says "the table $PWD/share/customers.csv answers again"
    wait_until activities_are 3
    [ "$(activities '[.[] | select(.lead_id == "lead_B")] | length')" = 1 ]
}

@test "a start while a table hangs: the others deliver, SIGTERM ends the agent, and the next one files what waits for the table" {
    with_table
    hang all
    echo 1 >in/1.txt
    start_agent
    other_delivers
    wait_until the_table_is_away
    jobs_are queued 1
    local before=$SECONDS
    stop_agent
    [ "$agent_code" = 0 ]
    [ $((SECONDS - before)) -le 5 ]
    answer
    start_agent
    wait_until activities_are 1
}

@test "a table on a share that is changed: it is read again, and not before it is whole" {
    with_table
    start_agent
    echo 1 >in/1.txt
    wait_until activities_are 1
    printf 'key,lead_id\n4,lead_B\n' >behind/customers.csv
    echo 4 >in/4.txt
    wait_until activities_are 2
    [ "$(activities '[.[] | select(.lead_id == "lead_B")] | length')" = 1 ]
}
