#!/usr/bin/env bats
# remove_empty: a directory that was emptied by putting its files away is removed once it has been empty for a minute, and
# no other one. libfaketime provides the agent's clock, from a file.

load ../../support/story
load ../../support/clock
WAIT_MAX=20

setup() {
    story_setup
    need_clock
    wall_only=yes
    how='watch = "poll"; poll_interval = "200ms";'
}
teardown() {
    [ ! -e in/fixed ] || chattr -i in/fixed 2>/dev/null || true
    story_teardown
}

removing() { # FOLDER-SETTING...
    write_config 'remove_empty = true; archive = "Uploaded";' "$how" "$@"
}

files_are_put_away() { # NUMBER of jobs, all done
    jobs_are done "$1" && not_put_away_are 0
}

is_gone() { # PATH
    [ ! -e "$1" ]
}

two_scans_end() { # that began after now: between two files that nothing but a scan finds, all is scanned
    local file
    for file in scanned-$RANDOM.txt scanned-$RANDOM-too.txt; do
        echo "$file" >"in/$file"
        wait_until test -e "in/Uploaded/$file"
    done
}

all_have_arrived() {
    [ -z "$(sort -u expected | comm -23 - <(ledger | cut -f1 | sort -u))" ] && not_put_away_are 0
}

status_answers() {
    closedrop status >/dev/null
}

directories() { # those that are watched
    find in \( -path in/Uploaded -o -path in/Failed -o -path in/.closedrop \) -prune -o -type d -print
}

none_is_left_that_was_emptied() { # what lies in the archive came out of no directory that is still there
    local directory
    while read -r directory; do
        [ -z "$(ls "$directory")" ] || continue
        [ ! -e "in/Uploaded/${directory#in/}" ] || return 1
    done < <(directories | tail -n +2)
}

watches_fit() { # one for each directory, and one for the directory above the folder
    watches_are $(($(directories | wc -l) + 1))
}

# ---- what goes ----

@test "a directory that was emptied is removed after a minute, then the one above it" {
    removing
    start_in_time
    mkdir -p in/2026/Mueller
    echo a >in/2026/Mueller/a.txt
    echo b >in/2026/b.txt
    wait_until files_are_put_away 2
    two_scans_end
    [ -d in/2026/Mueller ]
    set_clock +2m
    wait_until is_gone in/2026/Mueller
    wait_until is_gone in/2026
    [ -f in/Uploaded/2026/Mueller/a.txt ] && [ -d in ]
    log_says "the directory 2026/Mueller was emptied and is removed"
}

@test "with events: the folder is scanned when it is time, not after rescan" {
    how='rescan = "7d";'
    wall_only='' # the steady clock goes with the other
    removing
    mkdir -p in/one/two in/Uploaded/one/two # no directory is new: nothing else begins a scan
    echo a >in/one/two/a.txt
    start_in_time
    wait_until files_are_put_away 1
    set_clock +2m
    wait_until is_gone in/one/two
    set_clock +4m
    wait_until is_gone in/one
}

@test "a restart forgets nothing: what was emptied before it is removed" {
    removing
    start_in_time
    mkdir in/sub
    echo a >in/sub/a.txt
    wait_until files_are_put_away 1
    kill_agent
    set_clock +2m
    start_in_time
    wait_until is_gone in/sub
}

@test "if files are deleted, and if they failed" {
    removing 'after_upload = "delete"; incomplete = "100ms";'
    start_in_time
    mkdir in/deleted in/failed
    echo a >in/deleted/a.txt
    : >in/failed/b.txt
    wait_until test -f in/Failed/failed/b.txt
    wait_until files_are_put_away 1
    set_clock +2m
    wait_until is_gone in/deleted
    wait_until is_gone in/failed
    [ -f in/Failed/failed/b.txt ]
}

@test "the directory of a batch is removed after its marker" {
    removing 'marker = "{dir}/READY";'
    start_in_time
    mkdir in/sub
    echo a >in/sub/a.txt
    touch in/sub/READY
    wait_until test -e in/Uploaded/sub/READY
    set_clock +2m
    wait_until is_gone in/sub
}

# ---- what stays ----

emptied_beside() { # COMMAND...: what it makes stays, while a directory that was emptied goes
    removing
    start_in_time
    mkdir in/emptied
    echo a >in/emptied/a.txt
    "$@"
    wait_until files_are_put_away "${jobs:-1}"
    set_clock +5m
    wait_until is_gone in/emptied
    two_scans_end
}

@test "a directory that was empty before stays, and so does the one above it" {
    mkdir -p in/scanner in/above/empty
    echo b >in/above/b.txt
    jobs=2 emptied_beside true
    [ -d in/scanner ] && [ -d in/above/empty ]
}

hidden_things() {
    mkdir in/hidden in/thumbs in/temporary
    echo b | tee in/hidden/b.txt in/thumbs/c.txt in/temporary/d.txt >/dev/null
    touch in/hidden/.keep in/thumbs/Thumbs.db in/temporary/e.tmp
}

@test "a directory that contains anything at all stays, even hidden files" {
    jobs=4 emptied_beside hidden_things
    [ -e in/hidden/.keep ] && [ -e in/thumbs/Thumbs.db ] && [ -e in/temporary/e.tmp ]
}

@test "a directory that was created with the name of an emptied one stays" {
    removing
    start_in_time
    mkdir in/day in/emptied
    echo a >in/day/a.txt
    wait_until files_are_put_away 1
    rmdir in/day
    mkdir in/day
    echo b >in/emptied/b.txt
    wait_until files_are_put_away 2
    set_clock +5m
    wait_until is_gone in/emptied
    two_scans_end
    [ -d in/day ]
}

@test "without remove_empty, all directories stay" {
    write_config 'rescan = "1s"; archive = "Uploaded";'
    start_in_time
    mkdir in/sub
    echo a >in/sub/a.txt
    wait_until files_are_put_away 1
    set_clock +5m
    two_scans_end
    [ -d in/sub ]
}

@test "the folder, Uploaded and Failed stay, even if they are empty" {
    mkdir -p in/Failed/sub in/Uploaded/sub
    emptied_beside true
    [ -d in/Failed/sub ] && [ -d in/Uploaded/sub ] && [ -d in/.closedrop ]
}

@test "a directory that is used again and again is seen each time" {
    how='rescan = "1s";'
    removing
    start_in_time
    local round
    for round in 1 2 3; do
        set_clock +0
        mkdir in/sub
        echo "$round" >in/sub/a.txt
        wait_until files_are_put_away "$round"
        set_clock +5m
        wait_until is_gone in/sub
    done
    wait_until watches_are 2
}

@test "a directory that cannot be removed is reported once" {
    removing
    mkdir -p in/fixed/sub
    echo a >in/fixed/sub/a.txt
    chattr +i in/fixed 2>/dev/null || skip "no directory can be made unchangeable here"
    start_in_time
    wait_until files_are_put_away 1
    set_clock +2m
    wait_until log_says "the directory fixed/sub was emptied but cannot be removed: Operation not permitted"
    two_scans_end
    [ "$(grep -c "cannot be removed" agent.log)" = 1 ]
    [ -d in/fixed/sub ]
}

@test "check refuses it if every file is kept" {
    removing 'after_upload = "keep";'
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'remove_empty: has no effect with after_upload = "keep"'* ]]
}

@test "after trees that appeared and disappeared, emptied ones are removed, and no watch is left behind" {
    how='rescan = "1h";'
    wall_only=''
    removing
    start_in_time
    python3 "$CLOSEDROP_SOURCE_DIR/tests/support/churn.py" "$folder" "${CHURN_OPERATIONS:-200}" emptied >expected
    wait_until all_have_arrived
    local minutes
    for ((minutes = 2; minutes <= 20; minutes += 2)); do
        set_clock "+${minutes}m"
        wait_until status_answers
    done
    wait_until none_is_left_that_was_emptied
    wait_until watches_fit
}

@test "an always empty directory is not mistaken for the one whose name it now has" {
    removing
    mkdir in/day in/template
    touch -d '1 hour ago' in/template
    echo a >in/day/a.txt
    start_in_time
    wait_until files_are_put_away 1
    set_clock +2m
    wait_until is_gone in/day
    mv in/template in/day
    set_clock +10m
    two_scans_end
    two_scans_end
    [ -d in/day ]
}
