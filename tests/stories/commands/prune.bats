#!/usr/bin/env bats
# What ended longer ago than `history` is forgotten, by the command and by the agent itself; what was filed, and the files that are
# still there, are known for ever.

load ../../support/story
load ../../support/clock
WAIT_MAX=15

setup() {
    story_setup
    need_clock
    seed '{"leads":[{"id":"lead_A","name":"ACME"}]}'
    mkdir kept
    more_folders='{ path = "kept"; settle = "200ms"; after_upload = "keep"; rules = [ "r" ]; }'
    more='rules = ( { name = "r"; match = { path = "(^|/)A[^/]*$"; }; lead_id = "lead_A";
        note = { text = "{stem}"; }; } );'
    write_config 'rules = [ "r" ]; archive = "Uploaded"; no_match = "fail";'
}

teardown() { story_teardown; }

ask() { # COMMAND OPTION...: at the time of the story
    with_clock "$CLOSEDROP_BIN_DIR/closedrop" "$1" -c "$config" "${@:2}"
}

says() { # TEXT COMMAND OPTION...
    run ask "${@:2}"
    echo "$output"
    [ "$status" = 0 ] && [[ $output == *"$1"* ]]
}

# Three years go by after two files were archived, one was kept, and one failed.
three_years() {
    echo 1 >in/A1.txt
    echo 2 >in/nobody.txt
    echo 3 >kept/A3.txt
    run_once
    echo 4 >in/A4.txt
    run_once
    activities_are 3
    set_clock +1096d
}

names_are() { # NAME...: these jobs are left
    closedrop list --json --all | jq -r .path | sort | diff - <(printf '%s\n' "$@")
}

fill() { # NUMBER: so many jobs of ten years ago
    run_once
    sqlite3 state/queue.db "WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < $1),
            at (i, ms) AS (SELECT i, (strftime('%s', 'now') - 315360000 + i) * 1000 FROM number)
        INSERT INTO job (folder, path, handle, size, mtime_ns, state, filed, due_ms, place, queued_ms, done_ms)
        SELECT 'scans', CAST('Scan ' || i || '.pdf' AS BLOB), x'', i, 0, 'done', 1, 0, CAST('Uploaded/' || i AS BLOB), ms, ms FROM at;
        INSERT INTO history SELECT id, done_ms, state, 'done' FROM job" || skip "sqlite3(1) is not installed"
}

left() {
    sqlite3 state/queue.db "SELECT count(*) FROM job"
}

@test "the command counts, then forgets; the last file, the failed one and the kept one stay, and so do all files" {
    three_years
    says '1 job that ended more than 730 d ago would be forgotten' prune --dry-run
    names_are A1.txt A3.txt A4.txt nobody.txt
    says '1 job that ended more than 730 d ago is forgotten' prune
    names_are A3.txt A4.txt nobody.txt
    says 'no job ended more than 730 d ago that could be forgotten' prune
    [ -f in/Uploaded/A1.txt ] && [ -f in/Failed/nobody.txt ] && [ -f kept/A3.txt ]
    set_config 'history="0"'
    says '"history" is "0"' prune
}

@test "the running agent forgets by itself, and at the word of the command" {
    three_years
    start_in_time
    wait_until log_says '1 jobs that ended more than 730 d ago were forgotten ("history")'
    names_are A3.txt A4.txt nobody.txt
    echo 5 >in/A5.txt
    wait_until activities_are 4
    says '1 job that ended more than 730 d ago would be forgotten' prune --dry-run # it looks again in a day
    says '1 job that ended more than 730 d ago is forgotten' prune
    names_are A3.txt A5.txt nobody.txt
}

@test "a kept file is not sent again, and a filed document that is dragged back is still held back" {
    three_years
    says '1 job' prune
    mv in/Uploaded/A1.txt in/A1.txt
    with_clock timeout 60 "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" --once >>agent.log 2>&1 || true
    [ -f in/Failed/A1.txt ]
    grep -q 'its content was sent there before' in/Failed/A1.txt.error.txt
    activities_are 3
}

@test "killed in the middle, it has lost nothing, and the next one continues" {
    fill 1000
    start_agent
    wait_until fewer_are_left
    kill_agent
    [ "$(left)" -gt 1 ]
    [ "$(sqlite3 state/queue.db 'PRAGMA integrity_check')" = ok ]
    [ "$(sqlite3 state/queue.db 'SELECT count(*) FROM history WHERE job NOT IN (SELECT id FROM job)')" = 0 ]
    [ "$(sqlite3 state/queue.db 'SELECT count(*) FROM job WHERE id NOT IN (SELECT job FROM history)')" = 0 ]
    closedrop prune
    [ "$(left)" = 1 ]
}

fewer_are_left() {
    [ "$(closedrop status --json | jq .jobs.done)" -lt 1000 ]
}

@test "with errors in the configuration it says that it does not know how long history is kept" {
    run_once
    echo 'nonsense = 1;' >>"$config"
    run ask prune
    [ "$status" = 1 ]
    [[ $output == *'so it is not known how long history is kept'* ]]
}
