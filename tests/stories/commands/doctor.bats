#!/usr/bin/env bats
# closedrop doctor: what is right, what is wrong and how to fix it, with and without the agent.

load ../../support/story
load ../../support/doctor
setup() { story_setup; }
teardown() { story_teardown; }

@test "before the first run, all is good but that nothing is running" {
    doctor
    [ "$status" = 0 ]
    says ok configuration "1 folder, 0 rules"
    says warning agent "closedrop is not running"
    says ok queue "the first run creates it"
    [ "$(tail -n 1 <<<"$output" | cut -d, -f1-2)" = "0 wrong, 1 warning" ]
}

@test "while the agent is running, all is good" {
    start_agent
    doctor
    [ "$status" = 0 ]
    says ok agent "is running since $(date +%Y-%m-%d) "
    says ok agent "as process $agent_pid of"
    says ok configuration "what closedrop is running with"
    says ok 'watching of scans' "by events"
    [ "$(tail -n 1 <<<"$output" | cut -d, -f1-2)" = "0 wrong, 0 warnings" ]
}

@test "an older configuration in use is noticed, whether it was not reloaded or could not be" {
    start_agent
    set_config folders.settle=300ms
    doctor
    [ "$status" = 0 ]
    says warning configuration "$config was changed after closedrop read it"
    [[ $output == *"To fix it: kill -HUP $agent_pid"* ]]
    [[ $output == *"to each closedrop command above, add -c $config"* ]]
    doctor --json
    jq -e '.result == "warning" and (.checks[] | select(.check == "agent") | .result == "ok" and .remedy == null)' <<<"$output"
    jq -e '.checks[] | select(.folder == "scans" and .check == "rights") | .result == "ok"' <<<"$output"
    set_config folders.settle=soon
    kill -HUP "$agent_pid"
    wait_until log_says "reload failed"
    doctor
    [ "$status" = 1 ]
    says wrong configuration "settle"
    says wrong configuration "an older configuration is in use: the new one had errors"
    says ok queue "it can be read"
}

@test "the tables of rules: readable, missing, without a column, behind a directory that is closed" {
    more='rules = ( { name = "t"; match = { path = "(?<n>[0-9]+)"; }; table = { file = "t.csv"; key = "{n}"; };
                      note = { text = "{row.city}"; }; },
                    { name = "unused"; match = { path = "x"; }; table = { file = "u.csv"; key = "x"; }; note = { text = "x"; }; } );'
    write_config 'rules = [ "t" ];'
    doctor
    [ "$status" = 0 ]
    says warning table "rule \"t\": the table $PWD/t.csv does not exist" 'have it exported to there'
    [ "$(grep -c '^[a-z]* *table: ' <<<"$output")" = 1 ]
    printf 'key,lead_id,city\n1,lead_A,Bonn\n' >t.csv
    doctor
    says ok table "rule \"t\": $PWD/t.csv is a table with all columns that the rule needs"
    printf 'key,lead_id\n1,lead_A\n' >t.csv
    doctor
    [ "$status" = 1 ]
    says wrong table "$PWD/t.csv has no column \"city\"; there are only" "correct $PWD/t.csv, or have it exported again"
    [ "$(id -u)" = 0 ] || return 0
    chmod 600 t.csv
    become_nobody
    doctor
    says wrong table "cannot be read: $PWD/t.csv belongs to root" "for $PWD/t.csv: chmod g+r"
    mkdir closed
    mv t.csv closed
    chmod 700 closed
    sed -i 's|"t.csv"|"closed/t.csv"|' "$config"
    doctor
    says wrong table "cannot be read: $PWD/closed belongs to root" "for $PWD/closed: chmod g+rx"
}

@test "files that are tried again after an error, with the agent and without it" {
    set_config limits.retry_first=1h limits.retry_max=1h
    fault '[{"on":"upload","do":{"status":500,"body":"down"}}]'
    echo hello >in/a.txt
    start_agent
    wait_until history_says 1 'Close answered 500'
    doctor
    [ "$status" = 0 ]
    says warning jobs '1 file is tried again after an error; the oldest, a.txt in folder scans: ' 'closedrop show 1'
    stop_agent
    doctor
    says warning jobs '1 file is tried again' 'closedrop show 1'
}

@test "disks that are full, and a state_dir that cannot be used" {
    mkdir state archive
    mount_or_skip -t tmpfs -o size=40M tmpfs state
    mount_or_skip -t tmpfs -o size=40M tmpfs in
    mount_or_skip -t tmpfs -o size=40M tmpfs archive
    write_config 'archive = "'$PWD'/archive/%Y";'
    doctor
    [ "$status" = 0 ]
    says ok state "files can be created and removed in $PWD/state"
    says ok disk "40 MB of 40 MB are free on the disk of $PWD/state"
    says ok 'disk of scans' "40 MB of 40 MB are free on the disk of $PWD/in"
    head -c 30M /dev/zero >state/zeros
    head -c 39M /dev/zero >archive/zeros
    head -c 40400K /dev/zero >in/zeros
    doctor
    [ "$status" = 1 ]
    says wrong disk "the disk of $PWD/state is nearly full: 10 MB of 40 MB are free, and closedrop needs 12 MB" \
        "free some space there; see df -h $PWD/state"
    says wrong 'disk of scans' "the disk of $folder is nearly full"
    says warning 'disk of scans' "the disk of $PWD/archive will soon be full: only 1 MB of 40 MB are free"
    become_nobody
    chown root .
    set_config state_dir=none/state
    doctor
    says wrong state "$PWD/none/state does not exist, and cannot be created in $PWD: Permission denied" \
        "install -d -o nobody -m 700 $PWD/none/state"
}
