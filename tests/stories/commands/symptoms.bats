#!/usr/bin/env bats
# docs/troubleshooting.md: each message that it quotes is what the program prints when that has happened.

load ../../support/story
WAIT_MAX=15

page=$CLOSEDROP_SOURCE_DIR/docs/troubleshooting.md

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_4tX9Zk","name":"Bluth Company"}]}'
    more='rules = (
        { name = "by-lead-id"; match = { path = "(?<lead>lead_[A-Za-z0-9]+)"; }; lead_id = "{lead}"; email = { subject = "x"; body_text = "x"; }; },
        { name = "statements"; match = { path = "^statement"; }; lead_id = "lead_4tX9Zk"; email = { status = "outbox";
          sender = "billing@example.com"; to = [ "a@example.com" ]; subject = "x"; body_text = "x"; }; } );'
}
teardown() { story_teardown; }

# What differs between the page and this run: where things are, who, how many and when.
normal() {
    sed -E "s,$folder,/srv/scans,g; s,(\./)?$PWD/key\b,/etc/closedrop/api-key,g; s,$config,/etc/closedrop/closedrop.conf,g; s,$PWD/state\b,/var/lib/closedrop,g
        s,127\.0\.0\.1 port $api_port,api.close.com port 443,g
        s/\b(by|runs as|to) (\w+) \(process [0-9]+ of \w+\)/\1 SOMEBODY/g; s/runs as (nobody|closedrop)/runs as SERVICE/g
        s/\(group \w+\)/(group GROUP)/g; s/mode [0-7]{4}/mode MODE/g; s/:[0-9]+: /:LINE: /; s/after [0-9]+ ms/after MS/
        s/within [0-9]+ (min|s)( [0-9]+ s)?/within TIME/g; s/\b[0-9]+ (January|February|March|April|May|June|July|August|September|October|November|December) [0-9]{4}/DATE/
        s/[0-9]{4}-[0-9]{2}-[0-9]{2} at [0-9:]{5}/WHEN/g; s,/[0-9]{4}-[0-9]{2}/,/MONTH/,g; s/ +/ /g"
}

prints() { # ID COMMAND...: the command prints what the page quotes under this ID, now or soon, somewhere in its lines
    awk -v id="$1" '$0 == "```" { inside = 0 } inside { print } $0 == "```text " id { inside = 1 }' "$page" | normal >quoted.txt
    [ -s quoted.txt ]
    wait_until is_printed "${@:2}" || {
        echo "the page says: $(<quoted.txt)"
        echo "it prints: $(<printed.txt)"
        return 1
    }
}

is_printed() { # COMMAND...
    "$@" 2>&1 | normal >printed.txt
    grep -qF -- "$(<quoted.txt)" printed.txt
}

explained() { # ID FILE
    prints "$1" closedrop explain "in/$2"
}

half_a_pdf() {
    printf '%%PDF-1.4\n' >in/letter.pdf
}

@test "a file stays in the folder" {
    settle=1h write_config 'include = [ "*.pdf", "*.tif" ];'
    start_agent
    echo a >in/letter.pdf.part
    explained ignored letter.pdf.part
    echo a >in/letter.doc
    explained include letter.doc
    sleep 60 7>>in/letter.pdf 3>&- &
    writer=$!
    explained open letter.pdf
    kill "$writer"
    wait "$writer" || true
}

@test "a file stays in the folder, because it is incomplete or cannot be read" {
    become_nobody
    write_config 'incomplete = "15m";'
    start_agent
    half_a_pdf
    explained truncated letter.pdf
    rm in/letter.pdf
    (umask 077 && echo a >in/letter.pdf)
    explained unreadable letter.pdf
}

@test "a file was sent, but is still there" {
    mount_or_skip -t tmpfs tmpfs in
    echo a >in/letter.pdf
    mount -o remount,ro "$PWD/in"
    write_config
    start_agent
    prints read-only closedrop status
}

@test "a file was sent, but the folder cannot be written to" {
    become_nobody
    write_config
    echo a >in/letter.pdf
    chown root in
    chmod 755 in
    run_once
    prints no-write closedrop status
}

@test "a file is in Failed" {
    write_config 'rules = [ "by-lead-id" ]; no_match = "fail"; incomplete = "300ms";'
    half_a_pdf
    echo a >in/memo.txt
    echo b >'in/letter lead_4tX9Zk.pdf'
    run_once
    echo b >'in/again lead_4tX9Zk.pdf'
    run_once
    prints cut_off cat in/Failed/letter.pdf.error.txt
    prints no_rule cat in/Failed/memo.txt.error.txt
    prints already_filed cat 'in/Failed/again lead_4tX9Zk.pdf.error.txt'
    explained filed 'letter lead_4tX9Zk.pdf'
}

@test "a file is in Failed, because its lead is not in Close" {
    stop_sandbox
    start_sandbox
    write_config 'rules = [ "by-lead-id" ];'
    echo b >'in/letter lead_4tX9Zk.pdf'
    run_once
    prints no_target cat 'in/Failed/letter lead_4tX9Zk.pdf.error.txt'
}

@test "nothing is sent: nobody is logged in" {
    write_config
    unset_config close.api_key_file
    set_config 'close.oauth={ client_id = "oa2client_sandbox"; client_secret_file = "secret"; }'
    (umask 077 && echo sandbox-app-secret >secret)
    echo a >in/letter.pdf
    start_agent
    prints login closedrop status
}

@test "nothing is sent: the key, an outage, a folder that is away" {
    write_config
    start_agent
    echo api_wrong.secret >key
    kill -HUP "$agent_pid"
    echo a >in/a.txt
    prints key closedrop status
    stop_sandbox
    echo api_sandbox.secret >key
    kill -HUP "$agent_pid"
    prints outage closedrop status
    mv in elsewhere
    prints away closedrop status
}

@test "nothing is sent: it waits for approval" {
    limits='ask_above = 1;' write_config 'rules = [ "statements" ];'
    start_agent
    echo a >in/statement-1.pdf
    echo b >in/statement-2.pdf
    prints held closedrop status
}

@test "it says done, but nobody finds it in Close" {
    write_config
    echo a >in/letter.pdf
    run_once
    explained uploaded-only letter.pdf
}

@test "a document is missing" {
    settle=1h write_config
    start_agent
    printf 123456789 >in/scan.pdf
    wait_until folder_counts waiting_quiet 1
    rm in/scan.pdf
    echo "another document" >in/scan.pdf
    prints replaced cat agent.log
    prints never closedrop explain "$folder/letter.pdf"
}

@test "the service does not start" {
    write_config
    sed -i 's/settle = /setle = /' "$config"
    prints unknown-key closedrop check
    write_config
    chmod 644 key
    prints open-key closedrop check
    chmod 600 key
    start_agent
    prints second closedrop run --once
    stop_agent
    prints no-socket closedrop status
    sqlite3 state/queue.db 'PRAGMA user_version = 99' >/dev/null
    prints newer closedrop run --once
}

@test "a command of somebody who is not a member of the group" {
    [ "$(id -u)" = 0 ] || skip "needs root"
    become_nobody
    write_config
    start_agent
    prints stranger setpriv --reuid=daemon --regid=daemon --clear-groups "$PWD/bin/real" status -c "$config"
}

@test "every message of the page is tried here" {
    local id
    grep -oP '^```text \K.*' "$page" >ids.txt
    [ "$(wc -l <ids.txt)" -ge 20 ]
    while read -r id; do
        grep -qE "(prints|explained) $id " "$BATS_TEST_FILENAME" || {
            echo "not tried: $id"
            return 1
        }
    done <ids.txt
}
