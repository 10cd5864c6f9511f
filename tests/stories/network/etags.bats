#!/usr/bin/env bats
# What S3 says about a file that it was sent: its ETag is trusted if it is an MD5, and not otherwise; and only S3's own
# answer is a success. Nothing is lost or given up because of what something else answered.

load ../../support/story
WAIT_MAX=20

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    stop_sandbox
}
teardown() { story_teardown; }

begin() { # SANDBOX-OPTION...
    start_sandbox "$@"
    write_config "${folder_settings:-}"
    set_config limits.retry_max=200ms
    start_agent
}

drop() { # NAME...: a small file each
    local name
    for name in "$@"; do
        echo "contents of $name" >"in/$name"
    done
}

job() { # ID JQ-CONDITION
    closedrop show "$1" --json | jq -en "input | $2" >/dev/null
}

goes() { # NAME: uploaded whole, and put away
    wait_until test -f "$uploaded/$1"
    was_uploaded "$uploaded/$1"
}

all_go() { # FIRST LAST
    local i
    for ((i = $1; i <= $2; i++)); do
        drop "$i.txt"
    done
    wait_until jobs_are done "$2"
    closedrop list --json | jq -es 'length > 0 and all(.attempts == 1 and .error == null)'
}

line_count() { # TEXT NUMBER: so many lines of the log
    [ "$(grep -cF -- "$1" agent.log)" = "$2" ]
}

no_md5s='are not MD5 sums'
damage='S3 stored other bytes than were sent'
page='{"status":200,"body":"<html>Please log in</html>","headers":{"Content-Type":"text/html"}}'

# ---- ETags that are none ----

@test "a bucket that encrypts with a KMS key: every file is sent once" {
    begin --etag kms
    all_go 1 20
    [ "$(uploads)" = 20 ]
    line_count "$no_md5s" 0
}

@test "a bucket whose ETags are not MD5s, unannounced: every file is sent, and it is logged once" {
    limits='transfers = 1;' begin --etag opaque
    all_go 1 20
    [ "$(uploads)" = 21 ]
    line_count "$no_md5s" 1
    log_says "the ETags of http://127.0.0.1:$s3_port/ $no_md5s"
}

@test "the same with many files at once" {
    begin --etag opaque
    drop {1..30}.txt
    wait_until jobs_are done 30
    line_count "$no_md5s" 1
    jobs_are failed 0
}

@test "a bucket starts to encrypt with a KMS key while files are sent" {
    begin
    all_go 1 5
    settings '{"etag":"kms"}'
    all_go 6 10
    settings '{"etag":"md5"}'
    all_go 11 15
    [ "$(uploads)" = 15 ]
    line_count "$damage" 0
}

@test "a rule files what goes to such buckets" {
    local kind
    more='rules = ( { name = "r"; lead_id = "lead_A"; email = { subject = "{stem}"; }; } );'
    folder_settings='rules = [ "r" ];' begin --etag kms
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    drop kms.txt
    wait_until jobs_are done 1
    settings '{"etag":"opaque"}'
    drop opaque.txt
    wait_until jobs_are done 2
    [ "$(activities 'map(.body.subject) | sort')" = '["kms","opaque"]' ]
}

# ---- other bytes ----

@test "other bytes were stored once: the file is sent again, and the good one counts" {
    begin
    fault '[{"on":"s3","do":"other-bytes"}]'
    drop a.txt
    goes a.txt
    [ "$(uploads)" = 2 ]
    history_says 1 "$damage"
    job 1 '.attempts == 1 and .error == null'
    closedrop show 1 --json | jq -e --arg sha "$(sha256sum <"$uploaded/a.txt" | cut -d' ' -f1)" '.sha256 == $sha'
}

@test "other bytes are stored again and again, in a bucket whose ETags were MD5s: the file waits, and is sent when it is over" {
    folder_settings='after_upload = "delete";' limits='max_attempts = 2;' begin
    drop a.txt
    wait_until jobs_are done 1
    fault '[{"on":"s3","match":"bad","times":0,"do":"other-bytes"}]'
    drop bad.txt
    wait_until log_says_often 'job 2 waits' 4
    wait_until job 2 '.state == "queued" and .attempts == 0'
    job 2 '.error.code == "damaged" and (.error.message | contains("closedrop keeps the file and tries again"))'
    wait_until eval 'closedrop list --state queued | grep -qF "$damage"'
    drop c.txt # others go meanwhile
    wait_until jobs_are done 2
    [ "$(cat in/bad.txt)" = 'contents of bad.txt' ]
    [ ! -e in/Failed ]
    no_faults
    wait_until jobs_are done 3
    [ ! -e in/bad.txt ]
    ledger | grep -q "^$(echo 'contents of bad.txt' | sha256sum | cut -d' ' -f1)"
    job 2 '.attempts == 1 and .error == null'
}

@test "ETags turn out to be MD5s after all: from then on damage is noticed" {
    limits='transfers = 1;' begin
    fault '[{"on":"s3","times":2,"do":{"etag":"00000000000000000000000000000000"}}]'
    drop a.txt
    goes a.txt
    line_count "$no_md5s" 1
    drop b.txt
    goes b.txt
    fault '[{"on":"s3","do":"other-bytes"}]'
    drop c.txt
    goes c.txt
    history_says 3 "$damage"
}

@test "a new process knows nothing about its bucket, and finds out again" {
    begin --etag opaque
    drop a.txt
    wait_until jobs_are done 1
    stop_agent
    start_agent
    drop b.txt
    wait_until jobs_are done 2
    line_count "$no_md5s" 2
}

# ---- what is not S3's word ----

# Somebody in between answers, for a while, in a folder that deletes: the only copy stays until S3 has it.
stays_until_stored() { # RULE: for the sandbox
    folder_settings='after_upload = "delete";' limits='max_attempts = 1;' begin
    fault "[{\"on\":\"s3\",\"times\":0,\"do\":$1}]"
    drop a.txt
    wait_until requests_reach s3 4
    log_says 'a proxy between here and S3 may have answered in its place'
    [ "$(cat in/a.txt)" = 'contents of a.txt' ]
    jobs_are done 0
    no_faults
    wait_until jobs_are done 1
    [ ! -e in/a.txt ]
    ledger | grep -q "^$(echo 'contents of a.txt' | sha256sum | cut -d' ' -f1)"
    job 1 '.attempts == 1 and .error == null'
}

@test "a page with 200: nothing is deleted, and the file is sent later" {
    stays_until_stored "$page"
    [ "$(uploads)" = 1 ]
}
@test "a page with 200, and an ETag of its own" {
    stays_until_stored '{"status":200,"body":"<html>Please log in</html>","headers":{"ETag":"\"5f3c-2b\""}}'
    [ "$(uploads)" = 1 ]
}
@test "a page with 201" { stays_until_stored '{"status":201,"body":"<html>Created</html>","headers":{"ETag":"\"5f3c-2b\""}}'; }
@test "201 and no body" { stays_until_stored '{"status":201}'; }
@test "202, 203" { stays_until_stored '{"status":202,"body":"Accepted"}'; }
@test "204 where 201 was asked for, with an ETag" { stays_until_stored '{"status":204,"headers":{"ETag":"\"5f3c-2b\""}}'; }
@test "S3's document for another key" {
    stays_until_stored '{"status":201,"body":"<PostResponse><Key>other</Key><ETag>\"x\"</ETag></PostResponse>"}'
}
@test "S3 stores the file, and something changes its answer" { stays_until_stored '"garbage"'; }

@test "a refusal without S3's code comes from something else: the file waits, and is sent" {
    limits='max_attempts = 1;' begin
    local answer id=0
    for answer in '{"status":403,"body":"<html>blocked by a filter</html>"}' '{"status":407,"body":"<html>proxy</html>"}' \
        '{"status":404,"body":"<html>bad</html>"}' '{"status":400,"body":"<html>bad</html>"}' \
        '{"status":302,"headers":{"Location":"http://login/"}}' '{"status":413,"body":"<html>too large for me</html>"}'; do
        id=$((id + 1))
        fault "[{\"on\":\"s3\",\"times\":0,\"do\":$answer}]"
        drop "$id.txt"
        wait_until eval '[ "$(closedrop status --json | jq -r ".blocked.code?")" = s3_down ]'
        no_faults
        wait_until jobs_are done "$id"
    done
    [ ! -e in/Failed ]
}

@test "status says that S3 is down while such pages come, and no attempt is spent" {
    begin
    fault "[{\"on\":\"s3\",\"times\":0,\"do\":$page}]"
    drop a.txt b.txt
    wait_until eval '[ "$(closedrop status --json | jq -r ".blocked.code?")" = s3_down ]'
    wait_until eval '[ "$(counts .requests.s3)" -ge 4 ]'
    jobs_are done 0
    closedrop list --json | jq -es 'length == 2 and all(.attempts <= 1 and .state != "failed")'
    no_faults
    wait_until jobs_are done 2
}

@test "names that must be escaped in XML are sent like others" {
    begin
    drop 'a & b <c> "d" '\''e'\''.txt' 'Müller 契約.txt' 'x]]>y&amp;.txt' $'tab\tand 100%.txt' 'a+b %20.txt'
    wait_until jobs_are done 5
    [ "$(uploads)" = 5 ]
    closedrop list --json | jq -es 'length > 0 and all(.attempts == 1)'
}

# ---- closedrop upload ----

@test "upload: to every kind of bucket" {
    local kind
    start_sandbox
    write_config
    drop a.txt b.txt
    for kind in kms opaque md5; do
        settings "{\"etag\":\"$kind\"}"
        run closedrop upload in/a.txt in/b.txt
        [ "$status" = 0 ]
        [ "$(grep -c "$no_md5s" <<<"$output")" = "$([ $kind = opaque ] && echo 1 || echo 0)" ]
    done
    [ "$(uploads)" = 7 ]
}

@test "upload: if other bytes are stored once, the file is sent again; if always, after a correct one, it exits with 1 and the reason" {
    start_sandbox
    write_config
    drop a.txt b.txt
    fault '[{"on":"s3","do":"other-bytes"}]'
    closedrop upload in/a.txt
    [ "$(uploads)" = 2 ]
    fault '[{"on":"s3","match":"b.txt","times":0,"do":"other-bytes"}]'
    run closedrop upload --json in/a.txt in/b.txt
    [ "$status" = 1 ]
    [[ $output == *'"code":"damaged"'* ]]
    [[ $output == *"$damage"* ]]
}

@test "upload: a page with 200 is not a success" {
    start_sandbox
    write_config
    drop a.txt
    fault "[{\"on\":\"s3\",\"do\":$page}]"
    run closedrop upload in/a.txt
    [ "$status" = 0 ]
    [[ $output == *"a proxy between here and S3 may have answered in its place"* ]]
    [ "$(uploads)" = 1 ]
    fault "[{\"on\":\"s3\",\"times\":0,\"do\":$page}]"
    run closedrop upload --json in/a.txt
    [ "$status" = 1 ]
    [[ $output == *'"code":"s3_down"'* ]]
}
