#!/usr/bin/env bats
# Servers that are down, refuse, lie or delay: files stay queued and arrive once it is over, an outage costs no attempt, and
# what waiting cannot fix ends in Failed with its reason.

load ../../support/story
WAIT_MAX=15

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
}

teardown() { story_teardown; }

drop() { # NAME...: a small file each
    local name
    for name in "$@"; do
        echo "contents of $name" >"in/$name"
    done
}

job() { # ID JQ-EXPRESSION
    closedrop show "$1" --json | jq -r "$2"
}

blocked_is() { # CODE (null for not blocked)
    [ "$(closedrop status --json | jq -r '.blocked.code?')" = "$1" ]
}

arrives() { # NAME: uploaded whole and put away, not failed
    wait_until test -f "$uploaded/$1"
    was_uploaded "$uploaded/$1"
    jobs_are failed 0
    [ ! -e in/Failed ]
}

# ---- Close does not answer ----

@test "Close is down at the start: files are queued, no attempt is spent, and they are sent once it is up" {
    stop_sandbox
    drop a.txt b.txt
    start_agent
    drop c.txt
    wait_until jobs_are queued 3
    wait_until blocked_is no_answer
    run closedrop status
    [[ $output == *"BLOCKED: Close does not answer"* ]]
    closedrop list --json | jq -es 'length > 0 and all(.attempts == 0 and .state == "queued")'
    start_sandbox
    wait_until jobs_are done 3
    wait_until blocked_is null
    closedrop list --json | jq -es 'length > 0 and all(.attempts == 1)'
    log_says "Close answers again"
    [ "$(uploads)" = 3 ]
}

@test "Close answers nothing but 500 for a while: it is an outage, and costs nothing" {
    limits='max_attempts = 2;' write_config
    fault '[{"on":"me","times":0,"do":{"status":500}},{"on":"upload","times":0,"do":{"status":500}}]'
    start_agent
    drop a.txt
    wait_until blocked_is no_answer
    wait_until eval '[ "$(counts .requests.me)" -ge 4 ]'
    [ "$(job 1 .attempts)" = 0 ]
    [ "$(counts .requests.upload)" -le 2 ]
    no_faults
    arrives a.txt
}

@test "while Close is down, it is not probed more often than back-off allows" {
    set_config limits.retry_first=400ms limits.retry_max=400ms
    fault '[{"on":"any","times":0,"do":"reset-before"}]'
    start_agent
    drop a.txt b.txt c.txt d.txt
    wait_until blocked_is no_answer
    sleep 2
    [ "$(counts .requests.me)" -le 22 ]
    [ "$(counts .requests.upload)" -le 8 ]
    no_faults
    wait_until jobs_are done 4
}

@test "after an outage one file goes first, and the others only once Close has accepted it" {
    fault '[{"on":"me","times":3,"do":{"status":500}},
            {"on":"upload","times":0,"do":{"status":500,"delay":"200ms"}}]'
    start_agent
    drop 0.txt
    wait_until requests_reach me 1
    drop {1..9}.txt
    wait_until requests_reach upload 6
    [ "$(counts .concurrent_most)" = 1 ]
    settings '{"latency":"100ms"}' # so that they meet
    no_faults
    wait_until jobs_are done 10
    [ "$(counts .concurrent_most)" -ge 2 ]
}

# A file that is on its way to S3 for longer than the story lasts.
long_upload() {
    fault '[{"on":"s3","do":{"delay":"8s"}}]'
    start_agent
    drop long.txt
    wait_until requests_reach s3 1
}

@test "after an outage of Close, a long upload delays no other" {
    long_upload
    fault '[{"on":"upload","do":{"status":500}},{"on":"me","do":{"status":500}}]'
    drop a.txt b.txt
    wait_until jobs_are done 2
    log_says 'Close answers again'
    job_is 1 uploading
}

@test "after an outage of S3, a long upload delays no other" {
    long_upload
    # for both: it is not an outage if the other one gets through meanwhile
    fault '[{"on":"s3","times":2,"do":{"status":503,"code":"SlowDown"}}]'
    drop a.txt b.txt
    wait_until jobs_are done 2
    log_says 'uploads succeed again'
    job_is 1 uploading
}

@test "run --once waits for the end of a short outage" {
    fault '[{"on":"me","times":2,"do":{"status":500,"delay":"300ms"}},{"on":"upload","do":{"status":500}}]'
    drop a.txt
    run_once
    [ "$agent_code" = 0 ]
    [ -f "$uploaded/a.txt" ]
}

@test "a stop while Close is down does not take long, and keeps everything" {
    stop_sandbox
    drop a.txt
    start_agent
    wait_until jobs_are queued 1
    SECONDS=0
    stop_agent
    [ "$agent_code" = 0 ]
    [ $SECONDS -lt 5 ]
    start_sandbox
    start_agent
    arrives a.txt
}

# ---- the key ----

@test "a wrong key: the agent stays up, queues files, says so, and continues once the key file is correct" {
    echo api_wrong.secret >key
    start_agent
    drop a.txt
    wait_until blocked_is key_refused
    drop b.txt
    wait_until jobs_are queued 2
    run closedrop status
    [[ $output == *"BLOCKED: Close refuses the API key"* ]]
    closedrop list --json | jq -es 'length > 0 and all(.attempts == 0)'
    log_says 'Close refuses the API key'
    never grep -q api_wrong agent.log
    echo api_sandbox.secret >key
    wait_until jobs_are done 2
    wait_until blocked_is null
}

@test "a wrong key: a key file that is replaced by another is noticed too, and so is a reload" {
    echo api_wrong.secret >key
    set_config limits.retry_first=1h limits.retry_max=1h
    start_agent
    drop a.txt
    wait_until blocked_is key_refused
    (umask 077 && echo api_sandbox.secret >key.new)
    mv key.new key
    kill -HUP "$agent_pid"
    arrives a.txt
}

@test "run --once with a wrong key exits with 77, and the file stays" {
    echo api_wrong.secret >key
    drop a.txt
    run_once
    [ "$agent_code" = 77 ]
    [ -f in/a.txt ]
    [ ! -e in/Failed ]
    [ "$(count_jobs queued)" = 1 ]
    echo api_sandbox.secret >key
    run_once
    [ "$agent_code" = 0 ]
    [ -f "$uploaded/a.txt" ]
}

@test "a key that is revoked in between blocks all work, until it is valid again" {
    start_agent
    drop a.txt
    wait_until jobs_are done 1
    settings '{"api_key":"api_another.one"}'
    drop b.txt
    wait_until blocked_is key_refused
    [ "$(job 2 .attempts)" = 0 ]
    settings '{"api_key":"api_sandbox.secret"}'
    arrives b.txt
}

blocked_says() { # CODE TEXT
    blocked_is "$1" && closedrop status --json | jq -r '.blocked.message?' | grep -qF -- "$2"
}

refuse_key() { # which was good, with a file that waits
    start_agent
    settings '{"api_key":"api_another.one"}'
    drop a.txt
    wait_until blocked_says key_refused "Close refuses the API key in $PWD/key; put a valid one there"
}

unusable() { # TEXT: what status says of the key file now, in place of the old refusal
    wait_until blocked_says key_unusable "$PWD/key $1"
    closedrop status | grep -F "BLOCKED: the key file $PWD/key $1"
    log_says "$1"
}

@test "status reports a replaced key file that cannot be used; once it is correct, the agent continues by itself" {
    refuse_key
    (umask 022 && echo api_another.one >key.new)
    mv key.new key
    unusable 'can be read by others; make it private'
    rm key
    unusable 'cannot be read: No such file or directory; put the API key there'
    mkdir key
    unusable 'is not a regular file; name the file'
    rmdir key
    (umask 077 && : >key)
    unusable 'must contain the API key and nothing else, on one line'
    echo '"api_another.one"' >key
    unusable 'has the API key in quotes; write the key without them'
    never grep -q another.one agent.log
    mv key other
    ln -s other key
    unusable 'cannot be read: Too many levels of symbolic links; it is a symbolic link; name the file itself'
    rm key
    (umask 077 && echo api_wrong.secret >key)
    wait_until blocked_says key_refused 'Close refuses the API key in'
    echo api_another.one >key
    arrives a.txt
    blocked_is null
}

@test "status reports a key file of another user, and who must own it" {
    [ "$(id -u)" = 0 ] || skip "only root can give a file away"
    become_nobody
    refuse_key
    (umask 077 && echo api_another.one >key.new)
    chown root: key.new
    mv key.new key
    unusable "belongs to root, but this runs as nobody; if closedrop is meant to run as nobody, give the file to nobody: chown nobody $PWD/key"
    chmod 644 key
    unusable 'can be read by others; make it private'
    chown daemon: key
    unusable 'belongs to daemon, but this runs as nobody; run it as daemon (sudo -u daemon closedrop'
    chown nobody: key
    chmod 600 key
    arrives a.txt
}

@test "a user who may not use the key learns who may, and is not advised to take the file from the agent" {
    local command as_daemon="setpriv --reuid=daemon --regid=daemon --clear-groups bin/real"
    [ "$(id -u)" = 0 ] || skip "only root can give a file away"
    write_config
    become_nobody
    chmod 644 "$config"
    echo hello >in/a.txt
    for command in check "match in/a.txt" "upload in/a.txt"; do
        # shellcheck disable=SC2086 # words
        run bin/real $command -c "$config"
        if [ "$command" = check ]; then
            [ "$status" = 0 ] # it becomes nobody
            [[ $output == *"checked for the user nobody, who owns the key file and must run closedrop"* ]]
        else
            [ "$status" != 0 ]
            [[ $output == *"the key file $PWD/key belongs to nobody, but this runs as root; run it as nobody (sudo -u nobody closedrop ...); only if closedrop is meant to run as root, give the file to root: chown root $PWD/key"* ]]
        fi
        # shellcheck disable=SC2086
        run $as_daemon $command -c "$config"
        [[ $output == *"the key file $PWD/key belongs to nobody, but this runs as daemon; run it as nobody"* ]]
    done
    install -d -o nobody -m 700 secret
    mv key secret/
    set_config close.api_key_file=secret/key
    run $as_daemon check -c "$config"
    [[ $output == *"$PWD/secret belongs to nobody and cannot be entered by daemon; run this as the user closedrop runs as"* ]]
    closedrop check
}

@test "a refused key of a systemd credential, or of the environment, is reported as such; a new credential is used" {
    unset_config close.api_key_file
    mkdir credentials
    (umask 077 && echo api_wrong.secret >credentials/close-api-key)
    CREDENTIALS_DIRECTORY=$PWD/credentials start_agent
    drop a.txt
    wait_until blocked_says key_refused 'the API key of the systemd credential close-api-key; restart closedrop'
    chmod 644 credentials/close-api-key
    wait_until blocked_says key_unusable "credentials/close-api-key can be read by others"
    chmod 600 credentials/close-api-key
    wait_until blocked_says key_refused 'the API key of the systemd credential'
    stop_agent
    CLOSE_API_KEY=api_wrong.secret start_agent
    wait_until blocked_says key_refused 'the API key of $CLOSE_API_KEY; restart closedrop'
}

@test "status also says why Close cannot be reached: a ca_file, a proxy" {
    echo junk >ca.pem
    api=${api/http:/https:} close_settings="ca_file = \"$PWD/ca.pem\";" write_config
    start_agent
    drop a.txt
    wait_until blocked_says no_answer "$PWD/ca.pem"
    close_settings='proxy = "http://nowhere.invalid:1";' write_config
    kill -HUP "$agent_pid"
    wait_until blocked_says no_answer 'nowhere.invalid'
    write_config
    kill -HUP "$agent_pid"
    arrives a.txt
}

# ---- one job's own fault ----

is_own_fault() { # STATUS TEXT: refused for one file while me/ answers, it fails alone after max_attempts
    limits='max_attempts = 2;' write_config
    fault "[{\"on\":\"upload\",\"match\":\"bad\",\"times\":0,\"do\":{\"status\":$1,\"body\":\"{\\\"error\\\":\\\"no, $1\\\"}\"}}]"
    start_agent
    drop bad.txt good.txt
    wait_until test -f in/Failed/bad.txt.error.txt
    wait_until test -f "$uploaded/good.txt"
    grep -qF "$2" in/Failed/bad.txt.error.txt
    blocked_is null
}

@test "401 for one file while the key is good is that file's fault" {
    is_own_fault 401 'Close answered 401'
}

@test "402 for one file while Close answers is that file's fault" {
    is_own_fault 402 'plan'
}

@test "403 for one file while Close answers is that file's fault" {
    is_own_fault 403 'is not allowed to do this'
    grep -qF 'no, 403' in/Failed/bad.txt.error.txt
    grep -qF 'gave up after 2 attempts' in/Failed/bad.txt.error.txt
}

@test "500 for one file while Close answers is that file's fault" {
    is_own_fault 500 'Close answered 500'
}

@test "400 for one file fails at once, with Close's own words" {
    fault '[{"on":"upload","times":0,"do":{"status":400,"body":"{\"field-errors\":{\"filename\":\"Too long.\"}}"}}]'
    start_agent
    drop a.txt
    wait_until test -f in/Failed/a.txt.error.txt
    grep -qF 'Too long.' in/Failed/a.txt.error.txt
    [ "$(counts .requests.upload)" = 1 ]
    [ "$(job 1 .error.code)" = close_refused ]
}

@test "some 500s, resets and garbage from Close, and then the file arrives" {
    fault '[{"on":"upload","times":2,"do":{"status":500}},{"on":"upload","do":"garbage"},
            {"on":"upload","do":"reset-before"},{"on":"upload","do":"truncated"},{"on":"upload","do":"reset-after"}]'
    start_agent
    drop a.txt
    arrives a.txt
    [ "$(uploads)" = 1 ]
}

@test "Close hangs: the request is given up after the time-out, and tried again" {
    set_config limits.timeout=1s
    fault '[{"on":"upload","do":"hang"}]'
    start_agent
    drop a.txt
    arrives a.txt
}

@test "something else answers instead of Close: files stay queued, and none fails" {
    limits='max_attempts = 2;' write_config
    fault '[{"on":"me","times":0,"do":{"status":200,"body":"<html>Welcome to the hotel"}},
            {"on":"upload","times":0,"do":{"status":200,"body":"<html>Welcome to the hotel"}}]'
    start_agent
    drop a.txt
    wait_until eval '[ "$(counts .requests.upload)" -ge 1 ]'
    wait_until eval '[ "$(counts .requests.me)" -ge 3 ]'
    jobs_are failed 0
    no_faults
    arrives a.txt
}

# ---- rate limits ----

@test "429 is obeyed, and costs no attempt" {
    stop_sandbox
    start_sandbox --rate 5
    start_agent
    local name
    for name in {1..12}; do
        drop "$name.txt"
    done
    wait_until jobs_are done 12
    jobs_are failed 0
    closedrop list --json | jq -es 'length > 0 and all(.attempts == 1)'
    [ "$(uploads)" = 12 ]
    [ "$(counts .refused)" -le 10 ]
}

@test "Retry-After of a 429 is obeyed" {
    fault '[{"on":"upload","do":{"status":429,"headers":{"Retry-After":"2"}}}]'
    start_agent
    SECONDS=0
    drop a.txt
    arrives a.txt
    [ $SECONDS -ge 2 ]
    [ "$(counts .requests.upload)" = 2 ]
    [ "$(job 1 .attempts)" = 1 ]
}

@test "a 429 delays only what it is about" {
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "e"; match = { path = "^e"; }; lead_id = "lead_A"; email = { subject = "{stem}"; }; },
                    { name = "n"; match = { path = "^n"; }; lead_id = "lead_A"; note = { text = "{stem}"; }; } );'
    write_config 'rules = [ "e", "n" ];'
    fault '[{"on":"email","do":{"status":429,"headers":{"Retry-After":"3600"}}}]'
    start_agent
    drop e1.txt
    wait_until jobs_are uploaded 1
    drop e2.txt
    wait_until history_says 2 'waiting for Close to accept it'
    drop n1.txt n2.txt
    wait_until activities_are 2
    [ "$(activities '[.[].kind] | unique')" = '["note"]' ]
    [ "$(uploads)" = 3 ] # what must wait for its activity is not sent ahead
    [ "$(counts .requests.email)" = 1 ]
}

@test "Retry-After of S3 is obeyed, too" {
    fault '[{"on":"s3","do":{"status":503,"code":"SlowDown","headers":{"Retry-After":"2"}}}]'
    start_agent
    SECONDS=0
    drop a.txt b.txt
    wait_until jobs_are done 2
    [ "$SECONDS" -ge 2 ]
}

# ---- the form ----

@test "an expired form is replaced within the same attempt" {
    fault '[{"on":"upload","do":"expired-form"}]'
    start_agent
    drop a.txt
    arrives a.txt
    [ "$(job 1 .attempts)" = 1 ]
    [ "$(counts .tickets)" = 2 ]
}

@test "a form that points at a foreign host is refused, and nothing is sent there" {
    limits='max_attempts = 2;' write_config
    fault '[{"on":"upload","times":0,"do":"foreign-host"}]'
    start_agent
    drop a.txt
    wait_until test -f in/Failed/a.txt.error.txt
    grep -qF 'files.example.com' in/Failed/a.txt.error.txt
    grep -qF 'upload_hosts' in/Failed/a.txt.error.txt
    [ "$(counts .requests.s3)" = 0 ]
    [ "$(job 1 .error.code)" = foreign_host ]
}

@test "a form without fields is requested again" {
    fault '[{"on":"upload","do":"no-fields"}]'
    start_agent
    drop a.txt
    arrives a.txt
    [ "$(counts .requests.s3)" = 1 ]
}

@test "unknown fields are passed on" {
    fault '[{"on":"upload","do":"extra-fields"}]'
    start_agent
    drop a.txt
    arrives a.txt
    [ "$(counts .tickets)" = 1 ]
    [ "$(counts .refused)" = 0 ]
}

@test "forms signed in the new style work, too" {
    stop_sandbox
    start_sandbox --sigv4
    start_agent
    drop a.txt
    arrives a.txt
    [ "$(counts .refused)" = 0 ]
}

# ---- S3 ----

s3_does() { # JSON-OF-DO: once, then it is well
    fault "[{\"on\":\"s3\",\"do\":$1}]"
    start_agent
    drop a.txt
    arrives a.txt
    [ "$(counts .requests.s3)" -ge 2 ]
}

@test "S3 says 503 Slow Down" {
    s3_does '{"status":503,"code":"SlowDown"}'
}

@test "S3 says 500 without a body" {
    s3_does '{"status":500}'
}

@test "S3 resets the connection before it has taken the file" {
    s3_does '"reset-before"'
}

@test "S3 takes the file and resets the connection" {
    s3_does '"reset-after"'
}

@test "S3 sends half of its answer" {
    s3_does '{"status":503,"body":"<Error><Code>SlowDo"}'
}

@test "S3 redirects: this is not followed, and a new form is requested" {
    fault '[{"on":"s3","do":{"status":307,"headers":{"Location":"http://127.0.0.1:1/"}}}]'
    start_agent
    drop a.txt
    arrives a.txt
    [ "$(counts .tickets)" = 2 ]
}

@test "S3 hangs: the transfer is given up after the time-out without progress" {
    set_config limits.timeout=1s
    s3_does '"hang"'
}

@test "S3 stored something else: the ETag shows it, and the file is sent again" {
    fault '[{"on":"s3","do":{"etag":"00000000000000000000000000000000"}}]'
    start_agent
    drop a.txt
    arrives a.txt
    [ "$(counts .requests.s3)" = 2 ]
    history_says 1 'S3 stored other bytes than were sent'
}

@test "S3 is down for every file: no attempt is spent, status says so, and everything is sent once it is back" {
    limits='max_attempts = 2;' write_config
    fault '[{"on":"s3","times":0,"do":{"status":503,"code":"ServiceUnavailable"}}]'
    start_agent
    drop a.txt b.txt c.txt
    wait_until blocked_is s3_down
    wait_until eval '[ "$(counts .requests.s3)" -ge 5 ]'
    closedrop list --json | jq -es 'length > 0 and all(.attempts <= 1 and .state != "failed")'
    no_faults
    wait_until jobs_are done 3
    wait_until blocked_is null
    jobs_are failed 0
}

@test "S3 fails one file while others get through: it is that file's fault" {
    limits='max_attempts = 3; transfers = 2;' write_config
    fault '[{"on":"s3","match":"bad","times":0,"do":{"status":500,"code":"InternalError","delay":"300ms"}}]'
    start_agent
    drop bad.txt
    local i
    for i in {1..60}; do
        drop "good-$i.txt"
        [ ! -e in/Failed/bad.txt.error.txt ] || break
        sleep 0.1
    done
    wait_until test -f in/Failed/bad.txt.error.txt
    grep -qF 'InternalError' in/Failed/bad.txt.error.txt
}

# ---- given up, and tried again ----

@test "a job that failed continues after \`closedrop retry\`, as the same job" {
    limits='max_attempts = 2;' write_config
    fault '[{"on":"upload","times":0,"do":{"status":403}}]'
    start_agent
    drop a.txt
    wait_until test -f in/Failed/a.txt.error.txt
    [ "$(job 1 .attempts)" = 2 ]
    [ "$(counts .requests.upload)" = 2 ]
    no_faults
    closedrop retry 1
    wait_until test -f "$uploaded/a.txt"
    [ "$(job 1 .state)" = done ]
    [ "$(closedrop list --json | wc -l)" = 1 ]
    [ -z "$(find in/Failed -type f)" ]
}

@test "closedrop ignores a proxy in the environment" {
    http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1 \
        ALL_PROXY=http://127.0.0.1:1 start_agent
    drop a.txt
    arrives a.txt
}

@test "the key goes only to Close: not to S3, not into the log, not into the process list" {
    log='level = "debug";'
    more="log = { $log };" write_config
    start_agent
    drop a.txt
    arrives a.txt
    never grep -q 'api_sandbox' agent.log
    never grep -qa api_sandbox "/proc/$agent_pid/cmdline"
    never grep -rqa 'api_sandbox.secret' state in
}

@test "a key from the environment is removed from it" {
    unset_config close.api_key_file
    CLOSE_API_KEY=api_sandbox.secret start_agent
    drop a.txt
    arrives a.txt
    never grep -qa api_sandbox "/proc/$agent_pid/environ"
    kill -HUP "$agent_pid"
    wait_until log_says reloaded
    drop b.txt
    arrives b.txt
}
