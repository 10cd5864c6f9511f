#!/usr/bin/env bats
# Mail: one for each cause and one when it is over, through a real mail server.

load ../../support/story
load ../../support/clock
load ../../support/doctor
load ../../support/mail

setup() {
    need_mail_server
    story_setup
}

teardown() {
    stop_mail_server
    story_teardown
}

failing_says() { # TEXT: status, of mail
    closedrop status --json | jq -e --arg text "$1" \
        '.alerts.failing[] | select(.what == "mail") | .message | contains($text)' >/dev/null
}

@test "an outage is one mail, and one in reply when it is over" {
    start_mail_server
    write_config
    echo api_wrong.secret >key
    for i in $(seq 10); do echo "$i" >"in/$i.txt"; done
    start_agent
    wait_until mails_are 1 '.subject | contains("Close refuses the API key")'
    echo api_sandbox.secret >key
    wait_until mails_are 1 '.subject | contains("resolved: Close refuses the API key")'
    wait_until jobs_are "done" 10
    jq -se 'length == 2 and all(.[]; .defects == [] and .type == "text/plain" and .from == "closedrop@example.com"
        and .to == ["office@example.com", "boss@example.com"]) and .[1].reply_to == .[0].id' mails.jsonl
    jq -se '.[0].text | contains("What to do: ") or contains("put a valid one there")' mails.jsonl
}

@test "files that fail for the same reason are one mail, and their names cannot break it" {
    start_mail_server
    write_config 'incomplete = "0";'
    : >in/$'line\r\nBcc: x@example.com\r\n\r\nbreak'
    for i in 1 2 3; do : >"in/ünder $i.txt"; done
    start_agent
    wait_until mails_are 1 '.subject | contains("failed") or contains("empty")'
    wait_until jobs_are failed 4
    closedrop status --json | jq -e '.alerts.mails_waiting <= 3'
    jq -se 'length == 1 and (.[0].headers | index("Bcc") == null) and .[0].defects == []
        and (.[0].text | contains("What to do") or contains("empty"))' mails.jsonl
}

@test "a mail server that hangs, refuses or is away delays no file; the mail comes once it takes it" {
    start_mail_server --hang
    write_config 'incomplete = "0";'
    : >in/empty.txt
    start_agent
    for i in $(seq 10); do echo "$i" >"in/$i.txt"; done
    wait_until jobs_are "done" 10
    stop_mail_server # which breaks its connection
    wait_until failing_says 'the mail server '
    start_mail_server --say '550 5.1.1 no such user here'
    kill -HUP "$agent_pid"
    wait_until failing_says '550 5.1.1 no such user here'
    closedrop status | grep -F 'NOT NOTIFIED: mail: '
    stop_mail_server
    start_mail_server --slow 0.3
    kill -HUP "$agent_pid"
    wait_until mails_are 1 '.subject | contains("empty")'
    wait_until eval 'closedrop status --json | jq -e ".alerts.failing == [] and .alerts.mails_waiting == 0"'
}

@test "with smtps and a login, whose file nobody else may read" {
    "$CLOSEDROP_SOURCE_DIR/tests/support/tls_ca.sh" ca
    alert='smtp_login_file = "login";' scheme=smtps close_settings='ca_file = "ca/ca.pem";'
    start_mail_server --tls ca/server.pem ca/server.key --login office 'pass:word'
    write_config 'incomplete = "0";'
    (umask 022 && echo 'office:pass:word' >login)
    : >in/empty.txt
    start_agent
    wait_until failing_says 'can be read by others'
    chmod 600 login
    echo 'office:wrong' >login
    kill -HUP "$agent_pid"
    wait_until failing_says '535 5.7.8'
    echo 'office:pass:word' >login
    kill -HUP "$agent_pid"
    wait_until mails_are 1 '.subject | contains("empty")'
    never grep -rqF 'pass:word' agent.log state
    doctor
    says ok mail "smtps://127.0.0.1:$smtp_port answers, and accepts the login"
    stop_mail_server
    doctor
    says wrong mail "smtps://127.0.0.1:$smtp_port: the mail server could not be reached" 'check alert.smtp'
}

@test "a summary comes each day at its time" {
    need_clock
    alert='digest = "00:00";'
    start_mail_server
    write_config 'incomplete = "0";'
    start_in_time
    echo a >in/a.txt
    : >in/b.txt
    wait_until jobs_are "done" 1
    wait_until jobs_are failed 1
    set_clock +25h
    echo c >in/c.txt # wakes it
    wait_until mails_are 1 '.subject | contains("summary")'
    jq -se 'map(select(.subject | contains("summary")))[0].text
        | contains("scans: ") and contains("scans/b.txt") and contains("Needs attention:")' mails.jsonl
}
