#!/usr/bin/env bats
# Who dropped a file: the user who owns it, in templates, and as whom Close knows that user by a table of people.

load ../../support/story

setup() {
    [ "$(id -u)" = 0 ] || skip "needs root, to have files of several users"
    story_setup
    seed '{"leads":[{"id":"lead_One","name":"One"}]}'
    printf 'owner,email,user_id\nnobody,nobody@example.com,user_Nobody\ndaemon,daemon@example.com,user_Daemon\n' >people.csv
    touch -d '1 minute ago' people.csv
}
teardown() { story_teardown; }

rule() { # FIELDS of the note
    more="people = { file = \"people.csv\"; };
        rules = ( { name = \"note\"; match = { path = \"^note\"; }; lead_id = \"lead_One\"; note = { $* }; } );"
    write_config 'rules = [ "note" ];'
}

drop() { # OWNER NAME
    echo "$2" >"in/$2"
    chown "$1" "in/$2"
}

notes() { # of every activity, in the order of their texts: what the JQ expression gives
    activities | jq -r ".[] | .body | $1" | sort
}

@test "the owner of each file is a variable, with an address and a user of Close" {
    rule 'text = "{name} of {owner} <{owner.email}>"; user_id = "{owner.user_id}";'
    drop nobody note-1.txt
    drop daemon note-2.txt
    run_once
    [ "$(notes '"\(.note) \(.user_id)"')" = 'note-1.txt of nobody <nobody@example.com> user_Nobody
note-2.txt of daemon <daemon@example.com> user_Daemon' ]
}

@test "who is not in the table has no address and no user, and a user without a name is a number" {
    rule 'text = "{name} of {owner} <{owner.email}>"; user_id = "{owner.user_id}";'
    drop root note-1.txt
    drop 54321 note-2.txt
    run_once
    [ "$(notes '"\(.note) \(.user_id)"')" = 'note-1.txt of root <> null
note-2.txt of 54321 <> null' ]
}

@test "the owner is kept with the job: over a restart, and when the file changes hands meanwhile" {
    rule 'text = "{name} of {owner}";'
    start_agent
    closedrop pause
    drop nobody note-1.txt
    wait_until jobs_are queued 1
    kill_agent
    chown daemon in/note-1.txt
    start_agent
    closedrop resume
    wait_until jobs_are done 1
    [ "$(notes .note)" = 'note-1.txt of nobody' ]
}

@test "a file that is brought back from Failed belongs to whoever owns it then" {
    rule 'text = "{name} of {owner}"; user_id = "{owner.user_id}";'
    printf 'owner,email\nnobody,nobody@example.com\n' >people.csv # lacks a column that the rule uses
    touch -d '1 hour ago' people.csv
    drop nobody note-1.txt
    run_once
    grep -q 'has no column "user_id"' in/Failed/note-1.txt.error.txt
    printf 'owner,user_id\ndaemon,user_Daemon\n' >people.csv
    touch -d '1 minute ago' people.csv
    chown daemon in/Failed/note-1.txt
    mv in/Failed/note-1.txt in/note-1.txt
    run_once
    [ "$(notes '"\(.note) \(.user_id)"')" = 'note-1.txt of daemon user_Daemon' ]
}

@test "a person is looked up by whatever the key says, as by the directory of each" {
    rule 'text = "{name}"; user_id = "{owner.user_id}";'
    set_config people='{ file = "people.csv"; key = "{dir}"; }'
    sed -i 's/path = "^note"/path = "note"/' "$config"
    mkdir in/daemon
    drop nobody daemon/note.txt
    run_once
    [ "$(notes .user_id)" = user_Daemon ]
}

@test "match and upload know the owner, too" {
    rule 'text = "of {owner}"; user_id = "{owner.user_id}";'
    drop nobody note-1.txt
    closedrop match --json in/note-1.txt | jq -es '.[0].body.user_id == "user_Nobody" and .[0].body.note == "of nobody"'
    closedrop upload in/note-1.txt --rule note --yes
    [ "$(notes '"\(.note) \(.user_id)"')" = 'of nobody user_Nobody' ]
}

@test "the table of people is never taken as a document, and check says what is wrong with it" {
    cp people.csv in/people.csv
    rule 'user_id = "{owner.user_id}"; text = "x";'
    set_config people='{ file = "in/people.csv"; }'
    drop nobody note.txt
    run_once
    [ -f in/people.csv ]
    [ "$(notes .user_id)" = user_Nobody ]
    set_config people='{ file = "people.csv"; }'
    echo 'name,mail' >people.csv
    run closedrop check
    [ "$status" = 78 ] || [ "$status" = 1 ]
    [[ $output == *'people.file: '*'no column is named "owner"'* ]]
}

@test "ten thousand people, and as many rows with line breaks, quotes and commas in their names" {
    local number
    {
        echo 'owner,email,user_id'
        for number in {10000..19999}; do
            printf '"na,me\n""%d""",x%d@example.com,user_%d\n%d,n%d@example.com,user_N%d\n' \
                "$number" "$number" "$number" "$number" "$number" "$number"
        done
    } >people.csv
    touch -d '1 minute ago' people.csv
    rule 'text = "{owner}"; user_id = "{owner.user_id}";'
    for number in {10000..10200..10}; do
        drop "$number" "note-$number.txt"
    done
    run_once
    [ "$(notes '"\(.note) \(.user_id)"' | wc -l)" = 21 ]
    [ "$(notes '"\(.note) \(.user_id)"' | awk '$2 != "user_N" $1' | wc -l)" = 0 ]
}

@test "on a FUSE file system the owner is whom the mount shows" {
    type -P bindfs >/dev/null || skip "bindfs is not installed"
    mkdir behind
    bindfs -f behind in >bindfs.log 2>&1 3>&- &
    mounts+=("$PWD/in")
    WAIT_MAX=5 wait_until mountpoint -q in || skip "FUSE cannot be mounted here: $(cat bindfs.log)"
    rule 'text = "{name} of {owner}"; user_id = "{owner.user_id}";'
    set_config folders.poll_interval=200ms
    echo one >behind/note-1.txt
    chown daemon behind/note-1.txt
    start_agent
    wait_until jobs_are done 1
    [ "$(notes '"\(.note) \(.user_id)"')" = 'note-1.txt of daemon user_Daemon' ]
}
