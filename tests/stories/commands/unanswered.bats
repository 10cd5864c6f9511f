#!/usr/bin/env bats
# A share that hangs holds up no command: it says so, examines everything else, and leaves nothing behind that delays its end.

load ../../support/story

setup() {
    story_setup
    mount_hanging
    mkdir other behind/drop
    timeout=500ms more_folders='{ name = "share"; path = "share/drop"; rules = [ "r" ]; }, { name = "other"; path = "other"; }' \
        more='rules = ( { name = "r"; match = { path = "(?<k>.+)[.]txt"; }; table = { file = "share/t.csv"; key = "{k}"; };
            find = { lead_name = "{row.name}"; }; note = {}; } );' write_config
    printf 'key,name\n' >behind/t.csv
}

teardown() {
    local result=0
    answer
    story_teardown || result=$?
    end_hanging
    return $result
}

HANGS='does not answer (its file server or disk hangs)'

# says_within SECONDS STATUS TEXT COMMAND...: through a pipe, whose reader waits for all who could write there
says_within() {
    local seconds=$1 expected=$2 text=$3 before=$SECONDS
    shift 3
    run closedrop "$@"
    [ "$status" = "$expected" ] || { echo "status $status: $output"; return 1; }
    [[ $output == *"$text"* ]] || { echo "no \"$text\" in: $output"; return 1; }
    [ $((SECONDS - before)) -le "$seconds" ]
}

@test "check: the share is not examined, the rest is" {
    hang all
    says_within 5 1 "folder \"share\": $PWD/share/drop $HANGS; nothing was examined there; check the file server" check
    [[ $output == *"rule \"r\": $PWD/share/t.csv $HANGS"* ]]
    [[ $output == *'is valid as far as it could be examined: 3 folders'* ]]
    rmdir other
    says_within 5 78 "folder \"share\": $PWD/share/drop $HANGS" check
    [[ $output == *"folder \"other\": $PWD/other: No such file or directory"* ]]
    answer
    says_within 5 78 'folder "other"' check
    [[ $output != *share* ]]
}

@test "doctor: the share is not examined, the rest is" {
    hang all
    says_within 5 1 "$PWD/share/drop $HANGS" doctor
    [[ $output == *"$PWD/share/t.csv $HANGS"* ]]
    [[ $output == *"rights of other"*"$PWD/other"* ]]
}

@test "explain: a file on the share is not examined, one that is elsewhere is" {
    echo a >behind/drop/a.txt
    echo b >in/b.txt
    hang all
    says_within 5 1 "a.txt was not examined: share/drop/a.txt $HANGS" explain share/drop/a.txt
    [[ $output == *'What to do: check the file server and the network'* ]]
    says_within 5 0 'b.txt' explain in/b.txt
    answer
    hang open # finding it is no problem, reading it is
    says_within 5 1 "a.txt was not examined: share/drop/a.txt $HANGS" explain share/drop/a.txt
}

@test "upload: what is on the share is not sent, what is elsewhere is" {
    echo a >behind/drop/a.txt
    echo b >in/b.txt
    echo 'a,ACME' >>behind/t.csv
    hang all
    says_within 5 1 "share/drop/a.txt: share/drop/a.txt $HANGS; nothing was examined there" upload share/drop/a.txt in/b.txt
    [ "$(uploads)" = 1 ]
    says_within 5 1 "in/b.txt: $PWD/share/t.csv $HANGS" upload --rule r in/b.txt
    answer
    says_within 5 0 http upload share/drop/a.txt
    [ "$(uploads)" = 2 ]
}

@test "match: a file on the share is not examined, and neither is one that needs a table there" {
    echo a | tee behind/drop/a.txt >in/b.txt
    hang all
    says_within 5 1 "a.txt  " match share/drop/a.txt in/b.txt
    [[ $output == *"share/drop/a.txt"*"-- share/drop/a.txt $HANGS"*"b.txt"*"only uploaded"* ]]
    says_within 5 1 "$PWD/share/t.csv $HANGS" match in/b.txt --folder share
    answer
    hang read # finding it is no problem
    says_within 5 1 "share/drop/a.txt $HANGS; nothing was examined there" match share/drop/a.txt
    answer
    says_within 5 1 'is not in the list' match share/drop/a.txt
}
