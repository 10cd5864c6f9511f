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
