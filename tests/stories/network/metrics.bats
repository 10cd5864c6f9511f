#!/usr/bin/env bats
# What programs see that watch the agent: /metrics, which Prometheus must be able to read, and /healthz.

load ../../support/story
load ../../support/web

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A","name":"A Secret Customer"}]}'
    more='rules = ( { name = "r"; match = { path = "lead"; }; lead_id = "{stem}"; note = { text = "x"; }; } );'
    write_config 'rules = [ "r" ];'
    serve_web
    sed -i 's/token_file = "[^"]*";//; s/read_token_file = "[^"]*";//; s/read_ *}/}/' "$config"
}
teardown() { story_teardown; }

value_of() { # SAMPLE
    curl -s "$web/metrics" | awk -v sample="$1" '$1 == sample { print $2 }'
}

value_is() { # SAMPLE VALUE
    [ "$(value_of "$1")" = "$2" ]
}

files_pass() {
    start_agent
    echo a >in/lead_A.txt
    echo b >in/lead_missing.txt
    wait_until jobs_are done 1
    wait_until jobs_are failed 1
}

@test "counts, states and durations, without the name of any file or lead, and without a token" {
    files_pass
    value_is 'closedrop_files_total{folder="scans",outcome="filed"}' 1
    value_is 'closedrop_files_total{folder="scans",outcome="failed"}' 1
    value_is 'closedrop_uploaded_bytes_total{folder="scans"}' 2
    value_is 'closedrop_jobs{folder="scans",state="failed"}' 1
    value_is 'closedrop_folder_healthy{folder="scans"}' 1
    local step
    for step in settle queue upload activity whole; do
        [ "$(value_of "closedrop_step_duration_seconds_count{step=\"$step\"}")" -ge 1 ]
    done
    [ "$(value_of closedrop_store_commit_duration_seconds_count)" -ge 1 ]
    curl -s "$web/metrics" >metrics.txt
    never grep -qe lead_ -e Secret metrics.txt
    [ "$(tail -n 1 metrics.txt)" = '# EOF' ]
}

@test "Prometheus accepts the metrics in both formats, the alert rules, and every metric that they and the dashboard name" {
    type -P promtool >/dev/null || skip "prometheus is not installed"
    files_pass
    curl -s "$web/metrics" >metrics.txt
    promtool check metrics <metrics.txt
    curl -s -D head.txt -H 'Accept: application/openmetrics-text; version=1.0.0' "$web/metrics" >open.txt
    grep -qi '^Content-Type: application/openmetrics-text; version=1.0.0' head.txt
    local packaging=$CLOSEDROP_SOURCE_DIR/packaging name
    promtool check rules "$packaging/prometheus/closedrop.rules.yml"
    jq -e '.panels | length >= 10' "$packaging/grafana/closedrop.json"
    for name in $(grep -hoE 'closedrop_[a-z_]+' "$packaging/prometheus/closedrop.rules.yml" "$packaging/grafana/closedrop.json" | sort -u); do
        grep -qE "^$name(\{| )" metrics.txt || grep -q "^# TYPE $name " metrics.txt
    done
    for name in $(awk '$2 == "TYPE" { sub(/_total$/, "", $3); print $3 }' metrics.txt); do
        grep -q "^$name|" "$CLOSEDROP_SOURCE_DIR/packaging/man/closedrop.1"
    done
    /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null || skip "python3-prometheus-client is not installed"
    /usr/bin/python3 -c 'import prometheus_client.openmetrics.parser as parser
print(len(list(parser.text_fd_to_metric_families(open("open.txt")))))'
}

ages() { # how old the oldest file is, in two answers right after each other
    curl -s "$web/metrics" "$web/metrics" | grep '^closedrop_oldest_unfinished_age_seconds' | sort -u
}

ages_are_not() { # AGE
    [ "$(ages)" != "$1" ]
}

@test "metrics are collected once a second at most: nobody can keep the agent busy with them" {
    start_agent
    closedrop pause >/dev/null
    echo a >in/a.txt
    wait_until jobs_are queued 1
    local age
    age=$(ages)
    [ "$(wc -l <<<"$age")" = 1 ]
    wait_until ages_are_not "$age"
}

health_is() { # STATUS TEXT
    [ "$(curl -s -w '%{http_code}' "$web/healthz")" = "$2"$'\n'"$1" ]
}

@test "healthz says in one line what is wrong" {
    start_agent
    health_is 200 healthy
    closedrop pause >/dev/null
    health_is 200 'healthy: paused'
    closedrop resume >/dev/null
    mv in elsewhere
    kill -HUP "$agent_pid"
    wait_until health_is 503 'unhealthy: 1 of 1 folders cannot be read'
    mv elsewhere in
    echo api_other.secret >key
    kill -HUP "$agent_pid"
    echo c >in/c.txt
    wait_until health_is 503 'unhealthy: blocked (key_refused)'
}
