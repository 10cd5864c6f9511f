#!/usr/bin/env bats
# The log: fields in the journal if standard error goes there, else at the end of each line, or in JSON; nothing raw or secret.

load ../../support/story

setup() {
    journal_pid=''
    story_setup
}

teardown() {
    stop_agent
    if [ -n "$journal_pid" ]; then
        kill "$journal_pid"
        wait "$journal_pid" || true
    fi
    story_teardown
}

# systemd's own journald, in a /run that only it and the agent see.
start_journal() {
    [ -x /lib/systemd/systemd-journald ] || skip "systemd-journald is not installed"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    unshare -m sh -c 'mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal /run/log/journal &&
        exec /lib/systemd/systemd-journald' >journald.log 2>&1 3>&- &
    journal_pid=$!
    wait_until inside test -S /run/systemd/journal/stdout
}

inside() { # COMMAND ARGUMENT...: with that /run
    nsenter -m --wd="$PWD" -t "$journal_pid" "$@" 2>/dev/null
}

journal() { # MATCH...: its lines as JSON
    inside journalctl -D /run/log/journal -o json SYSLOG_IDENTIFIER=closedrop "$@"
}

has_lines() { # NUMBER MATCH...
    [ "$(journal "${@:2}" | wc -l)" = "$1" ]
}

start_into_journal() { # as systemd does it
    # shellcheck disable=SC2016 # the inner shell's
    nsenter -m --wd="$PWD" -t "$journal_pid" systemd-cat -t ignored sh -c \
        'JOURNAL_STREAM=$(stat -Lc %d:%i /dev/stderr) exec "$@"' sh "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" 3>&- &
    agent_pid=$!
    wait_until agent_is_up
}

@test "the journal has one line for each file and state, with its fields" {
    start_journal
    write_config 'incomplete = "0";'
    echo a >in/a.txt
    : >$'in/line\nbreak \xff.txt'
    start_into_journal
    wait_until has_lines 1 STATE=done MESSAGE_ID=5ae0d108997b47f18b8fe2a9ec9ee056
    wait_until has_lines 1 STATE=failed MESSAGE_ID=7e6cc9f9f8cf438cb08ebc8901b1cb8c
    journal FILE=a.txt | jq -se 'map([.STATE, .MESSAGE_ID]) == [["queued", "e104d4bcec244d2a9be679d71f1de6e7"],
        ["uploaded", "1302eeb92a5e40c4b8d5b1533109db9a"], ["done", "5ae0d108997b47f18b8fe2a9ec9ee056"]]'
    journal FILE=a.txt | jq -se 'all(.FOLDER == "scans" and .JOB != null and .PRIORITY == "6")'
    journal CODE=empty | jq -se 'length > 0 and all(.FILE == "line\\x0Abreak \\xFF.txt" and .STATE == "failed")'
    journal | jq -se 'map(.MESSAGE) | all(type == "string" and (contains("\n") or contains("api_sandbox") | not))'
    journal PRIORITY=4 | jq -se 'map(.MESSAGE) | any(startswith("agent: job ") and contains(" failed: scans/"))'
}

@test "elsewhere the fields are at the end of the line, or members in JSON" {
    write_config
    echo a >'in/a b.txt'
    run_once
    grep -E ' info  agent: job 1 queued: scans/a b.txt job=1 folder=scans file="a b.txt" state=queued$' agent.log
    grep -E ' info  worker: job 1 done: .* job=1 folder=scans file="a b.txt" state=done$' agent.log
    more='log = { format = "json"; level = "debug"; };'
    write_config
    echo b >in/b.txt
    rm agent.log
    JOURNAL_STREAM=1:2 run_once # that of another program
    grep '^{' agent.log | jq -se 'map(select(.job == 2)) | map(select(.message_id).state) == ["queued", "uploading", "uploaded", "done"]
        and all(.folder == "scans" and .file == "b.txt" and (.message_id == null or (.message_id | length) == 32))'
}
