#!/usr/bin/env bats
# SIGHUP applies the new configuration, or keeps the old one; SIGTERM exits in order; run --once exits by itself.

load ../../support/story
WAIT_MAX=15

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
}

teardown() { story_teardown; }

reload() { # until the log has one line more that says TEXT
    local text=${1:-reloaded} before
    before=$(grep -cF "$text" agent.log || true)
    kill -HUP "$agent_pid"
    wait_until eval '[ "$(grep -cF "'"$text"'" agent.log)" -gt '"$before"' ]'
}

two_folders() {
    mkdir -p other
    more_folders='{ path = "other"; settle = "200ms"; }' write_config
}

# ---- reload ----

@test "a new folder is watched after a reload, and the files in it are sent" {
    start_agent
    echo first >in/first.txt
    wait_until jobs_are done 1
    mkdir other
    echo hello >other/a.txt
    two_folders
    reload
    wait_until jobs_are done 2
    echo again >other/b.txt
    echo again >in/second.txt
    wait_until jobs_are done 4
    [ "$(closedrop status --json | jq -c '[.folders[].name]')" = '["scans","other"]' ]
}

@test "the errors of a configuration are reported with their lines, and the old one stays in effect" {
    start_agent
    cp "$config" good.conf
    set_config colour=blue limits.transfers=0
    reload 'keeping the old one'
    log_says "$config:"
    log_says 'colour: unknown key'
    log_says 'limits.transfers: must be a whole number'
    echo hello >in/a.txt
    wait_until test -f "$uploaded/a.txt"
    rm "$config"
    reload 'keeping the old one'
    log_says 'No such file'
    cp good.conf "$config"
    reload
    echo hello >in/b.txt
    wait_until jobs_are done 2
}

@test "with errors in the configuration, commands still reach the agent, and status says that it was not reloaded" {
    local mistake
    start_agent
    cp "$config" good.conf
    for mistake in 'colour = "blue";' 'colour = '; do
        cp good.conf "$config"
        echo "$mistake" >>"$config"
        reload 'keeping the old one'
        run closedrop status
        [ "$status" = 0 ]
        [[ $output == *"$config:"*"the agent still runs with the configuration it read before"* ]]
        [[ $output == *"an older configuration is in use: the new one had errors when it was reloaded: $config:"* ]]
        closedrop pause 2>/dev/null
        closedrop status --json 2>/dev/null | jq -en 'input | .paused and (.agent.not_reloaded | length > 0)' >/dev/null
        closedrop resume 2>/dev/null
        closedrop list --folder nope 2>/dev/null
    done
    run closedrop check
    [ "$status" = 78 ]
    cp good.conf "$config"
    reload
    closedrop status --json | jq -en 'input | .agent.not_reloaded == null' >/dev/null
}

@test "with errors in the configuration and no agent, commands use the queue, unless it may be another's" {
    local mistake
    echo hello >in/a.txt
    run_once
    cp "$config" good.conf
    for mistake in 'colour = "blue";' 'colour = '; do
        cp good.conf "$config"
        echo "$mistake" >>"$config"
        run closedrop list
        [ "$status" = 0 ]
        [[ $output == *"$config:"*"the configuration has errors; this is the queue in $PWD/state"*"closedrop is not running (since "*"a.txt"* ]]
        never grep -q 'no longer in the configuration' <<<"$output"
        closedrop status --json 2>/dev/null | jq -en 'input | .jobs.done == 1 and .gone_folders == [] and .folders == []' >/dev/null
    done
    (echo 'colour = ' && cat good.conf) >"$config" # state_dir comes after it
    run closedrop list
    [ "$status" = 78 ]
    sed 's/^state_dir = .*/state_dir = 5;/' good.conf >"$config"
    run closedrop list
    [ "$status" = 78 ]
}

@test "status says that the agent uses an older configuration than the file's" {
    start_agent
    closedrop status --json | jq -en 'input | .agent.older_configuration == null' >/dev/null
    echo '# a comment' >>"$config"
    closedrop status | grep -qxF "CONFIGURATION: an older configuration is in use: $config was changed after closedrop read it"
    closedrop status | grep -qx " *What to do: kill -HUP $agent_pid"
    closedrop status --json | jq -en 'input | .agent.older_configuration | contains("kill -HUP")' >/dev/null
    reload
    never eval 'closedrop status | grep -q "older configuration"'
}

@test "a key file that is missing at a reload does not stop the agent" {
    start_agent
    mv key key.away
    reload 'keeping the old one'
    echo hello >in/a.txt
    wait_until jobs_are done 1
}

@test "a folder that is missing at a reload is reported, and watched once it is there" {
    start_agent
    more_folders='{ path = "later"; settle = "200ms"; poll_interval = "200ms"; }' write_config
    reload
    wait_until log_says 'No such file'
    mkdir later
    echo hello >later/a.txt
    wait_until jobs_are done 1
}

@test "a reload applies limits and filters" {
    write_config 'exclude = [ "*.txt" ];'
    start_agent
    echo hello >in/a.txt
    echo hello >in/b.csv
    wait_until jobs_are done 1
    write_config
    reload
    wait_until jobs_are done 2
    [ -f "$uploaded/a.txt" ]
}

# Once now, while the agent runs, and once while it does not; then it runs again.
down_and_up() { # COMMAND ARGUMENT...
    "$@"
    stop_agent
    "$@"
    start_agent
}

says_what_is_gone() { # JOB
    closedrop list --json --folder other | jq -en 'input | .state == "queued" and .attempts == 0 and
        .error.code == "folder_gone"'
    closedrop list | grep -F 'a.txt  (its folder "other" is no longer in the configuration; it continues when the folder returns)'
    closedrop show "$1" | grep -q '^Error .*folder "other" is no longer'
    closedrop status --json | jq -en 'input | .gone_folders == [{"name":"other","waiting":1,"failed":0}] and .gone_rules == []'
    closedrop status >status.txt
    grep -qxF 'Gone:   folder "other" is no longer in the configuration: 1 job waits' status.txt
    grep -qF 'they continue when it is back under this name (closedrop list --folder "other" shows them' status.txt
}

@test "jobs of a folder that is removed stay queued, are shown, and continue when it returns" {
    two_folders
    start_agent
    closedrop pause
    echo hello >other/a.txt
    echo hello >in/b.txt
    wait_until jobs_are queued 2
    local job
    job=$(closedrop list --json --folder other | jq .id)
    write_config
    reload
    closedrop resume
    wait_until jobs_are done 1
    job_is "$job" queued
    [ -f other/a.txt ]
    down_and_up says_what_is_gone "$job"
    job_is "$job" queued
    stop_agent
    run_once
    [ "$agent_code" = 1 ]
    log_says "job $job waits: other/a.txt: its folder is no longer in the configuration"
    start_agent
    two_folders
    reload
    wait_until job_is "$job" done
    wait_until test -f "other/Uploaded/$(date +%Y-%m)/a.txt"
    [ "$(uploads)" = 2 ]
    closedrop status --json | jq -en 'input | .gone_folders == []'
}

@test "a job in progress ends with the settings it began with" {
    start_agent
    fault '[{"on":"s3","do":{"delay":"1s"}}]'
    echo hello >in/a.txt
    wait_until jobs_are uploading 1
    write_config 'archive = "Uploaded/later";'
    reload
    wait_until jobs_are done 1
    wait_until test -f "$uploaded/a.txt"
    echo hello >in/b.txt
    wait_until test -f in/Uploaded/later/b.txt
}

@test "another archive directory: files in the old one are not sent again" {
    echo hello >in/a.txt
    run_once
    write_config 'archive = "Sent";'
    echo hello >in/b.txt
    run_once
    [ -f in/Sent/b.txt ]
    [ -f "$uploaded/a.txt" ]
    [ "$(uploads)" = 2 ]
}

@test "a folder that is removed while its file is in progress finishes that file" {
    two_folders
    start_agent
    fault '[{"on":"s3","do":{"delay":"1s"}}]'
    echo hello >other/a.txt
    wait_until jobs_are uploading 1
    write_config
    reload
    wait_until test -f "other/Uploaded/$(date +%Y-%m)/a.txt"
    jobs_are done 1
}

@test "state_dir and control_socket need a restart, and the reload says so" {
    start_agent
    sed -e 's/"state"/"state2"/' -e 's/"control.sock"/"control2.sock"/' "$config" >new.conf
    cp "$config" old.conf
    cp new.conf "$config"
    reload
    log_says 'state_dir only changes on a restart'
    log_says 'control_socket only changes on a restart'
    [ ! -e state2 ]
    [ ! -e control2.sock ]
    cp old.conf "$config"
    echo hello >in/a.txt
    wait_until jobs_are done 1
}

@test "many reloads in a row, while files arrive, lose nothing and send nothing twice" {
    start_agent
    local i
    for i in {1..20}; do
        echo "$i" >"in/$i.txt"
        kill -HUP "$agent_pid"
        sleep 0.05
    done
    wait_until jobs_are done 20
    [ "$(uploads)" = 20 ]
    jobs_are failed 0
}

use_rule() { # SUBJECT [TRANSFERS]
    limits="doubt = \"200ms\"; transfers = ${2:-8};"
    more="rules = ( { name = \"r\"; lead_id = \"lead_A\"; email = { subject = \"$1\"; }; } );"
    write_config 'rules = [ "r" ];'
}

@test "many reloads and stops at random moments: each file is filed once" {
    local i round
    RANDOM=${SEED:-1} settle=0
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    settings '{"latency":"30ms"}'
    use_rule 'another {stem}' 2
    cp "$config" 1.conf
    echo 'colour = "blue";' >2.conf
    use_rule '{stem}'
    cp "$config" 0.conf
    for round in {1..6}; do
        cp 0.conf "$config"
        start_agent
        for i in {1..5}; do
            echo "document $round $i" >"in/$round-$i.txt"
            sha256sum <"in/$round-$i.txt" | sed "s/-$/$round-$i.txt/" >>dropped
            cp $((RANDOM % 3)).conf "$config"
            kill -HUP "$agent_pid"
            sleep 0.0$((RANDOM % 10))
            kill -HUP "$agent_pid"
        done
        stop_agent
        [ "$agent_code" = 0 ]
    done
    cp 0.conf "$config"
    run_once
    [ "$agent_code" = 0 ]
    closedrop list --json | "$CLOSEDROP_SOURCE_DIR/tests/support/invariants.py" "$admin" in dropped >end
    jq -e '(.done | length) == 30 and .activities == 30' end
}

@test "files that settle during a reload are not lost" {
    set_config folders.settle=1s
    start_agent
    echo hello >in/a.txt
    reload
    wait_until jobs_are done 1
}

# ---- stop ----

@test "SIGTERM with nothing to do exits at once, with 0" {
    start_agent
    SECONDS=0
    stop_agent
    [ "$agent_code" = 0 ]
    [ $SECONDS -lt 3 ]
    log_says 'ended'
}

@test "SIGTERM in the middle of a transfer lets it finish" {
    start_agent
    fault '[{"on":"s3","do":{"delay":"2s"}}]'
    echo hello >in/a.txt
    wait_until jobs_are uploading 1
    echo hello >in/b.txt
    stop_agent
    [ "$agent_code" = 0 ]
    job_is 1 done
    [ "$(uploads)" = 1 ]
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 2 ]
    [ -f "$uploaded/a.txt" ]
    [ -f "$uploaded/b.txt" ]
}

@test "a second SIGTERM does not wait: the job stays queued, no attempt is spent" {
    start_agent
    fault '[{"on":"s3","do":{"delay":"30s"}}]'
    echo hello >in/a.txt
    wait_until jobs_are uploading 1
    SECONDS=0
    kill -TERM "$agent_pid"
    wait_until log_says stopping
    stop_agent
    [ "$agent_code" = 0 ]
    [ $SECONDS -lt 5 ]
    job_is 1 queued
    [ "$(closedrop show 1 --json | jq .attempts)" = 0 ]
    [ -f in/a.txt ]
    no_faults
    run_once
    [ "$(uploads)" = 1 ]
}

@test "SIGTERM gives up within 30 s what does not finish" {
    [ -n "${SLOW_STORIES:-}" ] || skip "takes half a minute; tests/run.sh --all runs it (SLOW_STORIES=1)"
    set_config limits.timeout=60s
    start_agent
    fault '[{"on":"s3","do":"hang"}]'
    echo hello >in/a.txt
    wait_until jobs_are uploading 1
    SECONDS=0
    stop_agent
    [ $SECONDS -le 30 ]
    job_is 1 queued || job_is 1 done
}

@test "SIGINT works like SIGTERM" {
    start_agent
    kill -INT "$agent_pid"
    local code=0
    wait "$agent_pid" || code=$?
    agent_pid=''
    [ "$code" = 0 ]
    log_says 'stopping'
    log_says 'ended'
}

@test "SIGPIPE, SIGCHLD and an unexpected SIGIO do no harm" {
    start_agent
    kill -PIPE "$agent_pid"
    kill -CHLD "$agent_pid"
    kill -IO "$agent_pid"
    echo hello >in/a.txt
    wait_until jobs_are done 1
}

# ---- run --once ----

@test "run --once without any file exits with 0" {
    run_once
    [ "$agent_code" = 0 ]
    [ "$(count_jobs done)" = 0 ]
}

@test "run --once exits with 0 if all was done, including what was queued before" {
    start_agent
    closedrop pause
    echo hello >in/a.txt
    wait_until jobs_are queued 1
    stop_agent
    closedrop resume
    echo hello >in/b.txt
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 2 ]
}

@test "run --once waits for files that settle" {
    set_config folders.settle=2s
    echo hello >in/a.txt
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 1 ]
}

@test "run --once exits with 1 if something failed, and with 0 the next time" {
    write_config 'incomplete = "0";'
    : >in/a.txt
    echo hello >in/b.txt
    run_once
    [ "$agent_code" = 1 ]
    [ -f in/Failed/a.txt ]
    [ "$(uploads)" = 1 ]
    run_once
    [ "$agent_code" = 0 ]
}

@test "run --once waits for a retry that is due soon" {
    fault '[{"on":"s3","times":2,"do":{"status":503,"code":"SlowDown"}}]'
    echo hello >in/a.txt
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 1 ]
}

@test "run --once does not wait for more than a minute, and exits with 1" {
    fault '[{"on":"upload","times":0,"do":{"status":429,"headers":{"Retry-After":"3600"}}}]'
    echo hello >in/a.txt
    SECONDS=0
    agent_code=0
    timeout 20 "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" --once >>agent.log 2>&1 || agent_code=$?
    [ "$agent_code" = 1 ]
    [ $SECONDS -lt 20 ]
    job_is 1 queued
    [ -f in/a.txt ]
}

@test "run --once while an empty file may still grow exits with 1, and leaves it" {
    : >in/a.txt
    SECONDS=0
    run_once
    [ "$agent_code" = 1 ]
    [ $SECONDS -lt 20 ]
    [ -f in/a.txt ]
}

@test "run --once next to a running agent is refused" {
    start_agent
    run_once
    [ "$agent_code" = 1 ]
    log_says 'in use by another closedrop'
}
