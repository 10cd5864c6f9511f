#!/usr/bin/env bats
# What other programs write next to the documents: tables of spreadsheets and of accounting programs, even while they are
# being written, and sidecars.

load ../../support/story

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A1","name":"Müller GmbH","contacts":[]},{"id":"lead_A2","name":"Birch","contacts":[]}]}'
}
teardown() { story_teardown; }

table_rule() { # NAME [SETTING-OF-THE-TABLE]: a rule for files NAME-KEY.txt, whose table is NAME.csv
    echo '{ name = "'"$1"'"; match = { path = "^'"$1"'-(?<k>[^.]+)[.]txt$"; };
        table = { file = "'"$1"'.csv"; key = "{k}"; '"${2:-}"' }; note = { text = "'"${3:-{row.key\}}"'"; }; }'
}

rules() { # RULE...
    local names='' rule
    for rule; do
        names+="$(grep -o 'name = "[^"]*"' <<<"$rule" | head -n 1 | cut -c 8-),"
    done
    more="rules = ( $(IFS=, && echo "$*") );"
    write_config "rules = [ ${names%,} ]; ${folder_settings:-}"
}

waits_for() { # TEXT: why job 1 waits
    history_says 1 "$1"
}

filed_on() { # LEAD TEXT: the notes on it, in order
    [ "$(activities '[.[] | select(.lead_id == "'"$1"'") | .body.note] | sort | join(" ")' | tr -d '"')" = "$2" ]
}

# ---- how tables are written ----

@test "tables as spreadsheets write them: sep= lines, separators, spaces, Ctrl-Z, and texts as formulas" {
    printf 'sep=;\r\nkey;lead_id;contact_id\r\n10452;lead_A1;\r\n' >sep.csv
    printf '\xef\xbb\xbfkey;lead_id;"x";Name, Vorname\r\n10452;lead_A1;;Muster, Erika\r\n' >comma.csv
    printf 'key,lead_id\r\n10452,lead_A1\r\n\x1a' >ctrlz.csv
    printf 'key,lead_id,email\n10452\xc2\xa0,lead_A1\xc2\xa0,a@example.com\xc2\xa0\n' >nbsp.csv
    printf 'key;lead_id\r\n="01045";lead_A1\r\n"=""01046""";lead_A2\r\n' >excel.csv
    printf '\xff\xfek\0e\0y\0\t\0l\0e\0a\0d\0_\0i\0d\0\n\0001\0\t\0l\0e\0a\0d\0_\0A\0001\0\n\0' >wide.csv
    rules "$(table_rule sep)" "$(table_rule comma '' '{row.Name, Vorname}')" "$(table_rule ctrlz)" "$(table_rule nbsp)" \
        "$(table_rule excel)" "$(table_rule wide)"
    closedrop check
    touch -d '1 hour ago' ./*.csv
    for name in sep-10452 comma-10452 ctrlz-10452 nbsp-10452 excel-01045 excel-01046 wide-1; do
        echo "$name" >"in/$name.txt"
    done
    run_once
    [ "$agent_code" = 0 ]
    filed_on lead_A1 '01045 1 10452 10452 10452 Muster, Erika'
    filed_on lead_A2 '01046'
}

@test "a table in windows-1252 is refused with its line and the remedy; with its encoding it is read" {
    printf 'key;lead_id;name\r\n10452;lead_A1;M\xfcller\r\n' >old.csv
    rules "$(table_rule old)"
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'old.csv, line 2: this is not UTF-8; what to do: save it as "CSV UTF-8"'*'encoding = "windows-1252";'* ]]
    rules "$(table_rule old 'encoding = "windows-1252";' '{row.name}')"
    closedrop check
    echo 1 >in/old-10452.txt
    run_once
    filed_on lead_A1 'Müller'
}

# ---- while they are written ----

@test "files wait for a table that is missing, and do not fail" {
    rules "$(table_rule t)"
    start_agent
    echo 1 >in/t-1.txt
    wait_until waits_for 't.csv cannot be read: No such file or directory'
    job_is 1 queued
    closedrop list | grep -qF 't.csv cannot be read: No such file or directory' # the log is not for everybody
    closedrop list --json | jq -en 'input | .error.code == "table"' >/dev/null
    printf 'key,lead_id\n1,lead_A1\n' >t.csv
    wait_until jobs_are done 1
    filed_on lead_A1 1
    closedrop list --json | jq -en 'input | .error == null' >/dev/null
}

@test "files wait for a table that its writer holds open" {
    printf 'key,lead_id\n' >t.csv
    rules "$(table_rule t)"
    start_agent
    exec 9>>t.csv
    echo 1 >in/t-1.txt
    wait_until waits_for 't.csv is open for writing in another program' ||
        { closedrop status | grep -q 'no read leases' && skip "no leases here"; }
    printf '1,lead_A1\n' >&9
    exec 9>&-
    wait_until jobs_are done 1
    filed_on lead_A1 1
}

@test "files wait for a table that is written in two bursts: after its first row, within a row, within quotes" {
    rules "$(table_rule head)" "$(table_rule row)" "$(table_rule quotes)"
    printf 'key,lead_id\n' >head.csv
    printf 'key,lead_id\n0,lead_A2\n1,le' >row.csv
    printf 'key,lead_id\n0,"lead_A2\n' >quotes.csv
    start_agent
    for name in head row quotes; do
        echo "$name" >"in/$name-2.txt"
    done
    for id in 1 2 3; do
        wait_until history_says "$id" csv
        wait_until eval "history_says $id 'is not in the list' || history_says $id 'unterminated quote'"
    done
    jobs_are queued 3
    printf '2,lead_A1\n' >>head.csv
    printf 'ad_A2\n2,lead_A1\n' >>row.csv
    printf '"\n2,lead_A1\n' >>quotes.csv
    wait_until jobs_are done 3
    filed_on lead_A1 '2 2 2'
}

@test "files wait for the last row of a table that may be truncated, although its key is there: the ID may be incomplete" {
    rules "$(table_rule row)"
    printf 'key,lead_id\n1,lead_A2\n2,lead_A' >row.csv
    start_agent
    echo last >in/row-2.txt
    wait_until history_says 1 'may be truncated in its last row'
    echo whole >in/row-1.txt
    wait_until jobs_are 'done' 1
    printf '1\n' >>row.csv
    wait_until jobs_are 'done' 2
    filed_on lead_A1 2
}

@test "a table that stays missing or truncated fails the files that need it once incomplete is over" {
    folder_settings='incomplete = "3s";' rules "$(table_rule away)" "$(table_rule cut)"
    printf 'key,lead_id\n1,"le' >cut.csv
    start_agent
    echo 1 >in/away-1.txt
    echo 2 >in/cut-1.txt
    wait_until jobs_are failed 2
    history_says 1 'csv' && history_says 2 'csv'
    closedrop list --json | jq -es 'map(.error.code) == ["table", "table"]'
    grep -h . in/Failed/*.error.txt | grep -q 'No such file or directory'
    grep -h . in/Failed/*.error.txt | grep -q 'line 2: unterminated quote in this row'
}

@test "a key that a complete table lacks fails at once" {
    printf 'key,lead_id\n1,lead_A1\n' >t.csv
    rules "$(table_rule t)"
    start_agent
    echo 2 >in/t-2.txt
    wait_until jobs_are failed 1
    # the path of the list is for the administrator
    grep -qF 'Reason: "2", taken from the file'"'"'s name, is not in the list t.csv.' in/Failed/t-2.txt.error.txt
    grep -qE "^Job 1, .*, table .*$PWD/t\.csv, " in/Failed/t-2.txt.error.txt
}

@test "an encoding that does not exist is refused, with the right spelling" {
    rules "$(table_rule t 'encoding = "ANSI";')"
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'rules[0].table.encoding: "ANSI" is not a known encoding; did you mean encoding = "windows-1252";?'* ]]
}

# ---- sidecars ----

sidecar_rule='{ name = "s"; match = { path = "[.]txt$"; }; lead_id = "{meta.lead}"; note = { text = "Guten Tag {meta.name}"; }; }'

# a document and its sidecar, both whole when the folder sees them
drop_with_sidecar() { # NAME: the sidecar's bytes are standard input
    cat >"$1.json"
    mv "$1.json" in/
    echo "$1" >"in/$1"
}

@test "a sidecar in UTF-16 is read; one that is not UTF-8 fails, and nothing of it is sent" {
    folder_settings='sidecar = true;' rules "$sidecar_rule"
    printf '{"lead":"lead_A1","name":"Müller"}' | iconv -f UTF-8 -t UTF-16 | drop_with_sidecar wide.txt
    printf '{"lead":"lead_A1",\n"name":"M\xfcller"}' | drop_with_sidecar old.txt
    run_once
    filed_on lead_A1 'Guten Tag Müller'
    grep -q 'line 2: this is not UTF-8' in/Failed/old.txt.error.txt
    [ "$(uploads)" = 1 ]
}

@test "files wait for a sidecar that is empty or truncated, and status names the file and the sidecar" {
    folder_settings='sidecar = true;' rules "$sidecar_rule"
    start_agent
    printf '{"lead":"lead_A1"' | drop_with_sidecar cut.txt
    drop_with_sidecar empty.txt </dev/null
    wait_until folder_counts waiting_incomplete 2
    folder_says '.waits_for == "cut.txt waits for its sidecar cut.txt.json, which is empty or truncated"'
    closedrop status | grep -q '^    cut.txt waits for its sidecar cut.txt.json, which is empty or truncated$'
    jobs_are failed 0
    printf ',"name":"Müller"}' >>in/cut.txt.json
    printf '{"lead":"lead_A2","name":"Birch"}' >in/empty.txt.json
    wait_until jobs_are done 2
    filed_on lead_A1 'Guten Tag Müller'
    filed_on lead_A2 'Guten Tag Birch'
}

@test "a sidecar that stays truncated fails its file once incomplete is over" {
    folder_settings='sidecar = true; incomplete = "1s";' rules "$sidecar_rule"
    start_agent
    printf '{"lead":"lead_A1"' | drop_with_sidecar cut.txt
    wait_until jobs_are failed 1
    closedrop list --json | jq -e '.error.code == "sidecar"'
    grep -q 'its sidecar is empty or incomplete' in/Failed/cut.txt.error.txt
    [ -e in/Failed/cut.txt.json ]
    [ "$(uploads)" = 0 ]
}

@test "status names the first file that waits, and the marker or sidecar that it waits for" {
    write_config 'marker = "{stem}.ok"; sidecar = true;'
    start_agent
    mkdir in/sub
    echo b >in/sub/b.pdf.txt
    echo a >in/a.txt
    wait_until folder_counts waiting_marker 2
    folder_says '.waits_for == "a.txt waits for its marker a.ok"'
    touch in/a.ok
    wait_until folder_says '.waits_for == "a.txt waits for its sidecar a.txt.json"'
    echo '{}' >in/a.txt.json
    wait_until jobs_are done 1
    wait_until folder_says '.waits_for == "sub/b.pdf.txt waits for its marker b.pdf.ok"'
    echo '{}' >in/sub/b.pdf.txt.json
    touch in/sub/b.pdf.ok
    wait_until jobs_are done 2
    wait_until folder_says '.waits_for == null'
}

# ---- dates ----

@test "an email is scheduled in the zone of this machine, and match prints the moment here and in UTC" {
    export TZ=Europe/Berlin
    rules '{ name = "later"; match = { path = "[.]txt$"; }; lead_id = "lead_A1"; email = { status = "scheduled";
        sender = "a@example.com"; to = [ "b@example.com" ]; subject = "{mtime:%Y}";
        date_scheduled = "{date:%Y-%m-%dT18:00:00%z}"; }; }'
    echo 1 >in/1.txt
    zone=$(date +%:z)
    run closedrop match in/1.txt
    [ "$status" = 0 ]
    [[ $output == *"Sends     $(date '+%Y-%m-%d 18:00:00 %Z') ($(date -u -d "$(date +%F)T18:00:00$zone" '+%Y-%m-%d %H:%M:%S UTC'))"* ]]
    run_once
    [ "$(activities '.[0].body.date_scheduled')" = "\"$(date +%F)T18:00:00$zone\"" ]
}

@test "match reports a date that Close would not understand" {
    rules '{ name = "later"; match = { path = "[.]txt$"; }; lead_id = "lead_A1"; email = { status = "scheduled";
        sender = "a@example.com"; to = [ "b@example.com" ]; date_scheduled = "{date:%d.%m.%Y}"; }; }'
    echo 1 >in/1.txt
    run closedrop match in/1.txt
    [[ $output == *'Sends '*"\"$(date +%d.%m.%Y)\" is not a valid date and time for Close; write it like 2026-11-22T18:00:00+01:00"* ]]
}

@test "the time of a file is correct beyond 2262 and before 1970" {
    rules '{ name = "old"; match = { path = "[.]txt$"; }; lead_id = "lead_A1"; note = { text = "{mtime:%Y-%m-%d}"; }; }'
    echo 1 >in/1.txt && touch -d '2300-02-03 12:00' in/1.txt
    echo 2 >in/2.txt && touch -d '1955-04-05 12:00' in/2.txt
    [ "$(stat -c %y in/1.txt | cut -c 1-4)" = 2300 ] || skip "this file system has no such years"
    run_once
    filed_on lead_A1 '1955-04-05 2300-02-03'
}
