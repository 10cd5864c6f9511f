#!/usr/bin/env bats
# What closedrop itself uses is never taken, wherever it is and whatever its name there; and if that can be known
# beforehand, the configuration is refused. Directories are compared by device and inode, not by their spelling.

load ../../support/story
WAIT_MAX=20

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    printf 'key,lead_id\n1,lead_A\n' >customers.csv
    more='rules = ( { name = "r"; match = { path = "."; }; table = { file = "customers.csv"; key = "1"; };
        note = { text = "{name}"; }; } );'
    use_rule
}
teardown() { story_teardown; }

use_rule() { # FOLDER-SETTING...
    write_config 'rules = [ "r" ]; incomplete = "300ms";' "$@"
}

drop_and_wait() { # NAME NUMBER: a document, which is the NUMBERth to be filed
    echo "document $1" >"in/$1"
    wait_until activities_are "$2"
    wait_until test ! -e "in/$1"
}

nothing_but() { # NUMBER: so many were uploaded and filed
    [ "$(uploads)" = "$1" ]
    activities_are "$1"
}

nothing_waits_or_failed() {
    wait_until folder_counts settling 0
    jobs_are failed 0
    [ ! -e in/Failed ]
}

# ---- left where they are ----

@test "hard links to the key, the table, the configuration, the queue and the ballast stay, without a message" {
    start_agent
    drop_and_wait a.txt 1
    local name
    for name in key customers.csv closedrop.conf state/queue.db state/ballast state/looking; do
        ln "$name" "in/own-${name##*/}"
    done
    drop_and_wait b.txt 2
    nothing_waits_or_failed
    nothing_but 2
    for name in key customers.csv closedrop.conf state/queue.db state/ballast state/looking; do
        [ "$name" -ef "in/own-${name##*/}" ]
    done
    never log_says own-
}

@test "a table that was moved into the folder, with a link where it was, is left there" {
    start_agent
    drop_and_wait a.txt 1
    ln -s in/customers.csv link.csv
    mv customers.csv in/customers.csv
    mv link.csv customers.csv # the path in the configuration leads into the folder now
    drop_and_wait b.txt 2
    nothing_but 2
    [ -f in/customers.csv ]
}

@test "the key, the table and the configuration are not taken when they are dragged into the folder" {
    start_agent
    drop_and_wait a.txt 1
    mv key closedrop.conf customers.csv in/
    echo 'document b.txt' >in/b.txt
    wait_until log_says 'job 2 failed' # there is no table
    mv in/customers.csv in/key in/closedrop.conf .
    drop_and_wait c.txt 2
    [ "$(closedrop list --json | jq -rs 'map(.path) | sort | join(" ")')" = 'a.txt b.txt c.txt' ]
}

@test "a queue that a mount puts into the folder" {
    mkdir in/sub other
    mount_or_skip --bind in/sub other
    set_config state_dir=other/state
    start_agent
    drop_and_wait a.txt 1
    wait_until test -f in/sub/state/ballast
    drop_and_wait b.txt 2
    wait_until log_says 'scans/sub/state is state_dir under another name and is ignored'
    nothing_waits_or_failed
    nothing_but 2
    [ -f in/sub/state/ballast ]
}

@test "match says that closedrop uses the file" {
    ln customers.csv in/own.csv
    closedrop match in/own.csv | grep -F 'nothing: closedrop itself uses it'
}

@test "a queued file that a reload makes the rule's table is not sent" {
    start_agent
    closedrop pause
    printf 'key,lead_id\n1,lead_A\n' >in/new.csv
    wait_until jobs_are queued 1
    ln in/new.csv new.csv
    more=${more/customers.csv/new.csv} use_rule
    kill -HUP "$agent_pid"
    wait_until log_says_often 'is watched' 2
    closedrop resume
    wait_until history_says 1 'it is used by closedrop itself'
    drop_and_wait b.txt 1
    nothing_waits_or_failed
    nothing_but 1
    [ -f in/new.csv ]
}

# ---- an archive that is in the folder after all ----

@test "an archive that a mount puts into the folder is not filed again and again" {
    mkdir in/sub other
    mount_or_skip --bind in/sub other
    use_rule "archive = \"$PWD/other/Archive/%Y\";"
    start_agent
    drop_and_wait a.txt 1
    drop_and_wait b.txt 2
    wait_until log_says 'scans/sub/Archive is the archive of the folder "scans" under another name and is ignored'
    drop_and_wait c.txt 3
    nothing_waits_or_failed
    nothing_but 3
    find_gives 3 in/sub/Archive -type f
}

@test "nor is one, or Failed, that a later symbolic link puts there" {
    mkdir in/sub
    use_rule "archive = \"$PWD/link/Archive/%Y\"; failed = \"$PWD/link/Wrong\";"
    start_agent
    ln -s in/sub link
    drop_and_wait a.txt 1
    : >in/empty.txt
    wait_until test -f in/sub/Wrong/empty.txt.error.txt
    drop_and_wait b.txt 2
    log_says 'scans/sub/Archive is the archive of the folder "scans" under another name and is ignored'
    log_says 'scans/sub/Wrong is the directory for failed files of the folder "scans" under another name and is ignored'
    drop_and_wait c.txt 3
    nothing_but 3
    find_gives 3 in/sub/Archive -type f
    find_gives 2 in/sub/Wrong -type f
}

@test "nor is one whose directory was watched before it became the archive" {
    mkdir -p in/sub/Archive elsewhere
    use_rule "archive = \"$PWD/link/Archive\";"
    ln -s elsewhere link
    start_agent
    drop_and_wait a.txt 1
    [ -f elsewhere/Archive/a.txt ]
    ln -sfn in/sub link
    drop_and_wait b.txt 2
    [ -f in/sub/Archive/b.txt ]
    drop_and_wait c.txt 3
    nothing_but 3
    find_gives 2 in/sub/Archive -type f
}

@test "two folders that turn out to be one directory: the first gets the files, and the log says so about the second" {
    more_folders='{ name = "again"; path = "alias"; rules = [ "r" ]; poll_interval = "300ms"; settle = "200ms"; }'
    use_rule
    start_agent
    ln -s in alias
    wait_until log_says 'is the root of the folder "scans" under another name; drop folders must not overlap'
    drop_and_wait a.txt 1
    drop_and_wait b.txt 2
    nothing_but 2
    never grep 'again/' agent.log
}

# ---- refused beforehand ----

is_refused() { # TEXT
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *"$1"* ]] || { echo "$output"; return 1; }
}

@test "check refuses files in the folder that closedrop uses, however their path is spelled" {
    local inside="is inside the drop folder \"$PWD/in\"; put it elsewhere"
    ln -s in alias
    mkdir in/sub
    (umask 077 && echo api_sandbox.secret >in/key)
    cp customers.csv in/

    set_config close.api_key_file=alias/key
    is_refused "close.api_key_file: \"$PWD/alias/key\" $inside"
    close_settings='ca_file = "in/ca.pem";' use_rule
    is_refused "close.ca_file: \"$PWD/in/ca.pem\" $inside"
    more=${more/customers.csv/alias\/customers.csv} use_rule
    is_refused "rules[0].table: \"$PWD/alias/customers.csv\" $inside"
    ln -s in/customers.csv link.csv
    more=${more/customers.csv/link.csv} use_rule
    is_refused "rules[0].table: \"$PWD/link.csv\" $inside"
    use_rule
    set_config state_dir=alias/sub/state
    is_refused "state_dir: \"$PWD/alias/sub/state\" $inside"
    use_rule
    set_config control_socket=alias/control.sock
    is_refused "control_socket: \"$PWD/alias/control.sock\" $inside"
    use_rule "archive = \"$PWD/alias/sub/%Y\";"
    is_refused "folders[0].archive: \"$PWD/alias/sub/%Y\" $inside"
    use_rule "failed = \"$PWD/alias/Failed\";"
    is_refused "folders[0].failed: \"$PWD/alias/Failed\" $inside"
    more_folders='{ name = "x"; path = "alias/sub"; }' use_rule
    is_refused "folders[1].path: \"$PWD/alias/sub\" and \"$PWD/in\" are one inside the other"
    use_rule
    cp closedrop.conf in/
    config=in/closedrop.conf set_config folders.path=../alias
    run "$CLOSEDROP_BIN_DIR/closedrop" check -c in/closedrop.conf
    [ "$status" = 78 ]
    [[ $output == *"contains this configuration file; move the file elsewhere"* ]]
    closedrop check
}

@test "and those that a mount puts there" {
    mkdir mnt in/Uploaded other
    mount_or_skip --bind . mnt
    use_rule "archive = \"$PWD/mnt/in/Archive\";"
    is_refused "is inside the drop folder \"$PWD/in\""
    mount_or_skip --bind other in/Uploaded
    more_folders='{ name = "x"; path = "other"; }' use_rule
    is_refused "folders[0].archive: \"Uploaded/%Y-%m\" is inside the drop folder \"$PWD/other\""
}

@test "a reload that would put the table into the folder changes nothing" {
    start_agent
    drop_and_wait a.txt 1
    cp "$config" good.conf
    more=${more/customers.csv/in\/customers.csv} use_rule
    kill -HUP "$agent_pid"
    wait_until log_says "rules[0].table: \"$PWD/in/customers.csv\" is inside the drop folder"
    drop_and_wait b.txt 2
    nothing_but 2
}

@test "a reload that names another state_dir, and a folder around the one in use" {
    mkdir -p house
    set_config state_dir=house/state
    start_agent
    drop_and_wait a.txt 1
    more_folders='{ name = "house"; path = "house"; settle = "200ms"; }' use_rule
    set_config state_dir=elsewhere
    kill -HUP "$agent_pid"
    wait_until log_says 'house/state is state_dir under another name and is ignored'
    echo x >house/x.txt
    wait_until test -f "house/Uploaded/$(date +%Y-%m)/x.txt"
    [ "$(uploads)" = 2 ]
    [ -f house/state/queue.db ]
    [ -f house/state/ballast ]
}
