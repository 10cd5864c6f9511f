#!/usr/bin/env bats
# The S3 side against a real one: Ceph's gateway, which checks every policy. The sandbox plays Close and
# signs forms that point there.

load ../../support/story
setup() {
    story_setup
    stop_sandbox
}
teardown() {
    "$CLOSEDROP_SOURCE_DIR/tests/support/s3_gateway.sh" stop "$BATS_TEST_TMPDIR/gateway"
    story_teardown
}

start_gateway() { # with S3_... of its own in the environment
    local gateway
    gateway=$("$CLOSEDROP_SOURCE_DIR/tests/support/s3_gateway.sh" start "$BATS_TEST_TMPDIR/gateway")
    eval "$gateway"
}

sign_for_gateway() { # SANDBOX-OPTION...
    start_sandbox --s3-endpoint "$S3_ENDPOINT" --s3-bucket "$S3_BUCKET" --s3-key "$S3_KEY" --s3-secret "$S3_SECRET" "$@"
}

gateway_signal() { # NAME SIGNAL
    kill "-$2" "$(cat "gateway/s3/$1.pid")"
}

# 100 documents through agent and gateway; every object there has the MD5 of a document.
hundred_arrive() { # SANDBOX-OPTION...
    start_gateway
    sign_for_gateway "$@"
    write_config
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --count 100 documents
    start_agent
    md5sum documents/* | cut -d' ' -f1 | sort >expected
    mv documents/* in/
    wait_until jobs_are done 100
    stored_as_expected
    [ "$(closedrop list --json | jq .attempts | sort -u)" = 1 ]
}

stored_as_expected() { # every object has the MD5 of a document, and each document is there
    "$CLOSEDROP_SOURCE_DIR/tests/support/s3_gateway.sh" list "$BATS_TEST_TMPDIR/gateway" | cut -f3 | tr -d '"' | sort -u >stored
    cmp <(sort -u expected) stored
}

drop_large() { # NUMBER: of 4 MB each
    local i
    for ((i = 0; i < $1; i++)); do
        head -c 4000000 /dev/urandom >"$i.bin"
        md5sum <"$i.bin" | cut -d' ' -f1 >>expected
        mv "$i.bin" in/
    done
}

blocked_is() { # CODE (null for not blocked)
    [ "$(closedrop status --json | jq -r '.blocked.code?')" = "$1" ]
}

all_arrive() { # NUMBER: no attempt was spent on the outage
    wait_until jobs_are done "$1"
    stored_as_expected
    closedrop list --json | jq -es 'length > 0 and all(.attempts == 1)'
}

@test "100 files with forms in the old style" {
    hundred_arrive
}

@test "100 files with forms in the new style" {
    hundred_arrive --sigv4
}

# ---- when the gateway itself fails ----

@test "503 SlowDown: it takes one request at a time, and everything arrives" {
    S3_RGW_EXTRA='rgw_max_concurrent_requests = 1' start_gateway
    sign_for_gateway
    write_config
    start_agent
    drop_large 6
    wait_until jobs_are done 6
    stored_as_expected
    log_says SlowDown
    jobs_are failed 0
}

@test "stalled in the middle, and continued later" {
    timeout=2s
    start_gateway
    sign_for_gateway
    write_config
    start_agent
    gateway_signal osd STOP
    drop_large 3
    wait_until blocked_is s3_down
    gateway_signal osd CONT
    all_arrive 3
}

@test "killed in the middle of an upload, and started again" {
    start_gateway
    sign_for_gateway
    limits='bandwidth = "2M";' write_config
    start_agent
    drop_large 2
    wait_until eval '[ "$(closedrop status --json | jq "[.transfers[].sent] | max // 0")" -gt 1000000 ]'
    gateway_signal rgw KILL
    wait_until blocked_is s3_down
    setsid radosgw -c "$BATS_TEST_TMPDIR/gateway/s3/ceph.conf" -n client.rgw -f </dev/null >>gateway/s3/rgw.log 2>&1 3>&- &
    echo $! >gateway/s3/rgw.pid
    all_arrive 2
}

@test "forms signed with a wrong secret: status says so, no file fails, and all are sent once it is right" {
    start_gateway
    S3_SECRET=wrong sign_for_gateway
    limits='max_attempts = 2;' write_config
    start_agent
    drop_large 6
    wait_until blocked_is s3_refused
    closedrop status --json | jq -r .blocked.message | grep -qF 'S3 answered 403 AccessDenied'
    wait_until requests_reach upload 60 # three forms a try: twenty tries
    jobs_are failed 0
    [ ! -e in/Failed ]
    stop_sandbox
    sign_for_gateway
    all_arrive 6
    blocked_is null
}

@test "connections that are closed while idle cost no attempt" {
    S3_IDLE_MS=500 start_gateway
    sign_for_gateway
    write_config
    start_agent
    drop_large 1
    wait_until jobs_are done 1
    sleep 1 # past the gateway's patience, within ours
    drop_large 2
    wait_until jobs_are done 3
    stored_as_expected
    closedrop list --json | jq -es 'length > 0 and all(.attempts == 1)'
}
