#!/usr/bin/env bats
# A login with OAuth in place of the API key: somebody allows it in a browser, and from then on the agent and the commands
# renew the tokens, one of them at a time, through crashes, lost answers and clocks that are wrong.

load ../../support/story
load ../../support/clock

setup() {
    story_setup
    write_config
    unset_config close.api_key_file
    set_config 'close.oauth={ client_id = "oa2client_sandbox"; client_secret_file = "secret"; }'
    (umask 077 && echo sandbox-app-secret >secret)
    settings '{"api_key":"api_nobody.has"}'
}
teardown() { story_teardown; }

address() { # where the browser is sent after access was allowed
    curl -sf -o /dev/null -w '%{redirect_url}' \
        "${api%/api/v1/}/oauth2/authorize/?client_id=oa2client_sandbox&response_type=code"
}

log_in() {
    address | closedrop login
}

token() { # NAME: of the kept login
    sed -n "s/^$1 //p" state/login
}

tokens_asked() { # how often
    counts .requests.token
}

upload_one() { # NAME: through the agent
    echo "$1" >"in/$1.txt"
    wait_until jobs_are done "$2"
}

@test "somebody logs in by the code or the address, files are uploaded, and nothing secret is shown" {
    log_in >said.txt
    grep -qF 'https://app.close.com/oauth2/authorize/?client_id=oa2client_sandbox&response_type=code' said.txt
    grep -q 'Logged in as Sandra Box <sandra.box@example.com>, Sandbox.' said.txt
    [ "$(stat -c %a state/login)" = 600 ]
    address | sed 's/.*code=//' | closedrop login >>said.txt
    start_agent
    upload_one one 1
    echo two >two.txt
    closedrop upload two.txt >>said.txt
    [ "$(uploads)" = 2 ]
    closedrop check --online >>said.txt
    closedrop doctor >>said.txt
    closedrop status --json >>said.txt
    closedrop status | grep -q '^Login: *the access token is good for another'
    closedrop status --json | jq -e '.login | .logged_in and .ends_at > (now | todate)' >/dev/null
    grep -q 'the access token is good for another' said.txt
    cat "/proc/$agent_pid/cmdline" "/proc/$agent_pid/environ" >process.txt
    run grep -rlF -e "$(token access_token)" -e "$(token refresh_token)" -e sandbox-app-secret . --exclude=login --exclude=secret
    [ "$status" = 1 ]
}

@test "the agent renews the token before it ends" {
    settings '{"token_ttl":"2s"}'
    log_in
    start_agent
    wait_until requests_reach token 3
    upload_one one 1
    never log_says 'Close refuses'
    [ "$(curl -sf "${admin}ledger" | jq '[.refused[] | select(.status == 401)] | length')" = 0 ]
}

revoke() { # TOKEN
    curl -sf -o /dev/null "${api%/api/v1/}/oauth2/revoke/" --data-urlencode "token=$1" \
        -d client_id=oa2client_sandbox -d client_secret=sandbox-app-secret
}

@test "the clock of the machine is an hour off, and is set: the token is good for as long as it was" {
    need_clock
    wall_only=yes
    for shift in +1h -1h; do
        set_clock "$shift"
        with_clock "$CLOSEDROP_BIN_DIR/closedrop" login -c "$config" <<<"$(address)"
        with_clock "$CLOSEDROP_BIN_DIR/closedrop" check -c "$config" --online
        start_in_time
        upload_one "$shift" $((1 + $(closedrop list --json | wc -l)))
        set_clock +0
        upload_one "$shift, set right" $((1 + $(closedrop list --json | wc -l)))
        stop_agent
    done
    [ "$(tokens_asked)" = 2 ]
    [ "$(curl -sf "${admin}ledger" | jq '[.refused[] | select(.status == 401)] | length')" = 0 ]
}

@test "a login from a backup has ended: all wait, and a new one ends that" {
    log_in
    cp -p state/login backup
    settings '{"token_ttl":"2s"}'
    revoke "$(token access_token)"
    closedrop check --online
    cp -p backup state/login
    start_agent
    echo one >in/one.txt
    wait_until blocked_by 'Close says invalid_grant (status 400); log in again'
    [ -z "$(token refresh_token)" ]
    log_in
    wait_until jobs_are done 1
}

@test "a token that is refused before it ends is renewed once, by whoever comes first" {
    local i
    log_in
    start_agent
    revoke "$(token access_token)"
    echo one >one.txt
    closedrop upload one.txt >/dev/null
    [ "$(tokens_asked)" = 2 ]
    revoke "$(token access_token)"
    echo two >in/two.txt
    for i in 1 2 3 4 5 6; do closedrop check --online >"check.$i" 2>&1 & done
    wait_until jobs_are done 1
    wait_until checks_say 6 'Close answers'
    [ "$(tokens_asked)" = 3 ]
    never log_says 'Close refuses'
}

@test "match alone renews a token that is refused, once" {
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "r"; lead_id = "lead_A"; note = { text = "x"; }; } );'
    write_config 'rules = [ "r" ];'
    unset_config close.api_key_file
    set_config 'close.oauth={ client_id = "oa2client_sandbox"; client_secret_file = "secret"; }'
    log_in
    echo one >in/one.txt
    echo two >in/two.txt
    revoke "$(token access_token)"
    closedrop match in/one.txt in/two.txt | grep -c 'note on A' | grep -qx 2
    [ "$(tokens_asked)" = 2 ]
    revoke "$(token refresh_token)"
    revoke "$(token access_token)"
    run closedrop match in/one.txt in/two.txt
    [ "$status" = 77 ]
    [[ $output == *'the login cannot be renewed: Close says invalid_grant (status 400); log in again'* ]]
    [ "$(tokens_asked)" = 3 ]
}

checks_say() { # NUMBER TEXT
    [ "$(cat check.* | grep -c "$2")" = "$1" ]
}

@test "an answer that is lost, and with it nothing, is asked for again" {
    local end
    log_in
    start_agent
    for end in '"reset-before"' '{"status":503}' '{"status":429}' '{"status":302,"headers":{"Location":"https://example.com/"}}'; do
        fault '[{"on":"token","do":'"$end"',"times":1}]'
        revoke "$(token access_token)"
        : >agent.log
        echo "$end" | md5sum >in/"$(tokens_asked).txt"
        wait_until log_says 'the login cannot be renewed'
        wait_until jobs_are queued 0
    done
    jobs_are done 4
    [ "$(tokens_asked)" = 9 ] # the first, and each of four twice
}

@test "new tokens that are lost end the login: all wait, and a new one ends that" {
    local end
    for end in '"reset-after"' '"garbage"'; do
        [ -n "$agent_pid" ] || log_in
        fault '[{"on":"token","do":'"$end"',"times":1}]'
        revoke "$(token access_token)"
        [ -n "$agent_pid" ] || start_agent
        echo "$end" >in/one.txt
        wait_until blocked_by 'Close says invalid_grant (status 400), and the answer to an earlier renewal, at '
        closedrop status | grep -q 'log in again'
        run closedrop check
        [ "$status" = 77 ]
        [[ $output == *'nobody is logged in; log in: "closedrop login"'* ]]
        run closedrop upload secret
        [ "$status" = 77 ]
        [ -z "$(token refresh_token)" ]
        log_in
        wait_until jobs_are queued 0
    done
    stop_agent
    jobs_are done 2
    revoke "$(token refresh_token)"
    echo three >in/three.txt
    run_once
    [ "$agent_code" = 77 ]
    grep -q 'Close says invalid_grant (status 400); log in again' agent.log
}

blocked_by() { # TEXT
    [[ $(closedrop status --json | jq -r '.blocked | .code + ": " + .message') == "key_refused: "*"$1"* ]]
}

@test "a renewal that is refused is tried again as late as anything else, although it is noted in the file" {
    set_config limits.retry_first=1h limits.retry_max=1h
    log_in
    fault '[{"on":"token","do":{"status":401,"body":"{\"error\":\"invalid_client\"}"},"times":0}]'
    revoke "$(token access_token)"
    start_agent
    echo one >in/one.txt
    wait_until log_says 'the login cannot be renewed: Close says invalid_client (status 401); check close.oauth'
    for _ in {1..8}; do closedrop status >/dev/null; done # the file is checked every second
    [ "$(tokens_asked)" = 2 ]
}

@test "root keeps the login for the user that closedrop runs as" {
    [ "$(id -u)" = 0 ] || skip 'only root becomes another user'
    let_others_in
    chown nobody . secret
    log_in
    [ "$(stat -c %U state/login)" = nobody ]
}

@test "a login that another user keeps is not taken for none" {
    [ "$(id -u)" = 0 ] || skip 'only root becomes another user'
    log_in
    chmod 700 state
    become_nobody
    chown nobody secret
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'close.oauth: the login file '*' cannot be read: '*'belongs to root and cannot be entered by nobody'* ]]
}

@test "kill -9 while it is renewed: the old token is tried again" {
    log_in
    fault '[{"on":"token","do":"hang","times":1}]'
    revoke "$(token access_token)"
    start_agent
    echo one >in/one.txt
    wait_until requests_reach token 2
    [ "$(token asked_ms)" -gt 0 ]
    kill_agent
    start_agent
    wait_until jobs_are done 1
    [ "$(token asked_ms)" = 0 ]
}

@test "who stops while it is renewed waits for the answer" {
    local before
    log_in
    before=$(token refresh_token)
    fault '[{"on":"token","do":{"delay":"1s"},"times":1}]'
    revoke "$(token access_token)"
    start_agent
    echo one >in/one.txt
    wait_until requests_reach token 2
    stop_agent
    [ "$agent_code" = 0 ]
    [ "$(token refresh_token)" != "$before" ]
    [ "$(token asked_ms)" = 0 ]
}

@test "a login by another user, and its end" {
    log_in
    settings '{"user_id":"user_B"}'
    log_in >said.txt
    grep -q 'Another user was logged in before (user_Sandbox.*closedrop retry' said.txt
    fault '[{"on":"revoke","do":"reset-before","times":1}]'
    run closedrop logout
    [ "$status" = 1 ]
    [[ $output == *'the login may still be valid in Close, so it is kept here; try again: "closedrop logout"'* ]]
    start_agent
    upload_one one 1
    closedrop logout | grep -q 'Logged out'
    closedrop logout | grep -q 'Nobody is logged in'
    never grep -q 'token [^ ]' state/login
    wait_until blocked_by 'nobody is logged in; log in: "closedrop login"'
    echo two >in/two.txt
    wait_until jobs_are queued 1
    settings '{"user_id":"user_A"}'
    log_in | grep -q 'Another user was logged in before (user_B)'
    wait_until jobs_are done 2
}

@test "what is wrong is said: the code, the app, the address, the files" {
    run closedrop login <<<'https://app.example.com/?error=access_denied'
    [ "$status" = 1 ]
    [[ $output == *'access was not allowed in Close'* ]]
    run closedrop login </dev/null
    [ "$status" = 1 ]
    [[ $output == *'nothing was entered'* ]]
    run closedrop login <<<'not-a-code'
    [ "$status" = 77 ]
    [[ $output == *'Close says invalid_grant (status 400); a code is good only once'* ]]
    echo another >secret
    run log_in
    [ "$status" = 77 ]
    [[ $output == *'Close says invalid_client (status 401); check close.oauth'* ]]
    chmod 644 secret
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'close.oauth.client_secret_file: the client secret file '*' can be read by others'* ]]
    (umask 077 && echo sandbox-app-secret >secret.new && mv secret.new secret)
    log_in
    chmod 644 state/login
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'close.oauth: the login file '*' can be read by others'* ]]
    chmod 600 state/login
    echo junk >state/login
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'is damaged; log in again: "closedrop login"'* ]]
    log_in
    closedrop check
}

@test "it is used in place of a key, and its secret is not in a folder" {
    set_config close.api_key_file=key
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'close.oauth: is used in place of an API key or access token; remove it, or api_key_file'* ]]
    unset_config close.api_key_file close.oauth
    run closedrop login
    [ "$status" = 78 ]
    [[ $output == *'close.oauth is not set'* ]]
    set_config 'close.oauth={ client_id = "a b"; }'
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'client_id: must be the client ID'*'client_secret_file: is missing'* ]]
    unset_config close.oauth
    set_config 'close.oauth={ client_id = "a"; client_secret_file = "in/secret"; }'
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'client_secret_file'*'inside'* ]]
}
