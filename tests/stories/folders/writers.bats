#!/usr/bin/env bats
# A file waits for a writer that is still writing, or was interrupted: the open file shows the one, the format's end the
# other. A completed file is sent once and complete; one that is never completed ends in Failed with its reason.

load ../../support/story
. "$CLOSEDROP_SOURCE_DIR/tests/support/writers.sh"
WAIT_MAX=20

setup_file() {
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --count 1 "$BATS_FILE_TMPDIR/documents"
    # large enough that half of it has arrived when a transfer is cut off
    {
        head -n 1 "$BATS_FILE_TMPDIR/documents/doc-00001.pdf"
        head -c 300K /dev/urandom | base64 | sed 's/^/% /'
        tail -n +2 "$BATS_FILE_TMPDIR/documents/doc-00001.pdf"
    } >"$BATS_FILE_TMPDIR/large.pdf"
}

setup() {
    servers=''
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    pdf=$BATS_FILE_TMPDIR/documents/doc-00001.pdf
    large=$BATS_FILE_TMPDIR/large.pdf
}

teardown() {
    local result=0
    [ -z "${writer:-}" ] || kill "$writer" 2>/dev/null || true
    [ -z "$servers" ] || stop_servers
    story_teardown || result=$?
    return $result
}

stop_servers() {
    "$CLOSEDROP_SOURCE_DIR/tests/support/samba.sh" stop "$servers" || true
    "$CLOSEDROP_SOURCE_DIR/tests/support/ftp.sh" stop "$servers" || true
    rm -rf "$servers"
}

start_server() { # samba | ftp: sets $port
    local printed
    servers=$(mktemp -d "${TMPDIR:-/tmp}/servers.XXXXXX") # the names of Samba's sockets must be short
    printed=$("$CLOSEDROP_SOURCE_DIR/tests/support/$1.sh" start "$servers" "$folder") || skip "no $1 server: $printed"
    port=${printed#port=}
}

goes_on_and_leaves() { # FILE: others are sent meanwhile
    echo other >in/other.txt
    wait_until jobs_are done 1
    [ -f "$1" ]
    [ "$(uploads)" = 1 ]
}

arrives_once() { # FILE NAME: its content, whole, and nothing else of that name
    wait_until test -f "$uploaded/$2"
    cmp "$1" "$uploaded/$2"
    [ "$(ledger | cut -f3 | grep -cFx "$2")" = 1 ]
    was_uploaded "$1"
}

failed_as_cut_off() { # NAME
    wait_until test -f "in/Failed/$1.error.txt"
    [ -f "in/Failed/$1" ]
    grep -q 'looks incomplete' "in/Failed/$1.error.txt"
    closedrop list --json | jq -en 'input | .error.code == "cut_off"'
    [ "$(uploads)" = 0 ]
}

# ---- whoever has it open ----

@test "a file that a child process inherited open waits after the parent has closed it" {
    start_agent
    mkfifo hold
    exec 7>>in/a.txt
    echo "first line" >&7
    cat hold >/dev/null 3>&- &
    writer=$!
    exec 7>&-
    goes_on_and_leaves in/a.txt
    echo go >hold
    wait "$writer"
    writer=''
    echo "first line" >whole.txt
    arrives_once whole.txt a.txt
}

@test "a file with two writers waits after the first has closed it" {
    start_agent
    exec 6>>in/a.txt 7>>in/a.txt
    echo "first line" >&6
    exec 6>&-
    goes_on_and_leaves in/a.txt
    echo "second line" >&7
    exec 7>&-
    printf 'first line\nsecond line\n' >whole.txt
    arrives_once whole.txt a.txt
}

@test "a file that a writer opened under another name waits, even when that name is gone" {
    start_agent
    echo "first line" >outside.txt
    exec 7>>outside.txt
    ln outside.txt in/a.txt
    rm outside.txt
    goes_on_and_leaves in/a.txt
    echo "second line" >&7
    exec 7>&-
    printf 'first line\nsecond line\n' >whole.txt
    arrives_once whole.txt a.txt
}

@test "a file that gets its full size first waits until it is filled" {
    write_config 'incomplete = "1h";'
    start_agent
    fallocate -l "$(stat -c %s "$pdf")" in/a.pdf
    wait_until folder_counts waiting_incomplete 1
    head -c 1000 "$pdf" | dd of=in/a.pdf conv=notrunc status=none
    echo other >in/other.txt
    wait_until jobs_are done 1
    wait_until folder_counts waiting_incomplete 1
    dd if="$pdf" of=in/a.pdf conv=notrunc status=none
    arrives_once "$pdf" a.pdf
}

@test "a file that gets its full size, but never a byte, fails as truncated" {
    write_config 'incomplete = "1s";'
    start_agent
    fallocate -l 100K in/a.docx
    failed_as_cut_off a.docx
}

@test "a file that a killed writer left fails as truncated" {
    write_config 'incomplete = "1s";'
    start_agent
    mkfifo input
    cat <input >in/a.pdf 3>&- &
    writer=$!
    exec 7>input
    head -c 1000 "$pdf" >&7
    wait_until test -s in/a.pdf
    kill -KILL "$writer"
    wait "$writer" || true
    writer=''
    exec 7>&-
    failed_as_cut_off a.pdf
}

# ---- whoever comes after it was sent ----

sent_and_opened() { # a.txt is sent, its note is on the way, and somebody has opened it for writing; he is fd 7
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "r"; match = { path = "."; }; lead_id = "lead_A"; note = { text = "{name}"; }; } );'
    write_config 'rules = [ "r" ]; after_upload = "'"$1"'";'
    fault '[{"on":"note","do":{"delay":"1s"},"times":1}]'
    echo "first line" >in/a.txt
    start_agent
    wait_until jobs_are attaching 1
    exec 7>>in/a.txt
    wait_until log_says 'another program has the file open for writing'
    job_is 1 done
    [ -f in/a.txt ]
}

what_he_writes_goes_too() { # HOW
    sent_and_opened "$1"
    echo "second line" >&7
    exec 7>&-
    wait_until jobs_are done 2
    wait_until test ! -e in/a.txt
    printf 'first line\nsecond line\n' >whole.txt
    was_uploaded whole.txt
    activities_are 2
}

@test "what somebody writes to a file that was sent but not yet moved is sent, too" {
    what_he_writes_goes_too archive
    cmp whole.txt "$uploaded/a.txt"
}

@test "what somebody writes to a file that was sent but not yet deleted is sent, too" {
    what_he_writes_goes_too delete
}

@test "a file that somebody only opened for writing is moved once it is closed, and filed once" {
    sent_and_opened archive
    exec 7>&-
    wait_until test -f "$uploaded/a.txt"
    activities_are 1
    [ "$(uploads)" = 1 ]
}

# ---- over the network ----

puts_and_sets_times() { # a client that sets the time again and again after its last write, until the file is queued
    {
        echo 'put whole.txt a.txt'
        for year in {1981..2280}; do # Samba passes by a time that is there
            ! log_says 'queued: scans/a.txt' || break
            echo "utimes a.txt -1 -1 $year:01:01-10:00:00 -1"
            sleep 0.1
        done
    } | smbclient --no-pass --debuglevel=0 --port="$port" //127.0.0.1/drop >/dev/null 2>&1
}

@test "a client over SMB that sets the times of its file after the last write does not delay it" {
    start_server samba
    settle=700ms write_config
    start_agent
    echo hello >whole.txt
    puts_and_sets_times 3>&- &
    writer=$!
    wait_until log_says 'queued: scans/a.txt'
    wait "$writer" || true
    writer=''
    wait_until test -f "$uploaded/a.txt"
    was_uploaded whole.txt
}

second_document_is_said() { # PUT: by which the scanner writes the same name again
    settle=1h write_config
    start_agent
    echo "the first document" >first.txt
    echo "the second document, and it is longer" >second.txt
    "$1" "$port" first.txt a.txt
    wait_until folder_counts waiting_quiet 1
    "$1" "$port" second.txt a.txt
    wait_until log_says 'scans/a.txt: replaced before it was taken: an earlier document of this name, 19 bytes'
    "$1" "$port" second.txt a.txt # a second try is no other document
    "$1" "$port" first.txt b.txt
    wait_until folder_counts waiting_quiet 2
    [ "$(grep -c 'replaced before it was taken' agent.log)" = 1 ]
}

@test "a second document of the same name over FTP, while the first settles, is reported" {
    start_server ftp
    second_document_is_said put_ftp
}

@test "a second document of the same name over SMB, while the first settles, is reported" {
    start_server samba
    second_document_is_said put_smb
}

@test "the file of an interrupted FTP transfer waits, and is sent once it was resumed" {
    start_server ftp
    write_config 'incomplete = "1h";'
    start_agent
    put_ftp_cut "$port" "$large" a.pdf
    wait_until folder_counts waiting_incomplete 1
    [ "$(uploads)" = 0 ]
    put_ftp_resume "$port" "$large" a.pdf
    arrives_once "$large" a.pdf
}

@test "the file of an FTP transfer that is never resumed fails as truncated" {
    start_server ftp
    write_config 'incomplete = "3s";'
    start_agent
    put_ftp_cut "$port" "$large" a.pdf
    failed_as_cut_off a.pdf
    [ -s in/Failed/a.pdf ]
}

@test "an interrupted copy over SMB waits, and is sent once it was copied again" {
    start_server samba
    write_config 'incomplete = "1h";'
    start_agent
    put_smb_cut "$port" "$large" a.pdf
    wait_until folder_counts waiting_incomplete 1
    [ "$(uploads)" = 0 ]
    put_smb "$port" "$large" a.pdf
    arrives_once "$large" a.pdf
}

@test "an interrupted copy over SMB that is never repeated fails as truncated" {
    start_server samba
    write_config 'incomplete = "3s";'
    start_agent
    put_smb_cut "$port" "$large" a.pdf
    failed_as_cut_off a.pdf
    [ -s in/Failed/a.pdf ]
}
