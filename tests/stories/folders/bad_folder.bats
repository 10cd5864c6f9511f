#!/usr/bin/env bats
# A folder that is away, closed, full or read-only: status says so, it is checked again, and meanwhile nothing in it is
# decided, lost or sent twice.

load ../../support/story
WAIT_MAX=15

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
}

teardown() { story_teardown; }

@test "a folder that is missing at the start: the others continue, and it is watched once it is there" {
    mkdir other
    rmdir in
    more_folders='{ path = "other"; settle = "200ms"; }' write_config 'poll_interval = "200ms";'
    start_agent
    echo other >other/b.txt
    wait_until jobs_are done 1
    folder_says '.healthy == false and (.message | contains("No such file"))'
    log_says "$PWD/in"
    run closedrop status
    [[ $output == *"AWAY: folder scans ($PWD/in): "*"No such file"*"What to do: create or mount it"* ]]
    mkdir in
    echo hello >in/a.txt
    wait_until jobs_are done 2
    wait_until folder_says '.healthy and .message == null'
    wait_until test -f "$uploaded/a.txt"
    echo again >in/c.txt
    wait_until jobs_are done 3
}

@test "with a missing folder, run --once exits with 1, after the others are done" {
    mkdir other
    rmdir in
    more_folders='{ path = "other"; settle = "200ms"; }' write_config
    echo other >other/b.txt
    run_once
    [ "$agent_code" = 1 ]
    [ "$(uploads)" = 1 ]
    log_says "No such file"
}

@test "a folder that this user cannot list is reported, and watched once it can be listed" {
    become_nobody
    write_config 'poll_interval = "200ms";'
    echo hello >in/a.txt
    [ "$(id -u)" != 0 ] || chown root in
    chmod 700 in
    [ "$(id -u)" = 0 ] || chmod 0 in
    start_agent
    wait_until folder_says '.healthy == false and (.message | contains("Permission denied"))'
    chmod 777 in
    wait_until jobs_are done 1
    wait_until folder_says '.healthy'
}

@test "a folder that this user cannot write to: files are sent once, and put away once that is possible" {
    become_nobody
    write_config
    echo hello >in/a.txt
    chmod 644 in/a.txt
    [ "$(id -u)" != 0 ] || chown root in
    chmod 555 in
    start_agent
    wait_until jobs_are done 1
    not_put_away_are 1
    log_says 'keep'
    run closedrop status
    [[ $output == *"1 whose file is still to be moved"* ]]
    stop_agent
    start_agent
    [ -f in/a.txt ]
    chmod 777 in
    wait_until test -f "$uploaded/a.txt"
    [ "$(uploads)" = 1 ]
    [ "$(closedrop show 1 --json | jq -r .error)" = null ]
}

@test "a subdirectory that this user cannot list does not delay the rest" {
    become_nobody
    mkdir in/closed
    echo secret >in/closed/b.txt
    chmod 700 in/closed
    [ "$(id -u)" = 0 ] || chmod 0 in/closed
    echo hello >in/a.txt
    start_agent
    wait_until jobs_are done 1
    [ "$(uploads)" = 1 ]
    log_says 'in/closed' || log_says 'scans/closed'
    chmod 755 in/closed
}

@test "a folder that becomes read-only: the job stays done, and its file is put away once that is possible" {
    mount_or_skip -t tmpfs -o size=1m tmpfs in
    start_agent
    fault '[{"on":"s3","do":{"delay":"1s"}}]'
    echo hello >in/a.txt
    wait_until jobs_are uploading 1
    mount -o remount,ro "$PWD/in"
    wait_until jobs_are done 1
    not_put_away_are 1
    [ -f in/a.txt ]
    wait_until log_says 'Read-only file system; what to do: mount it writable; in a service of systemd, a folder outside /srv needs'
    stop_agent
    start_agent
    mount -o remount,rw "$PWD/in"
    wait_until test -f "$uploaded/a.txt"
    wait_until not_put_away_are 0
    [ "$(uploads)" = 1 ]
}

@test "a full drop folder: a complete file in it is sent and put away" {
    mount_or_skip -t tmpfs -o size=1m tmpfs in
    start_agent
    echo hello >in/a.txt
    head -c 2M /dev/urandom >in/b.part || true
    wait_until jobs_are done 1
    wait_until test -f "$uploaded/a.txt"
    was_uploaded "$uploaded/a.txt"
}

@test "a full archive disk: the job stays done, is tried again, and nothing is sent twice" {
    mkdir archive
    mount_or_skip -t tmpfs -o size=1m tmpfs archive
    write_config "archive = \"$PWD/archive/%Y\";"
    head -c 900K /dev/zero >archive/ballast
    head -c 500K /dev/urandom >big.bin
    start_agent
    cp big.bin in/big.bin
    wait_until log_says 'No space left'
    job_is 1 done
    closedrop show 1 --json | jq -en 'input | .place == null' >/dev/null
    [ "$(find archive -name 'big*' | wc -l)" = 0 ]
    stop_agent
    start_agent
    [ "$(uploads)" = 1 ]
    rm archive/ballast
    wait_until test -f "archive/$(date +%Y)/big.bin"
    cmp big.bin "archive/$(date +%Y)/big.bin"
    wait_until test ! -e in/big.bin
    [ "$(uploads)" = 1 ]
    nothing_is_staged
}

@test "while the archive disk is full the file is still in the folder, or safe in .closedrop" {
    mkdir archive
    mount_or_skip -t tmpfs -o size=64k tmpfs archive
    write_config "archive = \"$PWD/archive\";"
    head -c 200K /dev/urandom >big.bin
    cp big.bin in/big.bin
    start_agent
    wait_until log_says 'No space left'
    kill_agent
    find in -type f -size +0 -exec cmp -s big.bin {} \; -print | grep -q .
}

@test "a folder that is unmounted in between: nothing is decided, and the job continues when it is back" {
    mkdir disk
    mount_or_skip --bind disk in
    write_config 'poll_interval = "200ms"; rescan = "1s";'
    start_agent
    closedrop pause
    echo hello >in/a.txt
    wait_until jobs_are queued 1
    umount -l "$PWD/in"
    closedrop resume
    wait_until log_says unmounted
    job_is 1 queued
    [ "$(closedrop show 1 --json | jq .attempts)" = 0 ]
    stop_agent
    start_agent
    job_is 1 queued
    mount_or_skip --bind disk in
    wait_until job_is 1 done
    [ "$(uploads)" = 1 ]
    wait_until test -f "$uploaded/a.txt"
    [ "$(closedrop list --json | wc -l)" = 1 ]
}

@test "an unmounted folder of kept files: its jobs stay, and nothing is sent again when it is back" {
    mkdir disk
    mount_or_skip --bind disk in
    write_config 'poll_interval = "200ms"; rescan = "1s"; after_upload = "keep";'
    echo first >in/first.txt
    start_agent
    wait_until jobs_are done 1
    closedrop pause
    echo hello >in/a.txt
    wait_until jobs_are queued 1
    umount -l "$PWD/in"
    closedrop resume
    wait_until log_says unmounted
    job_is 2 queued
    mount_or_skip --bind disk in
    wait_until job_is 2 done
    [ "$(uploads)" = 2 ]
    [ "$(closedrop list --json | wc -l)" = 2 ]
}

@test "a folder that is unmounted while its file is sent: it is sent once, and put away when it is back" {
    mkdir disk
    mount_or_skip --bind disk in
    write_config 'poll_interval = "200ms"; rescan = "1s";'
    start_agent
    fault '[{"on":"s3","do":{"delay":"1s"}}]'
    echo hello >in/a.txt
    wait_until jobs_are uploading 1
    umount -l "$PWD/in"
    wait_until job_is 1 done
    mount_or_skip --bind disk in
    wait_until test -f "$uploaded/a.txt"
    [ "$(uploads)" = 1 ]
}

@test "a file that waits to be put away in a folder that is unmounted during a restart is not sent again" {
    mkdir disk
    mount_or_skip --bind disk in
    write_config 'poll_interval = "200ms"; rescan = "1s";'
    fault '[{"on":"s3","do":{"delay":"1s"}}]'
    start_agent
    echo hello >in/a.txt
    wait_until jobs_are uploading 1
    rm -r in/.closedrop && touch in/.closedrop
    wait_until job_is 1 done
    not_put_away_are 1
    stop_agent
    umount -l "$PWD/in"
    start_agent
    wait_until not_put_away_are 1
    wait_until log_says unmounted
    stop_agent
    mount_or_skip --bind disk in
    rm in/.closedrop
    start_agent
    wait_until test -f "$uploaded/a.txt"
    [ "$(uploads)" = 1 ]
}

@test "a folder that is renamed and created again: the new one is watched, the old one left alone" {
    write_config 'poll_interval = "200ms"; rescan = "1s";'
    start_agent
    echo first >in/first.txt
    wait_until jobs_are done 1
    mv in old
    mkdir in
    echo hello >in/a.txt
    wait_until jobs_are done 2
    wait_until test -f "$uploaded/a.txt"
    echo elsewhere >old/b.txt
    echo again >in/c.txt
    wait_until jobs_are done 3
    [ -f old/b.txt ]
    [ "$(uploads)" = 3 ]
}

@test "a folder that is removed and created again while the agent runs" {
    write_config 'poll_interval = "200ms";'
    start_agent
    rmdir in 2>/dev/null || rm -r in
    wait_until folder_says '.healthy == false'
    mkdir in
    echo hello >in/a.txt
    wait_until jobs_are done 1
    wait_until folder_says '.healthy'
}

@test "a folder that is mounted over: what is on top is watched, and the old one once it is visible again" {
    write_config 'poll_interval = "1h"; rescan = "1h";'
    start_agent
    echo first >in/first.txt
    wait_until jobs_are done 1
    mount_or_skip -t tmpfs -o size=1m tmpfs in
    echo before >in/b.txt
    wait_until jobs_are done 2
    wait_until test -f "$uploaded/b.txt"
    echo after >in/c.txt
    wait_until jobs_are done 3
    wait_until test -f "$uploaded/c.txt"
    umount -l "$PWD/in"
    echo again >in/d.txt
    wait_until jobs_are done 4
    wait_until test -f "$uploaded/d.txt"
    [ "$(uploads)" = 4 ]
}

@test "a folder that is a symbolic link to a directory, and then to another one" {
    mkdir one two
    rmdir in
    ln -s one in
    write_config 'poll_interval = "200ms"; rescan = "1h";'
    start_agent
    echo first >one/a.txt
    wait_until jobs_are done 1
    ln -sfn two in
    echo second >two/b.txt
    wait_until jobs_are done 2
    wait_until test -f "two/Uploaded/$(date +%Y-%m)/b.txt"
    echo left >one/c.txt
    echo third >two/d.txt
    wait_until jobs_are done 3
    [ -f one/c.txt ]
    [ "$(uploads)" = 3 ]
}

@test "a directory above the folder that is renamed and created again: the new folder is watched" {
    mkdir -p top/in
    set_config folders.path=top/in folders.poll_interval=200ms folders.rescan=1h
    start_agent
    echo first >top/in/a.txt
    wait_until jobs_are done 1
    mv top old
    wait_until folder_says '.healthy == false'
    mkdir -p top/in
    echo second >top/in/b.txt
    wait_until jobs_are done 2
    wait_until test -f "top/$uploaded/b.txt"
    echo left >old/in/c.txt
    echo third >top/in/d.txt
    wait_until jobs_are done 3
    [ -f old/in/c.txt ]
    [ "$(uploads)" = 3 ]
}

@test "a disk that is unmounted with files yet to be sent: its bare mount point counts as away, not as empty" {
    head -c 8M /dev/zero >disk.img
    mke2fs -q -t ext4 disk.img
    mount_or_skip -o loop disk.img in
    write_config 'exclude = [ "lost+found/*" ]; rescan = "1h";'
    start_agent
    closedrop pause
    echo hello >in/a.txt
    wait_until jobs_are queued 1
    umount -l "$PWD/in"
    wait_until folder_says '.healthy == false and (.message | contains("unmounted"))'
    closedrop resume
    job_is 1 queued
    [ "$(closedrop show 1 --json | jq .attempts)" = 0 ]
    mount_or_skip -o loop disk.img in
    wait_until job_is 1 done
    wait_until test -f "$uploaded/a.txt"
    [ "$(uploads)" = 1 ]
}

@test "a folder that is a symbolic link to a directory is followed: the administrator named it" {
    mkdir real
    rmdir in
    ln -s real in
    start_agent
    echo hello >in/a.txt
    wait_until jobs_are done 1
    wait_until test -f "real/Uploaded/$(date +%Y-%m)/a.txt"
}

@test "another file system inside the folder is left out and reported" {
    mkdir in/disk
    mount_or_skip -t tmpfs -o size=1m tmpfs in/disk
    echo inner >in/disk/b.txt
    echo hello >in/a.txt
    run_once
    [ "$(uploads)" = 1 ]
    [ -f in/disk/b.txt ]
    log_says 'another file system'
}

@test ".closedrop that is not the agent's own is not used" {
    mkdir elsewhere
    ln -s ../elsewhere in/.closedrop
    start_agent
    echo hello >in/a.txt
    wait_until jobs_are done 1
    wait_until log_says '.closedrop'
    [ -z "$(ls -A elsewhere)" ]
    [ -f in/a.txt ]
    rm in/.closedrop
    wait_until test -f "$uploaded/a.txt"
    [ "$(uploads)" = 1 ]
}
