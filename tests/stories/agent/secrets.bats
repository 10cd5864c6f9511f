#!/usr/bin/env bats
# The API key goes only to Close. Whatever else a person, a program or a thief can read is searched for it, as text and as
# the base64 in which it is sent.

load ../../support/story
WAIT_MAX=15

setup() {
    story_setup
    canary=api_canaryJ8sV2kQ.secret
    stop_sandbox
    start_sandbox --api-key "$canary"
    echo "$canary" >key
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    limits='max_attempts = 1; doubt = "200ms";'
    more='log = { level = "debug"; }; rules = ( { name = "r"; lead_id = "lead_A"; email = { subject = "{stem}"; }; } );'
    write_config 'rules = [ "r" ]; receipts = true;'
    # a Close that repeats what it received, in an answer that is shown to people
    fault '[{"on":"email","match":"told","do":{"status":400,"body":"{\"error\":\"the key '"$canary"' may not do this\"}"},"times":0}]'
}
teardown() { story_teardown; }

holds_key() { # FILE-OR-DIRECTORY...
    grep -rqaF -e "$canary" -e "$(printf '%s:' "$canary" | base64)" -- "$@"
}

tell_all() { # what every command prints
    local id
    closedrop check --online
    closedrop status
    closedrop status --json
    closedrop list --json
    for id in 1 2 3; do closedrop show "$id" --json || true; done
    closedrop match in/a.txt || true
    closedrop upload key.txt --json || true
    curl -s --unix-socket control.sock http://localhost/v1/status || true
}

everything_but_the_key_file() {
    find . -mindepth 1 -maxdepth 1 ! -name key ! -name sandbox.log
}

@test "the key is in no log, queue, text, receipt, answer, argument or environment, whether idle or busy" {
    local file
    start_agent
    for file in a b told; do echo "$file" >"in/$file.txt"; done
    echo upload >key.txt
    wait_until jobs_are done 2
    wait_until test -f in/Failed/told.txt.error.txt
    grep -q 'may not do this' in/Failed/told.txt.error.txt
    tell_all >said.txt 2>&1
    cat "/proc/$agent_pid/cmdline" "/proc/$agent_pid/environ" >process.txt
    mapfile -t files < <(everything_but_the_key_file)
    never holds_key "${files[@]}"
    [ -z "$(pgrep -P "$agent_pid" -x closedrop)" ] # it has no children to give it to
    stop_agent
    never holds_key state agent.log
}

@test "neither the key from the environment nor one that is refused is revealed" {
    unset_config close.api_key_file
    CLOSE_API_KEY=$canary.wrong start_agent
    echo a >in/a.txt
    wait_until log_says 'Close refuses the API key'
    never grep -qaF "$canary" "/proc/$agent_pid/environ"
    closedrop status >said.txt
    never holds_key said.txt state agent.log
}

@test "a crash leaves no core file, in which the key would be" {
    ulimit -c unlimited
    # no sanitizer is to take the signal for itself
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0 TSAN_OPTIONS="${TSAN_OPTIONS:-} handle_segv=0" start_agent
    grep -q 'Max core file size *0 *0' "/proc/$agent_pid/limits"
    kill -SEGV "$agent_pid"
    wait "$agent_pid" || true
    agent_pid=''
    [ -z "$(find . -name 'core*')" ]
}
