#!/usr/bin/env bats
# closedrop doctor: the connection to Close, the key, and the clock.

load ../../support/story
load ../../support/clock
load ../../support/doctor

setup() { story_setup; }
teardown() { story_teardown; }

@test "Close answers, and the key is good" {
    doctor
    [ "$status" = 0 ]
    says ok dns 'the name 127.0.0.1 can be resolved'
    says ok close "$api answers after"
    says ok key 'Close accepts it: it belongs to'
    says ok clock "it agrees with Close's"
    [ "$(counts .requests.me)" = 1 ]
    [ "$(counts .uploads)" = 0 ]
}

@test "Close refuses the key" {
    echo api_other.secret >key
    doctor
    [ "$status" = 1 ]
    says ok close "$api answers after"
    says wrong key 'Close refuses the API key (status 401)' 'create a new one in Close'
}

@test "the key cannot be used: what can be found without it is" {
    chmod 644 key
    doctor
    [ "$status" = 1 ]
    says wrong key "the key file $PWD/key can be read by others" 'chmod 600'
    says ok close "$api answers after"
    says ok clock "it agrees with Close's"
}

@test "a key that is not in a file" {
    unset_config close.api_key_file
    doctor
    says warning key 'there is no API key here' 'set close.api_key_file'
    CLOSE_API_KEY=api_sandbox.secret doctor
    says ok key 'Close accepts it'
    CLOSE_API_KEY=api_sandbox.secret start_agent
    doctor
    [ "$status" = 0 ]
    says ok key 'only the agent knows it'
}

@test "no connection to Close: the name, the connection, the certificate, another server" {
    stop_sandbox
    doctor
    [ "$status" = 1 ]
    says wrong close "$api could not be reached" 'the firewall'
    says_nothing_of clock
    "$CLOSEDROP_SOURCE_DIR/tests/support/tls_ca.sh" ca
    start_sandbox --tls-cert ca/server.pem --tls-key ca/server.key
    set_config close.api_url="$api"
    doctor
    says wrong close "$api presented a certificate that is not trusted" 'name a file with its certificate in close.ca_file'
    set_config close.ca_file=ca/ca.pem
    doctor
    says ok close "$api answers"
    fault '[{"on":"me","do":{"status":503,"body":"down"}}]'
    doctor
    says wrong close "$api does not answer as Close does: status 503" 'check close.api_url'
    set_config close.api_url=https://close.invalid/api/v1/
    doctor
    says wrong dns 'the name close.invalid cannot be resolved' 'getent ahosts close.invalid'
    says_nothing_of close
}

@test "a clock that is wrong" {
    need_clock
    closedrop() { with_clock "$CLOSEDROP_BIN_DIR/closedrop" "$1" -c "$config" "${@:2}"; }
    set_clock +60
    doctor
    [ "$status" = 0 ]
    says warning clock "ahead of Close's" 'timedatectl set-ntp true'
    set_clock -2d
    doctor
    [ "$status" = 1 ]
    says wrong clock "behind Close's: dates in names and archives are wrong" 'timedatectl set-ntp true'
}
