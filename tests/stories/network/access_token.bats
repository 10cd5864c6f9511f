#!/usr/bin/env bats
# An access token of OAuth in place of the API key: sent as a bearer, read again whenever its file changes, and named where
# Close refuses it.

load ../../support/story

setup() {
    story_setup
    write_config
    unset_config close.api_key_file
    set_config close.access_token_file=token
    settings '{"access_token":"token.one","api_key":"api_nobody.has"}'
    put_token token.one
}
teardown() { story_teardown; }

put_token() { # TOKEN: as a program does that renews it
    (umask 077 && echo "$1" >token.new)
    mv token.new token
}

@test "files are uploaded with it, by the agent and by hand" {
    start_agent
    echo one >in/one.txt
    wait_until jobs_are done 1
    echo two >two.txt
    closedrop upload two.txt
    [ "$(uploads)" = 2 ]
    closedrop check --online | grep -q 'Close answers'
    closedrop doctor | grep -q 'Close accepts it: it belongs to'
}

@test "a renewed token is used, also before the old one is refused" {
    start_agent
    echo one >in/one.txt
    wait_until jobs_are done 1
    put_token token.two
    settings '{"access_token":"token.two"}'
    echo two >in/two.txt
    wait_until jobs_are done 2
    never log_says 'Close refuses'
    [ "$(curl -sf "${admin}ledger" | jq '[.refused[] | select(.status == 401)] | length')" -le 1 ]
}

@test "match reads a token again that is refused" {
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "r"; lead_id = "lead_A"; note = { text = "x"; }; } );'
    write_config 'rules = [ "r" ];'
    unset_config close.api_key_file
    set_config close.access_token_file=token
    echo one >in/one.txt
    settings '{"access_token":"token.two"}'
    run closedrop match in/one.txt
    [ "$status" = 77 ]
    fault '[{"on":"lead","do":{"delay":"5s"}}]'
    closedrop match in/one.txt >out &
    wait_until requests_reach lead 2
    put_token token.two # while its request is on its way, with the old one
    wait $!
    grep -q note out
}

@test "one that is refused is named, all files wait, and a new one ends it" {
    settings '{"access_token":"token.other"}'
    start_agent
    echo one >in/one.txt
    wait_until log_says "Close refuses the access token in $PWD/token; put a valid one there"
    jobs_are queued 1
    closedrop check --online 2>&1 | grep -q 'Close refuses the access token (401)'
    closedrop doctor | grep -q "check what renews it, and writes it into $PWD/token"
    put_token token.other
    wait_until jobs_are done 1
}

@test "a file that is being written is read again" {
    start_agent
    : >token
    echo one >in/one.txt
    wait_until jobs_are done 1
    settings '{"access_token":"token.two"}'
    echo two >in/two.txt
    wait_until log_says 'must contain the access token and nothing else, on one line'
    echo token.two >token
    wait_until jobs_are done 2
}

@test "a token of 8 KiB, and none longer" {
    local long
    long=$(head -c 8192 /dev/zero | tr '\0' x)
    settings '{"access_token":"'"$long"'"}'
    put_token "$long"
    start_agent
    echo one >in/one.txt
    wait_until jobs_are done 1
    stop_agent
    put_token "${long}x"
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'close.access_token_file: the token file '*' must contain the access token and nothing else, on one line'* ]]
}

@test "a file that others can read, in a drop folder, or next to an API key is refused" {
    chmod 644 token
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'can be read by others; make it private: chmod 600'* ]]
    chmod 600 token
    cp -p token in/token
    set_config close.access_token_file=in/token
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'close.access_token_file'*'inside'* ]]
    set_config close.access_token_file=token close.api_key_file=key
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'close.access_token_file: is used in place of an API key; remove it, or api_key_file'* ]]
}

@test "it is in no log, queue or text" {
    start_agent
    fault '[{"on":"upload","do":{"status":400,"body":"{\"error\":\"token.one may not do this\"}"},"times":0}]'
    echo one >in/one.txt
    wait_until jobs_are failed 1
    stop_agent
    run grep -rl token.one agent.log state in
    [ "$status" = 1 ]
}
