#!/usr/bin/env bats
# Certificates that cannot be trusted, connections that fail, and proxies: everything waits, no attempt is spent, and it
# continues when that is fixed.

load ../../support/story
load ../../support/proxy

setup() {
    story_setup
    stop_sandbox
    "$CLOSEDROP_SOURCE_DIR/tests/support/tls_ca.sh" ca
    echo '{"leads":[{"id":"lead_A","name":"A"}]}' >leads.json
    secure_sandbox ca
    close_settings='ca_file = "ca/ca.pem";'
    more='rules = ( { name = "r"; match = { path = "^a"; }; lead_id = "lead_A"; email = { subject = "{stem}"; }; } );'
    limits='max_attempts = 2;'
    write_config 'rules = [ "r" ];'
}
teardown() {
    stop_proxies
    story_teardown
}

secure_sandbox() { # DIRECTORY of its certificate, OPTION...
    start_sandbox --tls-cert "$1/server.pem" --tls-key "$1/server.key" --seed leads.json "${@:2}"
}

blocked_is() { # CODE (null for not blocked)
    [ "$(closedrop status --json | jq -r '.blocked.code?')" = "$1" ]
}

# waits_because TEXT: a file waits, and costs nothing; then the problem is fixed, and it arrives
waits_because() {
    start_agent
    echo a >in/a.txt
    wait_until jobs_are queued 1
    wait_until blocked_is no_answer
    closedrop list --json | jq -e '.attempts == 0'
    log_says "$1"
    [ "$(uploads)" = 0 ]
}

goes_on() {
    wait_until jobs_are done 1
    closedrop list --json | jq -e '.attempts == 1'
    activities_are 1
}

reloaded_with() { # API-URL
    api=$1 write_config 'rules = [ "r" ];'
    kill -HUP "$agent_pid"
}

expired() { # DIRECTORY: a certificate of the same authority that was good until yesterday
    mkdir "$1"
    cp ca/server.key "$1"
    openssl req -new -key ca/server.key -subj /CN=localhost -out "$1/request.pem"
    mkdir "$1/ca" && touch "$1/ca/index.txt"
    openssl ca -batch -notext -config <(printf '%s\n' '[ca]' 'default_ca = x' '[x]' "database = $1/ca/index.txt" \
        "new_certs_dir = $1/ca" 'default_md = sha256' 'policy = p' 'rand_serial = yes' '[p]' 'commonName = supplied' \
        '[e]' 'subjectAltName = DNS:localhost,IP:127.0.0.1') -extensions e \
        -cert ca/ca.pem -keyfile ca/ca.key -in "$1/request.pem" -out "$1/server.pem" \
        -startdate 20200101000000Z -enddate "$(date -u -d yesterday +%Y%m%d000000Z)" 2>/dev/null
}

@test "a private certificate authority is trusted for both servers" {
    start_agent
    echo a >in/a.txt
    goes_on
}

@test "a certificate that nobody trusts" {
    close_settings='' write_config 'rules = [ "r" ];'
    waits_because 'certificate'
    reloaded_with "$api"
    goes_on
}

@test "a certificate that has expired" {
    expired old
    stop_sandbox
    secure_sandbox old
    waits_because 'certificate has expired'
    stop_sandbox
    secure_sandbox ca
    goes_on
}

@test "a certificate for another host" {
    local good=$api
    api=https://other.localhost:$api_port/api/v1/ write_config 'rules = [ "r" ];'
    waits_because 'no alternative certificate subject name matches'
    reloaded_with "$good"
    goes_on
}

@test "a TLS handshake that is interrupted" {
    start_proxy api --to "$api_port" --fault down:100:reset
    local good=$api
    api=https://127.0.0.1:$proxy_port/api/v1/ write_config 'rules = [ "r" ];'
    waits_because 'does not answer'
    [ "$(counts .requests.me)" = 0 ]
    reloaded_with "$good"
    goes_on
}

@test "plain HTTP where TLS should be" {
    local good=$api
    printf 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}' >plain
    start_proxy api --fault up:0:answer --answer plain
    api=https://127.0.0.1:$proxy_port/api/v1/ write_config 'rules = [ "r" ];'
    waits_because 'does not answer'
    reloaded_with "$good"
    goes_on
}

@test "a name that does not resolve" {
    local good=$api
    api=https://close.invalid/api/v1/ write_config 'rules = [ "r" ];'
    waits_because 'resolve host'
    reloaded_with "$good"
    goes_on
}

@test "S3 shows a certificate for another host: nothing is sent, and nothing fails" {
    stop_sandbox
    secure_sandbox ca --host s3.localhost
    set_config 'close.upload_hosts=[ "s3.localhost" ]'
    start_agent
    echo a >in/a.txt
    wait_until blocked_is s3_down
    log_says 'no alternative certificate subject name matches'
    [ "$(counts .requests.s3)" = 0 ]
    closedrop list --json | jq -e '.attempts <= 1 and .state != "failed"'
    stop_sandbox
    "$CLOSEDROP_SOURCE_DIR/tests/support/tls_ca.sh" new s3.localhost
    cp new/ca.pem ca/ca.pem
    secure_sandbox new --host s3.localhost
    goes_on
}

# ---- a proxy that is asked for ----

@test "a proxy is used for both servers, and does not receive the key" {
    start_proxy proxy
    close_settings="ca_file = \"ca/ca.pem\"; proxy = \"http://127.0.0.1:$proxy_port\";" write_config 'rules = [ "r" ];'
    start_agent
    echo a >in/a.txt
    goes_on
    grep -qa "^CONNECT 127.0.0.1:$api_port " proxy.heard
    grep -qa "^CONNECT 127.0.0.1:$s3_port " proxy.heard
    never grep -qa 'Basic ' proxy.heard
}

@test "a proxy that refuses is an outage" {
    printf 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n' >refusal
    start_proxy proxy --fault up:0:answer --answer refusal
    close_settings="ca_file = \"ca/ca.pem\"; proxy = \"http://127.0.0.1:$proxy_port\";" write_config 'rules = [ "r" ];'
    waits_because 'does not answer'
    stop_proxies proxy
    start_proxy proxy
    goes_on
}

@test "a proxy that does not answer is an outage" {
    local port
    port=$("$CLOSEDROP_SOURCE_DIR/tests/support/free_port.sh")
    close_settings="ca_file = \"ca/ca.pem\"; proxy = \"http://127.0.0.1:$port\";" write_config 'rules = [ "r" ];'
    waits_because 'does not answer'
    echo "$port" >proxy.port
    start_proxy proxy
    goes_on
}
