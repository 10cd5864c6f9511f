#!/usr/bin/env bats
# When a file is taken: once its writer has finished, and not before.

load ../../support/story
. "$CLOSEDROP_SOURCE_DIR/tests/support/writers.sh"
WAIT_MAX=15

setup_file() {
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --count 4 "$BATS_FILE_TMPDIR/documents"
}

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    pdf=$BATS_FILE_TMPDIR/documents/doc-00001.pdf
}

teardown() {
    [ -z "${writer:-}" ] || kill "$writer" 2>/dev/null || true
    story_teardown
}

settle() { # DURATION OTHER-SETTING...: in place of the short one
    local settle=$1
    shift
    write_config "$@"
}

arrives_once() { # FILE: its content, whole, and nothing but it
    wait_until jobs_are done 1
    was_uploaded "$1"
    [ "$(uploads)" = 1 ]
    [ "$(curl -s "${admin}counts" | jq .tickets)" = 1 ]
}

# ---- writers, as they are ----

by_events_and_by_looking() { # COMMAND ARGUMENT...: the same story with both ways of watching
    "$@"
    stop_agent
    rm -rf in state
    mkdir in
    curl -sf -X POST "${admin}reset" >/dev/null
    how='watch = "poll"; poll_interval = "200ms";'
    "$@"
}

slow_writer() {
    settle 500ms "${how:-}"
    start_agent
    put_slow "$pdf" in/slow.pdf 1.5
    arrives_once "$pdf"
}

@test "a slow writer's file is sent once, and complete" {
    by_events_and_by_looking slow_writer
}

slow_text() { # no end by which it could be told
    settle 300ms "${how:-}"
    start_agent
    (for i in {1..10}; do
        echo "line $i"
        sleep 0.15
    done) >in/slow.txt
    for i in {1..10}; do
        echo "line $i"
    done >whole.txt
    arrives_once whole.txt
}

@test "a slow writer's file without an end mark is sent once, and complete: it waits while it is open" {
    by_events_and_by_looking slow_text
}

several_appends() { # opened and closed each time, with less than settle between
    settle 1s "${how:-}"
    start_agent
    for i in {1..6}; do
        echo "line $i" >>in/a.txt
        sleep 0.3
    done
    for i in {1..6}; do
        echo "line $i"
    done >whole.txt
    arrives_once whole.txt
}

@test "a file that is closed and opened again within settle is sent once, and complete" {
    by_events_and_by_looking several_appends
}

@test "a file that is moved in is complete, and sent at once" {
    settle 1h
    start_agent
    put_mv "$pdf" in/a.pdf
    arrives_once "$pdf"
}

@test "the files of a directory that is moved in are sent after settle" {
    start_agent
    mkdir -p outside/deep
    cp "$pdf" outside/deep/a.pdf
    mv outside in/inside
    arrives_once "$pdf"
    wait_until test -f "$uploaded/inside/deep/a.pdf"
}

@test "a file with settle = 1h is not taken yet, and status says that it settles" {
    settle 1h
    start_agent
    cp "$pdf" in/a.pdf
    wait_until folder_counts settling 1
    put_mv "$BATS_FILE_TMPDIR/documents/doc-00002.tif" in/b.tif
    wait_until jobs_are done 1
    [ -f in/a.pdf ]
    folder_counts settling 1
}

each_writer() {
    write_config "${how:-}"
    start_agent
    local done=0 put
    for put in put_cp put_mv put_rsync put_rsync_inplace put_link put_tmpfile; do
        "$put" "$pdf" "in/$put.pdf"
    done
    wait_until jobs_are done 6
    for put in put_cp put_mv put_rsync put_rsync_inplace put_link put_tmpfile; do
        wait_until test -f "$uploaded/$put.pdf"
    done
    [ "$(uploads)" = 6 ]
    [ "$(ledger | cut -f1 | sort -u)" = "$(sha256sum <"$pdf" | cut -d' ' -f1)" ]
}

@test "each way in which a file comes into a folder: cp, mv, rsync, link, O_TMPFILE" {
    type -P rsync >/dev/null || skip "rsync is not installed"
    by_events_and_by_looking each_writer
}

# ---- attributes alone ----

until_it_is_taken() { # COMMAND ARGUMENT...: again and again while in/a.txt lies there
    while [ -e in/a.txt ]; do
        "$@" 2>/dev/null || true
        sleep 0.05
    done
}

attributes_are_set() { # COMMAND ARGUMENT...
    settle 500ms
    start_agent
    echo hello >in/a.txt
    until_it_is_taken "$@" 3>&- &
    writer=$!
    wait_until jobs_are done 1
    wait "$writer"
    writer=''
}

@test "times that are set again and again, to the past, do not delay a file" {
    attributes_are_set touch -cd '2020-01-01 10:00' in/a.txt
}

@test "times that are set again and again, to now, do not delay a file" {
    attributes_are_set touch -c in/a.txt
}

changing_modes() {
    chmod 600 in/a.txt
    chmod 644 in/a.txt
}

@test "a mode that is set again and again does not delay a file" {
    attributes_are_set changing_modes
}

old_times_while_data_flows() { # as rsync --inplace, robocopy and cp -p set them
    settle 1s "${how:-}"
    start_agent
    fallocate -l 600 in/a.bin
    touch -d '2020-01-01 10:00' in/a.bin
    for i in {0..5}; do
        printf "%0100d" "$i" | dd of=in/a.bin bs=100 seek="$i" conv=notrunc status=none
        touch -d '2020-01-01 10:00' in/a.bin
        sleep 0.3
    done
    printf "%0100d" 0 1 2 3 4 5 >whole.bin
    arrives_once whole.bin
}

@test "a file of its full size, with an old time, is not taken while it is still being written" {
    by_events_and_by_looking old_times_while_data_flows
}

# ---- another document takes its name meanwhile ----

replaced_are() { # NUMBER: of a.txt, and so many lines say so
    [ "$(grep -c 'scans/a.txt: replaced before it was taken' agent.log)" = "$1" ]
}

says_once() { # COMMAND: by which another document takes the name
    rm -f agent.log
    settle 1h "${how:-}"
    start_agent
    echo "the first document" >in/a.txt
    wait_until folder_counts waiting_quiet 1
    "$@"
    wait_until log_says 'scans/a.txt: replaced before it was taken: an earlier document of this name, 19 bytes'
    echo "a witness" >in/b.txt
    wait_until folder_counts waiting_quiet 2
    replaced_are 1
}

longer() { echo "the second document, and it is longer than the first" >in/a.txt; }
shorter() { echo "second" >in/a.txt; }
by_rename() {
    echo "the second document" >other.txt
    mv other.txt in/a.txt
}
by_temporary_name() {
    echo "the second document, and it is longer than the first" >in/a.txt.part
    mv in/a.txt.part in/a.txt
}
anew() {
    rm in/a.txt
    echo "the second document, and it is longer than the first" >in/a.txt
}

@test "a second document that is written over the first while it settles is reported, once" {
    by_events_and_by_looking says_once longer
}

@test "a second document that is shorter is reported, once" {
    by_events_and_by_looking says_once shorter
}

@test "a second document that is renamed to the first's name in a polled folder is reported, once" {
    how='watch = "poll"; poll_interval = "200ms";'
    says_once by_rename
}

@test "a second document after the first was deleted is reported, once" {
    says_once anew
}

history_tells() {
    write_config 'marker = "{name}.done";' "${how:-}"
    start_agent
    echo "the first document" >in/a.txt
    echo "another one" >in/b.txt
    wait_until folder_counts waiting_marker 2
    longer
    wait_until replaced_are "$((1 + ${before:-0}))"
    by_rename
    wait_until replaced_are "$((2 + ${before:-0}))"
    : >in/a.txt.done
    : >in/b.txt.done
    wait_until jobs_are done 2
    id=$(closedrop list --json | jq -r 'select(.path == "a.txt") | .id')
    history_says "$id" 'replaced before they were taken: 2 earlier documents of this name, the last of 53 bytes'
    never history_says $((3 - id)) replaced
    was_uploaded "$uploaded/a.txt"
    [ "$(cat "$uploaded/a.txt")" = "the second document" ]
    before=2
}

@test "the history of the job that is queued then says what it replaced" {
    by_events_and_by_looking history_tells
}

moved_in_over() { # COMMAND
    settle 1h
    start_agent
    echo "the first document" >in/a.txt
    wait_until folder_counts waiting_quiet 1
    "$@"
    wait_until jobs_are done 1
    history_says 1 'replaced before it was taken: an earlier document of this name, 19 bytes, was replaced by another one'
    replaced_are 1
}

@test "a document that is moved in over one that is settling is taken, and its history says so" {
    moved_in_over by_rename
}

@test "a document that gets the name of one that is settling, after a temporary one, is taken, and its history says so" {
    moved_in_over by_temporary_name
}

own_files() { # whatever a writer does to its own file
    write_config 'marker = "{name}.done";' "${how:-}"
    start_agent
    : >in/placeholder.txt      # a browser, or Finder
    echo begun >in/grown.txt   # an appender, or FTP resumed
    cp "$pdf" in/again.pdf     # a second try
    fallocate -l 6 in/full.txt # robocopy, rsync
    hold_open in/partial.txt   # never closed
    echo "first line" >&7
    wait_until folder_counts waiting_marker 5
    echo content >other.txt
    mv other.txt in/placeholder.txt
    echo "and ended" >>in/grown.txt
    cp "$pdf" in/again.pdf
    cp "$pdf" other.pdf
    mv other.pdf in/again.pdf
    echo whole | dd of=in/full.txt conv=notrunc status=none
    echo "another one" >other.txt
    mv other.txt in/partial.txt
    exec 7>&-
    for name in placeholder.txt grown.txt again.pdf full.txt partial.txt; do
        : >"in/$name.done"
    done
    wait_until jobs_are done 5
    never log_says 'replaced before'
    for id in 1 2 3 4 5; do
        never history_says "$id" replaced
    done
}

@test "changes by a writer to its own file do not count as a replaced document" {
    by_events_and_by_looking own_files
}

@test "a document that is saved as Office does over SMB, by two renames, was not replaced" {
    write_config 'marker = "{name}.done";'
    start_agent
    echo "the first version" >in/a.txt
    wait_until folder_counts waiting_marker 1
    echo "the second version" >'in/~$WRD0001.tmp'
    mv in/a.txt 'in/~$WRL0002.tmp'
    mv 'in/~$WRD0001.tmp' in/a.txt
    rm 'in/~$WRL0002.tmp'
    : >in/a.txt.done
    wait_until jobs_are done 1
    never log_says 'replaced before'
}

@test "a document that was seen before a restart, and is replaced after it, is reported" {
    settle 1h
    start_agent
    echo "the first document" >in/a.txt
    wait_until folder_counts waiting_quiet 1
    stop_agent
    start_agent
    wait_until folder_counts waiting_quiet 1
    longer
    wait_until replaced_are 1
}

# ---- somebody has it open ----

hold_open() { # FILE: a writer has it open, and writes nothing
    exec 7>>"$1"
}

open_writer() {
    settle 200ms "${how:-}"
    start_agent
    hold_open in/a.txt
    echo "first line" >&7
    echo other >in/b.txt
    wait_until jobs_are done 1
    [ -f in/a.txt ]
    echo "second line" >&7
    exec 7>&-
    wait_until jobs_are done 2
    printf 'first line\nsecond line\n' | cmp - "$uploaded/a.txt"
    was_uploaded "$uploaded/a.txt"
    [ "$(uploads)" = 2 ]
}

@test "a file that a writer has open waits, however long it is unchanged" {
    by_events_and_by_looking open_writer
}

@test "a file that is still being written waits even after it was moved in" {
    settle 200ms
    start_agent
    hold_open a.txt
    echo "first line" >&7
    mv a.txt in/a.txt
    echo other >in/b.txt
    wait_until jobs_are done 1
    [ -f in/a.txt ]
    echo "second line" >&7
    exec 7>&-
    wait_until jobs_are done 2
    was_uploaded "$uploaded/a.txt"
    [ "$(wc -l <"$uploaded/a.txt")" = 2 ]
}

@test "a file that a writer has only mapped waits" {
    start_agent
    python3 -c '
import mmap, os, sys, time
fd = os.open("in/a.txt", os.O_RDWR | os.O_CREAT, 0o644)
os.write(fd, b"first line\n")
with mmap.mmap(fd, 0) as page:
    os.close(fd)
    open("mapped", "w").close()
    while not os.path.exists("go"):
        time.sleep(0.02)
    page[0:5] = b"FIRST"
' 3>&- &
    writer=$!
    wait_until test -e mapped
    echo other >in/b.txt
    wait_until jobs_are done 1
    [ -f in/a.txt ]
    touch go
    wait "$writer"
    writer=''
    wait_until jobs_are done 2
    [ "$(cat "$uploaded/a.txt")" = "FIRST line" ]
    was_uploaded "$uploaded/a.txt"
}

@test "a reader does not delay a file" {
    exec 7>&-
    start_agent
    echo hello >outside.txt
    exec 7<outside.txt
    mv outside.txt in/a.txt
    wait_until jobs_are done 1
    exec 7<&-
}

# ---- marker ----

with_marker() {
    write_config 'marker = "{name}.done";' "${how:-}"
    start_agent
    echo hello >in/a.txt
    echo hello >in/b.txt
    : >in/b.txt.done
    wait_until jobs_are done 1
    [ "$(closedrop list --json | jq -r .path)" = b.txt ]
    wait_until folder_counts waiting_marker 1
    run closedrop status
    [[ $output == *"1 waiting for a marker"* ]]
    : >in/a.txt.done
    wait_until jobs_are done 2
    wait_until test -f "$uploaded/a.txt"
    [ "$(uploads)" = 2 ]
}

@test "with a marker, a file waits for it indefinitely" {
    by_events_and_by_looking with_marker
}

@test "a marker is moved with its file" {
    write_config 'marker = "{stem}.ok";'
    echo hello >in/a.txt
    : >in/a.ok
    run_once
    [ "$agent_code" = 0 ]
    [ -f "$uploaded/a.txt" ]
    [ -f "$uploaded/a.ok" ]
    [ ! -e in/a.ok ]
    [ "$(uploads)" = 1 ]
}

@test "a marker that comes first waits for its file" {
    write_config 'marker = "{name}.done";'
    start_agent
    : >in/a.txt.done
    echo hello >in/a.txt
    wait_until jobs_are done 1
}

@test "run --once exits with 1 while a file waits for its marker" {
    write_config 'marker = "{name}.done";'
    echo hello >in/a.txt
    run_once
    [ "$agent_code" = 1 ]
    [ -f in/a.txt ]
    [ "$(uploads)" = 0 ]
}

# ---- include, exclude, recursive ----

with_filters() {
    write_config 'include = [ "*.txt", "*.PDF" ]; exclude = [ "draft-*", "old/*" ];' "${how:-}"
    mkdir -p in/old in/new
    local name
    for name in a.txt draft-a.txt b.doc old/a.txt new/c.TXT new/draft-c.txt; do
        echo "$name" >"in/$name"
    done
    cp "$pdf" in/d.pdf
    start_agent
    wait_until jobs_are done 3
    echo late >in/draft-late.txt
    echo late >in/late.txt
    wait_until jobs_are done 4
    [ "$(closedrop list --json | jq -r .path | sort | xargs)" = "a.txt d.pdf late.txt new/c.TXT" ]
    [ -f in/draft-a.txt ]
    [ -f in/draft-late.txt ]
    [ -f in/b.doc ]
    [ -f in/old/a.txt ]
    [ -f in/new/draft-c.txt ]
    [ "$(uploads)" = 4 ]
}

@test "include and exclude: what they leave out stays where it is, without a message" {
    by_events_and_by_looking with_filters
}

@test "a subdirectory whose mode or time changes is still the same: filters and paths still apply" {
    write_config 'exclude = [ "sub/draft.txt" ];'
    start_agent
    mkdir in/sub
    echo hello >in/sub/a.txt
    wait_until jobs_are done 1
    echo draft >in/sub/draft.txt
    chmod 700 in/sub
    touch in/sub
    echo hello >in/sub/b.txt
    chmod 755 in/sub
    wait_until jobs_are done 2
    echo last >in/c.txt
    wait_until jobs_are done 3
    [ -f in/sub/draft.txt ]
    [ "$(closedrop list --json | jq -r .path | sort | xargs)" = "c.txt sub/a.txt sub/b.txt" ]
    [ "$(uploads)" = 3 ]
}

@test "a folder that is not recursive leaves subdirectories alone" {
    write_config 'recursive = false;'
    mkdir in/sub
    echo hello >in/sub/a.txt
    echo hello >in/b.txt
    start_agent
    wait_until jobs_are done 1
    mkdir in/later
    echo hello >in/later/c.txt
    echo hello >in/d.txt
    wait_until jobs_are done 2
    [ -f in/sub/a.txt ]
    [ -f in/later/c.txt ]
}

# ---- many at once ----

storm() {
    write_config "${how:-}"
    start_agent
    local a b
    for a in {1..10}; do
        for b in {1..10}; do
            mkdir -p "in/$a/$b/deep"
            echo "$a $b" >"in/$a/$b/deep/file.txt"
        done
    done
    wait_until jobs_are done 100
    [ "$(uploads)" = 100 ]
    wait_until find_gives 0 in \( -path in/Uploaded -o -path in/.closedrop \) -prune -o -type f -print
    [ "$(find in/Uploaded -type f | wc -l)" = 100 ]
}

@test "many new directories at once: no file is lost" {
    by_events_and_by_looking storm
}

@test "a tree that is unpacked and renamed at once: no file is lost" {
    start_agent
    local i
    for i in {1..30}; do
        mkdir -p "in/.unpacking-$i/a"
        echo "$i" >"in/.unpacking-$i/a/file.txt"
        mv "in/.unpacking-$i" "in/tree-$i"
    done
    wait_until jobs_are done 30
    [ "$(uploads)" = 30 ]
}

@test "a directory that is renamed while its files settle: none is lost" {
    settle 700ms
    start_agent
    mkdir in/old
    local i
    for i in {1..10}; do
        echo "$i" >"in/old/$i.txt"
    done
    wait_until eval '[ "$(closedrop status --json | jq ".folders[0].settling")" -ge 5 ]'
    mv in/old in/new
    wait_until jobs_are done 10
    [ "$(find "$uploaded/new" -type f | wc -l)" = 10 ]
    [ "$(uploads)" = 10 ]
}

@test "new directories are still watched after many others have appeared and disappeared" {
    start_agent
    local i
    for i in {1..40}; do
        mkdir "in/d$i"
        rmdir "in/d$i"
    done
    mkdir in/d1
    echo hello >in/d1/a.txt
    wait_until jobs_are done 1
    echo hello >in/d1/b.txt
    wait_until jobs_are done 2
}
