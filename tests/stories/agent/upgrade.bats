#!/usr/bin/env bats
# A queue of each earlier format opens in this version, with all that it knew; one of a later version is refused, with what to do.

load ../../support/story
setup() { story_setup; }
teardown() { story_teardown; }

fixtures=$CLOSEDROP_SOURCE_DIR/tests/fixtures # make_queue.sh there has made them

rows_of() { # TABLE, with the columns that are in columns_TABLE.txt
    sqlite3 state/queue.db "SELECT $(cat "columns_$1.txt") FROM $1 ORDER BY 1, 2"
}

# Those that it had then. The checksum is that of the format, and an agent that starts puts the times off.
note_columns() { # TABLE
    sqlite3 state/queue.db "SELECT group_concat('quote(' || name || ')') FROM pragma_table_info('$1')
        WHERE name NOT IN ('checksum', 'due_ms')" >"columns_$1.txt"
}

open_queue() { # FORMAT
    rm -rf state in/*
    mkdir -p state && chmod 700 state
    gzip -dc "$fixtures/queue_$1.gz" >state/queue.db
    [ "$(sqlite3 state/queue.db 'PRAGMA user_version')" = "$1" ]
}

each_format() { # COMMAND: once for each, with its number
    local queue format
    for queue in "$fixtures"/queue_*.gz; do
        format=${queue##*_} format=${format%.gz}
        open_queue "$format"
        echo "format $format"
        "$@" "$format"
    done
}

keeps_all_rows() {
    local table
    for table in job history; do
        note_columns "$table"
        rows_of "$table" >"before_$table.txt"
        [ -s "before_$table.txt" ]
    done
    run_once # the file of the job that waits is not here: what ends it is one more row of its history
    [ "$(sqlite3 state/queue.db 'PRAGMA user_version')" -ge "$1" ] # the latest is that of this program
    for table in job history; do
        rows_of "$table" >"after_$table.txt"
    done
    diff <(grep -v "^4|" before_job.txt) <(grep -v "^4|" after_job.txt)
    [ -z "$(LC_ALL=C comm -23 <(LC_ALL=C sort before_history.txt) <(LC_ALL=C sort after_history.txt))" ]
    closedrop list --all --json | jq -r '"\(.path) \(.state) \(.sha256 // "" | length)"' >listed.txt
    diff - <(LC_ALL=C sort listed.txt) <<'LIST'
empty.txt failed 0
note-1.txt done 64
note-2.txt queued 0
plain.txt done 64
LIST
}

@test "a queue of each earlier format opens with all its rows" {
    each_format keeps_all_rows
}

files_nothing_again() { # FORMAT
    [ "$1" != 1 ] || return 0 # it only uploaded
    echo one >in/note-1.txt
    run_once
    [ "$(closedrop list --state failed --json | jq -r 'select(.id > 4) | .error.code')" = already_filed ]
    [ "$(activity_count)" = 0 ]
}

@test "what an earlier version filed is not filed again" {
    seed '{"leads":[{"id":"lead_One","name":"One"}]}'
    more='rules = ( { name = "note"; match = { path = "^note"; }; lead_id = "lead_One"; note = { text = "From {name}"; }; } );'
    write_config 'rules = [ "note" ];'
    each_format files_nothing_again
}

@test "a queue of a later version is refused, with what to do, and stays as it is" {
    run_once
    sqlite3 state/queue.db 'PRAGMA user_version = 99' >/dev/null
    sha256sum state/queue.db >before.txt
    run_once
    [ "$agent_code" = 78 ]
    log_says 'queue.db was created by a newer closedrop (format 99; this one supports up to '
    log_says 'install that version, or choose another state_dir'
    sha256sum -c before.txt
}
