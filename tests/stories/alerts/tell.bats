#!/usr/bin/env bats
# Whoever dropped a file hears that it waits longer than it should, or has failed: by mail, or by a text next to it.

load ../../support/story
load ../../support/guard
load ../../support/hanging

setup() {
    [ "$(id -u)" = 0 ] || skip "needs root, to have files of several users"
    mail_pid='' alert=''
    story_setup
    printf 'owner,email\nnobody,nobody@example.com\ndaemon,"x@example.com\r\nBcc: y@example.com"\n' >people.csv
    touch -d '1 minute ago' people.csv
}

teardown() {
    [ -z "$mail_pid" ] || kill "$mail_pid" 2>/dev/null || true
    [ -z "${hanging_pid:-}" ] || end_hanging
    story_teardown
}

start_mail_server() {
    /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || skip "python3-aiosmtpd is not installed"
    : >mails.jsonl
    "$CLOSEDROP_SOURCE_DIR/tests/support/mail_server.py" mails.jsonl smtp.port 3>&- 2>>smtp.log &
    mail_pid=$!
    wait_until test -s smtp.port
    alert="alert = { from = \"closedrop@example.com\"; smtp = \"smtp://127.0.0.1:$(cat smtp.port)\"; };"
}

tell() { # SETTING of the group tell, and of the folder
    more="people = { file = \"people.csv\"; }; $alert ${more_rules:-}"
    write_config "tell = { $1 }; ${2:-}"
}

drop() { # OWNER NAME [DIRECTORY]
    echo "$2" >"${3:-in}/$2"
    chown "$1" "${3:-in}/$2"
}

have_waited() { # NUMBER: so many, for more than a second
    [ "$(closedrop list --json | jq -s '[.[] | select(.queued_at[:19] + "Z" | fromdate < now - 3)] | length')" = "$1" ]
}

mails_are() { # NUMBER
    [ "$(jq -s length mails.jsonl)" = "$1" ]
}

start_paused() {
    start_agent
    closedrop pause >pause.txt
}

gone() { # FILE...
    local file
    for file; do [ ! -e "$file" ] || return 1; done
}

# ---- by a text ----

@test "a file that waits too long has a text next to it that says since when and why, and goes with the file" {
    tell 'late = "1s";'
    start_paused
    mkdir in/sub
    drop nobody a.txt in/sub
    chmod 750 in/sub
    wait_until test -e in/sub/a.txt.waiting.txt
    grep -qF 'a.txt has not been saved in Close yet.' in/sub/a.txt.waiting.txt
    grep -qE "^Waiting: since $(date +%Y)-[0-9-]+ [0-9:]+$" in/sub/a.txt.waiting.txt
    grep -qF 'What to do: nothing.' in/sub/a.txt.waiting.txt
    [ "$(stat -c '%a %g' in/sub/a.txt.waiting.txt)" = "640 $(stat -c %g in/sub)" ]
    closedrop show 1 | grep -qF 'it waits, as a text next to its file says'
    closedrop resume >>pause.txt
    wait_until jobs_are "done" 1
    wait_until test -e "in/Uploaded/$(date +%Y-%m)/sub/a.txt"
    gone in/sub/a.txt.waiting.txt
    [ -z "$(find in -name '*.waiting.txt')" ]
}

@test "the text says what is wrong, if that is known of the file" {
    fault '[{"on":"s3","times":1000,"do":{"status":503,"code":"SlowDown"}}]'
    tell 'late = "1s";'
    start_agent
    drop nobody a.txt
    wait_until test -e in/a.txt.waiting.txt
    cat in/a.txt.waiting.txt
    grep -qE '^Reason:  .+' in/a.txt.waiting.txt
}

@test "it is said once: a text that somebody deletes stays deleted, also over a crash" {
    tell 'late = "1s";'
    start_paused
    drop nobody a.txt
    wait_until test -e in/a.txt.waiting.txt
    wait_until log_says_often 'as a text next to its file says' 1
    rm in/a.txt.waiting.txt
    kill_agent
    start_agent
    drop nobody b.txt
    wait_until test -e in/b.txt.waiting.txt
    gone in/a.txt.waiting.txt
    [ "$(grep -c 'as a text next to its file says' agent.log)" = 2 ]
}

@test "the text goes with a file that is renamed, and when it is deleted" {
    tell 'late = "1s";'
    start_paused
    drop nobody a.txt
    drop nobody b.txt
    wait_until test -e in/a.txt.waiting.txt -a -e in/b.txt.waiting.txt
    mv in/a.txt in/c.txt
    rm in/b.txt
    wait_until test -e in/c.txt.waiting.txt
    wait_until gone in/a.txt.waiting.txt in/b.txt.waiting.txt
}

@test "a text that is there from before a crash goes with its file, and without tell all of them go" {
    tell 'late = "1s";'
    start_paused
    drop nobody a.txt
    drop nobody b.txt
    wait_until test -e in/a.txt.waiting.txt -a -e in/b.txt.waiting.txt
    wait_until log_says_often 'as a text next to its file says' 2
    kill_agent
    rm in/a.txt
    write_config
    start_agent
    wait_until gone in/a.txt.waiting.txt in/b.txt.waiting.txt
}

# The text next to what comes after them shows that they have been examined.
only_later_is_told() {
    closedrop pause >pause.txt
    drop nobody later.txt
    wait_until test -e in/later.txt.waiting.txt
    [ "$(find in "$@" -name '*.waiting.txt')" = in/later.txt.waiting.txt ]
}

@test "a file that waits for approval, or for a marker, gets no text" {
    seed_lead
    limits='ask_above = 1;'
    more="rules = ( $(mail_rule statements '^mail') );"
    more_folders='{ name = "marked"; path = "marked"; settle = "100ms"; marker = "{name}.done"; tell = { late = "1s"; }; }'
    mkdir marked
    drop nobody marked.txt marked
    write_config 'rules = [ "statements" ]; tell = { late = "1s"; };'
    start_agent
    mails 3
    wait_until held_are 2
    only_later_is_told marked
}

@test "an email that waits for its turn gets no text" {
    seed_lead
    limits='sends = { gap = "1h"; };'
    more="rules = ( $(mail_rule statements '^mail') );"
    write_config 'rules = [ "statements" ]; tell = { late = "1s"; };'
    start_agent
    mails 3
    wait_until paced_are 2
    only_later_is_told
}

@test "hostile and very long names get a text that fits, and it is not taken for a document" {
    local name long
    long=$(printf 'n%.0s' {1..245})
    tell 'late = "1s";'
    start_paused
    for name in "$long" $'a\nWhat to do: pay' $'a\xff' 'a.waiting'; do
        echo "$name" >"in/$name"
    done
    wait_until log_says_often 'as a text next to its file says' 4
    [ "$(LC_ALL=C find in -name '*.waiting.txt' -printf x | wc -c)" = 4 ]
    [ "$(LC_ALL=C grep -lZ '^What to do: pay' in/*.waiting.txt | wc -c)" = 0 ]
    closedrop resume >>pause.txt
    wait_until jobs_are "done" 4
    [ "$(LC_ALL=C find in -maxdepth 1 -type f -printf x | wc -c)" = 0 ]
}

@test "a directory that cannot be written to is said once, and a file there is sent all the same" {
    become_nobody
    tell 'late = "1s";' 'after_upload = "keep";'
    mkdir in/closed
    start_paused
    drop nobody a.txt in/closed
    chmod 555 in/closed
    wait_until log_says 'the text that says why closed/a.txt waits cannot be written: Permission denied'
    closedrop resume >>pause.txt
    wait_until jobs_are "done" 1
    [ "$(grep -c 'cannot be written' agent.log)" = 1 ]
}

@test "on a share the text is written and removed by the folder's file process, and a hang holds up nothing" {
    mount_hanging
    more_folders='{ name = "share"; path = "share"; settle = "100ms"; poll_interval = "200ms"; tell = { late = "1s"; }; }'
    timeout=1s tell ''
    start_paused
    wait_until folder_is_healthy share
    drop nobody a.txt behind
    wait_until test -e behind/a.txt.waiting.txt
    rm behind/a.txt
    wait_until gone behind/a.txt.waiting.txt
    drop nobody b.txt behind
    wait_until jobs_are queued 2
    hang all
    drop nobody local.txt
    closedrop resume >>pause.txt
    wait_until jobs_are "done" 1
    answer
    wait_until jobs_are "done" 2
    wait_until test -z "$(find behind -name '*.waiting.txt')"
}

folder_is_healthy() { # NAME
    closedrop status --json | jq -e --arg name "$1" '.folders[] | select(.name == $name) | .healthy' >/dev/null
}

# ---- by mail ----

@test "the owner gets one mail about all files that wait, and no text; who has no address gets a text" {
    start_mail_server
    tell 'late = "1h"; mail = "{owner.email}";'
    start_paused
    for i in 1 2 3 4 5; do drop nobody "a$i.txt"; done
    drop root b.txt
    wait_until have_waited 6 # all of them are late at once
    tell 'late = "1s"; mail = "{owner.email}";'
    kill -HUP "$agent_pid"
    wait_until test -e in/b.txt.waiting.txt
    wait_until mails_are 1
    jq -se '.[0] | .to == ["nobody@example.com"] and .defects == [] and .from == "closedrop@example.com"
        and .subject == "5 of your files are not in Close yet" and (.text | contains("scans/a3.txt")
        and contains("waiting since") and contains("You need not do anything"))' mails.jsonl
    kill_agent
    start_agent
    drop root c.txt
    wait_until test -e in/c.txt.waiting.txt
    mails_are 1
    gone in/a1.txt.waiting.txt
    closedrop resume >>pause.txt
    wait_until jobs_are "done" 7
    mails_are 1
}

@test "the owner of a file that has failed gets a mail, once, and nobody does about what failed before" {
    start_mail_server
    tell '' 'incomplete = "0";'
    : >in/before.txt
    chown nobody in/before.txt
    run_once
    tell 'failed = true; mail = "{owner.email}";' 'incomplete = "0";'
    start_agent
    wait_until log_says 'is watched'
    : >in/$'a\r\nBcc: z@example.com'
    chown nobody in/$'a\r\nBcc: z@example.com'
    wait_until mails_are 1
    kill_agent
    start_agent
    : >in/b.txt
    chown root in/b.txt
    wait_until jobs_are failed 3
    stop_agent
    mails_are 1
    jq -se '.[0] | .to == ["nobody@example.com"] and .defects == [] and (.headers | index("Bcc") == null)
        and (.subject | contains("could not be added to Close")) and (.text | contains("text next to it"))' mails.jsonl
}

@test "an address with a line break in it is none" {
    start_mail_server
    tell 'late = "1s"; mail = "{owner.email}";'
    start_paused
    drop daemon a.txt
    wait_until test -e in/a.txt.waiting.txt
    mails_are 0
}

@test "a mail server that is down, or hangs, delays no file; the mail comes later" {
    tell 'late = "1s"; mail = "{owner.email}";'
    alert='alert = { smtp = "smtp://127.0.0.1:1"; };'
    tell 'late = "1s"; mail = "{owner.email}";'
    start_paused
    drop nobody a.txt
    wait_until log_says 'mail to an owner: event 1: '
    closedrop status --json | jq -e '.alerts.mails_waiting == 1 and (.alerts.failing[0].what == "mail to an owner")'
    closedrop resume >>pause.txt
    wait_until jobs_are "done" 1
    start_mail_server
    tell 'late = "1s"; mail = "{owner.email}";'
    kill -HUP "$agent_pid"
    wait_until mails_are 1
}
