#!/usr/bin/env bats
# A machine that is short of descriptors, memory or threads: the agent backs off and says why, and loses nothing.

load ../../support/story

setup() {
    story_setup
    settle=0 limits='doubt = "100ms";'
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    more='rules = ( { name = "r"; lead_id = "lead_A"; email = { subject = "{stem}"; }; } );'
    write_config 'poll_interval = "100ms"; rules = [ "r" ];'
    local i
    for i in $(seq 12); do echo "document $i" >"in/$i.txt"; done
}
teardown() { story_teardown; }

run_short() { # COMMAND...: the agent under it; its end may be any but a crash, and it says why
    run timeout --preserve-status -k 30 5 "$@" "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" --once
    echo "$output" >>agent.log
    case $status in
    0) ;;
    1) [ -n "$output" ] ;;
    *) echo "ended with $status: $output" && return 1 ;;
    esac
}

all_is_filed_once() { # by an agent that is short of nothing
    "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" --once >>agent.log 2>&1
    [ "$(curl -sf "${admin}activities" | jq -r '.[].attachments[].filename' | sort -n | tr '\n' ' ')" = \
        '1.txt 2.txt 3.txt 4.txt 5.txt 6.txt 7.txt 8.txt 9.txt 10.txt 11.txt 12.txt ' ]
    [ "$(find in/Uploaded -type f | wc -l)" = 12 ]
    [ -z "$(find in -maxdepth 1 -type f)" ]
}

@test "with 40 descriptors, everything works" {
    run_short prlimit --nofile=40
    all_is_filed_once
}

@test "with fewer and fewer descriptors, nothing is lost and nothing filed twice" {
    local most
    for most in 32 28 24 22 20 18 16 14 12 10 8; do
        run_short prlimit --nofile=$most
    done
    all_is_filed_once
}

@test "with less and less memory, nothing is lost and nothing filed twice" {
    ldd "$CLOSEDROP_BIN_DIR/closedrop" | grep -qE 'lib[at]san' && skip "a sanitizer takes all addresses there are"
    local most
    for most in 400 200 150 120 100 80 60 50 40 30; do
        run_short prlimit --as=$((most * 1024 * 1024))
    done
    all_is_filed_once
}

@test "without a second thread it does not start, and says so" {
    cc -shared -fPIC -D_GNU_SOURCE -o shim.so "$CLOSEDROP_SOURCE_DIR/tests/fault/shim.c" -ldl
    # through the shim, what the loader keeps looks like a leak
    run_short env ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 LD_PRELOAD="$PWD/shim.so" \
        FAULT_KIND=thread FAULT_ERRNO=11 FAULT_AT=1
    [ "$status" = 1 ]
    [[ $output == *"cannot start to watch the folders: Resource temporarily unavailable"* ]]
    all_is_filed_once
}
