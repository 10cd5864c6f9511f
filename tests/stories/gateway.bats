#!/usr/bin/env bats
# The S3 side against a real one: Ceph's gateway, which checks every policy. The sandbox plays Close and
# signs forms that point there.

load ../support/story
setup() {
    story_setup
    stop_sandbox
    gateway=$("$CLOSEDROP_SOURCE_DIR/tests/support/s3_gateway.sh" start "$BATS_TEST_TMPDIR/gateway")
    eval "$gateway"
}
teardown() {
    "$CLOSEDROP_SOURCE_DIR/tests/support/s3_gateway.sh" stop "$BATS_TEST_TMPDIR/gateway"
    story_teardown
}

# 100 documents through agent and gateway; every object there has the MD5 of a document.
hundred_arrive() { # SANDBOX-OPTION...
    start_sandbox --s3-endpoint "$S3_ENDPOINT" --s3-bucket "$S3_BUCKET" --s3-key "$S3_KEY" --s3-secret "$S3_SECRET" "$@"
    write_config
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --count 100 documents
    md5sum documents/* | cut -d' ' -f1 | sort >expected
    start_agent
    mv documents/* in/
    wait_until jobs_are done 100
    "$CLOSEDROP_SOURCE_DIR/tests/support/s3_gateway.sh" list "$BATS_TEST_TMPDIR/gateway" | cut -f3 | tr -d '"' | sort >stored
    cmp expected stored
    [ "$(closedrop list --json | jq .attempts | sort -u)" = 1 ]
}

@test "100 files with forms in the old style" {
    hundred_arrive
}

@test "100 files with forms in the new style" {
    hundred_arrive --sigv4
}
