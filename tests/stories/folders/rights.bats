#!/usr/bin/env bats
# Files and directories of other users, with the modes that real servers give them: what the agent may not do is reported
# once, with the owner and a remedy, next to the outcome of the file, and forgotten when it is over.

load ../../support/story
. "$CLOSEDROP_SOURCE_DIR/tests/support/writers.sh"
WAIT_MAX=20

setup() {
    [ "$(id -u)" = 0 ] || skip "needs root, to have files of several users"
    servers=''
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "r"; match = { path = "."; }; lead_id = "lead_A";
                      email = { status = "draft"; subject = "{name}"; body_text = "."; }; } );
          log = { level = "debug"; };'
    become_nobody # of the group nogroup, as the folder is
}

teardown() {
    local result=0
    [ -z "$servers" ] || stop_servers
    story_teardown || result=$?
    return $result
}

stop_servers() {
    "$CLOSEDROP_SOURCE_DIR/tests/support/samba.sh" stop "$servers" || true
    "$CLOSEDROP_SOURCE_DIR/tests/support/ftp.sh" stop "$servers" || true
    rm -rf "$servers"
}

start_server() { # samba | ftp, SETTING...: sets $port
    local printed
    chmod 2770 in # as the manual page advises
    servers=$(mktemp -d /tmp/servers.XXXXXX) # the names of Samba's sockets must be short
    printed=$("$CLOSEDROP_SOURCE_DIR/tests/support/$1.sh" start "$servers" "$folder" "${@:2}") || skip "no $1 server: $printed"
    port=${printed#port=}
}

write_folder() { # FOLDER-SETTING...
    write_config 'rules = [ "r" ]; poll_interval = "300ms";' "$@"
}

drop_in() { # DIR MODE [USER]: a file in a directory of another user
    mkdir "in/$1"
    echo "hello $1" >"in/$1/a.txt"
    chmod 644 "in/$1/a.txt"
    chown -R "${3:-daemon}:nogroup" "in/$1"
    chmod "$2" "in/$1"
}

is_tried_again() { # three times
    local said
    said=$(grep -c 'job 1: its file was not moved yet' agent.log || true)
    wait_until log_says_often 'job 1: its file was not moved yet' $((said + 3))
}

history_has() { # NUMBER TEXT: so many lines
    [ "$(closedrop show 1 --json | jq -r '.history[].why' | grep -cF -- "$2")" = "$1" ]
}

is_stuck_because() { # TEXT...: the job is filed, and all that is shown of it says why its file is not put away
    local text
    wait_until log_says "job 1: scans/"
    job_is 1 done
    not_put_away_are 1
    is_tried_again
    for text in "$@"; do
        closedrop show 1 --json | jq -en --arg text "$text" 'input | .error.code == "not_put_away" and
            (.error.message | contains($text)) and .error.message == .not_put_away and .activity_id != null'
        closedrop list | grep -F "(email on A (lead_A); not put away yet: " | grep -qF -- "$text"
        closedrop show 1 | grep "^Not put away" | grep -qF -- "$text"
        closedrop status | grep "^        job 1: scans/" | grep -qF -- "$text"
        history_has 1 "$text"
        [ "$(grep -cF -- "$text" agent.log)" = 1 ]
    done
    closedrop show 1 | grep -q '^Activity '
    never grep -q '^Error' <(closedrop show 1)
}

nothing_of_it_stays() { # PATH: where the file is now
    wait_until test -f "$1"
    wait_until not_put_away_are 0
    closedrop show 1 --json | jq -en 'input | .error == null and (has("not_put_away") | not) and .attempts == 1'
    closedrop list | grep -qF "(email on A (lead_A)"
    never grep -qE 'put away|job 1:' <(closedrop status)
    closedrop status --json | jq -en 'input | .first_not_put_away == null'
    activities_are 1
    [ "$(uploads)" = 1 ]
}

# ---- filed, and not put away ----

@test "Samba: a directory that another user created with 0755 is named with its owner and a remedy, and the file is put away once that is possible" {
    start_server samba "force user = daemon" "directory mask = 0755" "create mask = 0744"
    write_folder 'receipts = true;'
    start_agent
    echo hello >a.txt
    smbclient --no-pass --debuglevel=0 --port="$port" //127.0.0.1/drop --command 'mkdir anna; put a.txt anna/a.txt'
    [ "$(stat -c '%U %G %a' in/anna)" = "daemon nogroup 2755" ]
    is_stuck_because "the directory $PWD/in/anna belongs to daemon (group nogroup) with mode 2755, and closedrop runs as nobody" \
        "chmod g+w" "directory mask = 2770"
    run closedrop forget 1 # its file may lie where nobody sees it
    [ "$status" = 1 ]
    [[ $output == *"its file has not been moved yet"* ]]
    chmod g+w in/anna
    nothing_of_it_stays "$uploaded/anna/a.txt"
    jq -e '.error == null and .state == "done"' "$uploaded/anna/a.txt.close.json"
}

@test "Samba: if the advice is followed, the next directory works" {
    start_server samba "force user = daemon" "directory mask = 2770" "create mask = 0660"
    write_folder
    start_agent
    echo hello >a.txt
    smbclient --no-pass --debuglevel=0 --port="$port" //127.0.0.1/drop --command 'mkdir anna; put a.txt anna/a.txt'
    nothing_of_it_stays "$uploaded/anna/a.txt"
    never log_says 'Permission denied'
}

@test "a directory of a system group that the agent is not in: it is not advised to join" {
    drop_in sub 775
    chgrp -R daemon in/sub
    write_folder
    start_agent
    is_stuck_because "$PWD/in/sub belongs to daemon (group daemon) with mode 0775, and closedrop runs as nobody, which is not in" \
        "chgrp to the group of the folder, or setfacl -m u:nobody:rwx"
    chgrp nogroup in/sub
    nothing_of_it_stays "$uploaded/sub/a.txt"
}

@test "a directory of its own that it can no longer write to" {
    drop_in own 555 nobody
    write_folder
    start_agent
    is_stuck_because "$PWD/in/own belongs to nobody (group nogroup) with mode 0555" "chmod u+w"
    chmod 755 in/own
    nothing_of_it_stays "$uploaded/own/a.txt"
}

@test "a sticky directory is reported as such" {
    drop_in pub 1777
    write_folder
    start_agent
    is_stuck_because "Operation not permitted; the directory $PWD/in/pub belongs to daemon" "chmod -t"
    chmod -t in/pub
    nothing_of_it_stays "$uploaded/pub/a.txt"
}

@test "a folder that the agent cannot write to is named" {
    write_folder
    echo hello >in/a.txt
    chmod 644 in/a.txt
    chown daemon in
    chmod 555 in
    start_agent
    is_stuck_because "the directory $PWD/in belongs to daemon (group nogroup) with mode 0555" "chmod g+w"
    chmod 775 in
    nothing_of_it_stays "$uploaded/a.txt"
}

@test "an archive that the agent cannot write to is named, or the existing directory above it" {
    mkdir -p archive/2000
    chown daemon:nogroup archive
    chmod 755 archive
    write_folder "archive = \"$PWD/archive/%Y/new\";"
    echo hello >in/a.txt
    chmod 644 in/a.txt
    start_agent
    is_stuck_because "the directory $PWD/archive belongs to daemon (group nogroup) with mode 0755" "chmod g+w"
    chmod g+w archive
    nothing_of_it_stays "archive/$(date +%Y)/new/a.txt"
}

@test "a receipt that cannot be written next to a kept file" {
    drop_in sub 755
    write_folder 'after_upload = "keep"; receipts = true;'
    start_agent
    is_stuck_because "the receipt cannot be written: Permission denied; the directory $PWD/in/sub belongs to daemon"
    chmod g+w in/sub
    nothing_of_it_stays in/sub/a.txt.close.json
    jq -e '.error == null' in/sub/a.txt.close.json
}

@test "another reason is logged again, the same after a restart is not, and a run with nothing but the queue shows it too" {
    drop_in sub 755
    mkdir archive
    chown daemon:nogroup archive
    chmod 755 archive
    write_folder "archive = \"$PWD/archive\";"
    start_agent
    is_stuck_because "$PWD/in/sub belongs to"
    stop_agent
    start_agent
    is_tried_again
    history_has 1 "Permission denied"
    chmod g+w in/sub
    wait_until history_says 1 "the directory $PWD/archive belongs to"
    is_tried_again
    history_has 2 "Permission denied"
    stop_agent
    closedrop status | grep -F "job 1: scans/sub/a.txt: " | grep -qF "$PWD/archive belongs to"
    closedrop list | grep -qF "(email on A (lead_A); not put away yet: the directory for the file cannot be created"
    chmod g+w archive
    start_agent
    nothing_of_it_stays archive/sub/a.txt
}

@test "a failed file that cannot be put away: its error stays why it failed, next to why it is still there" {
    mkdir in/sub
    : >in/sub/a.txt
    chown -R daemon:nogroup in/sub
    chmod 755 in/sub
    chmod 644 in/sub/a.txt
    write_folder 'incomplete = "0";'
    start_agent
    wait_until history_says 1 "$PWD/in/sub belongs to daemon"
    is_tried_again
    history_has 1 "Permission denied"
    closedrop show 1 --json | jq -en 'input | .state == "failed" and .error.code == "empty" and
        (.error.message | contains("0 bytes")) and (.not_put_away | contains("chmod g+w"))'
    closedrop list | grep -F 'the file is empty (0 bytes)' | grep -qF '; not put away yet: '
    closedrop status | grep "^        job 1: scans/sub/a.txt: " | grep -qF "chmod g+w"
    chmod g+w in/sub
    wait_until test -f in/Failed/sub/a.txt.error.txt
    wait_until not_put_away_are 0
    never grep -q 'Permission denied' in/Failed/sub/a.txt.error.txt
    closedrop show 1 --json | jq -en 'input | .error.code == "empty" and (has("not_put_away") | not)'
}

@test "if several files cannot be put away, status names the oldest, and says how many there are" {
    local name
    write_folder
    for name in one two three; do
        drop_in $name 755
    done
    start_agent
    wait_until jobs_are done 3
    wait_until history_says 3 'Permission denied'
    wait_until history_says 1 'Permission denied'
    closedrop status | grep -qx '        3 whose file is still to be moved'
    [ "$(closedrop status | grep -c '^        job ')" = 1 ]
    closedrop status --json | jq -en 'input | .first_not_put_away.id == 1'
}

# ---- not readable yet ----

secret() { # NAME [MODE]: of another user
    echo "secret $1" >outside.txt
    chmod "${2:-600}" outside.txt
    chown daemon:nogroup outside.txt
    mv outside.txt "in/$1"
}

names_as_unreadable() { # TEXT: status, for people and for programs
    folder_says "(.unreadable // \"\") | contains(\"$1\")" && closedrop status | grep -qF "    ${1%%:*}: "
}

nothing_is_unreadable() {
    folder_says '.unreadable == null and .closed == null and .waiting_access == 0'
}

log_has() { # NUMBER TEXT: so many lines
    [ "$(grep -cF -- "$2" agent.log)" = "$1" ]
}

@test "FTP, umask 077: the file is named at once, and sent once it can be read" {
    start_server ftp anon_umask=077
    write_folder 'incomplete = "1h";'
    start_agent
    echo hello >a.txt
    put_ftp "$port" a.txt fax.txt
    [ "$(stat -c '%U %G %a' in/fax.txt)" = "root nogroup 600" ]
    wait_until names_as_unreadable "fax.txt: the file cannot be read: Permission denied; it belongs to root (group nogroup) with mode 0600, and closedrop runs as nobody; what to do: chmod g+r; for new ones local_umask=007 (anonymous: anon_umask=007) in vsftpd.conf"
    log_has 1 'scans/fax.txt waits: the file cannot be read'
    echo more >>in/fax.txt # and so what was said of it is looked at again
    chmod g+r in/fax.txt
    wait_until test -f "$uploaded/fax.txt"
    wait_until nothing_is_unreadable
    log_has 1 'scans/fax.txt waits: the file cannot be read'
}

@test "FTP, umask 077, for good: it fails with the same words, in a text that the users of the folder can read" {
    start_server ftp anon_umask=077
    write_folder 'incomplete = "2s";'
    start_agent
    echo hello >a.txt
    put_ftp "$port" a.txt fax.txt
    wait_until test -f in/Failed/fax.txt.error.txt
    wait_until nothing_is_unreadable
    [ "$(stat -c '%U %G %a' in/Failed/fax.txt)" = "root nogroup 600" ]
    [ "$(stat -c '%U %G %a' in/Failed/fax.txt.error.txt)" = "nobody nogroup 640" ]
    setpriv --reuid=daemon --regid=daemon --groups=nogroup cat in/Failed/fax.txt.error.txt |
        grep -qF 'it belongs to root (group nogroup) with mode 0600'
    closedrop show 1 --json | jq -en 'input | .error.code == "unreadable"'
}

@test "a file that nobody writes to any more is named once, however often it is inspected, and again when its mode changes" {
    write_folder 'incomplete = "1h"; watch = "poll";'
    start_agent
    secret a.txt
    wait_until names_as_unreadable "a.txt: the file cannot be read"
    secret b.txt
    wait_until folder_says '.unreadable | endswith("(and 1 more)")'
    log_has 1 'scans/a.txt waits'
    chmod 620 in/a.txt
    wait_until folder_says '.unreadable | contains("with mode 0620")'
    log_has 2 'scans/a.txt waits'
    log_has 1 'scans/b.txt waits'
}

@test "of several files the first one, by name, is named, and how many more there are; not one that has disappeared" {
    write_folder 'incomplete = "1h";'
    start_agent
    secret b.txt
    secret a.txt
    secret c.txt
    wait_until names_as_unreadable "a.txt: the file cannot be read"
    wait_until folder_says '.unreadable | endswith("(and 2 more)")'
    rm in/a.txt
    wait_until names_as_unreadable "b.txt: the file cannot be read"
    folder_says '.unreadable | endswith("(and 1 more)")'
    mv in/b.txt .
    rm in/c.txt
    wait_until nothing_is_unreadable
}

@test "a group that the agent is not in is named, and how to join it" {
    write_folder 'incomplete = "1h";'
    start_agent
    secret a.txt 640
    chgrp daemon in/a.txt
    wait_until names_as_unreadable "a.txt: the file cannot be read: Permission denied; it belongs to daemon (group daemon) with mode 0640, and closedrop runs as nobody, which is not in that group; what to do: chgrp to the group of the folder, or setfacl -m u:nobody:r"
    never folder_says '.unreadable | contains("vsftpd")' # its mode is right
}

@test "the same is reported for a file that becomes unreadable after it was queued" {
    write_folder
    start_agent
    closedrop pause
    echo hello >in/a.txt
    wait_until jobs_are queued 1
    chown daemon:nogroup in/a.txt
    chmod 600 in/a.txt
    closedrop resume
    wait_until log_says 'the file cannot be opened: Permission denied; it belongs to daemon (group nogroup) with mode 0600'
    chmod 644 in/a.txt
    wait_until jobs_are done 1
}

# ---- directories that are closed ----

names_as_closed() { # TEXT
    folder_says "(.closed // \"\") | contains(\"$1\")" && closedrop status | grep -qF "    ${1%%:*}: "
}

is_named_until_it_is_open() { # MODE ADVICE FOLDER-SETTING...: of the directory
    drop_in shut "$1"
    write_folder "${@:3}"
    start_agent
    wait_until names_as_closed "shut: the directory cannot be listed and entered: it belongs to daemon (group nogroup) with mode 0$1, and closedrop runs as nobody; what to do: chmod $2"
    echo hello >in/other.txt
    chmod 644 in/other.txt
    wait_until test -f "$uploaded/other.txt"
    log_has 1 'scans/shut: the directory cannot'
    chmod 775 in/shut
    wait_until test -f "$uploaded/shut/a.txt"
    wait_until nothing_is_unreadable
    log_has 1 'scans/shut: the directory cannot'
}

@test "a directory that cannot be listed is named until it can" { is_named_until_it_is_open 700 g+rx; }

@test "a directory that can be listed, but not entered" { is_named_until_it_is_open 740 g+x; }

@test "a directory that can be entered, but not listed" { is_named_until_it_is_open 711 g+r; }

@test "a closed directory of a polled folder" { is_named_until_it_is_open 700 g+rx 'watch = "poll";'; }

@test "a closed directory that appears later, deeper down, is named, and forgotten when it is moved or deleted" {
    mkdir in/deep
    chmod 777 in/deep
    write_folder
    start_agent
    drop_in deep/b 700
    wait_until names_as_closed "deep/b: the directory cannot"
    drop_in deep/a 700
    wait_until names_as_closed "deep/a: the directory cannot"
    folder_says '.closed | endswith("(and 1 more)")'
    rm -r in/deep/a
    wait_until names_as_closed "deep/b: the directory cannot"
    mv in/deep/b .
    wait_until nothing_is_unreadable
    log_has 1 'scans/deep/b: the directory cannot'
}

@test "run --once exits with 1 if the directory of a file that it has seen was closed" {
    local code=0
    settle=2s write_folder
    drop_in sub 755
    start_agent --once
    wait_until folder_says '.settling == 1'
    chmod 700 in/sub
    wait "$agent_pid" || code=$?
    [ "$code" = 1 ]
    log_says 'scans/sub: the directory cannot be listed and entered'
    log_says 'exiting with files still waiting'
    chmod 775 in/sub
    run_once
    jobs_are done 1
}

@test "a folder that can be listed, but not entered, is away, and status says who owns it" {
    write_folder
    echo hello >in/a.txt
    chmod 644 in/a.txt
    chown daemon in
    chmod 744 in
    start_agent
    wait_until folder_says '.healthy == false and (.message | contains("Permission denied; it belongs to daemon (group nogroup) with mode 0744"))'
    chmod 775 in
    wait_until test -f "$uploaded/a.txt"
}
