#!/usr/bin/env bats
# `closedrop retry` of many approves nothing that a person must decide, can be limited, and checks the limits of a folder
# again, as dragging a file back does.

load ../../support/story
WAIT_MAX=15

setup_file() {
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --count 1 "$BATS_FILE_TMPDIR/documents"
}

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    pdf=$BATS_FILE_TMPDIR/documents/doc-00001.pdf
}

teardown() { story_teardown; }

ends() { # STATUS OUTPUT COMMAND ARGUMENT...
    local status output wanted=$1 text=$2
    shift 2
    run closedrop "$@"
    if [ "$status" != "$wanted" ] || [[ $output != *"$text"* ]]; then
        echo "retry ended with $status: $output"
        return 1
    fi
}

put_half() { # NAME: the first half of the PDF, as a jammed scan leaves it
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" --cut "$pdf" half.pdf 50
    mv half.pdf "in/$1"
}

errors() { # "NAME CODE" of each failed job
    closedrop list --state failed --json | jq -r '"\(.path) \(.error.code)"' | sort | paste -sd,
}

id_of() { # PATH
    closedrop list --json | jq "select(.path == \"$1\") | .id"
}

# A folder whose rule looks into a table that lacks what two of four files need; the other two are an empty one and half a scan.
broken_table() {
    printf 'key,lead_id\n0,lead_A\n' >customers.csv
    more='rules = ( { name = "statements"; match = { path = "^(?<k>[0-9]+)"; };
        table = { file = "customers.csv"; key = "{k}"; }; note = {}; } );'
    more_folders='{ path = "faxes"; name = "faxes"; rules = [ "statements" ]; settle = "200ms"; }'
    write_config 'rules = [ "statements" ]; incomplete = "100ms";'
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    mkdir faxes
    put_half 1-scan.pdf
    : >in/2-empty.txt
    echo 3 >in/3.txt
    echo 4 >faxes/4.txt
    run_once
    jobs_are failed 4
    printf 'key,lead_id\n%d,lead_A\n%d,lead_A\n%d,lead_A\n%d,lead_A\n' 1 2 3 4 >customers.csv
}

left_out='2 left out, they need your judgement: cut_off 1, empty 1'

# ---- what a person must judge ----

@test "retry --all leaves out what a person must decide, and counts it; by ID it is retried" {
    broken_table
    start_agent
    ends 0 "2 queued again; $left_out" retry --all
    wait_until jobs_are done 2
    [ "$(errors)" = '1-scan.pdf cut_off,2-empty.txt empty' ]
    activities_are 2
    ends 0 "none queued again; $left_out" retry --all
    ends 0 "none queued again; 1 left out, it needs your judgement: cut_off 1" retry --code cut_off
    closedrop retry "$(id_of 1-scan.pdf)" "$(id_of 2-empty.txt)"
    wait_until jobs_are done 4
    activities_are 4
    [ -f "$uploaded/2-empty.txt" ]
    wait_until find_gives 0 in/Failed -type f
    ends 0 'there is no failed job' retry --all
}

@test "the same while no agent runs" {
    broken_table
    ends 0 "2 queued again; $left_out" retry --all
    run_once
    [ "$(errors)" = '1-scan.pdf cut_off,2-empty.txt empty' ]
    activities_are 2
    closedrop retry "$(id_of 1-scan.pdf)" "$(id_of 2-empty.txt)"
    run_once
    jobs_are done 4
    activities_are 4
}

@test "an empty file that is dragged back is accepted as is, and the text says so" {
    write_config 'incomplete = "100ms";'
    start_agent
    : >in/a.txt
    wait_until test -f in/Failed/a.txt.error.txt
    grep -q '^- If it is meant to be empty, move a.txt (not this message) to ' in/Failed/a.txt.error.txt
    mv in/Failed/a.txt in/
    wait_until job_is 1 done
    [ "$(uploads)" = 1 ]
}

@test "a file that is dragged back, and rewritten while it waits for its marker, is judged by its new contents" {
    write_config 'incomplete = "100ms"; marker = "{name}.done";'
    start_agent
    put_half a.pdf
    : >in/a.pdf.done
    wait_until test -f in/Failed/a.pdf.done
    mv in/Failed/a.pdf in/
    wait_until folder_counts waiting_marker 1
    head -c 1000 "$pdf" >in/a.pdf
    mv in/Failed/a.pdf.done in/
    wait_until eval 'job_is 2 failed || jobs_are done 1'
    job_is 2 failed
    [ "$(uploads)" = 0 ]
}

# ---- narrowed ----

@test "retry can be limited by folder, rule and code, alone and together" {
    broken_table
    start_agent
    ends 2 'there is no folder "letters"' retry --folder letters
    ends 2 'there is no rule "s"' retry --rule s --all
    ends 1 'no failed job has code "no_such"' retry --code no_such
    ends 1 'no failed job has folder "faxes" and code "empty"' retry --folder faxes --code empty
    jobs_are failed 4
    ends 0 '1 queued again' retry --folder faxes --rule statements
    wait_until jobs_are done 1
    jobs_are failed 3
    ends 0 '1 queued again' retry --code "$(closedrop show "$(id_of 3.txt)" --json | jq -r .error.code)" --folder scans
    wait_until jobs_are done 2
    stop_agent
    ends 1 'no failed job has folder "faxes"' retry --folder faxes
    ends 0 "none queued again; $left_out" retry --folder scans
}

@test "an empty name selects nothing, and IDs exclude the options" {
    broken_table
    ends 2 'there is no folder ""' retry --folder ''
    ends 2 'there is no rule ""' retry --all --rule ''
    ends 2 'takes a text' retry --code "$(head -c 1000 /dev/zero | tr '\0' x)"
    ends 2 'not allowed together' retry --all 1
    ends 2 'not allowed together' retry --folder scans 1
    ends 2 'missing' retry
    ends 2 '"seven" is not a job ID' retry seven
    jobs_are failed 4
}

# ---- the limits are checked again ----

# A hard link to a file outside, a file that is too small and one that is too large: all have failed, nothing was sent.
beyond_the_limits() {
    write_config 'min_size = "3"; max_size = "10"; incomplete = "100ms";'
    echo secret >outside.txt
    ln outside.txt in/link.txt
    echo >in/small.txt
    echo 'more than ten' >in/large.txt
    run_once
    are_refused
}

are_refused() {
    [ "$(errors)" = 'large.txt too_large,link.txt links,small.txt too_small' ]
    grep -q 'the file is too large: ' in/Failed/large.txt.error.txt
    grep -q 'hard link' in/Failed/link.txt.error.txt
    grep -q 'the file is too small: ' in/Failed/small.txt.error.txt
    [ "$(counts .tickets)" = 0 ]
}

@test "what a limit refused is refused again by retry, before anything is sent" {
    beyond_the_limits
    ends 0 '3 queued again' retry --all
    rm in/Failed/*.error.txt
    run_once
    are_refused
    closedrop retry 1 2 3
    rm in/Failed/*.error.txt
    start_agent
    wait_until jobs_are failed 3
    wait_until find_gives 6 in/Failed -type f
    are_refused
}

@test "it is sent once the limit, or the other name, is gone" {
    beyond_the_limits
    write_config
    rm outside.txt
    closedrop retry --all
    run_once
    jobs_are done 3
    closedrop list --json | jq -es 'length > 0 and all(.error == null)'
    [ "$(uploads)" = 3 ]
}

@test "a limit that came while a file waited counts when its turn comes" {
    start_agent
    closedrop pause
    echo 'more than ten' >in/a.txt
    wait_until jobs_are queued 1
    write_config 'max_size = "10";'
    kill -HUP "$agent_pid"
    wait_until log_says 'reloaded'
    closedrop resume
    wait_until test -f in/Failed/a.txt.error.txt
    [ "$(errors)" = 'a.txt too_large' ]
    [ "$(counts .tickets)" = 0 ]
}

@test "a hard link to a file that the agent may not read is refused as one, whatever else is wrong with it" {
    [ "$(id -u)" = 0 ] || skip "only root can make such a link"
    become_nobody
    write_config 'incomplete = "100ms";'
    echo "for root's eyes" >outside.txt
    chmod 600 outside.txt
    ln outside.txt in/a.txt
    run_once
    closedrop retry 1
    run_once
    [ "$(errors)" = 'a.txt links' ]
    # while it cannot be brought back for a while, what it was refused for stays known
    chown root in && chmod 755 in
    limits='max_attempts = 2;' write_config 'incomplete = "100ms";'
    closedrop retry 1
    run_once
    closedrop list --json | jq -e '.error.code == "links" and (.error.message | contains("Permission denied"))'
    chown nobody in
    chmod 644 outside.txt
    closedrop retry 1
    run_once
    [ "$(errors)" = 'a.txt links' ]
    grep -q 'hard link' in/Failed/a.txt.error.txt
    [ "$(counts .tickets)" = 0 ]
}
