#!/usr/bin/env bats
# Files that cannot be read, are not finished, or change while they are sent: what is sent is always one whole version, what
# cannot be sent ends in Failed with its reason, and what is not a document stays where it is.

load ../../support/story
WAIT_MAX=15

setup_file() {
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --count 4 "$BATS_FILE_TMPDIR/documents"
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --names "$BATS_FILE_TMPDIR/names"
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --big 12M "$BATS_FILE_TMPDIR/old.bin"
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --big 12M "$BATS_FILE_TMPDIR/new.bin"
}

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    pdf=$BATS_FILE_TMPDIR/documents/doc-00001.pdf
    old=$BATS_FILE_TMPDIR/old.bin
    new=$BATS_FILE_TMPDIR/new.bin
}

teardown() { story_teardown; }

failed_because() { # NAME TEXT: it lies in Failed, with a text beside it that says why and what to do
    wait_until test -f "in/Failed/$1.error.txt"
    [ -f "in/Failed/$1" ]
    [ ! -e "in/$1" ]
    grep -qF -- "$2" "in/Failed/$1.error.txt"
    grep -qx 'What to do:' "in/Failed/$1.error.txt"
}

put_secret() { # NAME: a file that the agent may not read
    echo "for root's eyes" >outside.txt
    chmod "$([ "$(id -u)" = 0 ] && echo 600 || echo 0)" outside.txt
    mv outside.txt "in/$1"
}

# ---- not readable ----

@test "a file that cannot be read waits, is counted, and then fails with its reason" {
    become_nobody
    write_config 'incomplete = "2s";'
    start_agent
    put_secret a.txt
    wait_until folder_counts waiting_access 1
    run closedrop status
    [[ $output == *"1 not readable yet"* ]]
    [ "$(closedrop list --json | wc -l)" = 0 ]
    failed_because a.txt 'Permission denied; it belongs to'
    closedrop show 1 --json | jq -en 'input | .error.code == "unreadable"'
    [ "$(curl -s "${admin}counts" | jq .tickets)" = 0 ]
}

@test "a file that is made readable in time is sent" {
    become_nobody
    write_config 'incomplete = "1h";'
    start_agent
    put_secret a.txt
    wait_until folder_counts waiting_access 1
    chmod 644 in/a.txt
    wait_until jobs_are done 1
    wait_until test -f "$uploaded/a.txt"
}

@test "a file that becomes unreadable after it was queued is tried again, and sent once it can be read" {
    become_nobody
    start_agent
    closedrop pause
    echo hello >in/a.txt
    wait_until jobs_are queued 1
    [ "$(id -u)" != 0 ] || chown root in/a.txt
    chmod "$([ "$(id -u)" = 0 ] && echo 600 || echo 0)" in/a.txt
    closedrop resume
    wait_until log_says 'Permission denied'
    chmod 644 in/a.txt
    wait_until jobs_are done 1
}

@test "a file of another user, for which there is no lease, is sent all the same" {
    become_nobody
    start_agent
    echo hello >in/a.txt
    chmod 644 in/a.txt
    wait_until jobs_are done 1
    [ "$(id -u)" != 0 ] || folder_counts leases false
}

# ---- gone ----

@test "a file that vanishes before its turn is dropped with a line of history, not failed" {
    start_agent
    closedrop pause
    echo hello >in/a.txt
    wait_until jobs_are queued 1
    rm in/a.txt
    closedrop resume
    wait_until history_says 1 'dropped: the file was removed from the folder'
    jobs_are queued 0
    jobs_are failed 0
    [ ! -e in/Failed ]
    [ "$(curl -s "${admin}counts" | jq .tickets)" = 0 ]
}

@test "a file that vanishes while it settles leaves no trace" {
    settle=1s write_config
    start_agent
    echo hello >in/a.txt
    rm in/a.txt
    echo hello >in/b.txt
    wait_until jobs_are done 1
    [ "$(closedrop list --json | jq -r .path)" = b.txt ]
}

@test "a file that is deleted while it is sent is done, and its history says so" {
    start_agent
    fault '[{"on":"s3","do":{"delay":"1s"}}]'
    cp "$old" in/big.bin
    wait_until jobs_are uploading 1
    rm in/big.bin
    wait_until history_says 1 'the file had been removed from the folder'
    job_is 1 done
    was_uploaded "$old"
}

# ---- changed while it is sent ----

# The big file is in progress, and S3 does not continue to read for a while.
big_file_is_sent() {
    limits='transfers = 1;' write_config
    start_agent
    fault '[{"on":"s3","do":{"delay":"1s"}}]'
    cp "$old" in/big.bin
    wait_until being_sent
}

being_sent() {
    closedrop status --json | jq -en 'input | .transfers[0] | .stage == "send" and .sent > 0 and .sent < .size' >/dev/null
}

# Whatever was sent is one of these, whole, and the last of them arrived.
sent_only() { # FILE...
    local sums last
    sums=$(sha256sum "$@" | cut -d' ' -f1)
    last=$(tail -n 1 <<<"$sums")
    wait_until eval "ledger | grep -q ^$last"
    [ -z "$(ledger | cut -f1 | grep -vF "$sums")" ]
}

@test "a file that grows while it is sent: only the longer one arrives" {
    big_file_is_sent
    cat "$old" - <<<"one line more" >longer.bin
    echo "one line more" >>in/big.bin
    sent_only longer.bin
    wait_until test -f "$uploaded/big.bin"
    cmp longer.bin "$uploaded/big.bin"
    jobs_are failed 0
    [ "$(uploads)" = 1 ]
}

@test "a file that is rewritten in place while it is sent, of the same size: only the new one arrives" {
    big_file_is_sent
    dd if="$new" of=in/big.bin bs=1M conv=notrunc status=none
    sent_only "$new"
    wait_until test -f "$uploaded/big.bin"
    cmp "$new" "$uploaded/big.bin"
    [ "$(uploads)" = 1 ]
}

@test "a file that shrinks while it is sent: only the shorter one arrives" {
    big_file_is_sent
    head -c 1M "$old" >shorter.bin
    dd if=/dev/null of=in/big.bin bs=1M seek=1 status=none
    sent_only shorter.bin
    wait_until test -f "$uploaded/big.bin"
    cmp shorter.bin "$uploaded/big.bin"
    [ "$(uploads)" = 1 ]
}

@test "a file that is replaced while it is sent: both arrive, each whole, as two jobs" {
    big_file_is_sent
    cp "$new" new.bin
    mv new.bin in/big.bin
    sent_only "$old" "$new"
    wait_until jobs_are done 2
    wait_until test -f "$uploaded/big.bin"
    cmp "$new" "$uploaded/big.bin"
    history_says 1 'another file has taken its name'
    [ "$(uploads)" = 2 ]
}

@test "a writer that comes back is not held up by the transfer" {
    big_file_is_sent
    fault '[{"on":"s3","times":0,"do":{"delay":"3s"}}]'
    timeout 3 dd if=/dev/null of=in/big.bin bs=1 conv=notrunc status=none
}

@test "a file that is only touched while it is sent is not sent twice" {
    start_agent
    fault '[{"on":"s3","do":{"delay":"1s"}}]'
    echo hello >in/a.txt
    wait_until jobs_are uploading 1
    chmod 600 in/a.txt
    wait_until jobs_are done 1
    wait_until test -f "$uploaded/a.txt"
    [ "$(uploads)" = 1 ]
}

# ---- empty, cut off ----

@test "an empty file may still grow, and then fails with its reason" {
    write_config 'incomplete = "2s";'
    start_agent
    : >in/empty.txt
    wait_until folder_counts waiting_incomplete 1
    run closedrop status
    [[ $output == *"1 empty or truncated, may still grow"* ]]
    failed_because empty.txt 'the file is empty'
    [ ! -s in/Failed/empty.txt ]
    closedrop show 1 --json | jq -en 'input | .state == "failed" and .error.code == "empty" and .size == 0'
    [ "$(curl -s "${admin}counts" | jq .tickets)" = 0 ]
}

@test "an empty file that is filled in time is sent" {
    write_config 'incomplete = "1h";'
    start_agent
    : >in/a.txt
    wait_until folder_counts waiting_incomplete 1
    echo hello >in/a.txt
    wait_until jobs_are done 1
    wait_until folder_counts waiting_incomplete 0
    was_uploaded "$uploaded/a.txt"
}

put_half() { # the first half of the PDF, as cut.pdf in the folder
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --cut "$pdf" cut.pdf 50
    mv cut.pdf in/cut.pdf
}

@test "a truncated PDF waits, and then fails with its reason" {
    write_config 'incomplete = "2s";'
    start_agent
    put_half
    wait_until folder_counts waiting_incomplete 1
    failed_because cut.pdf 'looks incomplete'
    grep -qx 'Open cut.pdf and look at its last page.' in/Failed/cut.pdf.error.txt
    grep -q '^- Only if nothing is missing, move cut.pdf (not this message) to .* without this check' in/Failed/cut.pdf.error.txt
    closedrop show 1 --json | jq -en 'input | .error.code == "cut_off"'
    [ "$(uploads)" = 0 ]
}

@test "a PDF that is completed in time is sent" {
    write_config 'incomplete = "1h";'
    start_agent
    put_half
    wait_until folder_counts waiting_incomplete 1
    tail -c +"$(($(stat -c %s in/cut.pdf) + 1))" "$pdf" >>in/cut.pdf
    wait_until jobs_are done 1
    was_uploaded "$pdf"
    [ "$(uploads)" = 1 ]
}

@test "each format with an end is known: TIFF, JPEG, PNG and a whole PDF" {
    write_config 'incomplete = "500ms";'
    mkdir cut
    for document in "$BATS_FILE_TMPDIR"/documents/*; do
        cp "$document" in/
        "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --cut "$document" "cut/cut-${document##*/}" 90
    done
    cp cut/* in/
    run_once
    [ "$agent_code" = 1 ]
    [ "$(uploads)" = 4 ]
    [ "$(find in/Failed -name 'cut-*' ! -name '*.error.txt' | wc -l)" = 4 ]
}

@test "a PDF behind a byte order mark, blank lines, PJL or MIME is recognised, and so is a truncated one" {
    write_config 'incomplete = "500ms";'
    local heads=('\xef\xbb\xbf' '\r\n\r\n' '\x1b%%-12345X@PJL ENTER LANGUAGE=PDF\r\n' 'Content-Type: application/pdf\r\n\r\n')
    for i in 0 1 2 3; do
        { printf "${heads[i]}" && cat "$pdf"; } >"whole-$i.pdf"
        "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --cut "whole-$i.pdf" "cut-$i.pdf" 60
    done
    mv whole-* cut-* in/
    run_once
    [ "$agent_code" = 1 ]
    [ "$(uploads)" = 4 ]
    [ "$(closedrop list --json | jq -r 'select(.error.code == "cut_off").path' | sort | xargs)" = "cut-0.pdf cut-1.pdf cut-2.pdf cut-3.pdf" ]
}

@test "a file of only zeros counts as truncated whatever its name, unless a person accepts it" {
    write_config 'incomplete = "300ms";'
    start_agent
    head -c 3000 /dev/zero >in/a.csv
    failed_because a.csv 'it contains nothing but zeros, as after a failed write'
    closedrop show 1 --json | jq -en 'input | .error.code == "cut_off"'
    [ "$(uploads)" = 0 ]
    mv in/Failed/a.csv in/
    wait_until job_is 1 done
    [ "$(uploads)" = 1 ]
}

@test "a file dragged back after it looked truncated is accepted as is, as the same job" {
    write_config 'incomplete = "300ms";'
    start_agent
    put_half
    failed_because cut.pdf 'looks incomplete'
    mv in/Failed/cut.pdf in/
    wait_until job_is 1 done
    wait_until test -f "$uploaded/cut.pdf"
    was_uploaded "$uploaded/cut.pdf"
    [ "$(closedrop list --json | wc -l)" = 1 ]
    closedrop show 1 --json | jq -en 'input | .error == null and .attempts == 1'
}

# ---- too much, too little, too many names ----

@test "a file over max_size fails at once, and so does one under min_size" {
    write_config 'max_size = "1K"; min_size = "3"; incomplete = "1h";'
    start_agent
    head -c 2K /dev/zero >in/large.bin
    echo x >in/small.txt
    failed_because large.bin 'too large: 2 KB; the limit of this folder is 1 KB'
    failed_because small.txt 'too small: 2 bytes; the minimum of this folder is 3 bytes'
    closedrop list --json | jq -es 'map(.error.code) | sort == ["too_large", "too_small"]'
    [ "$(curl -s "${admin}counts" | jq .tickets)" = 0 ]
}

@test "a file over max_size that is still being written, and then truncated to size, is sent" {
    write_config 'max_size = "1K";'
    start_agent
    exec 9>>in/a.bin
    head -c 2K /dev/zero >&9
    echo other >in/b.txt
    wait_until jobs_are done 1 # the first was looked at meanwhile
    jobs_are failed 0
    truncate -s 500 in/a.bin
    exec 9>&-
    wait_until jobs_are done 2
    [ "$(closedrop list --json | jq -s length)" = 2 ]
    [ ! -e in/Failed ]
}

# A file fails while a program has it open, is written after all, and must not stay failed for ever.
written_after_it_failed() { # descriptor 9 is open for it
    wait_until jobs_are failed 1
    wait_until log_says 'another program has the file open for writing'
    rm -f outside.txt
    echo hello >&9
    exec 9>&-
    wait_until jobs_are done 1
    wait_until jobs_are failed 0
    history_says 1 'superseded: its file was rewritten'
    was_uploaded "$uploaded/a.txt"
    [ -z "$(find in/Failed -type f)" ]
}

@test "an empty file that is written long after it failed, before it is put away, is sent" {
    write_config 'incomplete = "300ms";'
    start_agent
    exec 9>>in/a.txt
    written_after_it_failed
}

@test "a hard link that is written, and becomes a file of its own, before it is put away, is sent" {
    write_config 'incomplete = "300ms";'
    start_agent
    echo secret >outside.txt
    ln outside.txt in/a.txt
    exec 9>>outside.txt
    written_after_it_failed
}

@test "a file over 5 GB fails at once" {
    write_config 'incomplete = "1h";'
    start_agent
    truncate -s 6G in/huge.bin
    failed_because huge.bin '6'
    closedrop show 1 --json | jq -en 'input | .error.code == "too_large" and .size == 6442450944'
    [ "$(stat -c %s in/Failed/huge.bin)" = 6442450944 ]
}

@test "a hard link waits, and then fails: its other name might be anywhere" {
    write_config 'incomplete = "2s";'
    start_agent
    echo secret >outside.txt
    ln outside.txt in/a.txt
    wait_until folder_counts waiting_access 1
    closedrop status | grep -qF 'a.txt: the file has more than one name (hard link)'
    failed_because a.txt 'hard link'
    closedrop show 1 --json | jq -en 'input | .error.code == "links"'
    [ "$(uploads)" = 0 ]
    [ "$(cat outside.txt)" = secret ]
}

@test "a hard link whose other name is removed in time is sent" {
    write_config 'incomplete = "1h";'
    start_agent
    echo hello >outside.txt
    ln outside.txt in/a.txt
    wait_until folder_counts waiting_access 1
    rm outside.txt
    wait_until jobs_are done 1
}

# ---- no documents ----

@test "symbolic links, pipes, sockets and devices are never followed, opened or moved" {
    echo secret >outside.txt
    mkdir outside
    echo secret >outside/b.txt
    ln -s ../outside.txt in/link.txt
    ln -s ../outside in/directory
    mkfifo in/pipe.pdf
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("in/socket.pdf")'
    mknod in/device.pdf c 1 3 2>/dev/null || echo "no device could be made"
    echo hello >in/z.txt
    run_once
    [ "$agent_code" = 0 ]
    [ "$(closedrop list --json | jq -r .path)" = z.txt ]
    [ -L in/link.txt ]
    [ -L in/directory ]
    [ -p in/pipe.pdf ]
    [ -S in/socket.pdf ]
    [ "$(cat outside.txt outside/b.txt | sort -u)" = secret ]
}

@test "a file that is swapped for a symbolic link after it was queued is not followed" {
    start_agent
    closedrop pause
    echo hello >in/a.txt
    wait_until jobs_are queued 1
    echo secret >outside.txt
    rm in/a.txt
    ln -s ../outside.txt in/a.txt
    closedrop resume
    wait_until jobs_are queued 0
    jobs_are uploading 0
    [ "$(uploads)" = 0 ]
    [ -L in/a.txt ]
}

@test "a directory on the way that is swapped for a symbolic link is not followed" {
    start_agent
    closedrop pause
    mkdir in/sub outside
    echo hello >in/sub/a.txt
    wait_until jobs_are queued 1
    cp -a in/sub/a.txt outside/a.txt
    rm -r in/sub
    ln -s ../outside in/sub
    closedrop resume
    wait_until jobs_are queued 0
    [ "$(uploads)" = 0 ]
    [ -f outside/a.txt ]
}

@test "temporary files are not documents and stay where they are, without a message" {
    local name names=(a.tmp b.part c.filepart d.crdownload e.swp 'f~' .hidden '~$letter.docx' ._letter.pdf Thumbs.db
        desktop.ini g.error.txt h.close.json A.TMP THUMBS.DB)
    for name in "${names[@]}"; do
        echo "$name" >"in/$name"
    done
    mkdir in/.git
    echo x >in/.git/config
    start_agent
    echo hello >in/z.txt
    wait_until jobs_are done 1
    for name in "${names[@]}" .git/config; do
        [ -f "in/$name" ]
    done
    [ "$(closedrop list --json | jq -r .path)" = z.txt ]
    [ "$(uploads)" = 1 ]
}

@test "a download is taken once it gets its real name" {
    start_agent
    echo "half of" >in/a.pdf.part
    echo "a document" >>in/a.pdf.part
    mv in/a.pdf.part in/a.txt
    wait_until jobs_are done 1
    was_uploaded "$uploaded/a.txt"
}

# ---- names ----

@test "files with awkward names all arrive, and are filed byte for byte under the same names" {
    local count
    count=$(find "$BATS_FILE_TMPDIR/names" -type f | tr -dc '\n' | wc -c)
    cp -- "$BATS_FILE_TMPDIR"/names/* in/
    run_once
    [ "$agent_code" = 0 ]
    (cd "$BATS_FILE_TMPDIR/names" && sha256sum -z -- * | sort -z) >before
    (cd "$uploaded" && sha256sum -z -- * | sort -z) >after
    cmp before after
    [ -z "$(comm -3 <(tr '\0' '\n' <before | grep -aoE '^[0-9a-f]{64}' | sort) <(ledger | cut -f1 | sort))" ]
    [ "$(uploads)" -gt 30 ]
    # and they can be spoken of
    closedrop list --json | jq -es "length >= 30 and all(.path | length > 0)" >/dev/null
    closedrop list >list.txt
    [ "$(wc -l <list.txt)" = "$(($(closedrop list --json | wc -l) + 1))" ]
    never grep -qP '[\x00-\x08\x0b-\x1f]' list.txt
    [ ! -e pwned ]
    [ ! -e in/pwned ]
}

@test "a name of 255 bytes that fails, and one that is already taken, still fit into Failed" {
    local longest
    longest=$(printf 'n%.0s' {1..251}).pdf
    write_config 'max_size = "100";'
    head -c 200 /dev/zero >"in/$longest"
    run_once
    [ -f "in/Failed/$longest" ]
    [ "$(find in/Failed -name '*.error.txt' | wc -l)" = 1 ]
    write_config
    printf '%%PDF-1.4\n%%%%EOF\n' >"in/$longest"
    run_once
    printf '%%PDF-1.4\n\n%%%%EOF\n' >"in/$longest"
    run_once
    [ "$(find "$uploaded" -type f | wc -l)" = 2 ]
}
