#!/usr/bin/env bats
# The manual pages are held against the program: every key, with its default, every option, and every example.

load ../../support/story
setup() { story_setup; }
teardown() { story_teardown; }

pages=$CLOSEDROP_SOURCE_DIR/packaging/man
conf_page=$pages/closedrop.conf.5
installed=$CLOSEDROP_SOURCE_DIR/etc/closedrop.conf

manual() { python3 "$CLOSEDROP_SOURCE_DIR/tests/support/manual.py" "$@"; }

same() { # FILE FILE: two lists are equal, or what differs is shown
    LC_ALL=C sort -o "$1" "$1"
    LC_ALL=C sort -o "$2" "$2"
    [ -s "$1" ]
    diff -U0 "$1" "$2"
}

# What the example names is below root, and exists.
move_to_scratch() { # FILE
    sed -Ei "s,\"/(etc|srv|mnt|var)/,\"$PWD/root/\1/,g" "$1"
    grep -oE '\bpath = "/[^"]+"' "$1" | cut -d'"' -f2 | xargs -d '\n' mkdir -p
}

@test "closedrop check accepts every example of a configuration in closedrop.conf(5)" {
    local example
    export CLOSE_API_KEY=api_example.secret XDG_STATE_HOME=$PWD/state
    mkdir -p root/etc/closedrop root/var/lib/closedrop state
    (umask 077 && echo api_example.secret >root/etc/closedrop/api-key)
    manual examples "$conf_page" "$PWD"
    [ -s customers.csv ] && [ -s 5.conf ]
    for example in [0-9]*.conf; do
        move_to_scratch "$example"
        run "$CLOSEDROP_BIN_DIR/closedrop" check -c "$example"
        echo "$example: $output"
        [ "$status" = 0 ]
        [[ $output != *warning* ]]
    done
}

# Every group holds a key that is unknown, so that check names those that are known.
@test "the table in closedrop.conf(5) has every key that the program knows, and no other" {
    cat >unknown.conf <<'CONF'
nonsense = 1;
close = { nonsense = 1; oauth = { nonsense = 1; }; };
limits = { nonsense = 1; sends = { nonsense = 1; }; };
folders = ( { path = "in"; nonsense = 1; tell = { nonsense = 1; }; } );
rules = ( { name = "a"; nonsense = 1; match = { nonsense = 1; };
            find = { nonsense = 1; custom_field = { nonsense = 1; }; };
            email = { nonsense = 1; }; },
          { name = "b"; table = { nonsense = 1; }; group = { nonsense = 1; }; note = { nonsense = 1; }; },
          { name = "c"; opportunity = { nonsense = 1; }; }, { name = "d"; whatsapp = { nonsense = 1; }; },
          { name = "e"; sms = { nonsense = 1; }; task = { nonsense = 1; };
            set = { nonsense = 1; }; },
          { name = "f"; email_template = { nonsense = 1; }; }, { name = "g"; sms_template = { nonsense = 1; }; } );
http = { nonsense = 1; };
hooks = { nonsense = 1; };
alert = { nonsense = 1; };
people = { nonsense = 1; };
log = { nonsense = 1; };
CONF
    run "$CLOSEDROP_BIN_DIR/closedrop" check -c unknown.conf
    [ "$status" = 78 ]
    echo "$output" | manual known | LC_ALL=C sort -u >known.txt
    manual table "$conf_page" | cut -f1 >table.txt
    # a group of which the table has the keys
    sed -E ':again; p; s/\.[a-z_]+$//; t again' table.txt | LC_ALL=C sort -u >with_groups.txt
    same known.txt with_groups.txt
}

@test "each key of the table has one paragraph in closedrop.conf(5)" {
    manual table "$conf_page" | awk -F'\t' '$2 != "group" && $2 != "list" { print $1 }' |
        sed -E 's/^(close|limits|folders|rules|http|hooks|alert|people|log)\.//' >table.txt
    manual described "$conf_page" | grep -xE '[a-z_]+(\.[a-z_]+)*' >described.txt
    same table.txt described.txt
}

@test "the installed configuration sets every key but those of rules, to the table's default" {
    manual table "$conf_page" |
        awk -F'\t' '$2 != "group" && $2 != "list" && $1 !~ /^rules\./ { print $1 }' >keys.txt
    manual set "$installed" | grep -v '^rules\.' >set.txt
    cut -f1 set.txt >set_keys.txt
    same keys.txt set_keys.txt
    manual table "$conf_page" | cut -f1,3 | grep -P '\t(".*"|\[.*\]|[0-9]+|true|false)$' >defaults.txt
    awk -F'\t' 'NR == FNR { value[$1] = $2; next }
                $1 in value && value[$1] != $2 { print $1 ": " value[$1] " in the table, " $2 " installed" }' \
        defaults.txt set.txt >differing.txt
    [ -s defaults.txt ]
    diff /dev/null differing.txt
}

@test "every key of a rule in the installed configuration is in the table" {
    manual set "$installed" | cut -f1 | grep '^rules\.' | LC_ALL=C sort -u >set.txt
    manual table "$conf_page" | cut -f1 | LC_ALL=C sort >table.txt
    LC_ALL=C comm -23 set.txt table.txt >missing.txt
    [ -s set.txt ]
    diff /dev/null missing.txt
}

# ---- closedrop(1) ----

options_of_help() { # COMMAND: what its --help lists, but what all have
    "$CLOSEDROP_BIN_DIR/closedrop" "$1" --help | sed -n 's/^  \(-[-a-z]*\).*/\1/p' | grep -vxF -e --help -e -c
}

@test "closedrop(1) describes every command, and each of its options once" {
    local command option
    "$CLOSEDROP_BIN_DIR/closedrop" --help | sed -n 's/^  \([a-z]\+\)  .*/\1/p' >commands.txt
    [ -s commands.txt ]
    manual described "$pages/closedrop.1" OPTIONS >shared.txt
    while read -r command; do
        grep -qE "^\.SS \"?(.*, )?$command\b" "$pages/closedrop.1" || {
            echo "$command has no section"
            return 1
        }
        manual described "$pages/closedrop.1" "$command" | grep '^--' >own.txt || true
        options_of_help "$command" >options.txt || true
        for option in $(cat options.txt); do
            [ "$(cat own.txt shared.txt | grep -cxF -e "$option")" -ge 1 ] || {
                echo "$command $option is not described"
                return 1
            }
        done
        LC_ALL=C sort own.txt | uniq -d >twice.txt
        grep -vxF -f options.txt own.txt >unknown.txt || true
        diff /dev/null twice.txt
        diff /dev/null unknown.txt
    done <commands.txt
}

section() { # HEADING: of closedrop(1)
    awk -v heading="$1" '/^\.SH/ { inside = index($0, heading) } inside' "$pages/closedrop.1"
}

in_table() { # NAME: the texts of a table in the program's source
    sed -n "/\b$1\[\] = {/,/};/p" "$CLOSEDROP_SOURCE_DIR"/src/cli/*.c | grep -oP '"\K[a-z0-9_]+(?=")'
}

missing_in() { # LIST FILE...: what of the list no file has
    grep -vxFf <(cat "${@:2}") "$1" >missing.txt || true
    diff /dev/null missing.txt
}

# A job that is dropped has no error.
codes_in_source() {
    grep -rhozP 'verdict_make\(\s*VERDICT_(?!GONE)\w+,\s*"\w+|(task_wait|task_later|fail)\([^;"]*"\w+(?=",)|->error_code, "\w+' \
        "$CLOSEDROP_SOURCE_DIR/src/work" "$CLOSEDROP_SOURCE_DIR/src/cli" | tr '\0' '\n' | grep -oP '"\K\w+$'
}

@test "closedrop(1) describes each error code that there is, once, and no other" {
    section "ERROR CODES" >codes.1
    manual described codes.1 >codes.txt
    in_table error_codes >known.txt
    same known.txt codes.txt
    uniq -d codes.txt >twice.txt
    diff /dev/null twice.txt
    codes_in_source | LC_ALL=C sort -u >used.txt
    grep -qx already_filed used.txt
    missing_in used.txt known.txt
}

@test "closedrop(1) describes each state of a job, and each way in which one leaves the queue" {
    section "JOB STATES" >states.1
    manual described states.1 >described.txt
    sed -n '/job_\(state\|ending\)_names\[.* = {/,/};/p' "$CLOSEDROP_SOURCE_DIR/src/queue/job.c" |
        grep -oP '"\K\w+' >names.txt
    echo discarded >>names.txt # failed, and ended as dropped
    same names.txt described.txt
}

@test "closedrop(1) describes each variable of the environment that the program reads, and no other" {
    manual described "$pages/closedrop.1" ENVIRONMENT >described.txt
    grep -rhoP '(getenv|directory_of)\("\K[A-Z_]+|"\KXDG_[A-Z_]+|"\KNOTIFY_SOCKET' "$CLOSEDROP_SOURCE_DIR/src" |
        LC_ALL=C sort -u >read.txt
    same read.txt described.txt
}

# The summary of a day is for mail, and what is late for the owners of files: neither can be asked for.
@test "closedrop(1) describes each kind of event, and closedrop.conf(5) a hook for each, and no other" {
    sed -n '/notice_kind_names\[.* = {/,/};/p' "$CLOSEDROP_SOURCE_DIR/src/queue/notice.c" | grep -oP '"\K\w+' | grep -vxE "summary|late" >kinds.txt
    cp kinds.txt kinds_too.txt
    manual described "$pages/closedrop.1" EVENTS >described.txt
    same kinds.txt described.txt
    manual table "$conf_page" | cut -f1 | sed -n 's/^hooks\.//p' >hooks.txt
    same kinds_too.txt hooks.txt
}

@test "closedrop(1) describes each key of an event that a hook gets, and each variable, and no other" {
    manual described "$pages/closedrop.1" Hooks >described.txt
    grep -hoP '\(object, "\K\w+(?=")' "$CLOSEDROP_SOURCE_DIR/src/alerts/notice_json.c" |
        LC_ALL=C sort -u >keys.txt
    same keys.txt described.txt
    section EVENTS >events.1
    grep -hoP 'add_variable\(environment, "\K\w+' "$CLOSEDROP_SOURCE_DIR/src/alerts/hooks.c" >variables.txt
    tr -c 'A-Z_' '\n' <events.1 >words.txt
    grep -qx CLOSEDROP_EVENT variables.txt
    missing_in variables.txt words.txt
}

@test "closedrop(1) describes each metric, and no other, and names each label" {
    section "METRICS AND HEALTH" >metrics.1
    grep -oP '"\Kclosedrop_\w+(?=")' "$CLOSEDROP_SOURCE_DIR/src/control/metrics.c" >names.txt
    grep -oP '^closedrop_\w+(?=\|)' metrics.1 >described.txt
    same names.txt described.txt
    sed -n 's/.*metric_label//p' "$CLOSEDROP_SOURCE_DIR/src/control/metrics.c" | grep -oP '\{"\K\w+' | LC_ALL=C sort -u >labels.txt
    grep -qx outcome labels.txt
    tr -c 'a-z' '\n' <metrics.1 >words.txt
    missing_in labels.txt words.txt
}

@test "closedrop(1) describes each situation that explain tells apart, and no other" {
    sed -n '/^\.B situation/,/^New versions/p' "$pages/closedrop.1" | sed -n '/^\.BR /{s/ ,$//; s/^\.BR //; s/"[^"]*"/ /g; p}' |
        tr -cs 'a-z_' '\n' | grep . >described.txt
    grep -hoP '^ *\{"\K[a-z_]+(?=", \w+, \w+, )' "$CLOSEDROP_SOURCE_DIR"/src/cli/situation_*.c >known.txt
    same known.txt described.txt
}

@test "closedrop(1) describes each check of doctor, and no other" {
    manual described "$pages/closedrop.1" "WHAT DOCTOR CHECKS" | LC_ALL=C sort -u >described.txt
    grep -rhozP 'diagnosis_add\w*\(\s*\w+,\s*"\K\w+' "$CLOSEDROP_SOURCE_DIR/src/doctor" "$CLOSEDROP_SOURCE_DIR/src/cli/doctor.c" |
        tr '\0' '\n' | LC_ALL=C sort -u >names.txt
    same names.txt described.txt
}

@test "closedrop(1) describes each key of JSON that commands print, and no other" {
    echo one >"$folder/a.txt"
    start_agent
    wait_until jobs_are 'done' 1
    section "JSON OUTPUT" >json.1
    manual described json.1 | LC_ALL=C sort -u >described.txt
    {
        closedrop list --json
        closedrop show 1 --json
        closedrop status --json
        closedrop doctor --json || true
        closedrop explain --json "$folder/b.txt" || true
    } | jq -r 'paths | .[-1] | strings' | LC_ALL=C sort -u >printed.txt
    section "JOB STATES" >>json.1 # counted by state
    sed -E 's/\\f.//g; s/\\-/-/g' json.1 | grep -oE '[a-z0-9_]+' | LC_ALL=C sort -u >words.txt
    missing_in printed.txt words.txt
    grep -rhoP '"\K[a-z0-9_]+(?=\\?")' "$CLOSEDROP_SOURCE_DIR/src" | LC_ALL=C sort -u >in_source.txt
    missing_in described.txt in_source.txt
}

@test "closedrop.conf(5) describes each variable of a template, and no other" {
    cat >variables.conf <<'CONF'
folders = ( { path = "in"; rules = [ "a" ]; } );
people = { file = "p.csv"; };
rules = ( { name = "a"; match = { path = "x"; }; lead_id = "lead_x"; table = { file = "t.csv"; key = "x"; };
            email = { subject = "{nonsense}"; body_text = "x"; }; } );
CONF
    mkdir in && printf 'key,lead_id\n' >t.csv
    run "$CLOSEDROP_BIN_DIR/closedrop" check -c variables.conf
    echo "$output"
    grep -oP 'known here are \K.*(?=; write)' <<<"$output" | grep -oP '\{\K[a-z_.]+' | sed 's/\.$//' >known.txt
    manual described "$conf_page" TEMPLATES | grep -oP '^\{\K[a-z_.]+' | sed 's/\.$//' >described.txt
    same known.txt described.txt
}

example_in_scratch() { # FILE: it speaks of what is here
    sed -Ei "s,/srv/scans,$folder,; s,/home/office/closedrop.conf,$config,; s,/run/closedrop/,$PWD/,
             s,/tmp/drop,$folder,; s,closedrop run -c,closedrop run --once -c,
             s,^closedrop-sandbox &,closedrop-sandbox --api-port $api_port --s3-port $s3_port \&,
             s,:8700/,:$api_port/,g" "$1"
}

works() { # FILE: the example does what it says, and leaves nothing behind
    example_in_scratch "$1"
    # shellcheck disable=SC2016 # the inner shell's
    run timeout 60 bash -c 'set -e; . "./$1"; jobs -p | xargs -r kill; wait' _ "$1" 3>&-
    echo "$1: $output"
    [ "$status" = 0 ]
    [[ $output != *'"error":'[{\"]* ]] # of a job, it is null
}

@test "every command in the examples of closedrop(1) works" {
    local example
    export PATH=$CLOSEDROP_BIN_DIR:$PATH CLOSEDROP_CONFIG=$config
    manual examples "$pages/closedrop.1" "$PWD"
    [ -s 6.sh ]
    echo one >"$folder/a.txt"
    start_agent
    works 1.sh
    [ "$(jq .paused <<<"$output")" = false ]
    stop_agent
    for example in [2-6].sh; do
        works "$example"
    done
    output=$(closedrop list --state done --json)
    [ "$(jq -r .path <<<"$output")" = a.txt ]
}

# ---- closedrop-sandbox(1) ----

@test "closedrop-sandbox(1) describes each option once" {
    "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --help | sed -n 's/^  \(--[-a-z0-9]*\).*/\1/p' >options.txt
    manual described "$pages/closedrop-sandbox.1" | grep '^--' >described.txt
    same options.txt described.txt
}

@test "every command in the examples of closedrop-sandbox(1) works" {
    local example
    export PATH=$CLOSEDROP_BIN_DIR:$PATH
    manual examples "$pages/closedrop-sandbox.1" "$PWD"
    [ -s 6.sh ]
    echo one >letter.pdf
    echo two >a.pdf
    stop_sandbox
    works 1.sh
    [[ $output == *'"filename":"letter.pdf"'* ]]
    start_sandbox
    for example in [2-6].sh; do
        works "$example"
    done
}

# ---- closedrop(7) ----

step() { # NUMBER: what a reader types there, in this shell
    sed -Ei "s,--api-port 8700 --s3-port 8701,--api-port $api_port --s3-port $s3_port,; s,:8700/,:$api_port/,g" "$examples/$1.sh"
    # shellcheck disable=SC1090 # the page's
    . "$examples/$1.sh" 3>&-
}

is_at() { # FILE: it is there
    test -f "scans/$1"
}

@test "the tour of closedrop(7), followed by hand" {
    local month
    export PATH=$CLOSEDROP_BIN_DIR:$PATH examples=$PWD
    manual examples "$pages/closedrop.7" "$PWD"
    [ -s 10.sh ] && [ ! -e 11.sh ]
    unset -f closedrop
    stop_sandbox
    step 1
    sed "s,:8700/,:$api_port/,g" "$examples/1.conf" >closedrop.conf
    step 2
    wait_until eval '[[ $(closedrop status --json 2>/dev/null) == *"\"agent\":{"* ]]'
    step 3
    wait_until is_at Failed/memo.txt.error.txt
    month=$(date +%Y-%m)
    wait_until is_at "Uploaded/$month/offer lead_Bluth.txt"
    step 4
    [ "$(step 5 | jq -c '[.[] | [.kind, .lead_id, .body.status, .attachments[0].filename]]')" = \
        '[["email","lead_Bluth","draft","offer lead_Bluth.txt"]]' ]
    [[ $(step 6) == *'closedrop cannot tell from its name where it belongs'*'What to do: rename it'* ]]
    step 7
    wait_until is_at "Uploaded/$month/memo lead_Bluth.txt"
    never is_at Failed/memo.txt.error.txt
    [[ $(step 8) == *'offer lead_Bluth.txt'*'History:'* ]]
    step 9
    wait_until is_at "Failed/offer again lead_Bluth.txt"
    step 10
    wait
    [ "$(ls "$examples/tour")" = "$(printf '%s\n' agent.log api-key closedrop.conf scans state)" ]
}

# ---- the pages ----

@test "every link in README and docs leads to a file, and to a heading of it, that is there" {
    cd "$CLOSEDROP_SOURCE_DIR"
    "$CLOSEDROP_SOURCE_DIR/tests/support/links.py" README.md CONTRIBUTING.md docs/*.md \
        >"$BATS_TEST_TMPDIR/broken.txt" 2>"$BATS_TEST_TMPDIR/followed.txt"
    diff /dev/null "$BATS_TEST_TMPDIR/broken.txt"
    [ "$(cat "$BATS_TEST_TMPDIR/followed.txt")" -ge 20 ]
}

@test "closedrop(1) lists the ID of each event in the journal" {
    grep -oP '\{"\K[a-z]+", "[0-9a-f]{32}(?=")' "$CLOSEDROP_SOURCE_DIR/src/queue/job_log.c" | sed -E 's/(.*)", "(.*)/\2 \1/' >known
    grep -A1 -E '^[0-9a-f]{32}' "$pages/closedrop.1" | sed -nE '/^[0-9a-f]{32}/{s/\t.*//;N;s/\n/ /;s/:.*//;p}' >listed
    same known listed
}
