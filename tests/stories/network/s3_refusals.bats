#!/usr/bin/env bats
# S3 refuses uploads through no fault of the file: a wrong secret, a bucket that is gone, an account that is closed. No file
# fails for that while no other gets through; `status` shows S3's answer; and each try is made with another file.

load ../../support/story
load ../../support/clock
WAIT_MAX=20

setup() {
    story_setup
    uploaded=in/Uploaded
}
teardown() { story_teardown; }

configure() { # $limits for those of the test; back-off is short
    write_config 'archive = "Uploaded";'
    set_config limits.retry_first=20ms limits.retry_max=100ms
}

drop() { # NAME...: a small file each
    local name
    for name in "$@"; do
        echo "contents of $name" >"in/$name"
    done
}

refuse() { # STATUS CODE [PART-OF-THE-KEY]: every upload, or those of one file
    fault "[{\"on\":\"s3\",${3:+\"match\":\"$3\",}\"times\":0,\"do\":{\"status\":$1,\"code\":\"$2\"}}]"
}

blocked_is() { # CODE (null for not blocked)
    [ "$(closedrop status --json | jq -r '.blocked.code?')" = "$1" ]
}

blocked_says() { # TEXT
    closedrop status --json | jq -r '.blocked.message?' | grep -qF -- "$1"
}

list_shows() { # JQ-CONDITION on all jobs, as one array
    closedrop list --json | jq -es "length > 0 and ($1)" >/dev/null
}

nothing_failed() {
    jobs_are failed 0
    [ ! -e in/Failed ]
}

# ---- an hour ----

nothing_is_in_hand() {
    closedrop status --json | jq -en 'input | .transfers == []' >/dev/null
}

tries_reach() { # NUMBER of forms: to be asked for its status wakes the agent, which sees what time it is
    nothing_is_in_hand && requests_reach s3 "$1"
}

# An hour, five minutes at a time; in each a file tries, with three forms, and is refused. Between two tries lie minutes, so
# that none is in progress while the clock is set: to it, five minutes would have passed without an answer.
an_hour_passes() {
    local minutes tried
    for ((minutes = 5; minutes <= 60; minutes += 5)); do
        tried=$(counts .requests.s3)
        set_clock "+${minutes}m"
        wait_until tries_reach $((tried + 3))
    done
}

refused_for_an_hour() { # STATUS CODE
    write_config 'archive = "Uploaded";'
    set_config limits.retry_first=5m limits.retry_max=5m
    refuse "$1" "$2"
    need_clock
    start_in_time
    drop {1..12}.txt
    wait_until blocked_is s3_refused
    wait_until nothing_is_in_hand
    an_hour_passes
    nothing_failed
    blocked_is s3_refused
    blocked_says "S3 answered $1 $2"
    wait_until list_shows "length == 12 and all(.state == \"queued\" and .attempts == 0)"
    list_shows "all(.error.code == \"s3_refused\" and (.error.message | contains(\"$1 $2\")))"
    [ "$(grep -c 'warn .*S3 refuses every upload' agent.log)" = 1 ]
    no_faults
    set_clock +66m
    wait_until jobs_are done 12
    list_shows 'all(.attempts == 1 and .error == null)'
    blocked_is null
    nothing_failed
    log_says 'uploads succeed again'
    [ "$(uploads)" = 12 ]
}

@test "an hour of InvalidAccessKeyId" { refused_for_an_hour 403 InvalidAccessKeyId; }
@test "an hour of SignatureDoesNotMatch" { refused_for_an_hour 403 SignatureDoesNotMatch; }
@test "an hour of AccessDenied" { refused_for_an_hour 403 AccessDenied; }
@test "an hour of RequestTimeTooSkewed" { refused_for_an_hour 403 RequestTimeTooSkewed; }
@test "an hour of ExpiredToken" { refused_for_an_hour 400 ExpiredToken; }
@test "an hour of InvalidToken" { refused_for_an_hour 400 InvalidToken; }
@test "an hour of NoSuchBucket" { refused_for_an_hour 404 NoSuchBucket; }
@test "an hour of AccountProblem" { refused_for_an_hour 403 AccountProblem; }
@test "an hour of AllAccessDisabled" { refused_for_an_hour 403 AllAccessDisabled; }
@test "an hour of KMS.DisabledException" { refused_for_an_hour 400 KMS.DisabledException; }

# ---- one file ----

# While others flow, one file is refused: it fails alone.
fails_alone() { # TEXT: what is said of it
    local i
    drop bad.txt
    for ((i = 1; i <= 200; i++)); do
        drop "good-$i.txt"
        [ ! -e in/Failed/bad.txt.error.txt ] || break
        sleep 0.05 # the others are to flow, not to come at once
    done
    wait_until test -f in/Failed/bad.txt.error.txt
    grep -qF "$1" in/Failed/bad.txt.error.txt
    grep -qF 'gave up after 3 attempts' in/Failed/bad.txt.error.txt
    wait_until jobs_are queued 0
    wait_until jobs_are uploading 0
    jobs_are failed 1
}

only_one_is_refused() { # STATUS CODE
    limits='max_attempts = 3;' configure
    refuse "$1" "$2" bad
    start_agent
    fails_alone "$1 $2"
}

@test "InvalidAccessKeyId for one file while others get through is that file's fault" { only_one_is_refused 403 InvalidAccessKeyId; }
@test "AccessDenied for one file while others get through is that file's fault" { only_one_is_refused 403 AccessDenied; }
@test "NoSuchBucket for one file while others get through is that file's fault" { only_one_is_refused 404 NoSuchBucket; }

@test "a file that is refused for its own sake does not delay the others, and fails once they are uploaded again" {
    limits='max_attempts = 3;' configure
    refuse 403 SignatureDoesNotMatch bad
    fault '[{"on":"s3","times":60,"do":{"status":403,"code":"SignatureDoesNotMatch"}}]' # for all, and then not
    drop bad.txt {1..6}.txt
    start_agent
    wait_until jobs_are done 6
    log_says 'S3 refuses every upload'
    wait_until blocked_is null
    fails_alone '403 SignatureDoesNotMatch'
}

@test "a policy that names the type: the file fails, though it is alone" {
    limits='max_attempts = 3;' configure
    local words='Invalid according to Policy: Policy Condition failed: [&quot;starts-with&quot;, &quot;$Content-Type&quot;, &quot;image/&quot;]'
    fault "[{\"on\":\"s3\",\"times\":0,\"do\":{\"status\":403,\"body\":\"<Error><Code>AccessDenied</Code><Message>$words</Message></Error>\"}}]"
    start_agent
    drop a.txt
    wait_until test -f in/Failed/a.txt.error.txt
    grep -qF 'Policy Condition failed: ["starts-with", "$Content-Type", "image/"]' in/Failed/a.txt.error.txt
    grep -qF 'gave up after 3 attempts' in/Failed/a.txt.error.txt
    blocked_is null
}

@test "EntityTooLarge: the file fails at once, though it is alone" {
    configure
    refuse 400 EntityTooLarge
    start_agent
    drop a.txt
    wait_until test -f in/Failed/a.txt.error.txt
    [ "$(counts .requests.s3)" = 1 ]
}

# ---- few files ----

@test "fewer than five files, and all are refused: none fails, and each job says why" {
    local id
    limits='max_attempts = 2;' configure
    refuse 403 AccountProblem
    start_agent
    drop {1..4}.txt
    wait_until requests_reach s3 60 # three forms a try: five tries each
    nothing_failed
    for id in 1 2 3 4; do # one of them may try just now
        wait_until list_shows "length == 4 and any(.id == $id and .attempts == 0 and .error.code == \"s3_refused\")"
    done
    wait_until eval 'closedrop list --state queued | grep -qF "403 AccountProblem"'
    no_faults
    wait_until jobs_are done 4
    list_shows 'all(.attempts == 1 and .error == null)'
}

@test "a restart in between changes nothing" {
    limits='max_attempts = 2;' configure
    refuse 404 NoSuchBucket
    drop {1..6}.txt
    local i
    for i in 1 2 3; do
        start_agent
        wait_until blocked_is s3_refused
        stop_agent
    done
    find_gives 6 in -maxdepth 1 -name '*.txt'
    no_faults
    start_agent
    wait_until jobs_are done 6
    list_shows 'all(.attempts == 1 and .error == null)'
}

@test "a group of which S3 refuses a part waits for it, and is filed as one" {
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "r"; lead_id = "lead_A"; email = { subject = "all"; }; group = { by = "all"; wait = "1s"; }; } );'
    configure
    set_config 'folders.rules=[ "r" ]'
    refuse 403 InvalidAccessKeyId late
    drop 1.txt late-{1..6}.txt
    start_agent
    wait_until jobs_are uploaded 1
    wait_until blocked_is s3_refused
    wait_until requests_reach s3 250 # the group has waited twice by then
    activities_are 0
    no_faults
    wait_until jobs_are done 7
    activities_are 1
}

# ---- who tries ----

forms_sent() { # how many each file has sent, as an array
    curl -sf "${admin}faults" | jq -c 'map(.seen)'
}

@test "each try is made with another file" {
    local i rules='' before
    for i in {1..8}; do # one rule a file, so that the sandbox counts what each file sends
        rules+=",{\"on\":\"s3\",\"match\":\"file-$i.\",\"times\":0,\"do\":{\"status\":403,\"code\":\"AccessDenied\"}}"
    done
    limits='max_attempts = 2;' configure
    fault "[${rules#,}]"
    start_agent
    for i in {1..8}; do drop "file-$i.txt"; done
    wait_until blocked_is s3_refused
    before=$(forms_sent)
    wait_until requests_reach s3 $(($(counts .requests.s3) + 120)) # three forms a try: five tries each
    stop_agent
    jq -en --argjson before "$before" --argjson after "$(forms_sent)" \
        '[$after, $before] | transpose | map(.[0] - .[1]) | debug | min >= 9 and max - min <= 3'
}

@test "one file tries at a time" {
    limits='max_attempts = 2; transfers = 1;' configure
    fault '[{"on":"s3","times":0,"do":{"status":403,"code":"AccessDenied","delay":"50ms"}}]' # so that two would meet
    start_agent
    drop {1..9}.txt
    wait_until blocked_is s3_refused
    set_config limits.transfers=4
    kill -HUP "$agent_pid"
    wait_until log_says reloaded
    wait_until requests_reach s3 $(($(counts .requests.s3) + 24))
    [ "$(counts .concurrent_most)" = 1 ]
}

@test "run --once exits, and leaves the files where they are" {
    configure
    set_config limits.retry_first=1h limits.retry_max=1h
    refuse 403 AccessDenied
    drop {1..6}.txt
    run_once
    [ "$agent_code" = 1 ]
    [ -f in/1.txt ]
    [ -f in/6.txt ]
    [ ! -e in/Failed ]
}

@test "upload: a refused file is tried again, and then reported" {
    configure
    drop a.txt
    refuse 403 InvalidAccessKeyId
    run closedrop upload --json in/a.txt
    [ "$status" = 1 ]
    [[ $output == *'"code":"s3_refused"'* ]]
    [[ $output == *'403 InvalidAccessKeyId'* ]]
    [ "$(counts .requests.s3)" -gt 3 ]
}
