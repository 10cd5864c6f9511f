#!/usr/bin/env bats
# A folder that anybody can write to: nothing outside it is read or changed, nothing makes the agent hang or crash, and what
# it says about hostile names is clean. tests/race/run.sh has attackers who change things while the agent reads them.

load ../../support/story
WAIT_MAX=20

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    secret=$(sha256sum <key | cut -d' ' -f1)
}

teardown() {
    local result=0
    [ -z "${holder:-}" ] || kill "$holder" 2>/dev/null || true
    [ "$(cat key)" = api_sandbox.secret ] || result=1
    if ledger | grep -q "$secret"; then result=1; fi
    story_teardown || result=$?
    return $result
}

others_go() { # nothing holds up what else comes
    echo "other $1" >"in/other-$1.txt"
    wait_until test -f "$uploaded/other-$1.txt"
}

is_clean() { # FILE: no control characters but the newline, and nothing that turns the reading direction
    never grep -qaP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]' "$1"
}

@test "a file whose owner holds a write lease on it delays no other, and is sent once the lease is given up" {
    write_config 'incomplete = "1h";'
    start_agent
    echo leased >outside.txt
    python3 -c '
import fcntl, os, signal, time
signal.signal(signal.SIGIO, signal.SIG_IGN)
fd = os.open("outside.txt", os.O_RDWR)
fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
os.rename("outside.txt", "in/leased.txt")
while not os.path.exists("go"):
    time.sleep(0.02)
' 3>&- &
    holder=$!
    wait_until test -f in/leased.txt
    others_go 1
    closedrop status >/dev/null
    [ -f in/leased.txt ]
    touch go
    wait_until test -f "$uploaded/leased.txt"
    was_uploaded "$uploaded/leased.txt"
}

@test "a sparse file of 1 TB fails at once, and is moved without being read" {
    truncate -s 1T in/huge.pdf || skip "this file system has no files of 1 TB"
    start_agent
    wait_until test -f in/Failed/huge.pdf.error.txt
    closedrop show 1 --json | jq -en 'input | .error.code == "too_large"'
    others_go 1
}

@test "sparse files that begin like a document are inspected quickly" {
    write_config 'incomplete = "500ms";'
    printf '\x89PNG\r\n\x1a\n' >in/a.png
    # two tables of 268 million places each
    printf 'II*\0\x08\0\0\0\x02\0\x11\x01\x04\0\0\0\0\x10\x08\0\0\0\x17\x01\x04\0\0\0\0\x10\x08\0\0\0' >in/b.tif
    printf 'PK\x03\x04' >in/c.zip
    printf '%%PDF-1.4\n' >in/d.pdf
    printf '\xff\xd8\xff\xda\0\x02' >in/e.jpg
    truncate -s 4G in/a.png in/b.tif in/c.zip in/d.pdf in/e.jpg
    start_agent
    others_go 1
    wait_until jobs_are failed 5
    [ "$(uploads)" = 1 ]
}

@test "a hard link to the key is not read, and stays where it is" {
    write_config 'incomplete = "500ms";'
    ln key in/key.txt
    start_agent
    others_go 1
    wait_until folder_counts settling 0
    [ in/key.txt -ef key ]
    [ "$(counts .tickets)" = 1 ]
    jobs_are failed 0
}

@test "directories deeper than any path can name are left out, and the rest is sent" {
    write_config 'poll_interval = "200ms";'
    start_agent
    others_go 1
    python3 -c '
import os
at = os.open("in", os.O_RDONLY)
for depth in range(40):
    for name in ("d" * 250,):
        os.mkdir(name, dir_fd=at)
        at = os.open(name, os.O_RDONLY, dir_fd=at)
    fd = os.open("deep.txt", os.O_WRONLY | os.O_CREAT, dir_fd=at)
    os.write(fd, b"deep %d\n" % depth)
    os.close(fd)
'
    others_go 2
    wait_until log_says 'cannot be reached: its path is too long'
    wait_until folder_says '.message | startswith("part of it cannot be reached: a path is too long")'
    closedrop status | grep -q 'use shorter names, or move it up'
    others_go 3
    is_clean agent.log
    closedrop list --json | jq -es 'length > 0 and all(.[]; .state == "done")' >/dev/null
}

@test ".closedrop created beforehand by another user is not used, and the folder is away until it is removed" {
    [ "$(id -u)" = 0 ] || skip "giving a directory to another user takes root"
    mkdir -m 777 in/.closedrop
    chown nobody in/.closedrop
    echo foreign >in/.closedrop/1
    echo hello >in/a.txt
    start_agent
    wait_until log_says "is marked by another user's closedrop"
    [ "$(closedrop list --json | wc -l)" = 0 ]
    [ -f in/a.txt ]
    [ "$(cat in/.closedrop/1)" = foreign ]
    rm -r in/.closedrop
    wait_until test -f "$uploaded/a.txt"
    [ "$(uploads)" = 1 ]
}

@test "Failed as a symbolic link to the outside is not followed" {
    write_config 'max_size = "3";'
    mkdir outside
    ln -s ../outside in/Failed
    echo hello >in/a.txt
    start_agent
    wait_until log_says 'cannot be created'
    [ -z "$(ls -A outside)" ]
    rm in/Failed
    wait_until test -f in/Failed/a.txt.error.txt
    [ -z "$(ls -A outside)" ]
}

fails_by_any_name() { # LOG-FORMAT
    local count
    more="log = { format = \"$1\"; };"
    write_config 'max_size = "1";'
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --names in
    printf 'too large' >$'in/\e[2Jescape \xe2\x81\xa6bidi\xe2\x81\xa9.txt'
    count=$(find in -maxdepth 1 -type f -printf x | wc -c)
    start_agent
    wait_until jobs_are failed "$count"
    stop_agent
    is_clean agent.log
    closedrop list >list.txt
    closedrop show 1 >show.txt
    is_clean list.txt
    is_clean show.txt
    [ "$(wc -l <list.txt)" = $((count + 1)) ]
    closedrop list --json | jq -es "length == $count and all(.[]; .path | length > 0)" >/dev/null
}

@test "hostile names that fail: the log, the lists and the JSON are clean" {
    fails_by_any_name text
    local text
    while IFS= read -r -d '' text; do
        is_clean "$text"
    done < <(find in/Failed -name '*.error.txt' -print0)
}

@test "hostile names that fail: each line of a log in JSON is one object" {
    fails_by_any_name json
    jq -es 'length > 30 and all(.[]; type == "object")' agent.log >/dev/null
}
