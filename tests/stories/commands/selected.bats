#!/usr/bin/env bats
# Which files a command means: every filter of list, report, show by name, retry and forget of many, with the agent and
# without it.

load ../../support/story
load ../../support/clock
WAIT_MAX=15
setup() {
    story_setup
    need_clock
    export TZ=CET-1CEST,M3.5.0,M10.5.0/3
}
teardown() { story_teardown; }

ask() { # COMMAND OPTION...: at the time of the story
    with_clock "$CLOSEDROP_BIN_DIR/closedrop" "$1" -c "$config" "${@:2}"
}

ends() { # STATUS TEXT COMMAND OPTION...
    run ask "${@:3}"
    echo "$output"
    [ "$status" = "$1" ] && [[ $output == *"$2"* ]]
}

take() { # MONTH-DAY TIME: what is in the folders, on that day
    set_clock "@2026-$1 $2:00"
    with_clock timeout 60 "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" --once >>agent.log 2>&1 || true
}

# A week: Monday the 23rd to Friday the 27th of November, when it is 15:30.
some_week() {
    mkdir -p faxes in/sub
    seed '{"leads":[{"id":"lead_A","name":"Amber & Co"},{"id":"lead_B","name":"Birch"}]}'
    more_folders='{ path = "faxes"; settle = "200ms"; rules = [ "by-lead" ]; }' more='rules = ( { name = "by-lead";
        match = { path = "(?<l>lead_[A-Z])"; }; lead_id = "{l}"; note = { text = "{stem}"; }; },
        { name = "other"; match = { path = "other"; }; lead_id = "lead_B"; note = { text = "{stem}"; }; } );' \
        limits='max_attempts = 1;' write_config 'rules = [ "other", "by-lead" ];'
    fault '[{"on":"upload","match":"bad","times":0,"do":{"status":403}}]'
    echo 1 >'in/sub/Scan lead_A 1.txt'
    take 11-23 10:14
    echo 2 >in/bad.txt
    echo 3 >faxes/lead_A.txt
    take 11-25 09:00
    echo 4 >in/other.txt
    echo 5 >'in/=1+1.txt'
    echo 6 >faxes/lead_B.txt
    take 11-27 14:00
    set_clock "@2026-11-27 15:30:00"
}

listed() { # NAME...|OPTION...: exactly these files, newest first; the options follow --
    local names=()
    while [ "$1" != -- ]; do
        names+=("$1")
        shift
    done
    ask list --json "${@:2}" | jq -r '.path | sub(".*/"; "")' >paths.txt
    printf '%s\n' "${names[@]}" | diff - paths.txt
}

lists_nothing() { # OPTION...
    [ -z "$(ask list --json "$@")" ]
}

answers_each_filter() {
    [ "$(ask list --json | wc -l)" = 6 ]
    listed bad.txt -- --state failed
    listed bad.txt -- --state failed --since monday
    lists_nothing --state failed --since 2026-11-26
    listed lead_A.txt 'Scan lead_A 1.txt' -- --lead lead_A
    listed lead_A.txt -- --lead lead_A --folder faxes
    listed lead_B.txt lead_A.txt -- --folder faxes
    listed other.txt -- --rule other
    listed 'Scan lead_A 1.txt' -- --since '2026-11-23 10:10' --until '2026-11-23 10:20'
    listed 'Scan lead_A 1.txt' -- --until 2026-11-23
    listed bad.txt -- --since 2026-11-24 --until 2026-11-26 --folder scans
    [ "$(ask list --json --since today | wc -l)" = 3 ]
    [ "$(ask list --json --since yesterday | wc -l)" = 3 ]
    [ "$(ask list --json --since 3d | wc -l)" = 5 ]
    [ "$(ask list --json --since 13:59 --until 14:30 | wc -l)" = 3 ]
    [ "$(ask list --json --since 2026-11-27T13:00:00Z | wc -l)" = 3 ] # 14:00 here
    lists_nothing --since 2026-11-27T13:30:00Z
    listed 'Scan lead_A 1.txt' -- --match 'sub/scan'
    listed '=1+1.txt' -- --match '=1+' --state done --since today
    lists_nothing --match nowhere
    lists_nothing --held
}

@test "list by each filter, and by several" {
    some_week
    answers_each_filter
    start_in_time
    answers_each_filter
}

has_ended() {
    lists_nothing --match bad
    listed bad.txt -- --match bad --all
    ask list --match bad --all | grep -q ' bad.txt  (dropped; '
}

@test "list --all has what has ended, too" {
    some_week
    ask forget "$(ask list --state failed --json | jq .id)"
    has_ended
    start_in_time
    has_ended
}

prints_for_people() {
    ask list --lead lead_B --state done >list.txt
    grep -qE '^ +ID +STATE +DONE ' list.txt
    grep -qE ' done +2026-11-27 14:00 +scans .* other.txt  \(note on Birch \(lead_B\); now Uploaded/2026-11/other.txt\)$' list.txt
    ask list --state failed | grep -qE ' failed +2026-11-25 09:00 +scans .* bad.txt .*; now Failed/bad.txt\)$'
    ask show other.txt >show.txt
    grep -qx 'Lead           Birch (lead_B)' show.txt
    grep -qx 'Now at         Uploaded/2026-11/other.txt' show.txt
    grep -qE '^Queued +2026-11-27 14:00:0' show.txt
}

@test "times are local, a lead has its name, and a file is where it is" {
    some_week
    prints_for_people
    start_in_time
    prints_for_people
}

finds_by_name() {
    [ "$(ask show 'Scan lead_A 1.txt' --json | jq -r .path)" = 'sub/Scan lead_A 1.txt' ]
    [ "$(ask show 'sub/Scan lead_A 1.txt' --json | jq -r .path)" = 'sub/Scan lead_A 1.txt' ]
    [ "$(ask show "$folder/sub/Scan lead_A 1.txt" --json | jq -r .path)" = 'sub/Scan lead_A 1.txt' ]
    ends 1 'no job has a file named "Scan"' show Scan
    [ "$(ask show 'SCAN lead_a 1.TXT' --json | jq -r .path)" = 'sub/Scan lead_A 1.txt' ]
    ends 1 '2 jobs have a file named "lead_A.txt"; show one by its ID' show lead_A.txt
    [ "$(grep -c ' lead_A.txt  (' <<<"$output")" = 2 ]
    [ "$(ask show "$PWD/faxes/lead_A.txt" --json | jq -r .folder)" = faxes ]
}

@test "show finds a job by the name of its file, and lists those that share one" {
    some_week
    echo 7 >in/lead_A.txt
    take 11-27 14:10
    finds_by_name
    start_in_time
    finds_by_name
}

# ---- for the auditor ----

reports() {
    ask report --since monday >report.txt
    [ "$(wc -l <report.txt)" = 9 ]
    sed -n 2p report.txt | grep -qE ' failed +2026-11-25 09:00 .* bad.txt'
    grep -qE ' uploaded +2026-11-27 14:00 +scans .* =1\+1.txt' report.txt
    grep -qE ' filed +2026-11-23 10:14 +scans .* sub/Scan lead_A 1.txt  \(note on Amber & Co \(lead_A\)' report.txt
    [ "$(tail -n 1 report.txt)" = '4 filed, 1 uploaded without being filed, 1 failed, 0 held' ]
    [ "$(ask report --until 2026-11-25 | tail -n 1)" = '2 filed, 1 failed, 0 held' ]
}

@test "report has a row for each file, and how many there are" {
    some_week
    reports
    start_in_time
    reports
}

is_a_table() { # FILE SEPARATOR: as Python's reader has it
    python3 - "$1" "$2" <<'PY'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding='utf-8-sig', newline=''), delimiter=sys.argv[2], strict=True))
by_path = {row['path']: row for row in rows}
assert len(rows) == 6, rows
scan = by_path['sub/Scan lead_A 1.txt']
assert scan['state'] in ('filed', 'done') and scan['lead_name'] == 'Amber & Co' and scan['lead_id'] == 'lead_A', scan
assert scan['queued_at'].startswith('2026-11-23 10:14:') and scan['done_at'] and not scan['failed_at'], scan
assert scan['size'] == '2' and scan['place'] == 'Uploaded/2026-11/sub/Scan lead_A 1.txt', scan
assert by_path["'=1+1.txt"], rows
assert by_path['bad.txt']['failed_at'].startswith('2026-11-25 09:00:') and '403' in by_path['bad.txt']['error'], rows
PY
}

@test "--csv is a table that a spreadsheet opens, in its locale, without formulas" {
    some_week
    ask list --csv >list.csv
    ask report --csv --since monday >report.csv
    [ "$(head -c 3 list.csv | od -An -tx1)" = ' ef bb bf' ]
    head -n 1 list.csv | grep -q $'\r$'
    is_a_table list.csv ,
    is_a_table report.csv ,
    ends 2 '--json and --csv' list --json --csv
    mkdir locales
    localedef -i de_DE -f UTF-8 "$PWD/locales/de_DE.UTF-8" 2>/dev/null || skip "no locale can be made here"
    LOCPATH=$PWD/locales LC_ALL=de_DE.UTF-8 ASAN_OPTIONS=detect_leaks=0 closedrop list --csv >german.csv # glibc's own leak
    is_a_table german.csv ';'
}

# ---- many at once ----

@test "retry by time and name, as before without being asked" {
    some_week
    no_faults
    ends 1 'no failed job, with "other" in its name' retry --match other
    ends 1 'in this time' retry --since today
    ends 0 '1 queued again' retry --since monday --until 2026-11-25 --match BAD
    ends 0 'there is no failed job' retry --all
}

forgets() {
    ends 2 '1 job (1 failed) would be forgotten; --yes does it' forget --folder scans
    listed bad.txt -- --state failed
    ends 1 'no waiting or failed job has folder "faxes"' forget --folder faxes --yes
    ends 2 'not allowed together' forget --folder scans 1
    ends 0 '1 job (1 failed) forgotten' forget --state failed --since 2026-11-25 --until 2026-11-25 --yes
    lists_nothing --state failed
    [ "$(ask list --json | wc -l)" = 5 ]
}

@test "forget of many says how many, and wants --yes" {
    some_week
    forgets
}

@test "forget of many while the agent runs" {
    some_week
    start_in_time
    forgets
}

@test "a person at a terminal is asked" {
    some_week
    type -P script >/dev/null || skip "script(1) is not installed"
    local forget="$CLOSEDROP_BIN_DIR/closedrop forget -c $config --folder scans"
    local retry="$CLOSEDROP_BIN_DIR/closedrop retry -c $config --all"
    echo n | script -qec "$forget" /dev/null | grep -qF 'Forget 1 job (1 failed)? [y/N]'
    echo n | script -qec "$retry" /dev/null | grep -qF 'Retry 1 failed job? [y/N]'
    listed bad.txt -- --state failed
    echo y | script -qec "$forget" /dev/null | grep -qF '1 job (1 failed) forgotten'
    lists_nothing --state failed
}

@test "a time that is none is refused, with those that are" {
    write_config
    ends 2 '--since takes a time such as "2026-11-27", "2026-11-27 14:00"' list --since 'last week'
    ends 2 '--until takes a time' report --until 2026-02-30
    ends 2 '--match takes a text' list --match ''
}
