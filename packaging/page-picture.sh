#!/bin/bash
# Takes the picture of the page that README.md shows: the release build against closedrop-sandbox, with some files of today
# and a month that is written into its queue, in a real Chromium.
# Usage: packaging/page-picture.sh [FILE.png]      (docs/page.png)
#
# Needs the release build (CLOSEDROP_BIN_DIR), chromium, chromium-driver, python3-selenium, sqlite3, jq and optipng.
# Everything else is in a temporary directory, which is removed at the end.

set -euo pipefail

top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/..")
export CLOSEDROP_BIN_DIR=${CLOSEDROP_BIN_DIR:-$top/build/release} CLOSEDROP_SOURCE_DIR=$top
export BATS_TEST_TMPDIR BATS_FILE_TMPDIR # where the support of the stories works
picture=$(realpath -m -- "${1:-$top/docs/page.png}")
width=1100 height=1840
BATS_TEST_TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/closedrop-picture.XXXXXX")
BATS_FILE_TMPDIR=$BATS_TEST_TMPDIR
for part in story browser web; do
    # shellcheck source=/dev/null
    . "$top/tests/support/$part.bash"
done

clean_up() {
    stop_browser
    story_teardown
    rm -rf -- "$BATS_TEST_TMPDIR"
}

skip() { # what the support says where something is missing
    echo "page-picture.sh: $*" >&2
    exit 1
}

configure() {
    mkdir fax invoices
    # shellcheck disable=SC2034 # write_config reads them
    limits='ask_above = 2; bandwidth = "400K";' more_folders='{ path = "fax"; rules = [ "fax" ]; },
            { path = "invoices"; rules = [ "statements" ]; }' \
        more='rules = (
  { name = "by-lead-id"; match = { path = "(?<lead>lead_[A-Za-z0-9]+)"; }; lead_id = "{lead}"; note = { text = "{name}"; }; },
  { name = "fax"; match = { path = "^(?<caller>[+0-9]+)"; }; find = { contact_phone = "{caller}"; }; note = { text = "Fax"; }; },
  { name = "statements"; match = { path = "^Statement"; }; lead_id = "lead_Bluth"; email = { status = "outbox";
    sender = "billing@example.com"; to = [ "jane@bluth.example" ]; subject = "{stem}"; }; }
);'
    write_config 'rules = [ "by-lead-id" ]; incomplete = "1s";'
    serve_web
    seed '{"leads":[{"id":"lead_Bluth","name":"Bluth Company","contacts":[{"id":"cont_Jane","name":"Jane Doe","phones":["+4930123456"]}]},{"id":"lead_Acme","name":"Acme Corporation"}]}'
}

# A month of weekdays; one file in sixty has failed, and was forgotten.
write_month() {
    run_once
    sqlite3 state/queue.db <<SQL
WITH RECURSIVE day (ago) AS (SELECT 1 UNION ALL SELECT ago + 1 FROM day WHERE ago < 29),
    folder (name, busy) AS (VALUES ('scans', 60), ('fax', 24), ('invoices', 40)),
    number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < 80)
INSERT INTO job (folder, path, handle, size, mtime_ns, state, ending, filed, due_ms, queued_ms, done_ms)
SELECT name, CAST(name || ago || '-' || i AS BLOB), x'', 1, 0, CASE WHEN (i * 7 + ago * 13) % 60 = 0 THEN 'failed' ELSE 'done' END,
    'forgotten', 1, 0, at, at FROM day, folder, number,
    (SELECT ago AS of, (strftime('%s', 'now') - ago * 86400) * 1000 AS at, strftime('%w', 'now', '-' || ago || ' days') AS weekday
        FROM day) ON of = ago
WHERE i <= busy * CASE WHEN weekday IN ('0', '6') THEN 0.1 ELSE 0.6 + (ago * 37 % 40) / 100.0 END;
SQL
}

drop_files() {
    local i
    for i in 1 2 3 4; do
        echo "$i" >"in/Contract 20$i lead_Acme.txt"
        echo "$i" >"invoices/Statement 10$i.txt"
    done
    echo letter >"in/Letter of complaint lead_Akme.txt"
    echo fax >fax/+4930123456-0007.txt
    wait_until jobs_are failed 1
    wait_until jobs_are uploaded 2
    head -c 18000000 /dev/urandom >"in/Floor plans lead_Acme.zip"
    head -c 9000000 /dev/urandom >"in/Photographs lead_Bluth.bin"
    wait_until jobs_are uploading 2
}

take_picture() {
    browser <<DO
window $width light
open ${web:?}/#${token:?}
see #moving MB
see #days filed
see '#failed .why' lead_Akme
picture picture.png $width $height
DO
    optipng -quiet -o4 picture.png
    mv picture.png "$picture"
    ls -l "$picture"
}

trap clean_up EXIT
# shellcheck disable=SC2034 # story_teardown reads them
agent_pid='' sandbox_pid='' mounts=()
story_setup
start_browser
cd "$BATS_TEST_TMPDIR"
configure
write_month
start_agent
drop_files
take_picture
