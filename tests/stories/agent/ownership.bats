#!/usr/bin/env bats
# One folder, one owner: a second agent with a queue of its own leaves the folder alone, says so, and takes it over when the
# first is gone.

load ../../support/story

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    second_pid=''
    write_config 'poll_interval = "200ms";'
}

teardown() {
    [ -z "$second_pid" ] || stop_second
    story_teardown
}

# The second agent: everything its own but the folder, PATH. Its configuration is second.conf.
write_second() { # PATH [FOLDER-SETTING...]
    local config=second.conf
    write_config 'poll_interval = "200ms";' "${@:2}"
    set_config state_dir=state2 control_socket=second.sock folders.path="$1"
}

start_second() {
    "$CLOSEDROP_BIN_DIR/closedrop" run -c second.conf >>second.log 2>&1 3>&- &
    second_pid=$!
    wait_until second_says '.agent'
}

stop_second() {
    kill -TERM "$second_pid" 2>/dev/null || true
    wait "$second_pid" || true
    second_pid=''
    never grep -qE 'ERROR: (Address|Leak)Sanitizer|runtime error:' second.log
}

second_says() { # JQ-CONDITION on its status
    "$CLOSEDROP_BIN_DIR/closedrop" status -c second.conf --json 2>/dev/null | jq -en "input | $1" >/dev/null 2>&1
}

second_is_refused() { # WORDS
    second_says ".folders[0] | .healthy == false and (.message | contains(\"$1\"))"
}

check_second() {
    "$CLOSEDROP_BIN_DIR/closedrop" check -c second.conf
}

drop_six() { # PREFIX
    local i
    for i in 1 2 3 4 5 6; do
        echo "$1 $i" >"in/$1$i.txt"
    done
}

words() {
    echo "watched by another closedrop (host $(hostname), pid $agent_pid)"
}

# An owner file that the closedrop of another machine, or of another life, left in DIR.
write_owner() { # DIR HOST PID [BOOT]
    mkdir -p -m 700 "$1/.closedrop"
    printf 'queue 4711\nbeat 1\nhost %s\npid %s\nboot %s\nstate_dir /nowhere\n' "$2" "$3" "${4:-another}" >"$1/.closedrop/owner"
}

this_boot() {
    echo "$(cat /proc/sys/kernel/random/boot_id) $(readlink /proc/self/ns/pid)"
}

a_gone_pid() {
    local pid
    true &
    pid=$!
    wait $pid
    echo $pid
}

@test "two agents with two queues: six files are sent once, and status and check of the second name the owner of the folder" {
    start_agent
    wait_until folder_says .healthy
    write_second in
    start_second
    wait_until second_is_refused "is $(words)"
    drop_six a
    wait_until jobs_are done 6
    wait_until find_gives 6 "$uploaded" -type f
    [ "$(uploads)" = 6 ]
    second_says '.jobs.done == 0 and .jobs.queued == 0'
    second_is_refused "is $(words)"
    grep -qF "is $(words)" second.log
    run check_second
    echo "$output"
    [ "$status" = 78 ]
    [[ $output == *"folder \"scans\": $PWD/in: is $(words), state_dir $PWD/state; stop that one"* ]]
    closedrop check # the first's own configuration, while it runs
}

@test "the first is killed with -9: the second takes the folder over and sends what arrives" {
    start_agent
    wait_until folder_says .healthy
    write_second in
    start_second
    wait_until second_is_refused 'another closedrop'
    echo first >in/first.txt
    wait_until jobs_are done 1
    wait_until test -f "$uploaded/first.txt"
    kill_agent
    [ -f in/.closedrop/owner ]
    wait_until second_says '.folders[0].healthy'
    echo second >in/second.txt
    wait_until second_says '.jobs.done == 1'
    [ "$(uploads)" = 2 ]
    start_agent # the first comes back: now it is the one to wait
    wait_until folder_says ".message == \"is watched by another closedrop (host $(hostname), pid $second_pid)\""
}

@test "the first is stopped: it leaves no owner file, and the second continues" {
    start_agent
    wait_until folder_says .healthy
    [ "$(stat -c %a in/.closedrop/owner)" = 600 ]
    grep -qx "pid $agent_pid" in/.closedrop/owner
    write_second in
    start_second
    wait_until second_is_refused 'another closedrop'
    stop_agent
    wait_until second_says '.folders[0].healthy'
    drop_six b
    wait_until second_says '.jobs.done == 6'
    [ "$(uploads)" = 6 ]
    stop_second
    [ ! -e in/.closedrop/owner ]
}

@test "a reload does not give up the folder" {
    start_agent
    wait_until folder_says .healthy
    write_second in
    config=second.conf set_config folders.poll_interval=100ms
    start_second
    wait_until second_is_refused 'another closedrop'
    for _ in 1 2 3 4 5; do
        kill -HUP "$agent_pid"
        wait_until folder_says .healthy
    done
    wait_until log_says_often 'reloaded' 5
    echo hello >in/a.txt
    wait_until jobs_are done 1
    second_is_refused "is $(words)"
}

@test "another queue owns a directory above or below: the folder is away until the other agent exits" {
    mkdir in/sub
    start_agent
    wait_until folder_says .healthy
    write_second in/sub 'after_upload = "delete";'
    start_second
    wait_until second_is_refused "is inside $PWD/in, which is $(words)"
    run check_second
    [[ $status = 78 && $output == *"folder \"scans\": $PWD/in: is $(words)"* ]]
    echo hello >in/sub/a.txt
    wait_until jobs_are done 1
    stop_agent
    wait_until second_says '.folders[0].healthy'
    start_agent
    wait_until folder_says '.healthy == false and (.message | contains("contains sub, which is watched by another closedrop"))'
    echo again >in/sub/b.txt
    wait_until second_says '.jobs.done == 1'
    echo top >in/c.txt
    sleep 0.5 # some looks
    jobs_are queued 0
    [ "$(uploads)" = 2 ]
    stop_second
    wait_until folder_says .healthy
    wait_until jobs_are done 2
    [ "$(uploads)" = 3 ]
}

@test "two empty folders that are one directory: files that are moved in are sent once" {
    write_config
    write_second in
    start_agent
    start_second
    wait_until folder_says .healthy
    local i
    for i in 1 2 3; do
        echo "$i" >m
        mv m "in/m$i.txt"
    done
    wait_until eval '[ "$(find in/Uploaded -name "m*" | wc -l)" = 3 ]'
    wait_until eval 'folder_says ".healthy == false" || second_says ".folders[0].healthy == false"'
    [ "$(uploads)" = 3 ]
}

left_by_a_reload() { # FOLDER-KEY=VALUE...: instead of scans, in "in"; its file in hand is sent and put away once, by the first
    echo hello >in/.hidden
    mkdir other
    start_agent
    wait_until folder_says .healthy
    write_second in
    start_second
    fault '[{"on":"s3","times":1,"do":{"delay":"2s"}}]'
    echo hello >in/a.txt
    wait_until requests_reach s3 1
    set_config "$@"
    kill -HUP "$agent_pid"
    wait_until jobs_are done 1
    wait_until second_says '.folders[0].healthy'
    echo again >in/b.txt
    wait_until second_says '.jobs.done == 1'
    [ "$(ledger | cut -f3 | sort | xargs)" = 'a.txt b.txt' ]
    [ -f "$uploaded/a.txt" ]
    [ -f "$uploaded/b.txt" ]
}
@test "a folder that a reload removes from the configuration stays ours until its file in progress is put away" {
    left_by_a_reload folders.name=letters folders.path=other
}
@test "and so does one that a reload gives another path" {
    left_by_a_reload folders.path=other
}

@test "a copy of the state directory counts as another agent" {
    echo hello >in/.hidden
    start_agent
    wait_until folder_says .healthy
    stop_agent
    cp -a state state2
    write_second in
    start_agent
    wait_until folder_says .healthy
    start_second
    wait_until second_is_refused "is $(words)"
    drop_six a
    wait_until jobs_are done 6
    [ "$(uploads)" = 6 ]
}

@test "the path is changed to the directory above: with the same queue, nothing is refused" {
    mkdir in/sub
    set_config folders.path=in/sub
    start_agent
    wait_until folder_says .healthy
    echo one >in/sub/a.txt
    wait_until jobs_are done 1
    kill_agent # so that its owner file stays
    [ -f in/sub/.closedrop/owner ]
    set_config folders.path=in
    start_agent
    wait_until folder_says .healthy
    echo two >in/sub/b.txt
    wait_until test -f "$uploaded/sub/b.txt"
    set_config folders.path=in/sub
    kill -HUP "$agent_pid"
    wait_until log_says 'reloaded'
    echo three >in/sub/c.txt
    wait_until test -f "in/sub/Uploaded/$(date +%Y-%m)/c.txt"
}

@test "an owner file that is left over, or empty, is harmless" {
    write_owner in "$(hostname)" 1 before-the-power-failed
    mkdir -p in/sub/.closedrop in/other/.closedrop
    write_owner in/sub "$(hostname)" 1
    : >in/other/.closedrop/owner
    echo hello >in/a.txt
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 1 ]
    : >in/.closedrop/owner
    echo again >in/b.txt
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 2 ]
}

@test "another user's .closedrop: the folder is away until that is removed" {
    [ "$(id -u)" = 0 ] || skip "giving a directory to another user takes root"
    mkdir -m 700 in/.closedrop
    chown nobody in/.closedrop
    echo hello >in/a.txt
    start_agent
    wait_until folder_says ".healthy == false and (.message | startswith(\"is marked by another user's closedrop (uid $(id -u nobody) owns\"))"
    jobs_are queued 0
    rmdir in/.closedrop
    wait_until test -f "$uploaded/a.txt"
    [ "$(uploads)" = 1 ]
}

@test "keep: the first file is sent once, and a folder that cannot be written to is watched with one warning" {
    write_config 'poll_interval = "200ms"; after_upload = "keep";'
    write_second in 'after_upload = "keep";'
    start_agent
    start_second
    drop_six k
    wait_until eval '[ "$(uploads)" = 6 ]'
    wait_until eval 'second_is_refused another || folder_says ".healthy == false"'
    sleep 0.5 # some looks
    [ "$(uploads)" = 6 ]
    stop_second
    stop_agent
    rm -r in/.closedrop
    mount_or_skip --bind in in
    mount -o remount,ro,bind in
    start_agent
    wait_until folder_says .healthy
    wait_until log_says 'cannot mark it as watched'
    sleep 0.5 # some looks
    [ "$(grep -c 'cannot mark it' agent.log)" = 1 ]
}

@test ".closedrop is moved away while the first watches: what the second then takes is sent once" {
    echo hello >in/.hidden
    start_agent
    wait_until folder_says .healthy
    write_second in
    start_second
    wait_until second_is_refused "is $(words)"
    mv in/.closedrop in/.moved
    wait_until eval 'second_says ".folders[0].healthy" || test -d in/.closedrop'
    local i
    for i in 1 2 3; do
        echo "$i" >"in/$i.txt"
    done
    wait_until eval '[ "$(find in/Uploaded -name "?.txt" | wc -l)" = 3 ]'
    wait_until eval 'folder_says ".healthy == false" || second_says ".folders[0].healthy == false"'
    [ "$(uploads)" = 3 ]
}
