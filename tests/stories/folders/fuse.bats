#!/usr/bin/env bats
# A folder on a FUSE file system (bindfs): what happens behind the mount causes no event and holds no lease, and its server
# may die.

load ../../support/story

setup() {
    type -P bindfs >/dev/null || skip "bindfs is not installed"
    story_setup
    mkdir behind
    mount_fuse
}

teardown() {
    local result=0
    [ -d in ] || return 0
    kill -CONT "$server_pid" || true
    [ -z "${manager_pid:-}" ] || kill "$manager_pid"
    story_teardown || result=$?
    umount -l in 2>/dev/null || true
    return $result
}

mount_fuse() {
    bindfs -f behind in >bindfs.log 2>&1 3>&- &
    server_pid=$!
    WAIT_MAX=5 wait_until mountpoint -q in || skip "FUSE cannot be mounted here: $(cat bindfs.log)"
}

kill_server() {
    kill -KILL "$server_pid"
    wait "$server_pid" 2>/dev/null || true
}

folder_says() { # JQ-CONDITION on the folder in status
    closedrop status --json | jq -en "input | .folders[0] | $1" >/dev/null
}

@test "it is polled automatically, and a file that is put behind the mount arrives" {
    write_config 'poll_interval = "200ms";'
    start_agent
    wait_until folder_says '.healthy and .watch == "poll"'
    echo hello >behind/a.txt
    mkdir -p behind/b/c
    echo deep >behind/b/c/d.txt
    wait_until jobs_are done 2
    wait_until test -f "behind/Uploaded/$(date +%Y-%m)/b/c/d.txt"
}

@test "status names the file there that has waited longest, and for what" {
    write_config 'marker = "{name}.done"; poll_interval = "200ms";'
    start_agent
    echo hello >behind/a.txt
    wait_until folder_says '.waiting_longest.path == "a.txt" and .waiting_marker == 1'
    closedrop status | grep -qE '1 waiting for a marker or sidecar; longest: a\.txt, since '
}

@test "a lease proves nothing there: status says so, and nothing younger than two seconds is taken" {
    settle=0s write_config 'poll_interval = "100ms";'
    start_agent
    local before queued
    before=$(date +%s%3N)
    echo hello >behind/a.txt
    wait_until jobs_are done 1
    folder_says '.leases == false'
    queued=$(date -d "$(closedrop list --json | jq -r .queued_at)" +%s%3N)
    echo "written $before, queued $queued"
    [ $((queued - before)) -ge 2000 ]
}

@test "a server that has died: the folder is away, status says why, and it continues when it is mounted again" {
    write_config 'poll_interval = "200ms";'
    start_agent
    closedrop pause
    echo hello >behind/a.txt
    wait_until jobs_are queued 1
    kill_server
    closedrop resume
    wait_until folder_says '.healthy == false and (.message | contains("Transport endpoint is not connected"))'
    echo later >behind/b.txt
    job_is 1 queued
    [ "$(closedrop show 1 --json | jq .attempts)" = 0 ]
    umount in
    mount_fuse
    wait_until jobs_are done 2
    [ "$(uploads)" = 2 ]
    folder_says '.healthy and .message == null'
}

@test "a server that dies before the agent has opened the file: the job waits, and no attempt is spent" {
    write_config 'watch = "inotify"; poll_interval = "3s";'
    start_agent
    closedrop pause
    echo hello >in/a.txt
    wait_until jobs_are queued 1
    kill_server
    closedrop resume
    wait_until folder_says '.healthy == false'
    job_is 1 queued
    [ "$(closedrop show 1 --json | jq .attempts)" = 0 ]
    umount -l in
    mount_fuse
    wait_until jobs_are done 1
    [ "$(uploads)" = 1 ]
}

# Locks prove nothing there, so the owner file must.
write_owner() { # HOST PID BOOT
    mkdir -p -m 700 behind/.closedrop
    printf 'queue 4711\nbeat 1\nhost %s\npid %s\nboot %s\nstate_dir /nowhere\n' "$@" >behind/.closedrop/owner
}

@test "the folder of another queue, on this machine, whose agent was killed: it is taken over at once" {
    write_config 'poll_interval = "200ms";'
    start_agent
    wait_until folder_says .healthy
    kill -KILL "$(pgrep -P "$agent_pid")" # its file process, which would give the folder up
    kill_agent
    [ -f behind/.closedrop/owner ]
    rm -r state # another queue
    start_agent
    wait_until folder_says .healthy
    echo hello >behind/a.txt
    wait_until jobs_are done 1
}

@test "another machine has the folder: it is away, status says who has it, and nothing is sent" {
    write_config 'poll_interval = "200ms";'
    write_owner fileserver 77 another
    echo hello >behind/a.txt
    start_agent
    wait_until folder_says '.healthy == false and .message == "is watched by another closedrop (host fileserver, pid 77)"'
    run_check_fails 'is watched by another closedrop (host fileserver, pid 77), state_dir /nowhere'
    [ "$(closedrop list --json | wc -l)" = 0 ]
    [ "$(uploads)" = 0 ]
    grep -qx 'queue 4711' behind/.closedrop/owner
    rm behind/.closedrop/owner # what the manual says for one that is no more
    wait_until jobs_are done 1
    [ "$(uploads)" = 1 ]
}

run_check_fails() { # WORDS
    run closedrop check
    echo "$output"
    [ "$status" = 78 ] && [[ $output == *"$1"* ]]
}

# A service manager that counts the signs of life (sd_notify(3)), one a line in "alive".
start_manager() {
    python3 - "$PWD/notify" 3>&- >alive <<'PY' &
import socket, sys
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1])
while True:
    if b"WATCHDOG=1" in manager.recv(4096):
        print("alive", flush=True)
PY
    manager_pid=$!
    wait_until test -S notify
}

signs_of_life() {
    wc -l <alive
}

lives_on() { # since COUNT
    [ "$(signs_of_life)" -gt "$1" ]
}

@test "a server that does not answer: the folder is away, and the watchdog pings to systemd continue" {
    start_manager
    timeout=1s write_config 'poll_interval = "100ms";'
    NOTIFY_SOCKET=$PWD/notify WATCHDOG_USEC=900000 start_agent
    wait_until lives_on 1
    kill -STOP "$server_pid"
    wait_until folder_says '.healthy == false and (.message | startswith("does not answer since "))'
    kill -HUP "$agent_pid" # its folder is compared with others, without asking the server
    wait_until log_says 'reloaded'
    wait_until lives_on "$(signs_of_life)"
    kill -CONT "$server_pid"
    wait_until folder_says '.healthy'
}

# The folder over SFTP; the server speaks through a pipe, so there is no network and no ssh.
mount_sshfs() { # OPTION...
    sshfs -f -o "ssh_command=$PWD/sftp" -o dir_cache=no "$@" "server:$PWD/behind" in >sshfs.log 2>&1 3>&- &
    server_pid=$!
    WAIT_MAX=5 wait_until mountpoint -q in || skip "sshfs cannot mount here: $(cat sshfs.log)"
}

drop_sshfs() { # OPTION...: the story's folder over SFTP, in place of bindfs
    local server=/usr/lib/openssh/sftp-server
    type -P sshfs >/dev/null || skip "sshfs is not installed"
    [ -x $server ] || skip "openssh-sftp-server is not installed"
    printf '#!/bin/sh\nexec %s\n' $server >sftp
    chmod +x sftp
    umount in
    mount_sshfs "$@"
}

# Another mount numbers the files again: these come first, and take the earlier numbers.
take_numbers() {
    touch behind/.{1..20}
    stat in/.{1..20} >/dev/null
}

@test "inode numbers that do not last: a file that is done, but not put away, is not filed again after another mount" {
    local number
    drop_sshfs
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "r"; match = { path = "."; }; lead_id = "lead_A"; note = { text = "{name}"; }; } );'
    write_config 'poll_interval = "200ms"; rules = [ "r" ];'
    touch behind/.closedrop # no directory: nothing can be put away
    start_agent
    echo hello >behind/a.txt
    wait_until log_says 'the directory .closedrop of the folder cannot be used'
    number=$(stat -c %i in/a.txt)
    stop_agent
    umount in
    mount_sshfs
    take_numbers
    [ "$(stat -c %i in/a.txt)" != "$number" ]
    rm behind/.closedrop
    start_agent
    wait_until test -f "behind/Uploaded/$(date +%Y-%m)/a.txt"
    [ ! -e behind/a.txt ]
    jobs_are done 1
    activities_are 1
    [ "$(uploads)" = 1 ]
}

@test "without RENAME_NOREPLACE and hard links, files are put away all the same" {
    drop_sshfs -o disable_hardlink
    write_config 'poll_interval = "200ms";'
    mkdir -p "behind/Uploaded/$(date +%Y-%m)"
    echo earlier >"behind/Uploaded/$(date +%Y-%m)/a.txt"
    start_agent
    echo hello >behind/a.txt
    wait_until test -f "behind/Uploaded/$(date +%Y-%m)/a (2).txt"
    wait_until jobs_are done 1
    [ "$(cat "behind/Uploaded/$(date +%Y-%m)/a.txt")" = earlier ]
    [ "$(cat "behind/Uploaded/$(date +%Y-%m)/a (2).txt")" = hello ]
    [ ! -e behind/a.txt ]
}
