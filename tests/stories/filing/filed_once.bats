#!/usr/bin/env bats
# A file that was filed but cannot be put away stays done, is tried again, and never gets a second activity; nor is a file
# mistaken for an earlier one that looks the same.

load ../../support/story
WAIT_MAX=20

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "r"; match = { path = "."; }; lead_id = "lead_A"; note = { text = "{name}"; }; } );
          log = { level = "debug"; };'
    use_rule
}

teardown() { story_teardown; }

use_rule() { # FOLDER-SETTING...
    write_config 'rules = [ "r" ];' "$@"
}

drop_while_its_note_is_slow() { # then what hinders it can be set up
    fault '[{"on":"note","do":{"delay":"1s"},"times":1}]'
    start_agent
    echo hello >in/a.txt
    wait_until jobs_are attaching 1
}

waits_and_is_not_filed_again() { # TEXT: what the log says of it
    local tries='its file was not moved yet, retrying'
    wait_until log_says "$1"
    job_is 1 done
    not_put_away_are 1
    stop_agent
    start_agent
    wait_until log_says_often "$tries" $(($(grep -cF "$tries" agent.log || true) + 1))
    activities_are 1
    [ "$(closedrop show 1 --json | jq -r ".history[].why" | grep -cF -- "$1")" = 1 ]
}

is_put_away_at_last() { # PLACE
    wait_until test -f "$1"
    [ "$(cat "$1")" = hello ]
    wait_until test ! -e in/a.txt
    activities_are 1
    [ "$(uploads)" = 1 ]
}

@test "a folder that became read-only" {
    mount_or_skip -t tmpfs -o size=1m tmpfs in
    drop_while_its_note_is_slow
    mount -o remount,ro "$PWD/in"
    waits_and_is_not_filed_again 'Read-only file system'
    mount -o remount,rw "$PWD/in"
    is_put_away_at_last "$uploaded/a.txt"
}

@test "an archive on another file system that is read-only" {
    mkdir archive
    mount_or_skip -t tmpfs -o size=1m,ro tmpfs archive
    use_rule "archive = \"$PWD/archive/%Y\";"
    drop_while_its_note_is_slow
    waits_and_is_not_filed_again 'Read-only file system'
    mount -o remount,rw "$PWD/archive"
    is_put_away_at_last "archive/$(date +%Y)/a.txt"
}

@test "an archive on another file system that is full" {
    mkdir archive
    mount_or_skip -t tmpfs -o size=64k tmpfs archive
    use_rule "archive = \"$PWD/archive\";"
    head -c 1M /dev/zero >archive/ballast || true
    drop_while_its_note_is_slow
    waits_and_is_not_filed_again 'No space left'
    rm archive/ballast
    is_put_away_at_last archive/a.txt
}

@test "a file that cannot be moved (chattr +i)" {
    mount_or_skip -t tmpfs -o size=1m tmpfs in # with which the file goes, whatever ends this test
    drop_while_its_note_is_slow
    chattr +i in/a.txt 2>chattr.txt || skip "no file can be made immutable here: $(cat chattr.txt)"
    waits_and_is_not_filed_again 'Operation not permitted'
    chattr -i in/a.txt
    is_put_away_at_last "$uploaded/a.txt"
}

@test "a folder that this user cannot write to" {
    become_nobody
    drop_while_its_note_is_slow
    [ "$(id -u)" != 0 ] || chown root in
    chmod 555 in
    waits_and_is_not_filed_again 'Permission denied'
    chmod 777 in
    is_put_away_at_last "$uploaded/a.txt"
}

@test "the same name, size, time and inode number again: each is filed, and each once" {
    local i inode inodes=''
    use_rule 'after_upload = "delete";'
    start_agent
    for i in 1 2 3 4 5 6; do
        echo "letter $i" >letter.txt
        touch -d '2020-02-02 02:02:02' letter.txt
        mv letter.txt in/letter.txt
        inode=$(stat -c %i in/letter.txt 2>/dev/null) && inodes+="$inode "
        wait_until test ! -e in/letter.txt
    done
    wait_until jobs_are done 6
    activities_are 6
    [ "$(ledger | cut -f1 | sort -u | wc -l)" = 6 ]
    echo "inode numbers: $inodes"
}

@test "identical copies, also by cp -p, are filed once each, and not again after a restart" {
    use_rule 'after_upload = "keep"; duplicates = "file";'
    echo hello >in/a.txt
    cp -p in/a.txt in/b.txt
    mkdir in/sub
    cp -p in/a.txt in/sub/a.txt
    run_once
    activities_are 3
    run_once
    activities_are 3
    [ "$(uploads)" = 3 ]
}
