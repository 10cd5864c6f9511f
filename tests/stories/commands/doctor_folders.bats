#!/usr/bin/env bats
# closedrop doctor: what closedrop may do in the folders, and what they are like. It leaves nothing behind.

load ../../support/story
load ../../support/doctor
load ../../support/watch_limit

setup() { story_setup; }

teardown() {
    local result=0
    [ -z "${server_pid:-}" ] || kill -KILL "$server_pid" || true
    story_teardown || result=$?
    end_limits
    umount -l in 2>/dev/null || true
    return $result
}

mount_fuse() { # in: what is behind
    type -P bindfs >/dev/null || skip "bindfs is not installed"
    mkdir -p behind
    bindfs -f behind in >bindfs.log 2>&1 3>&- &
    server_pid=$!
    WAIT_MAX=5 wait_until mountpoint -q in || skip "FUSE cannot be mounted here: $(cat bindfs.log)"
}

contents() { # of the folder, with all times
    find in -printf '%P %y %s %m %u %T@ %C@\n' | sort
}

files_of() { # the names alone
    find in | sort
}

@test "a folder with an archive: files can be created, and the probe file is removed again" {
    mkdir -p "in/Uploaded/$(date +%Y-%m)"
    write_config
    files_of >before
    doctor
    [ "$status" = 0 ]
    says ok 'rights of scans' "files can be created and removed in $folder, $folder/Uploaded/$(date +%Y-%m)"
    files_of | diff before -
}

@test "while the agent is running, its probe file is never taken as a document" {
    write_config
    echo hello >in/a.txt
    start_agent
    wait_until jobs_are done 1
    files_of >before
    for _ in 1 2 3; do
        doctor
        [ "$status" = 0 ]
        says ok 'rights of scans' "$folder, $folder/.closedrop, $folder/Uploaded/$(date +%Y-%m)"
    done
    files_of | diff before -
    [ "$(closedrop list --all --json | wc -l)" = 1 ]
    never grep -q doctor agent.log
}

@test "an empty folder, which may be a mount point that is not mounted, stays untouched" {
    write_config
    contents >before
    doctor
    says ok 'rights of scans' "files can be created and removed in $folder"
    contents | diff before -
}

@test "folders that cannot be used: each line names the directory, the reason and the remedy" {
    [ "$(id -u)" = 0 ] || skip "needs root, to have files of several users"
    mkdir elsewhere sticky shared foreign
    mkdir open
    more_folders='{ path = "missing"; }, { path = "file"; }, { path = "sticky"; }, { path = "foreign"; },
                  { path = "elsewhere"; archive = "'$PWD'/open/archive"; },
                  { path = "shared"; archive = "'$PWD'/archive/%Y"; failed = "'$PWD'/lost/failed"; }' write_config
    echo hello | tee file in/a.txt sticky/a.txt shared/a.txt foreign/a.txt >/dev/null
    chmod 1777 sticky
    chmod 777 elsewhere open shared foreign
    mkdir foreign/.closedrop
    become_nobody
    chown root:root in
    chmod 755 in
    chown root . # nothing can be created next to the folders
    doctor
    [ "$status" = 1 ]
    says wrong 'rights of scans' "files cannot be created in $folder: Permission denied; it belongs to root (group root)" \
        "for $folder: chmod g+w"
    says wrong 'rights of missing' "cannot open $PWD/missing: No such file or directory" "create $PWD/missing, mount it"
    says wrong 'rights of file' "cannot open $PWD/file: Not a directory" 'name another one'
    says wrong 'rights of sticky' "files of other users cannot be moved out of $PWD/sticky" 'chmod -t'
    says wrong 'rights of foreign' "$PWD/foreign/.closedrop belongs to root, so nobody cannot use it" \
        "chown -R nobody $PWD/foreign/.closedrop"
    says wrong 'rights of shared' "$PWD/archive/$(date +%Y) does not exist, and cannot be created in $PWD: Permission denied"
    says wrong 'rights of shared' "$PWD/lost/failed does not exist"
    says ok 'rights of elsewhere' "$PWD/elsewhere, $PWD/open/archive (once it is created)"
}

@test "a kept folder that is read-only is a warning: only failed files would be moved" {
    write_config 'after_upload = "keep";'
    echo hello >in/a.txt
    mount_or_skip --bind in in
    mount -o remount,bind,ro in
    doctor
    [ "$status" = 0 ]
    says warning 'rights of scans' "files cannot be created in $folder: Read-only file system" \
        "mount the file system of $folder writable"
}

@test "another agent's folder is left alone" {
    write_config
    echo hello >in/a.txt
    start_agent
    wait_until jobs_are done 1
    set_config state_dir=state2 control_socket=other.sock
    doctor
    [ "$status" = 1 ]
    says wrong 'rights of scans' "$folder is watched by another closedrop (host $(hostname), pid $agent_pid), state_dir $PWD/state" \
        'stop that one'
}

@test "a folder whose server does not respond delays the others, but does not stop them" {
    mkdir other
    more_folders='{ path = "other"; }' write_config
    mount_fuse
    kill -STOP "$server_pid"
    doctor
    [ "$status" = 1 ]
    says wrong 'rights of scans' "$folder does not answer (its file server or disk hangs)" 'unmount it (umount -l)'
    says ok 'rights of other' "$PWD/other"
}

@test "events arrive, or the folder is polled for a reason" {
    mkdir polled
    echo hello | tee in/a.txt polled/a.txt >/dev/null
    more_folders='{ path = "polled"; watch = "poll"; }' write_config
    doctor
    says ok 'events of scans' 'the event for a new file arrived after'
    says ok 'events of polled' 'the folder is polled every 10 s, because watch = "poll" is set'
    says ok 'leases of scans' 'closedrop can see whether a file is still open for writing'
    rm in/a.txt
    write_config 'watch = "inotify";'
    mount_fuse
    echo hello >in/a.txt
    doctor
    [ "$status" = 0 ]
    says warning 'events of scans' 'does not report what other machines change' 'watch = "auto"'
    says warning 'leases of scans' 'this file system has no leases' 'raise settle'
}

@test "an agent without CAP_LEASE" {
    [ "$(id -u)" = 0 ] || skip "needs root, to run as another user"
    write_config
    become_nobody
    start_agent
    doctor
    says warning agent 'closedrop is running without CAP_LEASE' 'AmbientCapabilities=CAP_LEASE'
}

@test "no instance of inotify is left: the line says what to raise, and that fixes it" {
    echo hello >in/a.txt
    write_config
    become_limited 10 1
    doctor
    says ok 'events of scans' 'arrived'
    start_agent # it needs the only one
    doctor
    says warning 'events of scans' 'the limit of 1 inotify instances (or of open files) is reached' \
        'sysctl -w user.max_inotify_instances=4'
    in_space sh -c "$(grep -o 'sysctl -w [^;]*' <<<"$output")"
    doctor
    says ok 'events of scans' 'arrived'
}

@test "documents and directories that cannot be read, and sidecars that cannot be used" {
    [ "$(id -u)" = 0 ] || skip "needs root, to have files of several users"
    write_config 'sidecar = true; incomplete = "1m";'
    mkdir in/closed
    for name in a b c d e f; do
        echo hello >"in/$name.pdf"
        echo '{"lead":"lead_A"}' >"in/$name.pdf.json"
    done
    echo '{"lead":' | tee in/e.pdf.json in/f.PDF.json >in/alone.json
    touch -d '-1 hour' in/e.pdf.json
    chmod 600 in/a.pdf in/b.pdf.json
    chmod 700 in/closed
    become_nobody
    doctor
    [ "$status" = 1 ]
    says wrong 'files of scans' '2 files and directories cannot be read; the first is' "chmod g+r"
    says wrong 'sidecars of scans' '2 sidecars cannot be read; the first is'
    says ok 'owners of scans' 'all documents belong to root'
    chmod 644 in/a.pdf in/b.pdf.json
    chmod 755 in/closed
    doctor
    says ok 'files of scans' '6 documents in 2 directories, all readable'
    says wrong 'sidecars of scans' "1 sidecar cannot be read; the first is $folder/e.pdf.json:" "for $folder/e.pdf.json"
    echo '{}' >in/e.pdf.json
    chown nobody in/c.pdf
    doctor
    says ok 'sidecars of scans' '6 of 6 documents have one, all readable'
    says_nothing_of owners
}

@test "too many directories for the limit of watches" {
    mkdir in/{01..09}
    echo hello >in/a.txt
    write_config
    become_limited 8 10
    doctor
    says warning 'watches of scans' '10 directories to watch, and the limit is 8 watches' \
        'sysctl -w user.max_inotify_watches=32'
}
