#!/usr/bin/env bats
# Where a file goes when it is done or has failed, with which name, mode and group, and what is next to it.

load ../../support/story
WAIT_MAX=15

setup() {
    story_setup
    month=$(date +%Y-%m)
    uploaded=in/Uploaded/$month
    elsewhere=''
}

teardown() {
    local result=0
    story_teardown || result=$?
    [ -z "$elsewhere" ] || rm -rf -- "$elsewhere"
    return $result
}

other_file_system() { # sets $elsewhere: a directory on another file system than the folder's
    [ -d /dev/shm ] && [ -w /dev/shm ] || skip "/dev/shm is not there to write"
    [ "$(stat -c %d /dev/shm)" != "$(stat -c %d .)" ] || skip "/dev/shm is the same file system"
    elsewhere=$(mktemp -d /dev/shm/closedrop-story.XXXXXX)
}

mode_and_group() { # PATH...
    stat -c '%a %g' -- "$@"
}

put_away_is_done() {
    not_put_away_are 0
}

# ---- archive ----

@test "the archive's name is made of the moment the job was done" {
    write_config 'archive = "Archive/%Y/%m-%d/done";'
    mkdir -p in/a/b
    echo hello >in/a/b/c.txt
    run_once
    [ -f "in/Archive/$(date +%Y/%m-%d)/done/a/b/c.txt" ]
    closedrop show 1 --json | jq -en --arg place "Archive/$(date +%Y/%m-%d)/done/a/b/c.txt" 'input | .place == $place'
}

@test "an archive without a pattern" {
    write_config 'archive = "Sent"; failed = "Not sent/yet"; incomplete = "0";'
    echo hello >in/a.txt
    : >in/b.txt
    run_once
    [ -f in/Sent/a.txt ]
    [ -f "in/Not sent/yet/b.txt" ]
    grep -F 'to the folder that contains "Not sent" (on the server: "in").' "in/Not sent/yet/b.txt.error.txt"
    grep -F 'As soon as the new file is in the folder "Sent", delete b.txt' "in/Not sent/yet/b.txt.error.txt"
}

@test "files in the archive, in Failed and in .closedrop are never taken" {
    mkdir -p "$uploaded" in/Failed/x in/.closedrop
    echo old >"$uploaded/old.txt"
    echo old >in/Failed/x/old.txt
    echo hello >in/a.txt
    start_agent
    wait_until jobs_are done 1
    echo new >"$uploaded/new.txt"
    echo hello >in/b.txt
    wait_until jobs_are done 2
    [ "$(uploads)" = 2 ]
    [ -f in/Failed/x/old.txt ]
}

@test "a subdirectory that only has the archive's name further down is watched" {
    mkdir -p in/deep/Uploaded
    echo hello >in/deep/Uploaded/a.txt
    run_once
    [ -f "$uploaded/deep/Uploaded/a.txt" ]
}

@test "an absolute archive on the same file system" {
    write_config "archive = \"$PWD/archive/%Y\";"
    mkdir in/sub
    echo hello >in/sub/a.txt
    run_once
    [ "$agent_code" = 0 ]
    [ "$(cat "archive/$(date +%Y)/sub/a.txt")" = hello ]
    [ ! -e in/sub/a.txt ]
    closedrop show 1 --json | jq -en --arg place "$PWD/archive/$(date +%Y)/sub/a.txt" 'input | .place == $place'
}

@test "an absolute archive below a directory that can be entered, but not listed" {
    [ "$(id -u)" = 0 ] || skip "needs root, to have a directory of another user"
    become_nobody
    mkdir -p pass/archive
    chown nobody pass/archive
    chmod 711 pass
    write_config "archive = \"$PWD/pass/archive/%Y\";"
    echo hello >in/a.txt
    run_once
    [ -f "pass/archive/$(date +%Y)/a.txt" ]
}

@test "an absolute archive on another file system: copied whole, with mode, group and times" {
    other_file_system
    write_config "archive = \"$elsewhere/%Y\"; failed = \"$elsewhere/failed\"; max_size = \"20M\";"
    head -c 9M /dev/urandom >big.bin
    cp big.bin in/big.bin
    chmod 640 in/big.bin
    chgrp "$(id -G | tr ' ' '\n' | tail -n 1)" in/big.bin
    touch -d '2001-02-03 04:05:06.789' in/big.bin
    stat -c '%a %g %Y %s' in/big.bin >before
    head -c 21M /dev/zero | tr '\0' x >in/too-big.bin
    run_once
    cmp big.bin "$elsewhere/$(date +%Y)/big.bin"
    stat -c '%a %g %Y %s' "$elsewhere/$(date +%Y)/big.bin" | cmp before -
    [ ! -e in/big.bin ]
    [ -f "$elsewhere/failed/too-big.bin" ]
    grep -F "to the folder \"in\" (on the server: \"$PWD/in\")." "$elsewhere/failed/too-big.bin.error.txt"
    [ -z "$(ls -A in/.closedrop)" ]
    [ "$(find "$elsewhere" -type f | wc -l)" = 3 ]
    put_away_is_done
}

@test "retry brings a file back from another file system" {
    other_file_system
    write_config "failed = \"$elsewhere/failed\"; max_size = \"2\";"
    echo hello >in/a.txt
    start_agent
    wait_until test -f "$elsewhere/failed/a.txt.error.txt"
    stop_agent
    write_config "failed = \"$elsewhere/failed\";"
    start_agent
    closedrop retry 1
    wait_until test -f "$uploaded/a.txt"
    [ -z "$(find "$elsewhere" -type f)" ]
}

# ---- delete, keep ----

@test "delete: the file is gone, and nothing else" {
    write_config 'after_upload = "delete"; incomplete = "0";'
    mkdir in/sub
    echo hello >in/sub/a.txt
    : >in/b.txt
    run_once
    [ ! -e in/sub/a.txt ]
    [ ! -e in/Uploaded ]
    [ -d in/sub ]
    [ -f in/Failed/b.txt ]
    [ -z "$(ls -A in/.closedrop)" ]
    [ "$(uploads)" = 1 ]
}

@test "keep: nothing is moved, nothing but .closedrop is created, and nothing is sent again after a restart" {
    write_config 'after_upload = "keep";'
    mkdir in/sub
    echo hello >in/sub/a.txt
    echo hello >in/b.txt
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 2 ]
    [ "$(find in | sort | xargs)" = "in in/.closedrop in/b.txt in/sub in/sub/a.txt" ]
    run_once
    start_agent
    echo hello >in/c.txt
    wait_until jobs_are done 3
    [ "$(uploads)" = 3 ]
}

@test "keep: a file that is changed is sent again, one that is only renamed or touched by chmod is not" {
    write_config 'after_upload = "keep";'
    echo hello >in/a.txt
    start_agent
    wait_until jobs_are done 1
    echo "hello again" >in/a.txt
    wait_until jobs_are done 2
    mv in/a.txt in/b.txt
    chmod 600 in/b.txt
    echo other >in/c.txt
    wait_until jobs_are done 3
    stop_agent
    run_once
    [ "$(uploads)" = 3 ]
}

@test "keep: a folder restored from a backup is not sent again" {
    write_config 'after_upload = "keep";'
    mkdir in/sub
    echo hello >in/sub/a.txt
    echo hello >in/b.txt
    run_once
    [ "$(uploads)" = 2 ]
    cp -a in restored
    rm -r in
    set_config folders.path=restored
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 2 ]
    echo new >restored/c.txt
    run_once
    [ "$(uploads)" = 3 ]
}

@test "keep: a failed file is moved to Failed all the same" {
    write_config 'after_upload = "keep"; incomplete = "0";'
    : >in/a.txt
    run_once
    [ "$agent_code" = 1 ]
    [ -f in/Failed/a.txt.error.txt ]
    [ -f in/Failed/a.txt ]
}

# ---- modes and groups ----

@test "new directories get the folder's mode and group, whatever the umask" {
    chmod 2775 in
    [ "$(id -u)" != 0 ] || chgrp nogroup in
    umask 077
    mkdir in/sub
    chmod 2775 in/sub
    echo hello >in/sub/a.txt
    chmod 664 in/sub/a.txt
    : >in/b.txt
    chmod 640 in/b.txt
    write_config 'receipts = true; incomplete = "0";'
    run_once
    local like directory
    like=$(mode_and_group in)
    for directory in in/Uploaded "$uploaded" "$uploaded/sub" in/Failed; do
        [ "$(mode_and_group "$directory")" = "$like" ]
    done
    [ "$(stat -c %a in/.closedrop)" = 700 ]
    [ "$(mode_and_group "$uploaded/sub/a.txt.close.json")" = "$(mode_and_group "$uploaded/sub/a.txt")" ]
    [ "$(mode_and_group in/Failed/b.txt.error.txt)" = "644 $(stat -c %g in)" ]
    [ "$(stat -c %a "$uploaded/sub/a.txt")" = 664 ]
}

@test "everybody who can list the directory can read an error text, whatever the file's mode; a receipt is different" {
    local mode
    umask 077
    write_config 'incomplete = "0"; receipts = true;'
    for mode in 2770:640 2750:640 755:644 711:600 700:600 777:644; do
        rm -rf in/Failed in/Uploaded
        chmod 0 in && chmod "${mode%:*}" in
        : >in/empty.sh
        chmod 700 in/empty.sh
        echo "$mode" >in/a.txt
        run_once
        [ "$(stat -c %a in/Failed/empty.sh.error.txt)" = "${mode#*:}" ]
        [ "$(stat -c %a in/Failed/empty.sh)" = 700 ]
        [ "$(stat -c %a "$uploaded/a.txt.close.json")" = 600 ]
    done
}

@test "an error text gets the group and the permissions of the directory it is in, not of the folder" {
    [ "$(id -u)" = 0 ] || skip "needs root, to have files of several groups"
    mkdir -p in/Failed/sub in/sub
    chgrp nogroup in/Failed/sub
    chmod 750 in/Failed/sub
    : >in/sub/a.txt
    chmod 600 in/sub/a.txt
    write_config 'incomplete = "0";'
    run_once
    [ "$(mode_and_group in/Failed/sub/a.txt.error.txt)" = "640 $(stat -c %g in/Failed/sub)" ]
    [ "$(mode_and_group in/Failed/sub/a.txt)" = "600 0" ]
}

@test "existing directories keep their mode" {
    mkdir -p "$uploaded"
    chmod 700 in/Uploaded "$uploaded"
    echo hello >in/a.txt
    run_once
    [ -f "$uploaded/a.txt" ]
    [ "$(stat -c %a in/Uploaded)" = 700 ]
    [ "$(stat -c %a "$uploaded")" = 700 ]
}

@test "the text of an executable file is not executable" {
    write_config 'incomplete = "0";'
    : >in/a.sh
    chmod 755 in/a.sh
    run_once
    [ "$(stat -c %a in/Failed/a.sh)" = 755 ]
    [ "$(stat -c %a in/Failed/a.sh.error.txt)" = 644 ]
}

# ---- next to the file ----

@test "receipts contain the outcome of the file" {
    write_config 'receipts = true;'
    echo hello >in/a.txt
    run_once
    jq -e --arg sum "$(sha256sum <"$uploaded/a.txt" | cut -d' ' -f1)" '.state == "done" and .path == "a.txt" and
        .sha256 == $sum and .error == null and (.download_url | startswith("http"))' "$uploaded/a.txt.close.json"
}

@test "receipts say where the file is, and each file with the same long name has its own" {
    write_config 'receipts = true;'
    local longest round
    longest=$(printf 'n%.0s' {1..251}).txt
    for round in 1 2 3; do
        echo "$round" >"in/$longest"
        run_once
    done
    (cd "$uploaded" && for receipt in *.close.json; do
        place=$(jq -r .place "$receipt")
        [ "$(jq -r .sha256 "$receipt")" = "$(sha256sum <"../../$place" | cut -d' ' -f1)" ] || exit 1
        echo "$place"
    done) | sort -u | wc -l | grep -qx 3
    [ "$(closedrop list --json | jq -r .place | sort)" = "$(cat "$uploaded"/*.close.json | jq -r .place | sort)" ]
}

@test "receipts of kept files are next to them, and are not documents" {
    write_config 'receipts = true; after_upload = "keep";'
    mkdir in/sub
    echo hello >in/sub/a.txt
    run_once
    jq -e '.state == "done"' in/sub/a.txt.close.json
    run_once
    [ "$(uploads)" = 1 ]
}

@test "the error text says what is wrong and what to do, in plain words" {
    write_config 'max_size = "3";'
    mkdir in/sub
    echo hello >in/sub/a.txt
    run_once
    local text=in/Failed/sub/a.txt.error.txt
    [ "$(head -1 "$text")" = 'a.txt could not be uploaded to Close.' ]
    grep -qE '^File: +sub/a.txt$' "$text"
    grep -qE '^Size: +6 bytes$' "$text"
    grep -qE "^Tried: +$(LC_ALL=C date '+%-d %B %Y'), [0-9:]{5} $(date +%Z)$" "$text"
    grep -qx 'Reason: the file is too large: 6 bytes; the limit of this folder is 3 bytes.' "$text"
    grep -qx 'What to do:' "$text"
    grep -qE '^- If you can make it smaller: .* As soon as all of them are in Close, delete a\.txt and' "$text"
    grep -qF ' into the folder that contains "Failed", there into "sub" (on the server: "in/sub").' "$text"
    grep -qF 'move a.txt (not this message) to that folder.' "$text"
    grep -qE 'If it worked, a\.txt is then in a subfolder of "Uploaded"; if not, it is back here with a new message\.$' "$text"
    grep -qE '^Not sure, .* to your administrator\.$' "$text"
    never grep -qi 'null\|errno\|HTTP' "$text"
    # our words, and our name for the folder, are in the lines for the administrator alone
    grep -qE '^Job 1, folder "scans", error "too_large"\. "closedrop show 1" ' "$text"
    never grep -qE 'closedrop|scans|max_size|[Jj]ob' <(sed '/^For the administrator/,$d' "$text")
}

@test "the text says which marker and sidecar must be dragged back with the file" {
    write_config 'incomplete = "0"; max_size = "3"; marker = "{name}.done"; sidecar = true;'
    echo hello >in/a.txt
    echo '{}' >in/a.txt.json
    : >in/a.txt.DONE
    run_once
    local text=in/Failed/a.txt.error.txt
    grep -F 'If you move a.txt, move a.txt.DONE with it' "$text"
    grep -F 'If you move a.txt, move a.txt.json with it' "$text"
    set_config 'folders.max_size="30"'
    mv in/Failed/a.txt in/Failed/a.txt.DONE in/Failed/a.txt.json in/
    run_once
    jobs_are done 1
}

@test "the text says that the marker of a batch must be written again" {
    write_config 'incomplete = "0"; max_size = "3"; marker = "{dir}/READY";'
    mkdir in/sub
    echo hello >in/sub/a.txt
    touch in/sub/READY
    run_once
    grep -F 'After moving it, create the file READY next to it again' in/Failed/sub/a.txt.error.txt
    never grep -F ' with it: ' in/Failed/sub/a.txt.error.txt
}

@test "dragging a failed file back tries it again as the same job, and removes the text" {
    write_config 'incomplete = "0"; max_size = "3";'
    echo hello >in/a.txt
    start_agent
    wait_until test -f in/Failed/a.txt.error.txt
    stop_agent
    write_config
    start_agent
    mv in/Failed/a.txt in/
    wait_until test -f "$uploaded/a.txt"
    [ "$(closedrop list --json | jq -c '[.id, .state, .attempts, .error]')" = '[1,"done",1,null]' ]
    wait_until test ! -e in/Failed/a.txt.error.txt
}

@test "dragging a failed file back together with its text removes the text" {
    write_config 'incomplete = "0"; max_size = "3";'
    echo hello >in/a.txt
    run_once
    write_config
    mv in/Failed/a.txt in/Failed/a.txt.error.txt in/
    run_once
    [ -f "$uploaded/a.txt" ]
    [ -z "$(find in -name '*.error.txt')" ]
}

@test "a file that is dragged back into another subdirectory is sent from there" {
    write_config 'max_size = "3";'
    echo hello >in/a.txt
    run_once
    write_config
    mkdir in/sub
    mv in/Failed/a.txt in/sub/b.txt
    run_once
    [ -f "$uploaded/sub/b.txt" ]
    [ "$(closedrop list --json | jq -c '[.id, .path]')" = '[1,"sub/b.txt"]' ]
}

@test "a file that fails again after it was dragged back has one text, the new one" {
    write_config 'max_size = "3";'
    echo hello >in/a.txt
    start_agent
    wait_until test -f in/Failed/a.txt.error.txt
    rm in/Failed/a.txt.error.txt
    mv in/Failed/a.txt in/
    wait_until test -f in/Failed/a.txt.error.txt
    [ -f in/Failed/a.txt ]
    [ "$(find in/Failed -type f | wc -l)" = 2 ]
    [ "$(closedrop list --json | jq -c '[.id, .state]')" = '[1,"failed"]' ]
}

@test "a file that fails again under another name, or in a subdirectory, has its text next to it" {
    write_config 'max_size = "3";'
    echo hello >in/a.txt
    mkdir in/sub
    start_agent
    wait_until test -f in/Failed/a.txt.error.txt
    mv in/Failed/a.txt in/b.txt
    wait_until test -f in/Failed/b.txt.error.txt
    wait_until not_put_away_are 0
    [ "$(cd in && find Failed -type f | sort | paste -sd,)" = Failed/b.txt,Failed/b.txt.error.txt ]
    mv in/Failed/b.txt in/sub/
    wait_until test -f in/Failed/sub/b.txt.error.txt
    wait_until not_put_away_are 0
    [ "$(cd in && find Failed -type f | sort | paste -sd,)" = Failed/sub/b.txt,Failed/sub/b.txt.error.txt ]
    # also one that was renamed in Failed first
    mv in/Failed/sub/b.txt in/Failed/c.txt
    mv in/Failed/c.txt in/d.txt
    wait_until test -f in/Failed/d.txt.error.txt
    wait_until not_put_away_are 0
    [ "$(cd in && find Failed -type f | sort | paste -sd,)" = Failed/d.txt,Failed/d.txt.error.txt ]
    [ "$(closedrop list --json | jq -c '[.id, .state, .place]')" = '[1,"failed","Failed/d.txt"]' ]
}

@test "a text that belongs to another file, which has taken the name in Failed, stays" {
    write_config 'max_size = "3";'
    echo hello >in/a.txt
    run_once
    mv in/Failed/a.txt b.txt
    echo another >in/a.txt
    run_once
    mv b.txt in/
    run_once
    [ "$(find in/Failed -type f | wc -l)" = 4 ]
    grep -q '^Job 2, ' in/Failed/a.txt.error.txt
    grep -q '^Job 1, ' in/Failed/b.txt.error.txt
}

@test "a text that is dragged back with its file is removed, even if the file fails again" {
    write_config 'max_size = "3";'
    echo hello >in/a.txt
    run_once
    mv in/Failed/a.txt in/Failed/a.txt.error.txt in/
    run_once
    [ "$(cd in && find . -type f -name 'a*' | sort | paste -sd,)" = ./Failed/a.txt,./Failed/a.txt.error.txt ]
}

@test "retry of a failed file that was renamed in Failed loses nothing, and says where to drag it" {
    write_config 'max_size = "3";'
    echo hello >in/a.txt
    run_once
    write_config
    mv in/Failed/a.txt in/Failed/b.txt
    closedrop retry 1
    run_once
    [ "$(closedrop list --json | jq -c '[.id, .state, .error.code]')" = '[1,"failed","gone"]' ]
    [ ! -e in/Failed/a.txt.error.txt ]
    mv in/Failed/b.txt in/
    run_once
    [ -f "$uploaded/b.txt" ]
    [ "$(uploads)" = 1 ]
}

# ---- names that are taken ----

@test "a number is added to names that are taken, before the suffix, and nothing is overwritten" {
    local i
    for i in 1 2 3; do
        echo "letter $i" >in/letter.txt
        echo "plain $i" >in/plain
        echo "packed $i" >in/data.tar.txt
        run_once
    done
    [ "$(cat "$uploaded/letter.txt" "$uploaded/letter (2).txt" "$uploaded/letter (3).txt" | xargs)" = \
        "letter 1 letter 2 letter 3" ]
    [ -f "$uploaded/plain (3)" ]
    [ -f "$uploaded/data.tar (3).txt" ]
    [ "$(uploads)" = 9 ]
}

@test "failed files whose name is taken get a number, and a text each" {
    write_config 'max_size = "3";'
    echo first >in/a.txt
    run_once
    echo second >in/a.txt
    run_once
    [ "$(cat in/Failed/a.txt)" = first ]
    [ "$(cat "in/Failed/a (2).txt")" = second ]
    [ -f in/Failed/a.txt.error.txt ]
    [ -f "in/Failed/a (2).txt.error.txt" ]
    grep -q '^Job 2, ' "in/Failed/a (2).txt.error.txt"
}

@test "a directory with the file's name in the archive does no harm" {
    mkdir -p "$uploaded/a.txt"
    echo hello >in/a.txt
    run_once
    [ -f "$uploaded/a (2).txt" ]
}

@test "a symbolic link in the archive's place is not followed" {
    mkdir outside
    ln -s ../outside in/Uploaded
    echo hello >in/a.txt
    start_agent
    wait_until jobs_are done 1
    wait_until log_says 'cannot be created'
    [ -z "$(ls -A outside)" ]
    rm in/Uploaded
    wait_until test -f "$uploaded/a.txt"
}

# ---- .closedrop ----

@test "files that a crash left in .closedrop come back into the folder" {
    echo first >in/first.txt
    run_once
    echo "left behind" >in/.closedrop/4711
    echo "of a done job" >in/.closedrop/1
    run_once
    [ "$agent_code" = 0 ]
    [ -z "$(ls -A in/.closedrop)" ]
    [ "$(uploads)" = 3 ]
    grep -rqx 'left behind' in/Uploaded
    grep -rqx 'of a done job' in/Uploaded
    log_says 'was put back into the folder'
}

@test "the power fails between done and put away: it is put away by the next start, and not sent again" {
    mkdir in/Uploaded
    ln -s nowhere "$uploaded"
    echo hello >in/a.txt
    start_agent
    wait_until jobs_are done 1
    wait_until log_says 'cannot be'
    kill_agent
    rm "$uploaded"
    start_agent
    wait_until test -f "$uploaded/a.txt"
    wait_until put_away_is_done
    [ "$(uploads)" = 1 ]
    [ ! -e in/a.txt ]
}
