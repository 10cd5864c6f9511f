#!/usr/bin/env bats
# The page, in a real Chromium: what it shows, on a desktop and a phone, light and dark, to a keyboard and a screen reader;
# everything that a person may order there; names that are meant to break it; and an agent that stops and comes back.

load ../../support/story
load ../../support/web
load ../../support/browser

setup_file() { start_browser; }
teardown_file() { stop_browser; }

setup() {
    story_setup
    limits='ask_above = 1;'
    more='rules = (
  { name = "statements"; match = { path = "^statement"; }; lead_id = "lead_Bluth";
    email = { status = "outbox"; sender = "a@example.com"; to = [ "b@example.com" ]; subject = "{stem}"; }; },
  { name = "by-lead"; match = { path = "(?<lead>lead_[A-Za-z0-9]+)"; }; lead_id = "{lead}"; note = { text = "{name}"; }; }
);'
    write_config 'rules = [ "statements", "by-lead" ];'
    serve_web
    seed '{"leads":[{"id":"lead_Bluth","name":"Bluth <b>Company</b>"}]}'
}

teardown() { story_teardown; }

drop() { # NAME...: a file each
    local name
    for name; do
        mkdir -p "$(dirname "in/$name")"
        echo "contents of $name" >"in/$name"
    done
}

# what no other character may turn around, and what no window may cut off
evil=$'evil\u202efdp.exe'
broken=$'line\nbreak\x01 lead_Bluth.txt'
script='<img src=x onerror=alert(1)> lead_Bluth.txt'
long=$(printf 'W%.0s' {1..235})'-lead_Bluth.txt'

@test "the page shows what there is, to everybody, and says how to get in" {
    start_agent
    drop "letter lead_Nobody.txt" "sub/$evil" "$broken" "$script" "$long"
    wait_until jobs_are failed 1
    wait_until jobs_are done 4
    browser <<DO
window 1200 light
open $web/
see #locked 'closedrop page'
open $web/#wrong
see #locked 'not valid'
open $(closedrop page)
see #live Live
is 'location.hash === ""'
see #failed 'Close has no lead'
see #failed 'What to do: replace lead_Nobody'
see #folders 'Watched'
see #folders '4 filed today'
see '#days figure' '4 filed, 1 failed'
see #all 'evilU+202Efdp.exe'
see #all 'lineU+000AbreakU+0001 lead_Bluth.txt'
see #all '<img src=x onerror=alert(1)> lead_Bluth.txt'
see #all '$long'
is '[...document.querySelectorAll("#all .name bdi")].every((one) => one.childElementCount === one.querySelectorAll("span.control").length)'
is 'document.querySelector("#all a").href === "https://app.close.com/lead/lead_Bluth/"'
accessible $axe
window 1200 dark
accessible $axe
window 320 light
accessible $axe
window 320 dark
press #days 'The same numbers'
see #days_table scans
accessible $axe
DO
}

@test "everything can be ordered on the page, and nothing moves under the pointer" {
    start_agent
    drop statement-{1,2,3}.txt $(printf 'lead_No%s.txt ' {01..12})
    wait_until jobs_are failed 12
    wait_until jobs_are uploaded 2
    browser <<DO
window 1200 light
open $web/#$token
rows '#failed .rows > li' 10
press '#failed .pager' Older
rows '#failed .rows > li' 2
press '#failed .pager' Newer
rows '#failed .rows > li' 10
type '#search [name=match]' no07
keys Enter
rows '#all .rows > li' 1
press '#search' 'Show all'
type '#search [name=lead]' https://app.close.com/lead/lead_Bluth/
press '#search' Search
rows '#all .rows > li' 3
press '#search' 'Show all'
type '#search [name=match]' lead_No07
keys Enter
press '#all .rows' lead_No07
see #job 'What happened'
see #job 'Close has no lead'
accessible $axe
keys Escape
is '!document.getElementById("job").open'
press #held 'Recall statement'
press #ask Recall
see #news 'It is not sent.'
press '#held_rules' 'Release all'
see #ask 'will really be sent'
accessible $axe
press #ask Cancel
press '#held_rules' 'Release all'
press #ask 'Release all'
see #news 'released.'
press #failed 'Forget lead_No12'
press #ask Cancel
press #failed 'Forget lead_No12'
press #ask Forget
see #news 'It is forgotten.'
unseen '#failed .rows' lead_No12
press .title Pause
see #held 'No email is held back'
see #alerts 'Files are found and queued'
press #alerts Resume
see #news 'Files are sent again.'
point .title
unseen #alerts 'Files are found and queued'
point '#failed .rows > li:nth-child(3)'
is 'window.first = document.querySelector("#failed .rows > li").dataset.key'
DO
    [ "$(activity_count)" = 2 ]
    jobs_are failed 12 # one recalled, one forgotten
    drop "lead_Another.txt"
    wait_until jobs_are failed 13
    browser <<DO
see #failed 'Show changes'
is 'document.querySelector("#failed .rows > li").dataset.key === window.first'
point .title
see #failed lead_Another.txt
is 'document.querySelector("#failed .rows > li").dataset.key !== window.first'
DO
    browser <<DO
press #failed 'Retry lead_Another'
see #news 'It is tried again.'
DO
    history_says "$(closedrop list --match lead_Another --json | jq .id)" 'retry'
}

@test "the page says when it has lost the agent and what it knew, and continues when it is back; a second token only looks" {
    set_config hooks='{ failed = [ "/bin/false" ]; }'
    start_agent
    drop lead_Nobody.txt
    wait_until jobs_are failed 1
    browser <<DO
window 1200 light
open $web/#$token
see #failed lead_Nobody.txt
see #alerts 'Not notified'
DO
    stop_agent
    browser <<DO
see #lost 'No contact with closedrop. This is what was known at'
see #failed lead_Nobody.txt
accessible $axe
DO
    browser <<DO
press #lost 'Try now'
see #lost 'No contact with closedrop. This is what was known at'
DO
    drop lead_Second.txt
    start_agent
    browser <<<"press #lost 'Try now'" || true # unless it was back by itself before
    browser <<DO
point .title
see #live Live
unseen #lost 'No contact'
see #failed lead_Second.txt
window 320 light
open $web/#$read_token
see #live 'to look at only'
see #failed lead_Second.txt
is '!document.querySelector("#failed .rows button:not(.name), #held .rows button:not(.name)")'
DO
}

@test "the page with no file at all, and with a hundred thousand" {
    [ -n "${SLOW_STORIES:-}" ] || skip "takes half a minute; set SLOW_STORIES=1"
    start_agent
    browser <<DO
window 320 dark
open $web/#$token
see #failed 'No file has failed.'
see #all 'There is no such file.'
see #days '0 filed, 0 failed'
accessible $axe
window 1200 light
accessible $axe
DO
    stop_agent
    sqlite3 state/queue.db "WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < 100000),
            at (i, ms) AS (SELECT i, strftime('%s', 'now') * 1000 - (100000 - i) * 60000 FROM number)
        INSERT INTO job (folder, path, handle, size, mtime_ns, state, filed, due_ms, lead_id, error_code, error_message,
            queued_ms, done_ms)
        SELECT 'scans', CAST('Scan ' || i || '.pdf' AS BLOB), x'', i, 0, CASE i % 100 WHEN 0 THEN 'failed' ELSE 'done' END, 1, 0,
            'lead_' || (i % 3000), CASE i % 100 WHEN 0 THEN 'no_target' END, CASE i % 100 WHEN 0 THEN 'nobody' END, ms, ms FROM at"
    start_agent
    browser <<DO
open $web/#$token
see #summary '1,000 failed'
see #days '42,'
rows '#failed .rows > li' 10
press '#failed .pager' Older
see '#failed .place' 'Page 2'
see #failed 'Scan 99000.pdf'
type '#search [name=match]' 'scan 77777.'
keys Enter
rows '#all .rows > li' 1
press '#search' 'Show all'
type '#search [name=lead]' lead_17
press '#search' Search
see #all 'Scan 99017.pdf'
accessible $axe
window 320 dark
accessible $axe
DO
}
