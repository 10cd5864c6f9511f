#!/usr/bin/env bats
# limits.bandwidth: everything arrives complete however slowly, a large file delays no other, and a reload changes the limit
# at once. tests/bench/bandwidth.sh measures how well the limit is kept.

load ../../support/story

setup() { story_setup; }
teardown() { story_teardown; }

bandwidth_is() { # SIZE
    limits="bandwidth = \"$1\";" write_config
}

sent_so_far() { # BYTES: that much of a file has gone
    [ "$(closedrop status --json | jq '[.transfers[].sent] | max // 0')" -ge "$1" ]
}

@test "files of all sizes arrive whole under a limit" {
    bandwidth_is 2M
    local size
    for size in 1 1023 1024 65536 65537 300000 1000000; do
        head -c "$size" /dev/urandom >"in/$size.bin"
        sha256sum "in/$size.bin" | cut -d' ' -f1 >>expected
    done
    run_once
    [ "$agent_code" = 0 ]
    diff <(sort expected) <(ledger | cut -f1 | sort)
    closedrop list --json | jq -es 'length > 0 and all(.attempts == 1)'
}

@test "a transfer that waits for its turn does not count as stalled" {
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    # each note is 4 s of what may be sent: the next file waits that long
    more="rules = ( { name = \"r\"; lead_id = \"lead_A\"; note = { text = \"$(printf %032000d)\"; }; } );"
    timeout=2s limits='bandwidth = "8K"; transfers = 1;' write_config 'rules = [ "r" ];'
    echo a >in/a.txt
    echo b >in/b.txt
    run_once
    [ "$agent_code" = 0 ]
    activities_are 2
    never log_says 'made no progress'
}

@test "a small file does not wait for a large one, and a reload lifts the limit at once" {
    bandwidth_is 64K
    head -c 20000000 /dev/zero | tr '\0' x >in/large.bin # five minutes
    start_agent
    wait_until sent_so_far 50000
    echo small >in/small.txt
    wait_until jobs_are done 1
    bandwidth_is 0
    kill -HUP "$agent_pid"
    wait_until jobs_are done 2
}

@test "a stop does not wait for a file that hardly progresses" {
    bandwidth_is 8K
    head -c 30000000 /dev/zero | tr '\0' x >in/large.bin
    start_agent
    wait_until sent_so_far 10000
    kill -TERM "$agent_pid"
    wait_until log_says 'stopping: 1 jobs in progress' # a second signal gives it up
    stop_agent
    [ "$agent_code" = 0 ]
    bandwidth_is 0
    start_agent
    wait_until jobs_are done 1
}

@test "the limit applies to closedrop upload, too" {
    bandwidth_is 100K
    head -c 250000 /dev/urandom >a.bin
    closedrop upload a.bin
    was_uploaded a.bin
}
