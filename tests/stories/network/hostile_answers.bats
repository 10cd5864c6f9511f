#!/usr/bin/env bats
# Answers that should never come: too large, too deep, not JSON, not Close's. A TCP proxy gives them instead of each server.
# The request is repeated, memory stays bounded, each file is filed once, and nothing goes where an answer points.

load ../../support/story
load ../../support/proxy

MEMORY_MAX=150000 # KiB, sanitizers and all; the largest answer is larger
ldd "$CLOSEDROP_BIN_DIR/closedrop" | grep -q libtsan && MEMORY_MAX=400000 # its shadow is twice what is held, and more

setup() {
    story_setup
    export ASAN_OPTIONS=quarantine_size_mb=1
    seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    own_api=$api
    limits='doubt = "200ms"; max_attempts = 50;' timeout=5s
    more='rules = ( { name = "r"; match = { path = "^a"; }; lead_id = "lead_A"; email = { subject = "{stem}"; }; } );'
    make_answers
}
teardown() {
    stop_proxies
    story_teardown
}

answer() { # NAME TYPE BODY: as printf prints it
    printf "HTTP/1.1 200 OK\r\nContent-Type: $2\r\nConnection: close\r\n\r\n$3" >"answers/$1"
}

make_answers() {
    local json=application/json brackets
    mkdir answers
    {
        printf 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nC400000\r\n'
        head -c $((0xC400000)) /dev/zero
    } >answers/196-megabytes
    {
        printf 'HTTP/1.1 200 OK\r\n'
        yes 'X-More: and more, and more, and more' | head -c 50000000
    } >answers/endless-headers
    brackets=$(printf '%01001d' 0)
    answer deep "$json" "${brackets//0/[}${brackets//0/]}"
    { answer array "$json" '[0' && yes ',0' | tr -d '\n' | head -c 10000000 && printf ']'; } >>answers/array
    answer nul "$json" '{"id":"acti_\0x","upload":{}}'
    answer duplicate-keys "$json" '{"id":null,"upload":null,"id":"acti_x","upload":{"url":"http://127.0.0.1:1/","fields":{}}}'
    answer large-id "$json" '{"id":9007199254740993,"upload":9007199254740993}'
    answer trailing-junk "$json" '{"id":"acti_x"} and more'
    answer another-type text/html '{"id":"acti_x"}'
    answer empty "$json" ''
    answer no-object "$json" '"acti_x"'
    answer no-utf8 "$json" '{"id":"\xff\xfe","upload":"\xff"}'
    printf 'SSH-2.0-OpenSSH_9.2p1\r\n' >answers/no-http
    printf 'HTTP/1.1 999 \r\nContent-Length: -5\r\n\r\n' >answers/no-status
}

drop_one_each() {
    local name
    for name in answers/*; do
        echo "a document: ${name##*/}" >"in/a-${name##*/}.txt"
    done
}

count=14

instead_of() { # PLACE REQUEST: each such request gets another of the answers, then all is well
    local options=(--match "$2" --fault up:0:answer --times "$count") name
    for name in answers/*; do
        options+=(--answer "$name")
    done
    if [ "$1" = s3 ]; then
        stop_sandbox
        start_proxy s3 --to "$s3_port" "${options[@]}"
        start_sandbox --s3-endpoint "http://127.0.0.1:$proxy_port" --s3-bucket close-sandbox-files \
            --s3-key AKIASANDBOX --s3-secret sandbox-secret
        seed '{"leads":[{"id":"lead_A","name":"A"}]}'
    else
        start_proxy api --to "$api_port" "${options[@]}"
        api=http://127.0.0.1:$proxy_port/api/v1/
    fi
    write_config 'rules = [ "r" ];'
    set_config limits.retry_max=100ms
    start_agent
    drop_one_each
    wait_until jobs_are done "$count"
    activities_are "$count"
    [ "$(activities '[.[].attachments[].filename] | unique | length')" = "$count" ]
    [ "$(closedrop list --json | jq -r .activity_id | sort)" = "$(activities '.[].id' | tr -d '"' | sort)" ]
    [ "$(awk '/^VmHWM:/ { print $2 }' "/proc/$agent_pid/status")" -lt "$MEMORY_MAX" ]
}

@test "instead of a lead" { instead_of api 'GET /api/v1/lead/'; }
@test "instead of a form" { instead_of api 'POST /api/v1/files/upload/'; }
@test "instead of S3's answer" { instead_of s3 'POST /'; }
@test "instead of an activity" { instead_of api 'POST /api/v1/activity/email/'; }
@test "instead of anything that Close says" { instead_of api ' /api/v1/'; }

# ---- where an answer points ----

nothing_was_heard() { # by the other listener
    [ ! -s spy.heard ]
}

@test "a redirect to another host, or to a file, is not followed" {
    start_proxy spy
    local there
    for there in "http://127.0.0.1:$proxy_port/" file:///etc/passwd; do
        fault '[{"on":"any","times":3,"do":{"status":302,"headers":{"Location":"'"$there"'"}}},
                {"on":"s3","times":1,"do":{"status":307,"headers":{"Location":"'"$there"'"}}},
                {"on":"email","times":1,"do":{"status":308,"headers":{"Location":"'"$there"'"}}}]'
    done
    write_config 'rules = [ "r" ];'
    start_agent
    echo a >in/a.txt
    wait_until jobs_are done 1
    activities_are 1
    nothing_was_heard
}

@test "a form for another port of this machine does not point to a foreign host; one for a foreign name is not used" {
    limits='max_attempts = 2;'
    start_proxy spy
    answer foreign application/json '{"upload":{"url":"http://spy.localhost:'"$proxy_port"'/","fields":{"key":"k"}},"download":{"url":"https://app.close.com/go/file/temporary/user/x/"}}'
    start_proxy api --to "$api_port" --match 'POST /api/v1/files/upload/' --fault up:0:answer --answer answers/foreign
    api=http://127.0.0.1:$proxy_port/api/v1/
    write_config
    start_agent
    echo a >in/a.txt
    wait_until jobs_are failed 1
    closedrop list --json | jq -e '.error.code == "foreign_host"'
    nothing_was_heard
}

@test "a proxy in the environment receives nothing" {
    start_proxy spy
    local spy=http://127.0.0.1:$proxy_port
    write_config 'rules = [ "r" ];'
    http_proxy=$spy https_proxy=$spy all_proxy=$spy ALL_PROXY=$spy start_agent
    echo a >in/a.txt
    wait_until jobs_are done 1
    nothing_was_heard
}

@test "plain http to another machine is refused before anything is sent" {
    api=http://close.example.com/api/v1/ write_config
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *"unencrypted"* ]]
}
