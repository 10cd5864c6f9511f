#!/usr/bin/env bats
# Events that are not available, or were lost: directories without a watch are polled every poll_interval, status says so
# and how to fix it, and nothing is missed. The limits are those of a user namespace of its own; the host's are not touched.

load ../../support/story
load ../../support/watch_limit

setup() {
    story_setup
    space_pid=''
}

teardown() {
    local result=0
    story_teardown || result=$?
    end_limits
    return $result
}

do_as_status_says() { # runs the sysctl that it prints
    local mend
    mend=$(closedrop status | grep -o 'sysctl -w [^ ]*')
    echo "$mend"
    in_space sh -c "$mend"
}

events_were_lost() { # NUMBER: how often all began anew, by the log
    [ "$(grep -c 'restarting all its watches' agent.log)" -gt "$1" ]
}

@test "the limit of watches: directories without one are polled, and status says how to fix that" {
    become_limited 10 10
    mkdir in/{01..20}
    write_config 'poll_interval = "200ms";'
    start_agent
    wait_until folder_says '.watch == "inotify" and (.message | contains("degraded: 12 directories are polled"))'
    folder_says '.message | contains("the limit of 10 watches is reached")'
    for n in in/{01..20}; do echo "$n" >"$n/a.txt"; done
    mkdir -p in/{01..20}/new/deep
    for n in in/{01..20}; do echo "deep in $n" >"$n/new/deep/b.txt"; done
    wait_until jobs_are 'done' 40
    watches_are 10
    do_as_status_says
    wait_until folder_says '.message == null'
    watches_are 62 # 20 directories with two below each, the folder and the one above it
    echo again >in/20/c.txt
    wait_until jobs_are 'done' 41
}

@test "the limit of watches: directories that have one still get events" {
    become_limited 2 10
    mkdir in/below
    write_config 'poll_interval = "1h"; rescan = "1h";'
    start_agent
    wait_until folder_says '.message | contains("degraded: 1 directory is polled")'
    echo hello >in/a.txt
    wait_until jobs_are 'done' 1
}

@test "the limit of instances: everything is polled until there is one" {
    become_limited 100 0
    write_config 'poll_interval = "200ms";'
    start_agent
    wait_until folder_says '.watch == "poll" and (.message | contains("degraded: everything is polled"))'
    folder_says '.message | contains("the limit of 0 inotify instances")'
    echo hello >in/a.txt
    wait_until jobs_are 'done' 1
    do_as_status_says
    wait_until folder_says '.watch == "inotify" and .message == null'
    wait_until watches_are 2
    echo again >in/b.txt
    wait_until jobs_are 'done' 2
}

@test "a kernel without inotify: everything is polled, and status says so" {
    "${CC:-cc}" -shared -fPIC -o no_inotify.so "$CLOSEDROP_SOURCE_DIR/tests/support/no_inotify.c"
    write_config 'poll_interval = "200ms";'
    LD_PRELOAD=$PWD/no_inotify.so ASAN_OPTIONS=verify_asan_link_order=0 start_agent
    wait_until folder_says '.watch == "poll" and (.message | contains("Function not implemented"))'
    echo hello >in/a.txt
    wait_until jobs_are 'done' 1
    mkdir in/b
    echo below >in/b/c.txt
    wait_until jobs_are 'done' 2
}

@test "more events than the kernel keeps: everything is polled again, and nothing is missed" {
    local most lost
    most=$(cat /proc/sys/fs/inotify/max_queued_events)
    [ "$most" -le 100000 ] || skip "the kernel keeps $most events here"
    more='log = { level = "debug"; };' write_config 'rescan = "1h";'
    mkdir in/old
    start_agent
    wait_until folder_says '.healthy and .settling == 0'
    lost=$(grep -c 'restarting all its watches' agent.log || true)
    kill -STOP "$agent_pid"
    python3 - "$most" <<'PYTHON' # each file is created, closed and deleted: three events
import os, sys
for i in range(int(sys.argv[1]) // 3 + 100):
    name = f"in/{i}.tmp"
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
    os.unlink(name)
PYTHON
    mkdir -p in/new/below
    for n in {01..20}; do echo "$n" | tee "in/$n.txt" "in/old/$n.old.txt" >"in/new/below/$n.new.txt"; done
    kill -CONT "$agent_pid"
    wait_until jobs_are 'done' 60
    events_were_lost "$lost"
}
